/* Scenarios with one thing of them wrong, see mutants.h. */
#include "config.h"

#include "mutants.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <yaml.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/mem.h"

/* ---- Where everything stands ---- */

enum { PARTS_MAX = 4096 };

struct part {
    size_t begin;
    size_t end;
    size_t column;
    unsigned lines[MUTANT_LINES_MAX];
    bool is_key;
    bool head;
    struct part *key; /* of a value */
    /* Of keys: */
    bool flow;
    size_t value_begin;
    size_t value_end;
    struct part *before; /* the entry's neighbours in its mapping */
    struct part *next;
};

struct walk {
    yaml_parser_t parser;
    struct part *parts;
    size_t count;
    bool head;
};

/* What is around a node: lines of entries and items, the nearest first. */
struct around {
    unsigned line;
    struct part *key; /* NULL: an item */
    const struct around *outer;
};

static void set_lines(unsigned *lines, unsigned line,
                      const struct around *around)
{
    size_t count = 0;

    lines[count++] = line;
    for (; around && count < MUTANT_LINES_MAX - 1; around = around->outer) {
        lines[count++] = around->line;
    }
    lines[count] = 0;
}

static struct part *add_part(struct walk *walk, const yaml_event_t *event,
                             const struct around *around)
{
    struct part *part = &walk->parts[walk->count++];

    assert(walk->count < PARTS_MAX);
    *part = (struct part){
        .begin = event->start_mark.index,
        .end = event->end_mark.index,
        .column = event->start_mark.column,
    };
    set_lines(part->lines, (unsigned)event->start_mark.line + 1, around);
    part->key = around ? around->key : NULL;
    part->head = walk->head;
    return part;
}

static void next_event(struct walk *walk, yaml_event_t *event)
{
    int good = yaml_parser_parse(&walk->parser, event);

    assert(good);
    (void)good;
}

static size_t walk_node(struct walk *walk, yaml_event_t *event,
                        const struct around *outer);

/* Returns where the last of it ends, spaces and comments aside. */
static size_t walk_list(struct walk *walk, bool flow,
                        const struct around *outer)
{
    size_t end = 0;
    yaml_event_t event;

    for (;;) {
        struct around around = {.outer = outer};

        next_event(walk, &event);
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            end = flow ? event.end_mark.index : end;
            yaml_event_delete(&event);
            return end;
        }
        around.line = (unsigned)event.start_mark.line + 1;
        end = walk_node(walk, &event, &around);
    }
}

static bool is_of_head(const yaml_event_t *key)
{
    static const char *const words[] = {"lyncmock", "name", "title", "about"};

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strcmp((const char *)key->data.scalar.value, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static size_t walk_map(struct walk *walk, bool flow, const struct around *outer)
{
    struct part *before = NULL;
    size_t end = 0;
    yaml_event_t event;

    for (;;) {
        struct around around = {.outer = outer};
        struct part *key;

        next_event(walk, &event);
        if (event.type == YAML_MAPPING_END_EVENT) {
            end = flow ? event.end_mark.index : end;
            yaml_event_delete(&event);
            return end;
        }
        if (!outer) {
            walk->head = is_of_head(&event);
        }
        key = add_part(walk, &event, outer);
        yaml_event_delete(&event);
        key->is_key = true;
        key->flow = flow;
        key->before = before;
        if (before) {
            before->next = key;
        }
        before = key;
        next_event(walk, &event);
        around.line = key->lines[0];
        around.key = key;
        key->value_begin = event.start_mark.index;
        end = key->value_end = walk_node(walk, &event, &around);
    }
}

static size_t walk_node(struct walk *walk, yaml_event_t *event,
                        const struct around *outer)
{
    bool flow =
        event->type == YAML_MAPPING_START_EVENT
            ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
            : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    yaml_event_type_t type = event->type;
    size_t end = event->end_mark.index;

    if (type == YAML_SCALAR_EVENT) {
        (void)add_part(walk, event, outer);
    }
    yaml_event_delete(event);
    if (type == YAML_SEQUENCE_START_EVENT) {
        return walk_list(walk, flow, outer);
    }
    return type == YAML_MAPPING_START_EVENT ? walk_map(walk, flow, outer) : end;
}

static void find_parts(struct walk *walk, struct span text)
{
    yaml_event_t event;
    int good = yaml_parser_initialize(&walk->parser);

    assert(good);
    (void)good;
    yaml_parser_set_input_string(&walk->parser, text.data, text.size);
    do {
        next_event(walk, &event);
        if (event.type == YAML_MAPPING_START_EVENT) {
            walk_node(walk, &event, NULL);
            break;
        }
        yaml_event_delete(&event);
    } while (true);
    yaml_parser_delete(&walk->parser);
}

/* ---- Telling one ---- */

struct making {
    struct span text;
    mutant_told *tell;
    void *ctx;
    struct arena *arena;
    const struct part *part;
};

static struct span slice(const struct making *making, size_t begin, size_t end)
{
    return span_of(making->text.data + begin, end - begin);
}

/* From `begin` to `end` it now says `fresh`. */
static void tell_change(const struct making *making, const char *what,
                        size_t begin, size_t end, const char *fresh,
                        const char *same)
{
    AUTO_BUF out = {0};
    struct mutant mutant = {
        .what = what,
        .old = slice(making, begin, end),
        .fresh = fresh,
        .same = same,
        .head = making->part->head,
    };
    const struct part *key = making->part->is_key ? NULL : making->part->key;

    if (span_equal(mutant.old, span_text(fresh))) {
        return;
    }
    if (key) {
        mutant.key =
            arena_text(making->arena, slice(making, key->begin, key->end));
    }
    buf_add(&out, slice(making, 0, begin));
    buf_add_text(&out, fresh);
    buf_add(&out, slice(making, end, making->text.size));
    mutant.text = buf_span(&out);
    memcpy(mutant.lines, making->part->lines, sizeof(mutant.lines));
    making->tell(making->ctx, &mutant);
}

static void tell_word(const struct making *making, const char *what,
                      const char *fresh, const char *same)
{
    tell_change(making, what, making->part->begin, making->part->end, fresh,
                same);
}

static char *other_case(struct arena *arena, const char *old)
{
    char *text = arena_strdup(arena, old);

    for (char *at = text; *at; at++) {
        *at = (char)(islower((unsigned char)*at) ? toupper((unsigned char)*at)
                                                 : tolower((unsigned char)*at));
    }
    return text;
}

/* The last two letters that differ. */
static char *swapped(struct arena *arena, const char *old)
{
    char *text = arena_strdup(arena, old);

    for (size_t i = strlen(text); i-- > 1;) {
        if (text[i] != text[i - 1] && isalnum((unsigned char)text[i]) &&
            isalnum((unsigned char)text[i - 1])) {
            char last = text[i];

            text[i] = text[i - 1];
            text[i - 1] = last;
            break;
        }
    }
    return text;
}

/* ---- Entries ---- */

static void remove_entry(const struct making *making)
{
    const struct part *key = making->part;

    if (key->next) {
        tell_change(making, "entry: removed", key->begin, key->next->begin, "",
                    NULL);
    } else if (key->before) {
        tell_change(making, "entry: removed", key->before->value_end,
                    key->value_end, "", NULL);
    } else {
        tell_change(making, "entry: removed, the only one", key->begin,
                    key->value_end, key->flow ? "" : "{}", NULL);
    }
}

static void double_entry(const struct making *making)
{
    const struct part *key = making->part;
    struct span entry = slice(making, key->begin, key->value_end);
    struct part moved = *key;
    struct making second = *making;
    const char *gap =
        key->flow ? ", "
                  : arena_printf(making->arena, "\n%*s", (int)key->column, "");

    second.part = &moved;
    for (size_t i = 0; i < entry.size; i++) {
        moved.lines[0] += entry.data[i] == '\n';
    }
    moved.lines[0] += !key->flow;
    tell_change(&second, "entry: doubled", key->begin, key->begin,
                arena_printf(making->arena, "%.*s%s", (int)entry.size,
                             (const char *)entry.data, gap),
                NULL);
}

/* The words of two entries change places. */
static void exchange_keys(const struct making *making)
{
    const struct part *key = making->part;
    const struct part *next = key->next;
    struct span old = slice(making, key->begin, key->end);
    struct span between;
    struct span other;
    struct part both = *key;
    struct making second = *making;

    if (!next) {
        return;
    }
    between = slice(making, key->end, next->begin);
    other = slice(making, next->begin, next->end);
    second.part = &both;
    memmove(both.lines + 1, key->lines,
            sizeof(both.lines) - sizeof(*both.lines));
    both.lines[MUTANT_LINES_MAX - 1] = 0;
    both.lines[0] = next->lines[0];
    tell_change(&second, "keys: exchanged", key->begin, next->end,
                arena_printf(making->arena, "%.*s%.*s%.*s", (int)other.size,
                             (const char *)other.data, (int)between.size,
                             (const char *)between.data, (int)old.size,
                             (const char *)old.data),
                span_equal(slice(making, key->value_begin, key->value_end),
                           slice(making, next->value_begin, next->value_end))
                    ? "both have one value"
                    : NULL);
}

static void mutate_key(const struct making *making, const char *old)
{
    struct arena *arena = making->arena;
    size_t length = strlen(old);

    tell_word(making, "key: a word nobody knows", "qqzz", NULL);
    tell_word(making, "key: a letter more", arena_printf(arena, "%sx", old),
              NULL);
    if (length > 1 && !strchr("'\"", old[0])) {
        tell_word(making, "key: a letter less",
                  arena_text(arena, span_of(old, length - 1)), NULL);
        tell_word(making, "key: the first letter missing",
                  arena_strdup(arena, old + 1), NULL);
    }
    tell_word(making, "key: letters swapped", swapped(arena, old), NULL);
    tell_word(making, "key: other case", other_case(arena, old),
              "names of headers and hosts have no case");
    remove_entry(making);
    double_entry(making);
    exchange_keys(making);
}

/* ---- Values ---- */

/* The number and unit of "1500ms"; the unit NULL: it is none. */
static const char *unit_of(const char *old)
{
    const char *unit = old + (*old == '-' || *old == '+');
    size_t digits = strspn(unit, "0123456789.");

    return digits && strspn(unit + digits, "abcdefghijklmnopqrstuvwxyzKMGB%") ==
                         strlen(unit + digits)
               ? unit + digits
               : NULL;
}

static void mutate_unit(const struct making *making, const char *old)
{
    static const char *const units[] = {"",  "ms",  "s",   "m", "h", "d",
                                        "%", "KiB", "MiB", "w", "S", " s"};
    const char *unit = unit_of(old);
    const char *same =
        strspn(old, "+-0.") + strlen(unit ? unit : "") == strlen(old)
            ? "zero is zero in each unit"
            : NULL;
    int length = unit ? (int)(unit - old) : 0;

    if (!unit) {
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        tell_word(making, "unit: another, or none",
                  arena_printf(making->arena, "%.*s%s", length, old, units[i]),
                  same);
    }
    tell_word(making, "unit: doubled",
              arena_printf(making->arena, "%s%s", old, unit), NULL);
    tell_word(making, "unit: doubled, with its number",
              arena_printf(making->arena, "%s%s", old, old), same);
    tell_word(making, "number: a digit more",
              arena_printf(making->arena, "1%s", old), NULL);
}

static void mutate_flag(const struct making *making, const char *old)
{
    static const char *const words[][2] = {
        {"yes", "no"}, {"true", "false"}, {"on", "off"}};

    for (size_t i = 0; i < 2 * ARRAY_SIZE(words); i++) {
        if (strcmp(old, words[i / 2][i % 2]) != 0) {
            continue;
        }
        for (size_t j = 0; j < ARRAY_SIZE(words); j++) {
            tell_word(making, "flag: the other", words[j][!(i % 2)], NULL);
            tell_word(making, "flag: another word for it", words[j][i % 2],
                      "yes, true and on are one");
        }
    }
}

/* A text in quotes is what it was, unless it was no text. */
static void mutate_quotes(const struct making *making, const char *old)
{
    static const char one[] = "quotes do not count";
    size_t length = strlen(old);
    struct arena *arena = making->arena;

    if (length > 1 && strchr("'\"", old[0])) {
        const char *bare = arena_text(arena, span_of(old + 1, length - 2));

        tell_word(making, "quotes: none", bare, one);
        tell_word(making, "quotes: one missing",
                  arena_text(arena, span_of(old, length - 1)), NULL);
        tell_word(making, "quotes: others",
                  old[0] == '"' ? arena_printf(arena, "'%s'", bare)
                                : arena_printf(arena, "\"%s\"", bare),
                  one);
    } else {
        bool null = strcmp(old, "null") == 0 || strcmp(old, "~") == 0;

        tell_word(making, "quotes: single", arena_printf(arena, "'%s'", old),
                  null ? NULL : one);
        tell_word(making, "quotes: double", arena_printf(arena, "\"%s\"", old),
                  null ? NULL : one);
        tell_word(making, "quotes: one", arena_printf(arena, "'%s", old), NULL);
    }
}

static void mutate_value(const struct making *making, const char *old)
{
    static const char *const values[] = {"qqzz",    "[[a]]", "{qqzz: a}",
                                         "-1",      "0",     "99999999999999",
                                         "'5 min'", "[]"};
    const char *nothing = strcmp(old, "null") == 0 || strcmp(old, "~") == 0
                              ? "null is nothing"
                              : NULL;
    struct arena *arena = making->arena;

    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        bool bare = old[0] == '\'' && strlen(old) == strlen(values[i]) + 2 &&
                    strncmp(old + 1, values[i], strlen(values[i])) == 0;

        tell_word(making, "value: another", values[i],
                  bare ? "quotes do not count" : NULL);
    }
    tell_word(making, "value: empty", "", nothing);
    tell_word(making, "value: null", "~", nothing);
    tell_word(making, "value: no text", "''", NULL);
    tell_word(making, "value: a list of it", arena_printf(arena, "[%s]", old),
              "a list of one is what is in it");
    tell_word(making, "value: a list of it twice",
              arena_printf(arena, "[%s, %s]", old, old), NULL);
    tell_word(making, "value: a mapping", arena_printf(arena, "{%s: yes}", old),
              NULL);
    tell_word(making, "value: a letter more", arena_printf(arena, "%sx", old),
              NULL);
    tell_word(making, "value: letters swapped", swapped(arena, old), NULL);
    tell_word(making, "value: other case", other_case(arena, old),
              "names of points, hosts and domains have no case");
    mutate_quotes(making, old);
    mutate_unit(making, old);
    mutate_flag(making, old);
}

void mutants_of(struct span text, mutant_told *tell, void *ctx)
{
    struct walk walk = {
        .parts = mem_array(PARTS_MAX, sizeof(*walk.parts)),
    };

    find_parts(&walk, text);
    for (size_t i = 0; i < walk.count; i++) {
        AUTO(arena) arena = arena_new();
        const struct part *part = &walk.parts[i];
        const struct making making = {text, tell, ctx, arena, part};
        const char *old =
            arena_text(arena, slice(&making, part->begin, part->end));

        if (part->is_key) {
            mutate_key(&making, old);
        } else {
            mutate_value(&making, old);
        }
    }
    mem_free(walk.parts);
}
