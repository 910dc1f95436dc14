/* UTF-8 and UTF-16LE, see utf.h. */
#include "config.h"

#include "util/utf.h"

#include <locale.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <wctype.h>

enum {
    REPLACEMENT = 0xfffd,
    SURROGATE_HIGH = 0xd800,
    SURROGATE_LOW = 0xdc00,
    SURROGATE_END = 0xe000,
    PLANE_1 = 0x10000,
    LAST = 0x10ffff,
};

static bool is_tail(struct span bytes, size_t at)
{
    return at < bytes.size && (bytes.data[at] & 0xc0) == 0x80;
}

/* Decodes one sequence; length 0 where it is not well-formed. */
static size_t decode(struct span bytes, uint32_t *out_code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, PLANE_1};
    uint8_t first = bytes.size ? bytes.data[0] : 0;
    size_t length = first < 0x80   ? 1
                    : first < 0xc2 ? 0
                    : first < 0xe0 ? 2
                    : first < 0xf0 ? 3
                    : first < 0xf5 ? 4
                                   : 0;
    uint32_t code = length > 1 ? first & (0x7fU >> length) : first;

    if (!bytes.size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (!is_tail(bytes, i)) {
            return 0;
        }
        code = code << 6 | (bytes.data[i] & 0x3fU);
    }
    if (length && (code < least[length] || code > LAST ||
                   (code >= SURROGATE_HIGH && code < SURROGATE_END))) {
        return 0;
    }
    *out_code = code;
    return length;
}

size_t utf8_sequence(struct span bytes)
{
    uint32_t code;

    return decode(bytes, &code);
}

bool utf8_valid(struct span bytes)
{
    while (bytes.size > 0) {
        size_t length = utf8_sequence(bytes);

        if (length == 0) {
            return false;
        }
        bytes = span_slice(bytes, length, bytes.size);
    }
    return true;
}

bool utf8_is_text(struct span bytes)
{
    return utf8_valid(bytes) &&
           !(bytes.size && memchr(bytes.data, 0, bytes.size));
}

static uint32_t next_code(struct span *utf8)
{
    uint32_t code = REPLACEMENT;
    size_t length = decode(*utf8, &code);

    if (length == 0) {
        code = REPLACEMENT;
        length = 1;
    }
    *utf8 = span_slice(*utf8, length, utf8->size);
    return code;
}

void utf8_add_printable(struct buf *out, struct span text)
{
    while (text.size > 0) {
        size_t length = utf8_sequence(text);
        uint8_t first = text.data[0];
        bool c1 = length == 2 && first == 0xc2 && text.data[1] < 0xa0;

        if (length == 0 || c1 || first < ' ' || first == 0x7f) {
            buf_printf(out, "\\x%02x", first);
            length = 1;
        } else {
            buf_add(out, span_slice(text, 0, length));
        }
        text = span_slice(text, length, text.size);
    }
}

void utf16le_add(struct buf *out, struct span utf8)
{
    while (utf8.size > 0) {
        uint32_t code = next_code(&utf8);

        if (code >= PLANE_1) {
            code -= PLANE_1;
            buf_add_u16le(out, (uint16_t)(SURROGATE_HIGH + (code >> 10)));
            code = SURROGATE_LOW + (code & 0x3ff);
        }
        buf_add_u16le(out, (uint16_t)code);
    }
}

static void add_utf8(struct buf *out, uint32_t code)
{
    if (code < 0x80) {
        buf_add_u8(out, (uint8_t)code);
    } else if (code < 0x800) {
        buf_add_u8(out, (uint8_t)(0xc0 | code >> 6));
        buf_add_u8(out, (uint8_t)(0x80 | (code & 0x3f)));
    } else if (code < PLANE_1) {
        buf_add_u8(out, (uint8_t)(0xe0 | code >> 12));
        buf_add_u8(out, (uint8_t)(0x80 | (code >> 6 & 0x3f)));
        buf_add_u8(out, (uint8_t)(0x80 | (code & 0x3f)));
    } else {
        buf_add_u8(out, (uint8_t)(0xf0 | code >> 18));
        buf_add_u8(out, (uint8_t)(0x80 | (code >> 12 & 0x3f)));
        buf_add_u8(out, (uint8_t)(0x80 | (code >> 6 & 0x3f)));
        buf_add_u8(out, (uint8_t)(0x80 | (code & 0x3f)));
    }
}

static uint32_t next_utf16(struct reader *rd)
{
    uint32_t unit = rd_u16le(rd);
    struct reader ahead = *rd;
    uint32_t low = rd_u16le(&ahead);

    if (rd->short_read) {
        return REPLACEMENT;
    }
    if (unit < SURROGATE_HIGH || unit >= SURROGATE_END) {
        return unit;
    }
    if (unit >= SURROGATE_LOW || ahead.short_read || low < SURROGATE_LOW ||
        low >= SURROGATE_END) {
        return REPLACEMENT;
    }
    *rd = ahead;
    return PLANE_1 + ((unit - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
}

char *utf16le_text(struct arena *arena, struct span utf16)
{
    AUTO_BUF out = {0};
    struct reader rd = rd_init(utf16);

    while (rd_left(&rd) > 0) {
        uint32_t code = next_utf16(&rd);

        add_utf8(&out, code ? code : REPLACEMENT);
    }
    return arena_text(arena, buf_span(&out));
}

/*
 * Upper case of code points: glibc's table, opened once when the first that is
 * not ASCII comes up, and kept: to open it reads a file. C.UTF-8 is part of
 * Debian's libc: no installed locale is needed. Without it only ASCII has two
 * cases.
 */
static locale_t unicode;

static void open_unicode(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static locale_t unicode_locale(void)
{
    static pthread_once_t opened = PTHREAD_ONCE_INIT;

    (void)pthread_once(&opened, open_unicode);
    return unicode;
}

/*
 * As Windows does: only the first plane has case, and nothing outside of ASCII
 * becomes ASCII (U+0131, U+017F), nor Latin 1 Greek (U+00B5). Else two names
 * that are two in Windows would be one here.
 */
static uint32_t upper(uint32_t code)
{
    locale_t locale;
    uint32_t result;

    if (code < 0x80) {
        return code >= 'a' && code <= 'z' ? code - 'a' + 'A' : code;
    }
    locale = unicode_locale();
    if (!locale || code >= PLANE_1 || code == 0xb5) {
        return code;
    }
    result = (uint32_t)towupper_l((wint_t)code, locale);
    return result < 0x80 ? code : result;
}

char *utf8_upper(struct arena *arena, const char *text)
{
    AUTO_BUF out = {0};
    struct span rest = span_text(text);

    while (rest.size > 0) {
        add_utf8(&out, upper(next_code(&rest)));
    }
    return arena_text(arena, buf_span(&out));
}

bool utf8_equal_nocase(const char *a, const char *b)
{
    struct span left = span_text(a);
    struct span right = span_text(b);

    while (left.size > 0 && right.size > 0) {
        if (upper(next_code(&left)) != upper(next_code(&right))) {
            return false;
        }
    }
    return left.size == right.size;
}
