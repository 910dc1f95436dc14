/* The names that secrets go by, and the maskers of each notation. */
#ifndef JOURNAL_SECRETS_WORDS_H
#define JOURNAL_SECRETS_WORDS_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/span.h"

/* A parameter of a form or query, or a JSON member: "password". Any case. */
bool secrets_is_parameter(struct span name);
/* An XML element, by its local name: "BinarySecret". Any case. */
bool secrets_is_element(struct span local_name);
/* Does any of those names occur, be it in UTF-16 or UTF-32? */
bool secrets_are_named(struct span bytes);

/* Masks content of elements in what may be XML. */
void secrets_xml(struct buf *out, struct span text);
/* Masks values of members in what may be JSON. */
void secrets_json(struct buf *out, struct span text);

/* Compares ASCII text without regard to case. */
bool secrets_same(struct span bytes, const char *word);

#endif
