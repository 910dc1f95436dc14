/* reorder: the same things in reverse order */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "faults/editing.h"

struct reorder_params {
    struct edit_where where;
};

static const struct setting params[] = {
    EDIT_WHERE("reorder"),
    {.info = {NULL, NULL, NULL}},
};

static bool reorder_check(const void *data, enum point at, struct err *err)
{
    const struct reorder_params *asked = data;

    return edit_where_check(&asked->where, at, err);
}

static int by_parent(const void *one, const void *other)
{
    const struct spot *a = one;
    const struct spot *b = other;
    size_t mine = edit_parent(a);
    size_t its = edit_parent(b);

    if (mine != its) {
        return mine < its ? -1 : 1;
    }
    return a->whole.start < b->whole.start ? -1
                                           : a->whole.start > b->whole.start;
}

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
    struct spot *sorted =
        arena_alloc(edit_arena(edit), count * sizeof(*sorted));
    size_t first = 0;

    memcpy(sorted, spots, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_parent);
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
    const struct reorder_params *asked = data;

    edit_reply(subject, "reorder", &asked->where, reorder_change, asked);
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
    .size = sizeof(struct reorder_params),
    .check = reorder_check,
    .reply = reorder_reply,
};
