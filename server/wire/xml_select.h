/*
 * XPath 1.0 as scenarios write it: the prefixes of the protocols are bound,
 * and a name without a prefix stands for this local name in any namespace, so
 * that `//Link/@href` means the same whatever the document declares.
 */
#ifndef WIRE_XML_SELECT_H
#define WIRE_XML_SELECT_H

#include "util/arena.h"
#include "util/err.h"
#include "wire/xml.h"

/* Steps of evaluation; no path of a scenario takes the server's time. */
enum { XML_SELECT_STEPS_MAX = 10 * 1000 * 1000 };

/* May stand in a scenario; nodes: and it selects nodes, not a number. */
MUST_CHECK bool xml_select_check(const char *text, bool nodes, struct err *err);

/*
 * What the path selects, in the order of the document; the list is the
 * arena's. false: too much work. The path has passed xml_select_check.
 */
MUST_CHECK bool xml_select(struct arena *arena, const char *text, xmlDoc *doc,
                           xmlNode *const **out_nodes, size_t *out_count);

/*
 * Appends the path as libxml2 shall have it: a name without prefix is one of
 * any namespace. false: a prefix or a function that there is not.
 */
MUST_CHECK bool xml_select_names(const char *text, struct buf *out,
                                 struct err *err);

/* The namespace of a prefix that paths know (xml_path_prefix); NULL: none. */
const char *xml_select_uri(const char *prefix);

#endif
