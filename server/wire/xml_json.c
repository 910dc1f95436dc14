/*
 * JSON (RFC 8259) as a tree that XPath walks, see xml_edit.h for the mapping:
 * each value knows where its bytes are.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "util/utf.h"
#include "wire/xml_places.h"

enum state {
    STATE_VALUE,
    STATE_FIRST_NAME, /* or the end of the object */
    STATE_NAME,
    STATE_FIRST_ITEM, /* or the end of the array */
    STATE_BEHIND,     /* a value: a comma, or an end */
};

struct json_reader {
    struct arena *arena;
    struct span body;
    size_t at;
    enum state state;
    xmlDoc *doc;
    xmlNode *node; /* of the innermost open object or array; NULL: none */
    struct place *open;
    struct range whole; /* of the value to come: from its name on */
    struct range name;
    size_t count;
    const char *why;
};

static bool fail(struct json_reader *reader, const char *why)
{
    reader->why = why;
    return false;
}

/* A comment is no JSON; a change before this one may have put it there. */
static size_t behind_comment(const struct json_reader *reader)
{
    struct span rest = span_slice(reader->body, reader->at, reader->body.size);
    size_t end = span_starts(rest, "/*") ? span_find(rest, span_text("*/"), 2)
                                         : SIZE_MAX;

    return end == SIZE_MAX ? reader->at : reader->at + end + 2;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct json_reader *reader)
{
    size_t before;

    do {
        before = reader->at;
        while (reader->at < reader->body.size &&
               is_space(reader->body.data[reader->at])) {
            reader->at++;
        }
        reader->at = behind_comment(reader);
    } while (reader->at != before);
}

/* NUL: past the end. */
static char next_byte(struct json_reader *reader)
{
    skip_space(reader);
    return reader->at < reader->body.size ? (char)reader->body.data[reader->at]
                                          : '\0';
}

/* ---- Texts ---- */

/* The range within the quotes; `at` moves behind them. */
static bool read_quoted(struct json_reader *reader, struct range *out_range)
{
    const uint8_t *data = reader->body.data;
    size_t at = reader->at + 1;

    while (at < reader->body.size && data[at] != '"') {
        at += data[at] == '\\' ? 2 : 1;
    }
    if (at >= reader->body.size) {
        return fail(reader, "a text has no end");
    }
    *out_range = (struct range){reader->at + 1, at};
    reader->at = at + 1;
    return true;
}

static unsigned hex4(const uint8_t *digits)
{
    unsigned value = 0;

    for (int i = 0; i < 4; i++) {
        uint8_t c = digits[i];

        unsigned digit = c <= '9' ? c - (unsigned)'0' : (c & 0x5fu) - 'A' + 10u;

        value = value * 16 + digit;
    }
    return value & 0xffff;
}

/* The UTF-16 of a \u escape, as the texts of the tree have it: in UTF-8. */
static size_t add_escape(struct buf *wide, const uint8_t *at, size_t left)
{
    static const char from[] = "bfnrt";
    static const char to[] = "\b\f\n\r\t";
    const char *known;

    if (left >= 6 && at[1] == 'u') {
        buf_add_u16le(wide, (uint16_t)hex4(at + 2));
        return 6;
    }
    if (left < 2) {
        return left;
    }
    known = at[1] ? strchr(from, at[1]) : NULL;
    buf_add_u16le(wide, known ? (uint8_t)to[known - from] : at[1]);
    return 2;
}

/* Without its escapes, as libxml2 can take it. */
static char *plain_text(struct json_reader *reader, struct range range)
{
    AUTO_BUF wide = {0};
    AUTO_BUF clean = {0};
    const uint8_t *data = reader->body.data;
    struct span bytes = span_of(data + range.start, range.end - range.start);

    if (!memchr(bytes.data, '\\', bytes.size)) {
        xml_clean(&clean, arena_text(reader->arena, bytes), false);
        return arena_strdup(reader->arena, buf_text(&clean));
    }
    for (size_t at = 0; at < bytes.size;) {
        const uint8_t *escape = memchr(bytes.data + at, '\\', bytes.size - at);
        size_t end = escape ? (size_t)(escape - bytes.data) : bytes.size;

        utf16le_add(&wide, span_slice(bytes, at, end - at));
        at = end;
        if (escape) {
            at += add_escape(&wide, escape, bytes.size - at);
        }
    }
    xml_clean(&clean, utf16le_text(reader->arena, buf_span(&wide)), false);
    return arena_strdup(reader->arena, buf_text(&clean));
}

/* ---- The tree ---- */

/* "Link" of what is in "Links". */
static const char *item_name(struct json_reader *reader)
{
    const char *name = (const char *)reader->node->name;
    size_t size = strlen(name);

    return size > 1 && name[size - 1] == 's'
               ? arena_text(reader->arena, span_of(name, size - 1))
               : "item";
}

static const char *value_name(struct json_reader *reader)
{
    if (!reader->open) {
        return "json";
    }
    return reader->open->is_array ? item_name(reader)
                                  : plain_text(reader, reader->name);
}

static struct place *add_place(struct json_reader *reader, size_t start)
{
    struct place *place = ARENA_NEW(reader->arena, struct place);
    struct place *parent = reader->open;

    place->whole.start =
        parent && !parent->is_array ? reader->whole.start : start;
    place->name = reader->name;
    place->value.start = start;
    place->parent = parent;
    place->depth = parent ? parent->depth + 1 : 0;
    if (parent) {
        place->previous = parent->last;
        if (parent->last) {
            parent->last->next = place;
        }
        parent->last = place;
    }
    return place;
}

static xmlNode *add_element(struct json_reader *reader, struct place *place,
                            const char *text)
{
    xmlNode *node = xmlNewDocNode(reader->doc, NULL,
                                  (const xmlChar *)value_name(reader), NULL);

    assert(node);
    if (text) {
        xmlAddChild(node, xmlNewDocText(reader->doc, (const xmlChar *)text));
    }
    node->_private = place;
    if (reader->node) {
        xmlAddChild(reader->node, node);
    } else {
        xmlDocSetRootElement(reader->doc, node);
    }
    return node;
}

/* xmlNewProp would walk all those that are there. */
static void add_attribute(struct json_reader *reader, struct place *place,
                          const char *text)
{
    xmlAttr *last = reader->open->last_attribute;
    xmlAttr *attribute =
        xmlNewDocProp(reader->doc, (const xmlChar *)value_name(reader), NULL);
    xmlNode *child = xmlNewDocText(reader->doc, (const xmlChar *)text);

    assert(attribute && child);
    child->parent = (xmlNode *)attribute;
    attribute->children = child;
    attribute->last = child;
    attribute->_private = place;
    attribute->parent = reader->node;
    attribute->prev = last;
    if (last) {
        last->next = attribute;
    } else {
        reader->node->properties = attribute;
    }
    reader->open->last_attribute = attribute;
}

/* ---- Values ---- */

static bool open_value(struct json_reader *reader, char kind)
{
    struct place *place = add_place(reader, reader->at);

    if (place->depth > EDIT_DEPTH_MAX) {
        return fail(reader, "it is nested deeper than is edited");
    }
    reader->node = add_element(reader, place, NULL);
    place->is_array = kind == '[';
    reader->open = place;
    reader->at++;
    reader->state = kind == '[' ? STATE_FIRST_ITEM : STATE_FIRST_NAME;
    return true;
}

/* A text, a number or a literal: an attribute of its object, an element of its
 * array. */
static void add_scalar(struct json_reader *reader, size_t start,
                       const char *text)
{
    struct place *place = add_place(reader, start);

    place->value.end = reader->at;
    place->whole.end = reader->at;
    if (reader->open && !reader->open->is_array) {
        add_attribute(reader, place, text);
    } else {
        (void)add_element(reader, place, text);
    }
    reader->state = STATE_BEHIND;
}

static bool read_bare(struct json_reader *reader)
{
    static const char bare[] = "+-.0123456789Eaeflnrstu";
    size_t start = reader->at;
    const uint8_t *data = reader->body.data;

    while (reader->at < reader->body.size && data[reader->at] &&
           strchr(bare, data[reader->at])) {
        reader->at++;
    }
    if (reader->at == start) {
        return fail(reader, "there is no value where one should be");
    }
    add_scalar(reader, start,
               arena_text(reader->arena,
                          span_slice(reader->body, start, reader->at - start)));
    return true;
}

static bool read_value(struct json_reader *reader)
{
    char c = next_byte(reader);
    size_t start = reader->at;
    struct range quoted;

    if (++reader->count > EDIT_PLACES_MAX) {
        return fail(reader, "more values than are edited");
    }
    if (c == '{' || c == '[') {
        return open_value(reader, c);
    }
    if (c != '"') {
        return read_bare(reader);
    }
    if (!read_quoted(reader, &quoted)) {
        return false;
    }
    add_scalar(reader, start, plain_text(reader, quoted));
    return true;
}

static bool read_name(struct json_reader *reader)
{
    if (next_byte(reader) != '"') {
        return fail(reader, "there is no name where one should be");
    }
    reader->whole.start = reader->at;
    if (!read_quoted(reader, &reader->name)) {
        return false;
    }
    if (next_byte(reader) != ':') {
        return fail(reader, "there is no colon behind a name");
    }
    reader->at++;
    reader->state = STATE_VALUE;
    return true;
}

static bool close_value(struct json_reader *reader)
{
    struct place *place = reader->open;

    if (next_byte(reader) != (place->is_array ? ']' : '}')) {
        return fail(reader, "an object or array does not end as it begins");
    }
    reader->at++;
    place->value.end = reader->at;
    place->whole.end = reader->at;
    reader->open = place->parent;
    reader->node = reader->open ? reader->node->parent : NULL;
    reader->state = STATE_BEHIND;
    return true;
}

static bool go_on(struct json_reader *reader)
{
    if (next_byte(reader) != ',') {
        return close_value(reader);
    }
    reader->at++;
    reader->name = (struct range){0, 0};
    reader->state = reader->open->is_array ? STATE_VALUE : STATE_NAME;
    return true;
}

static bool advance(struct json_reader *reader)
{
    char c;

    switch (reader->state) {
    case STATE_VALUE:
        return read_value(reader);
    case STATE_NAME:
        return read_name(reader);
    case STATE_BEHIND:
        return go_on(reader);
    case STATE_FIRST_NAME:
    case STATE_FIRST_ITEM:
        c = next_byte(reader);
        reader->name = (struct range){0, 0};
        if (c == '}' || c == ']') {
            return close_value(reader);
        }
        reader->state = reader->open->is_array ? STATE_VALUE : STATE_NAME;
        return true;
    }
    return false;
}

xmlDoc *json_places(struct arena *arena, struct span body, const char **out_why)
{
    AUTO(xml_doc) doc = xmlNewDoc((const xmlChar *)"1.0");
    struct json_reader reader = {.arena = arena, .body = body, .doc = doc};

    assert(doc);
    do {
        if (!advance(&reader)) {
            *out_why = reader.why;
            return NULL;
        }
    } while (reader.open || reader.state != STATE_BEHIND);
    if (next_byte(&reader) != '\0' || reader.at < body.size) {
        *out_why = "something stands behind its end";
        return NULL;
    }
    return take(&doc);
}
