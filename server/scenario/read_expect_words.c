/* Words of an expectation into its fields. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "scenario/read_expect.h"
#include "util/duration.h"
#include "util/number.h"

/* ---- Statuses ---- */

/* "2xx" is "2??" among patterns. */
static const char *status_pattern(struct reading *reading, const char *text)
{
    char *pattern = arena_strdup(reading->arena, text);

    for (char *at = pattern; *at; at++) {
        if (*at == 'x' || *at == 'X') {
            *at = '?';
        }
    }
    return pattern;
}

static bool is_status(const struct patterns *patterns)
{
    enum { FIRST = 100, LAST = 599 };
    char text[sizeof("599")];

    for (int status = FIRST; status <= LAST; status++) {
        snprintf(text, sizeof(text), "%d", status);
        if (patterns_fit(patterns, text)) {
            return true;
        }
    }
    return false;
}

static void add_status(struct reading *reading, const struct node *node,
                       struct expectation *expectation)
{
    struct patterns *answered = &expectation->answered;
    const char *item;

    if (!reading_kind(reading, node, NODE_TEXT,
                      key_shape_text(SHAPE_STATUSES))) {
        return;
    }
    item = status_pattern(reading, node->text);
    if (!is_status(&(struct patterns){&item, 1})) {
        reading_error(reading, node, "answered: expected %s, not \"%s\"",
                      key_shape_text(SHAPE_STATUSES), node->text);
        return;
    }
    answered->items[answered->count++] = item;
    expectation->answered_text =
        expectation->answered_text
            ? arena_printf(reading->arena, "%s or %s",
                           expectation->answered_text, node->text)
            : arena_strdup(reading->arena, node->text);
}

static void read_answered(struct reading *reading, const struct node *node,
                          struct expectation *expectation)
{
    size_t room = node->kind == NODE_LIST ? node->count : 1;

    if (!reading_few(reading, node)) {
        return;
    }
    expectation->answered.items =
        arena_alloc(reading->arena, (room + 1) * sizeof(char *));
    if (node->kind != NODE_LIST) {
        add_status(reading, node, expectation);
        return;
    }
    if (!node->first) {
        reading_error(reading, node,
                      "answered: an empty list would never hold; expected %s",
                      key_shape_text(SHAPE_STATUSES));
    }
    for (const struct node *item = node->first; item; item = item->next) {
        add_status(reading, item, expectation);
    }
}

void check_answered(struct reading *reading, const struct node *node,
                    const struct expectation *expectation)
{
    if (expectation->answered.count && expectation->at != POINT_COUNT &&
        !(point_info(expectation->at)->subjects & SUBJECT_REPLY)) {
        reading_error(reading, node_entry(node, "answered"),
                      "answered: no HTTP answer is sent at %s, so this would "
                      "never hold",
                      point_info(expectation->at)->name);
    }
}

/* ---- Limits ---- */

static bool limit_number(const char *text, enum measure measure,
                         uint64_t *out_number)
{
    int64_t duration;
    struct err err;

    if (measure != MEASURE_TIME) {
        return number_parse(text, NUMBER_DECIMAL, INT64_MAX, out_number);
    }
    if (!duration_parse(text, &duration, &err) || duration < 0 ||
        *text == '+') {
        return false;
    }
    *out_number = (uint64_t)duration;
    return true;
}

/* "<= 9", "< 10", ">= 2", "> 1", "9" */
static bool parse_limit(const char *text, enum measure measure,
                        struct limit *out)
{
    size_t sign = strspn(text, "<>=");
    const char *rest = text + sign + strspn(text + sign, " ");
    uint64_t number;

    if (!limit_number(rest, measure, &number)) {
        return false;
    }
    *out = (struct limit){.least = number, .most = number};
    if (sign == 1 && *text == '<') {
        out->least = 0;
        out->most = number ? number - 1 : 0;
        return number > 0;
    }
    if (sign == 1 && *text == '>') {
        out->least = number + 1;
        out->most = UINT64_MAX;
        return true;
    }
    if (sign == 2 && strncmp(text, "<=", 2) == 0) {
        out->least = 0;
        return true;
    }
    if (sign == 2 && strncmp(text, ">=", 2) == 0) {
        out->most = UINT64_MAX;
        return number > 0;
    }
    return sign == 0;
}

static void read_limit(struct reading *reading, const struct node *node,
                       struct expectation *expectation, struct limit *limit)
{
    enum measure measure = (enum measure)(limit - expectation->limits);
    const char *example = measure == MEASURE_TIME ? "3s" : "9";

    if (!reading_kind(reading, node, NODE_TEXT, key_shape_text(SHAPE_LIMIT))) {
        return;
    }
    if (!parse_limit(node->text, measure, limit)) {
        reading_error(reading, node,
                      "%s: expected a limit such as '<= %s', '< %s', '>= %s', "
                      "'> %s' or %s, which some number keeps and some breaks, "
                      "not \"%s\"",
                      node->key->text, example, example, example, example,
                      example, node->text);
        return;
    }
    limit->text = arena_strdup(reading->arena, node->text);
}

/* ---- The others ---- */

/* Into a field by the type that settings have. */
static void read_as(struct reading *reading, const struct node *node,
                    setting_type *type, size_t size, void *field)
{
    const struct setting row = {.type = type, .size = size};
    struct err err;

    if (reading_kind(reading, node, NODE_TEXT,
                     key_shape_text(SHAPE_DURATION)) &&
        !type(&row, reading->world, field, node->text, &err)) {
        reading_error(reading, node, "%s: %s", node->key->text, err.text);
    }
}

static void read_facts(struct reading *reading, const struct node *entry,
                       struct expectation *expectation)
{
    struct condition *when = &expectation->when;

    read_when(reading, entry, expectation->at, when);
    if (condition_is_counting(when)) {
        reading_error(reading, entry,
                      "when: an expectation counts with times, at-least and "
                      "at-most; after, first, every, requests, per, chance, "
                      "eventually and max-in-a-row are for steps");
    }
}

static void read_severity(struct reading *reading, const struct node *node,
                          bool *out_warns)
{
    struct nearest nearest;

    if (!reading_kind(reading, node, NODE_TEXT,
                      key_shape_text(SHAPE_SEVERITY))) {
        return;
    }
    *out_warns = strcmp(node->text, "warn") == 0;
    if (!*out_warns && strcmp(node->text, "fail") != 0) {
        nearest_init(&nearest, node->text);
        nearest_try(&nearest, span_text("fail"));
        nearest_try(&nearest, span_text("warn"));
        reading_unknown(reading, node, "severity", &nearest,
                        "expected fail or warn");
    }
}

void read_expect_word(struct reading *reading, const struct key *key,
                      const struct node *entry, struct expectation *expectation)
{
    void *field = (char *)expectation + key->offset;

    switch (key->shape) {
    case SHAPE_TIMES:
        (void)read_number(reading, entry, 0, field);
        break;
    case SHAPE_DURATION:
        read_as(reading, entry, setting_positive_duration, sizeof(int64_t),
                field);
        break;
    case SHAPE_STATUSES:
        read_answered(reading, entry, expectation);
        break;
    case SHAPE_LIMIT:
        read_limit(reading, entry, expectation, field);
        break;
    case SHAPE_SEVERITY:
        read_severity(reading, entry, field);
        break;
    case SHAPE_WHEN:
        read_facts(reading, entry, expectation);
        break;
    default: /* `at`, `never`, `in-order` and ids, which have their own place */
        break;
    }
}
