/* Values of the language by their shape, and what is said when they are wrong.
 */
#include "config.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scenario/reading.h"
#include "util/buf.h"
#include "util/number.h"

/* ---- What is wrong ---- */

static PRINTF(4, 0) void tell(struct reading *reading, enum severity severity,
                              const struct node *node, const char *format,
                              va_list args)
{
    char text[2048];

    vsnprintf(text, sizeof(text), format, args);
    diagnostics_add(
        reading->diagnostics, severity,
        (struct place){reading->source->label, node->line, node->column}, "%s",
        text);
}

void reading_error(struct reading *reading, const struct node *node,
                   const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(reading, SEVERITY_ERROR, node, format, args);
    va_end(args);
}

void reading_warning(struct reading *reading, const struct node *node,
                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    tell(reading, SEVERITY_WARNING, node, format, args);
    va_end(args);
}

void reading_unknown(struct reading *reading, const struct node *node,
                     const char *what, const struct nearest *nearest,
                     const char *otherwise)
{
    if (nearest->best.size) {
        reading_error(reading, node,
                      "unknown %s \"%s\"; the nearest is \"%.*s\"", what,
                      node->text, (int)nearest->best.size,
                      (const char *)nearest->best.data);
    } else {
        reading_error(reading, node, "unknown %s \"%s\"; %s", what, node->text,
                      otherwise);
    }
}

bool reading_kind(struct reading *reading, const struct node *node,
                  enum node_kind kind, const char *expected)
{
    if (node->kind != kind) {
        reading_error(reading, node, "%s%sexpected %s, not %s",
                      node->key ? node->key->text : "", node->key ? ": " : "",
                      expected, node_kind_text(node->kind));
    }
    return node->kind == kind;
}

bool reading_few(struct reading *reading, const struct node *node)
{
    if (node->count > READ_ROWS_MAX) {
        reading_error(reading, node->key ? node->key : node,
                      "%s%s%zu of them; %d are the limit",
                      node->key ? node->key->text : "", node->key ? ": " : "",
                      node->count, READ_ROWS_MAX);
    }
    return node->count <= READ_ROWS_MAX;
}

const char *reading_where(struct reading *reading, const struct node *node)
{
    return arena_printf(reading->arena, "%s:%u", reading->source->label,
                        node->line);
}

/* ---- Values ---- */

/* "expected lyncmock, name, title" */
static const char *key_list(struct reading *reading, const struct key *keys)
{
    AUTO_BUF out = {0};

    buf_add_text(&out, "expected ");
    for (size_t i = 0; keys[i].name; i++) {
        buf_printf(&out, "%s%s", i ? ", " : "", keys[i].name);
    }
    return arena_text(reading->arena, buf_span(&out));
}

bool read_key(struct reading *reading, const struct key *keys,
              const struct node *entry, const char *what,
              const struct key **out_key)
{
    const struct key *key = key_named(keys, entry->key->text);
    struct nearest nearest;

    if (key) {
        *out_key = key;
        return true;
    }
    nearest_init(&nearest, entry->key->text);
    for (size_t i = 0; keys[i].name; i++) {
        nearest_try(&nearest, span_text(keys[i].name));
    }
    reading_unknown(reading, entry->key, what, &nearest,
                    key_list(reading, keys));
    return false;
}

bool read_number(struct reading *reading, const struct node *node,
                 unsigned least, unsigned *out_number)
{
    const char *name = node->key ? node->key->text : "requests";
    uint64_t number;

    if (node->kind == NODE_TEXT &&
        number_parse(node->text, NUMBER_DECIMAL, INT_MAX, &number) &&
        number >= least) {
        *out_number = (unsigned)number;
        return true;
    }
    if (node->kind == NODE_TEXT) {
        reading_error(reading, node,
                      "%s: expected a whole number from %u, not \"%s\"", name,
                      least, node->text);
    } else {
        reading_error(reading, node, "%s: expected a whole number, not %s",
                      name, node_kind_text(node->kind));
    }
    return false;
}

bool read_flag(struct reading *reading, const struct node *node, bool *out_flag)
{
    static const struct setting row = {
        .info = {"", "yes|no", ""},
        .type = setting_flag,
        .size = sizeof(bool),
    };
    struct err err;

    if (!reading_kind(reading, node, NODE_TEXT, "yes or no")) {
        return false;
    }
    if (!row.type(&row, reading->world, out_flag, node->text, &err)) {
        reading_error(reading, node, "%s: %s", node->key->text, err.text);
        return false;
    }
    return true;
}

bool read_point(struct reading *reading, const struct node *node,
                enum point *out_point)
{
    struct nearest nearest;

    if (!reading_kind(reading, node, NODE_TEXT, "the name of a point")) {
        return false;
    }
    nearest_init(&nearest, node->text);
    for (int i = 0; i < POINT_COUNT; i++) {
        const char *name = point_info((enum point)i)->name;

        if (strcmp(name, node->text) == 0) {
            *out_point = (enum point)i;
            return true;
        }
        nearest_try(&nearest, span_text(name));
    }
    reading_unknown(reading, node, "point", &nearest,
                    "lyncmock list points prints them");
    return false;
}

/* The items of a list, with commas between. */
static const char *joined(struct reading *reading, const struct node *list,
                          const char *expected)
{
    AUTO_BUF out = {0};

    for (const struct node *item = list->first; item; item = item->next) {
        if (!reading_kind(reading, item, NODE_TEXT, "a text in the list")) {
            return NULL;
        }
        if (item != list->first) {
            buf_add_u8(&out, ',');
        }
        buf_add_text(&out, item->text);
    }
    if (!list->first) {
        reading_error(reading, list, "%s: an empty list; expected %s",
                      list->key->text, expected);
        return NULL;
    }
    return arena_text(reading->arena, buf_span(&out));
}

static bool takes_list(const struct setting *row)
{
    enum setting_kind kind = setting_kind_of(row);

    return kind == SETTING_SCHEMES || kind == SETTING_ETYPES ||
           kind == SETTING_HOSTS;
}

const char *read_text(struct reading *reading, const struct node *node,
                      const struct setting *row)
{
    if (node->kind == NODE_LIST && takes_list(row)) {
        return joined(reading, node, row->info.type);
    }
    return reading_kind(reading, node, NODE_TEXT, row->info.type) ? node->text
                                                                  : NULL;
}

const char *reading_list(struct reading *reading, const char *const *words)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; words[i]; i++) {
        buf_printf(&out, "%s%s", i ? ", " : "", words[i]);
    }
    return arena_text(reading->arena, buf_span(&out));
}
