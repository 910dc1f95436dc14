/* Reads forms, see form.h. */
#include "config.h"

#include "wire/form.h"

#include <string.h>

#include "util/buf.h"
#include "util/utf.h"

static int hex_digit(uint8_t c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)((at - digits) % 16) : -1;
}

/* A form's body, and where the reading of it stands. */
struct reading {
    struct arena *arena;
    struct span body;
    size_t at;
};

/* The escape at the reading's place; -1: it is none. */
static int escaped(const struct reading *r, size_t end)
{
    int high = r->at + 2 < end ? hex_digit(r->body.data[r->at + 1]) : -1;
    int low = r->at + 2 < end ? hex_digit(r->body.data[r->at + 2]) : -1;

    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* One character at the reading's place, which moves behind it. */
static enum form_result decode_next(struct reading *r, size_t end,
                                    struct buf *out)
{
    int c = r->body.data[r->at];
    size_t size = 1;

    if (c == '%') {
        c = escaped(r, end);
        size = 3;
    } else if (c == '+') {
        c = ' ';
    }
    if (c <= 0) {
        return c ? FORM_BAD_ESCAPE : FORM_NUL;
    }
    buf_add_u8(out, (uint8_t)c);
    r->at += size;
    return FORM_OK;
}

/* All up to `end`. What is no UTF-8, or too long, is so from the beginning. */
static enum form_result decode(struct reading *r, size_t end, size_t limit,
                               const char **out_text)
{
    AUTO_BUF text = {0};
    size_t begin = r->at;

    while (r->at < end) {
        enum form_result result = decode_next(r, end, &text);

        if (result != FORM_OK) {
            return result;
        }
        if (text.size > limit) {
            r->at = begin;
            return FORM_TOO_LONG;
        }
    }
    if (!utf8_valid(buf_span(&text))) {
        r->at = begin;
        return FORM_NO_UTF8;
    }
    *out_text = arena_text(r->arena, buf_span(&text));
    return FORM_OK;
}

static size_t find_before(struct span body, const char *what, size_t from,
                          size_t end)
{
    size_t at = span_find(body, span_text(what), from);

    return at < end ? at : end;
}

static enum form_result decode_field(struct reading *r, size_t end,
                                     struct form *form)
{
    struct form_field *field = &form->fields[form->count];
    size_t equals = find_before(r->body, "=", r->at, end);
    enum form_result result;

    if (form->count == FORM_FIELDS_MAX) {
        return FORM_TOO_MANY;
    }
    result = decode(r, equals, FORM_NAME_MAX, &field->name);
    if (result == FORM_OK) {
        r->at += r->at < end; /* "=" */
        result = decode(r, end, FORM_VALUE_MAX, &field->value);
    }
    form->count += result == FORM_OK;
    return result;
}

enum form_result form_decode(struct arena *arena, struct span body,
                             bool entities, struct form *out_form,
                             size_t *out_offset)
{
    static const char entity[] = "amp;";
    struct reading r = {.arena = arena, .body = body};
    enum form_result result = FORM_OK;

    *out_form = (struct form){.count = 0};
    while (r.at < body.size && result == FORM_OK) {
        size_t end = find_before(body, "&", r.at, body.size);
        size_t name = r.at;

        if (entities && name > 0 &&
            span_starts(span_slice(body, name, body.size), entity)) {
            r.at += strlen(entity);
            out_form->entities = true;
        }
        /* "a=1&&b=2": nothing between two separators is no field. */
        if (r.at < end) {
            result = decode_field(&r, end, out_form);
        }
        r.at += result == FORM_OK && r.at < body.size;
    }
    *out_offset = r.at;
    return result;
}

const char *form_result_text(enum form_result result)
{
    switch (result) {
    case FORM_OK:
        return "good";
    case FORM_BAD_ESCAPE:
        return "a \"%\" without two hexadecimal digits behind it";
    case FORM_NUL:
        return "a NUL";
    case FORM_NO_UTF8:
        return "text that is not in UTF-8";
    case FORM_TOO_LONG:
        return "a name of more than 128 or a value of more than 8192 bytes";
    case FORM_TOO_MANY:
        return "more than 32 fields";
    }
    return "?";
}

const char *form_value(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->fields[i].name, name) == 0) {
            return form->fields[i].value;
        }
    }
    return NULL;
}

const char *form_repeated(const struct form *form)
{
    for (size_t i = 1; i < form->count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(form->fields[i].name, form->fields[k].name) == 0) {
                return form->fields[i].name;
            }
        }
    }
    return NULL;
}
