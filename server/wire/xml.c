/* libxml2 made safe for the network, see xml.h. */
#include "config.h"

#include "wire/xml.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlIO.h>
#include <libxml/xmlsave.h>

#include "util/mem.h"

AUTO_DEFINE(xml_parser, xmlParserCtxt *, xmlFreeParserCtxt)
AUTO_DEFINE(xml_buffer, xmlBuffer *, xmlBufferFree)

#if LIBXML_VERSION >= 21200
typedef const xmlError *xml_error;
#else
typedef xmlError *xml_error;
#endif

static const xmlChar *in(const char *text)
{
    return (const xmlChar *)text;
}

/* ---- The library ---- */

static void *xml_alloc(size_t size)
{
    return mem_resize(NULL, size);
}

static void keep_quiet(void *ctx UNUSED, xml_error error UNUSED)
{
}

/* Documents that ask for a file or a URL get none. */
static xmlParserInput *load_nothing(const char *url UNUSED,
                                    const char *id UNUSED,
                                    xmlParserCtxt *parser UNUSED)
{
    return NULL;
}

void xml_init(void)
{
    int rc = xmlMemSetup(mem_free, xml_alloc, mem_resize, mem_strdup);

    assert(rc == 0);
    xmlInitParser();
    xmlThrDefSetStructuredErrorFunc(NULL, keep_quiet);
    xmlSetStructuredErrorFunc(NULL, keep_quiet);
    xmlSetExternalEntityLoader(load_nothing);
}

void xml_cleanup(void)
{
    xmlCleanupParser();
}

/* ---- Reading: limits are kept while parsing, not after it ---- */

struct watch {
    enum xml_result result;
    struct xml_report report;
    size_t nodes;
    unsigned depth;
};

static struct watch *watch_of(void *ctx)
{
    return ((xmlParserCtxt *)ctx)->_private;
}

/* The first thing wrong counts; what follows it is mostly its consequence. */
static bool judge(struct watch *watch, enum xml_result result, const char *text)
{
    if (watch->result != XML_OK) {
        return false;
    }
    watch->result = result;
    snprintf(watch->report.text, sizeof(watch->report.text), "%.*s",
             (int)strcspn(text, "\r\n"), text);
    return true;
}

static void refuse(void *ctx, enum xml_result result, const char *text)
{
    struct watch *watch = watch_of(ctx);

    if (judge(watch, result, text)) {
        watch->report.line = xmlSAX2GetLineNumber(ctx);
        watch->report.column = xmlSAX2GetColumnNumber(ctx);
    }
    xmlStopParser(ctx);
}

/* false: too many nodes, the parser stops. */
static bool count_nodes(void *ctx, size_t more)
{
    struct watch *watch = watch_of(ctx);

    watch->nodes += more;
    if (watch->nodes > XML_NODES_MAX) {
        refuse(ctx, XML_TOO_MANY, "more elements and attributes than allowed");
        return false;
    }
    return true;
}

/* NOLINTNEXTLINE(readability-function-size): libxml2's signature */
static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *uri, int uris, const xmlChar **declared,
                     int attributes, int defaulted, const xmlChar **values)
{
    if (++watch_of(ctx)->depth > XML_DEPTH_MAX) {
        refuse(ctx, XML_TOO_DEEP, "elements nested deeper than allowed");
    } else if (count_nodes(ctx, 1 + (size_t)uris + (size_t)attributes)) {
        xmlSAX2StartElementNs(ctx, name, prefix, uri, uris, declared,
                              attributes, defaulted, values);
    }
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix,
                   const xmlChar *uri)
{
    watch_of(ctx)->depth--;
    xmlSAX2EndElementNs(ctx, name, prefix, uri);
}

static void on_comment(void *ctx, const xmlChar *text)
{
    if (count_nodes(ctx, 1)) {
        xmlSAX2Comment(ctx, text);
    }
}

static void on_dtd(void *ctx, const xmlChar *name UNUSED,
                   const xmlChar *public_id UNUSED,
                   const xmlChar *system_id UNUSED)
{
    refuse(ctx, XML_HAS_DTD, "a document type declaration is not allowed");
}

static void on_instruction(void *ctx, const xmlChar *target UNUSED,
                           const xmlChar *data UNUSED)
{
    refuse(ctx, XML_HAS_PI, "a processing instruction is not allowed");
}

static void on_error(void *ctx, xml_error error)
{
    struct watch *watch = watch_of(ctx);
    const char *text = error->message ? error->message : "not well-formed";

    if (error->level >= XML_ERR_ERROR && judge(watch, XML_MALFORMED, text)) {
        watch->report.line = error->line;
        watch->report.column = error->int2;
    }
}

static xmlParserCtxt *new_parser(struct watch *watch)
{
    xmlParserCtxt *parser = xmlNewParserCtxt();

    assert(parser);
    parser->_private = watch;
    parser->sax->startElementNs = on_start;
    parser->sax->endElementNs = on_end;
    parser->sax->comment = on_comment;
    parser->sax->internalSubset = on_dtd;
    parser->sax->processingInstruction = on_instruction;
    parser->sax->serror = on_error;
    return parser;
}

static xmlDoc *read_document(struct watch *watch, struct span bytes)
{
    AUTO(xml_parser) parser = new_parser(watch);

    /* Comments and CDATA stay in the tree: signatures are over them too. */
    return xmlCtxtReadMemory(parser, (const char *)bytes.data, (int)bytes.size,
                             NULL, NULL, XML_PARSE_NONET);
}

enum xml_result xml_parse(struct span bytes, xmlDoc **out_doc,
                          struct xml_report *out_report)
{
    AUTO(xml_doc) doc = NULL;
    struct watch watch = {0};

    if (bytes.size == 0) {
        judge(&watch, XML_EMPTY, "no document");
    } else if (bytes.size > XML_SIZE_MAX) {
        judge(&watch, XML_TOO_BIG, "a document larger than allowed");
    } else {
        doc = read_document(&watch, bytes);
    }
    if (watch.result == XML_OK && !doc) {
        judge(&watch, XML_MALFORMED, "not well-formed");
    }
    *out_report = watch.report;
    if (watch.result == XML_OK) {
        *out_doc = take(&doc);
    }
    return watch.result;
}

xmlNode *xml_root(const xmlDoc *doc)
{
    return xmlDocGetRootElement(doc);
}

static bool in_namespace(const xmlNode *node, const char *const *namespaces)
{
    const char *uri = node->ns ? (const char *)node->ns->href : "";

    if (!namespaces) {
        return true;
    }
    for (; *namespaces; namespaces++) {
        if (strcmp(*namespaces, uri) == 0) {
            return true;
        }
    }
    return false;
}

bool xml_is(const xmlNode *node, const char *const *namespaces,
            const char *name)
{
    return node && node->type == XML_ELEMENT_NODE &&
           strcmp((const char *)node->name, name) == 0 &&
           in_namespace(node, namespaces);
}

static xmlNode *element_from(xmlNode *node)
{
    while (node && node->type != XML_ELEMENT_NODE) {
        node = node->next;
    }
    return node;
}

xmlNode *xml_first(const xmlNode *parent)
{
    return parent ? element_from(parent->children) : NULL;
}

xmlNode *xml_next(const xmlNode *node)
{
    return element_from(node->next);
}

xmlNode *xml_child(const xmlNode *parent, const char *const *namespaces,
                   const char *name)
{
    xmlNode *child = xml_first(parent);

    while (child && !xml_is(child, namespaces, name)) {
        child = xml_next(child);
    }
    return child;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char *trim(char *text)
{
    size_t length;

    while (is_space(*text)) {
        text++;
    }
    length = strlen(text);
    while (length && is_space(text[length - 1])) {
        length--;
    }
    text[length] = '\0';
    return text;
}

static char *into_arena(struct arena *arena, xmlChar *text)
{
    char *copy = text ? arena_strdup(arena, (const char *)text) : NULL;

    xmlFree(text);
    return copy;
}

char *xml_content(struct arena *arena, const xmlNode *node)
{
    char *text;

    if (!node) {
        return NULL;
    }
    text = into_arena(arena, xmlNodeGetContent(node));
    return text ? text : arena_strdup(arena, "");
}

char *xml_text(struct arena *arena, const xmlNode *node)
{
    return node ? trim(xml_content(arena, node)) : NULL;
}

char *xml_attribute_of(struct arena *arena, const xmlNode *node,
                       const char *uri, const char *name)
{
    return into_arena(arena, xmlGetNsProp(node, in(name), in(uri)));
}

char *xml_attribute(struct arena *arena, const xmlNode *node, const char *name)
{
    return node ? into_arena(arena, xmlGetNoNsProp(node, in(name))) : NULL;
}

char *xml_attribute_ns(struct arena *arena, const xmlNode *node,
                       const char *uri, const char *name)
{
    return node ? into_arena(arena, xmlGetNsProp(node, in(name), in(uri)))
                : NULL;
}

bool xml_register_id(xmlNode *node, const char *name)
{
    xmlAttr *attribute = xmlHasNsProp(node, in(name), NULL);
    xmlChar *value = xmlGetNoNsProp(node, in(name));
    bool added =
        attribute && value && xmlAddID(NULL, node->doc, value, attribute);

    xmlFree(value);
    return added;
}

/* ---- Writing ---- */

xmlDoc *xml_new(const char *prefix, const char *uri, const char *name)
{
    xmlDoc *doc = xmlNewDoc(in("1.0"));
    xmlNode *root = xmlNewNode(NULL, in(name));

    assert(doc && root);
    /* Without it attributes are written with character references. */
    doc->encoding = xmlStrdup(in("UTF-8"));
    xmlDocSetRootElement(doc, root);
    xmlSetNs(root, xmlNewNs(root, in(uri), in(prefix)));
    return doc;
}

xmlNode *xml_add(xmlNode *parent, const char *name)
{
    xmlNode *node = xmlNewChild(parent, parent->ns, in(name), NULL);

    assert(node);
    return node;
}

xmlNode *xml_add_text(xmlNode *parent, const char *name, const char *text)
{
    xmlNode *node = xml_add(parent, name);
    AUTO_BUF clean = {0};

    xml_clean(&clean, text, false);
    xmlAddChild(node, xmlNewText(in(buf_text(&clean))));
    return node;
}

xmlNode *xml_add_ns(xmlNode *parent, const char *prefix, const char *uri,
                    const char *name)
{
    xmlNode *node = xml_add(parent, name);

    xmlSetNs(node, xmlNewNs(node, in(uri), in(prefix)));
    return node;
}

void xml_set(xmlNode *node, const char *name, const char *value)
{
    AUTO_BUF clean = {0};

    xml_clean(&clean, value, false);
    xmlNewProp(node, in(name), in(buf_text(&clean)));
}

void xml_write(struct buf *out, xmlNode *node)
{
    AUTO(xml_buffer) buffer = xmlBufferCreate();
    xmlSaveCtxt *save = xmlSaveToBuffer(buffer, "UTF-8", XML_SAVE_NO_DECL);

    assert(save);
    xmlSaveTree(save, node);
    xmlSaveClose(save);
    buf_add(out,
            span_of(xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer)));
}
