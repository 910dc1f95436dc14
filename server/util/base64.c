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

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One alphabet, no white space, padded: what nettle's decoder reads. */
static char *normalise(struct arena *arena, struct span text, size_t *out_size)
{
    char *plain = arena_alloc(arena, text.size + 4);
    size_t size = 0;

    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (!is_space(c)) {
            plain[size++] = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
        }
    }
    while (size % 4 != 0) {
        plain[size++] = '=';
    }
    *out_size = size;
    return plain;
}

bool base64_decode(struct arena *arena, struct span text,
                   struct span *out_bytes)
{
    struct base64_decode_ctx ctx;
    size_t length;
    char *plain = normalise(arena, text, &length);
    size_t size = BASE64_DECODE_LENGTH(length);
    uint8_t *bytes = arena_alloc(arena, size + 1);

    /* nettle skips these two, which would break the count of padding. */
    if (memchr(plain, '\v', length) || memchr(plain, '\f', length)) {
        return false;
    }
    /* One character of four is no byte; nettle takes it if it is zero. */
    if (length && plain[length - 3] == '=') {
        return false;
    }
    base64_decode_init(&ctx);
    if (!base64_decode_update(&ctx, &size, bytes, length, plain) ||
        !base64_decode_final(&ctx)) {
        return false;
    }
    *out_bytes = span_of(bytes, size);
    return true;
}

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
