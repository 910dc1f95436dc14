/* Which facts fit a step's `when`, and which of several times counts. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "scenario/match.h"
#include "util/arena.h"
#include "wire/exchange.h"

/* ---- Patterns ---- */

static void one_pattern(void **state)
{
    static const struct {
        const char *pattern;
        const char *text;
        bool fits;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"*", "", true},
        {"*", "anything", true},
        {"**", "a", true},
        {"?", "", false},
        {"?", "a", true},
        {"?", "ab", false},
        {"??", "ab", true},
        {"lyncweb.contoso.test", "lyncweb.contoso.test", true},
        {"LyncWeb.*", "lyncweb.contoso.test", true},
        {"lyncweb.*", "LYNCWEB.contoso.test", true},
        {"lyncweb.*", "lyncweb2.contoso.test", false},
        {"*.test", "lyncweb.contoso.test", true},
        {"*.test", "lyncweb.contoso.test.", false},
        {"*web*con*", "lyncweb.contoso.test", true},
        {"*con*web*", "lyncweb.contoso.test", false},
        {"a*b", "ab", true},
        {"a*b", "aXb", true},
        {"a*b", "aXbb", true},
        {"a*b", "aXbc", false},
        {"a*?", "a", false},
        {"*ab", "aab", true},
        {"*aab", "aaaab", true},
        {"a\\*b", "a\\Xb", true},
        {"[ab]", "a", false},
        {"j\xc3\xb6rg", "j\xc3\xb6rg", true},
        {"j\xc3\x96rg", "j\xc3\xb6rg", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *items[] = {rows[i].pattern};
        const struct patterns patterns = {items, 1};

        if (patterns_fit(&patterns, rows[i].text) != rows[i].fits) {
            fail_msg("\"%s\" on \"%s\"", rows[i].pattern, rows[i].text);
        }
    }
}

static void one_of_several_patterns(void **state)
{
    const char *items[] = {"alice", "b*", "carol"};
    const struct patterns patterns = {items, 3};
    const struct patterns none = {NULL, 0};

    (void)state;
    assert_true(patterns_fit(&patterns, "alice"));
    assert_true(patterns_fit(&patterns, "bob"));
    assert_true(patterns_fit(&patterns, "CAROL"));
    assert_false(patterns_fit(&patterns, "dave"));
    /* What is not known fits nothing, not even "*". */
    assert_false(patterns_fit(&patterns, NULL));
    items[0] = "*";
    assert_false(patterns_fit(&patterns, NULL));
    assert_true(patterns_fit(&patterns, ""));
    assert_false(patterns_fit(&none, "alice"));
}

/* By backtracking over every star this would take longer than the universe
 * is old; the limit is generous for a machine under load. */
static void stars_are_not_exponential(void **state)
{
    enum { STARS = 40, TEXT = 4000, SECONDS = 5 };
    char pattern[2 * STARS + 2];
    char text[TEXT + 1];
    const char *items[] = {pattern};
    const struct patterns patterns = {items, 1};
    clock_t began = clock();

    (void)state;
    for (size_t i = 0; i < STARS; i++) {
        memcpy(pattern + 2 * i, "a*", 2);
    }
    memcpy(pattern + (size_t)2 * STARS, "b", 2);
    memset(text, 'a', TEXT);
    text[TEXT] = '\0';
    assert_false(patterns_fit(&patterns, text));
    assert_true((clock() - began) / CLOCKS_PER_SEC < SECONDS);
}

/* ---- Headers ---- */

static void headers_by_value_presence_and_absence(void **state)
{
    const char *json[] = {"*json*"};
    const char *any[] = {"*"};
    const struct {
        const char *name;
        struct named_condition asked;
        bool holds;
    } rows[] = {
        {"value", {"Accept", {json, 1}, false}, true},
        {"name in any case", {"ACCEPT", {json, 1}, false}, true},
        {"another value", {"X-Empty", {json, 1}, false}, false},
        {"present", {"X-Empty", {any, 1}, false}, true},
        {"not there", {"X-None", {any, 1}, false}, false},
        {"absent", {"X-None", {NULL, 0}, true}, true},
        {"absent, but there", {"Accept", {NULL, 0}, true}, false},
        {"a value or absent, absent", {"X-None", {json, 1}, true}, true},
        {"a value or absent, another", {"X-Empty", {json, 1}, true}, false},
        {"neither", {"Accept", {NULL, 0}, false}, false},
    };
    AUTO(arena) arena = arena_new();
    struct headers headers = {0};
    struct facts facts = {.headers = &headers};

    (void)state;
    headers_add(&headers, arena, "Accept", "text/xml");
    headers_add(&headers, arena, "X-Empty", "");
    headers_add(&headers, arena, "accept", "application/json");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct named_condition asked[] = {rows[i].asked, rows[i].asked};
        struct condition when = {.facts = FACT_HEADER, .headers = {asked, 2}};

        if (condition_holds(&when, &facts) != rows[i].holds) {
            fail_msg("%s", rows[i].name);
        }
        /* All of them must hold. */
        asked[1] = (struct named_condition){"X-None", {any, 1}, false};
        assert_false(condition_holds(&when, &facts));
    }
    /* A point before there are headers. */
    facts.headers = NULL;
    assert_false(condition_holds(
        &(struct condition){
            .facts = FACT_HEADER,
            .headers = {&(struct named_condition){"A", {any, 1}, false}, 1}},
        &facts));
}

/* ---- Facts ---- */

#define ASKS(member, fact)                                                     \
    {                                                                          \
        .facts = (fact), .member = { pattern, 1 }                              \
    }

static void every_fact_is_asked(void **state)
{
    const char *pattern[] = {"yes"};
    const struct {
        struct condition when;
        struct facts good;
        struct facts bad;
    } rows[] = {
        {ASKS(host, FACT_HOST), {.host = "yes"}, {.host = "no"}},
        {ASKS(method, FACT_METHOD), {.method = "yes"}, {.method = "no"}},
        {ASKS(path, FACT_PATH), {.path = "yes"}, {.path = "no"}},
        {ASKS(client, FACT_CLIENT), {.client = "yes"}, {.client = "no"}},
        {ASKS(auth, FACT_AUTH), {.auth = "yes"}, {.auth = "no"}},
        {ASKS(user, FACT_USER), {.user = "yes"}, {.user = "no"}},
        {ASKS(action, FACT_ACTION), {.action = "yes"}, {.action = "no"}},
        {ASKS(ticket, FACT_TICKET), {.ticket = "yes"}, {.ticket = "no"}},
        {ASKS(grant, FACT_GRANT), {.grant = "yes"}, {.grant = "no"}},
        {ASKS(verdict, FACT_VERDICT), {.verdict = "yes"}, {.verdict = "no"}},
        {ASKS(reason, FACT_REASON), {.reason = "yes"}, {.reason = "no"}},
        {ASKS(account, FACT_ACCOUNT), {.account = "yes"}, {.account = "no"}},
        {ASKS(domain, FACT_DOMAIN), {.domain = "yes"}, {.domain = "no"}},
        {ASKS(site, FACT_SITE), {.site = "yes"}, {.site = "no"}},
        {ASKS(form, FACT_FORM), {.form = "yes"}, {.form = "no"}},
        {ASKS(ticket_format, FACT_TICKET_FORMAT),
         {.shown.format = "yes"},
         {.shown.format = "no"}},
        {ASKS(ticket_user, FACT_TICKET_USER),
         {.shown.user = "yes"},
         {.shown.user = "no"}},
        {ASKS(ticket_pool, FACT_TICKET_POOL),
         {.shown.pool = "yes"},
         {.shown.pool = "no"}},
        {{.facts = FACT_TICKET_AGE, .ticket_age = 5},
         {.shown = {.format = "cwt", .age = 5}},
         {.shown = {.format = "cwt", .age = 4}}},
        {{.facts = FACT_TICKET_LEFT, .ticket_left = 5},
         {.shown = {.format = "cwt", .left = -1}},
         {.shown = {.format = "cwt", .left = 6}}},
        {{.facts = FACT_CONNECTION, .connection = (unsigned[]){2, 4, 0}},
         {.connection = 4},
         {.connection = 3}},
        {ASKS(status, FACT_STATUS), {.status = "yes"}, {.status = "no"}},
        {{.facts = FACT_LEG, .leg = 2}, {.leg = 2}, {.leg = 1}},
    };
    static const struct facts unknown;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_true(condition_holds(&rows[i].when, &rows[i].good));
        assert_false(condition_holds(&rows[i].when, &rows[i].bad));
        assert_false(condition_holds(&rows[i].when, &unknown));
    }
    assert_true(condition_holds(&(struct condition){0}, &unknown));
}

static void all_facts_must_hold(void **state)
{
    const char *host[] = {"lyncweb.*"};
    const char *user[] = {"alice"};
    const struct condition when = {
        .facts = FACT_HOST | FACT_USER, .host = {host, 1}, .user = {user, 1}};

    (void)state;
    assert_true(condition_holds(
        &when, &(struct facts){.host = "lyncweb.a", .user = "alice"}));
    assert_false(condition_holds(
        &when, &(struct facts){.host = "lyncweb.a", .user = "bob"}));
    assert_false(
        condition_holds(&when, &(struct facts){.host = "a", .user = "alice"}));
}

/* ---- Counting ---- */

/* What counts of the first twelve times, as a text: "1" for yes. */
static void counts(void **state)
{
    static const unsigned second_and_fifth[] = {2, 5, 0};
    static const unsigned ninth[] = {9, 0};
    static const unsigned none[] = {0};
    static const struct {
        struct condition when;
        const char *expected;
    } rows[] = {
        {{0}, "111111111111"},
        {{.first = 2}, "110000000000"},
        {{.after = 2}, "001111111111"},
        {{.every = 1}, "111111111111"},
        {{.every = 3}, "001001001001"},
        {{.requests = second_and_fifth}, "010010000000"},
        {{.requests = none}, "000000000000"},
        {{.after = 2, .first = 3}, "001110000000"},
        {{.after = 2, .every = 3}, "000010010010"},
        {{.first = 6, .every = 3}, "001001000000"},
        {{.after = 1, .first = 6, .every = 3}, "000100100000"},
        {{.first = 2, .every = 3}, "000000000000"},
        {{.requests = second_and_fifth, .after = 2}, "000010000000"},
        {{.requests = second_and_fifth, .first = 4}, "010000000000"},
        {{.requests = second_and_fifth, .every = 5}, "000010000000"},
        {{.requests = ninth, .after = 3, .first = 6, .every = 2},
         "000000001000"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char got[13] = "";

        for (uint64_t n = 1; n <= 12; n++) {
            got[n - 1] = condition_counts(&rows[i].when, n) ? '1' : '0';
        }
        if (strcmp(got, rows[i].expected) != 0) {
            fail_msg("row %zu: %s, not %s", i, got, rows[i].expected);
        }
    }
    assert_true(condition_counts(&rows[0].when, UINT64_MAX));
    assert_false(condition_counts(&rows[1].when, UINT64_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pattern),
        cmocka_unit_test(one_of_several_patterns),
        cmocka_unit_test(stars_are_not_exponential),
        cmocka_unit_test(headers_by_value_presence_and_absence),
        cmocka_unit_test(every_fact_is_asked),
        cmocka_unit_test(all_facts_must_hold),
        cmocka_unit_test(counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
