/* The JSON Schema of plans, see plan.h. */
#include "config.h"

#include "scenario/plan.h"

#include <string.h>

#include "util/json.h"
#include "util/json_indent.h"

static void put_scenarios(struct json *json)
{
    json_text(json, "type", "array");
    json_number(json, "minItems", 1);
    json_open_named(json, "items", '{');
    json_text(json, "type", "string");
    json_close(json, '}');
}

static void put_group_key(struct json *json, const struct key *key)
{
    if (strcmp(key->name, "scenarios") == 0) {
        put_scenarios(json);
    } else {
        json_text(json, "type", "string");
        json_text(json, "pattern", "^[^\\r\\n]+$");
    }
}

static void put_object(struct json *json, const struct key *keys,
                       const char *const *required,
                       void (*put_key)(struct json *json,
                                       const struct key *key))
{
    json_text(json, "type", "object");
    json_boolean(json, "additionalProperties", false);
    json_open_named(json, "required", '[');
    for (; *required; required++) {
        json_text(json, NULL, *required);
    }
    json_close(json, ']');
    json_open_named(json, "properties", '{');
    for (const struct key *key = keys; key->name; key++) {
        json_open_named(json, key->name, '{');
        json_text(json, "description", key->doc);
        put_key(json, key);
        json_close(json, '}');
    }
    json_close(json, '}');
}

static void put_groups(struct json *json)
{
    static const char *const required[] = {"title", "scenarios", NULL};

    json_text(json, "type", "array");
    json_number(json, "minItems", 1);
    json_open_named(json, "items", '{');
    put_object(json, keys_plan_group, required, put_group_key);
    json_close(json, '}');
}

static void put_plan_key(struct json *json, const struct key *key)
{
    if (key->shape == SHAPE_VERSION) {
        json_number(json, "const", 1);
    } else if (strcmp(key->name, "groups") == 0) {
        put_groups(json);
    } else {
        put_group_key(json, key);
    }
}

void plan_schema(struct buf *out)
{
    static const char *const required[] = {"lyncmock-plan", "title", "groups",
                                           NULL};
    AUTO_BUF line = {0};
    struct json json;

    json_init(&json, &line);
    json_open(&json, '{');
    json_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_text(&json, "title", "A conformance plan of lyncmock");
    put_object(&json, keys_plan, required, put_plan_key);
    json_close(&json, '}');
    json_indent(out, buf_span(&line));
}
