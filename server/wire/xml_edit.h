/*
 * An editor of documents: finds places in XML or JSON by path and changes the
 * bytes there; all others stay as they are, so that a changed answer differs
 * from the good one in nothing else.
 *
 * JSON is seen as XML, so that one path serves both forms of an answer: an
 * object or array is an element, named as its member is; text, numbers and
 * literals are attributes of the object that has them. What is in an array
 * `Links` is an element `Link`; in one whose name has no s at its end, and at
 * the top, `item`. The document itself is `json`. A text within an array is an
 * element with that text.
 */
#ifndef WIRE_XML_EDIT_H
#define WIRE_XML_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/span.h"

enum {
    EDIT_SIZE_MAX = 4 * 1024 * 1024,
    EDIT_PLACES_MAX = 100 * 1000, /* elements, values */
    EDIT_DEPTH_MAX = 200,
};

struct edit;

enum edit_form {
    EDIT_XML,
    EDIT_JSON,
};

/* Bytes of the document, from `start` up to `end`. */
struct range {
    size_t start;
    size_t end;
};

enum spot_kind {
    SPOT_ELEMENT,
    SPOT_ATTRIBUTE,
    SPOT_MEMBER, /* of JSON: a member of an object, or an item of an array */
};

struct place;

/* One thing that a path has found. Ranges are of the document as it came. */
struct spot {
    enum spot_kind kind;
    struct range whole; /* both tags; of an attribute with the white space in
                           front; of a member with its name */
    struct range name;  /* in the opening tag, with prefix; within the quotes
                           of a member; empty: an item of an array */
    struct range close; /* of an element: the name in its closing tag; empty:
                           it has none, <a/> */
    struct range value; /* content; within the quotes of an attribute; the value
                           of a member, with its quotes */
    const char *uri;    /* namespace of element or attribute; "": none */
    const struct place *place; /* whose siblings edit_siblings tells */
};

/* The document, to be freed by edit_free. NULL: it cannot be edited, and
 * out_why says why. `body` is borrowed until then. */
struct edit *edit_open(struct arena *arena, struct span body,
                       const char **out_why);
void edit_free(struct edit *edit);

enum edit_form edit_form(const struct edit *edit);
const char *edit_form_name(enum edit_form form);

/* All that the path selects, in the order of the document. false: too much
 * work. The path has passed xml_select_check. */
MUST_CHECK bool edit_find(struct edit *edit, const char *path,
                          struct spot **out_spots, size_t *out_count);
/* All xmlns declarations of the document, as attributes. */
void edit_declarations(struct edit *edit, struct spot **out_spots,
                       size_t *out_count);
/* JSON: what stands in front of it and behind it in the same object or array;
 * NULL: nothing. */
void edit_siblings(const struct spot *spot, const struct range **out_previous,
                   const struct range **out_next);
/* Where the spot's parent begins, to tell siblings from others. */
size_t edit_parent(const struct spot *spot);

struct span edit_bytes(const struct edit *edit, struct range range);
struct arena *edit_arena(const struct edit *edit);

/*
 * These bytes take the range's place; an empty range: they go in there. What
 * overlaps an earlier change is left out. The bytes are borrowed.
 */
void edit_put(struct edit *edit, struct range range, struct span bytes);
void edit_put_text(struct edit *edit, struct range range, const char *text);
/* The element's content, also where it is <a/>; the member's value. */
void edit_put_value(struct edit *edit, const struct spot *spot,
                    struct span bytes);
/* The text as it stands in this spot: escaped, or in quotes. */
struct span edit_quote(const struct edit *edit, const struct spot *spot,
                       const char *text);
/* What the spot's value says: entities and escapes are resolved. NULL: it has
 * elements or members within. */
const char *edit_value(struct edit *edit, const struct spot *spot);

/* The document with all changes, in the arena. */
struct span edit_result(struct edit *edit);

AUTO_DEFINE(edit, struct edit *, edit_free)

#endif
