/* What fails a run besides `expect`: `fail-on`, `unexpected` and `rules`. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "scenario/reading.h"

/* ---- fail-on ---- */

void read_fail_on(struct reading *reading, const struct node *list,
                  struct scenario *scenario)
{
    struct nearest nearest;
    const struct key *key;

    if (!reading_kind(reading, list, NODE_LIST, key_shape_text(SHAPE_WORDS))) {
        return;
    }
    scenario->fail_on_said = true;
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
                        "expected must, should, practice, robustness, "
                        "unexpected or refused");
    }
}

/* ---- unexpected ---- */

void read_unexpected(struct reading *reading, const struct node *node,
                     const struct node *fail_on, struct scenario *scenario)
{
    static const struct {
        const char *word;
        enum unexpected value;
    } words[] = {
        {"pass", UNEXPECTED_PASS},
        {"warn", UNEXPECTED_WARN},
        {"fail", UNEXPECTED_FAIL},
    };
    struct nearest nearest;

    if (!reading_kind(reading, node, NODE_TEXT,
                      key_shape_text(SHAPE_UNEXPECTED))) {
        return;
    }
    nearest_init(&nearest, node->text);
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        nearest_try(&nearest, span_text(words[i].word));
        if (strcmp(words[i].word, node->text) == 0) {
            scenario->unexpected = words[i].value;
        }
    }
    if (scenario->unexpected == UNEXPECTED_UNSAID) {
        reading_unknown(reading, node, "word of unexpected", &nearest,
                        "expected fail, warn or pass");
    } else if (fail_on && scenario->unexpected != UNEXPECTED_FAIL &&
               (scenario->fail_on & FAIL_ON_UNEXPECTED)) {
        reading_error(reading, node,
                      "unexpected: %s, while fail-on has the word unexpected; "
                      "leave one of them out",
                      node->text);
    }
}

/* ---- rules ---- */

static bool read_treatment(struct reading *reading, const struct node *node,
                           enum treatment *out)
{
    struct nearest nearest;

    if (!reading_kind(reading, node, NODE_TEXT,
                      key_shape_text(SHAPE_TREATMENT))) {
        return false;
    }
    nearest_init(&nearest, node->text);
    for (int i = 0; treatment_words[i]; i++) {
        if (strcmp(treatment_words[i], node->text) == 0) {
            *out = (enum treatment)i;
            return true;
        }
        nearest_try(&nearest, span_text(treatment_words[i]));
    }
    reading_unknown(reading, node, "severity", &nearest,
                    "expected off, note, warn, fail, or a level: must, should, "
                    "practice, robustness");
    return false;
}

bool reading_rule(struct reading *reading, const struct node *node)
{
    const char *pattern = node->text;
    const struct patterns patterns = {&pattern, 1};
    struct nearest nearest;

    if (!reading->words->rules) {
        return true; /* nobody knows them */
    }
    nearest_init(&nearest, node->text);
    for (size_t i = 0; reading->words->rules[i]; i++) {
        if (patterns_fit(&patterns, reading->words->rules[i])) {
            return true;
        }
        nearest_try(&nearest, span_text(reading->words->rules[i]));
    }
    if (strpbrk(pattern, "*?")) {
        reading_error(reading, node,
                      "no rule fits \"%s\", so nothing would come of it; "
                      "lyncmock list rules prints them",
                      pattern);
    } else {
        reading_unknown(reading, node, "rule", &nearest,
                        "lyncmock list rules prints them");
    }
    return false;
}

/* Room for those of all files is made by the caller. */
void read_treatments(struct reading *reading, const struct node *map,
                     struct scenario *scenario)
{
    if (!reading_kind(reading, map, NODE_MAP, key_shape_text(SHAPE_RULES)) ||
        !reading_few(reading, map)) {
        return;
    }
    if (!map->first) {
        reading_error(reading, map, "rules: expected %s, not {}",
                      key_shape_text(SHAPE_RULES));
    }
    for (const struct node *entry = map->first; entry; entry = entry->next) {
        struct rule_treatment *row =
            &scenario->treatments[scenario->treatment_count++];

        *row = (struct rule_treatment){
            .where = reading_where(reading, entry->key),
            .rule = arena_strdup(reading->arena, entry->key->text),
            .treatment = TREATMENT_COUNT,
        };
        (void)reading_rule(reading, entry->key);
        (void)read_treatment(reading, entry, &row->treatment);
    }
}
