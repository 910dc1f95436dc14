/* Base64 and hexadecimal, see base64.h. */
#include "config.h"

#include "util/base64.h"

#include <string.h>

#include <nettle/base64.h>

void base64_add(struct buf *out, struct span bytes)
{
    size_t length = BASE64_ENCODE_RAW_LENGTH(bytes.size);

    base64_encode_raw((char *)buf_reserve(out, length), bytes.size, bytes.data);
    buf_commit(out, length);
}

char *base64_text(struct arena *arena, struct span bytes)
{
    char *text = arena_alloc(arena, BASE64_ENCODE_RAW_LENGTH(bytes.size) + 1);

    base64_encode_raw(text, bytes.size, bytes.data);
    return text;
}

char *base64url_text(struct arena *arena, struct span bytes)
{
    char *text = base64_text(arena, bytes);

    for (char *c = text; *c; c++) {
        if (*c == '+') {
            *c = '-';
        } else if (*c == '/') {
            *c = '_';
        } else if (*c == '=') {
            *c = '\0';
            break;
        }
    }
    return text;
}

/* ---- Decoding: a table, as tokens of Kerberos are long ---- */

enum { VALUE_SPACE = 65, VALUE_PADDING = 66 };

/* ASCII: a character's value plus one, so that what is none is zero. */
static const uint8_t values[256] = {
    0,  0,  0,  0,  0,  0,  0,  0,  0,  65, 65, 0,  0,  65, 0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  65, 0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  63, 0,  63, 0,  64, 53, 54, 55, 56, 57, 58, 59, 60, 61,
    62, 0,  0,  0,  66, 0,  0,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
    12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 0,  0,  0,  0,
    64, 0,  27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 0,  0,  0,  0,  0};

/* The bytes of a group that is not whole, from its bits; false: it is none that
 * an encoder makes. */
static bool end_group(uint32_t bits, size_t characters, size_t padding,
                      uint8_t **at)
{
    static const uint32_t unused[] = {0, 0, 0xf, 0x3};

    if (characters == 1 || padding > (characters ? 4 - characters : 0) ||
        (bits & unused[characters])) {
        return false;
    }
    bits <<= characters ? 6 * (4 - characters) : 0;
    for (size_t i = 1; i < characters; i++) {
        *(*at)++ = (uint8_t)(bits >> (24 - 8 * i));
    }
    return true;
}

static void add_group(uint32_t bits, uint8_t **at)
{
    *(*at)++ = (uint8_t)(bits >> 16);
    *(*at)++ = (uint8_t)(bits >> 8);
    *(*at)++ = (uint8_t)bits;
}

/* Groups with no space or padding, from the beginning: nearly all of a long
 * text. How many characters that were. */
static size_t whole_groups(struct span text, uint8_t **at)
{
    size_t done = 0;

    for (; text.size - done >= 4; done += 4) {
        const uint8_t *group = text.data + done;
        uint32_t first = values[group[0]] - 1U;
        uint32_t second = values[group[1]] - 1U;
        uint32_t third = values[group[2]] - 1U;
        uint32_t fourth = values[group[3]] - 1U;

        if ((first | second | third | fourth) > 63) {
            break;
        }
        add_group(first << 18 | second << 12 | third << 6 | fourth, at);
    }
    return done;
}

bool base64_decode(struct arena *arena, struct span text,
                   struct span *out_bytes)
{
    uint8_t *bytes = arena_alloc(arena, text.size / 4 * 3 + 4);
    uint8_t *at = bytes;
    uint32_t bits = 0;
    size_t characters = 0; /* of this group */
    size_t padding = 0;

    for (size_t i = whole_groups(text, &at); i < text.size; i++) {
        uint8_t value = values[text.data[i]];

        if (value == VALUE_SPACE) {
            continue;
        }
        if (value == VALUE_PADDING) {
            padding++;
            continue;
        }
        if (value == 0 || padding) {
            return false;
        }
        bits = bits << 6 | (value - 1U);
        if (++characters == 4) {
            add_group(bits, &at);
            bits = 0;
            characters = 0;
        }
    }
    if (!end_group(bits, characters, padding, &at)) {
        return false;
    }
    *out_bytes = span_of(bytes, (size_t)(at - bytes));
    return true;
}

/* ---- Hexadecimal ---- */

char *hex_text(struct arena *arena, struct span bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, bytes.size * 2 + 1);

    for (size_t i = 0; i < bytes.size; i++) {
        text[2 * i] = digits[bytes.data[i] >> 4];
        text[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    return text;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

bool hex_decode(struct arena *arena, const char *text, struct span *out_bytes)
{
    size_t length = strlen(text);
    uint8_t *bytes = arena_alloc(arena, length / 2 + 1);

    if (length % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < length / 2; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out_bytes = span_of(bytes, length / 2);
    return true;
}
