/* Base64 (RFC 4648) and hexadecimal. */
#ifndef UTIL_BASE64_H
#define UTIL_BASE64_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/span.h"

/* Standard alphabet with padding (section 4). */
char *base64_text(struct arena *arena, struct span bytes);
void base64_add(struct buf *out, struct span bytes);
/* URL alphabet, no padding (section 5). */
char *base64url_text(struct arena *arena, struct span bytes);

/*
 * Decodes either alphabet; padding may be missing and white space is skipped.
 * false: some other character, or a length that no encoder makes.
 */
bool base64_decode(struct arena *arena, struct span text,
                   struct span *out_bytes);

/* Lower-case hexadecimal. */
char *hex_text(struct arena *arena, struct span bytes);
/* false: an odd length, or a character that is no hexadecimal digit. */
bool hex_decode(struct arena *arena, const char *text, struct span *out_bytes);

#endif
