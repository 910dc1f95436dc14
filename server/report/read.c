/*
 * Reads the JSON form back, by the same tables that it was written by. Members
 * that nobody knows are passed over: a later version may have more.
 */
#include "config.h"

#include <string.h>

#include <jansson.h>

#include "report/report.h"
#include "report/shape.h"
#include "util/number.h"

AUTO_DEFINE(tree, json_t *, json_decref)

struct reading {
    struct arena *arena;
    struct err *err;
};

static bool wrong(struct reading *reading, const char *where,
                  const char *expected)
{
    return err_set(reading->err, "%s: expected %s", where, expected);
}

static void *at(void *base, size_t offset)
{
    return (char *)base + offset;
}

static bool read_struct(struct reading *reading, const json_t *json,
                        const char *where, const struct shape *shape,
                        void *out);

static bool read_text(struct reading *reading, const json_t *json,
                      const char *where, const char **out)
{
    if (!json_is_string(json)) {
        return wrong(reading, where, "a text");
    }
    *out = arena_strdup(reading->arena, json_string_value(json));
    return true;
}

static bool read_word(struct reading *reading, const json_t *json,
                      const char *where, const char *const *words,
                      unsigned *out)
{
    const char *text = json_is_string(json) ? json_string_value(json) : "";

    for (unsigned i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return true;
        }
    }
    return wrong(reading, where, "one of the words for it");
}

static bool read_seed(struct reading *reading, const json_t *json,
                      const char *where, uint64_t *out)
{
    if (!json_is_string(json) ||
        !number_parse(json_string_value(json), NUMBER_DECIMAL, UINT64_MAX,
                      out)) {
        return wrong(reading, where, "a whole number, as text");
    }
    return true;
}

static bool read_real(struct reading *reading, const json_t *json,
                      const char *where, double *out)
{
    if (!json_is_number(json)) {
        return wrong(reading, where, "a number");
    }
    *out = json_number_value(json);
    return true;
}

static bool read_list(struct reading *reading, const json_t *json,
                      const char *where, const struct member *member, void *out)
{
    size_t count = json_array_size(json);
    size_t size = member->of->size;
    char *items;

    if (!json_is_array(json)) {
        return wrong(reading, where, "a list");
    }
    items = arena_alloc(reading->arena, (count + 1) * size);
    for (size_t i = 0; i < count; i++) {
        const char *here = arena_printf(reading->arena, "%s[%zu]", where, i);

        if (!read_struct(reading, json_array_get(json, i), here, member->of,
                         items + i * size)) {
            return false;
        }
    }
    *(void **)at(out, member->offset) = items;
    *(size_t *)at(out, member->count) = count;
    return true;
}

static bool read_texts(struct reading *reading, const json_t *json,
                       const char *where, const struct member *member,
                       void *out)
{
    size_t count = json_array_size(json);
    const char **texts;

    if (!json_is_array(json)) {
        return wrong(reading, where, "a list");
    }
    texts = arena_alloc(reading->arena, (count + 1) * sizeof(*texts));
    for (size_t i = 0; i < count; i++) {
        if (!read_text(reading, json_array_get(json, i), where, &texts[i])) {
            return false;
        }
    }
    *(const char ***)at(out, member->offset) = texts;
    *(size_t *)at(out, member->count) = count;
    return true;
}

static bool read_number(struct reading *reading, const json_t *json,
                        const char *where, enum member_kind kind, void *out)
{
    json_int_t least = kind == MEMBER_INT ? INT32_MIN : 0;
    json_int_t most = kind == MEMBER_INT     ? INT32_MAX
                      : kind == MEMBER_COUNT ? UINT32_MAX
                                             : INT64_MAX;
    json_int_t value = json_integer_value(json);

    if (!json_is_integer(json) || value < least || value > most) {
        return wrong(reading, where, "a whole number");
    }
    if (kind == MEMBER_INT) {
        *(int *)out = (int)value;
    } else if (kind == MEMBER_COUNT) {
        *(unsigned *)out = (unsigned)value;
    } else {
        *(uint64_t *)out = (uint64_t)value;
    }
    return true;
}

static bool read_maybe(struct reading *reading, const json_t *json,
                       const char *where, const struct shape *shape, void **out)
{
    void *made = arena_alloc(reading->arena, shape->size);

    *out = made;
    return read_struct(reading, json, where, shape, made);
}

static bool read_member(struct reading *reading, const json_t *json,
                        const char *where, const struct member *member,
                        void *base)
{
    void *out = at(base, member->offset);

    switch (member->kind) {
    case MEMBER_TEXT:
        return read_text(reading, json, where, out);
    case MEMBER_FLAG:
        *(bool *)out = json_is_true(json);
        return json_is_boolean(json) || wrong(reading, where, "true or false");
    case MEMBER_INT:
    case MEMBER_COUNT:
    case MEMBER_LARGE:
        return read_number(reading, json, where, member->kind, out);
    case MEMBER_SEED:
        return read_seed(reading, json, where, out);
    case MEMBER_REAL:
        return read_real(reading, json, where, out);
    case MEMBER_WORD:
        return read_word(reading, json, where, member->words, out);
    case MEMBER_OWN:
        return read_struct(reading, json, where, member->of, out);
    case MEMBER_MAYBE:
        return read_maybe(reading, json, where, member->of, out);
    case MEMBER_LIST:
        return read_list(reading, json, where, member, base);
    case MEMBER_TEXTS:
        return read_texts(reading, json, where, member, base);
    }
    return false;
}

static bool read_struct(struct reading *reading, const json_t *json,
                        const char *where, const struct shape *shape, void *out)
{
    if (!json_is_object(json)) {
        return wrong(reading, where, "an object");
    }
    for (const struct member *m = shape->members; m->name; m++) {
        const json_t *value = json_object_get(json, m->name);
        const char *here = arena_printf(reading->arena, "%s%s%s", where,
                                        *where ? "." : "", m->name);

        if (!value && m->kind == MEMBER_REAL) {
            *(double *)at(out, m->offset) = -1;
        } else if (value && !read_member(reading, value, here, m, out)) {
            return false;
        }
    }
    return true;
}

bool report_read(struct arena *arena, struct span json,
                 struct report *out_report, struct err *err)
{
    struct reading reading = {arena, err};
    struct report report = {.arena = arena};
    json_error_t error;
    AUTO(tree)
    tree = json_loadb((const char *)json.data, json.size,
                      JSON_REJECT_DUPLICATES, &error);

    if (!tree) {
        return err_set(err, "line %d: %s", error.line, error.text);
    }
    if (json_integer_value(json_object_get(tree, "lyncmock_report")) !=
        REPORT_FORMAT) {
        return err_set(err,
                       "no report of lyncmock: expected \"lyncmock_report\": "
                       "%d",
                       REPORT_FORMAT);
    }
    if (!read_struct(&reading, tree, "", &report_shape, &report)) {
        return false;
    }
    report.arena = arena;
    *out_report = report;
    return true;
}
