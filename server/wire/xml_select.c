/*
 * XPath for scenarios, see xml_select.h. XPath 1.0 has no word for "this name
 * in any namespace", so names are written out before libxml2 sees them: `Link`
 * becomes `*[local-name()='Link']`. XPath 1.0, 3.7 tells names that are tests
 * from functions, axes and operators.
 */
#include "config.h"

#include "wire/xml_select.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "wire/xml_body.h"

AUTO_DEFINE(xpath_context, xmlXPathContext *, xmlXPathFreeContext)
AUTO_DEFINE(xpath_object, xmlXPathObject *, xmlXPathFreeObject)

/* XPath 1.0, 4, and the node types of 3.7. */
static const char *const functions[] = {
    "last",
    "position",
    "count",
    "id",
    "local-name",
    "namespace-uri",
    "name",
    "string",
    "concat",
    "starts-with",
    "contains",
    "substring-before",
    "substring",
    "substring-after",
    "string-length",
    "translate",
    "boolean",
    "normalize-space",
    "not",
    "true",
    "false",
    "lang",
    "number",
    "sum",
    "floor",
    "ceiling",
    "round",
    "comment",
    "text",
    "node",
    "and",
    "or",
    "div",
    "mod",
    "processing-instruction",
};

const char *xml_select_uri(const char *prefix)
{
    const char *known;
    const char *uri;

    for (size_t i = 0; (known = xml_path_prefix(i, &uri)); i++) {
        if (strcmp(known, prefix) == 0) {
            return uri;
        }
    }
    return NULL;
}

/* ---- Names written out ---- */

struct scan {
    const char *at;
    struct buf *out;
    bool operand;   /* an operand has just ended: what follows is an operator */
    bool attribute; /* behind "@" or "attribute::" */
    bool as_is;     /* behind "namespace::": nothing to write out */
    struct err *err;
};

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t name_length(const char *text)
{
    size_t size = 0;

    if (!is_name_start(*text)) {
        return 0;
    }
    while (is_name_start(text[size]) || isdigit((unsigned char)text[size]) ||
           text[size] == '-' || text[size] == '.') {
        size++;
    }
    return size;
}

static bool check_prefix(struct scan *scan, struct span name)
{
    AUTO_BUF all = {0};
    const char *known;
    const char *uri;

    for (size_t i = 0; (known = xml_path_prefix(i, &uri)); i++) {
        if (span_equal(span_text(known), name)) {
            return true;
        }
        buf_printf(&all, "%s%s", i ? ", " : "", known);
    }
    return err_set(scan->err,
                   "the prefix \"%.*s\" is not bound; bound are %s, and a name "
                   "without prefix fits any namespace",
                   (int)name.size, (const char *)name.data, buf_text(&all));
}

static bool refuse_function(struct scan *scan, struct span name)
{
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        if (span_equal(span_text(functions[i]), name)) {
            return true;
        }
    }
    return err_set(scan->err, "\"%.*s()\" is no function of XPath 1.0",
                   (int)name.size, (const char *)name.data);
}

/* What was read up to `end` is copied; whether an operand ends there. */
static void copy(struct scan *scan, const char *end, bool operand)
{
    buf_add(scan->out, span_of(scan->at, (size_t)(end - scan->at)));
    scan->at = end;
    scan->operand = operand;
}

static void write_out(struct scan *scan, struct span name)
{
    buf_printf(scan->out, "*[local-name()='%.*s']", (int)name.size,
               (const char *)name.data);
    scan->at += name.size;
    scan->operand = true;
}

/* "soap:address", "soap:*" */
static bool qualified(struct scan *scan, struct span prefix)
{
    const char *local = scan->at + prefix.size + 1;

    if (!check_prefix(scan, prefix)) {
        return false;
    }
    copy(scan, local + (*local == '*' ? 1 : name_length(local)), true);
    return true;
}

static bool read_name(struct scan *scan, struct span name)
{
    const char *next = scan->at + name.size;
    const char *after = next + strspn(next, " \t\r\n");
    bool was_attribute = scan->attribute;

    scan->attribute = false;
    if (strncmp(after, "::", 2) == 0) {
        scan->as_is = span_equal(name, span_text("namespace"));
        scan->attribute = span_equal(name, span_text("attribute"));
        copy(scan, after + 2, false);
        return true;
    }
    if (*next == ':') {
        return qualified(scan, name);
    }
    if (scan->operand && !was_attribute) {
        copy(scan, next, false);
        return true;
    }
    if (*after == '(') {
        copy(scan, next, false);
        return refuse_function(scan, name);
    }
    if (scan->as_is) {
        copy(scan, next, true);
        scan->as_is = false;
    } else {
        write_out(scan, name);
    }
    return true;
}

static bool literal(struct scan *scan)
{
    const char *end = strchr(scan->at + 1, *scan->at);

    if (!end) {
        return err_set(scan->err, "a %c without its partner", *scan->at);
    }
    copy(scan, end + 1, true);
    return true;
}

static bool token(struct scan *scan)
{
    char c = *scan->at;
    size_t size = name_length(scan->at);

    if (size) {
        return read_name(scan, span_of(scan->at, size));
    }
    if (c == '\'' || c == '"') {
        return literal(scan);
    }
    if (c == '$') {
        return err_set(scan->err, "there are no variables");
    }
    if (isspace((unsigned char)c)) {
        copy(scan, scan->at + 1, scan->operand);
        return true;
    }
    scan->attribute = c == '@';
    copy(scan, scan->at + 1,
         isdigit((unsigned char)c) || c == ')' || c == ']' || c == '.' ||
             (c == '*' && !scan->operand));
    return true;
}

/* A name behind an operand in brackets, as in "@a and @b", is an operator;
 * what begins an operand again is whatever is no operand's end. */
bool xml_select_names(const char *text, struct buf *out, struct err *err)
{
    struct scan scan = {.at = text, .out = out, .err = err};

    while (*scan.at) {
        if (!token(&scan)) {
            return false;
        }
    }
    return true;
}

/* ---- Evaluation ---- */

static void keep_quiet(void *ctx UNUSED,
#if LIBXML_VERSION >= 21200
                       const xmlError *error UNUSED
#else
                       xmlError *error UNUSED
#endif
)
{
}

static xmlXPathContext *new_context(xmlDoc *doc)
{
    xmlXPathContext *context = xmlXPathNewContext(doc);
    const char *prefix;
    const char *uri;

    assert(context);
    context->error = keep_quiet;
    context->opLimit = XML_SELECT_STEPS_MAX;
    for (size_t i = 0; (prefix = xml_path_prefix(i, &uri)); i++) {
        xmlXPathRegisterNs(context, (const xmlChar *)prefix,
                           (const xmlChar *)uri);
    }
    return context;
}

static xmlXPathObject *evaluate(const char *text, xmlDoc *doc, struct err *err)
{
    AUTO(xpath_context) context = new_context(doc);
    AUTO_BUF full = {0};

    if (!*text) {
        err_set(err, "an empty path");
        return NULL;
    }
    if (!xml_select_names(text, &full, err)) {
        return NULL;
    }
    context->node = xmlDocGetRootElement(doc);
    /* Numbers the elements: to compare two by order is quick then. */
    xmlXPathOrderDocElems(doc);
    err_set(err, "\"%s\" is no XPath", text);
    return xmlXPathEval((const xmlChar *)buf_text(&full), context);
}

bool xml_select_check(const char *text, bool nodes, struct err *err)
{
    static const char some[] = "<x a=''><x/></x>";
    AUTO(xml_doc) doc = NULL;
    AUTO(xpath_object) found = NULL;
    struct xml_report report;
    enum xml_result result = xml_parse(span_text(some), &doc, &report);

    assert(result == XML_OK);
    found = evaluate(text, doc, err);
    if (!found) {
        return false;
    }
    if (nodes && found->type != XPATH_NODESET) {
        return err_set(err,
                       "\"%s\" selects no elements or attributes; expected a "
                       "path such as //Link[@token='User']/@href",
                       text);
    }
    return true;
}

bool xml_select(struct arena *arena, const char *text, xmlDoc *doc,
                xmlNode *const **out_nodes, size_t *out_count)
{
    struct err err;
    AUTO(xpath_object) found = evaluate(text, doc, &err);
    xmlNodeSet *set;
    xmlNode **nodes;

    *out_nodes = NULL;
    *out_count = 0;
    if (!found) {
        return false;
    }
    set = found->type == XPATH_NODESET ? found->nodesetval : NULL;
    if (!set || set->nodeNr <= 0) {
        return true;
    }
    xmlXPathNodeSetSort(set);
    nodes = arena_alloc(arena, (size_t)set->nodeNr * sizeof(*nodes));
    for (int i = 0; i < set->nodeNr; i++) {
        /* Namespaces are no nodes of the tree, and go with the set. */
        if (set->nodeTab[i]->type != XML_NAMESPACE_DECL) {
            nodes[(*out_count)++] = set->nodeTab[i];
        }
    }
    *out_nodes = nodes;
    return true;
}
