/*
 * The JSON form of a report: what programs read, and lyncmock itself
 * (report_read), which gets back exactly what was written.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/report.h"
#include "report/shape.h"
#include "util/json.h"
#include "util/number.h"

static const void *at(const void *base, size_t offset)
{
    return (const char *)base + offset;
}

static void write_struct(struct json *json, const char *name,
                         const struct shape *shape, const void *base);

static void write_list(struct json *json, const struct member *field,
                       const void *base)
{
    const char *items = *(const char *const *)at(base, field->offset);
    size_t count = *(const size_t *)at(base, field->count);

    json_open_named(json, field->name, '[');
    for (size_t i = 0; i < count; i++) {
        write_struct(json, NULL, field->of, items + i * field->of->size);
    }
    json_close(json, ']');
}

static void write_texts(struct json *json, const struct member *field,
                        const void *base)
{
    const char *const *texts =
        *(const char *const *const *)at(base, field->offset);
    size_t count = *(const size_t *)at(base, field->count);

    json_open_named(json, field->name, '[');
    for (size_t i = 0; i < count; i++) {
        json_text(json, NULL, texts[i]);
    }
    json_close(json, ']');
}

static void write_seed(struct json *json, const char *name, uint64_t seed)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRIu64, seed);
    json_text(json, name, text);
}

static void write_field(struct json *json, const struct member *field,
                        const void *base)
{
    const void *value = at(base, field->offset);
    const char *name = field->name;

    switch (field->kind) {
    case MEMBER_TEXT:
        if (*(const char *const *)value) {
            json_text(json, name, *(const char *const *)value);
        }
        break;
    case MEMBER_FLAG:
        json_boolean(json, name, *(const bool *)value);
        break;
    case MEMBER_INT:
        json_number(json, name, *(const int *)value);
        break;
    case MEMBER_COUNT:
        json_number(json, name, *(const unsigned *)value);
        break;
    case MEMBER_LARGE:
        json_number(json, name, (int64_t) * (const uint64_t *)value);
        break;
    case MEMBER_SEED:
        write_seed(json, name, *(const uint64_t *)value);
        break;
    case MEMBER_REAL:
        if (*(const double *)value >= 0) {
            json_real(json, name, *(const double *)value);
        }
        break;
    case MEMBER_WORD:
        json_text(json, name, field->words[*(const unsigned *)value]);
        break;
    case MEMBER_OWN:
        write_struct(json, name, field->of, value);
        break;
    case MEMBER_MAYBE:
        if (*(const void *const *)value) {
            write_struct(json, name, field->of, *(const void *const *)value);
        }
        break;
    case MEMBER_LIST:
        write_list(json, field, base);
        break;
    case MEMBER_TEXTS:
        write_texts(json, field, base);
        break;
    }
}

static void write_members(struct json *json, const struct shape *shape,
                          const void *base)
{
    for (const struct member *f = shape->members; f->name; f++) {
        write_field(json, f, base);
    }
}

static void write_struct(struct json *json, const char *name,
                         const struct shape *shape, const void *base)
{
    json_open_named(json, name, '{');
    write_members(json, shape, base);
    json_close(json, '}');
}

void report_json(const struct report *report, struct buf *out)
{
    struct json json;

    json_init(&json, out);
    json_open(&json, '{');
    json_number(&json, "lyncmock_report", REPORT_FORMAT);
    write_members(&json, &report_shape, report);
    json_close(&json, '}');
    buf_add_u8(out, '\n');
}
