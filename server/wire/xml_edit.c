/* Changes in the bytes of a document, see xml_edit.h. */
#include "config.h"

#include "wire/xml_edit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/json.h"
#include "util/mem.h"
#include "wire/xml_places.h"
#include "wire/xml_select.h"

/* One change: these bytes in place of that range. */
struct change {
    struct range range;
    struct span bytes;
    size_t number; /* what was asked for first stands first */
};

struct edit {
    struct arena *arena;
    struct span body;
    enum edit_form form;
    bool escape_slash; /* JSON writes "\/", as .NET does */
    xmlDoc *doc;
    struct change *changes;
    size_t count;
    size_t capacity;
    /* Where the last attribute was found: the next one is mostly behind it. */
    const struct place *tag;
    size_t at;
};

static size_t first_character(struct span body)
{
    size_t at = span_starts(body, "\xef\xbb\xbf") ? 3 : 0;

    while (at < body.size && body.data[at] &&
           strchr(" \t\r\n", body.data[at])) {
        at++;
    }
    return at;
}

/* Bytes in front of a document, such as a BOM, are none of it. */
static xmlDoc *read_document(struct edit *edit, const char **out_why)
{
    size_t at = first_character(edit->body);
    uint8_t first = at < edit->body.size ? edit->body.data[at] : 0;

    *out_why = "it is neither XML nor JSON";
    if (edit->body.size > EDIT_SIZE_MAX) {
        *out_why = "it is larger than what is edited";
        return NULL;
    }
    if (first == '<') {
        edit->form = EDIT_XML;
        return xml_places(edit->arena, edit->body, out_why);
    }
    if (first == '{' || first == '[') {
        edit->form = EDIT_JSON;
        edit->escape_slash =
            span_find(edit->body, span_text("\\/"), 0) != SIZE_MAX;
        return json_places(edit->arena, edit->body, out_why);
    }
    return NULL;
}

struct edit *edit_open(struct arena *arena, struct span body,
                       const char **out_why)
{
    struct edit *edit = ARENA_NEW(arena, struct edit);

    edit->arena = arena;
    edit->body = body;
    edit->doc = read_document(edit, out_why);
    return edit->doc ? edit : NULL;
}

void edit_free(struct edit *edit)
{
    if (edit) {
        xmlFreeDoc(edit->doc);
        mem_free(edit->changes);
    }
}

enum edit_form edit_form(const struct edit *edit)
{
    return edit->form;
}

const char *edit_form_name(enum edit_form form)
{
    return form == EDIT_XML ? "XML" : "JSON";
}

struct arena *edit_arena(const struct edit *edit)
{
    return edit->arena;
}

struct span edit_bytes(const struct edit *edit, struct range range)
{
    return span_slice(edit->body, range.start, range.end - range.start);
}

/* ---- Places ---- */

static const char *uri_of(const xmlNs *ns)
{
    return ns && ns->href ? (const char *)ns->href : "";
}

static bool is_name(struct span name, const char *prefix, const char *local)
{
    size_t size = prefix ? strlen(prefix) + 1 : 0;

    return name.size == size + strlen(local) &&
           (!prefix || (memcmp(name.data, prefix, size - 1) == 0 &&
                        name.data[size - 1] == ':')) &&
           memcmp(name.data + size, local, name.size - size) == 0;
}

static bool attribute_from(struct edit *edit, size_t at, const xmlAttr *node,
                           struct attribute_place *out_place)
{
    const char *prefix = node->ns ? (const char *)node->ns->prefix : NULL;

    while (xml_attribute_at(edit->body, &at, out_place)) {
        if (is_name(edit_bytes(edit, out_place->name), prefix,
                    (const char *)node->name)) {
            edit->at = at;
            return true;
        }
    }
    return false;
}

/* From where the last one was found, else from the first on: a tag with many
 * attributes is walked once. */
static bool find_attribute(struct edit *edit, const xmlAttr *node,
                           struct attribute_place *out_place)
{
    const struct place *tag = node->parent->_private;
    bool again = tag == edit->tag;

    edit->tag = tag;
    return (again && attribute_from(edit, edit->at, node, out_place)) ||
           attribute_from(edit, tag->name.end, node, out_place);
}

static bool attribute_spot(struct edit *edit, xmlNode *node,
                           struct spot *out_spot)
{
    const xmlAttr *attribute = (const xmlAttr *)node;
    struct attribute_place found;

    if (!attribute->parent || !attribute->parent->_private ||
        !find_attribute(edit, attribute, &found)) {
        return false;
    }
    *out_spot = (struct spot){
        .kind = SPOT_ATTRIBUTE,
        .whole = found.whole,
        .name = found.name,
        .value = found.value,
        .uri = uri_of(attribute->ns),
        .place = attribute->parent->_private,
    };
    return true;
}

static bool spot_of(struct edit *edit, xmlNode *node, struct spot *out_spot)
{
    const struct place *place;

    if (node->type == XML_TEXT_NODE && node->parent->children == node &&
        !node->next) {
        node = node->parent;
    }
    if (edit->form == EDIT_XML && node->type == XML_ATTRIBUTE_NODE) {
        return attribute_spot(edit, node, out_spot);
    }
    if (node->type != XML_ELEMENT_NODE && node->type != XML_ATTRIBUTE_NODE) {
        return false;
    }
    place = node->_private;
    if (!place) {
        return false;
    }
    *out_spot = (struct spot){
        .kind = edit->form == EDIT_XML ? SPOT_ELEMENT : SPOT_MEMBER,
        .whole = place->whole,
        .name = place->name,
        .close = place->close,
        .value = place->value,
        .uri = uri_of(node->ns),
        .place = place,
    };
    return true;
}

bool edit_find(struct edit *edit, const char *path, struct spot **out_spots,
               size_t *out_count)
{
    xmlNode *const *nodes;
    size_t count;

    *out_count = 0;
    *out_spots = NULL;
    if (!xml_select(edit->arena, path, edit->doc, &nodes, &count)) {
        return false;
    }
    *out_spots = arena_alloc(edit->arena, (count + 1) * sizeof(**out_spots));
    for (size_t i = 0; i < count; i++) {
        *out_count += spot_of(edit, nodes[i], &(*out_spots)[*out_count]);
    }
    return true;
}

static bool declares(struct span name)
{
    return span_equal(name, span_text("xmlns")) || span_starts(name, "xmlns:");
}

/* Those of one tag, counted, and kept where there is a list. */
static size_t declarations_of(struct edit *edit, const struct place *place,
                              struct spot *out_spots)
{
    struct attribute_place found;
    size_t at = place->name.end;
    size_t count = 0;

    while (xml_attribute_at(edit->body, &at, &found)) {
        if (!declares(edit_bytes(edit, found.name))) {
            continue;
        }
        if (out_spots) {
            out_spots[count] = (struct spot){
                .kind = SPOT_ATTRIBUTE,
                .whole = found.whole,
                .name = found.name,
                .value = found.value,
                .uri = "",
                .place = place,
            };
        }
        count++;
    }
    return count;
}

static size_t declarations_in(struct edit *edit, struct spot *out_spots)
{
    size_t count = 0;

    for (xmlNode *node = xmlDocGetRootElement(edit->doc); node;
         node = xml_places_next(node)) {
        if (node->type == XML_ELEMENT_NODE) {
            count += declarations_of(edit, node->_private,
                                     out_spots ? out_spots + count : NULL);
        }
    }
    return count;
}

void edit_declarations(struct edit *edit, struct spot **out_spots,
                       size_t *out_count)
{
    size_t count = edit->form == EDIT_XML ? declarations_in(edit, NULL) : 0;

    *out_spots = arena_alloc(edit->arena, (count + 1) * sizeof(**out_spots));
    *out_count = count ? declarations_in(edit, *out_spots) : 0;
}

void edit_siblings(const struct spot *spot, const struct range **out_previous,
                   const struct range **out_next)
{
    const struct place *place = spot->place;

    *out_previous = place->previous ? &place->previous->whole : NULL;
    *out_next = place->next ? &place->next->whole : NULL;
}

size_t edit_parent(const struct spot *spot)
{
    const struct place *parent =
        spot->kind == SPOT_ATTRIBUTE ? spot->place : spot->place->parent;

    return parent ? parent->whole.start : SIZE_MAX;
}

/* ---- Changes ---- */

void edit_put(struct edit *edit, struct range range, struct span bytes)
{
    if (edit->count == edit->capacity) {
        edit->capacity = edit->capacity ? 2 * edit->capacity : 16;
        edit->changes =
            mem_resize(edit->changes, edit->capacity * sizeof(*edit->changes));
    }
    edit->changes[edit->count] = (struct change){range, bytes, edit->count};
    edit->count++;
}

void edit_put_text(struct edit *edit, struct range range, const char *text)
{
    edit_put(edit, range, span_text(text));
}

void edit_put_value(struct edit *edit, const struct spot *spot,
                    struct span bytes)
{
    struct span name = edit_bytes(edit, spot->name);
    AUTO_BUF full = {0};

    if (spot->kind != SPOT_ELEMENT || spot->close.end) {
        edit_put(edit, spot->value, bytes);
        return;
    }
    buf_add_text(&full, ">");
    buf_add(&full, bytes);
    buf_add_text(&full, "</");
    buf_add(&full, name);
    buf_add_text(&full, ">");
    edit_put(edit, (struct range){spot->value.start, spot->whole.end},
             arena_copy(edit->arena, buf_span(&full)));
}

/* A number, or a literal: what stood without quotes goes on to. */
static bool is_bare(struct span value)
{
    static const char bare[] = "+-.0123456789Ee";
    size_t size = 0;

    while (size < value.size && value.data[size] &&
           strchr(bare, value.data[size])) {
        size++;
    }
    return (value.size && size == value.size) ||
           span_equal(value, span_text("true")) ||
           span_equal(value, span_text("false")) ||
           span_equal(value, span_text("null"));
}

struct span edit_quote(const struct edit *edit, const struct spot *spot,
                       const char *text)
{
    AUTO_BUF out = {0};
    struct json json;

    if (spot->kind != SPOT_MEMBER) {
        xml_clean(&out, text, true);
        return arena_copy(edit->arena, buf_span(&out));
    }
    if (is_bare(edit_bytes(edit, spot->value)) && is_bare(span_text(text))) {
        return arena_copy(edit->arena, span_text(text));
    }
    json_init(&json, &out);
    json.escape_slash = edit->escape_slash;
    json_bytes(&json, NULL, span_text(text));
    return arena_copy(edit->arena, buf_span(&out));
}

static const char *resolved(struct edit *edit, struct span bytes)
{
    AUTO(edit) part = NULL;
    AUTO_BUF all = {0};
    const char *why;
    char *text;

    buf_add_text(&all, "<x>");
    buf_add(&all, bytes);
    buf_add_text(&all, "</x>");
    part = edit_open(edit->arena, buf_span(&all), &why);
    if (!part || xml_first(xmlDocGetRootElement(part->doc))) {
        return NULL;
    }
    text = xml_content(edit->arena, xmlDocGetRootElement(part->doc));
    return text;
}

/* A JSON text is the one value of an array. */
static const char *unescaped(struct edit *edit, struct span bytes)
{
    AUTO(edit) part = NULL;
    AUTO_BUF all = {0};
    const char *why;

    buf_add_text(&all, "[");
    buf_add(&all, bytes);
    buf_add_text(&all, "]");
    part = edit_open(edit->arena, buf_span(&all), &why);
    return part ? xml_content(edit->arena,
                              xml_first(xmlDocGetRootElement(part->doc)))
                : NULL;
}

/* Whether the bytes stand for themselves, as most do. */
static bool is_plain(struct span bytes, const char *special)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] < 0x20 || strchr(special, bytes.data[i])) {
            return false;
        }
    }
    return true;
}

const char *edit_value(struct edit *edit, const struct spot *spot)
{
    struct span bytes = edit_bytes(edit, spot->value);

    if (spot->kind != SPOT_MEMBER) {
        return is_plain(bytes, "&<") ? arena_text(edit->arena, bytes)
                                     : resolved(edit, bytes);
    }
    if (is_plain(bytes, "\"\\{[")) {
        return arena_text(edit->arena, bytes);
    }
    if (bytes.size >= 2 && bytes.data[0] == '"' &&
        is_plain(span_slice(bytes, 1, bytes.size - 2), "\"\\")) {
        return arena_text(edit->arena, span_slice(bytes, 1, bytes.size - 2));
    }
    return bytes.size && strchr("{[", bytes.data[0]) ? NULL
                                                     : unescaped(edit, bytes);
}

static int by_place(const void *one, const void *other)
{
    const struct change *a = one;
    const struct change *b = other;

    if (a->range.start != b->range.start) {
        return a->range.start < b->range.start ? -1 : 1;
    }
    return a->number < b->number ? -1 : a->number > b->number;
}

struct span edit_result(struct edit *edit)
{
    AUTO_BUF out = {0};
    size_t at = 0;

    if (edit->count) {
        qsort(edit->changes, edit->count, sizeof(*edit->changes), by_place);
    }
    for (size_t i = 0; i < edit->count; i++) {
        const struct change *change = &edit->changes[i];

        if (change->range.start < at) {
            continue;
        }
        buf_add(&out,
                edit_bytes(edit, (struct range){at, change->range.start}));
        buf_add(&out, change->bytes);
        at = change->range.end;
    }
    buf_add(&out, edit_bytes(edit, (struct range){at, edit->body.size}));
    return arena_copy(edit->arena, buf_span(&out));
}
