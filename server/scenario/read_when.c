/* `when`: the words of keys_when into a struct condition. */
#include "config.h"

#include <string.h>

#include "scenario/reading.h"
#include "util/buf.h"
#include "util/number.h"
#include "wire/xml_body.h"

/* ---- Patterns ---- */

static bool add_pattern(struct reading *reading, const struct node *node,
                        bool empty, struct patterns *patterns)
{
    if (!reading_kind(reading, node, NODE_TEXT, "a text")) {
        return false;
    }
    if (!empty && !*node->text) {
        reading_error(reading, node,
                      "an empty text would never fit; expected a pattern such "
                      "as \"*\"");
        return false;
    }
    patterns->items[patterns->count++] =
        arena_strdup(reading->arena, node->text);
    return true;
}

/* A text, or a list of them. `empty`: "" is a text like any other. */
static bool read_texts(struct reading *reading, const struct node *node,
                       bool empty, struct patterns *out_patterns)
{
    size_t room = node->kind == NODE_LIST ? node->count : 1;
    struct patterns patterns = {
        .items = arena_alloc(reading->arena, (room + 1) * sizeof(char *)),
    };
    bool good = true;

    if (!reading_few(reading, node)) {
        return false;
    }
    if (node->kind != NODE_LIST) {
        good = reading_kind(reading, node, NODE_TEXT,
                            key_shape_text(SHAPE_PATTERNS)) &&
               add_pattern(reading, node, empty, &patterns);
    } else if (!node->first) {
        reading_error(reading, node,
                      "%s: an empty list would never fit; expected %s",
                      node->key->text, key_shape_text(SHAPE_PATTERNS));
        good = false;
    } else {
        for (const struct node *i = node->first; i; i = i->next) {
            good = add_pattern(reading, i, empty, &patterns) && good;
        }
    }
    *out_patterns = patterns;
    return good;
}

bool read_patterns(struct reading *reading, const struct node *node,
                   struct patterns *out_patterns)
{
    return read_texts(reading, node, false, out_patterns);
}

/* ---- Headers, parameters of a query ---- */

static void read_named(struct reading *reading, const struct node *entry,
                       bool header, struct named_condition *out)
{
    const char *name = entry->key->text;

    out->name = arena_strdup(reading->arena, name);
    if (!*name || strpbrk(name, header ? " \t:\r\n" : "&=#?\r\n")) {
        reading_error(reading, entry->key, "\"%s\" is no name of a %s", name,
                      header ? "header" : "parameter");
    } else if (entry->kind == NODE_NULL) {
        out->absent = true;
    } else {
        (void)read_texts(reading, entry, true, &out->value);
    }
}

static void read_map(struct reading *reading, const struct node *node,
                     enum key_shape shape, struct named_conditions *out)
{
    const char *expected = key_shape_text(shape);

    if (!reading_kind(reading, node, NODE_MAP, expected) ||
        !reading_few(reading, node)) {
        return;
    }
    if (!node->first) {
        reading_error(reading, node, "%s: expected %s, not {}", node->key->text,
                      expected);
    }
    out->items =
        arena_alloc(reading->arena, (node->count + 1) * sizeof(*out->items));
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        read_named(reading, entry, shape == SHAPE_HEADERS,
                   &out->items[out->count++]);
    }
}

/* ---- Numbers ---- */

static void read_numbers(struct reading *reading, const struct node *node,
                         const unsigned **out_numbers)
{
    const char *name = node->key->text;
    unsigned *numbers;
    size_t count = 0;

    if (!reading_kind(reading, node, NODE_LIST,
                      key_shape_text(SHAPE_NUMBERS)) ||
        !reading_few(reading, node)) {
        return;
    }
    if (!node->first) {
        reading_error(reading, node,
                      "%s: an empty list would never apply; expected %s", name,
                      key_shape_text(SHAPE_NUMBERS));
        return;
    }
    numbers = arena_alloc(reading->arena, (node->count + 1) * sizeof(*numbers));
    for (const struct node *item = node->first; item; item = item->next) {
        if (!read_number(reading, item, 1, &numbers[count])) {
            return;
        }
        if (count && numbers[count] <= numbers[count - 1]) {
            reading_error(reading, item,
                          "%s: %u stands behind %u; expected numbers that rise",
                          name, numbers[count], numbers[count - 1]);
            return;
        }
        count++;
    }
    *out_numbers = numbers;
}

/* One number alone, or a list of them. */
static void read_which(struct reading *reading, const struct node *node,
                       const unsigned **out_numbers)
{
    unsigned *numbers = arena_alloc(reading->arena, 2 * sizeof(*numbers));

    if (node->kind == NODE_LIST) {
        read_numbers(reading, node, out_numbers);
    } else if (read_number(reading, node, 1, &numbers[0])) {
        *out_numbers = numbers;
    }
}

/* ---- Other values ---- */

static void read_xpath(struct reading *reading, const struct node *node,
                       const char **out_xpath)
{
    struct err err;

    if (!reading_kind(reading, node, NODE_TEXT, key_shape_text(SHAPE_XPATH))) {
        return;
    }
    if (!xml_path_check(node->text, &err)) {
        reading_error(reading, node, "xpath: %s", err.text);
        return;
    }
    *out_xpath = arena_strdup(reading->arena, node->text);
}

static void read_duration(struct reading *reading, const struct node *node,
                          int64_t *out_duration)
{
    const struct setting row = {.type = setting_positive_duration,
                                .size = sizeof(*out_duration)};
    struct err err;

    if (reading_kind(reading, node, NODE_TEXT,
                     key_shape_text(SHAPE_DURATION)) &&
        !row.type(&row, reading->world, out_duration, node->text, &err)) {
        reading_error(reading, node, "%s: %s", node->key->text, err.text);
    }
}

/* Of all sessions it is whom a step counts for; what is not known there cannot
 * be counted. */
static void read_per(struct reading *reading, const struct node *node,
                     enum point at, enum per *out_per)
{
    static const unsigned needs[] = {
        [PER_USER] = FACT_USER,
        [PER_CONNECTION] = FACT_CONNECTION,
        [PER_ADDRESS] = 0,
    };
    const char *expected = key_shape_text(SHAPE_PER);
    struct nearest nearest;

    if (!reading_kind(reading, node, NODE_TEXT, expected)) {
        return;
    }
    nearest_init(&nearest, node->text);
    for (int i = 0; i < PER_ADDRESS && per_words[i]; i++) {
        enum per per = (enum per)(PER_USER + i);

        if (strcmp(per_words[i], node->text) != 0) {
            nearest_try(&nearest, span_text(per_words[i]));
            continue;
        }
        if (at != POINT_COUNT && needs[per] &&
            !(point_info(at)->facts & needs[per])) {
            reading_error(reading, node,
                          "per: a %s is not known at %s, so nothing could be "
                          "counted for it",
                          node->text, point_info(at)->name);
        }
        *out_per = per;
        return;
    }
    reading_unknown(reading, node, "word of per", &nearest,
                    "expected user, connection or address");
}

static void read_chance(struct reading *reading, const struct node *node,
                        struct condition *when)
{
    enum { DIGITS = 6, ALL = 100 };
    const char *expected = key_shape_text(SHAPE_CHANCE);
    const char *number;
    uint64_t chance;
    size_t length;

    if (!reading_kind(reading, node, NODE_TEXT, expected)) {
        return;
    }
    length = strlen(node->text);
    number = arena_printf(reading->arena, "%.*s",
                          (int)(length ? length - 1 : 0), node->text);
    if (!length || node->text[length - 1] != '%' ||
        !number_parse_decimal(number, DIGITS, ALL, &chance)) {
        reading_error(reading, node,
                      "chance: expected %s, from 0%% to 100%%, not \"%s\"",
                      expected, node->text);
        return;
    }
    when->has_chance = true;
    when->chance = (unsigned)chance;
}

/* ---- Words ---- */

/* "host, method, path": what a point knows. */
static const char *facts_text(struct reading *reading, unsigned facts)
{
    AUTO_BUF out = {0};

    for (const struct key *key = keys_when; key->name; key++) {
        if (key->fact & facts) {
            buf_printf(&out, "%s%s", out.size ? ", " : "", key->name);
        }
    }
    return out.size ? arena_text(reading->arena, buf_span(&out)) : "no facts";
}

static bool is_known_there(struct reading *reading, const struct key *key,
                           const struct node *entry, enum point at)
{
    const struct point_info *info;

    if (!key->fact || at == POINT_COUNT) {
        return true;
    }
    info = point_info(at);
    if (!(info->facts & key->fact)) {
        reading_error(reading, entry->key,
                      "%s is not known at %s; known there: %s", key->name,
                      info->name, facts_text(reading, info->facts));
        return false;
    }
    return true;
}

static void read_word(struct reading *reading, const struct key *key,
                      const struct node *entry, enum point at,
                      struct condition *when)
{
    void *field = (char *)when + key->offset;

    when->facts |= key->fact;
    switch (key->shape) {
    case SHAPE_HEADERS:
    case SHAPE_QUERY:
        read_map(reading, entry, key->shape, field);
        break;
    case SHAPE_XPATH:
        read_xpath(reading, entry, field);
        break;
    case SHAPE_STATES:
        read_is(reading, entry, field);
        break;
    case SHAPE_PER:
        read_per(reading, entry, at, field);
        break;
    case SHAPE_CHANCE:
        read_chance(reading, entry, when);
        break;
    case SHAPE_WHICH:
        read_which(reading, entry, field);
        break;
    case SHAPE_DURATION:
        read_duration(reading, entry, field);
        break;
    case SHAPE_COUNT:
        (void)read_number(reading, entry, 1, field);
        break;
    case SHAPE_NUMBERS:
        read_numbers(reading, entry, field);
        break;
    default:
        if (read_texts(reading, entry, key->fact == FACT_DOMAIN, field)) {
            check_patterns(reading, entry, key->fact, at, field);
        }
        break;
    }
}

void read_when(struct reading *reading, const struct node *node, enum point at,
               struct condition *out_when)
{
    const struct key *key;

    if (!reading_kind(reading, node, NODE_MAP, key_shape_text(SHAPE_WHEN))) {
        return;
    }
    if (!node->first) {
        reading_error(reading, node,
                      "when: an empty mapping; leave it out where a step "
                      "always applies");
    }
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (read_key(reading, keys_when, entry, "word of when", &key) &&
            is_known_there(reading, key, entry, at)) {
            read_word(reading, key, entry, at, out_when);
        }
    }
    check_counts(reading, node, out_when);
}
