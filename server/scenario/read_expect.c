/* `expect` and `fail-on`: checked and kept. session_judge.c judges. */
#include "config.h"

#include <string.h>

#include "scenario/reading.h"

static void read_never(struct reading *reading, const struct node *node,
                       unsigned *out_never)
{
    const struct key *key;
    bool flag;

    if (!reading_kind(reading, node, NODE_MAP, key_shape_text(SHAPE_NEVER))) {
        return;
    }
    if (!node->first) {
        reading_error(reading, node, "never: expected %s, not {}",
                      key_shape_text(SHAPE_NEVER));
    }
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (read_key(reading, keys_never, entry, "key of never", &key) &&
            read_flag(reading, entry, &flag) && flag) {
            *out_never |= 1u << (key - keys_never);
        }
    }
}

/* Into a field by the type that settings have. */
static void read_as(struct reading *reading, const struct node *node,
                    setting_type *type, size_t size, const char *expected,
                    void *field)
{
    const struct setting row = {.type = type, .size = size};
    struct err err;

    if (reading_kind(reading, node, NODE_TEXT, expected) &&
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

static void read_word(struct reading *reading, const struct key *key,
                      const struct node *entry, struct expectation *expectation)
{
    void *field = (char *)expectation + key->offset;
    const char *expected = key_shape_text(key->shape);

    switch (key->shape) {
    case SHAPE_TIMES:
        (void)read_number(reading, entry, 0, field);
        break;
    case SHAPE_DURATION:
        read_as(reading, entry, setting_positive_duration, sizeof(int64_t),
                expected, field);
        break;
    case SHAPE_STATUS:
        read_as(reading, entry, setting_status, sizeof(unsigned), expected,
                field);
        break;
    case SHAPE_WHEN:
        read_facts(reading, entry, expectation);
        break;
    case SHAPE_NEVER:
        read_never(reading, entry, field);
        break;
    default: /* `at`, which is read before */
        break;
    }
}

/* How often: `times` alone, or the least and the most. */
static void check_often(struct reading *reading, const struct node *node,
                        const struct expectation *expectation)
{
    if (expectation->times >= 0 &&
        (expectation->at_least >= 0 || expectation->at_most >= 0)) {
        reading_error(reading, node_entry(node, "times")->key,
                      "times says how often; leave at-least and at-most out");
    } else if (expectation->at_most >= 0 &&
               expectation->at_least > expectation->at_most) {
        reading_error(reading, node_entry(node, "at-most"),
                      "at-most: %d is less than at-least, %d",
                      expectation->at_most, expectation->at_least);
    }
}

static void check_whole(struct reading *reading, const struct node *node,
                        const struct expectation *expectation)
{
    bool never = node_entry(node, "never") != NULL;

    if (never && node->count > 1) {
        reading_error(reading, node,
                      "never stands alone in its item; make two items of it");
    } else if (!never && !node_entry(node, "at")) {
        reading_error(reading, node,
                      "an expectation without `at`; expected a point, such as "
                      "\"at: webticket.issue\", or `never`");
    }
    if (expectation->answered && expectation->at != POINT_COUNT &&
        !(point_info(expectation->at)->subjects & SUBJECT_REPLY)) {
        reading_error(reading, node_entry(node, "answered"),
                      "answered: no HTTP answer is sent at %s, so this would "
                      "never hold",
                      point_info(expectation->at)->name);
    }
    check_often(reading, node, expectation);
}

static void read_expectation(struct reading *reading, const struct node *node,
                             struct expectation *expectation)
{
    const struct key *key;
    const struct node *at;

    *expectation = (struct expectation){
        .at = POINT_COUNT, .times = -1, .at_least = -1, .at_most = -1};
    if (!reading_kind(reading, node, NODE_MAP,
                      "an expectation, a mapping with `at` or `never`")) {
        return;
    }
    expectation->where = reading_where(reading, node);
    at = node_entry(node, "at");
    if (at) {
        (void)read_point(reading, at, &expectation->at);
    }
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (read_key(reading, keys_expectation, entry, "key of expect", &key)) {
            read_word(reading, key, entry, expectation);
        }
    }
    check_whole(reading, node, expectation);
}

void read_expect(struct reading *reading, const struct node *list,
                 struct scenario *scenario)
{
    if (!reading_kind(reading, list, NODE_LIST, key_shape_text(SHAPE_EXPECT))) {
        return;
    }
    if (list->count > READ_STEPS_MAX) {
        reading_error(reading, list->key, "expect: %zu items; %d are the limit",
                      list->count, READ_STEPS_MAX);
        return;
    }
    scenario->expectations = arena_alloc(
        scenario->arena, (list->count + 1) * sizeof(*scenario->expectations));
    for (const struct node *item = list->first; item; item = item->next) {
        read_expectation(reading, item,
                         &scenario->expectations[scenario->expectation_count]);
        scenario->expectation_count++;
    }
}

void read_fail_on(struct reading *reading, const struct node *list,
                  struct scenario *scenario)
{
    struct nearest nearest;
    const struct key *key;

    if (!reading_kind(reading, list, NODE_LIST, key_shape_text(SHAPE_WORDS))) {
        return;
    }
    for (const struct node *item = list->first; item; item = item->next) {
        if (!reading_kind(reading, item, NODE_TEXT, "a text in the list")) {
            continue;
        }
        key = key_named(keys_fail_on, item->text);
        if (key) {
            scenario->fail_on |= 1u << (key - keys_fail_on);
            continue;
        }
        nearest_init(&nearest, item->text);
        for (key = keys_fail_on; key->name; key++) {
            nearest_try(&nearest, span_text(key->name));
        }
        reading_unknown(reading, item, "word of fail-on", &nearest,
                        "expected must, should or unexpected");
    }
}
