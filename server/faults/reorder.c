/* reorder: the same things in reverse order */
#include "config.h"

#include "faults/editing.h"

static const struct setting params[] = {
    EDIT_WHERE("reorder"),
    {.info = {NULL, NULL, NULL}},
};

static void reverse(struct edit *edit, const struct spot *spots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        edit_put(edit, spots[i].whole,
                 edit_bytes(edit, spots[count - 1 - i].whole));
    }
}

static void reorder_change(struct edit *edit, const struct spot *spots,
                           size_t count, const void *data UNUSED)
{
    const struct spot *sorted = edit_by_parent(edit, spots, count);
    size_t first = 0;

    for (size_t i = 1; i <= count; i++) {
        if (i == count ||
            edit_parent(&sorted[i]) != edit_parent(&sorted[first])) {
            reverse(edit, sorted + first, i - first);
            first = i;
        }
    }
}

static void reorder_reply(const void *data, struct subject *subject)
{
    edit_reply(subject, "reorder", reorder_change, data);
}

extern const struct fault fault_reorder;
const struct fault fault_reorder = {
    .name = "reorder",
    .title = "what is found, in reverse order",
    .doc = "What the path finds below one parent changes places: the first "
           "is where the last was, and so on. Other siblings stay where "
           "they are.",
    .spec = "protocol: discover 6, F-80",
    .example = "//Link",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct edit_where),
    .check = edit_where_check,
    .reply = reorder_reply,
};
