/* The file of known failures, see known.h. */
#include "config.h"

#include "scenario/known.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "scenario/reading.h"
#include "util/env.h"
#include "util/number.h"

struct known_failures {
    struct arena *arena;
    struct known_failure *items;
    size_t count;
};

#define FIELD(member) offsetof(struct known_failure, member)

static const struct key keys_known[] = {
    {"rule", SHAPE_TEXT, "", "HT-001", 0, FIELD(rule)},
    {"expect", SHAPE_TEXT, "", "ticket", 0, FIELD(expect)},
    {"scenario", SHAPE_TEXT, "", "'good/*'", 0, FIELD(scenario)},
    {"reason", SHAPE_TEXT, "", "'mended in 5.2'", 0, FIELD(reason)},
    {"until", SHAPE_TEXT, "", "2027-03-01", 0, FIELD(until)},
    {"ticket", SHAPE_TEXT, "", "BUG-17", 0, FIELD(ticket)},
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

/* ---- The day ---- */

/* "2027-03-01": year, month and day, of which there is such a one. */
static bool read_day(const char *text, struct tm *out)
{
    uint64_t parts[3];
    char copy[sizeof("2027-03-01")];
    struct tm again;

    if (strlen(text) != sizeof(copy) - 1 || text[4] != '-' || text[7] != '-') {
        return false;
    }
    memcpy(copy, text, sizeof(copy));
    copy[4] = copy[7] = '\0';
    if (!number_parse(copy, NUMBER_DECIMAL, 9999, &parts[0]) ||
        !number_parse(copy + 5, NUMBER_DECIMAL, 12, &parts[1]) ||
        !number_parse(copy + 8, NUMBER_DECIMAL, 31, &parts[2]) || !parts[1] ||
        !parts[2]) {
        return false;
    }
    *out = (struct tm){
        .tm_year = (int)parts[0] - 1900,
        .tm_mon = (int)parts[1] - 1,
        .tm_mday = (int)parts[2],
    };
    again = *out;
    return timegm(&again) != (time_t)-1 && again.tm_mday == out->tm_mday;
}

/* The day itself still counts, as far as it goes in UTC. */
static bool is_over(struct tm day, int64_t now)
{
    day.tm_mday++;
    return now / ENV_NS_PER_SEC >= timegm(&day);
}

static void read_until(struct reading *reading, const struct node *node,
                       int64_t now, struct known_failure *failure)
{
    struct tm day;

    if (!read_day(node->text, &day)) {
        reading_error(reading, node,
                      "until: expected a day such as 2027-03-01, not \"%s\"",
                      node->text);
    } else {
        failure->expired = is_over(day, now);
    }
}

/* ---- The expectation ---- */

/* An id is any text, but with a point inside, and near to the name of a point,
 * it is that one, misspelt. */
static void check_expect(struct reading *reading, const struct node *node,
                         struct known_failure *failure)
{
    struct nearest nearest;

    nearest_init(&nearest, failure->expect);
    for (int i = 0; i < POINT_COUNT; i++) {
        const char *name = point_info((enum point)i)->name;

        if (strcasecmp(name, failure->expect) == 0) {
            failure->is_point = true;
            return;
        }
        nearest_try(&nearest, span_text(name));
    }
    if (strchr(failure->expect, '.') && nearest.best.size) {
        reading_unknown(reading, node, "point", &nearest,
                        "lyncmock list points prints them");
    }
}

/* ---- An item ---- */

static void check_item(struct reading *reading, const struct node *item,
                       struct known_failure *failure)
{
    const struct node *rule = node_entry(item, "rule");

    if (!failure->rule == !failure->expect) {
        reading_error(reading, item,
                      "a known failure is about one thing: expected `rule` (an "
                      "id or a pattern) or `expect` (the id or the point of an "
                      "expectation)");
    }
    if (!failure->reason) {
        reading_error(reading, item,
                      "a known failure without `reason`; say why it is known "
                      "and what will come of it");
    }
    if (!failure->until) {
        reading_error(reading, item,
                      "a known failure without `until`; expected the last day "
                      "on which it may fail, as in \"until: 2027-03-01\"");
    }
    if (failure->rule) {
        (void)reading_rule(reading, rule);
    }
    if (failure->expect) {
        check_expect(reading, node_entry(item, "expect"), failure);
    }
}

static void read_item(struct reading *reading, const struct node *item,
                      int64_t now, struct known_failure *failure)
{
    const struct key *key;
    const char **field;

    *failure = (struct known_failure){.where = reading_where(reading, item)};
    if (!reading_kind(reading, item, NODE_MAP,
                      "a known failure, a mapping with `rule` or `expect`, "
                      "`reason` and `until`")) {
        return;
    }
    for (const struct node *entry = item->first; entry; entry = entry->next) {
        if (!read_key(reading, keys_known, entry, "key of a known failure",
                      &key)) {
            continue;
        }
        field = (const char **)(void *)((char *)failure + key->offset);
        read_line(reading, entry, field);
        if (*field && key->offset == FIELD(until)) {
            read_until(reading, entry, now, failure);
        }
    }
    failure->everywhere = !failure->scenario;
    failure->scenario = failure->scenario ? failure->scenario : "*";
    check_item(reading, item, failure);
}

/* ---- The file ---- */

static void read_items(struct reading *reading, const struct node *root,
                       int64_t now, struct known_failures *known)
{
    if (!reading_kind(reading, root, NODE_LIST,
                      "a list of known failures, such as \"- {rule: NT-003, "
                      "reason: mended in 5.2, until: 2027-03-01}\"")) {
        return;
    }
    if (root->count > READ_STEPS_MAX) {
        reading_error(reading, root, "%zu known failures; %d are the limit",
                      root->count, READ_STEPS_MAX);
        return;
    }
    known->items =
        arena_alloc(known->arena, (root->count + 1) * sizeof(*known->items));
    for (const struct node *item = root->first; item; item = item->next) {
        read_item(reading, item, now, &known->items[known->count++]);
    }
}

bool known_read(struct span text, const char *name,
                const struct vocabulary *words, int64_t now,
                struct known_failures **out_known,
                struct diagnostics *diagnostics)
{
    AUTO(arena) tree = arena_new();
    struct arena *arena = arena_new();
    struct known_failures *known = ARENA_NEW(arena, struct known_failures);
    const struct source source = {.label = arena_strdup(arena, name)};
    struct reading reading = {
        .arena = arena,
        .words = words,
        .diagnostics = diagnostics,
        .source = &source,
    };
    size_t errors = diagnostics->errors;
    const struct node *root;

    known->arena = arena;
    root = yaml_read(tree, text, source.label, diagnostics);
    if (root) {
        read_items(&reading, root, now, known);
    }
    if (!root || diagnostics->errors > errors) {
        known_free(known);
        return false;
    }
    *out_known = known;
    return true;
}

void known_free(struct known_failures *known)
{
    if (known) {
        arena_free(known->arena);
    }
}

/* ---- What it says ---- */

size_t known_count(const struct known_failures *known)
{
    return known ? known->count : 0;
}

const struct known_failure *known_at(const struct known_failures *known,
                                     size_t index)
{
    return &known->items[index];
}

static bool fits(const char *pattern, const char *text)
{
    return patterns_fit(&(struct patterns){&pattern, 1}, text);
}

bool known_plays(const struct known_failure *failure, const char *scenario)
{
    return fits(failure->scenario, scenario);
}

bool known_covers(const struct known_failure *failure, const char *scenario,
                  const char *rule)
{
    return failure->rule && known_plays(failure, scenario) &&
           fits(failure->rule, rule);
}

const struct known_failure *known_rule(const struct known_failures *known,
                                       const char *scenario, const char *rule)
{
    for (size_t i = 0; i < known_count(known); i++) {
        const struct known_failure *failure = known_at(known, i);

        if (!failure->expired && known_covers(failure, scenario, rule)) {
            return failure;
        }
    }
    return NULL;
}
