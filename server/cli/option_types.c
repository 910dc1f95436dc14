/* Values of options, see option_types.h. */
#include "config.h"

#include "cli/option_types.h"

#include <string.h>

#include "cli/load.h"
#include "scenario/shipped.h"
#include "util/duration.h"
#include "util/nearest.h"
#include "util/number.h"

static bool parse_number(const char *text, uint64_t most, uint64_t *out_value)
{
    return number_parse(text, NUMBER_DECIMAL, most, out_value);
}

bool option_port(void *field, struct options *options UNUSED, const char *text,
                 struct err *err)
{
    uint64_t value;

    if (!parse_number(text, 65535, &value)) {
        return err_set(
            err, "\"%s\" is no port: expected 0 (ephemeral) to 65535", text);
    }
    *(int *)field = (int)value;
    return true;
}

/* "none" for no such port. */
bool option_port_or_none(void *field, struct options *options, const char *text,
                         struct err *err)
{
    uint64_t value;

    if (strcmp(text, "none") == 0) {
        *(int *)field = OPTION_NONE;
        return true;
    }
    return parse_number(text, 65535, &value)
               ? option_port(field, options, text, err)
               : err_set(err,
                         "\"%s\" is no port: expected 0 (ephemeral) to 65535, "
                         "or none",
                         text);
}

bool option_workers(void *field, struct options *options UNUSED,
                    const char *text, struct err *err)
{
    uint64_t value;

    if (!parse_number(text, OPTION_WORKERS_MAX, &value) || value == 0) {
        return err_set(err, "\"%s\": expected 1 to %d", text,
                       OPTION_WORKERS_MAX);
    }
    *(int *)field = (int)value;
    return true;
}

bool option_fd(void *field, struct options *options UNUSED, const char *text,
               struct err *err)
{
    uint64_t value;

    if (!parse_number(text, 1 << 20, &value)) {
        return err_set(err, "\"%s\" is no descriptor number", text);
    }
    *(int *)field = (int)value;
    return true;
}

bool option_seed(void *field, struct options *options, const char *text,
                 struct err *err)
{
    uint64_t value;

    if (!parse_number(text, UINT64_MAX, &value)) {
        return err_set(err, "\"%s\" is no seed: expected a number below 2^64",
                       text);
    }
    *(uint64_t *)field = value;
    options->seed_given = true;
    return true;
}

bool option_text(void *field, struct options *options, const char *text,
                 struct err *err)
{
    if (*text == '\0') {
        return err_set(err, "the value is empty");
    }
    *(const char **)field = arena_strdup(options->arena, text);
    return true;
}

bool option_chaos(void *field, struct options *options, const char *text,
                  struct err *err)
{
    struct shipped_file file;
    struct nearest nearest;

    nearest_init(&nearest, text);
    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(options->arena, &file);
        const char *word = id ? load_chaos_word(id) : NULL;

        if (word && strcmp(word, text) == 0) {
            *(const char **)field = id;
            return true;
        }
        if (word) {
            nearest_try(&nearest, span_text(word));
        }
    }
    if (nearest.best.size) {
        return err_set(err, "unknown profile \"%s\"; the nearest is \"%.*s\"",
                       text, (int)nearest.best.size, nearest.best.data);
    }
    return err_set(
        err, "unknown profile \"%s\"; lyncmock list chaos prints them", text);
}

bool option_point(void *field, struct options *options, const char *text,
                  struct err *err)
{
    struct nearest nearest;

    if (point_named(text) != POINT_COUNT) {
        return option_text(field, options, text, err);
    }
    nearest_init(&nearest, text);
    for (int i = 0; i < POINT_COUNT; i++) {
        nearest_try(&nearest, span_text(point_info((enum point)i)->name));
    }
    return nearest.best.size
               ? err_set(err, "unknown point \"%s\"; the nearest is \"%.*s\"",
                         text, (int)nearest.best.size, nearest.best.data)
               : err_set(err,
                         "unknown point \"%s\"; lyncmock list points prints "
                         "them",
                         text);
}

bool option_list(void *field, struct options *options, const char *text,
                 struct err *err)
{
    struct option_list *list = field;
    size_t size = (list->count + 2) * sizeof(*list->items);
    const char **items = arena_alloc(options->arena, size);

    if (*text == '\0') {
        return err_set(err, "the value is empty");
    }
    if (list->count) {
        memcpy(items, list->items, list->count * sizeof(*items));
    }
    items[list->count++] = arena_strdup(options->arena, text);
    list->items = items;
    return true;
}

bool option_switch(void *field, struct options *options UNUSED,
                   const char *text, struct err *err)
{
    if (strcmp(text, "1") == 0 || strcmp(text, "yes") == 0) {
        *(bool *)field = true;
    } else if (strcmp(text, "0") == 0 || strcmp(text, "no") == 0) {
        *(bool *)field = false;
    } else {
        return err_set(err, "\"%s\": expected yes or no", text);
    }
    return true;
}

bool option_duration(void *field, struct options *options UNUSED,
                     const char *text, struct err *err)
{
    int64_t value;

    if (!duration_parse(text, &value, err)) {
        return false;
    }
    if (value <= 0) {
        return err_set(err, "\"%s\": expected more than nothing", text);
    }
    *(int64_t *)field = value;
    return true;
}

bool option_fail_on(void *field, struct options *options, const char *text,
                    struct err *err)
{
    (void)options;
    if (strcmp(text, "any") != 0 && strcmp(text, "worse") != 0) {
        return err_set(err, "expected any or worse, not \"%s\"", text);
    }
    *(bool *)field = strcmp(text, "worse") == 0;
    return true;
}

bool option_level(void *field, struct options *options UNUSED, const char *text,
                  struct err *err)
{
    if (!log_level_of(text, field)) {
        return err_set(err, "\"%s\": expected error, warning, info or debug",
                       text);
    }
    return true;
}

bool option_format(void *field, struct options *options UNUSED,
                   const char *text, struct err *err)
{
    if (strcmp(text, "text") != 0 && strcmp(text, "json") != 0) {
        return err_set(err, "\"%s\": expected text or json", text);
    }
    *(enum log_format *)field = *text == 't' ? LOG_TEXT : LOG_JSON;
    return true;
}
