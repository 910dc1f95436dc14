/*
 * Settings as nested mappings: {ntlm: {v1: yes}} sets ntlm.v1. A table with
 * rows such as user.NAME.state is written as {users: {NAME: {state: good}}}.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "scenario/reading.h"
#include "util/buf.h"

/* A place in the nesting: how it is called, and how the rows call it. */
struct level {
    const char *name; /* "user.alice" */
    const char *row;  /* "user.NAME" */
};

static struct level below(struct reading *reading, const struct level *level,
                          const char *name, const char *row)
{
    const char *dot = *level->row ? "." : "";

    return (struct level){
        arena_printf(reading->arena, "%s%s%s", level->name, dot, name),
        arena_printf(reading->arena, "%s%s%s", level->row, dot, row),
    };
}

/* ---- Unknown words ---- */

static const char *words_at(struct reading *reading,
                            const struct settings_table *table,
                            const char *prefix, struct nearest *nearest)
{
    AUTO_BUF out = {0};
    const char *word;
    size_t at = 0;

    while ((word = rows_next(reading->arena, &table->rows, prefix, &at))) {
        buf_printf(&out, "%s%s", out.size ? ", " : "", word);
        if (nearest) {
            nearest_try(nearest, span_text(word));
        }
    }
    return arena_text(reading->arena, buf_span(&out));
}

/* The row that these words, the first of them in full, would set. */
static const struct setting *row_of(struct reading *reading,
                                    const struct settings_table *table,
                                    const char *prefix, struct span rest)
{
    const char *name = arena_text(reading->arena, rest);
    const char *full = arena_printf(reading->arena, "%s%s%s", prefix,
                                    *prefix ? "." : "", name);

    return rows_find(&table->rows, full);
}

/* "ntlm.v1" as a key: the row there is, written another way. */
static bool is_dotted_row(struct reading *reading,
                          const struct settings_table *table,
                          const struct level *level, const struct node *key)
{
    const char *dot = strchr(key->text, '.');

    if (!dot || !row_of(reading, table, level->row, span_text(key->text))) {
        return false;
    }
    reading_error(reading, key, "write \"%s\" as nested keys: %.*s: {%s: ...}",
                  key->text, (int)(dot - key->text), key->text, dot + 1);
    return true;
}

/* "user.alice.state" as a key, or "users.alice.state"; the name in the middle
 * may have dots itself. */
static bool is_dotted_name(struct reading *reading,
                           const struct settings_table *table,
                           const struct level *level, const struct node *key)
{
    const char *first = strchr(key->text, '.');
    const char *last = strrchr(key->text, '.');
    struct span group = span_of(key->text, strcspn(key->text, "."));
    struct level there;
    const char *free;

    if (!first || last == first) {
        return false;
    }
    if (group.size > 1 && first[-1] == 's') {
        group.size--;
    }
    there = below(reading, level, "", arena_text(reading->arena, group));
    free = rows_free_name(reading->arena, &table->rows, there.row);
    there = below(reading, &there, "", free ? free : "");
    if (!free || !row_of(reading, table, there.row, span_text(last + 1))) {
        return false;
    }
    reading_error(reading, key,
                  "write \"%s\" as nested keys: %.*ss: {%.*s: {%s: ...}}",
                  key->text, (int)group.size, key->text,
                  (int)(last - first) - 1, first + 1, last + 1);
    return true;
}

static bool is_dotted(struct reading *reading,
                      const struct settings_table *table,
                      const struct level *level, const struct node *key)
{
    return is_dotted_row(reading, table, level, key) ||
           is_dotted_name(reading, table, level, key);
}

static void unknown_word(struct reading *reading,
                         const struct settings_table *table,
                         const struct level *level, const struct node *key)
{
    struct nearest nearest;
    const char *words;

    if (is_dotted(reading, table, level, key) ||
        (table->in_fault && hint_below(reading, level->name, key))) {
        return;
    }
    nearest_init(&nearest, key->text);
    words = words_at(reading, table, level->row, &nearest);
    reading_unknown(
        reading, key,
        *level->name ? arena_printf(reading->arena, "key of %s", level->name)
                     : table->what,
        &nearest, arena_printf(reading->arena, "expected %s", words));
}

/* ---- Walking down ---- */

static void read_level(struct reading *reading,
                       const struct settings_table *table,
                       const struct level *level, const struct node *map);

static void read_at(struct reading *reading, const struct settings_table *table,
                    const struct level *level, const struct node *node)
{
    const struct setting *row = rows_find(&table->rows, level->row);
    bool nested = rows_nested(&table->rows, level->row);

    if (row && (node->kind != NODE_MAP || row->type == setting_map)) {
        table->set(reading, table->ctx, row, level->name, node);
    } else if (nested && node->kind == NODE_MAP) {
        read_level(reading, table, level, node);
    } else if (nested) {
        reading_error(reading, node, "%s: expected a mapping with %s, not %s",
                      level->name, words_at(reading, table, level->row, NULL),
                      node_kind_text(node->kind));
    } else {
        /* Words that are neither a row nor lead to one were refused before. */
        assert(row);
        reading_error(reading, node, "%s: expected %s (%s), not %s",
                      level->name, row->info.type, row->info.doc,
                      node_kind_text(node->kind));
    }
}

/* users: {alice.state: locked} instead of users: {alice: {state: locked}} */
static bool is_dotted_attribute(struct reading *reading,
                                const struct settings_table *table,
                                const struct level *one,
                                const struct node *entry)
{
    const char *name = entry->key->text;
    const char *last = strrchr(name, '.');

    if (entry->kind == NODE_MAP || !last ||
        !row_of(reading, table, one->row, span_text(last + 1))) {
        return false;
    }
    reading_error(reading, entry->key,
                  "write \"%s\" as nested keys: %.*s: {%s: ...}", name,
                  (int)(last - name), name, last + 1);
    return true;
}

/* users: {alice: {...}, bob: {...}} */
static void read_named(struct reading *reading,
                       const struct settings_table *table,
                       const struct level *level, const char *row,
                       const struct node *map)
{
    if (!reading_kind(reading, map, NODE_MAP, "a mapping of names") ||
        !reading_few(reading, map)) {
        return;
    }
    for (const struct node *entry = map->first; entry; entry = entry->next) {
        struct level one = below(reading, level, entry->key->text, row);

        if (!is_dotted_attribute(reading, table, &one, entry)) {
            read_at(reading, table, &one, entry);
        }
    }
}

/* The level of rows with free names that this key, a plural, stands for. */
static bool plural(struct reading *reading, const struct settings_table *table,
                   const struct level *level, const char *word,
                   struct level *out_level)
{
    size_t length = strlen(word);
    struct level there;
    const char *single;

    if (length < 2 || word[length - 1] != 's') {
        return false;
    }
    single = arena_text(reading->arena, span_of(word, length - 1));
    there = below(reading, level, single, single);
    if (!rows_free_name(reading->arena, &table->rows, there.row)) {
        return false;
    }
    *out_level = there;
    return true;
}

static void read_entry(struct reading *reading,
                       const struct settings_table *table,
                       const struct level *level, const struct node *entry)
{
    const char *word = entry->key->text;
    struct level there;

    if (plural(reading, table, level, word, &there)) {
        read_named(reading, table, &there,
                   rows_free_name(reading->arena, &table->rows, there.row),
                   entry);
        return;
    }
    there = below(reading, level, word, word);
    if (*word && !strchr(word, '.') &&
        !rows_free_name(reading->arena, &table->rows, there.row) &&
        (rows_find(&table->rows, there.row) ||
         rows_nested(&table->rows, there.row))) {
        read_at(reading, table, &there, entry);
    } else {
        unknown_word(reading, table, level, entry->key);
    }
}

static void read_level(struct reading *reading,
                       const struct settings_table *table,
                       const struct level *level, const struct node *map)
{
    if (!map->first) {
        reading_error(reading, map, "%s: expected a mapping with %s, not {}",
                      *level->name ? level->name : map->key->text,
                      words_at(reading, table, level->row, NULL));
    }
    for (const struct node *entry = map->first;
         entry && !diagnostics_full(reading->diagnostics);
         entry = entry->next) {
        read_entry(reading, table, level, entry);
    }
}

void read_settings(struct reading *reading, const struct settings_table *table,
                   const struct node *map)
{
    struct level top = {"", ""};

    read_level(reading, table, &top, map);
}

void read_setting(struct reading *reading, const struct settings_table *table,
                  const char *name, const struct node *node)
{
    struct level level = {name, name};

    read_at(reading, table, &level, node);
}
