/* The JSON Schema (draft 2020-12) of a report, by the tables of shape.h. */
#include "config.h"

#include <assert.h>

#include "report/report.h"
#include "report/shape.h"
#include "util/json.h"
#include "util/json_indent.h"

enum { DEFINITIONS_MAX = 64 };

static void put_reference(struct json *json, const char *name,
                          const struct shape *shape)
{
    AUTO_BUF path = {0};

    buf_printf(&path, "#/$defs/%s", shape->name);
    if (name) {
        json_open_named(json, name, '{');
    }
    json_text(json, "$ref", buf_text(&path));
    if (name) {
        json_close(json, '}');
    }
}

static void put_words(struct json *json, const char *const *words)
{
    json_open_named(json, "enum", '[');
    for (size_t i = 0; words[i]; i++) {
        json_text(json, NULL, words[i]);
    }
    json_close(json, ']');
}

static void put_kind(struct json *json, const struct member *member)
{
    switch (member->kind) {
    case MEMBER_TEXT:
        json_text(json, "type", "string");
        break;
    case MEMBER_FLAG:
        json_text(json, "type", "boolean");
        break;
    case MEMBER_INT:
        json_text(json, "type", "integer");
        break;
    case MEMBER_COUNT:
    case MEMBER_LARGE:
        json_text(json, "type", "integer");
        json_number(json, "minimum", 0);
        break;
    case MEMBER_SEED:
        json_text(json, "type", "string");
        json_text(json, "pattern", "^[0-9]+$");
        break;
    case MEMBER_REAL:
        json_text(json, "type", "number");
        json_number(json, "minimum", 0);
        break;
    case MEMBER_WORD:
        put_words(json, member->words);
        break;
    case MEMBER_OWN:
    case MEMBER_MAYBE:
        put_reference(json, NULL, member->of);
        break;
    case MEMBER_LIST:
        json_text(json, "type", "array");
        put_reference(json, "items", member->of);
        break;
    case MEMBER_TEXTS:
        json_text(json, "type", "array");
        json_open_named(json, "items", '{');
        json_text(json, "type", "string");
        json_close(json, '}');
        break;
    }
}

/* What is left out where it is not known. */
static bool may_lack(const struct member *member)
{
    return member->kind == MEMBER_TEXT || member->kind == MEMBER_REAL ||
           member->kind == MEMBER_MAYBE;
}

static void put_required(struct json *json, const struct shape *shape)
{
    json_open_named(json, "required", '[');
    if (shape == &report_shape) {
        json_text(json, NULL, "lyncmock_report");
    }
    for (const struct member *m = shape->members; m->name; m++) {
        if (!may_lack(m)) {
            json_text(json, NULL, m->name);
        }
    }
    json_close(json, ']');
}

static void put_shape(struct json *json, const struct shape *shape)
{
    json_text(json, "type", "object");
    put_required(json, shape);
    json_open_named(json, "properties", '{');
    if (shape == &report_shape) {
        json_open_named(json, "lyncmock_report", '{');
        json_number(json, "const", REPORT_FORMAT);
        json_close(json, '}');
    }
    for (const struct member *m = shape->members; m->name; m++) {
        json_open_named(json, m->name, '{');
        json_text(json, "description", m->doc);
        put_kind(json, m);
        json_close(json, '}');
    }
    json_close(json, '}');
}

/* Which shapes are told; one may be in several others. */
struct definitions {
    struct json *json;
    const struct shape *told[DEFINITIONS_MAX];
    size_t count;
};

static bool is_told(const struct definitions *definitions,
                    const struct shape *shape)
{
    for (size_t i = 0; i < definitions->count; i++) {
        if (definitions->told[i] == shape) {
            return true;
        }
    }
    return false;
}

static void put_definitions(struct definitions *definitions,
                            const struct shape *shape)
{
    for (const struct member *m = shape->members; m->name; m++) {
        if (m->of && !is_told(definitions, m->of)) {
            assert(definitions->count < DEFINITIONS_MAX);
            definitions->told[definitions->count++] = m->of;
            json_open_named(definitions->json, m->of->name, '{');
            put_shape(definitions->json, m->of);
            json_close(definitions->json, '}');
            put_definitions(definitions, m->of);
        }
    }
}

void report_schema(struct buf *out)
{
    AUTO_BUF line = {0};
    struct json json;
    struct definitions definitions = {.json = &json};

    json_init(&json, &line);
    json_open(&json, '{');
    json_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_text(&json, "title", "A report of lyncmock");
    put_shape(&json, &report_shape);
    json_open_named(&json, "$defs", '{');
    put_definitions(&definitions, &report_shape);
    json_close(&json, '}');
    json_close(&json, '}');
    json_indent(out, buf_span(&line));
}
