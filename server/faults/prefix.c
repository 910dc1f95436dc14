/* prefix: the same names with another prefix */
#include "config.h"

#include <string.h>

#include "faults/editing.h"

struct prefix_params {
    const char *to;
    const char *of;
};

#define AT(member)                                                             \
    .offset = offsetof(struct prefix_params, member),                          \
    .size = sizeof(((struct prefix_params *)0)->member)

static const struct setting params[] = {
    {{"prefix", "text", "the new prefix"}, .type = setting_text, AT(to)},
    {{"prefix.to", "text", "the same, beside prefix.of"},
     .type = setting_text,
     AT(to)},
    {{"prefix.of", "text",
      "the namespace, as URI or usual prefix (wsse, wst, wsdl ...); by default "
      "that of the document's first element"},
     .type = setting_text,
     AT(of)},
    {.info = {NULL, NULL, NULL}},
};

static bool prefix_check(const void *data, enum point at UNUSED,
                         struct err *err)
{
    const struct prefix_params *asked = data;

    if (!asked->to || !*asked->to ||
        asked->to[strcspn(asked->to, " \t\r\n:<>/=\"'&")]) {
        return err_set(err, "expected a prefix, such as ns0");
    }
    return true;
}

/* "ns:Link", "Link" -> "to:Link" */
static void put_name(struct edit *edit, struct range name, const char *to)
{
    size_t colon = span_find(edit_bytes(edit, name), span_text(":"), 0);

    if (name.end) {
        name.end = colon == SIZE_MAX ? name.start : name.start + colon + 1;
        edit_put_text(edit, name, arena_printf(edit_arena(edit), "%s:", to));
    }
}

static void put_names(struct edit *edit, const char *path, const char *uri,
                      const char *to)
{
    struct spot *spots;
    size_t count;

    if (!edit_find(edit, path, &spots, &count)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(spots[i].uri, uri) == 0) {
            put_name(edit, spots[i].name, to);
            if (spots[i].kind == SPOT_ELEMENT) {
                put_name(edit, spots[i].close, to);
            }
        }
    }
}

static void change(struct edit *edit, const struct prefix_params *asked)
{
    struct spot root;
    const char *uri = edit_uri_within(edit, asked->of, &root);
    struct spot *spots;
    size_t count;

    if (!uri || !*uri) {
        return;
    }
    edit_declarations(edit, &spots, &count);
    for (size_t i = 0; i < count; i++) {
        const char *declared = edit_value(edit, &spots[i]);

        if (declared && strcmp(declared, uri) == 0) {
            edit_put_text(
                edit, spots[i].name,
                arena_printf(edit_arena(edit), "xmlns:%s", asked->to));
        }
    }
    put_names(edit, "//*", uri, asked->to);
    put_names(edit, "//@*", uri, asked->to);
}

static void prefix_reply(const void *data, struct subject *subject)
{
    AUTO(edit) edit = edit_reply_open(subject, "prefix");

    if (edit && edit_form(edit) == EDIT_JSON) {
        edit_nothing(subject, "prefix", "JSON has none");
    } else if (edit) {
        change(edit, data);
        edit_reply_close(subject, "prefix", edit);
    }
}

extern const struct fault fault_prefix;
const struct fault fault_prefix = {
    .name = "prefix",
    .title = "other namespace prefixes",
    .doc = "Elements, attributes and declarations of that namespace: the "
           "same document to XML, and another to readers that look for "
           "\"<wst:\" or \"<Lifetime\" in its text. Names that stand in "
           "values, as tns:Port, keep their prefix. What has no namespace "
           "has no prefix.",
    .spec = "Namespaces in XML 1.0 4; protocol: webticket 8.4",
    .example = "{of: wst, to: t}",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct prefix_params),
    .check = prefix_check,
    .reply = prefix_reply,
};
