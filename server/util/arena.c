/* Memory with one common end of life, see arena.h. */
#include "config.h"

#include "util/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/mem.h"

enum {
    BLOCK_SIZE = 4096,
    ALIGNMENT = 16,
};

struct block {
    struct block *next;
    size_t size;
    size_t used;
    _Alignas(ALIGNMENT) uint8_t bytes[];
};

struct arena {
    struct block *blocks;
    size_t size;
};

struct arena *arena_new(void)
{
    struct arena *arena = NEW(struct arena);

    arena->size = sizeof(*arena);
    return arena;
}

void arena_free(struct arena *arena)
{
    struct block *next;

    if (!arena) {
        return;
    }
    for (struct block *block = arena->blocks; block; block = next) {
        next = block->next;
        mem_wipe(block->bytes, block->used);
        mem_free(block);
    }
    mem_free(arena);
}

static struct block *add_block(struct arena *arena, size_t size)
{
    size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    /* Not zeroed: arena_alloc zeroes what it hands out, and no more. */
    struct block *block = mem_resize(NULL, sizeof(*block) + room);

    block->size = room;
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->size += sizeof(*block) + room;
    return block;
}

/* As arena_alloc, but for the zeros. */
static void *claim(struct arena *arena, size_t size)
{
    struct block *block = arena->blocks;
    size_t needed = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    void *result;

    assert(needed >= size);
    if (!block || block->size - block->used < needed) {
        block = add_block(arena, needed);
    }
    result = block->bytes + block->used;
    block->used += needed;
    return result;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(claim(arena, size), 0, size);
}

char *arena_text(struct arena *arena, struct span bytes)
{
    char *text = claim(arena, bytes.size + 1);

    if (bytes.size) {
        memcpy(text, bytes.data, bytes.size);
    }
    text[bytes.size] = '\0';
    return text;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_text(arena, span_text(text));
}

struct span arena_copy(struct arena *arena, struct span bytes)
{
    return span_of(arena_text(arena, bytes), bytes.size);
}

/* Writes a text that is nothing but literals and "%s" there, without its NUL;
 * returns its end. NULL: it is something else, or does not fit. */
static char *join(char *to, const char *end, const char *format, va_list args)
{
    for (const char *c = format; *c; c++) {
        const char *part;
        size_t size;

        if (*c != '%') {
            if (to == end) {
                return NULL;
            }
            *to++ = *c;
            continue;
        }
        if (*++c != 's') {
            return NULL;
        }
        part = va_arg(args, const char *);
        size = part ? strlen(part) : 0;
        if (size > (size_t)(end - to)) {
            return NULL;
        }
        if (size) {
            memcpy(to, part, size);
        }
        to += size;
    }
    return to;
}

/* What is left of the newest block holds nearly all texts: those are written
 * where they stay, and only others twice. What is not in use is not wiped at
 * the end, so it is now. */
PRINTF(3, 0)
static char *print(struct arena *arena, size_t most, const char *format,
                   va_list args)
{
    struct block *block = arena->blocks;
    size_t left = block ? block->size - block->used : 0;
    char *rest = left ? (char *)block->bytes + block->used : NULL;
    va_list again;
    char *text;
    size_t length;
    int written;

    va_copy(again, args);
    written = vsnprintf(rest, left, format, args);
    assert(written >= 0);
    length = (size_t)written < most ? (size_t)written : most;
    if ((size_t)written >= left) {
        if (left) {
            mem_wipe(rest, left);
        }
        text = claim(arena, length + 1);
        vsnprintf(text, length + 1, format, again);
    } else {
        text = claim(arena, length + 1);
        mem_wipe(text + length, (size_t)written - length + 1);
    }
    va_end(again);
    return text;
}

/* Most formats join texts, and printf is slow at that. What was written of one
 * that turns out to be another is what printf writes there again. */
char *arena_vprintf_most(struct arena *arena, size_t most, const char *format,
                         va_list args)
{
    struct block *block = arena->blocks;
    size_t left = block ? block->size - block->used : 0;
    char *text = left ? (char *)block->bytes + block->used : NULL;
    char *end = NULL;
    va_list again;

    if (left) {
        va_copy(again, args);
        end = join(text, text + (most < left ? most : left - 1), format, again);
        va_end(again);
    }
    if (!end) {
        return print(arena, most, format, args);
    }
    *end = '\0';
    /* It fits: what is left of a block is a multiple of the alignment. */
    return claim(arena, (size_t)(end - text) + 1);
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    return arena_vprintf_most(arena, SIZE_MAX - 1, format, args);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

char *arena_lower(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);

    for (char *c = copy; *c; c++) {
        if (*c >= 'A' && *c <= 'Z') {
            *c = (char)(*c - 'A' + 'a');
        }
    }
    return copy;
}

size_t arena_size(const struct arena *arena)
{
    return arena->size;
}
