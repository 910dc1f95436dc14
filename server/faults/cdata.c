/* cdata: text in CDATA sections */
#include "config.h"

#include <string.h>

#include "faults/editing.h"
#include "util/buf.h"

static const struct setting params[] = {
    EDIT_WHERE("cdata"),
    {.info = {NULL, NULL, NULL}},
};

/* "]]>" within goes into two sections. */
static struct span section(const struct edit *edit, const char *text)
{
    AUTO_BUF out = {0};
    const char *end;

    buf_add_text(&out, "<![CDATA[");
    while ((end = strstr(text, "]]>"))) {
        buf_add(&out, span_of(text, (size_t)(end - text) + 2));
        buf_add_text(&out, "]]><![CDATA[");
        text = end + 2;
    }
    buf_printf(&out, "%s]]>", text);
    return arena_copy(edit_arena(edit), buf_span(&out));
}

static void cdata_change(struct edit *edit, const struct spot *spots,
                         size_t count, const void *data UNUSED)
{
    for (size_t i = 0; i < count; i++) {
        const char *text =
            spots[i].kind == SPOT_ELEMENT ? edit_value(edit, &spots[i]) : NULL;

        if (text && *text) {
            edit_put_value(edit, &spots[i], section(edit, text));
        }
    }
}

static void cdata_reply(const void *data, struct subject *subject)
{
    edit_reply(subject, "cdata", cdata_change, data);
}

extern const struct fault fault_cdata;
const struct fault fault_cdata = {
    .name = "cdata",
    .title = "the text of elements in CDATA sections",
    .doc = "The same text, spelled in another way that XML allows. "
           "Attributes have none, nor has JSON.",
    .spec = "XML 1.0 2.7; protocol: discover 6, F-80",
    .example = "//Address",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct edit_where),
    .check = edit_where_check,
    .reply = cdata_reply,
};
