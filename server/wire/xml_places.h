/*
 * Where the elements of an XML document and the values of a JSON one stand in
 * their bytes, and the tree that XPath walks; for xml_edit.c.
 */
#ifndef WIRE_XML_PLACES_H
#define WIRE_XML_PLACES_H

#include "wire/xml.h"
#include "wire/xml_edit.h"

/* One element, or one value of JSON; node->_private of its node. */
struct place {
    struct range whole;
    struct range name;
    struct range value;
    struct range close;
    struct place *parent;
    struct place *previous; /* JSON: in the same object or array */
    struct place *next;
    struct place *last; /* JSON: the last child so far */
    xmlAttr *last_attribute;
    unsigned depth;
    bool is_array;
};

/* An attribute within an opening tag. */
struct attribute_place {
    struct range whole;
    struct range name;
    struct range value; /* without the quotes */
};

/* The tree, each element with its place. NULL: out_why says what is wrong. */
xmlDoc *xml_places(struct arena *arena, struct span body, const char **out_why);
xmlDoc *json_places(struct arena *arena, struct span body,
                    const char **out_why);

/* The attribute that begins at *at within an opening tag, and where the next
 * one begins. false: the tag ends there. */
bool xml_attribute_at(struct span body, size_t *at,
                      struct attribute_place *out_place);

/* The node behind this one in the order of the document. NULL: none. */
xmlNode *xml_places_next(xmlNode *node);

#endif
