/* duplicate: an element, attribute or member twice */
#include "config.h"

#include "faults/editing.h"

static const struct setting params[] = {
    EDIT_WHERE("duplicate"),
    {.info = {NULL, NULL, NULL}},
};

static void duplicate_change(struct edit *edit, const struct spot *spots,
                             size_t count, const void *data UNUSED)
{
    for (size_t i = 0; i < count; i++) {
        struct range behind = {spots[i].whole.end, spots[i].whole.end};

        if (spots[i].kind == SPOT_MEMBER) {
            edit_put_text(edit, behind, ",");
        }
        edit_put(edit, behind, edit_bytes(edit, spots[i].whole));
    }
}

static void duplicate_reply(const void *data, struct subject *subject)
{
    edit_reply(subject, "duplicate", duplicate_change, data);
}

extern const struct fault fault_duplicate;
const struct fault fault_duplicate = {
    .name = "duplicate",
    .title = "an element, attribute or member twice",
    .doc = "A copy stands right behind what the path finds. An attribute "
           "twice is no well-formed XML any more, a member twice is JSON "
           "that readers take in different ways: the first, the last, or "
           "not at all.",
    .spec = "XML 1.0 3.1; RFC 8259 4",
    .example = "\"//Link[@token='User']\"",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct edit_where),
    .check = edit_where_check,
    .reply = duplicate_reply,
};
