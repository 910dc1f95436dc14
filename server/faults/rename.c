/* rename: an element, attribute or member under another name */
#include "config.h"

#include <string.h>

#include "faults/editing.h"

struct rename_params {
    struct edit_where where;
    const char *to;
};

#define AT(member)                                                             \
    .offset = offsetof(struct rename_params, member),                          \
    .size = sizeof(((struct rename_params *)0)->member)

static const struct setting params[] = {
    EDIT_WHERE("rename"),
    {{"rename.to", "text", "the new name"}, .type = setting_text, AT(to)},
    {.info = {NULL, NULL, NULL}},
};

/* What ends a tag or a text early is no name, neither in XML nor in JSON. */
static bool is_name(const char *text)
{
    return *text && !text[strcspn(text, " \t\r\n<>/=\"'&\\")];
}

static bool rename_check(const void *data, enum point at, struct err *err)
{
    const struct rename_params *asked = data;

    if (!asked->to || !is_name(asked->to)) {
        return err_set(err, "rename.to: expected a name");
    }
    return edit_where_check(data, at, err);
}

/* "Link" of "ns:Link". */
static struct range local_part(const struct edit *edit, struct range name)
{
    struct span text = edit_bytes(edit, name);
    size_t colon = span_find(text, span_text(":"), 0);

    if (colon != SIZE_MAX) {
        name.start += colon + 1;
    }
    return name;
}

static void put_name(struct edit *edit, struct range name, const char *to)
{
    if (name.end) {
        edit_put_text(edit, strchr(to, ':') ? name : local_part(edit, name),
                      to);
    }
}

static void rename_change(struct edit *edit, const struct spot *spots,
                          size_t count, const void *data)
{
    const struct rename_params *asked = data;

    for (size_t i = 0; i < count; i++) {
        if (spots[i].kind == SPOT_MEMBER && spots[i].name.end) {
            edit_put_text(edit, spots[i].name, asked->to);
        } else if (spots[i].kind != SPOT_MEMBER) {
            put_name(edit, spots[i].name, asked->to);
            put_name(edit, spots[i].close, asked->to);
        }
    }
}

static void rename_reply(const void *data, struct subject *subject)
{
    edit_reply(subject, "rename", rename_change, data);
}

extern const struct fault fault_rename;
const struct fault fault_rename = {
    .name = "rename",
    .title = "another name for an element, attribute or member",
    .doc = "An element keeps its prefix unless the new name brings one, "
           "which nobody declares for it. Items of an array have no name.",
    .spec = "protocol: discover 6, F-80",
    .example = "{path: //Link, to: Verweis}",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct rename_params),
    .check = rename_check,
    .reply = rename_reply,
};
