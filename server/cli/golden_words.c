/* What is new in every run, see golden_words.h. */
#include "config.h"

#include "cli/golden_words.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "util/attr.h"

enum {
    HEX_LEAST = 12,
    DIGITS_LEAST = 5,
    PORT_DIGITS_MOST = 5,
    TOKEN_LEAST = 20,
};

/* ASCII, whatever the locale. */
static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(uint8_t c)
{
    return is_upper(c) || is_lower(c);
}

/* Base64 of either alphabet. */
static bool is_base64(uint8_t c)
{
    return is_letter(c) || is_digit(c) || strchr("+/=_-", c);
}

static size_t run_of(struct span text, bool (*fits)(uint8_t c))
{
    size_t size = 0;

    while (size < text.size && text.data[size] && fits(text.data[size])) {
        size++;
    }
    return size;
}

/* Of "9": a digit, of "x": one of hexadecimal; all else stands for itself. */
static size_t shape_of(struct span text, const char *shape)
{
    size_t size = strlen(shape);

    if (text.size < size) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t c = text.data[i];

        if (shape[i] == '9'   ? !is_digit(c)
            : shape[i] == 'x' ? !is_hex(c)
                              : c != (uint8_t)shape[i]) {
            return 0;
        }
    }
    return size;
}

/* ---- Each kind: how many bytes at the front are one; 0: none ---- */

static size_t guid(struct span text)
{
    return shape_of(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

/* xsd:dateTime, with a fraction and a zone where it has them. */
static size_t iso_time(struct span text)
{
    size_t size = shape_of(text, "9999-99-99T99:99:99");
    size_t zone;

    if (!size) {
        return 0;
    }
    if (size < text.size && text.data[size] == '.') {
        size += 1 + run_of(span_slice(text, size + 1, text.size), is_digit);
    }
    if (size < text.size && text.data[size] == 'Z') {
        return size + 1;
    }
    if (size < text.size && strchr("+-", text.data[size])) {
        zone = shape_of(span_slice(text, size + 1, text.size), "99:99");
        return zone ? size + 1 + zone : size;
    }
    return size;
}

/* RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT". */
static size_t http_date(struct span text)
{
    static const char form[] = "aaa, 99 aaa 9999 99:99:99 GMT";
    size_t size = sizeof(form) - 1;

    if (text.size < size) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t c = text.data[i];

        if (form[i] == 'a'   ? !is_letter(c)
            : form[i] == '9' ? !is_digit(c)
                             : c != (uint8_t)form[i]) {
            return 0;
        }
    }
    return size;
}

/* "***(8 bytes)" */
static size_t masked(struct span text)
{
    size_t digits;

    if (!span_starts(text, "***(")) {
        return 0;
    }
    digits = run_of(span_slice(text, 4, text.size), is_digit);
    return digits && span_starts(span_slice(text, 4 + digits, text.size),
                                 " bytes)")
               ? 4 + digits + strlen(" bytes)")
               : 0;
}

static size_t hex(struct span text)
{
    size_t size = run_of(text, is_hex);

    return size >= HEX_LEAST &&
                   (size == text.size || !is_base64(text.data[size]))
               ? size
               : 0;
}

static int kind_of(uint8_t c)
{
    return is_upper(c) ? 1 : is_lower(c) ? 2 : is_digit(c) ? 3 : 4;
}

static bool is_token(uint8_t c)
{
    return is_base64(c) || c == '%';
}

/*
 * Base64 changes its kind of letter all the time, words do not: of 20 bytes at
 * random, 12 differ in kind from the one before, and all but one in thousands
 * of such have 6 that do. Words in one, with a capital each, come closer, but
 * have neither digits nor signs.
 */
static bool is_random(struct span text)
{
    size_t changes = 0;
    bool sign = false;

    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        changes += i > 0 && kind_of(c) != kind_of(text.data[i - 1]);
        sign = sign || is_digit(c) || c == '=' || c == '+';
    }
    return changes * 100 >= text.size * (sign ? 28 : 40);
}

/* With what follows a point, as in a JSON Web Token. None begins with the sign
 * that ends one: a row of them would be looked through from each on. */
static size_t token(struct span text)
{
    size_t size = text.data[0] == '=' ? 0 : run_of(text, is_token);

    if (size < TOKEN_LEAST || !is_random(span_slice(text, 0, size))) {
        return 0;
    }
    while (size + 1 < text.size && text.data[size] == '.') {
        size_t more = run_of(span_slice(text, size + 1, text.size), is_token);

        if (!more) {
            break;
        }
        size += 1 + more;
    }
    return size;
}

static size_t number(struct span text)
{
    size_t size = run_of(text, is_digit);

    return size >= DIGITS_LEAST ? size : 0;
}

static const struct {
    size_t (*find)(struct span text);
    const char *word;
} kinds[] = {
    {guid, "{guid}"},     {iso_time, "{time}"}, {http_date, "{time}"},
    {masked, "{secret}"}, {hex, "{hex}"},       {number, "{number}"},
};

/* ":8443" behind a name or an address. */
static size_t port(struct span text, uint8_t before)
{
    size_t digits;

    if (text.data[0] != ':' || !(is_letter(before) || is_digit(before) ||
                                 before == ']' || before == '}')) {
        return 0;
    }
    digits = run_of(span_slice(text, 1, text.size), is_digit);
    return digits && digits <= PORT_DIGITS_MOST &&
                   (1 + digits == text.size ||
                    !is_letter(text.data[1 + digits]))
               ? 1 + digits
               : 0;
}

static size_t domain_at(struct span text, const char *domain)
{
    size_t size = domain ? strlen(domain) : 0;

    return size && text.size >= size &&
                   strncasecmp((const char *)text.data, domain, size) == 0
               ? size
               : 0;
}

/* What begins in the middle of a word is none of these. */
static bool at_edge(uint8_t before)
{
    return !is_letter(before) && !is_digit(before);
}

/* Base64 has the slash of paths, whose parts begin elsewhere. */
static bool begins_value(uint8_t before)
{
    return strchr(" \t\r\n\"'>=(,;&?", before) != NULL;
}

static size_t take_word(struct buf *out, struct span text, uint8_t before)
{
    if (begins_value(before)) {
        size_t size = token(text);

        if (size && !guid(text)) {
            buf_add_text(out, "{token}");
            return size;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds) && at_edge(before); i++) {
        size_t size = kinds[i].find(text);

        if (size) {
            buf_add_text(out, kinds[i].word);
            return size;
        }
    }
    return 0;
}

void golden_words(struct buf *out, struct span text, const char *domain)
{
    uint8_t before = ' ';

    while (text.size) {
        size_t size = domain_at(text, domain);

        if (size) {
            buf_add_text(out, "{domain}");
        } else if ((size = port(text, before)) != 0) {
            buf_add_text(out, ":{port}");
        } else {
            size = take_word(out, text, before);
        }
        if (!size) {
            buf_add_u8(out, text.data[0]);
            size = 1;
        }
        before = size > 1 ? '}' : text.data[0];
        text = span_slice(text, size, text.size);
    }
}
