/* From libyaml's events to a tree, see yaml_node.h. */
#include "config.h"

#include "scenario/yaml_node.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "scenario/yaml_hint.h"
#include "scenario/yaml_quote.h"
#include "scenario/yaml_text.h"
#include "util/mem.h"

struct loading {
    struct arena *arena;
    const char *file;
    struct diagnostics *diagnostics;
    struct span source;
    yaml_parser_t parser;
    size_t nodes;
};

const char *node_kind_text(enum node_kind kind)
{
    static const char *const texts[] = {
        [NODE_NULL] = "nothing",
        [NODE_TEXT] = "a text",
        [NODE_LIST] = "a list",
        [NODE_MAP] = "a mapping",
    };

    return texts[kind];
}

const struct node *node_entry(const struct node *map, const char *key)
{
    const struct node *entry;

    for (entry = map->first; entry; entry = entry->next) {
        if (strcmp(entry->key->text, key) == 0) {
            return entry;
        }
    }
    return NULL;
}

static PRINTF(3, 4) void complain(struct loading *loading,
                                  const yaml_mark_t *mark, const char *format,
                                  ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    diagnostics_add(loading->diagnostics, SEVERITY_ERROR,
                    (struct place){loading->file, (unsigned)mark->line + 1,
                                   (unsigned)mark->column + 1},
                    "%s", text);
}

/* ---- What libyaml says ---- */

/* A quote that nothing ends: libyaml notices at the end of the file, but what
 * is wrong is where it stands. */
static bool is_open_quote(const yaml_parser_t *parser)
{
    return parser->context && strstr(parser->context, "quoted scalar") &&
           parser->problem && strstr(parser->problem, "end of stream");
}

static void tell_problem(struct loading *loading)
{
    const yaml_parser_t *parser = &loading->parser;
    const char *problem = parser->problem ? parser->problem : "no YAML";
    const yaml_mark_t *mark = &parser->problem_mark;
    const char *hint = yaml_hint(loading->arena, loading->source, problem,
                                 mark->index, mark->column);
    yaml_mark_t quote;

    if (is_open_quote(parser)) {
        complain(loading, &parser->context_mark,
                 "a text in quotes begins here and does not end%s", hint);
    } else if (yaml_quote_before(loading->source, mark, &quote)) {
        complain(loading, &quote,
                 "a text in quotes begins here and ends in line %zu, and what "
                 "stands behind it there is none of YAML; is the quote that "
                 "ends it missing?",
                 mark->line + 1);
    } else if (parser->context && parser->context_mark.line != mark->line) {
        complain(loading, mark, "%s %s that begins in line %zu%s", problem,
                 parser->context, parser->context_mark.line + 1, hint);
    } else {
        complain(loading, mark, "%s%s", problem, hint);
    }
}

static bool next_event(struct loading *loading, yaml_event_t *event)
{
    if (!yaml_parser_parse(&loading->parser, event)) {
        tell_problem(loading);
        return false;
    }
    return true;
}

/* ---- Nodes ---- */

static struct node *new_node(struct loading *loading, const yaml_event_t *event,
                             enum node_kind kind)
{
    struct node *node = ARENA_NEW(loading->arena, struct node);

    node->kind = kind;
    node->line = (unsigned)event->start_mark.line + 1;
    node->column = (unsigned)event->start_mark.column + 1;
    return node;
}

static bool is_null(const yaml_event_t *event)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    const char *text = (const char *)event->data.scalar.value;

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strcmp(text, words[i]) == 0) {
            return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        }
    }
    return false;
}

static struct node *scalar(struct loading *loading, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    struct node *node;

    if (strlen(text) != event->data.scalar.length) {
        complain(loading, &event->start_mark, "a NUL character in a text");
        return NULL;
    }
    node = new_node(loading, event, is_null(event) ? NODE_NULL : NODE_TEXT);
    node->text = arena_strdup(loading->arena, text);
    return node;
}

static bool has_anchor_or_tag(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor ||
               event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor ||
               event->data.mapping_start.tag;
    default:
        return false;
    }
}

/* Limits and what scenarios do without; false: told. */
static bool admit(struct loading *loading, const yaml_event_t *event,
                  unsigned depth)
{
    if (event->type == YAML_ALIAS_EVENT) {
        complain(loading, &event->start_mark,
                 "scenarios know no aliases (\"*name\"); write the value out, "
                 "or quote the text if it begins with \"*\"");
        return false;
    }
    if (has_anchor_or_tag(event)) {
        complain(loading, &event->start_mark,
                 "scenarios know no anchors and tags (\"&name\", \"!tag\"); "
                 "leave it out, or quote the text");
        return false;
    }
    if (++loading->nodes > YAML_NODE_LIMIT) {
        complain(loading, &event->start_mark,
                 "too many keys and values: 50000 are the limit");
        return false;
    }
    if (depth > YAML_DEPTH_LIMIT) {
        complain(loading, &event->start_mark,
                 "nested too deeply: 32 levels are the limit");
        return false;
    }
    return true;
}

/* ---- Keys ---- */

static int compare_keys(const void *a, const void *b)
{
    const struct node *const *left = a;
    const struct node *const *right = b;
    int order = strcmp((*left)->key->text, (*right)->key->text);

    if (order == 0) {
        order = (*left)->key->line < (*right)->key->line ||
                        ((*left)->key->line == (*right)->key->line &&
                         (*left)->key->column < (*right)->key->column)
                    ? -1
                    : 1;
    }
    return order;
}

/* Drops the entries that have lost their key. */
static void sweep(struct node *map)
{
    struct node **end = &map->first;

    for (struct node *entry = map->first; entry; entry = entry->next) {
        if (entry->key) {
            *end = entry;
            end = &entry->next;
        } else {
            map->count--;
        }
    }
    *end = NULL;
}

/* Told once for each, and only the first is kept. */
static void drop_duplicates(struct loading *loading, struct node *map)
{
    AUTO(mem) block = mem_array(map->count + 1, sizeof(struct node *));
    struct node **sorted = block;
    const struct node *first = NULL;
    size_t count = 0;

    for (struct node *entry = map->first; entry; entry = entry->next) {
        sorted[count++] = entry;
    }
    qsort(sorted, count, sizeof(*sorted), compare_keys);
    for (size_t i = 0; i < count; i++) {
        const struct node *key = sorted[i]->key;

        if (!first || strcmp(first->key->text, key->text) != 0) {
            first = sorted[i];
            continue;
        }
        diagnostics_add(loading->diagnostics, SEVERITY_ERROR,
                        (struct place){loading->file, key->line, key->column},
                        "\"%s\" stands there twice, first in line %u; leave "
                        "one of them out",
                        key->text, first->key->line);
        sorted[i]->key = NULL;
    }
    sweep(map);
}

static void append(struct node *parent, struct node **end, struct node *child)
{
    if (*end) {
        (*end)->next = child;
    } else {
        parent->first = child;
    }
    *end = child;
    parent->count++;
}

static struct node *load(struct loading *loading, yaml_event_t *event,
                         unsigned depth);

static struct node *load_next(struct loading *loading, unsigned depth,
                              yaml_event_type_t end, bool *ended)
{
    yaml_event_t event;
    struct node *node = NULL;

    if (!next_event(loading, &event)) {
        return NULL;
    }
    *ended = event.type == end;
    if (!*ended) {
        node = load(loading, &event, depth);
    }
    yaml_event_delete(&event);
    return node;
}

static struct node *load_list(struct loading *loading,
                              const yaml_event_t *start, unsigned depth)
{
    struct node *list = new_node(loading, start, NODE_LIST);
    struct node *end = NULL;
    bool ended = false;

    for (;;) {
        struct node *item =
            load_next(loading, depth + 1, YAML_SEQUENCE_END_EVENT, &ended);

        if (!item) {
            return ended ? list : NULL;
        }
        append(list, &end, item);
    }
}

/* An empty word is a word where a key is awaited, and so is "null". */
static bool check_key(struct loading *loading, const struct node *key)
{
    if (key->kind == NODE_TEXT || (key->kind == NODE_NULL && key->text[0])) {
        return true;
    }
    diagnostics_add(loading->diagnostics, SEVERITY_ERROR,
                    (struct place){loading->file, key->line, key->column},
                    "expected a key, not %s", node_kind_text(key->kind));
    return false;
}

static struct node *load_map(struct loading *loading, const yaml_event_t *start,
                             unsigned depth)
{
    struct node *map = new_node(loading, start, NODE_MAP);
    struct node *end = NULL;
    bool ended = false;

    for (;;) {
        struct node *key =
            load_next(loading, depth + 1, YAML_MAPPING_END_EVENT, &ended);
        struct node *value;

        if (!key) {
            break;
        }
        value = load_next(loading, depth + 1, YAML_NO_EVENT, &ended);
        if (!value) {
            return NULL;
        }
        if (!check_key(loading, key)) {
            return NULL;
        }
        value->key = key;
        append(map, &end, value);
    }
    if (ended) {
        drop_duplicates(loading, map);
    }
    return ended ? map : NULL;
}

static struct node *load(struct loading *loading, yaml_event_t *event,
                         unsigned depth)
{
    if (!admit(loading, event, depth)) {
        return NULL;
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return scalar(loading, event);
    case YAML_SEQUENCE_START_EVENT:
        return load_list(loading, event, depth);
    default:
        return load_map(loading, event, depth);
    }
}

/* ---- Documents ---- */

/* The next event is of this type; it is dropped. */
static bool expect(struct loading *loading, yaml_event_type_t type,
                   const char *otherwise)
{
    yaml_event_t event;
    bool good;

    if (!next_event(loading, &event)) {
        return false;
    }
    good = event.type == type;
    if (!good) {
        complain(loading, &event.start_mark, "%s", otherwise);
    }
    yaml_event_delete(&event);
    return good;
}

static struct node *load_document(struct loading *loading)
{
    bool ended = false;
    struct node *root;

    if (!expect(loading, YAML_STREAM_START_EVENT, "no YAML") ||
        !expect(loading, YAML_DOCUMENT_START_EVENT,
                "the file is empty; a scenario begins with \"lyncmock: 1\"")) {
        return NULL;
    }
    root = load_next(loading, 1, YAML_NO_EVENT, &ended);
    if (!root || !expect(loading, YAML_DOCUMENT_END_EVENT, "no YAML") ||
        !expect(loading, YAML_STREAM_END_EVENT,
                "a second document; one file is one scenario")) {
        return NULL;
    }
    return root;
}

struct node *yaml_read(struct arena *arena, struct span text, const char *file,
                       struct diagnostics *diagnostics)
{
    struct loading loading = {
        .arena = arena,
        .file = file,
        .diagnostics = diagnostics,
        .source = text,
    };
    struct node *root;

    if (!yaml_text_good(text, file, diagnostics)) {
        return NULL;
    }
    if (!yaml_parser_initialize(&loading.parser)) {
        abort();
    }
    yaml_parser_set_encoding(&loading.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&loading.parser, text.data, text.size);
    root = load_document(&loading);
    yaml_parser_delete(&loading.parser);
    return root;
}
