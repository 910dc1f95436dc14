/*
 * Writes JSON (RFC 8259) into a buf, without a tree in between. Bytes that are
 * no valid UTF-8 become U+FFFD; C1 control characters are escaped too, since
 * terminals obey them. `name` is NULL inside an array and for the
 * document itself.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"

struct json {
    struct buf *out;
    bool comma;
    /* Writes "/" as "\/", as .NET's serializer does. */
    bool escape_slash;
};

void json_init(struct json *json, struct buf *out);
/* kind: '{' or '['. */
void json_open(struct json *json, char kind);
void json_open_named(struct json *json, const char *name, char kind);
/* kind: '}' or ']'. */
void json_close(struct json *json, char kind);
/* text NULL writes null. */
void json_text(struct json *json, const char *name, const char *text);
void json_bytes(struct json *json, const char *name, struct span utf8);
void json_number(struct json *json, const char *name, int64_t value);
/* Finite. The shortest of 15 to 17 digits that reads back the same. */
void json_real(struct json *json, const char *name, double value);
void json_boolean(struct json *json, const char *name, bool value);
/* The bytes in hexadecimal, as text. */
void json_hex(struct json *json, const char *name, struct span bytes);

/* One JSON string with its quotes. */
void json_quote(struct buf *out, struct span utf8);

#endif
