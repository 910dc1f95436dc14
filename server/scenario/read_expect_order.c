/* Which expectation stands behind or before which: `id`, `after`, `before`. */
#include "config.h"

#include <string.h>

#include "scenario/read_expect.h"

/* Where an item's words stand: those of `never` are one level further down. */
static const struct node *words_of(const struct expecting *expecting,
                                   size_t index)
{
    const struct node *node = expecting->nodes[index];

    return expecting->scenario->expectations[index].forbidden
               ? node_entry(node, "never")
               : node;
}

static const struct node *word_of(const struct expecting *expecting,
                                  size_t index, const char *word)
{
    const struct node *words = words_of(expecting, index);

    return words && words->kind == NODE_MAP ? node_entry(words, word) : NULL;
}

/* The item of this id, and 1; 0: there is none. */
static size_t named(const struct scenario *scenario, const char *id,
                    size_t before)
{
    for (size_t i = 0; i < before; i++) {
        const char *other = scenario->expectations[i].id;

        if (other && strcmp(other, id) == 0) {
            return i + 1;
        }
    }
    return 0;
}

static void read_id(struct expecting *expecting, size_t index)
{
    const struct node *node = word_of(expecting, index, "id");
    struct scenario *scenario = expecting->scenario;
    size_t other;

    if (!node || !reading_kind(expecting->reading, node, NODE_TEXT, "a text")) {
        return;
    }
    other = named(scenario, node->text, index);
    if (!*node->text) {
        reading_error(expecting->reading, node, "id: an empty text is no name");
    } else if (other) {
        reading_error(expecting->reading, node,
                      "id: \"%s\" is that of another expectation, %s",
                      node->text, scenario->expectations[other - 1].where);
    } else {
        scenario->expectations[index].id =
            arena_strdup(expecting->reading->arena, node->text);
    }
}

static void tell_unknown(struct expecting *expecting, const struct node *node)
{
    const struct scenario *scenario = expecting->scenario;
    struct nearest nearest;

    nearest_init(&nearest, node->text);
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        if (scenario->expectations[i].id) {
            nearest_try(&nearest, span_text(scenario->expectations[i].id));
        }
    }
    reading_unknown(expecting->reading, node, "id of an expectation", &nearest,
                    "give the item that is meant an `id`, as in \"{id: ticket, "
                    "at: webticket.issue}\"");
}

/* `after` or `before`: the other item must be one that comes at some time. */
static void refer(struct expecting *expecting, size_t index, const char *word,
                  size_t *out_other)
{
    const struct node *node = word_of(expecting, index, word);
    struct scenario *scenario = expecting->scenario;
    size_t other;

    if (!node || !reading_kind(expecting->reading, node, NODE_TEXT,
                               "the id of an expectation")) {
        return;
    }
    other = named(scenario, node->text, scenario->expectation_count);
    if (!other) {
        tell_unknown(expecting, node);
    } else if (other == index + 1) {
        reading_error(expecting->reading, node,
                      "%s: \"%s\" is this item itself; nothing comes %s itself",
                      word, node->text, word);
    } else if (scenario->expectations[other - 1].times == 0 ||
               scenario->expectations[other - 1].at_most == 0) {
        reading_error(expecting->reading, node,
                      "%s: \"%s\" must never come, so nothing could come %s it",
                      word, node->text, word);
    } else {
        *out_other = other;
        scenario->expectations[other - 1].dated = true;
        scenario->expectations[index].dated = true;
    }
}

/* ---- Circles ---- */

enum colour { WHITE, GREY, BLACK };

/* true: the item depends on itself in the end. */
static bool goes_round(const struct scenario *scenario, enum colour *colours,
                       size_t index)
{
    const struct expectation *item = &scenario->expectations[index];
    const size_t others[] = {item->after, item->before};
    bool round = false;

    if (colours[index] != WHITE) {
        return colours[index] == GREY;
    }
    colours[index] = GREY;
    for (size_t i = 0; i < ARRAY_SIZE(others) && !round; i++) {
        round = others[i] && goes_round(scenario, colours, others[i] - 1);
    }
    colours[index] = BLACK;
    return round;
}

static void check_circles(struct expecting *expecting)
{
    const struct scenario *scenario = expecting->scenario;
    size_t count = scenario->expectation_count;
    enum colour *colours =
        arena_alloc(expecting->reading->arena, (count + 1) * sizeof(*colours));

    for (size_t i = 0; i < count; i++) {
        if (goes_round(scenario, colours, i)) {
            const struct node *node = word_of(expecting, i, "after");

            node = node ? node : word_of(expecting, i, "before");
            reading_error(expecting->reading, node,
                          "%s: a circle: what this item waits for waits for "
                          "this item",
                          node->key->text);
            return;
        }
    }
}

void read_expect_order(struct expecting *expecting)
{
    struct scenario *scenario = expecting->scenario;

    for (size_t i = 0; i < scenario->expectation_count; i++) {
        if (scenario->expectations[i].kind == EXPECT_POINT) {
            read_id(expecting, i);
        }
    }
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        if (scenario->expectations[i].kind == EXPECT_POINT) {
            refer(expecting, i, "after", &scenario->expectations[i].after);
            refer(expecting, i, "before", &scenario->expectations[i].before);
        }
    }
    check_circles(expecting);
}
