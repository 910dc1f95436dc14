/* Secrets in JSON, masked in the text itself, see secrets_words.h. */
#include "config.h"

#include "journal/secrets.h"
#include "journal/secrets_words.h"

#include <string.h>

static bool at_any(struct span text, size_t at, const char *set)
{
    return at < text.size && text.data[at] && strchr(set, text.data[at]);
}

static size_t skip_space(struct span text, size_t at)
{
    while (at_any(text, at, " \t\r\n")) {
        at++;
    }
    return at;
}

/* `at` is behind the opening quote; returns the offset of the closing one. */
static size_t string_end(struct span text, size_t at)
{
    while (at < text.size && text.data[at] != '"') {
        at += text.data[at] == '\\' ? 2 : 1;
    }
    return at < text.size ? at : text.size;
}

static int hex_value(uint8_t c)
{
    const char *digits = "0123456789abcdef";
    const char *digit = c ? strchr(digits, c | 0x20) : NULL;

    return digit ? (int)(digit - digits) : 0;
}

/* A member's name without its escapes, as far as it is ASCII. */
static void unescape(struct buf *out, struct span name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];

        if (c == '\\' && i + 5 < name.size && name.data[i + 1] == 'u') {
            c = (uint8_t)(hex_value(name.data[i + 4]) << 4 |
                          hex_value(name.data[i + 5]));
            i += 5;
        }
        buf_add_u8(out, c);
    }
}

static bool is_secret(struct span name)
{
    AUTO_BUF plain = {0};

    unescape(&plain, name);
    return secrets_is_parameter(buf_span(&plain));
}

/* Masks the value at `at`; returns where it ends. An array or object as value
 * of such a member is masked to the end of all. */
static size_t mask_value(struct buf *out, struct span text, size_t at)
{
    size_t end = at;

    if (at_any(text, at, "\"")) {
        end = string_end(text, at + 1);
        buf_add_u8(out, '"');
        secrets_mask(out, span_slice(text, at + 1, end - at - 1));
        return end;
    }
    if (at_any(text, at, "[{")) {
        end = text.size;
    }
    while (end < text.size && !at_any(text, end, ",}] \t\r\n")) {
        end++;
    }
    secrets_mask(out, span_slice(text, at, end - at));
    return end;
}

void secrets_json(struct buf *out, struct span text)
{
    size_t done = 0;
    size_t at = 0;

    while ((at = span_find(text, span_text("\""), at)) != SIZE_MAX) {
        size_t end = string_end(text, at + 1);
        size_t colon = skip_space(text, end + 1);
        size_t value = skip_space(text, colon + 1);

        if (at_any(text, colon, ":") &&
            is_secret(span_slice(text, at + 1, end - at - 1))) {
            buf_add(out, span_slice(text, done, value - done));
            done = mask_value(out, text, value);
            /* Behind the closing quote, which is still to be copied. */
            end = at_any(text, done, "\"") ? done : done - 1;
        }
        at = end + 1;
    }
    buf_add(out, span_slice(text, done, text.size));
}
