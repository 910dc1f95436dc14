/* XPath on requests, see xml_body.h. */
#include "config.h"

#include "wire/xml_body.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "util/attr.h"
#include "util/nearest.h"
#include "wire/uris.h"
#include "wire/xml.h"
#include "wire/xml_select.h"

AUTO_DEFINE(xpath_context, xmlXPathContext *, xmlXPathFreeContext)
AUTO_DEFINE(xpath_object, xmlXPathObject *, xmlXPathFreeObject)
AUTO_DEFINE(xpath_compiled, xmlXPathCompExpr *, xmlXPathFreeCompExpr)

/*
 * Operations of all expressions on one body. An operation may copy the whole
 * text, so they are fewer where there is more of it: together they take some
 * tenths of a second at worst. To look at all nodes takes some ten for each.
 */
enum {
    OPERATIONS_MAX = 200000,
    OPERATIONS_MEGABYTES = 4000,
};

struct xml_body {
    struct span bytes;
    bool read;
    xmlDoc *doc;              /* NULL: not read yet, or no XML */
    xmlXPathContext *context; /* counts its operations */
    const char *trouble;
};

static const struct {
    const char *prefix;
    const char *uri;
} prefixes[] = {
    {"soap", URI_SOAP11}, {"soap12", URI_SOAP12},
    {"wsa", URI_WSA},     {"wsa04", URI_WSA_200408},
    {"wst", URI_TRUST},   {"wst05", URI_TRUST_200502},
    {"wsse", URI_WSSE},   {"wsu", URI_WSU},
    {"wsp", URI_WSP},     {"wsp15", URI_WSP_15},
    {"auth", URI_AUTH},   {"af", URI_AF},
    {"saml", URI_SAML},   {"ds", URI_DS},
    {"xenc", URI_XENC},   {"wsdl", URI_WSDL},
    {"wsx", URI_WSX},     {"wxf", URI_WXF},
    {"sp", URI_SP},       {"sp07", URI_SP_200702},
};

const char *xml_path_prefix(size_t index, const char **out_uri)
{
    if (index >= ARRAY_SIZE(prefixes)) {
        return NULL;
    }
    *out_uri = prefixes[index].uri;
    return prefixes[index].prefix;
}

static const xmlChar *in(const char *text)
{
    return (const xmlChar *)text;
}

#if LIBXML_VERSION >= 21200
typedef const xmlError *xml_error;
#else
typedef xmlError *xml_error;
#endif

/* What went wrong: the library keeps it in the context. */
static void keep_quiet(void *ctx UNUSED, xml_error error UNUSED)
{
}

/* ---- What functions cost ---- */

/*
 * The library counts a function as one operation, but these go through a text
 * letter by letter, some in all letters of another for each. A letter costs
 * LETTER of them, an operation PER_OPERATION, measured in nanoseconds.
 */
enum { LETTER = 40, PER_OPERATION = 2000 };

static bool pay(xmlXPathParserContext *parser, size_t nanoseconds)
{
    xmlXPathContext *context = parser->context;

    context->opCount += nanoseconds / PER_OPERATION;
    if (!context->opLimit || context->opCount <= context->opLimit) {
        return true;
    }
    xmlXPathSetError(parser, XPATH_OP_LIMIT_EXCEEDED);
    return false;
}

/* The arguments become texts; how long they are together. */
static size_t texts_of(const xmlXPathParserContext *parser, int count)
{
    size_t size = 0;

    for (int i = 1; i <= count && i <= parser->valueNr; i++) {
        xmlXPathObject **value = &parser->valueTab[parser->valueNr - i];

        *value = xmlXPathConvertString(*value);
        size += strlen((const char *)(*value)->stringval);
    }
    return size;
}

/* The library keeps the topmost a second time. */
static void refresh_top(xmlXPathParserContext *parser)
{
    if (parser->valueNr > 0) {
        parser->value = parser->valueTab[parser->valueNr - 1];
    }
}

static void translate(xmlXPathParserContext *parser, int count)
{
    size_t size = texts_of(parser, count);
    size_t letters = 0;

    refresh_top(parser);
    if (count == 3 && parser->valueNr >= 3) {
        const xmlXPathObject *from = parser->valueTab[parser->valueNr - 2];

        letters = strlen((const char *)from->stringval);
    }
    if (pay(parser, size * (LETTER + letters))) {
        xmlXPathTranslateFunction(parser, count);
    }
}

/* Without an argument it is the node's own text, at most the whole body. */
static void normalize_space(xmlXPathParserContext *parser, int count)
{
    size_t size = count ? texts_of(parser, count) : 0;

    refresh_top(parser);
    if (pay(parser, (size + 1) * LETTER)) {
        xmlXPathNormalizeFunction(parser, count);
    }
}

/* Each text is put behind the sum of those before. */
static void concat(xmlXPathParserContext *parser, int count)
{
    size_t size = texts_of(parser, count);

    refresh_top(parser);
    if (pay(parser, size * (size_t)count)) {
        xmlXPathConcatFunction(parser, count);
    }
}

static void register_costly(xmlXPathContext *context)
{
    static const struct {
        const char *name;
        xmlXPathFunction function;
    } costly[] = {
        {"translate", translate},
        {"normalize-space", normalize_space},
        {"concat", concat},
    };

    for (size_t i = 0; i < ARRAY_SIZE(costly); i++) {
        /* One that is there is not replaced. */
        xmlXPathRegisterFunc(context, in(costly[i].name), NULL);
        xmlXPathRegisterFunc(context, in(costly[i].name), costly[i].function);
    }
}

static xmlXPathContext *new_context(xmlDoc *doc)
{
    xmlXPathContext *context = xmlXPathNewContext(doc);

    assert(context);
    context->error = keep_quiet;
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        xmlXPathRegisterNs(context, in(prefixes[i].prefix),
                           in(prefixes[i].uri));
    }
    register_costly(context);
    return context;
}

/* ---- Expressions ---- */

/* XPath 1.0, 2.3, 3.3 to 3.5 and 4: what stands before a parenthesis. */
static const char *const functions[] = {
    "last", "position", "count", "id", "local-name", "namespace-uri", "name",
    "string", "concat", "starts-with", "contains", "substring-before",
    "substring-after", "substring", "string-length", "normalize-space",
    "translate", "boolean", "not", "true", "false", "lang", "number", "sum",
    "floor", "ceiling", "round",
    /* node tests and operators */
    "comment", "text", "processing-instruction", "node", "and", "or", "div",
    "mod", NULL};

static const char *nearest_prefix(const char *word)
{
    const char *words[ARRAY_SIZE(prefixes) + 1];

    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        words[i] = prefixes[i].prefix;
    }
    words[ARRAY_SIZE(prefixes)] = NULL;
    return nearest_word(word, words);
}

static bool check_prefix(struct span name, struct err *err)
{
    char word[32];
    const char *nearest;

    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        if (span_equal(name, span_text(prefixes[i].prefix))) {
            return true;
        }
    }
    snprintf(word, sizeof(word), "%.*s", (int)name.size,
             (const char *)name.data);
    nearest = nearest_prefix(word);
    return nearest
               ? err_set(err, "unknown prefix \"%s\"; the nearest is \"%s\"",
                         word, nearest)
               : err_set(
                     err,
                     "unknown prefix \"%s\"; a name without prefix fits any "
                     "namespace",
                     word);
}

static bool check_function(struct span name, struct err *err)
{
    char word[32];
    const char *nearest;

    for (size_t i = 0; functions[i]; i++) {
        if (span_equal(name, span_text(functions[i]))) {
            return true;
        }
    }
    snprintf(word, sizeof(word), "%.*s", (int)name.size,
             (const char *)name.data);
    nearest = nearest_word(word, functions);
    return nearest
               ? err_set(err, "unknown function \"%s\"; the nearest is \"%s\"",
                         word, nearest)
               : err_set(err, "XPath 1.0 has no function \"%s\"", word);
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.' ||
           (unsigned char)c >= 0x80;
}

/*
 * What the library would find out in the middle of a request, or never: a name
 * before a colon that is no axis (child::a), one before a parenthesis.
 */
static bool check_names(const char *expression, struct err *err)
{
    const char *c = expression;

    while (*c) {
        const char *begin = c;
        struct span name;

        while (is_name(*c)) {
            c++;
        }
        name = span_of(begin, (size_t)(c - begin));
        if (name.size && c[strspn(c, " \t\r\n")] == '(' &&
            !check_function(name, err)) {
            return false;
        }
        if (name.size && c[0] == ':' && c[1] != ':' &&
            !check_prefix(name, err)) {
            return false;
        }
        if (*c == '"' || *c == '\'') {
            const char *end = strchr(c + 1, *c);

            c = end ? end + 1 : c + strlen(c);
        } else if (*c && !is_name(*c)) {
            c++;
        }
    }
    return true;
}

static bool refuse_syntax(const xmlXPathContext *context, struct err *err)
{
    int code = context->lastError.code;
    int at = context->lastError.int1 + 1;

    if (code == XML_XPATH_UNDEF_VARIABLE_ERROR) {
        return err_set(err, "a variable; there are none here");
    }
    if (code == XML_XPATH_INVALID_ARITY) {
        return err_set(err, "a function with too many or too few arguments");
    }
    return err_set(err, "no expression of XPath 1.0, from character %d on", at);
}

bool xml_path_check(const char *expression, struct err *err)
{
    AUTO(xml_doc) doc = NULL;
    AUTO(xpath_context) context = NULL;
    AUTO(xpath_compiled) compiled = NULL;
    AUTO(xpath_object) value = NULL;

    if (!*expression || strlen(expression) > XML_PATH_MAX) {
        return err_set(err, "expected an expression of 1 to %d bytes",
                       XML_PATH_MAX);
    }
    if (!check_names(expression, err)) {
        return false;
    }
    doc = xml_new(NULL, URI_SOAP11, "Envelope");
    context = new_context(doc);
    compiled = xmlXPathCtxtCompile(context, in(expression));
    if (!compiled) {
        return refuse_syntax(context, err);
    }
    value = xmlXPathCompiledEval(compiled, context);
    return value || refuse_syntax(context, err);
}

/* ---- Bodies ---- */

struct xml_body *xml_body_new(struct arena *arena, struct span bytes)
{
    struct xml_body *body = ARENA_NEW(arena, struct xml_body);

    body->bytes = bytes;
    return body;
}

void xml_body_clear(void *data)
{
    struct xml_body *body = data;

    xmlXPathFreeContext(body->context);
    xmlFreeDoc(body->doc);
    body->context = NULL;
    body->doc = NULL;
}

static void read_body(struct xml_body *body)
{
    size_t size = body->bytes.size;
    size_t most = OPERATIONS_MEGABYTES * (size_t)1000000 / (size ? size : 1);
    struct xml_report report;

    body->read = true;
    if (size > XML_BODY_MAX) {
        body->trouble = "the body is longer than 64 KiB, so no xpath holds";
        return;
    }
    if (xml_parse(body->bytes, &body->doc, &report) != XML_OK) {
        body->doc = NULL;
        return;
    }
    body->context = new_context(body->doc);
    body->context->opLimit = most < OPERATIONS_MAX ? most : OPERATIONS_MAX;
}

bool xml_body_holds(struct xml_body *body, const char *expression)
{
    AUTO(xpath_object) value = NULL;
    AUTO_BUF full = {0};
    struct err err;

    if (!body) {
        return false;
    }
    if (!body->read) {
        read_body(body);
    }
    if (!body->context) {
        return false;
    }
    body->context->node = xml_root(body->doc);
    if (xml_select_names(expression, &full, &err)) {
        value = xmlXPathEval(in(buf_text(&full)), body->context);
    }
    if (!value) {
        body->trouble = "an xpath takes too many operations on this body, and "
                        "does not hold";
    }
    return value && xmlXPathCastToBoolean(value);
}

const char *xml_body_trouble(const struct xml_body *body)
{
    return body ? body->trouble : NULL;
}
