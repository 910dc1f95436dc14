/* Texts in the notations of reports, see escape.h. */
#include "config.h"

#include "report/escape.h"

#include <string.h>
#include <strings.h>

#include "util/json.h"
#include "util/utf.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* U+FFFE and U+FFFF, which are well-formed and no characters. */
static bool is_none(struct span rest, size_t length)
{
    return length == 3 && rest.data[0] == 0xef && rest.data[1] == 0xbf &&
           rest.data[2] >= 0xbe;
}

/* What stands at the front, and how many bytes of the text that is. */
static struct span next(struct span rest, size_t *out_length)
{
    size_t length = utf8_sequence(rest);

    *out_length = length ? length : 1;
    return length == 0 || is_none(rest, length) ? span_text(REPLACEMENT)
                                                : span_slice(rest, 0, length);
}

static bool is_control(uint8_t c)
{
    return c < ' ' || c == 0x7f;
}

/* U+0080 to U+009F, which terminals obey, too. */
static bool is_c1(struct span piece)
{
    return piece.size == 2 && piece.data[0] == 0xc2 && piece.data[1] < 0xa0;
}

static void put_control(struct buf *out, uint8_t c)
{
    buf_printf(out, "\\x%02x", c);
}

/* `put` writes an ASCII character; all others stand for themselves. */
static void each(struct buf *out, const char *text,
                 void (*put)(struct buf *out, uint8_t c))
{
    struct span rest = span_text(text);

    while (rest.size) {
        size_t length;
        struct span piece = next(rest, &length);

        if (piece.size == 1) {
            put(out, piece.data[0]);
        } else if (is_c1(piece)) {
            put(out, '\\');
            buf_printf(out, "x%02x", piece.data[1]);
        } else {
            buf_add(out, piece);
        }
        rest = span_slice(rest, length, rest.size);
    }
}

/* ---- XML ---- */

static void put_xml(struct buf *out, uint8_t c)
{
    switch (c) {
    case '<':
        buf_add_text(out, "&lt;");
        break;
    case '>': /* "]]>" has no place in a text */
        buf_add_text(out, "&gt;");
        break;
    case '&':
        buf_add_text(out, "&amp;");
        break;
    case '"':
        buf_add_text(out, "&quot;");
        break;
    case '\r': /* else a reader makes a line feed of it */
        buf_add_text(out, "&#13;");
        break;
    default:
        if (is_control(c) && c != '\t' && c != '\n') {
            put_control(out, c);
        } else {
            buf_add_u8(out, c);
        }
    }
}

void escape_xml(struct buf *out, const char *text)
{
    each(out, text, put_xml);
}

/* XML 1.0, section 3.3.3: white space in a value is made a blank. */
static void put_xml_attribute(struct buf *out, uint8_t c)
{
    if (c == '\t' || c == '\n') {
        buf_printf(out, "&#%d;", c);
    } else {
        put_xml(out, c);
    }
}

void escape_xml_attribute(struct buf *out, const char *text)
{
    each(out, text, put_xml_attribute);
}

/* ---- TAP ---- */

static void put_tap(struct buf *out, uint8_t c)
{
    if (c == '#' || c == '\\') {
        buf_add_u8(out, '\\');
        buf_add_u8(out, c);
    } else if (c == '\n' || c == '\r' || c == '\t') {
        buf_add_u8(out, ' ');
    } else if (is_control(c)) {
        buf_add_u8(out, '\\');
        put_control(out, c);
    } else {
        buf_add_u8(out, c);
    }
}

void escape_tap(struct buf *out, const char *text)
{
    each(out, text, put_tap);
}

static void put_plain(struct buf *out, uint8_t c)
{
    buf_add_u8(out, c);
}

/* Every JSON string is one of YAML (YAML 1.2, section 1.3). */
void escape_yaml(struct buf *out, const char *text)
{
    AUTO_BUF clean = {0};

    each(&clean, text, put_plain);
    json_quote(out, buf_span(&clean));
}

/* ---- Markdown ---- */

static void put_markdown(struct buf *out, uint8_t c)
{
    if (c == '<') {
        buf_add_text(out, "&lt;");
    } else if (c == '>') {
        buf_add_text(out, "&gt;");
    } else if (c == '&') {
        buf_add_text(out, "&amp;");
    } else if (c == '@') {
        buf_add_text(out, "@<!-- -->"); /* nobody is called */
    } else if (c == '\n' || c == '\r' || c == '\t') {
        buf_add_u8(out, ' ');
    } else if (is_control(c)) {
        buf_add_u8(out, '\\');
        put_control(out, c);
    } else {
        if (strchr("\\`*_{}[]#|~", c)) {
            buf_add_u8(out, '\\');
        }
        buf_add_u8(out, c);
    }
}

void escape_markdown(struct buf *out, const char *text)
{
    each(out, text, put_markdown);
}

/* A row of a table ends at a bar, be it within code. */
static void put_code(struct buf *out, uint8_t c)
{
    if (c == '|') {
        buf_add_text(out, "\\|");
    } else if (c == '\n') {
        buf_add_text(out, "\\n");
    } else if (is_control(c)) {
        put_control(out, c);
    } else {
        buf_add_u8(out, c);
    }
}

static size_t longest_backticks(const char *text)
{
    size_t longest = 0;

    while (*text) {
        size_t run = strspn(text, "`");

        longest = run > longest ? run : longest;
        text += run ? run : 1;
    }
    return longest;
}

/* CommonMark 6.1: as many backticks as there are nowhere within. */
void escape_markdown_code(struct buf *out, const char *text)
{
    size_t fence = longest_backticks(text) + 1;
    bool blank = *text == '`' || *text == ' ' || !*text ||
                 strchr("` ", text[strlen(text) - 1]);

    for (size_t i = 0; i < fence; i++) {
        buf_add_u8(out, '`');
    }
    buf_add_text(out, blank ? " " : "");
    each(out, text, put_code);
    buf_add_text(out, blank ? " " : "");
    for (size_t i = 0; i < fence; i++) {
        buf_add_u8(out, '`');
    }
}

/* ---- Mermaid ---- */

/* Its codes for characters have a number sign where HTML has "&#". */
static void put_mermaid(struct buf *out, uint8_t c)
{
    if (c == '\n' || c == '\r' || c == '\t') {
        buf_add_u8(out, ' ');
    } else if (is_control(c)) {
        buf_printf(out, "#92;x%02x", c);
    } else if (strchr("#;:<>%&{}\"\\`|()[]", c)) {
        buf_printf(out, "#%d;", c);
    } else {
        buf_add_u8(out, c);
    }
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The word "end" breaks diagrams, wherever it stands. */
void escape_mermaid(struct buf *out, const char *text)
{
    AUTO_BUF escaped = {0};
    const char *at;
    char before = ' ';

    each(&escaped, text, put_mermaid);
    for (at = buf_text(&escaped); *at; before = *at++) {
        if (!is_letter(before) && strncasecmp(at, "end", 3) == 0 &&
            !is_letter(at[3])) {
            buf_printf(out, "#%d;", *at);
        } else {
            buf_add_u8(out, (uint8_t)*at);
        }
    }
}

/* ---- Workflow commands ---- */

static void put_command(struct buf *out, uint8_t c)
{
    if (c == '%' || c == '\r' || c == '\n') {
        buf_printf(out, "%%%02X", c);
    } else if (is_control(c) && c != '\t') {
        put_control(out, c);
    } else {
        buf_add_u8(out, c);
    }
}

void escape_command(struct buf *out, const char *text)
{
    each(out, text, put_command);
}

static void put_command_property(struct buf *out, uint8_t c)
{
    if (c == ':' || c == ',') {
        buf_printf(out, "%%%02X", c);
    } else {
        put_command(out, c);
    }
}

void escape_command_property(struct buf *out, const char *text)
{
    each(out, text, put_command_property);
}
