/*
 * `expect`: checked and kept. An item is about a point, about things that must
 * never be, about what the client takes, or an order of points; the items of an
 * order stand behind it in the same list. session_judge.c judges.
 */
#include "config.h"

#include "scenario/read_expect.h"

#include <string.h>

/* ---- never ---- */

static bool is_flag(const struct key *key)
{
    return key->shape == SHAPE_FLAG;
}

static void read_flags(struct reading *reading, const struct node *node,
                       unsigned *out_never)
{
    const struct key *key;
    bool flag;

    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (!read_key(reading, keys_never, entry, "key of never", &key)) {
            continue;
        }
        if (!is_flag(key)) {
            reading_error(reading, entry->key,
                          "%s says more of a point; expected `at` beside it, "
                          "and no %s",
                          key->name, keys_never[0].name);
        } else if (read_flag(reading, entry, &flag) && flag) {
            *out_never |= 1u << (key - keys_never);
        }
    }
}

/* A point that must not be reached in this way: so often is no times. */
static void read_forbidden(struct reading *reading, const struct node *node,
                           struct expectation *expectation)
{
    const struct key *key;

    expectation->kind = EXPECT_POINT;
    expectation->forbidden = true;
    expectation->times = 0;
    (void)read_point(reading, node_entry(node, "at"), &expectation->at);
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (!read_key(reading, keys_never, entry, "key of never", &key)) {
            continue;
        }
        if (is_flag(key)) {
            reading_error(reading, entry->key,
                          "%s is of no point; make two items of it", key->name);
        } else {
            read_expect_word(reading, key, entry, expectation);
        }
    }
    check_answered(reading, node, expectation);
}

static void read_never(struct reading *reading, const struct node *node,
                       struct expectation *expectation)
{
    if (!reading_kind(reading, node, NODE_MAP, key_shape_text(SHAPE_NEVER))) {
        return;
    }
    if (!node->first) {
        reading_error(reading, node, "never: expected %s, not {}",
                      key_shape_text(SHAPE_NEVER));
    }
    if (node_entry(node, "at")) {
        read_forbidden(reading, node, expectation);
    } else {
        expectation->kind = EXPECT_FLAGS;
        read_flags(reading, node, &expectation->never);
    }
}

/* ---- An item ---- */

static struct expectation *add(struct expecting *expecting,
                               const struct node *node)
{
    struct scenario *scenario = expecting->scenario;
    size_t index = scenario->expectation_count++;
    struct expectation *expectation = &scenario->expectations[index];

    *expectation = (struct expectation){
        .where = reading_where(expecting->reading, node),
        .at = POINT_COUNT,
        .times = -1,
        .at_least = -1,
        .at_most = -1,
    };
    expecting->nodes[index] = node;
    return expectation;
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

/* Words of a point, once it is known which. */
static void read_words(struct reading *reading, const struct node *node,
                       struct expectation *expectation)
{
    const struct node *at = node_entry(node, "at");
    const struct key *key;

    if (at) {
        (void)read_point(reading, at, &expectation->at);
    }
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (read_key(reading, keys_expectation, entry, "key of expect", &key)) {
            read_expect_word(reading, key, entry, expectation);
        }
    }
    check_answered(reading, node, expectation);
    check_often(reading, node, expectation);
}

/* ---- An order ---- */

/* What a stage cannot say: it comes once, behind the one before. */
static void check_stage(struct reading *reading, const struct node *node)
{
    static const char *const allowed[] = {"at", "when", "answered", "within"};
    bool good;

    for (const struct node *entry = node->first; entry; entry = entry->next) {
        good = !key_named(keys_expectation, entry->key->text); /* told */
        for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
            good = good || strcmp(allowed[i], entry->key->text) == 0;
        }
        if (!good) {
            reading_error(reading, entry->key,
                          "%s has no place in in-order, whose items come once "
                          "each, one behind the other; they have at, when, "
                          "answered and within",
                          entry->key->text);
        }
    }
    if (!node_entry(node, "at")) {
        reading_error(reading, node,
                      "an item of in-order without `at`; expected a point, "
                      "such as \"at: webticket.issue\"");
    }
}

static void read_order(struct expecting *expecting, const struct node *list,
                       struct expectation *order)
{
    struct reading *reading = expecting->reading;

    order->kind = EXPECT_ORDER;
    if (!reading_kind(reading, list, NODE_LIST, key_shape_text(SHAPE_ORDER))) {
        return;
    }
    if (list->count < 2) {
        reading_error(reading, list,
                      "in-order: %zu item; expected two or more, which come "
                      "one behind the other",
                      list->count);
    }
    for (const struct node *item = list->first; item; item = item->next) {
        struct expectation *stage = add(expecting, item);

        stage->kind = EXPECT_STAGE;
        stage->dated = true;
        order->stages++;
        if (reading_kind(reading, item, NODE_MAP,
                         "an item of in-order, a mapping with `at`")) {
            check_stage(reading, item);
            read_words(reading, item, stage);
        }
    }
}

/* ---- The list ---- */

static bool is_limit(const char *name)
{
    const struct key *key = key_named(keys_expectation, name);

    return key && key->shape == SHAPE_LIMIT;
}

/* The word that an item is about; NULL: none of them is there. */
static const struct node *subject_of(const struct node *node)
{
    static const char *const words[] = {"never", "in-order", "at"};
    const struct node *found;

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if ((found = node_entry(node, words[i])) != NULL) {
            return found;
        }
    }
    for (found = node->first; found; found = found->next) {
        if (is_limit(found->key->text)) {
            return found;
        }
    }
    return NULL;
}

/* Besides what it is about, an item of no point says how bad it is. */
static void check_alone(struct reading *reading, const struct node *node,
                        const char *subject)
{
    bool limits = is_limit(subject);

    for (const struct node *entry = node->first; entry; entry = entry->next) {
        const char *name = entry->key->text;

        if (strcmp(name, subject) != 0 && strcmp(name, "severity") != 0 &&
            !(limits && is_limit(name)) && key_named(keys_expectation, name)) {
            reading_error(reading, node,
                          "%s stands alone in its item, but for severity; make "
                          "two items of it",
                          limits ? "a limit" : subject);
            return;
        }
    }
}

/* A limit is of the whole session, and of no point. */
static void check_limits(struct reading *reading, const struct node *node)
{
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (is_limit(entry->key->text)) {
            reading_error(reading, node,
                          "%s: a limit stands alone in its item, but for "
                          "severity; make two items of it",
                          entry->key->text);
            return;
        }
    }
}

static bool knows_all(const struct node *node)
{
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (!key_named(keys_expectation, entry->key->text)) {
            return false;
        }
    }
    return true;
}

/* Words that are read whatever the item is about. */
static void read_others(struct reading *reading, const struct node *node,
                        struct expectation *expectation)
{
    const struct key *key;

    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (read_key(reading, keys_expectation, entry, "key of expect", &key) &&
            (key->shape == SHAPE_LIMIT || key->shape == SHAPE_SEVERITY)) {
            read_expect_word(reading, key, entry, expectation);
        }
    }
}

static void read_subject(struct expecting *expecting, const struct node *node,
                         const struct node *subject,
                         struct expectation *expectation)
{
    struct reading *reading = expecting->reading;
    const char *name = subject->key->text;

    if (strcmp(name, "at") == 0) {
        expectation->kind = EXPECT_POINT;
        read_words(reading, node, expectation);
        check_limits(reading, node);
        return;
    }
    check_alone(reading, node, name);
    expectation->kind = EXPECT_LIMITS;
    read_others(reading, node, expectation);
    if (strcmp(name, "never") == 0) {
        read_never(reading, subject, expectation);
    } else if (strcmp(name, "in-order") == 0) {
        read_order(expecting, subject, expectation);
    }
}

static void read_item(struct expecting *expecting, const struct node *node)
{
    struct reading *reading = expecting->reading;
    struct expectation *expectation = add(expecting, node);
    const struct node *subject;

    if (!reading_kind(reading, node, NODE_MAP,
                      "an expectation, a mapping with `at` or `never`")) {
        return;
    }
    subject = subject_of(node);
    if (subject) {
        read_subject(expecting, node, subject, expectation);
        return;
    }
    read_words(reading, node, expectation);
    if (knows_all(node)) { /* else a slip, which was told */
        reading_error(reading, node,
                      "an expectation without `at`; expected a point, such as "
                      "\"at: webticket.issue\", or never, in-order or a limit "
                      "such as \"requests: '<= 9'\"");
    }
}

/* With the items of orders. */
static size_t count_items(const struct node *list)
{
    size_t count = 0;

    for (const struct node *item = list->first; item; item = item->next) {
        const struct node *order =
            item->kind == NODE_MAP ? node_entry(item, "in-order") : NULL;

        count += 1 + (order ? order->count : 0);
    }
    return count;
}

void read_expect(struct reading *reading, const struct node *list,
                 struct scenario *scenario)
{
    struct expecting expecting = {reading, scenario, NULL};
    size_t count;

    if (!reading_kind(reading, list, NODE_LIST, key_shape_text(SHAPE_EXPECT))) {
        return;
    }
    count = count_items(list);
    if (count > READ_STEPS_MAX) {
        reading_error(reading, list->key, "expect: %zu items; %d are the limit",
                      count, READ_STEPS_MAX);
        return;
    }
    scenario->expectations = arena_alloc(
        scenario->arena, (count + 1) * sizeof(*scenario->expectations));
    expecting.nodes =
        arena_alloc(reading->arena, (count + 1) * sizeof(*expecting.nodes));
    for (const struct node *item = list->first; item; item = item->next) {
        read_item(&expecting, item);
    }
    read_expect_order(&expecting);
}
