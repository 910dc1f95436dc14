/*
 * Forms: application/x-www-form-urlencoded, as OAuth 2.0 sends them (RFC 6749
 * appendix B; HTML 4.01 section 17.13.4). The decoder is strict: a form that
 * carries a password is understood as it was meant, or not at all.
 */
#ifndef WIRE_FORM_H
#define WIRE_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/span.h"

enum {
    FORM_FIELDS_MAX = 32,
    FORM_NAME_MAX = 128,   /* bytes, decoded */
    FORM_VALUE_MAX = 8192, /* a renewed token is the longest thing sent */
};

struct form_field {
    const char *name; /* UTF-8 */
    const char *value;
};

struct form {
    struct form_field fields[FORM_FIELDS_MAX];
    size_t count;
    bool entities; /* "&amp;" stood for "&" */
};

enum form_result {
    FORM_OK,
    FORM_BAD_ESCAPE, /* "%" and no two hexadecimal digits */
    FORM_NUL,
    FORM_NO_UTF8,
    FORM_TOO_LONG, /* a name or a value */
    FORM_TOO_MANY, /* fields */
};

/*
 * Reads a form. entities: samples that went through HTML have "&amp;" between
 * fields; yes reads it as "&", no as the field "amp;...". out_offset: where in
 * the body it is wrong. out_form is filled as far as all was well.
 */
enum form_result form_decode(struct arena *arena, struct span body,
                             bool entities, struct form *out_form,
                             size_t *out_offset);

/* "a byte that is not UTF-8": what is wrong, for messages. */
const char *form_result_text(enum form_result result);

/* The value of the first field of this very name; NULL: there is none. */
const char *form_value(const struct form *form, const char *name);

/* A name that comes more than once; NULL: there is none. */
const char *form_repeated(const struct form *form);

#endif
