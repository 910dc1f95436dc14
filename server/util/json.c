/* Writes JSON, see json.h. */
#include "config.h"

#include "util/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/utf.h"

void json_init(struct json *json, struct buf *out)
{
    *json = (struct json){.out = out};
}

static void add_escaped(struct buf *out, uint8_t c, bool escape_slash)
{
    switch (c) {
    case '"':
        buf_add_text(out, "\\\"");
        break;
    case '\\':
        buf_add_text(out, "\\\\");
        break;
    case '\n':
        buf_add_text(out, "\\n");
        break;
    case '\r':
        buf_add_text(out, "\\r");
        break;
    case '\t':
        buf_add_text(out, "\\t");
        break;
    case '/':
        buf_add_text(out, escape_slash ? "\\/" : "/");
        break;
    default:
        if (c < 0x20 || c == 0x7f) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_add_u8(out, c);
        }
    }
}

/* U+0080 to U+009F, the only two-byte sequences that are controls. */
static bool is_c1(struct span utf8)
{
    return utf8.data[0] == 0xc2 && utf8.data[1] < 0xa0;
}

/* How many bytes at the front stand for themselves in a string. */
static size_t plain_run(struct span utf8, bool escape_slash)
{
    /* ASCII but controls, quotation mark and backslash. */
    static const bool plain[] = {[' ' ... '!'] = true,
                                 ['#' ... '['] = true,
                                 [']' ... '~'] = true,
                                 [255] = false};
    static const bool but_slash[] = {[' ' ... '!'] = true,
                                     ['#' ... '.'] = true,
                                     ['0' ... '['] = true,
                                     [']' ... '~'] = true,
                                     [255] = false};
    const bool *table = escape_slash ? but_slash : plain;
    const uint8_t *end = utf8.data + utf8.size;
    const uint8_t *c = utf8.data;

    while (c < end && table[*c]) {
        c++;
    }
    return (size_t)(c - utf8.data);
}

static void quote(struct buf *out, struct span utf8, bool escape_slash)
{
    buf_add_u8(out, '"');
    while (utf8.size > 0) {
        size_t plain = plain_run(utf8, escape_slash);
        size_t length = plain ? plain : utf8_sequence(utf8);

        if (plain) {
            buf_add(out, span_slice(utf8, 0, plain));
        } else if (length == 0) {
            buf_add_text(out, "\xef\xbf\xbd");
            length = 1;
        } else if (length == 1) {
            add_escaped(out, utf8.data[0], escape_slash);
        } else if (length == 2 && is_c1(utf8)) {
            buf_printf(out, "\\u%04x", utf8.data[1]);
        } else {
            buf_add(out, span_slice(utf8, 0, length));
        }
        utf8 = span_slice(utf8, length, utf8.size);
    }
    buf_add_u8(out, '"');
}

void json_quote(struct buf *out, struct span utf8)
{
    quote(out, utf8, false);
}

static void begin(struct json *json, const char *name)
{
    if (json->comma) {
        buf_add_u8(json->out, ',');
    }
    if (name) {
        quote(json->out, span_text(name), json->escape_slash);
        buf_add_u8(json->out, ':');
    }
    json->comma = true;
}

void json_open_named(struct json *json, const char *name, char kind)
{
    assert(kind == '{' || kind == '[');
    begin(json, name);
    buf_add_u8(json->out, (uint8_t)kind);
    json->comma = false;
}

void json_open(struct json *json, char kind)
{
    json_open_named(json, NULL, kind);
}

void json_close(struct json *json, char kind)
{
    assert(kind == '}' || kind == ']');
    buf_add_u8(json->out, (uint8_t)kind);
    json->comma = true;
}

void json_text(struct json *json, const char *name, const char *text)
{
    if (text) {
        json_bytes(json, name, span_text(text));
        return;
    }
    begin(json, name);
    buf_add_text(json->out, "null");
}

void json_bytes(struct json *json, const char *name, struct span utf8)
{
    begin(json, name);
    quote(json->out, utf8, json->escape_slash);
}

void json_number(struct json *json, const char *name, int64_t value)
{
    begin(json, name);
    buf_add_number(json->out, value);
}

void json_real(struct json *json, const char *name, double value)
{
    char text[32];

    assert(isfinite(value));
    begin(json, name);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    buf_add_text(json->out, text);
}

void json_boolean(struct json *json, const char *name, bool value)
{
    begin(json, name);
    buf_add_text(json->out, value ? "true" : "false");
}

void json_hex(struct json *json, const char *name, struct span bytes)
{
    begin(json, name);
    buf_add_u8(json->out, '"');
    for (size_t i = 0; i < bytes.size; i++) {
        buf_printf(json->out, "%02x", bytes.data[i]);
    }
    buf_add_u8(json->out, '"');
}
