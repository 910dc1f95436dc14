/*
 * Letters beyond ASCII in the encodings that clients mix up, for why_forms.c.
 * Those of ISO 8859-1 are known; all others become "?".
 */
#ifndef AUTH_WHY_LETTERS_H
#define AUTH_WHY_LETTERS_H

#include "util/arena.h"
#include "util/span.h"

enum why_charset {
    WHY_ASCII,
    WHY_LATIN1, /* and Windows-1252, as far as letters go */
    WHY_CP437,  /* consoles of the United States ... */
    WHY_CP850,  /* ... and of western Europe */
};

/* UTF-8 to one byte a character. */
struct span why_bytes(struct arena *arena, const char *text,
                      enum why_charset charset);

/* UTF-8 in composed (NFC) and in decomposed form (NFD). */
char *why_compose(struct arena *arena, const char *text);
char *why_decompose(struct arena *arena, const char *text);

#endif
