/*
 * Memory with one common end of life. Each exchange has an arena: whatever
 * derives from one request lives there and is never freed by itself.
 */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stdarg.h>

#include "util/attr.h"
#include "util/span.h"

struct arena;

struct arena *arena_new(void);
/* Wipes and releases all of it. */
void arena_free(struct arena *arena);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
/* Bytes as text: a NUL is added; NULs inside stay where they are. */
char *arena_text(struct arena *arena, struct span bytes);
struct span arena_copy(struct arena *arena, struct span bytes);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF(2, 3);
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    PRINTF(2, 0);
/* No more than so many bytes of it, without the NUL. */
char *arena_vprintf_most(struct arena *arena, size_t most, const char *format,
                         va_list args) PRINTF(3, 0);
/* ASCII lower case. */
char *arena_lower(struct arena *arena, const char *text);
/* Bytes taken from the system, for limits and the journal's accounts. */
size_t arena_size(const struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc(arena, sizeof(type)))

AUTO_DEFINE(arena, struct arena *, arena_free)

#endif
