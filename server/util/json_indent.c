/* Line breaks for JSON, see json_indent.h. */
#include "config.h"

#include "util/json_indent.h"

enum { LINE_WIDTH = 80 };

/* Behind the string that begins here. */
static size_t string_end(struct span json, size_t at)
{
    for (at++; at < json.size && json.data[at] != '"'; at++) {
        at += json.data[at] == '\\';
    }
    return at + 1;
}

/* Behind the value that begins here. */
static size_t value_end(struct span json, size_t at)
{
    size_t depth = 0;

    while (at < json.size) {
        uint8_t c = json.data[at];

        if (c == '"') {
            at = string_end(json, at);
            continue;
        }
        if ((c == ',' || c == '}' || c == ']') && depth == 0) {
            return at;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        at++;
    }
    return at;
}

static void line_break(struct buf *out, size_t level)
{
    buf_printf(out, "\n%*s", (int)(2 * level), "");
}

/* ", " and ": " where it stays on one line. */
static void add_flat(struct buf *out, struct span json)
{
    size_t at = 0;

    while (at < json.size) {
        size_t end = json.data[at] == '"' ? string_end(json, at) : at + 1;

        buf_add(out, span_slice(json, at, end - at));
        if (json.data[at] == ',' || json.data[at] == ':') {
            buf_add_u8(out, ' ');
        }
        at = end;
    }
}

static void add_value(struct buf *out, struct span json, size_t level);

/* One entry or item: "key": value, or a value. */
static void add_entry(struct buf *out, struct span json, size_t level)
{
    size_t end = json.size && json.data[0] == '"' ? string_end(json, 0) : 0;

    if (end && end < json.size) {
        buf_add(out, span_slice(json, 0, end));
        buf_add_text(out, ": ");
        json = span_slice(json, end + 1, json.size);
    }
    add_value(out, json, level);
}

static void add_value(struct buf *out, struct span json, size_t level)
{
    size_t at = 1;

    if (json.size == 0 || (json.data[0] != '{' && json.data[0] != '[') ||
        json.size + 2 * level < LINE_WIDTH - 16) {
        add_flat(out, json);
        return;
    }
    buf_add_u8(out, json.data[0]);
    while (at < json.size - 1) {
        size_t end = value_end(json, at);

        line_break(out, level + 1);
        add_entry(out, span_slice(json, at, end - at), level + 1);
        if (json.data[end] == ',') {
            buf_add_u8(out, ',');
        }
        at = end + 1;
    }
    line_break(out, level);
    buf_add_u8(out, json.data[json.size - 1]);
}

void json_indent(struct buf *out, struct span json)
{
    if (json.size) {
        add_value(out, json, 0);
    }
    buf_add_u8(out, '\n');
}
