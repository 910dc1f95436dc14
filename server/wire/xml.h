/*
 * The only door to libxml2: reading XML from the network with all that is
 * dangerous refused, small helpers on its tree, and writing.
 *
 * Names are compared by local name and namespace. A list of namespaces ends
 * with NULL; the list NULL stands for any namespace.
 */
#ifndef WIRE_XML_H
#define WIRE_XML_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/span.h"

enum {
    XML_SIZE_MAX = 256 * 1024, /* protocol: webticket 11.2, step 1 */
    XML_DEPTH_MAX = 64,
    XML_NODES_MAX = 10000, /* elements, attributes, declarations, comments */
};

/* Once per process, before any other thread exists. */
void xml_init(void);
void xml_cleanup(void);

AUTO_DEFINE(xml_doc, xmlDoc *, xmlFreeDoc)

/* ---- Reading ---- */

enum xml_result {
    XML_OK,
    XML_EMPTY,   /* no bytes at all */
    XML_TOO_BIG, /* more than XML_SIZE_MAX bytes */
    XML_TOO_DEEP,
    XML_TOO_MANY,
    XML_HAS_DTD,   /* a document type declaration, whatever is in it */
    XML_HAS_PI,    /* a processing instruction */
    XML_MALFORMED, /* not well-formed, or a prefix that is not declared */
};

/* Where and what; zero and empty for XML_OK. */
struct xml_report {
    int line;
    int column;
    char text[200];
};

/*
 * Parses a document in any encoding that it declares. Nothing is fetched, no
 * entity is expanded, nothing goes to stderr. Caller frees the document.
 */
enum xml_result xml_parse(struct span bytes, xmlDoc **out_doc,
                          struct xml_report *out_report);

xmlNode *xml_root(const xmlDoc *doc);
bool xml_is(const xmlNode *node, const char *const *namespaces,
            const char *name);
/* NULL past the last. Text and comments are passed over. */
xmlNode *xml_first(const xmlNode *parent);
xmlNode *xml_next(const xmlNode *node);
/* The first child element of this name, or NULL; so for a NULL parent. */
xmlNode *xml_child(const xmlNode *parent, const char *const *namespaces,
                   const char *name);
/* All text within, without white space at its ends; NULL for a NULL node. */
char *xml_text(struct arena *arena, const xmlNode *node);
/* The same with its white space: a password may begin with some. */
char *xml_content(struct arena *arena, const xmlNode *node);
/* An attribute of this namespace, or NULL. */
char *xml_attribute_of(struct arena *arena, const xmlNode *node,
                       const char *uri, const char *name);
/* An attribute without namespace, or NULL. */
char *xml_attribute(struct arena *arena, const xmlNode *node, const char *name);
/* The same of an attribute in a namespace. */
char *xml_attribute_ns(struct arena *arena, const xmlNode *node,
                       const char *uri, const char *name);
/* false: the document has this id already. */
bool xml_register_id(xmlNode *node, const char *name);

/* ---- Writing: a tree ---- */

/* A new document with a root in a namespace; prefix NULL: the default one. */
xmlDoc *xml_new(const char *prefix, const char *uri, const char *name);
/* Appends an element in the namespace of its parent. */
xmlNode *xml_add(xmlNode *parent, const char *name);
xmlNode *xml_add_text(xmlNode *parent, const char *name, const char *text);
/* Appends an element that declares its own namespace. */
xmlNode *xml_add_ns(xmlNode *parent, const char *prefix, const char *uri,
                    const char *name);
void xml_set(xmlNode *node, const char *name, const char *value);
/* UTF-8, no XML declaration, no white space that is not in the tree. */
void xml_write(struct buf *out, xmlNode *node);

/* ---- Writing: a template ---- */

/*
 * Appends text as XML can carry it: what has no form in XML becomes U+FFFD.
 * `escape` makes it fit for a template, in content and in attributes.
 */
void xml_clean(struct buf *out, const char *text, bool escape);

struct xml_hole {
    const char *name;
    const char *text;
    bool markup; /* goes in as it is, not escaped */
};

/*
 * Appends the template with each "{name}" replaced by the hole of that name.
 * `holes` ends with a NULL name.
 */
void xml_fill(struct buf *out, const char *template,
              const struct xml_hole *holes);

#endif
