/*
 * A request's body as XML, read when the first expression is asked of it, and
 * expressions of XPath 1.0 that hold there or not. What a peer sends and a
 * scenario asks is bounded together: size of the body, operations.
 */
#ifndef WIRE_XML_BODY_H
#define WIRE_XML_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/span.h"

enum {
    XML_BODY_MAX = 64 * 1024, /* longer ones are not looked at */
    XML_PATH_MAX = 1000,      /* bytes of an expression */
};

struct xml_body;

/* Lives in the arena and borrows the bytes; to be cleared. */
struct xml_body *xml_body_new(struct arena *arena, struct span bytes);
/* Frees the document; takes a struct xml_body. */
void xml_body_clear(void *data);

/* Whether the expression, which xml_path_check has let pass, is true of it.
 * NULL: no body, of which nothing is true. */
bool xml_body_holds(struct xml_body *body, const char *expression);
/* Why something could not be judged; NULL: nothing was wrong. */
const char *xml_body_trouble(const struct xml_body *body);

/* Syntax, functions, and prefixes that xml_path_prefix knows. */
MUST_CHECK bool xml_path_check(const char *expression, struct err *err);
/* The prefixes and what they stand for; NULL past the end. */
const char *xml_path_prefix(size_t index, const char **out_uri);

#endif
