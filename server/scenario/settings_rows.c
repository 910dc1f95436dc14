/* The nesting of dotted names, see settings_rows.h. */
#include "config.h"

#include "scenario/settings_rows.h"

#include <ctype.h>
#include <string.h>

#include "scenario/fault.h"

const struct setting *rows_find(const struct settings_rows *rows,
                                const char *name)
{
    const struct setting *row;

    for (size_t i = 0; (row = rows->row(rows->ctx, i)) != NULL; i++) {
        if (strcmp(row->info.name, name) == 0) {
            return row;
        }
    }
    return NULL;
}

/* What the row has behind "prefix."; NULL: it has another beginning. */
static const char *rest_of(const struct setting *row, const char *prefix)
{
    size_t length = strlen(prefix);

    if (length == 0) {
        return row->info.name;
    }
    return strncmp(row->info.name, prefix, length) == 0 &&
                   row->info.name[length] == '.'
               ? row->info.name + length + 1
               : NULL;
}

bool rows_nested(const struct settings_rows *rows, const char *prefix)
{
    const struct setting *row;

    for (size_t i = 0; (row = rows->row(rows->ctx, i)) != NULL; i++) {
        if (rest_of(row, prefix)) {
            return true;
        }
    }
    return false;
}

const char *rows_free_name(struct arena *arena,
                           const struct settings_rows *rows, const char *prefix)
{
    const struct setting *row;

    for (size_t i = 0; (row = rows->row(rows->ctx, i)) != NULL; i++) {
        const char *rest = rest_of(row, prefix);

        if (rest && isupper((unsigned char)*rest)) {
            return arena_text(arena, span_of(rest, strcspn(rest, ".")));
        }
    }
    return NULL;
}

static const char *word_of(struct arena *arena,
                           const struct settings_rows *rows, const char *rest,
                           const char *prefix)
{
    struct span word = span_of(rest, strcspn(rest, "."));
    const char *full;

    full = arena_printf(arena, "%s%s%.*s", prefix, *prefix ? "." : "",
                        (int)word.size, (const char *)word.data);
    return arena_printf(arena, "%.*s%s", (int)word.size,
                        (const char *)word.data,
                        rows_free_name(arena, rows, full) ? "s" : "");
}

/* The row has the first word of this rest below the prefix already. */
static bool begins_alike(const struct setting *row, const char *prefix,
                         const char *rest)
{
    const char *other = rest_of(row, prefix);
    size_t length = strcspn(rest, ".");

    return other && strncmp(other, rest, length) == 0 &&
           (other[length] == '.' || other[length] == '\0');
}

static bool was_before(const struct settings_rows *rows, const char *prefix,
                       const char *rest, size_t end)
{
    for (size_t i = 0; i < end; i++) {
        if (begins_alike(rows->row(rows->ctx, i), prefix, rest)) {
            return true;
        }
    }
    return false;
}

const char *rows_next(struct arena *arena, const struct settings_rows *rows,
                      const char *prefix, size_t *at)
{
    const struct setting *row;

    while ((row = rows->row(rows->ctx, *at)) != NULL) {
        const char *rest = rest_of(row, prefix);
        size_t index = (*at)++;

        if (rest && !was_before(rows, prefix, rest, index)) {
            return word_of(arena, rows, rest, prefix);
        }
    }
    return NULL;
}

static const struct setting *world_row(const void *ctx UNUSED, size_t index)
{
    return setting_row(index);
}

const struct settings_rows rows_of_world = {world_row, NULL};

static const struct setting *fault_row(const void *ctx, size_t index)
{
    const struct fault *fault = ctx;
    const struct setting *row = fault->params;

    return row && row[index].info.name ? &row[index] : NULL;
}

struct settings_rows rows_of_fault(const struct fault *fault)
{
    return (struct settings_rows){fault_row, fault};
}
