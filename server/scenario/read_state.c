/* `is` and `set`: named states, and whether each that is asked for can be. */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "scenario/reading.h"

/* An `is` that was read, until all steps are known. */
struct wanted_state {
    struct wanted_state *next;
    const struct source *source;
    const struct node *entry;
    const struct named_condition *condition;
};

enum { STATE_NAME_MAX = 64 };

static bool is_state_name(const char *name)
{
    size_t length = strlen(name);

    if (!length || length > STATE_NAME_MAX) {
        return false;
    }
    for (const char *c = name; *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr("-_.", *c)) {
            return false;
        }
    }
    return true;
}

static bool check_name(struct reading *reading, const struct node *key)
{
    if (is_state_name(key->text)) {
        return true;
    }
    reading_error(reading, key,
                  "\"%s\" is no name of a state; expected letters, digits, "
                  "\"-\", \"_\" and \".\", at most %d",
                  key->text, STATE_NAME_MAX);
    return false;
}

void read_is(struct reading *reading, const struct node *node,
             struct named_conditions *out)
{
    const char *expected = key_shape_text(SHAPE_STATES);

    if (!reading_kind(reading, node, NODE_MAP, expected) ||
        !reading_few(reading, node)) {
        return;
    }
    if (!node->first) {
        reading_error(reading, node, "is: expected %s, not {}", expected);
    }
    out->items =
        arena_alloc(reading->arena, (node->count + 1) * sizeof(*out->items));
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        struct named_condition *one = &out->items[out->count];
        struct wanted_state *wanted;

        one->name = arena_strdup(reading->arena, entry->key->text);
        one->absent = entry->kind == NODE_NULL;
        if (!check_name(reading, entry->key) ||
            (!one->absent && !read_patterns(reading, entry, &one->value))) {
            continue;
        }
        out->count++;
        wanted = ARENA_NEW(reading->arena, struct wanted_state);
        *wanted =
            (struct wanted_state){reading->wanted, reading->source, entry, one};
        reading->wanted = wanted;
    }
}

void read_set(struct reading *reading, const struct node *node,
              struct step *step)
{
    const char *expected = key_shape_text(SHAPE_SET);

    if (!reading_kind(reading, node, NODE_MAP, expected) ||
        !reading_few(reading, node)) {
        return;
    }
    if (!node->first) {
        reading_error(reading, node, "set: expected %s, not {}", expected);
    }
    step->sets =
        arena_alloc(reading->arena, (node->count + 1) * sizeof(*step->sets));
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        struct state_setting *one = &step->sets[step->set_count];

        if (!check_name(reading, entry->key)) {
            continue;
        }
        one->name = arena_strdup(reading->arena, entry->key->text);
        if (entry->kind != NODE_NULL) {
            if (!reading_kind(reading, entry, NODE_TEXT, "a text") ||
                !*entry->text) {
                reading_error(reading, entry,
                              "set: an empty text; null makes a state one that "
                              "is not set");
                continue;
            }
            one->value = arena_strdup(reading->arena, entry->text);
        }
        step->set_count++;
    }
}

/* ---- Can it ever be? ---- */

static const struct state_setting *setting_at(const struct scenario *scenario,
                                              size_t *step, size_t *at)
{
    for (; *step < scenario->step_count; ++*step, *at = 0) {
        if (*at < scenario->steps[*step].set_count) {
            return &scenario->steps[*step].sets[(*at)++];
        }
    }
    return NULL;
}

static void tell_name(struct reading *reading, const struct scenario *scenario,
                      const struct node *key)
{
    const struct state_setting *set;
    struct nearest nearest;
    size_t step = 0;
    size_t at = 0;

    nearest_init(&nearest, key->text);
    while ((set = setting_at(scenario, &step, &at))) {
        nearest_try(&nearest, span_text(set->name));
    }
    reading_unknown(reading, key, "state", &nearest,
                    "no step sets it; write \"set: {NAME: VALUE}\" in one");
}

static void tell_value(struct reading *reading, const struct scenario *scenario,
                       const struct wanted_state *wanted)
{
    const char *pattern = wanted->condition->value.items[0];
    const struct state_setting *set;
    struct nearest nearest;
    size_t step = 0;
    size_t at = 0;

    nearest_init(&nearest, pattern);
    while ((set = setting_at(scenario, &step, &at))) {
        if (set->value && strcasecmp(set->name, wanted->condition->name) == 0) {
            nearest_try(&nearest, span_text(set->value));
        }
    }
    if (nearest.best.size) {
        reading_error(reading, wanted->entry,
                      "no step sets %s to \"%s\", so this would never hold; "
                      "the nearest is \"%.*s\"",
                      wanted->condition->name, pattern, (int)nearest.best.size,
                      (const char *)nearest.best.data);
    } else {
        reading_error(reading, wanted->entry,
                      "no step sets %s to \"%s\", so this would never hold",
                      wanted->condition->name, pattern);
    }
}

static void check_wanted(struct reading *reading,
                         const struct scenario *scenario,
                         const struct wanted_state *wanted)
{
    const struct named_condition *asked = wanted->condition;
    const struct state_setting *set;
    bool known = false;
    bool fits = asked->absent;
    size_t step = 0;
    size_t at = 0;

    while ((set = setting_at(scenario, &step, &at))) {
        if (strcasecmp(set->name, asked->name) == 0) {
            known = true;
            fits = fits || patterns_fit(&asked->value, set->value);
        }
    }
    reading->source = wanted->source;
    if (!known) {
        tell_name(reading, scenario, wanted->entry->key);
    } else if (!fits) {
        tell_value(reading, scenario, wanted);
    }
}

void check_states(struct reading *reading, const struct scenario *scenario)
{
    for (const struct wanted_state *i = reading->wanted; i; i = i->next) {
        check_wanted(reading, scenario, i);
    }
}
