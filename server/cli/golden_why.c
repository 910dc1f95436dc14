/*
 * Why two golden traces differ, see golden_why.h. Blocks are put beside each
 * other by their first lines; a block without a counterpart is a request more
 * or less, and of two that belong together, lines are compared by their keys.
 */
#include "config.h"

#include "cli/golden_why.h"

#include <stdbool.h>
#include <string.h>

#include "util/buf.h"

enum { BLOCKS_MOST = 2000, REASONS_MOST = 5 };

struct block {
    struct span first; /* its first line */
    struct span rest;  /* the others */
};

struct blocks {
    struct block *items;
    size_t count;
};

struct explaining {
    struct arena *arena;
    struct buf out;
    size_t reasons;
};

/* ---- Lines and blocks ---- */

/* The line at the front, without its end, which is taken away with it. */
static struct span take_line(struct span *text)
{
    const uint8_t *end =
        text->size ? memchr(text->data, '\n', text->size) : NULL;
    size_t size = end ? (size_t)(end - text->data) : text->size;
    struct span line = span_slice(*text, 0, size);

    *text = span_slice(*text, size + 1, text->size);
    return line;
}

static struct blocks read_blocks(struct arena *arena, struct span text)
{
    struct blocks blocks = {
        .items = arena_alloc(arena, BLOCKS_MOST * sizeof(struct block))};
    struct block *block = NULL;

    while (text.size) {
        struct span line = take_line(&text);
        bool ends = line.size == 0;

        if (!ends && line.data[0] == '#' && !block) {
            continue;
        }
        if (!ends && !block && blocks.count < BLOCKS_MOST) {
            block = &blocks.items[blocks.count++];
            *block = (struct block){.first = line, .rest = text};
            block->rest.size = 0;
        } else if (!ends && block) {
            block->rest.data = block->rest.size ? block->rest.data : line.data;
            block->rest.size =
                (size_t)(line.data + line.size - block->rest.data);
        }
        block = ends ? NULL : block;
    }
    return blocks;
}

static const char *text_of(struct explaining *explaining, struct span line)
{
    return arena_text(explaining->arena, line);
}

static void reason(struct explaining *explaining, const char *text)
{
    if (explaining->reasons++ < REASONS_MOST) {
        buf_printf(&explaining->out, "%s%s", explaining->out.size ? "; " : "",
                   text);
    }
}

/* ---- What differs within one block ---- */

/* "  User-Agent:" of a header, else the word: "  auth". */
static struct span key_of(struct span line)
{
    size_t size = 0;

    while (size < line.size && line.data[size] == ' ') {
        size++;
    }
    while (size < line.size && line.data[size] != ' ') {
        size++;
    }
    return span_slice(line, 0, size);
}

static struct span trimmed(struct span key)
{
    while (key.size && key.data[0] == ' ') {
        key = span_slice(key, 1, key.size);
    }
    return key.size && key.data[key.size - 1] == ':'
               ? span_slice(key, 0, key.size - 1)
               : key;
}

/* The line of this key; empty: there is none. */
static struct span line_of(struct span rest, struct span key)
{
    while (rest.size) {
        struct span line = take_line(&rest);

        if (span_equal(key_of(line), key)) {
            return line;
        }
    }
    return SPAN_NONE;
}

static struct span value_of(struct span line)
{
    struct span key = key_of(line);

    return span_slice(line, key.size + 1, line.size);
}

/* What a line of one block is in the other: another one, or none. */
static void compare_line(struct explaining *explaining, struct span line,
                         const struct block *other, size_t number, bool gone)
{
    struct span key = key_of(line);
    struct span twin = line_of(other->rest, key);
    const char *name = text_of(explaining, trimmed(key));

    if (span_equal(twin, line)) {
        return;
    }
    if (!twin.size) {
        reason(explaining,
               arena_printf(explaining->arena, "%s of request %zu is %s", name,
                            number, gone ? "gone" : "new"));
    } else if (gone) {
        reason(explaining,
               arena_printf(explaining->arena,
                            "%s of request %zu is \"%s\", was \"%s\"", name,
                            number, text_of(explaining, value_of(twin)),
                            text_of(explaining, value_of(line))));
    }
}

static void compare_blocks(struct explaining *explaining,
                           const struct block *before,
                           const struct block *after, size_t number)
{
    size_t known = explaining->reasons;
    struct span rest = before->rest;

    if (span_equal(before->rest, after->rest)) {
        return;
    }
    while (rest.size) {
        struct span line = take_line(&rest);

        if (!span_starts(line, "  |")) {
            compare_line(explaining, line, after, number, true);
        }
    }
    rest = after->rest;
    while (rest.size) {
        struct span line = take_line(&rest);

        if (!span_starts(line, "  |")) {
            compare_line(explaining, line, before, number, false);
        }
    }
    if (explaining->reasons == known) {
        reason(explaining,
               arena_printf(explaining->arena,
                            "body or order of headers of request %zu changed",
                            number));
    }
}

/* ---- Blocks beside each other ---- */

/* Where the next block of this first line is; `count`: nowhere. */
static size_t find(const struct blocks *blocks, size_t from, struct span first)
{
    while (from < blocks->count &&
           !span_equal(blocks->items[from].first, first)) {
        from++;
    }
    return from;
}

static bool has(struct span text, const char *word)
{
    return span_find(text, span_text(word), 0) != SIZE_MAX;
}

static void more_or_less(struct explaining *explaining, char sign,
                         const struct block *block)
{
    reason(
        explaining,
        arena_printf(explaining->arena, "%c 1 request%s: %s", sign,
                     has(block->rest, "  auth") ? "" : " without credentials",
                     text_of(explaining, block->first)));
}

/* The same but for what is new in it, as far as one line tells. */
static bool alike(const struct block *a, const struct block *b)
{
    return span_equal(a->first, b->first) &&
           has(a->rest, "  auth") == has(b->rest, "  auth");
}

static void compare_all(struct explaining *explaining,
                        const struct blocks *before, const struct blocks *after)
{
    size_t i = 0;
    size_t j = 0;

    while (i < before->count && j < after->count) {
        const struct block *old = &before->items[i];
        const struct block *new = &after->items[j];
        size_t ahead = find(after, j + 1, old->first);
        size_t behind = find(before, i + 1, new->first);

        if (alike(old, new) ||
            (ahead == after->count && behind == before->count &&
             span_equal(old->first, new->first))) {
            compare_blocks(explaining, old, new, j + 1);
            i++;
            j++;
        } else if (ahead - j <= behind - i && ahead < after->count) {
            more_or_less(explaining, '+', new);
            j++;
        } else {
            more_or_less(explaining, '-', old);
            i++;
        }
    }
    while (i < before->count) {
        more_or_less(explaining, '-', &before->items[i++]);
    }
    while (j < after->count) {
        more_or_less(explaining, '+', &after->items[j++]);
    }
}

const char *golden_why(struct arena *arena, struct span golden,
                       struct span trace)
{
    struct explaining explaining = {.arena = arena};
    struct blocks before = read_blocks(arena, golden);
    struct blocks after = read_blocks(arena, trace);
    const char *text;

    compare_all(&explaining, &before, &after);
    if (explaining.reasons > REASONS_MOST) {
        buf_printf(&explaining.out, "; and %zu more",
                   explaining.reasons - REASONS_MOST);
    }
    text = explaining.out.size ? arena_text(arena, buf_span(&explaining.out))
                               : "the file was changed by hand";
    buf_clear(&explaining.out);
    return text;
}
