/* Diagnostics, see diagnostics.h. */
#include "config.h"

#include "scenario/diagnostics.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/buf.h"
#include "util/utf.h"

void diagnostics_init(struct diagnostics *diagnostics)
{
    *diagnostics = (struct diagnostics){.arena = arena_new()};
}

void diagnostics_clear(struct diagnostics *diagnostics)
{
    arena_free(diagnostics->arena);
    *diagnostics = (struct diagnostics){0};
}

const char *severity_word(enum severity severity)
{
    return severity == SEVERITY_ERROR ? "error" : "warning";
}

void diagnostics_add(struct diagnostics *diagnostics, enum severity severity,
                     struct place place, const char *format, ...)
{
    size_t *number = severity == SEVERITY_ERROR ? &diagnostics->errors
                                                : &diagnostics->warnings;
    char text[2048];
    va_list args;

    if (++*number > DIAGNOSTICS_MAX) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (place.file) {
        place.file = arena_strdup(diagnostics->arena, place.file);
    }
    diagnostics->items[diagnostics->count++] = (struct diagnostic){
        .severity = severity,
        .place = place,
        .text = arena_strdup(diagnostics->arena, text),
    };
}

bool diagnostics_full(const struct diagnostics *diagnostics)
{
    return diagnostics->errors > DIAGNOSTICS_MAX;
}

static bool same_file(const struct place *a, const struct place *b)
{
    return a->file == b->file ||
           (a->file && b->file && strcmp(a->file, b->file) == 0);
}

static bool stands_before(const struct place *a, const struct place *b)
{
    return same_file(a, b) &&
           (a->line < b->line || (a->line == b->line && a->column < b->column));
}

void diagnostics_sort(struct diagnostics *diagnostics)
{
    for (size_t i = 1; i < diagnostics->count; i++) {
        struct diagnostic item = diagnostics->items[i];
        size_t at = i;

        for (size_t j = i; j > 0; j--) {
            if (stands_before(&item.place, &diagnostics->items[j - 1].place)) {
                at = j - 1;
            }
        }
        memmove(&diagnostics->items[at + 1], &diagnostics->items[at],
                (i - at) * sizeof(item));
        diagnostics->items[at] = item;
    }
}

static void add_printable(struct buf *out, struct span text)
{
    while (text.size > 0) {
        size_t length = utf8_sequence(text);
        uint8_t first = text.data[0];
        bool c1 = length == 2 && first == 0xc2 && text.data[1] < 0xa0;

        if (length == 0 || c1 || first < ' ' || first == 0x7f) {
            buf_printf(out, "\\x%02x", first);
            length = 1;
        } else {
            buf_add(out, span_slice(text, 0, length));
        }
        text = span_slice(text, length, text.size);
    }
}

char *diagnostic_line(struct arena *arena, const struct diagnostic *item)
{
    AUTO_BUF line = {0};

    if (item->place.file) {
        add_printable(&line, span_text(item->place.file));
        buf_printf(&line, ":%u:%u: ", item->place.line, item->place.column);
    }
    buf_printf(&line, "%s: ", severity_word(item->severity));
    add_printable(&line, span_text(item->text));
    return arena_text(arena, buf_span(&line));
}

/* ---- For programs ---- */

/* Up to the first of these, or to the end. */
static size_t length_until(const char *text, const char *const *ends)
{
    size_t length = strlen(text);

    for (; *ends; ends++) {
        const char *end = strstr(text, *ends);

        if (end && (size_t)(end - text) < length) {
            length = (size_t)(end - text);
        }
    }
    return length;
}

static const char *part(struct arena *arena, const char *text,
                        const char *begin, const char *const *ends)
{
    const char *at = strstr(text, begin);

    if (!at) {
        return NULL;
    }
    at += strlen(begin);
    return arena_text(arena, span_of(at, length_until(at, ends)));
}

const char *diagnostic_nearest(struct arena *arena,
                               const struct diagnostic *item)
{
    static const char *const ends[] = {"\"", NULL};

    return part(arena, item->text, "the nearest is \"", ends);
}

const char *diagnostic_expected(struct arena *arena,
                                const struct diagnostic *item)
{
    static const char *const ends[] = {", not ", "; ", NULL};

    return part(arena, item->text, "expected ", ends);
}
