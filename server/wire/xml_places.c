/*
 * Where the elements of a document stand in its bytes, see xml_places.h.
 * libxml2 reads the document and makes the tree, but does not tell where each
 * thing was; a scan for tags alone finds that, and both have the elements in
 * the same order.
 */
#include "config.h"

#include "wire/xml_places.h"

#include <assert.h>
#include <string.h>

#include <libxml/parser.h>

AUTO_DEFINE(xml_parser, xmlParserCtxt *, xmlFreeParserCtxt)

/* ---- Tags ---- */

struct scan {
    struct span body;
    size_t at;
    struct place *places;
    size_t count;
    size_t capacity;
    size_t open; /* 1 + the index of the innermost open element; 0: none */
    size_t *parents;
    const char *why;
};

static bool fail(struct scan *scan, const char *why)
{
    scan->why = why;
    return false;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_space(struct span body, size_t at)
{
    while (at < body.size && is_space(body.data[at])) {
        at++;
    }
    return at;
}

static size_t name_end(struct span body, size_t at)
{
    while (at < body.size && !is_space(body.data[at]) && body.data[at] &&
           !strchr("/>=<\"'", body.data[at])) {
        at++;
    }
    return at;
}

bool xml_attribute_at(struct span body, size_t *at,
                      struct attribute_place *out_place)
{
    size_t from = *at;
    size_t start = skip_space(body, from);
    size_t end = name_end(body, start);
    size_t equals = skip_space(body, end);
    size_t quote = skip_space(body, equals + 1);
    const uint8_t *close;

    if (end == start || quote >= body.size || body.data[equals] != '=' ||
        (body.data[quote] != '"' && body.data[quote] != '\'')) {
        return false;
    }
    close =
        memchr(body.data + quote + 1, body.data[quote], body.size - quote - 1);
    if (!close) {
        return false;
    }
    *at = (size_t)(close - body.data) + 1;
    *out_place = (struct attribute_place){
        {from, *at}, {start, end}, {quote + 1, *at - 1}};
    return true;
}

/* Past a comment, a section or an instruction that ends like this. */
static bool skip_to(struct scan *scan, const char *end)
{
    size_t found = span_find(scan->body, span_text(end), scan->at);

    if (found == SIZE_MAX) {
        return fail(scan, "a comment, section or instruction has no end");
    }
    scan->at = found + strlen(end);
    return true;
}

static struct place *add_place(struct scan *scan)
{
    if (scan->count == scan->capacity) {
        return NULL;
    }
    return &scan->places[scan->count++];
}

static bool open_tag(struct scan *scan)
{
    struct place *place = add_place(scan);
    struct attribute_place attribute;
    size_t start = scan->at;
    size_t at = name_end(scan->body, start + 1);

    if (!place) {
        return fail(scan, "more elements than are edited");
    }
    place->whole.start = start;
    place->name = (struct range){start + 1, at};
    while (xml_attribute_at(scan->body, &at, &attribute)) {
    }
    at = skip_space(scan->body, at);
    if (at < scan->body.size && scan->body.data[at] == '/') {
        place->value = (struct range){at, at};
        at++;
    }
    if (at >= scan->body.size || scan->body.data[at] != '>') {
        return fail(scan, "a tag is not well-formed");
    }
    scan->at = at + 1;
    scan->parents[scan->count - 1] = scan->open;
    if (place->value.start) {
        place->whole.end = scan->at;
    } else {
        place->value.start = scan->at;
        scan->open = scan->count;
    }
    return true;
}

static bool close_tag(struct scan *scan)
{
    struct place *place;
    size_t end = name_end(scan->body, scan->at + 2);
    size_t at = skip_space(scan->body, end);

    if (!scan->open || at >= scan->body.size || scan->body.data[at] != '>') {
        return fail(scan, "a closing tag is not well-formed");
    }
    place = &scan->places[scan->open - 1];
    place->value.end = scan->at;
    place->close = (struct range){scan->at + 2, end};
    scan->at = at + 1;
    place->whole.end = scan->at;
    scan->open = scan->parents[scan->open - 1];
    return true;
}

static bool one_tag(struct scan *scan)
{
    struct span rest =
        span_slice(scan->body, scan->at, scan->body.size - scan->at);

    if (span_starts(rest, "<!--")) {
        scan->at += strlen("<!--");
        return skip_to(scan, "-->");
    }
    if (span_starts(rest, "<![CDATA[")) {
        return skip_to(scan, "]]>");
    }
    if (span_starts(rest, "<?")) {
        return skip_to(scan, "?>");
    }
    if (span_starts(rest, "<!")) {
        return fail(scan, "a document type declaration is not edited");
    }
    return span_starts(rest, "</") ? close_tag(scan) : open_tag(scan);
}

static size_t count_tags(struct span body)
{
    size_t count = 0;

    for (size_t i = 0; i < body.size; i++) {
        count += body.data[i] == '<';
    }
    return count;
}

static bool scan_tags(struct arena *arena, struct scan *scan)
{
    size_t tags = count_tags(scan->body);
    const uint8_t *found;

    scan->capacity = tags < EDIT_PLACES_MAX ? tags : EDIT_PLACES_MAX;
    scan->places =
        arena_alloc(arena, (scan->capacity + 1) * sizeof(*scan->places));
    scan->parents =
        arena_alloc(arena, (scan->capacity + 1) * sizeof(*scan->parents));
    while ((found = memchr(scan->body.data + scan->at, '<',
                           scan->body.size - scan->at))) {
        scan->at = (size_t)(found - scan->body.data);
        if (!one_tag(scan)) {
            return false;
        }
    }
    return !scan->open || fail(scan, "an element is not closed");
}

/* ---- The tree ---- */

static xmlDoc *read_tree(struct span body)
{
    AUTO(xml_parser) parser = xmlNewParserCtxt();

    assert(parser);
    /* Recovering: a change before this one may have made it ill-formed. */
    return xmlCtxtReadMemory(parser, (const char *)body.data, (int)body.size,
                             NULL, NULL,
                             XML_PARSE_NONET | XML_PARSE_RECOVER |
                                 XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
}

xmlNode *xml_places_next(xmlNode *node)
{
    if (node->type == XML_ELEMENT_NODE && node->children) {
        return node->children;
    }
    while (node && !node->next) {
        node = node->parent;
        if (node && node->type == XML_DOCUMENT_NODE) {
            return NULL;
        }
    }
    return node ? node->next : NULL;
}

/* "prefix:name", as the tag has it. */
static bool is_named(const xmlNode *node, struct span name)
{
    const char *local = (const char *)node->name;
    size_t size = strlen(local);

    return name.size >= size &&
           memcmp(name.data + name.size - size, local, size) == 0;
}

/* Gives each element its place; false: they are not the same elements. */
static bool join(struct scan *scan, xmlDoc *doc)
{
    size_t i = 0;

    for (xmlNode *node = doc->children; node; node = xml_places_next(node)) {
        struct place *place = &scan->places[i];

        if (node->type != XML_ELEMENT_NODE) {
            continue;
        }
        if (i == scan->count ||
            !is_named(node, span_slice(scan->body, place->name.start,
                                       place->name.end - place->name.start))) {
            return false;
        }
        place->parent =
            scan->parents[i] ? &scan->places[scan->parents[i] - 1] : NULL;
        node->_private = place;
        i++;
    }
    return i == scan->count;
}

xmlDoc *xml_places(struct arena *arena, struct span body, const char **out_why)
{
    struct scan scan = {.body = body};
    AUTO(xml_doc) doc = NULL;

    if (!scan_tags(arena, &scan)) {
        *out_why = scan.why;
        return NULL;
    }
    doc = read_tree(body);
    if (!doc || !xmlDocGetRootElement(doc) || !join(&scan, doc)) {
        *out_why = "it is not well-formed";
        return NULL;
    }
    return take(&doc);
}
