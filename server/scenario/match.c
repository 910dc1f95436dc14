/* Matching, see match.h. */
#include "config.h"

#include "scenario/match.h"

#include <string.h>
#include <strings.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/url.h"
#include "wire/exchange.h"
#include "wire/xml_body.h"

static unsigned char lower(char c)
{
    return (unsigned char)((unsigned char)(c - 'A') < 26 ? c | 0x20 : c);
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

static bool header_holds(const struct named_condition *asked,
                         const struct facts *facts)
{
    const struct headers *headers = facts->headers;
    bool present = false;

    for (size_t i = 0; headers && i < headers->count; i++) {
        const char *name = headers->items[i].name;

        /* The first letter tells most of them apart. */
        if (lower(*name) == lower(*asked->name) &&
            strcasecmp(name, asked->name) == 0) {
            if (patterns_fit(&asked->value, headers->items[i].value)) {
                return true;
            }
            present = true;
        }
    }
    return asked->absent && !present;
}

static bool parameter_holds(const struct named_condition *asked,
                            const struct facts *facts)
{
    AUTO(arena) arena = arena_new();
    const char *value =
        facts->query ? url_query(arena, facts->query, asked->name) : NULL;

    return asked->absent ? !value : patterns_fit(&asked->value, value);
}

static bool
all_hold(const struct named_conditions *asked, const struct facts *facts,
         bool (*holds)(const struct named_condition *, const struct facts *))
{
    for (size_t i = 0; i < asked->count; i++) {
        if (!holds(&asked->items[i], facts)) {
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
#define PLAIN(fact, text, member)                                              \
    [__builtin_ctz(fact)] = {offsetof(struct condition, member),               \
                             offsetof(struct facts, text)}
#define ROW(fact, member) PLAIN(fact, member, member)
    ROW(FACT_HOST, host),
    ROW(FACT_METHOD, method),
    ROW(FACT_PATH, path),
    ROW(FACT_CLIENT, client),
    ROW(FACT_AUTH, auth),
    ROW(FACT_USER, user),
    ROW(FACT_ACTION, action),
    ROW(FACT_TICKET, ticket),
    ROW(FACT_GRANT, grant),
    ROW(FACT_VERDICT, verdict),
    ROW(FACT_REASON, reason),
    ROW(FACT_STATUS, status),
    ROW(FACT_SERVICE, service),
    ROW(FACT_TRANSPORT, transport),
    ROW(FACT_ACCOUNT, account),
    ROW(FACT_DOMAIN, domain),
    ROW(FACT_SITE, site),
    ROW(FACT_FORM, form),
    PLAIN(FACT_TICKET_FORMAT, shown.format, ticket_format),
    PLAIN(FACT_TICKET_USER, shown.user, ticket_user),
    PLAIN(FACT_TICKET_POOL, shown.pool, ticket_pool),
#undef ROW
#undef PLAIN
};

/* Those that are no patterns, and cost more the further down they stand. */
enum {
    FACTS_OTHER = FACT_HEADER | FACT_LEG | FACT_CONNECTION | FACT_QUERY |
                  FACT_XPATH | FACT_TICKET_AGE | FACT_TICKET_LEFT,
};

static bool texts_hold(const struct condition *when, const struct facts *facts)
{
    unsigned left = when->facts & ~(unsigned)FACTS_OTHER;

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

static bool is_listed(const unsigned *numbers, uint64_t n)
{
    for (; *numbers; numbers++) {
        if (*numbers == n) {
            return true;
        }
    }
    return false;
}

/* A ticket that cannot be read has no age. */
static bool ticket_holds(const struct condition *when,
                         const struct ticket_facts *shown)
{
    if ((when->facts & FACT_TICKET_AGE) &&
        !(shown->format && shown->age >= when->ticket_age)) {
        return false;
    }
    return !(when->facts & FACT_TICKET_LEFT) ||
           (shown->format && shown->left <= when->ticket_left);
}

static bool numbers_hold(const struct condition *when,
                         const struct facts *facts)
{
    if ((when->facts & FACT_LEG) && (unsigned)facts->leg != when->leg) {
        return false;
    }
    return !(when->facts & FACT_CONNECTION) ||
           is_listed(when->connection, facts->connection);
}

bool condition_holds(const struct condition *when, const struct facts *facts)
{
    if (!numbers_hold(when, facts) || !texts_hold(when, facts)) {
        return false;
    }
    if (!(when->facts & (unsigned)FACTS_OTHER)) {
        return true;
    }
    return ticket_holds(when, &facts->shown) &&
           all_hold(&when->headers, facts, header_holds) &&
           all_hold(&when->query, facts, parameter_holds) &&
           (!when->xpath || xml_body_holds(facts->xml, when->xpath));
}

const struct patterns *condition_fact(const struct condition *when,
                                      const struct facts *facts, unsigned fact,
                                      const char **out_text)
{
    size_t bit = (size_t)__builtin_ctz(fact);

    if (fact & (unsigned)FACTS_OTHER) {
        return NULL;
    }
    *out_text = *(const char *const *)(const void *)((const char *)facts +
                                                     asked[bit].text);
    return (const void *)((const char *)when + asked[bit].patterns);
}

struct step_gate condition_gate(const struct condition *when)
{
    unsigned left = when->facts & ~(unsigned)FACTS_OTHER;

    for (; left; left &= left - 1) {
        size_t bit = (size_t)__builtin_ctz(left);
        const struct patterns *patterns =
            (const void *)((const char *)when + asked[bit].patterns);

        if (patterns->count == 1) {
            return (struct step_gate){patterns->items[0], asked[bit].text};
        }
    }
    return (struct step_gate){0};
}

bool gate_opens(const struct step_gate *gate, const struct facts *facts)
{
    const char *const *text = (const void *)((const char *)facts + gate->text);

    return !gate->pattern || (*text && pattern_fits(gate->pattern, *text));
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

bool condition_is_counting(const struct condition *when)
{
    return when->after || when->first || when->every || when->requests ||
           when->per || when->has_chance || when->eventually ||
           when->max_in_a_row;
}
