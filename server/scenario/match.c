/* Matching, see match.h. */
#include "config.h"

#include "scenario/match.h"

#include <string.h>
#include <strings.h>

#include "util/attr.h"
#include "wire/exchange.h"

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
        } else if (*pattern == '?' || strncasecmp(pattern, text, 1) == 0) {
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

bool condition_holds(const struct condition *when, const struct facts *facts)
{
    const struct {
        unsigned fact;
        const struct patterns *patterns;
        const char *text;
    } asked[] = {
        {FACT_HOST, &when->host, facts->host},
        {FACT_METHOD, &when->method, facts->method},
        {FACT_PATH, &when->path, facts->path},
        {FACT_CLIENT, &when->client, facts->client},
        {FACT_AUTH, &when->auth, facts->auth},
        {FACT_USER, &when->user, facts->user},
        {FACT_ACTION, &when->action, facts->action},
        {FACT_TICKET, &when->ticket, facts->ticket},
        {FACT_GRANT, &when->grant, facts->grant},
    };

    for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
        if ((when->facts & asked[i].fact) &&
            !patterns_fit(asked[i].patterns, asked[i].text)) {
            return false;
        }
    }
    if ((when->facts & FACT_LEG) && (unsigned)facts->leg != when->leg) {
        return false;
    }
    return headers_hold(when, facts);
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
