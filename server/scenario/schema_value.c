/*
 * Settings as JSON Schema. A YAML reader may take 200702 for a number and yes
 * for a truth value (YAML 1.1) where the scenario's own reader sees texts: the
 * schema lets both pass.
 */
#include "config.h"

#include "scenario/schema_value.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

void schema_ref(struct json *json, const char *definition)
{
    AUTO_BUF ref = {0};

    buf_printf(&ref, "#/$defs/%s", definition);
    json_text(json, "$ref", buf_text(&ref));
}

void schema_doc(struct json *json, const char *doc, const char *name,
                const char *example)
{
    AUTO_BUF text = {0};

    json_text(json, "description", doc);
    if (example) {
        buf_printf(&text, "%s\n\n```yaml\n%s: %s\n```", doc, name, example);
        json_text(json, "markdownDescription", buf_text(&text));
    }
}

/* ---- Types ---- */

/* One item of an enum that no writer of json.h makes: true, 1.0. */
static void add_bare(struct json *json, const char *bare)
{
    if (json->comma) {
        buf_add_u8(json->out, ',');
    }
    buf_add_text(json->out, bare);
    json->comma = true;
}

/* "1.0", "200702": a YAML reader sees a number. */
static bool is_number(struct span word)
{
    size_t dots = 0;

    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] == '.') {
            dots++;
        } else if (!isdigit(word.data[i])) {
            return false;
        }
    }
    return word.size > 0 && dots < 2;
}

static void add_word(struct json *json, struct span word)
{
    char text[64];

    snprintf(text, sizeof(text), "%.*s", (int)word.size,
             (const char *)word.data);
    json_text(json, NULL, text);
    if (is_number(word)) {
        add_bare(json, text);
    } else if (strcasecmp(text, "yes") == 0 || strcasecmp(text, "on") == 0) {
        add_bare(json, "true");
    } else if (strcasecmp(text, "no") == 0 || strcasecmp(text, "off") == 0) {
        add_bare(json, "false");
    }
}

/* "a|b|c" */
static void add_words(struct json *json, const char *list)
{
    json_open_named(json, "enum", '[');
    while (*list) {
        size_t length = strcspn(list, "|");

        add_word(json, span_of(list, length));
        list += length + (list[length] == '|');
    }
    json_close(json, ']');
}

/* NULL: its words. */
static const char *definition_of(enum setting_kind kind)
{
    static const char *const names[] = {
        [SETTING_FLAG] = "flag",
        [SETTING_TEXT] = "text",
        [SETTING_NAME] = "text",
        [SETTING_LABEL] = "text",
        [SETTING_URL] = "text",
        [SETTING_PORT] = "port",
        [SETTING_PORT_OR_NONE] = "port-or-none",
        [SETTING_NUMBER] = "number",
        [SETTING_DURATION] = "duration",
        [SETTING_POSITIVE_DURATION] = "positive-duration",
        [SETTING_DURATION_RANGE] = "duration-range",
        [SETTING_DURATION_OR_NONE] = "duration-or-none",
        [SETTING_CLOCK] = "clock",
        [SETTING_START] = "time",
        [SETTING_SCALE] = "factor",
        [SETTING_TIMESTAMP] = "timestamp",
        [SETTING_HEX32] = "hexadecimal",
        [SETTING_HEX64] = "hexadecimal",
        [SETTING_SCHEMES] = "words",
        [SETTING_ETYPES] = "words",
        [SETTING_HOSTS] = "words",
        [SETTING_BYTES] = "bytes",
        [SETTING_STATUS] = "status",
        [SETTING_MAP] = "headers",
        [SETTING_FILE] = "file",
        [SETTING_POOLS] = "positive-number",
        [SETTING_ACCOUNT] = "text",
        [SETTING_ADDRESS] = "text",
        [SETTING_HOME] = "text",
    };

    return (size_t)kind < ARRAY_SIZE(names) ? names[kind] : "text";
}

void schema_type(struct json *json, const struct setting *row)
{
    const char *definition = definition_of(setting_kind_of(row));

    if (definition) {
        schema_ref(json, definition);
    } else {
        add_words(json, row->info.type);
    }
}

/* ---- Definitions ---- */

static const struct {
    const char *name;
    const char *schema;
} definitions[] = {
    {"bytes", "{\"type\":[\"integer\",\"string\"],\"minimum\":0,"
              "\"pattern\":\"^[0-9]+([KkMm][Ii][Bb])?$\"}"},
    {"chance", "{\"type\":\"string\",\"pattern\":"
               "\"^[0-9]+([.][0-9]{1,6})?%$\"}"},
    {"clock", "{\"anyOf\":[{\"$ref\":\"#/$defs/duration\"},{\"type\":"
              "\"string\",\"pattern\":\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T\"}]}"},
    {"duration", "{\"type\":\"string\",\"pattern\":"
                 "\"^[+-]?[0-9]+(ms|s|m|h|d)$\"}"},
    {"duration-or-none", "{\"type\":\"string\",\"pattern\":"
                         "\"^[+]?[0-9]+(ms|s|m|h|d)$\"}"},
    {"duration-range",
     "{\"type\":\"string\",\"pattern\":"
     "\"^[+]?[0-9]+(ms|s|m|h|d)([.][.][+]?[0-9]+(ms|s|m|h|d))?$\"}"},
    {"factor", "{\"type\":[\"number\",\"string\"],\"exclusiveMinimum\":0,"
               "\"pattern\":\"^[0-9]+([.][0-9]{1,3})?$\"}"},
    {"file", "{\"type\":\"string\",\"minLength\":1}"},
    {"flag", "{\"enum\":[true,false,\"yes\",\"no\",\"true\",\"false\","
             "\"on\",\"off\"]}"},
    {"headers",
     "{\"type\":\"object\",\"minProperties\":1,\"additionalProperties\":"
     "{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/text\"},"
     "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"null\"},"
     "{\"$ref\":\"#/$defs/text\"}]}}]}}"},
    {"hexadecimal", "{\"type\":[\"string\",\"integer\"],\"pattern\":"
                    "\"^(0[xX])?[0-9A-Fa-f]+$\"}"},
    {"number", "{\"type\":[\"integer\",\"string\"],\"minimum\":0,"
               "\"pattern\":\"^[0-9]+$\"}"},
    {"patterns", "{\"anyOf\":[{\"$ref\":\"#/$defs/text\"},{\"type\":\"array\","
                 "\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/text\"}}]}"},
    {"port", "{\"type\":[\"integer\",\"string\"],\"minimum\":1,\"maximum\":"
             "65535,\"pattern\":\"^[0-9]+$\"}"},
    {"port-or-none", "{\"type\":[\"integer\",\"string\"],\"minimum\":0,"
                     "\"maximum\":65535,\"pattern\":\"^[0-9]+$\"}"},
    {"positive-duration", "{\"type\":\"string\",\"pattern\":"
                          "\"^[+]?[0-9]*[1-9][0-9]*(ms|s|m|h|d)$\"}"},
    {"positive-number", "{\"type\":[\"integer\",\"string\"],\"minimum\":1,"
                        "\"pattern\":\"^[0-9]*[1-9][0-9]*$\"}"},
    {"states", "{\"type\":\"object\",\"minProperties\":1,"
               "\"additionalProperties\":{\"anyOf\":[{\"type\":\"null\"},"
               "{\"$ref\":\"#/$defs/text\"}]}}"},
    {"statuses", "{\"type\":[\"integer\",\"string\"],\"minimum\":100,"
                 "\"maximum\":599,\"pattern\":\"^[1-5?*xX][0-9?*xX]*$\"}"},
    {"optimum", "{\"type\":\"string\",\"pattern\":\"^[0-9]+ [a-z-]+"
                "(, [0-9]+ [a-z-]+)*$\"}"},
    {"limit", "{\"type\":[\"integer\",\"string\"],\"minimum\":0,"
              "\"pattern\":\"^(<=|<|>=|>)? *[0-9]+(ms|s|m|h|d)?$\"}"},
    {"status", "{\"type\":[\"integer\",\"string\"],\"minimum\":100,"
               "\"maximum\":599,\"pattern\":\"^[1-5][0-9][0-9]$\"}"},
    {"text", "{\"type\":[\"string\",\"number\",\"boolean\"]}"},
    {"time", "{\"type\":\"string\",\"pattern\":"
             "\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T\"}"},
    {"timestamp", "{\"anyOf\":[{\"$ref\":\"#/$defs/flag\"},{\"enum\":["
                  "\"send\",\"omit\"]},{\"$ref\":\"#/$defs/duration\"}]}"},
    {"words", "{\"anyOf\":[{\"$ref\":\"#/$defs/text\"},{\"type\":\"array\","
              "\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/text\"}}]}"},
};

void schema_definitions(struct json *json)
{
    for (size_t i = 0; i < ARRAY_SIZE(definitions); i++) {
        buf_printf(json->out, "%s\"%s\":%s", json->comma ? "," : "",
                   definitions[i].name, definitions[i].schema);
        json->comma = true;
    }
}

/* ---- Levels ---- */

/* users: {NAME: {...}} */
static void named_level(struct json *json, struct arena *arena,
                        const struct settings_rows *rows, const char *prefix)
{
    const char *name = rows_free_name(arena, rows, prefix);

    json_text(json, "type", "object");
    json_open_named(json, "additionalProperties", '{');
    schema_level(json, arena, rows, arena_printf(arena, "%s.%s", prefix, name));
    json_close(json, '}');
}

/* The name that a key of this level stands for: without the plural's s. */
static const char *name_of(struct arena *arena,
                           const struct settings_rows *rows, const char *prefix,
                           const char *word)
{
    const char *full =
        arena_printf(arena, "%s%s%s", prefix, *prefix ? "." : "", word);
    const char *single;

    if (rows_find(rows, full) || rows_nested(rows, full)) {
        return full;
    }
    single = arena_text(arena, span_of(full, strlen(full) - 1));
    return single;
}

void schema_level(struct json *json, struct arena *arena,
                  const struct settings_rows *rows, const char *prefix)
{
    const char *word;
    size_t at = 0;

    json_text(json, "type", "object");
    json_boolean(json, "additionalProperties", false);
    json_number(json, "minProperties", 1);
    json_open_named(json, "properties", '{');
    while ((word = rows_next(arena, rows, prefix, &at))) {
        const char *name = name_of(arena, rows, prefix, word);
        const struct setting *row = rows_find(rows, name);

        json_open_named(json, word, '{');
        if (row) {
            json_text(json, "description", row->info.doc);
        }
        schema_setting(json, arena, rows, name);
        json_close(json, '}');
    }
    json_close(json, '}');
}

void schema_setting(struct json *json, struct arena *arena,
                    const struct settings_rows *rows, const char *name)
{
    const struct setting *row = rows_find(rows, name);
    bool nested = rows_nested(rows, name);

    if (rows_free_name(arena, rows, name)) {
        named_level(json, arena, rows, name);
    } else if (!nested) {
        schema_type(json, row);
    } else if (!row) {
        schema_level(json, arena, rows, name);
    } else {
        json_open_named(json, "anyOf", '[');
        json_open(json, '{');
        schema_type(json, row);
        json_close(json, '}');
        json_open(json, '{');
        schema_level(json, arena, rows, name);
        json_close(json, '}');
        json_close(json, ']');
    }
}
