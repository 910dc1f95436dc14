/*
 * charset: the body in another encoding, and what the document and its
 * Content-Type say of it, which need not be the same.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "faults/editing.h"
#include "util/buf.h"
#include "util/utf.h"

enum charset {
    CHARSET_UTF8 = 1,
    CHARSET_UTF16, /* little endian, with a mark */
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_LATIN1,
};

static const char *const names[] = {
    [CHARSET_UTF8] = "utf-8",        [CHARSET_UTF16] = "utf-16",
    [CHARSET_UTF16LE] = "utf-16le",  [CHARSET_UTF16BE] = "utf-16be",
    [CHARSET_LATIN1] = "iso-8859-1",
};

struct charset_params {
    enum charset as;
    const char *declared;
    const char *header;
};

#define AT(member)                                                             \
    .offset = offsetof(struct charset_params, member),                         \
    .size = sizeof(((struct charset_params *)0)->member)

#define WORDS "utf-8|utf-16|utf-16le|utf-16be|iso-8859-1"

static const struct setting params[] = {
    {{"charset", WORDS, "the encoding, declared as what it is"},
     .type = setting_word,
     AT(as),
     .first = CHARSET_UTF8},
    {{"charset.as", WORDS, "the same, beside other parameters; utf-8"},
     .type = setting_word,
     AT(as),
     .first = CHARSET_UTF8},
    {{"charset.declared", "text",
      "what the XML declaration says; by default the truth"},
     .type = setting_text,
     AT(declared)},
    {{"charset.header", "text",
      "charset of Content-Type; by default the truth, \"\": none"},
     .type = setting_text,
     AT(header)},
    {.info = {NULL, NULL, NULL}},
};

static bool is_label(const char *text)
{
    return !text || !text[strcspn(text, " \t\r\n\"'<>&;")];
}

static bool charset_check(const void *data, enum point at UNUSED,
                          struct err *err)
{
    const struct charset_params *asked = data;

    if (!asked->as && !asked->declared && !asked->header) {
        return err_set(err, "expected one of %s", WORDS);
    }
    if (!is_label(asked->declared) || !is_label(asked->header)) {
        return err_set(err, "%s: expected the name of an encoding",
                       is_label(asked->header) ? "charset.declared"
                                               : "charset.header");
    }
    return true;
}

/* ---- What is said of it ---- */

/* "<?xml ... ?>" afresh; a document without one goes on to have none, unless
 * a name was asked for. */
static void add_declaration(struct buf *out, struct span body, const char *name,
                            bool asked, struct span *out_rest)
{
    bool there = span_starts(body, "<?xml");
    size_t end = there ? span_find(body, span_text("?>"), 0) : SIZE_MAX;

    *out_rest = body;
    if (!span_starts(body, "<") || (!there && !asked)) {
        return;
    }
    if (end != SIZE_MAX) {
        *out_rest = span_slice(body, end + 2, body.size);
    }
    buf_printf(out, "<?xml version=\"1.0\" encoding=\"%s\"?>", name);
}

/* "application/json; v=1; charset=utf-8" without its charset. */
static const char *bare_type(struct arena *arena, const char *type)
{
    AUTO_BUF out = {0};

    while (*type) {
        size_t size = strcspn(type, ";");
        const char *word = type + strspn(type, " ;");

        if (strncasecmp(word, "charset=", strlen("charset=")) != 0) {
            buf_printf(&out, "%s%.*s", out.size ? ";" : "", (int)size, type);
        }
        type += size + (type[size] == ';');
    }
    return arena_text(arena, buf_span(&out));
}

static void set_type(struct exchange *ex, const char *name)
{
    const char *type = headers_get(&ex->reply.headers, "Content-Type");

    if (type) {
        type = bare_type(ex->arena, type);
        headers_set(&ex->reply.headers, ex->arena, "Content-Type",
                    *name
                        ? arena_printf(ex->arena, "%s; charset=%s", type, name)
                        : type);
    }
}

/* ---- The encodings ---- */

static void add_utf16(struct buf *out, struct span utf8, bool big)
{
    size_t start = out->size;

    utf16le_add(out, utf8);
    for (size_t i = start; big && i + 1 < out->size; i += 2) {
        uint8_t low = out->data[i];

        out->data[i] = out->data[i + 1];
        out->data[i + 1] = low;
    }
}

/* What ISO 8859-1 lacks is a question mark, as .NET writes it. */
static void add_latin1(struct buf *out, struct span utf8)
{
    for (size_t at = 0; at < utf8.size;) {
        const uint8_t *c = utf8.data + at;
        size_t size = utf8_sequence(span_slice(utf8, at, utf8.size - at));

        if (size == 2 && c[0] <= 0xc3) {
            buf_add_u8(out, (uint8_t)((c[0] << 6) | (c[1] & 0x3f)));
        } else {
            buf_add_u8(out, size == 1 ? *c : '?');
        }
        at += size ? size : 1;
    }
}

static void encode(struct buf *out, struct span utf8, enum charset as)
{
    switch (as) {
    case CHARSET_UTF8:
        buf_add(out, utf8);
        break;
    case CHARSET_UTF16:
        buf_add_text(out, "\xff\xfe");
        add_utf16(out, utf8, false);
        break;
    case CHARSET_UTF16LE:
    case CHARSET_UTF16BE:
        add_utf16(out, utf8, as == CHARSET_UTF16BE);
        break;
    case CHARSET_LATIN1:
        add_latin1(out, utf8);
        break;
    }
}

static void charset_reply(const void *data, struct subject *subject)
{
    const struct charset_params *asked = data;
    enum charset as = asked->as ? asked->as : CHARSET_UTF8;
    const char *declared = asked->declared ? asked->declared : names[as];
    struct exchange *ex = subject->ex;
    struct span rest;
    AUTO_BUF text = {0};
    AUTO_BUF out = {0};

    add_declaration(&text, ex->reply.body, declared, asked->declared, &rest);
    buf_add(&text, rest);
    encode(&out, buf_span(&text), as);
    ex->reply.body = arena_copy(ex->arena, buf_span(&out));
    set_type(ex, asked->header ? asked->header : names[as]);
}

extern const struct fault fault_charset;
const struct fault fault_charset = {
    .name = "charset",
    .title = "another encoding, or a wrong word for it",
    .doc = "The bytes of the body, the XML declaration and the charset of "
           "Content-Type. utf-16 is little endian and begins with its mark; "
           "the other two have none. charset.declared and charset.header may "
           "say something else than what is true: which of the three a client "
           "believes is what this shows.",
    .spec = "RFC 7303 3; XML 1.0 4.3.3; RFC 8259 8.1",
    .example = "{as: utf-16, header: utf-8}",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_ENCODING,
    .params = params,
    .size = sizeof(struct charset_params),
    .check = charset_check,
    .reply = charset_reply,
};
