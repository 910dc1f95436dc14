/* `do`: faults and their parameters. */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "scenario/reading.h"
#include "util/buf.h"

const struct fault *vocabulary_fault(const struct vocabulary *words,
                                     const char *name)
{
    for (size_t i = 0; words->faults[i]; i++) {
        if (strcmp(words->faults[i]->name, name) == 0) {
            return words->faults[i];
        }
    }
    return NULL;
}

/* ---- Parameters ---- */

static bool add_header(struct reading *reading, struct headers *headers,
                       const char *name, const struct node *value)
{
    const char *text = NULL;

    if (value->kind != NODE_NULL) {
        if (!reading_kind(reading, value, NODE_TEXT,
                          "a text, a list of texts, or null")) {
            return false;
        }
        text = value->text;
    }
    headers->items[headers->count++] = (struct header){
        .name = arena_strdup(reading->arena, name),
        .value = text ? arena_strdup(reading->arena, text) : NULL,
    };
    return true;
}

static bool add_headers(struct reading *reading, struct headers *headers,
                        const struct node *entry)
{
    const char *name = entry->key->text;
    bool good = true;

    if (!*name) {
        reading_error(reading, entry->key, "expected a name, not \"\"");
        return false;
    }
    if (!reading_few(reading, entry)) {
        return false;
    }
    if (entry->kind != NODE_LIST) {
        return add_header(reading, headers, name, entry);
    }
    for (const struct node *item = entry->first; item; item = item->next) {
        good = add_header(reading, headers, name, item) && good;
    }
    return good;
}

static bool set_map(struct reading *reading, const char *name,
                    const struct node *node, struct headers *out_headers)
{
    struct headers headers = {0};
    bool good = true;

    if (!reading_kind(reading, node, NODE_MAP, "a mapping of names to texts") ||
        !reading_few(reading, node)) {
        return false;
    }
    if (!node->first) {
        reading_error(reading, node,
                      "%s: expected a mapping of names to texts, not {}", name);
        return false;
    }
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        headers.capacity += entry->kind == NODE_LIST ? entry->count : 1;
    }
    headers.items = arena_alloc(reading->arena, (headers.capacity + 1) *
                                                    sizeof(*headers.items));
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        good = add_headers(reading, &headers, entry) && good;
    }
    *out_headers = headers;
    return good;
}

static bool set_file(struct reading *reading, const struct node *node,
                     struct span *out_bytes)
{
    struct err err;

    if (!reading_kind(reading, node, NODE_TEXT, "the name of a file")) {
        return false;
    }
    reading_tells_file(reading, node->text);
    if (!source_file(reading->arena, reading->source, node->text, out_bytes,
                     &err)) {
        reading_error(reading, node, "%s", err.text);
        return false;
    }
    return true;
}

static bool set_text(struct reading *reading, const struct setting *row,
                     const char *name, const struct node *node, void *params)
{
    const char *value = read_text(reading, node, row);
    struct err err;

    if (!value) {
        return false;
    }
    if (!row->type(row, reading->world, params, value, &err)) {
        reading_error(reading, node, "%s: %s", name, err.text);
        return false;
    }
    return true;
}

static void set_param(struct reading *reading, void *params,
                      const struct setting *row, const char *name,
                      const struct node *node)
{
    void *field = (char *)params + row->offset;
    bool good;

    if (row->type == setting_map) {
        good = set_map(reading, name, node, field);
    } else if (row->type == setting_file) {
        good = set_file(reading, node, field);
    } else {
        good = set_text(reading, row, name, node, params);
    }
    if (good && row->given) {
        *(bool *)((char *)params + row->given) = true;
    }
}

/* ---- Faults ---- */

/* Points where a fault has something to lay hands on. */
static const char *points_of(struct reading *reading, const struct fault *fault)
{
    AUTO_BUF out = {0};

    for (int i = 0; i < POINT_COUNT; i++) {
        const struct point_info *info = point_info((enum point)i);

        if (info->subjects & fault->subjects) {
            buf_printf(&out, "%s%s", out.size ? ", " : "", info->name);
        }
    }
    return arena_text(reading->arena, buf_span(&out));
}

/* The entry that an error speaks of, by its name: "ntlm.v1: ...". */
static const struct node *culprit(struct reading *reading,
                                  const struct node *entry, const char *text)
{
    const struct node *child = entry->kind == NODE_MAP ? entry->first : NULL;

    for (; child; child = child->next) {
        const char *name = arena_printf(reading->arena, "%s.%s",
                                        entry->key->text, child->key->text);
        const char *at = strstr(text, name);

        if (at && !strchr("-.", at[strlen(name)]) &&
            !isalnum((unsigned char)at[strlen(name)])) {
            return child->key;
        }
    }
    child = entry->kind == NODE_MAP ? entry->first : NULL;
    for (; child; child = child->next) {
        /* A value that the text quotes. */
        if (child->kind == NODE_TEXT && *child->text &&
            strstr(text, arena_printf(reading->arena, "\"%s\"", child->text))) {
            return child;
        }
    }
    return entry->key;
}

static const struct fault *find_fault(struct reading *reading,
                                      const struct node *entry, enum point at)
{
    const struct fault *const *all = reading->words->faults;
    const struct fault *fault =
        vocabulary_fault(reading->words, entry->key->text);
    struct nearest nearest;

    if (!fault) {
        nearest_init(&nearest, entry->key->text);
        for (size_t i = 0; all[i]; i++) {
            nearest_try(&nearest, span_text(all[i]->name));
        }
        if (!hint_fault(reading, entry->key, &nearest)) {
            reading_unknown(reading, entry->key, "fault", &nearest,
                            "lyncmock list faults prints them");
        }
        return NULL;
    }
    if (at != POINT_COUNT && !(fault->subjects & point_info(at)->subjects)) {
        reading_error(reading, entry->key,
                      "%s has no effect at %s; it has at: %s", fault->name,
                      point_info(at)->name, points_of(reading, fault));
        return NULL;
    }
    return fault;
}

/* false: an error told what is wrong with its parameters. */
static bool fill(struct reading *reading, const struct node *entry,
                 const struct fault *fault, enum point at,
                 struct action *out_action)
{
    void *params = arena_alloc(reading->arena, fault->size + 1);
    const struct settings_table table = {
        .rows = rows_of_fault(fault),
        .set = set_param,
        .ctx = params,
        .what = "parameter",
        .in_fault = true,
    };
    size_t errors = reading->diagnostics->errors;
    struct err err;

    if (!hint_value(reading, fault->name, entry)) {
        read_setting(reading, &table, fault->name, entry);
    }
    if (reading->diagnostics->errors == errors && fault->check &&
        at != POINT_COUNT && !fault->check(params, at, &err)) {
        bool named = strncmp(err.text, fault->name, strlen(fault->name)) == 0;

        reading_error(reading, culprit(reading, entry, err.text), "%s%s%s",
                      named ? "" : fault->name, named ? "" : ": ", err.text);
    }
    *out_action = (struct action){fault, params};
    return reading->diagnostics->errors == errors;
}

static void read_fault(struct reading *reading, const struct node *entry,
                       enum point at, struct step *step)
{
    const struct fault *fault = find_fault(reading, entry, at);
    const struct fault *other;
    const char *why;
    struct action action;

    if (!fault) {
        return;
    }
    other = step_clash(step, fault, &why);
    if (other) {
        reading_error(reading, entry->key,
                      "%s and %s %s; leave one of them out", fault->name,
                      other->name, why);
        return;
    }
    if (fill(reading, entry, fault, at, &action)) {
        step_insert(step, &action);
    }
}

void read_do(struct reading *reading, const struct node *node, enum point at,
             struct step *step)
{
    if (!reading_kind(reading, node, NODE_MAP, key_shape_text(SHAPE_FAULTS))) {
        return;
    }
    if (!node->first) {
        reading_error(reading, node,
                      "do: an empty mapping; expected one or more faults, such "
                      "as {status: 503}");
        return;
    }
    step->actions =
        arena_alloc(reading->arena, node->count * sizeof(*step->actions));
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        read_fault(reading, entry, at, step);
    }
}
