/* Diagnostics, see diagnostics.h. */
#include "config.h"

#include "scenario/diagnostics.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/buf.h"
#include "util/json.h"
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

static const char *severity_word(enum severity severity)
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

char *diagnostic_line(struct arena *arena, const struct diagnostic *item)
{
    AUTO_BUF line = {0};

    if (item->place.file) {
        utf8_add_printable(&line, span_text(item->place.file));
        buf_printf(&line, ":%u:%u: ", item->place.line, item->place.column);
    }
    buf_printf(&line, "%s: ", severity_word(item->severity));
    utf8_add_printable(&line, span_text(item->text));
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

/* What the text names behind this; NULL: it names nothing. */
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

static void add_json(struct json *json, const struct diagnostic *item)
{
    static const char *const quote[] = {"\"", NULL};
    static const char *const clause[] = {", not ", "; ", NULL};
    AUTO(arena) arena = arena_new();

    json_open(json, '{');
    json_text(json, "file", item->place.file);
    json_number(json, "line", item->place.line);
    json_number(json, "column", item->place.column);
    json_text(json, "severity", severity_word(item->severity));
    json_text(json, "message", item->text);
    json_text(json, "nearest",
              part(arena, item->text, "the nearest is \"", quote));
    json_text(json, "expected", part(arena, item->text, "expected ", clause));
    json_close(json, '}');
}

void diagnostics_json(struct json *json, const struct diagnostics *diagnostics)
{
    json_open_named(json, "diagnostics", '[');
    for (size_t i = 0; i < diagnostics->count; i++) {
        add_json(json, &diagnostics->items[i]);
    }
    json_close(json, ']');
}
