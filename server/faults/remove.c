/* remove: an element, attribute or member less */
#include "config.h"

#include "faults/editing.h"

static const struct setting params[] = {
    EDIT_WHERE("remove"),
    {.info = {NULL, NULL, NULL}},
};

static bool follows(const struct spot *spot, const struct spot *before)
{
    const struct range *previous;
    const struct range *next;

    edit_siblings(spot, &previous, &next);
    return previous && previous->start == before->whole.start;
}

/* Members that stand side by side go with one comma less than there are. */
static void remove_run(struct edit *edit, const struct spot *first,
                       const struct spot *last)
{
    struct range range = {first->whole.start, last->whole.end};
    const struct range *previous;
    const struct range *next;
    const struct range *none;

    edit_siblings(first, &previous, &none);
    edit_siblings(last, &none, &next);
    if (next) {
        range.end = next->start;
    } else if (previous) {
        range.start = previous->end;
    }
    edit_put(edit, range, SPAN_NONE);
}

static void remove_members(struct edit *edit, const struct spot *spots,
                           size_t count)
{
    const struct spot *sorted = edit_by_parent(edit, spots, count);
    size_t first = 0;

    for (size_t i = 1; i <= count; i++) {
        if (i == count || !follows(&sorted[i], &sorted[i - 1])) {
            remove_run(edit, &sorted[first], &sorted[i - 1]);
            first = i;
        }
    }
}

static void remove_change(struct edit *edit, const struct spot *spots,
                          size_t count, const void *data UNUSED)
{
    if (edit_form(edit) == EDIT_JSON) {
        remove_members(edit, spots, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        edit_put(edit, spots[i].whole, SPAN_NONE);
    }
}

static void remove_reply(const void *data, struct subject *subject)
{
    edit_reply(subject, "remove", remove_change, data);
}

extern const struct fault fault_remove;
const struct fault fault_remove = {
    .name = "remove",
    .title = "without an element, attribute or member",
    .doc = "What the path finds is left out, an element with all that is "
           "in it; all other bytes stay, and JSON stays JSON. The "
           "signature over a SAML assertion does not survive a change "
           "within it, which may be what is wanted.",
    .spec = "protocol: discover 6, F-63 and F-64",
    .example = "\"//Link[@token='User'] | //@AccessLocation\"",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct edit_where),
    .check = edit_where_check,
    .reply = remove_reply,
};
