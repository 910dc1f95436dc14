/* The catalogue of rules, and what rules remember: all sheets at once. */
#include "config.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "checks/checks.h"
#include "checks/concerns.h"
#include "checks/history_auth.h"
#include "checks/list.h"
#include "util/mem.h"

#define DECLARE_SHEET(name) extern const struct rule name[];
RULES(DECLARE_SHEET)

#define SHEET_ROW(name) {#name, name},
static const struct sheet {
    const char *name;
    const struct rule *rules;
} sheets[] = {RULES(SHEET_ROW)};

/* ---- The catalogue ---- */

static size_t count_rules(void)
{
    size_t count = 0;

    while (rule_at(count)) {
        count++;
    }
    return count;
}

static void test_all_sheets_are_in_the_catalogue(void **state UNUSED)
{
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_SIZE(sheets); i++) {
        assert_non_null(sheets[i].rules->id); /* a sheet is not empty */
        for (const struct rule *rule = sheets[i].rules; rule->id; rule++) {
            assert_ptr_equal(rule_find(rule->id), rule);
            count++;
        }
    }
    assert_int_equal(count, count_rules());
}

static void test_ids_are_sorted_and_unique(void **state UNUSED)
{
    for (size_t i = 1; rule_at(i); i++) {
        assert_true(strcmp(rule_at(i - 1)->id, rule_at(i)->id) < 0);
    }
    for (size_t i = 0; i < ARRAY_SIZE(sheets); i++) {
        for (const struct rule *rule = sheets[i].rules; rule[1].id; rule++) {
            if (strcmp(rule->id, rule[1].id) >= 0) {
                fail_msg("%s: %s stands before %s", sheets[i].name, rule->id,
                         rule[1].id);
            }
        }
    }
}

/* "NT-003" */
static bool is_id(const char *id)
{
    return strlen(id) == 6 && isupper((unsigned char)id[0]) &&
           isupper((unsigned char)id[1]) && id[2] == '-' &&
           isdigit((unsigned char)id[3]) && isdigit((unsigned char)id[4]) &&
           isdigit((unsigned char)id[5]);
}

static void test_ids_have_their_form(void **state UNUSED)
{
    for (size_t i = 0; rule_at(i); i++) {
        if (!is_id(rule_at(i)->id)) {
            fail_msg("\"%s\" is no id", rule_at(i)->id);
        }
    }
}

static void assert_text(const struct rule *rule, const char *what,
                        const char *text)
{
    if (!text || !*text) {
        fail_msg("%s has no %s", rule->id, what);
    }
    for (const char *at = text; *at; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            fail_msg("%s has a control character in its %s", rule->id, what);
        }
    }
    if (isspace((unsigned char)text[0]) ||
        isspace((unsigned char)text[strlen(text) - 1])) {
        fail_msg("%s has a blank around its %s", rule->id, what);
    }
}

static void test_each_says_all(void **state UNUSED)
{
    for (size_t i = 0; rule_at(i); i++) {
        const struct rule *rule = rule_at(i);

        assert_text(rule, "title", rule->title);
        assert_text(rule, "section", rule->section);
        assert_text(rule, "doc", rule->doc);
        assert_text(rule, "good example", rule->good);
        assert_text(rule, "bad example", rule->bad);
        assert_non_null(rule_level_word(rule->level));
        if (rule->title[strlen(rule->title) - 1] == '.') {
            fail_msg("%s: its title is a line, no sentence", rule->id);
        }
        if (rule->doc[strlen(rule->doc) - 1] != '.') {
            fail_msg("%s: its doc is made of sentences", rule->id);
        }
        if (strcmp(rule->good, rule->bad) == 0) {
            fail_msg("%s: its examples are alike", rule->id);
        }
    }
}

static void test_found_in_any_case(void **state UNUSED)
{
    assert_string_equal(rule_find("ht-001")->id, "HT-001");
    assert_null(rule_find("HT-000"));
    assert_null(rule_find("HT-0011"));
    assert_null(rule_find(""));
}

static void test_a_finding_is_the_catalogues(void **state UNUSED)
{
    uint8_t long_one[1000] = {0};
    struct finding finding = check_finding(
        "NT-058", span_of(long_one, sizeof(long_one)), "the text");

    assert_string_equal(finding.rule, "NT-058");
    assert_int_equal(finding.level, FINDING_MUST);
    assert_string_equal(finding.section, rule_find("NT-058")->section);
    assert_string_equal(finding.text, "the text");
    assert_int_equal(finding.evidence.size, 256);
}

/* ---- What rules of authentication remember ---- */

static int set_up(void **state)
{
    *state = NEW(struct auth_history);
    return 0;
}

static int tear_down(void **state)
{
    auth_history_free(*state);
    return 0;
}

static void test_connections_are_bounded(void **state)
{
    struct auth_history *auth = *state;
    struct auth_conn *first = auth_conn_of(auth, 1);

    buf_add_text(&first->challenge, "challenge");
    for (uint64_t id = 2; id <= AUTH_CONNS; id++) {
        auth_conn_of(auth, id);
        assert_ptr_equal(auth_conn_of(auth, 1), first);
    }
    /* The one that nobody has looked at for longest makes room. */
    auth_conn_of(auth, AUTH_CONNS + 1);
    assert_null(auth_conn_peek(auth, 2));
    assert_string_equal(buf_text(&auth_conn_peek(auth, 1)->challenge),
                        "challenge");
    for (uint64_t id = 1000; id < 1000 + AUTH_CONNS; id++) {
        assert_int_equal(auth_conn_of(auth, id)->challenge.size, 0);
    }
    assert_null(auth_conn_peek(auth, 1));
    assert_null(auth_conn_peek(NULL, 1));
}

static void test_tables_are_bounded(void **state)
{
    struct auth_history *auth = *state;

    auth_account_of(auth, 1)->refused = 7;
    for (uint64_t digest = 2; digest <= AUTH_ACCOUNTS; digest++) {
        assert_int_equal(auth_account_of(auth, digest)->refused, 0);
    }
    assert_int_equal(auth_account_of(auth, 1)->refused, 7);
    auth_account_of(auth, AUTH_ACCOUNTS + 1);
    assert_int_equal(auth_account_of(auth, 1)->refused, 0);
}

static void test_authenticators_come_once(void **state)
{
    struct auth_history *auth = *state;
    uint8_t cipher[AUTH_AUTHENTICATOR_SIZE] = {1};
    struct span whole = span_of(cipher, sizeof(cipher));

    assert_false(auth_authenticator_seen(auth, whole));
    assert_true(auth_authenticator_seen(auth, whole));
    assert_false(auth_authenticator_seen(auth, span_slice(whole, 0, 31)));
    for (uint8_t i = 2; i < 2 + AUTH_AUTHENTICATORS; i++) {
        cipher[0] = i;
        assert_false(auth_authenticator_seen(auth, whole));
    }
    cipher[0] = 1; /* so long ago that it is forgotten */
    assert_false(auth_authenticator_seen(auth, whole));
}

static void test_nonces_belong_to_a_challenge(void **state)
{
    struct auth_history *auth = *state;
    struct span one = span_of("11111111", AUTH_NONCE_SIZE);
    struct span two = span_of("22222222", AUTH_NONCE_SIZE);

    assert_false(auth_nonce_seen(auth, one, one));
    assert_false(auth_nonce_seen(auth, one, one)); /* the same message again */
    assert_true(auth_nonce_seen(auth, one, two));
    assert_false(auth_nonce_seen(auth, two, one));
    assert_false(auth_nonce_seen(auth, span_slice(one, 0, 7), two));
}

static void test_digests(void **state UNUSED)
{
    assert_int_equal(auth_digest(0, "Alice"), auth_digest(0, "aLICE"));
    assert_int_not_equal(auth_digest(0, "alice"), auth_digest(0, "alic"));
    assert_int_not_equal(auth_digest(auth_digest(0, "a"), "bc"),
                         auth_digest(auth_digest(0, "ab"), "c"));
    assert_int_not_equal(auth_digest(0, ""), 0);
    assert_int_equal(auth_digest(0, NULL), auth_digest(0, ""));
}

/* ---- What concerns an exchange ---- */

static bool has(const struct rule_set *set, size_t index)
{
    return set->words[index / RULE_WORD_BITS] >> index % RULE_WORD_BITS & 1u;
}

/* Each combination of what some rule asks for, one trait more, one less. */
static void test_concerns_are_those_of_the_traits(void **state UNUSED)
{
    const struct rule *rules[RULE_MAX + 1] = {NULL};
    struct concerns concerns;

    for (size_t i = 0; rule_at(i); i++) {
        rules[i] = rule_at(i);
    }
    concerns_make(rules, &concerns);
    for (size_t i = 0; rules[i]; i++) {
        for (unsigned bit = 0; bit < TRAIT_BITS; bit++) {
            unsigned traits = rules[i]->on ^ 1u << bit;
            struct rule_set set;

            concerns_of(&concerns, traits, &set);
            for (size_t j = 0; j < RULE_MAX; j++) {
                assert_int_equal(has(&set, j),
                                 rules[j] &&
                                     (traits & rules[j]->on) == rules[j]->on);
            }
        }
    }
}

#define REMEMBERS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_sheets_are_in_the_catalogue),
        cmocka_unit_test(test_ids_are_sorted_and_unique),
        cmocka_unit_test(test_ids_have_their_form),
        cmocka_unit_test(test_each_says_all),
        cmocka_unit_test(test_found_in_any_case),
        cmocka_unit_test(test_a_finding_is_the_catalogues),
        cmocka_unit_test(test_concerns_are_those_of_the_traits),
        REMEMBERS(test_connections_are_bounded),
        REMEMBERS(test_tables_are_bounded),
        REMEMBERS(test_authenticators_come_once),
        REMEMBERS(test_nonces_belong_to_a_challenge),
        cmocka_unit_test(test_digests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
