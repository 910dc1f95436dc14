/* UTF-8 and UTF-16LE, the two encodings that the protocols here use. */
#ifndef UTIL_UTF_H
#define UTIL_UTF_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/span.h"

/*
 * Length of the UTF-8 sequence at the front: 1 to 4, or 0 where the bytes are
 * not well-formed (Unicode 15, table 3-7: no overlong forms, no surrogates).
 */
size_t utf8_sequence(struct span bytes);
bool utf8_valid(struct span bytes);
/* Well-formed, and without a NUL, which would end the text before its end. */
bool utf8_is_text(struct span bytes);

/* For a line on a terminal: what is no UTF-8, and control characters, which it
 * would obey, become "\x1b" and so on. */
void utf8_add_printable(struct buf *out, struct span text);

/* UTF-8 to UTF-16LE, appended. What is not well-formed becomes U+FFFD. */
void utf16le_add(struct buf *out, struct span utf8);
/* UTF-16LE to UTF-8 text. Lone surrogates, an odd byte and NUL become
 * U+FFFD. */
char *utf16le_text(struct arena *arena, struct span utf16);

/*
 * Upper case, one code point to one code point, as Windows does for user
 * names (no special casing: U+00DF stays).
 */
char *utf8_upper(struct arena *arena, const char *text);
/* Compares two UTF-8 texts without regard to case. */
bool utf8_equal_nocase(const char *a, const char *b);

#endif
