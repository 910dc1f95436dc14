/* whitespace: blanks around values */
#include "config.h"

#include <string.h>

#include "faults/editing.h"
#include "util/buf.h"

struct whitespace_params {
    struct edit_where where;
    const char *text;
};

#define AT(member)                                                             \
    .offset = offsetof(struct whitespace_params, member),                      \
    .size = sizeof(((struct whitespace_params *)0)->member)

static const struct setting params[] = {
    EDIT_WHERE("whitespace"),
    {{"whitespace.text", "text",
      "blanks, tabs or line ends; one blank by default"},
     .type = setting_text,
     AT(text)},
    {.info = {NULL, NULL, NULL}},
};

static bool whitespace_check(const void *data, enum point at, struct err *err)
{
    const struct whitespace_params *asked = data;

    if (asked->text &&
        (!*asked->text || asked->text[strspn(asked->text, " \t\r\n")])) {
        return err_set(err,
                       "whitespace.text: expected blanks, tabs or line ends");
    }
    return edit_where_check(data, at, err);
}

static void put(struct edit *edit, size_t offset, const char *text)
{
    edit_put_text(edit, (struct range){offset, offset}, text);
}

/* JSON has line ends and tabs in its texts as escapes alone. */
static const char *escaped(const struct edit *edit, const char *text)
{
    AUTO_BUF out = {0};

    for (; *text; text++) {
        buf_add_text(&out, *text == '\n'   ? "\\n"
                           : *text == '\t' ? "\\t"
                           : *text == '\r' ? "\\r"
                                           : " ");
    }
    return arena_text(edit_arena(edit), buf_span(&out));
}

static void pad(struct edit *edit, const struct spot *spot, const char *text)
{
    struct span value = edit_bytes(edit, spot->value);
    bool quoted =
        spot->kind == SPOT_MEMBER && value.size >= 2 && value.data[0] == '"';

    if (spot->kind == SPOT_ELEMENT && !spot->close.end) {
        edit_put_value(edit, spot, span_text(text));
        return;
    }
    text = quoted ? escaped(edit, text) : text;
    put(edit, spot->value.start + quoted, text);
    put(edit, spot->value.end - quoted, text);
}

static void whitespace_change(struct edit *edit, const struct spot *spots,
                              size_t count, const void *data)
{
    const struct whitespace_params *asked = data;

    for (size_t i = 0; i < count; i++) {
        pad(edit, &spots[i], asked->text ? asked->text : " ");
    }
}

static void whitespace_reply(const void *data, struct subject *subject)
{
    edit_reply(subject, "whitespace", whitespace_change, data);
}

extern const struct fault fault_whitespace;
const struct fault fault_whitespace = {
    .name = "whitespace",
    .title = "blanks around a value",
    .doc = "As a hand that copied it, or a formatter, left them: in front "
           "of and behind the value of an attribute or member, or what is "
           "in an element.",
    .spec = "protocol: discover 6, F-83; protocol: webticket 8.3",
    .example = "//SipClientExternalAccess/@fqdn",
    .examples = (const char *const[]){"{path: //@fqdn, text: '  '}", NULL},
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct whitespace_params),
    .check = whitespace_check,
    .reply = whitespace_reply,
};
