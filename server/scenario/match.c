/* Matching, see match.h. */
#include "config.h"

#include "scenario/match.h"

#include <string.h>
#include <strings.h>

#include "util/attr.h"
#include "wire/exchange.h"

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Bytes, ASCII letters in any case; a UTF-8 letter is matched by its bytes.
 * Linear in text times stars, with one place to go back to. */
static bool pattern_fits(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *resume = text;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || lower(*pattern) == lower(*text)) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

bool patterns_fit(const struct patterns *patterns, const char *text)
{
    for (size_t i = 0; text && i < patterns->count; i++) {
        if (pattern_fits(patterns->items[i], text)) {
            return true;
        }
    }
    return false;
}

static bool header_holds(const struct header_condition *asked,
                         const struct headers *headers)
{
    bool present = false;

    for (size_t i = 0; headers && i < headers->count; i++) {
        if (strcasecmp(headers->items[i].name, asked->name) == 0) {
            if (patterns_fit(&asked->value, headers->items[i].value)) {
                return true;
            }
            present = true;
        }
    }
    return asked->absent && !present;
}

static bool headers_hold(const struct condition *when,
                         const struct facts *facts)
{
    for (size_t i = 0; i < when->header_count; i++) {
        if (!header_holds(&when->headers[i], facts->headers)) {
            return false;
        }
    }
    return true;
}

/* By the bit of the fact: where a condition has its patterns, and the facts
 * their text. Steps that ask little cost little: most never apply. */
static const struct {
    size_t patterns;
    size_t text;
} asked[] = {
#define ROW(fact, member)                                                      \
    [__builtin_ctz(fact)] = {offsetof(struct condition, member),               \
                             offsetof(struct facts, member)}
    ROW(FACT_HOST, host),       ROW(FACT_METHOD, method),
    ROW(FACT_PATH, path),       ROW(FACT_CLIENT, client),
    ROW(FACT_AUTH, auth),       ROW(FACT_USER, user),
    ROW(FACT_ACTION, action),   ROW(FACT_TICKET, ticket),
    ROW(FACT_GRANT, grant),     ROW(FACT_VERDICT, verdict),
    ROW(FACT_REASON, reason),   ROW(FACT_STATUS, status),
    ROW(FACT_SERVICE, service), ROW(FACT_TRANSPORT, transport),
#undef ROW
};

static bool texts_hold(const struct condition *when, const struct facts *facts)
{
    unsigned left = when->facts & ~(FACT_HEADER | (unsigned)FACT_LEG);

    for (; left; left &= left - 1) {
        size_t bit = (size_t)__builtin_ctz(left);
        const struct patterns *patterns =
            (const void *)((const char *)when + asked[bit].patterns);
        const char *const *text =
            (const void *)((const char *)facts + asked[bit].text);

        if (!patterns_fit(patterns, *text)) {
            return false;
        }
    }
    return true;
}

bool condition_holds(const struct condition *when, const struct facts *facts)
{
    if ((when->facts & FACT_LEG) && (unsigned)facts->leg != when->leg) {
        return false;
    }
    return texts_hold(when, facts) && headers_hold(when, facts);
}

static bool is_listed(const unsigned *numbers, uint64_t n)
{
    for (; *numbers; numbers++) {
        if (*numbers == n) {
            return true;
        }
    }
    return false;
}

bool condition_counts(const struct condition *when, uint64_t n)
{
    if (when->requests && !is_listed(when->requests, n)) {
        return false;
    }
    if (n <= when->after) {
        return false;
    }
    n -= when->after;
    return (!when->first || n <= when->first) &&
           (!when->every || n % when->every == 0);
}
