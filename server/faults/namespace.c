/* namespace: the same names in another namespace */
#include "config.h"

#include <string.h>

#include "faults/editing.h"
#include "wire/xml_select.h"

struct namespace_params {
    const char *to;
    const char *of;
};

#define AT(member)                                                             \
    .offset = offsetof(struct namespace_params, member),                       \
    .size = sizeof(((struct namespace_params *)0)->member)

static const struct setting params[] = {
    {{"namespace", "text", "the new namespace"}, .type = setting_text, AT(to)},
    {{"namespace.to", "text", "the same, beside namespace.of"},
     .type = setting_text,
     AT(to)},
    {{"namespace.of", "text",
      "the old one, as URI or prefix (wsse, wst, wsdl ...); by default that of "
      "the document's first element"},
     .type = setting_text,
     AT(of)},
    {.info = {NULL, NULL, NULL}},
};

static bool namespace_check(const void *data, enum point at UNUSED,
                            struct err *err)
{
    const struct namespace_params *asked = data;

    return asked->to || err_set(err, "expected a namespace");
}

/* Names without a namespace get one where the document begins. */
static void declare(struct edit *edit, const struct spot *root, const char *to)
{
    struct range behind = {root->name.end, root->name.end};

    edit_put_text(edit, behind, " xmlns=\"");
    edit_put(edit, behind, edit_quote(edit, root, to));
    edit_put_text(edit, behind, "\"");
}

static void change(struct edit *edit, const struct namespace_params *asked)
{
    struct spot root;
    const char *old = edit_uri_within(edit, asked->of, &root);
    struct spot *spots;
    size_t count;

    if (old && !*old) {
        declare(edit, &root, edit_uri(asked->to));
        return;
    }
    edit_declarations(edit, &spots, &count);
    for (size_t i = 0; old && i < count; i++) {
        const char *declared = edit_value(edit, &spots[i]);

        if (declared && strcmp(declared, old) == 0) {
            edit_put(edit, spots[i].value,
                     edit_quote(edit, &spots[i], edit_uri(asked->to)));
        }
    }
}

static void namespace_reply(const void *data, struct subject *subject)
{
    AUTO(edit) edit = edit_reply_open(subject, "namespace");

    if (edit && edit_form(edit) == EDIT_JSON) {
        edit_nothing(subject, "namespace", "JSON has none");
    } else if (edit) {
        change(edit, data);
        edit_reply_close(subject, "namespace", edit);
    }
}

extern const struct fault fault_namespace;
const struct fault fault_namespace = {
    .name = "namespace",
    .title = "other namespaces",
    .doc = "Wherever the old namespace is declared the new one is. An "
           "answer without one, as those of discovery, gets it for all its "
           "elements.",
    .spec = "Namespaces in XML 1.0 6; protocol: discover 6, F-80",
    .example = "{of: wst, to: http://schemas.xmlsoap.org/ws/2005/02/trust}",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct namespace_params),
    .check = namespace_check,
    .reply = namespace_reply,
};
