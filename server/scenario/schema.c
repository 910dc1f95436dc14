/* The JSON Schema of scenarios, see schema.h. */
#include "config.h"

#include "scenario/schema.h"

#include "scenario/keys.h"
#include "scenario/layers.h"
#include "scenario/schema_points.h"
#include "scenario/schema_value.h"
#include "scenario/session_measures.h"
#include "util/json_indent.h"

enum { ITEM_WORDS_MAX = 32 };

/* ---- Words ---- */

static void add_layers(struct json *json)
{
    const struct layer_info *layer;

    json_open_named(json, "enum", '[');
    for (size_t i = 0; (layer = layer_at(i)) != NULL; i++) {
        json_text(json, NULL, layer->name);
    }
    json_close(json, ']');
}

static void add_array(struct json *json, const char *definition)
{
    json_text(json, "type", "array");
    json_open_named(json, "items", '{');
    schema_ref(json, definition);
    json_close(json, '}');
}

static void add_fail_on(struct json *json)
{
    json_text(json, "type", "array");
    json_open_named(json, "items", '{');
    json_open_named(json, "enum", '[');
    for (const struct key *key = keys_fail_on; key->name; key++) {
        json_text(json, NULL, key->name);
    }
    json_close(json, ']');
    json_close(json, '}');
}

static void add_words(struct json *json, const char *const *words)
{
    json_open_named(json, "enum", '[');
    for (; *words; words++) {
        json_text(json, NULL, *words);
    }
    json_close(json, ']');
}

/* {RULE: treatment}: schemas know no rules, which come with each release. */
static void add_rules(struct json *json)
{
    json_text(json, "type", "object");
    json_number(json, "minProperties", 1);
    json_open_named(json, "additionalProperties", '{');
    add_words(json, treatment_words);
    json_close(json, '}');
}

/* One, or a list of them. */
static void add_statuses(struct json *json)
{
    json_open_named(json, "anyOf", '[');
    json_open(json, '{');
    schema_ref(json, "statuses");
    json_close(json, '}');
    json_open(json, '{');
    json_text(json, "type", "array");
    json_number(json, "minItems", 1);
    json_open_named(json, "items", '{');
    schema_ref(json, "statuses");
    json_close(json, '}');
    json_close(json, '}');
    json_close(json, ']');
}

static void add_order(struct json *json)
{
    json_text(json, "type", "array");
    json_number(json, "minItems", 2);
    json_open_named(json, "items", '{');
    schema_ref(json, "stage");
    json_close(json, '}');
}

static void add_numbers(struct json *json)
{
    json_text(json, "type", "array");
    json_number(json, "minItems", 1);
    json_open_named(json, "items", '{');
    schema_ref(json, "positive-number");
    json_close(json, '}');
}

/* One number, or a list of them. */
static void add_which(struct json *json)
{
    json_open_named(json, "anyOf", '[');
    json_open(json, '{');
    schema_ref(json, "positive-number");
    json_close(json, '}');
    json_open(json, '{');
    add_numbers(json);
    json_close(json, '}');
    json_close(json, ']');
}

static const char *definition_of(enum key_shape shape)
{
    static const char *const names[] = {
        [SHAPE_TEXT] = "text",         [SHAPE_FLAG] = "flag",
        [SHAPE_PATTERNS] = "patterns", [SHAPE_HEADERS] = "headers",
        [SHAPE_QUERY] = "headers",     [SHAPE_XPATH] = "text",
        [SHAPE_STATES] = "headers",    [SHAPE_SET] = "states",
        [SHAPE_CHANCE] = "chance",     [SHAPE_COUNT] = "positive-number",
        [SHAPE_TIMES] = "number",      [SHAPE_DURATION] = "positive-duration",
        [SHAPE_LIMIT] = "limit",       [SHAPE_WORLD] = "world",
        [SHAPE_FAULTS] = "do",         [SHAPE_WHEN] = "when",
        [SHAPE_NEVER] = "never",       [SHAPE_ABOUT] = "about",
        [SHAPE_OPTIMUM] = "optimum",
    };

    return names[shape];
}

static void add_shape(struct json *json, enum key_shape shape)
{
    switch (shape) {
    case SHAPE_VERSION:
        json_open_named(json, "enum", '[');
        json_number(json, NULL, 1);
        json_text(json, NULL, "1");
        json_close(json, ']');
        break;
    case SHAPE_POINT:
        schema_points(json);
        break;
    case SHAPE_LAYER:
        add_layers(json);
        break;
    case SHAPE_NUMBERS:
        add_numbers(json);
        break;
    case SHAPE_PER:
        add_words(json, per_words);
        break;
    case SHAPE_WHICH:
        add_which(json);
        break;
    case SHAPE_WORDS:
        add_fail_on(json);
        break;
    case SHAPE_SEVERITY:
        add_words(json, (const char *const[]){"fail", "warn", NULL});
        break;
    case SHAPE_UNEXPECTED:
        add_words(json, (const char *const[]){"fail", "warn", "pass", NULL});
        break;
    case SHAPE_RULES:
        add_rules(json);
        break;
    case SHAPE_STATUSES:
        add_statuses(json);
        break;
    case SHAPE_ORDER:
        add_order(json);
        break;
    case SHAPE_STEPS:
        add_array(json, "step");
        break;
    case SHAPE_EXPECT:
        add_array(json, "expectation");
        break;
    default:
        schema_ref(json, definition_of(shape));
        break;
    }
}

static void add_keys(struct json *json, const struct key *keys)
{
    json_text(json, "type", "object");
    json_boolean(json, "additionalProperties", false);
    json_open_named(json, "properties", '{');
    for (; keys->name; keys++) {
        json_open_named(json, keys->name, '{');
        schema_doc(json, keys->doc, keys->name, keys->example);
        add_shape(json, keys->shape);
        json_close(json, '}');
    }
    json_close(json, '}');
}

static void require(struct json *json, const char *first, const char *second)
{
    json_open_named(json, "required", '[');
    json_text(json, NULL, first);
    if (second) {
        json_text(json, NULL, second);
    }
    json_close(json, ']');
}

/* What VS Code writes where somebody asks for more. */
static void add_snippet(struct json *json, const char *label, const char *body)
{
    buf_printf(json->out,
               ",\"defaultSnippets\":[{\"label\":\"%s\",\"body\":%s}]", label,
               body);
    json->comma = true;
}

/* ---- Definitions ---- */

/* A fault may stand for settings of the world, by the world's own names. */
static void add_fault(struct json *json, struct arena *arena,
                      const struct fault *fault)
{
    struct settings_rows own = rows_of_fault(fault);
    const struct setting *row = rows_find(&own, fault->name);
    bool lent = row && !rows_nested(&own, fault->name) &&
                (row->type == setting_map || row->type == setting_text) &&
                (rows_find(&rows_of_world, fault->name) ||
                 rows_nested(&rows_of_world, fault->name));

    schema_doc(json, fault->doc, fault->name, fault->example);
    schema_setting(json, arena, lent ? &rows_of_world : &own, fault->name);
}

static void define_faults(struct json *json, struct arena *arena,
                          const struct vocabulary *words)
{
    json_open_named(json, "do", '{');
    json_text(json, "type", "object");
    json_boolean(json, "additionalProperties", false);
    json_number(json, "minProperties", 1);
    json_open_named(json, "properties", '{');
    for (size_t i = 0; words->faults[i]; i++) {
        json_open_named(json, words->faults[i]->name, '{');
        add_fault(json, arena, words->faults[i]);
        json_close(json, '}');
    }
    json_close(json, '}');
    json_close(json, '}');
}

static void define_steps(struct json *json)
{
    json_open_named(json, "step", '{');
    add_keys(json, keys_step);
    require(json, "at", NULL);
    json_open_named(json, "anyOf", '[');
    json_open(json, '{');
    require(json, "do", NULL);
    json_close(json, '}');
    json_open(json, '{');
    require(json, "set", NULL);
    json_close(json, '}');
    json_close(json, ']');
    schema_at_points(json, true);
    add_snippet(json, "a step",
                "{\"at\":\"${1:discover.root}\",\"when\":{"
                "\"first\":2},\"do\":{\"status\":503}}");
    json_close(json, '}');
    json_open_named(json, "when", '{');
    add_keys(json, keys_when);
    json_number(json, "minProperties", 1);
    json_close(json, '}');
}

static void allow_names(struct json *json, const char *const *names)
{
    json_open_named(json, "propertyNames", '{');
    add_words(json, names);
    json_close(json, '}');
}

/* Names of an item that is about one thing alone, and how bad it is. */
static void allow_alone(struct json *json, const char *word)
{
    json_open(json, '{');
    require(json, word, NULL);
    allow_names(json, (const char *const[]){word, "severity", NULL});
    json_close(json, '}');
}

static void allow_limits(struct json *json)
{
    const char *names[MEASURE_COUNT + 2] = {"severity"};

    for (int i = 0; i < MEASURE_COUNT; i++) {
        names[i + 1] = measure_info((enum measure)i)->name;
    }
    json_open(json, '{');
    allow_names(json, names);
    json_open_named(json, "not", '{');
    json_open_named(json, "required", '[');
    json_text(json, NULL, "severity");
    json_close(json, ']');
    json_number(json, "maxProperties", 1);
    json_close(json, '}');
    json_close(json, '}');
}

/* What an item about a point may say. */
static void allow_point(struct json *json)
{
    const char *names[ITEM_WORDS_MAX + 1];
    size_t count = 0;

    for (const struct key *key = keys_expectation; key->name; key++) {
        if (key->shape != SHAPE_LIMIT && key->shape != SHAPE_NEVER &&
            key->shape != SHAPE_ORDER) {
            names[count++] = key->name;
        }
    }
    names[count] = NULL;
    json_open(json, '{');
    require(json, "at", NULL);
    allow_names(json, names);
    json_close(json, '}');
}

/* An item is about a point, or about one of the others alone. */
static void add_kinds(struct json *json)
{
    json_open_named(json, "anyOf", '[');
    allow_point(json);
    allow_alone(json, "never");
    allow_alone(json, "in-order");
    allow_limits(json);
    json_close(json, ']');
}

/* An item of `in-order`. */
static void define_stage(struct json *json)
{
    json_open_named(json, "stage", '{');
    json_open_named(json, "allOf", '[');
    json_open(json, '{');
    schema_ref(json, "expectation");
    json_close(json, '}');
    json_close(json, ']');
    require(json, "at", NULL);
    allow_names(
        json, (const char *const[]){"at", "when", "answered", "within", NULL});
    json_close(json, '}');
}

static void define_expectations(struct json *json)
{
    json_open_named(json, "expectation", '{');
    add_keys(json, keys_expectation);
    json_number(json, "minProperties", 1);
    add_kinds(json);
    schema_at_points(json, false);
    add_snippet(json, "an expectation",
                "{\"at\":\"${1:webticket.issue}\",\"at-least\":1}");
    json_close(json, '}');
    define_stage(json);
    json_open_named(json, "never", '{');
    add_keys(json, keys_never);
    json_number(json, "minProperties", 1);
    schema_at_points(json, false);
    json_close(json, '}');
}

static void define(struct json *json, struct arena *arena,
                   const struct vocabulary *words)
{
    json_open_named(json, "$defs", '{');
    json_open_named(json, "world", '{');
    schema_level(json, arena, &rows_of_world, "");
    json_close(json, '}');
    json_open_named(json, "about", '{');
    add_keys(json, keys_about);
    json_number(json, "minProperties", 1);
    json_close(json, '}');
    define_steps(json);
    define_faults(json, arena, words);
    define_expectations(json);
    schema_define_points(json, words);
    schema_definitions(json);
    json_close(json, '}');
}

void schema_write(struct buf *out, const struct vocabulary *words)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF flat = {0};
    struct json json;

    json_init(&json, &flat);
    json_open(&json, '{');
    json_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_text(&json, "title", "A scenario of lyncmock");
    add_keys(&json, keys_scenario);
    require(&json, "lyncmock", NULL);
    add_snippet(&json, "a scenario",
                "{\"lyncmock\":1,\"title\":\"${1:What happens, in one line}\","
                "\"extends\":\"${2:good/pc-external-ntlm}\",\"steps\":[{\"at\":"
                "\"${3:discover.root}\",\"do\":{\"status\":503}}]}");
    define(&json, arena, words);
    json_close(&json, '}');
    json_indent(out, buf_span(&flat));
}
