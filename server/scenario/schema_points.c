/*
 * Points as JSON Schema, see schema_points.h. Points where the same can be said
 * share one condition: this keeps the schema short.
 */
#include "config.h"

#include "scenario/schema_points.h"

#include "scenario/fault.h"
#include "scenario/keys.h"
#include "scenario/schema_value.h"

void schema_points(struct json *json)
{
    json_open_named(json, "enum", '[');
    for (int i = 0; i < POINT_COUNT; i++) {
        json_text(json, NULL, point_info((enum point)i)->name);
    }
    json_close(json, ']');
    json_open_named(json, "markdownEnumDescriptions", '[');
    for (int i = 0; i < POINT_COUNT; i++) {
        json_text(json, NULL, point_info((enum point)i)->title);
    }
    json_close(json, ']');
}

/* ---- Conditions ---- */

/* What a condition is about: a mask of each point, and the words for it. */
struct rule {
    const char *key; /* "when" */
    unsigned (*mask)(enum point at);
    void (*words)(struct json *json, const struct vocabulary *words,
                  unsigned mask);
};

static unsigned facts_of(enum point at)
{
    return point_info(at)->facts;
}

static unsigned subjects_of(enum point at)
{
    return point_info(at)->subjects;
}

static void add_facts(struct json *json, const struct vocabulary *words UNUSED,
                      unsigned mask)
{
    for (const struct key *key = keys_when; key->name; key++) {
        if (!key->fact || (key->fact & mask)) {
            json_text(json, NULL, key->name);
        }
    }
}

static void add_faults(struct json *json, const struct vocabulary *words,
                       unsigned mask)
{
    for (size_t i = 0; words->faults[i]; i++) {
        if (words->faults[i]->subjects & mask) {
            json_text(json, NULL, words->faults[i]->name);
        }
    }
}

/* An earlier point has said it for this one. */
static bool is_said(const struct rule *rule, enum point at)
{
    for (int i = 0; i < (int)at; i++) {
        if (rule->mask((enum point)i) == rule->mask(at)) {
            return true;
        }
    }
    return false;
}

static void add_if(struct json *json, const struct rule *rule, unsigned mask)
{
    json_open_named(json, "if", '{');
    json_open_named(json, "properties", '{');
    json_open_named(json, "at", '{');
    json_open_named(json, "enum", '[');
    for (int i = 0; i < POINT_COUNT; i++) {
        if (rule->mask((enum point)i) == mask) {
            json_text(json, NULL, point_info((enum point)i)->name);
        }
    }
    json_close(json, ']');
    json_close(json, '}');
    json_close(json, '}');
    json_open_named(json, "required", '[');
    json_text(json, NULL, "at");
    json_close(json, ']');
    json_close(json, '}');
}

static void add_then(struct json *json, const struct rule *rule,
                     const struct vocabulary *words, unsigned mask)
{
    json_open_named(json, "then", '{');
    json_open_named(json, "properties", '{');
    json_open_named(json, rule->key, '{');
    json_open_named(json, "propertyNames", '{');
    json_open_named(json, "enum", '[');
    rule->words(json, words, mask);
    json_close(json, ']');
    json_close(json, '}');
    json_close(json, '}');
    json_close(json, '}');
    json_close(json, '}');
}

static void define(struct json *json, const char *name, const struct rule *rule,
                   const struct vocabulary *words)
{
    json_open_named(json, name, '{');
    json_open_named(json, "allOf", '[');
    for (int i = 0; i < POINT_COUNT; i++) {
        unsigned mask = rule->mask((enum point)i);

        if (!is_said(rule, (enum point)i)) {
            json_open(json, '{');
            add_if(json, rule, mask);
            add_then(json, rule, words, mask);
            json_close(json, '}');
        }
    }
    json_close(json, ']');
    json_close(json, '}');
}

void schema_define_points(struct json *json, const struct vocabulary *words)
{
    static const struct rule facts = {"when", facts_of, add_facts};
    static const struct rule faults = {"do", subjects_of, add_faults};

    define(json, "facts-at", &facts, words);
    define(json, "faults-at", &faults, words);
}

void schema_at_points(struct json *json, bool with_faults)
{
    json_open_named(json, "allOf", '[');
    json_open(json, '{');
    schema_ref(json, "facts-at");
    json_close(json, '}');
    if (with_faults) {
        json_open(json, '{');
        schema_ref(json, "faults-at");
        json_close(json, '}');
    }
    json_close(json, ']');
}
