/* Exclusive canonical XML (the W3C's, 1.0), see c14n.h: libxml2 writes it. */
#include "config.h"

#include "ticket/c14n.h"

#include <string.h>

#include <libxml/c14n.h>
#include <libxml/xmlIO.h>

#include "util/attr.h"
#include "wire/uris.h"

enum { PREFIXES_MAX = 16 };

AUTO_DEFINE(xml_output, xmlOutputBuffer *, xmlOutputBufferClose)

static const char *const method_uris[] = {URI_EXC_C14N, NULL};

/* Depth is limited by xml_parse. node may be a namespace, which has no parent
 * of its own. */
static int is_within(void *element, xmlNodePtr node, xmlNodePtr parent)
{
    const xmlNode *n =
        node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE
            ? parent
            : node;

    while (n && n != element) {
        n = n->parent;
    }
    return n != NULL;
}

/* Prefixes that count as in inclusive canonicalisation; ends with NULL. */
static void read_prefixes(struct arena *arena, const xmlNode *method,
                          xmlChar *out[PREFIXES_MAX + 1])
{
    static const char blanks[] = " \t\r\n";
    const char *list = xml_attribute(
        arena, xml_child(method, method_uris, "InclusiveNamespaces"),
        "PrefixList");
    size_t count = 0;

    while (list && *(list += strspn(list, blanks)) && count < PREFIXES_MAX) {
        size_t length = strcspn(list, blanks);

        out[count++] = (xmlChar *)arena_text(arena, span_of(list, length));
        list += length;
    }
    out[count] = NULL;
}

struct span c14n_exclusive(struct arena *arena, xmlNode *element,
                           const xmlNode *method)
{
    xmlChar *prefixes[PREFIXES_MAX + 1];
    AUTO(xml_output) out = xmlAllocOutputBuffer(NULL);

    read_prefixes(arena, method, prefixes);
    if (!out || xmlC14NExecute(element->doc, is_within, element,
                               XML_C14N_EXCLUSIVE_1_0, prefixes, 0, out) < 0) {
        return SPAN_NONE;
    }
    return arena_copy(arena, span_of(xmlOutputBufferGetContent(out),
                                     xmlOutputBufferGetSize(out)));
}
