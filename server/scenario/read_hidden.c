/*
 * Steps that never get their turn, since an earlier one of the same file
 * always applies first. (What a child hides of its parent is meant.)
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "scenario/reading.h"

/* Whatever fits `inner` fits `outer`. "?" may not stand for a "*". */
static bool covers_pattern(const char *outer, const char *inner)
{
    const struct patterns one = {&outer, 1};

    return strcasecmp(outer, inner) == 0 ||
           (!(strchr(outer, '?') && strchr(inner, '*')) &&
            patterns_fit(&one, inner));
}

static bool covers(const struct patterns *outer, const struct patterns *inner)
{
    for (size_t i = 0; i < inner->count; i++) {
        bool covered = false;

        for (size_t j = 0; j < outer->count && !covered; j++) {
            covered = covers_pattern(outer->items[j], inner->items[i]);
        }
        if (!covered) {
            return false;
        }
    }
    return true;
}

static bool asks_same(const struct named_conditions *conditions,
                      const struct named_condition *asked)
{
    for (size_t i = 0; i < conditions->count; i++) {
        const struct named_condition *one = &conditions->items[i];

        if (strcasecmp(one->name, asked->name) == 0 &&
            one->absent == asked->absent &&
            covers(&asked->value, &one->value)) {
            return true;
        }
    }
    return false;
}

static bool covers_named(const struct named_conditions *outer,
                         const struct named_conditions *inner)
{
    for (size_t i = 0; i < outer->count; i++) {
        if (!asks_same(inner, &outer->items[i])) {
            return false;
        }
    }
    return true;
}

static bool covers_numbers(const unsigned *outer, const unsigned *inner)
{
    if (!outer) {
        return true;
    }
    for (; inner && *inner; inner++) {
        const unsigned *one = outer;

        while (*one && *one != *inner) {
            one++;
        }
        if (!*one) {
            return false;
        }
    }
    return inner != NULL;
}

/* The ones that are no patterns. */
static bool covers_others(const struct condition *outer,
                          const struct condition *inner)
{
    if (outer->xpath &&
        (!inner->xpath || strcmp(outer->xpath, inner->xpath) != 0)) {
        return false;
    }
    if ((outer->facts & FACT_TICKET_AGE) &&
        !((inner->facts & FACT_TICKET_AGE) &&
          inner->ticket_age >= outer->ticket_age)) {
        return false;
    }
    if ((outer->facts & FACT_TICKET_LEFT) &&
        !((inner->facts & FACT_TICKET_LEFT) &&
          inner->ticket_left <= outer->ticket_left)) {
        return false;
    }
    return covers_numbers(outer->connection, inner->connection) &&
           (!outer->leg || outer->leg == inner->leg) &&
           covers_named(&outer->headers, &inner->headers) &&
           covers_named(&outer->query, &inner->query) &&
           covers_named(&outer->is, &inner->is);
}

static bool covers_facts(const struct condition *outer,
                         const struct condition *inner)
{
    for (const struct key *key = keys_when; key->name; key++) {
        const void *mine = (const char *)outer + key->offset;
        const void *other = (const char *)inner + key->offset;

        if (key->shape == SHAPE_PATTERNS && (outer->facts & key->fact) &&
            !(inner->facts & key->fact && covers(mine, other))) {
            return false;
        }
    }
    return covers_others(outer, inner);
}

/* It is not one of some; a chance of 100 % alone is each time. */
static bool always(const struct step *step)
{
    struct condition when = step->when;

    if (when.has_chance && when.chance == CHANCE_ALL) {
        when.has_chance = false;
    }
    if (!when.first && !when.after && !when.every && !when.requests &&
        !when.has_chance && !when.eventually && !when.max_in_a_row) {
        when.per = PER_SESSION;
    }
    return !step->also && !condition_is_counting(&when);
}

static const struct step *hider(const struct step *steps, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (steps[i].at == steps[index].at && always(&steps[i]) &&
            covers_facts(&steps[i].when, &steps[index].when)) {
            return &steps[i];
        }
    }
    return NULL;
}

void warn_hidden(struct reading *reading, const struct node *list,
                 const struct step *steps, size_t count)
{
    const struct node *node = list->first;

    for (size_t i = 0; i < count; i++, node = node->next) {
        const struct step *before = hider(steps, i);

        if (before) {
            reading_warning(reading, node,
                            "the step never gets its turn: the one at %s "
                            "always applies first; put this one before it, or "
                            "add \"also: yes\" there",
                            before->where);
        }
    }
}
