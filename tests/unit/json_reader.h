/*
 * A strict little JSON reader (RFC 8259), so that tests look at what a program
 * of the user would see. It is independent of util/json.
 */
#ifndef TESTS_JSON_READER_H
#define TESTS_JSON_READER_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/utf.h"

/* Where a value lies; `at` NULL: there is none. */
struct json_value {
    const char *at;
    const char *end;
};

static inline const char *json_space(const char *c)
{
    return c + strspn(c, " \t\r\n");
}

/* Behind the closing quote, or NULL. */
static inline const char *json_string_end(const char *c)
{
    if (*c++ != '"') {
        return NULL;
    }
    while (*c != '"') {
        if ((unsigned char)*c < ' ') {
            return NULL;
        }
        if (*c == '\\') {
            c++;
            if (*c == 'u' && strspn(c + 1, "0123456789abcdefABCDEF") >= 4) {
                c += 4;
            } else if (!*c || !strchr("\"\\/bfnrt", *c)) {
                return NULL;
            }
        }
        c++;
    }
    return c + 1;
}

static inline const char *json_number_end(const char *c)
{
    size_t digits;

    c += *c == '-';
    digits = strspn(c, "0123456789");
    return digits == 0 || (digits > 1 && *c == '0') ? NULL : c + digits;
}

static inline const char *json_value_end(const char *c);

/* Behind an object or array. */
static inline const char *json_list_end(const char *c)
{
    char close = *c == '{' ? '}' : ']';

    c = json_space(c + 1);
    if (*c == close) {
        return c + 1;
    }
    for (;;) {
        if (close == '}') {
            c = json_string_end(c);
            if (!c || *json_space(c) != ':') {
                return NULL;
            }
            c = json_space(json_space(c) + 1);
        }
        c = json_value_end(c);
        if (!c) {
            return NULL;
        }
        c = json_space(c);
        if (*c == close) {
            return c + 1;
        }
        if (*c != ',') {
            return NULL;
        }
        c = json_space(c + 1);
    }
}

static inline const char *json_value_end(const char *c)
{
    static const char *const words[] = {"true", "false", "null"};

    if (*c == '{' || *c == '[') {
        return json_list_end(c);
    }
    if (*c == '"') {
        return json_string_end(c);
    }
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strncmp(c, words[i], strlen(words[i])) == 0) {
            return c + strlen(words[i]);
        }
    }
    return json_number_end(c);
}

static inline bool json_is_valid(const char *text)
{
    const char *end = json_value_end(json_space(text));

    return end && *json_space(end) == '\0' && utf8_valid(span_text(text));
}

/* A member by name or an element by number. */
static inline struct json_value json_step(struct json_value list,
                                          const char *key, size_t size)
{
    const char *c = json_space(list.at + 1);
    size_t index = 0;

    while (*c != '}' && *c != ']') {
        bool found = *list.at == '[' && strtoul(key, NULL, 10) == index;

        if (*list.at == '{') {
            const char *end = json_string_end(c);

            found =
                (size_t)(end - c) == size + 2 && strncmp(c + 1, key, size) == 0;
            c = json_space(json_space(end) + 1);
        }
        if (found) {
            return (struct json_value){c, json_value_end(c)};
        }
        index++;
        c = json_space(json_value_end(c));
        c = *c == ',' ? json_space(c + 1) : c;
    }
    return (struct json_value){NULL, NULL};
}

/* "request.headers.0.name" of a valid text. */
static inline struct json_value json_find(const char *text, const char *path)
{
    const char *begin = json_space(text);
    struct json_value value = {begin, json_value_end(begin)};

    while (*path && value.at && (*value.at == '{' || *value.at == '[')) {
        size_t size = strcspn(path, ".");

        value = json_step(value, path, size);
        path += size;
        path += *path == '.';
    }
    return *path ? (struct json_value){NULL, NULL} : value;
}

static inline void json_add_escape(struct buf *out, const char *c)
{
    static const char letters[] = "bfnrt";
    static const char meanings[] = "\b\f\n\r\t";
    const char *letter = strchr(letters, *c);
    char hex[5] = {0};
    AUTO_BUF utf16 = {0};
    AUTO(arena) arena = NULL;

    if (*c != 'u') {
        buf_add_u8(out, (uint8_t)(letter ? meanings[letter - letters] : *c));
        return;
    }
    memcpy(hex, c + 1, 4);
    arena = arena_new();
    buf_add_u16le(&utf16, (uint16_t)strtoul(hex, NULL, 16));
    buf_add_text(out, utf16le_text(arena, buf_span(&utf16)));
}

/* A string without quotes and escapes; others as they stand; "(none)". */
static inline const char *json_get(struct buf *out, const char *text,
                                   const char *path)
{
    struct json_value value = json_find(text, path);

    buf_reset(out);
    if (!value.at) {
        return "(none)";
    }
    if (*value.at != '"') {
        buf_add(out, span_of(value.at, (size_t)(value.end - value.at)));
        return buf_text(out);
    }
    for (const char *c = value.at + 1; c < value.end - 1; c++) {
        if (*c == '\\') {
            json_add_escape(out, c + 1);
            c += c[1] == 'u' ? 5 : 1;
        } else {
            buf_add_u8(out, (uint8_t)*c);
        }
    }
    return buf_text(out);
}

#endif
