/*
 * How pidgin-sipe reads an RSTR: by text search, not as XML (protocol:
 * webticket 8.4). Written down here from that description.
 */
#ifndef UNIT_SIPE_H
#define UNIT_SIPE_H

#include <string.h>

#include "util/arena.h"

/*
 * The first element of this name: "<name" without prefix, else the first
 * ":name" with whatever stands before it. whole: with its tags. NULL: none.
 */
static inline char *sipe_extract(struct arena *arena, const char *text,
                                 const char *name, bool whole)
{
    const char *start = strstr(text, arena_printf(arena, "<%s", name));
    const char *tag = name;
    const char *inner;
    const char *end;

    if (!start) {
        const char *colon = strstr(text, arena_printf(arena, ":%s", name));

        if (!colon) {
            return NULL;
        }
        for (start = colon; start > text && *start != '<'; start--) {
        }
        tag = arena_printf(
            arena, "%s:%s",
            arena_text(arena, span_of(start + 1, (size_t)(colon - start - 1))),
            name);
    }
    inner = strchr(start, '>');
    end = inner ? strstr(inner, arena_printf(arena, "</%s>", tag)) : NULL;
    if (!end) {
        return NULL;
    }
    if (!whole) {
        return arena_text(arena, span_of(inner + 1, (size_t)(end - inner - 1)));
    }
    end += strlen(tag) + strlen("</>");
    return arena_text(arena, span_of(start, (size_t)(end - start)));
}

/* The value behind `AssertionID="`. */
static inline char *sipe_attribute(struct arena *arena, const char *text,
                                   const char *name)
{
    char *key = arena_printf(arena, "%s=\"", name);
    const char *start = strstr(text, key);
    const char *end = start ? strchr(start + strlen(key), '"') : NULL;

    if (!end) {
        return NULL;
    }
    start += strlen(key);
    return arena_text(arena, span_of(start, (size_t)(end - start)));
}

#endif
