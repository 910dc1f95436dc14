/* comment: comments where nobody expects one */
#include "config.h"

#include <string.h>

#include "faults/editing.h"

struct comment_params {
    struct edit_where where;
    const char *text;
};

#define AT(member)                                                             \
    .offset = offsetof(struct comment_params, member),                         \
    .size = sizeof(((struct comment_params *)0)->member)

static const struct setting params[] = {
    EDIT_WHERE("comment"),
    {{"comment.text", "text", "what it says"}, .type = setting_text, AT(text)},
    {.info = {NULL, NULL, NULL}},
};

static bool comment_check(const void *data, enum point at, struct err *err)
{
    const struct comment_params *asked = data;

    if (asked->text &&
        (strstr(asked->text, "--") || strstr(asked->text, "*/"))) {
        return err_set(err, "comment.text: expected no -- and no */ in it");
    }
    return edit_where_check(data, at, err);
}

static void comment_change(struct edit *edit, const struct spot *spots,
                           size_t count, const void *data)
{
    const struct comment_params *asked = data;
    const char *text = asked->text ? asked->text : "comment";

    for (size_t i = 0; i < count; i++) {
        struct range before = {spots[i].whole.start, spots[i].whole.start};

        if (spots[i].kind != SPOT_ATTRIBUTE) {
            edit_put_text(
                edit, before,
                edit_form(edit) == EDIT_XML
                    ? arena_printf(edit_arena(edit), "<!-- %s -->", text)
                    : arena_printf(edit_arena(edit), "/* %s */", text));
        }
    }
}

static void comment_reply(const void *data, struct subject *subject)
{
    edit_reply(subject, "comment", comment_change, data);
}

extern const struct fault fault_comment;
const struct fault fault_comment = {
    .name = "comment",
    .title = "a comment in front of an element or member",
    .doc = "XML allows it, and readers that look at the first child alone "
           "stumble over it. JSON has no comments: there it is an error "
           "that some readers forgive.",
    .spec = "XML 1.0 2.5; protocol: discover 6, F-80",
    .example = "//Link",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct comment_params),
    .check = comment_check,
    .reply = comment_reply,
};
