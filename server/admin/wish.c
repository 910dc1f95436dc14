/*
 * Bodies of requests: JSON, or the YAML of a scenario with the rest in the
 * query. Unknown words and wrong types are errors, as in scenarios.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "admin/internal.h"
#include "util/duration.h"
#include "util/nearest.h"
#include "util/number.h"
#include "util/url.h"
#include "util/utf.h"

AUTO_DEFINE(tree, json_t *, json_decref)

struct reading {
    struct admin_call *call;
    const char *const *known;
    struct admin_body *out;
};

/* ---- Values ---- */

static bool is_known(const struct reading *reading, const char *word)
{
    for (size_t i = 0; reading->known[i]; i++) {
        if (strcmp(reading->known[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static bool unknown(const struct reading *reading, const char *word)
{
    struct admin_call *call = reading->call;
    const char *near = nearest_word(word, reading->known);
    AUTO_BUF words = {0};

    for (size_t i = 0; reading->known[i]; i++) {
        buf_printf(&words, "%s%s", i ? ", " : "", reading->known[i]);
    }
    if (near) {
        return admin_fail(call, 400, word,
                          arena_printf(call->arena, "did you mean %s?", near),
                          "unknown member; expected %s", buf_text(&words));
    }
    return admin_fail(call, 400, word, "leave it out",
                      "unknown member; expected %s", buf_text(&words));
}

/* An id has no blanks and no colon; a scenario's text cannot do without. */
static bool is_text(const char *scenario)
{
    return strpbrk(scenario, ": \t\r\n{") != NULL;
}

static bool read_seed(struct reading *reading, const char *text)
{
    reading->out->seed_given = true;
    return number_parse(text, NUMBER_DECIMAL, UINT64_MAX,
                        &reading->out->seed) ||
           admin_fail(reading->call, 400, "seed",
                      "write a whole number, as \"seed\": 4711",
                      "expected a number from 0 to below 2^64, not %s", text);
}

static bool read_ttl(struct reading *reading, const char *text)
{
    struct err err;

    reading->out->ttl_given = true;
    if (strcmp(text, "none") == 0) {
        reading->out->ttl = 0;
        return true;
    }
    if (duration_parse(text, &reading->out->ttl, &err) &&
        reading->out->ttl > 0) {
        return true;
    }
    return admin_fail(reading->call, 400, "ttl",
                      "write a time, as \"ttl\": \"10m\", or \"none\"",
                      "expected more than nothing, not %s", text);
}

static bool set(struct reading *reading, const char *word, const char *text)
{
    struct admin_body *out = reading->out;

    if (!is_known(reading, word)) {
        return unknown(reading, word);
    }
    if (strcmp(word, "seed") == 0) {
        return read_seed(reading, text);
    }
    if (strcmp(word, "ttl") == 0) {
        return read_ttl(reading, text);
    }
    text = arena_strdup(reading->call->arena, text);
    if (strcmp(word, "domain") == 0) {
        out->domain = text;
    } else if (strcmp(word, "scenario") == 0) {
        out->scenario = text;
        out->sealed = is_text(text);
    } else {
        out->advance = text;
    }
    return true;
}

/* ---- JSON ---- */

/* A seed may be a number, all else is text. */
static const char *value_text(struct arena *arena, const char *word,
                              const json_t *value)
{
    if (json_is_string(value)) {
        return strlen(json_string_value(value)) == json_string_length(value)
                   ? json_string_value(value)
                   : NULL;
    }
    if (json_is_integer(value) && strcmp(word, "seed") == 0) {
        return arena_printf(arena, "%" JSON_INTEGER_FORMAT,
                            json_integer_value(value));
    }
    return NULL;
}

static bool read_members(struct reading *reading, json_t *tree)
{
    struct admin_call *call = reading->call;
    const char *word;
    json_t *value;

    json_object_foreach(tree, word, value)
    {
        const char *text = value_text(call->arena, word, value);

        if (!is_known(reading, word)) {
            return unknown(reading, word);
        }
        if (!text) {
            return admin_fail(call, 400, word, "write it as a text in quotes",
                              "expected a text without NUL");
        }
        if (!set(reading, word, text)) {
            return false;
        }
    }
    return true;
}

static bool read_json(struct reading *reading)
{
    struct admin_call *call = reading->call;
    json_error_t error;
    const char *text =
        call->body.size ? (const char *)call->body.data : ""; /* not NULL */
    json_t *read =
        json_loadb(text, call->body.size, JSON_REJECT_DUPLICATES, &error);
    AUTO(tree) tree = read;

    if (!tree) {
        return admin_fail(
            call, 400,
            arena_printf(call->arena, "body:%d:%d", error.line, error.column),
            "send one JSON object", "this is no JSON: %s", error.text);
    }
    if (!json_is_object(tree)) {
        return admin_fail(call, 400, "body", "send one JSON object",
                          "expected an object");
    }
    return read_members(reading, tree);
}

/* ---- YAML ---- */

static bool read_yaml(struct reading *reading)
{
    struct admin_call *call = reading->call;

    if (!utf8_is_text(call->body)) {
        return admin_fail(call, 400, "body", "send a scenario in UTF-8",
                          "the scenario is no UTF-8 text");
    }
    reading->out->scenario = arena_text(call->arena, call->body);
    reading->out->sealed = true;
    return true;
}

/* name=value&name=value, decoded. */
static bool read_query(struct reading *reading)
{
    struct arena *arena = reading->call->arena;
    const char *at = reading->call->query;

    while (*at) {
        size_t size = strcspn(at, "&");
        size_t name = strcspn(at, "=&");
        const char *word = url_decode(arena, span_of(at, name), true);
        const char *text = "";

        if (name < size) {
            text = url_decode(arena, span_of(at + name + 1, size - name - 1),
                              true);
        }
        if (size && !set(reading, word, text)) {
            return false;
        }
        at += size;
        at += *at == '&';
    }
    return true;
}

/* ---- Either ---- */

/* "application/yaml; charset=utf-8" is of that type. */
static bool is_of_type(const char *sent, const char *type)
{
    size_t size = strlen(type);

    return sent && strncasecmp(sent, type, size) == 0 &&
           (sent[size] == '\0' || sent[size] == ';' || sent[size] == ' ');
}

bool admin_read_body(struct admin_call *call, const char *const *known,
                     struct admin_body *out)
{
    struct reading reading = {call, known, out};
    const char *type = call->content_type;

    *out = (struct admin_body){0};
    if (is_of_type(type, "application/json")) {
        return read_query(&reading) && read_json(&reading);
    }
    if (is_of_type(type, "application/yaml") ||
        is_of_type(type, "application/x-yaml") ||
        is_of_type(type, "text/yaml")) {
        return read_query(&reading) &&
               (is_known(&reading, "scenario")
                    ? read_yaml(&reading)
                    : admin_fail(call, 415, "header Content-Type",
                                 "send application/json",
                                 "no scenario is awaited here"));
    }
    if (!type && call->body.size == 0) {
        return read_query(&reading);
    }
    return admin_fail(call, 415, "header Content-Type",
                      "send application/json, or a scenario as "
                      "application/yaml",
                      "%s is not understood",
                      type ? type : "a body of no type");
}

struct scenario_source admin_source(const struct admin_body *body)
{
    if (!body->scenario) {
        return (struct scenario_source){0};
    }
    if (!body->sealed) {
        return (struct scenario_source){.name = body->scenario,
                                        .shipped = true};
    }
    return (struct scenario_source){
        .name = "scenario",
        .text = span_text(body->scenario),
        .sealed = true,
    };
}
