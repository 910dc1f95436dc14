/* URLs in answers, see links.h. protocol: discover 2.6, 2.7, 2.9; webticket
 * 3.4. */
#include "config.h"

#include "checks/links.h"

#include <ctype.h>
#include <strings.h>

#include "util/attr.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_blanks(struct span text, size_t at)
{
    while (at < text.size && is_blank(text.data[at])) {
        at++;
    }
    return at;
}

/*
 * What stands between quotes behind `name=` or `"name":`; `at` is behind the
 * name, and moves behind the value. Empty: this is no such thing.
 */
static struct span quoted_value(struct span text, size_t *at)
{
    size_t from = *at;
    const uint8_t *end;

    from += from < text.size && text.data[from] == '"';
    from = skip_blanks(text, from);
    if (from >= text.size || !strchr("=:", text.data[from])) {
        return SPAN_NONE;
    }
    from = skip_blanks(text, from + 1);
    if (from >= text.size || !strchr("\"'", text.data[from])) {
        return SPAN_NONE;
    }
    end = memchr(text.data + from + 1, text.data[from], text.size - from - 1);
    if (!end) {
        return SPAN_NONE;
    }
    *at = (size_t)(end - text.data) + 1;
    return span_slice(text, from + 1, *at - from - 2);
}

/* Digits that stand for a visible character of ASCII. */
static bool ascii_of(struct span digits, bool hex, uint64_t *out)
{
    uint64_t number = 0;

    for (size_t i = 0; i < digits.size; i++) {
        int c = tolower(digits.data[i]);
        int digit = c >= 'a' ? c - 'a' + 10 : c - '0';

        if (digit < 0 || digit >= (hex ? 16 : 10)) {
            return false;
        }
        number = (number * (hex ? 16 : 10) + (uint64_t)digit) & 0xffffff;
    }
    *out = number;
    return number > ' ' && number < 0x7f;
}

/* "&#38;", "&#x26;", "\\u0026": the character, where it is ASCII; else 0. */
static char numbered(struct span text, size_t *out_size)
{
    bool json = span_starts(text, "\\u");
    bool hex = json || span_starts(text, "&#x");
    size_t digits = hex && !json ? 3 : 2;
    size_t end = json ? 6 : digits;
    uint64_t number;

    if (!json && !span_starts(text, "&#")) {
        return '\0';
    }
    while (!json && end < text.size && end < 10 && text.data[end] != ';') {
        end++;
    }
    if (end + !json > text.size) {
        return '\0';
    }
    *out_size = end + !json;
    if (!ascii_of(span_slice(text, digits, end - digits), hex, &number)) {
        return '\0';
    }
    return (char)number;
}

/* The character that an escape stands for; 0: there is none here. */
static char escaped(struct span text, size_t *out_size)
{
    static const struct {
        const char *written;
        char meant;
    } escapes[] = {
        {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}, {"\\/", '/'}};

    for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
        if (span_starts(text, escapes[i].written)) {
            *out_size = strlen(escapes[i].written);
            return escapes[i].meant;
        }
    }
    return numbered(text, out_size);
}

/* As a parser of XML or JSON hands it on, without blanks in it. */
static const char *understood(struct arena *arena, struct span value)
{
    char *text = arena_alloc(arena, value.size + 1);
    size_t size = 0;

    while (value.size) {
        size_t step = 1;
        char c = '\0';

        if (*value.data == '&' || *value.data == '\\') {
            c = escaped(value, &step);
        }
        if (!c) {
            step = 1;
            c = (char)*value.data;
        }
        value = span_slice(value, step, SIZE_MAX);
        if (!is_blank((uint8_t)c)) {
            text[size++] = c;
        }
    }
    return text;
}

static size_t back_to(struct span text, size_t at, uint8_t c)
{
    while (at && text.data[at] != c) {
        at--;
    }
    return at;
}

/* The name in front of an object: `"redirect" : {`. */
static size_t with_its_name(struct span text, size_t brace)
{
    size_t at = brace;

    while (at && is_blank(text.data[at - 1])) {
        at--;
    }
    if (!at || text.data[at - 1] != ':') {
        return brace;
    }
    at = back_to(text, at - 1, '"');
    return at ? back_to(text, at - 1, '"') : brace;
}

/* The element, or the object and its name, that this offset is in. */
static struct span surroundings(struct span text, size_t at)
{
    size_t first = skip_blanks(
        text, span_starts(text, "\xef\xbb\xbf") ? strlen("\xef\xbb\xbf") : 0);
    bool json = first < text.size && text.data[first] == '{';
    size_t from = back_to(text, at, json ? '{' : '<');
    const uint8_t *end =
        memchr(text.data + at, json ? '}' : '>', text.size - at);

    from = json ? with_its_name(text, from) : from;
    return span_slice(text, from,
                      (end ? (size_t)(end - text.data) : text.size) - from);
}

/* Does the word stand in quotes there? Letter case: discover 7, CC-18. */
static bool says(struct span text, const char *word)
{
    size_t size = strlen(word);

    for (size_t i = 1; i + size < text.size; i++) {
        const char *at = (const char *)text.data + i;

        if (strchr("\"'", at[-1]) && strchr("\"'", at[size]) &&
            strncasecmp(at, word, size) == 0) {
            return true;
        }
    }
    return false;
}

static enum link_kind kind_of(struct span around)
{
    static const char *const users[] = {"User", "OAuth", "Self"};

    if (says(around, "Redirect")) {
        return LINK_REDIRECT;
    }
    for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
        if (says(around, users[i])) {
            return LINK_USER;
        }
    }
    return LINK_OTHER;
}

/* The next value of this name at or after *at, which moves behind it. */
static bool next_value(struct span body, const char *name, size_t *at,
                       struct span *out_value)
{
    size_t found;

    while ((found = span_find(body, span_text(name), *at)) != SIZE_MAX) {
        *at = found + strlen(name);
        *out_value = quoted_value(body, at);
        if (out_value->data) {
            return true;
        }
    }
    return false;
}

size_t links_of_discovery(struct arena *arena, struct span body,
                          struct link *out_links)
{
    size_t count = 0;
    size_t at = 0;
    struct span value;

    while (count < LINKS_MAX && next_value(body, "href", &at, &value)) {
        size_t from = (size_t)(value.data - body.data);

        if (value.size <= LINK_SIZE_MAX) {
            out_links[count++] = (struct link){
                kind_of(surroundings(body, from)), understood(arena, value)};
        }
    }
    return count;
}

/* protocol: webticket 3.5: <wsa10:Address> of sp:Issuer. */
static size_t add_issuers(struct arena *arena, struct span body,
                          struct link *out_links, size_t count)
{
    static const char opening[] = "Address>";
    size_t at = 0;

    while (count < LINKS_MAX &&
           (at = span_find(body, span_text(opening), at)) != SIZE_MAX) {
        const uint8_t *end;

        at += strlen(opening);
        end = memchr(body.data + at, '<', body.size - at);
        if (end && (size_t)(end - body.data) - at <= LINK_SIZE_MAX) {
            struct span value =
                span_slice(body, at, (size_t)(end - body.data) - at);

            out_links[count++] =
                (struct link){LINK_SERVICE, understood(arena, value)};
        }
    }
    return count;
}

size_t links_of_metadata(struct arena *arena, struct span body,
                         struct link *out_links)
{
    size_t count = 0;
    size_t at = 0;
    struct span value;

    while (count < LINKS_MAX && next_value(body, "location", &at, &value)) {
        if (value.size <= LINK_SIZE_MAX) {
            out_links[count++] =
                (struct link){LINK_PORT, understood(arena, value)};
        }
    }
    return add_issuers(arena, body, out_links, count);
}

const char *links_location(struct arena *arena, struct span body)
{
    struct span value;
    size_t at = 0;

    return next_value(body, "AccessLocation", &at, &value)
               ? understood(arena, value)
               : NULL;
}
