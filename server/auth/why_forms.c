/* Wrong forms of a right password, see why_forms.h. */
#include "config.h"

#include "auth/why_forms.h"

#include <string.h>

#include "auth/why_letters.h"
#include "util/base64.h"
#include "util/url.h"
#include "util/utf.h"

enum {
    LM_PASSWORD = 14, /* [MS-NLMP] 3.3.1: what LMOWF takes of one */
    DES_PASSWORD = 8,
};

struct forms {
    struct arena *arena;
    const char *password;
    struct span right; /* UTF-16LE */
    struct why_form *items;
    size_t count;
};

static struct span wide(struct arena *arena, const char *text)
{
    AUTO_BUF out = {0};

    utf16le_add(&out, span_text(text));
    return arena_copy(arena, buf_span(&out));
}

static void add(struct forms *f, const char *text, struct span bytes,
                const char *how)
{
    if (f->count == WHY_FORMS_MAX || span_equal(bytes, f->right)) {
        return;
    }
    for (size_t i = 0; i < f->count; i++) {
        if (span_equal(f->items[i].wide, bytes)) {
            return;
        }
    }
    f->items[f->count++] = (struct why_form){text, bytes, how};
}

static void add_text(struct forms *f, const char *text, const char *how)
{
    add(f, text, wide(f->arena, text), how);
}

/* ---- What stands around it ---- */

static void add_framed(struct forms *f)
{
    static const struct {
        const char *before;
        const char *behind;
        const char *how;
    } frames[] = {
        {"", "\n", "with a newline at its end"},
        {"", "\r\n", "with CR LF at its end"},
        {"", "\r", "with a CR at its end"},
        {"", " ", "with a blank at its end"},
        {" ", "", "with a blank before it"},
        {" ", " ", "with a blank before and behind it"},
        {"", "\t", "with a tab at its end"},
        {"\"", "\"", "in quotation marks"},
        {"'", "'", "in single quotation marks"},
        {"\xef\xbb\xbf", "", "with a byte order mark before it"},
        {":", "", "with a colon before it"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
        add_text(f,
                 arena_printf(f->arena, "%s%s%s", frames[i].before, f->password,
                              frames[i].behind),
                 frames[i].how);
    }
}

/* ---- Letter case ---- */

static char *turned(struct arena *arena, const char *text)
{
    char *out = arena_strdup(arena, text);

    for (char *c = out; *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');

        if (letter) {
            *c = (char)(*c ^ 0x20);
        }
    }
    return out;
}

static void add_cases(struct forms *f)
{
    add_text(f, utf8_upper(f->arena, f->password), "in upper case");
    add_text(f, arena_lower(f->arena, f->password), "in lower case");
    add_text(f, turned(f->arena, f->password),
             "with upper and lower case swapped, as Caps Lock does");
}

/* ---- Escapes ---- */

static char *xml_escaped(struct arena *arena, const char *text, bool quotes)
{
    AUTO_BUF out = {0};

    for (const char *c = text; *c; c++) {
        const char *entity = *c == '&'              ? "&amp;"
                             : *c == '<'            ? "&lt;"
                             : *c == '>'            ? "&gt;"
                             : *c == '"' && quotes  ? "&quot;"
                             : *c == '\'' && quotes ? "&apos;"
                                                    : NULL;

        if (entity) {
            buf_add_text(&out, entity);
        } else {
            buf_add_u8(&out, (uint8_t)*c);
        }
    }
    return arena_text(arena, buf_span(&out));
}

/* As a string of a shell, of JSON or of C is written. */
static char *backslashed(struct arena *arena, const char *text,
                         const char *which)
{
    AUTO_BUF out = {0};

    for (const char *c = text; *c; c++) {
        if (strchr(which, *c)) {
            buf_add_u8(&out, '\\');
        }
        buf_add_u8(&out, (uint8_t)*c);
    }
    return arena_text(arena, buf_span(&out));
}

static void add_escaped(struct forms *f)
{
    struct arena *arena = f->arena;
    const char *password = f->password;
    const char *once = url_encode(arena, password, "");
    const char *xml = xml_escaped(arena, password, false);

    add_text(f, once, "percent-encoded");
    add_text(f, url_encode(arena, password, "!*'()"),
             "percent-encoded, as encodeURIComponent does");
    add_text(f, url_encode(arena, once, ""), "percent-encoded twice");
    add_text(f, url_decode(arena, span_text(password), false),
             "percent-decoded");
    add_text(f, url_decode(arena, span_text(password), true),
             "with each + a blank, as forms are decoded");
    add_text(f, xml, "escaped for XML");
    add_text(f, xml_escaped(arena, password, true),
             "escaped for XML, quotation marks as well");
    add_text(f, xml_escaped(arena, xml, false), "escaped for XML twice");
    add_text(f, backslashed(arena, password, "\"\\"),
             "with backslashes, as in JSON");
    add_text(f, backslashed(arena, password, "!"),
             "with a backslash before each \"!\"");
}

/* ---- Coded as a whole, or cut ---- */

static char *first_of(struct arena *arena, const char *text, size_t most)
{
    size_t at = 0;

    for (size_t i = 0; text[at] && i < most; i++) {
        size_t length = utf8_sequence(span_text(text + at));

        at += length ? length : 1;
    }
    return arena_text(arena, span_of(text, at));
}

static size_t characters(const char *text)
{
    size_t count = 0;

    for (const char *c = text; *c; c++) {
        count += (*c & 0xc0) != 0x80;
    }
    return count;
}

static void add_whole(struct forms *f)
{
    struct arena *arena = f->arena;
    size_t length = characters(f->password);
    struct span bytes = span_text(f->password);

    add_text(f, base64_text(arena, bytes), "in base64");
    add_text(f, base64_text(arena, f->right), "in base64 of UTF-16LE");
    add_text(f, base64_text(arena, span_text(base64_text(arena, bytes))),
             "in base64 of base64");
    add_text(f, hex_text(arena, bytes), "in hexadecimal");
    add(f, "", SPAN_NONE, "as an empty one");
    add_text(f, first_of(arena, f->password, LM_PASSWORD),
             "cut after 14 characters");
    add_text(f, first_of(arena, f->password, DES_PASSWORD),
             "cut after 8 characters");
    add_text(f, first_of(arena, f->password, length - 1),
             "without its last character");
}

/* ---- Letters beyond ASCII ---- */

static char *text_of(struct arena *arena, struct span latin1)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < latin1.size; i++) {
        buf_add_u16le(&out, latin1.data[i]);
    }
    return utf16le_text(arena, buf_span(&out));
}

static void add_letters(struct forms *f)
{
    struct arena *arena = f->arena;
    const char *password = f->password;
    struct span utf8 = span_text(password);

    add_text(f, why_decompose(arena, password),
             "in decomposed form (NFD), where the account has NFC");
    add_text(f, why_compose(arena, password),
             "in composed form (NFC), where the account has NFD");
    add_text(f, text_of(arena, utf8), "as UTF-8 read as ISO 8859-1");
    add_text(f, text_of(arena, why_bytes(arena, password, WHY_CP850)),
             "in code page 850 read as ISO 8859-1");
    add_text(f, text_of(arena, why_bytes(arena, password, WHY_CP437)),
             "in code page 437 read as ISO 8859-1");
    add_text(f, text_of(arena, why_bytes(arena, password, WHY_ASCII)),
             "with \"?\" for each letter that ASCII has not");
}

/* ---- What no text is: of a hash alone ---- */

static struct span big_endian(struct arena *arena, struct span utf16)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i + 1 < utf16.size; i += 2) {
        buf_add_u8(&out, utf16.data[i + 1]);
        buf_add_u8(&out, utf16.data[i]);
    }
    return arena_copy(arena, buf_span(&out));
}

static void add_bytes(struct forms *f)
{
    struct arena *arena = f->arena;
    const char *password = f->password;
    AUTO_BUF ended = {0};

    add(f, NULL, span_text(password), "as UTF-8, not as UTF-16LE");
    add(f, NULL, why_bytes(arena, password, WHY_LATIN1),
        "as Windows-1252, not as UTF-16LE");
    add(f, NULL, why_bytes(arena, password, WHY_CP850),
        "in code page 850, not as UTF-16LE");
    add(f, NULL, why_bytes(arena, password, WHY_CP437),
        "in code page 437, not as UTF-16LE");
    add(f, NULL, big_endian(arena, f->right), "as UTF-16BE, not as UTF-16LE");
    buf_add(&ended, f->right);
    buf_add_u16le(&ended, 0);
    add(f, NULL, arena_copy(arena, buf_span(&ended)), "with its closing NUL");
}

size_t why_forms(struct arena *arena, const char *password, bool bytes,
                 struct why_form out_forms[WHY_FORMS_MAX])
{
    struct forms f = {
        .arena = arena,
        .password = password,
        .right = wide(arena, password),
        .items = out_forms,
    };

    if (!*password || strlen(password) > WHY_PASSWORD_MAX) {
        return 0;
    }
    add_framed(&f);
    add_cases(&f);
    add_letters(&f);
    if (bytes) {
        add_bytes(&f);
    }
    add_escaped(&f);
    add_whole(&f);
    return f.count;
}
