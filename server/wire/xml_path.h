/*
 * XPath 1.0 as scenarios write it: the prefixes of the protocols are bound,
 * and a name without a prefix stands for this local name in any namespace, so
 * that `//Link/@href` means the same whatever the document declares.
 */
#ifndef WIRE_XML_PATH_H
#define WIRE_XML_PATH_H

#include "util/arena.h"
#include "util/err.h"
#include "wire/xml.h"

/* Steps of evaluation; no path of a scenario takes the server's time. */
enum { XML_PATH_STEPS_MAX = 10 * 1000 * 1000 };

/* May stand in a scenario; nodes: and it selects nodes, not a number. */
MUST_CHECK bool xml_path_check(const char *text, bool nodes, struct err *err);

/*
 * What the path selects, in the order of the document; the list is the
 * arena's. false: too much work. The path has passed xml_path_check.
 */
MUST_CHECK bool xml_path_find(struct arena *arena, const char *text,
                              xmlDoc *doc, xmlNode *const **out_nodes,
                              size_t *out_count);

/* Is the path's value true: nodes were found, a text is not empty ... */
bool xml_path_holds(struct arena *arena, const char *text, xmlDoc *doc);

/* What is bound, for manuals: "wsse" and its namespace. false: past the end. */
bool xml_path_prefix(size_t index, const char **out_prefix,
                     const char **out_uri);
/* The namespace of such a prefix; NULL: none. */
const char *xml_path_uri(const char *prefix);

#endif
