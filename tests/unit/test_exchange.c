/* Exchanges: headers, replies, effects, remarks, life time. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/exchange.h"

static struct exchange *make(void)
{
    struct conn_facts conn = {.id = 7, .peer = "127.0.0.1:9", .sni = "a.test"};

    return exchange_new(3, &conn);
}

static void keeps_its_own_facts(void **state)
{
    char sni[] = "lyncweb.contoso.test";
    struct conn_facts conn = {.id = 7, .peer = "127.0.0.1:9", .sni = sni};
    struct exchange *ex = exchange_new(3, &conn);

    (void)state;
    memset(sni, 'x', sizeof(sni) - 1);
    conn.id = 8;
    assert_int_equal(ex->conn->id, 7);
    assert_string_equal(ex->conn->sni, "lyncweb.contoso.test");
    assert_ptr_equal(ex->facts.conn, ex->conn);
    exchange_unref(ex);
}

static void headers_keep_order_and_repeat(void **state)
{
    struct exchange *ex = make();
    struct headers headers = {0};

    (void)state;
    for (int i = 0; i < 40; i++) {
        headers_add(&headers, ex->arena, i % 2 ? "Odd" : "Even",
                    i == 1 ? "first" : "later");
    }
    assert_int_equal(headers.count, 40);
    assert_string_equal(headers_get(&headers, "ODD"), "first");
    headers_set(&headers, ex->arena, "even", "one");
    assert_int_equal(headers.count, 21);
    assert_string_equal(headers_get(&headers, "Even"), "one");
    headers_remove(&headers, "odd");
    assert_int_equal(headers.count, 1);
    assert_null(headers_get(&headers, "Odd"));
    exchange_unref(ex);
}

static void a_new_reply_forgets_the_old_one(void **state)
{
    struct exchange *ex = make();

    (void)state;
    exchange_reply(ex, 200);
    exchange_header(ex, "X-One", "%d", 1);
    exchange_body(ex, "text/plain", span_text("hello"));
    assert_string_equal(headers_get(&ex->reply.headers, "x-one"), "1");
    exchange_reply(ex, 404);
    assert_int_equal(ex->reply.status, 404);
    assert_int_equal(ex->reply.headers.count, 0);
    assert_int_equal(ex->reply.body.size, 0);
    assert_non_null(strstr(ex->reply.file, "test_exchange.c"));
    exchange_unref(ex);
}

static void count_up(void *data)
{
    ++*(int *)data;
}

static void effects_happen_once_or_never(void **state)
{
    struct exchange *ex = make();
    int committed = 0;

    (void)state;
    exchange_effect(ex, count_up, &committed);
    exchange_effect(ex, count_up, &committed);
    assert_int_equal(committed, 0);
    exchange_commit(ex);
    exchange_commit(ex);
    assert_int_equal(committed, 2);
    exchange_effect(ex, count_up, &committed);
    exchange_forget(ex);
    exchange_commit(ex);
    assert_int_equal(committed, 2);
    exchange_unref(ex);
}

static void remarks_and_findings_are_copied(void **state)
{
    struct exchange *ex = make();
    struct finding finding = {.rule = "HA-001", .text = "wrong"};
    char text[] = "secret";

    (void)state;
    exchange_remark(ex, "a", "%s-%d", "x", 1);
    exchange_secret(ex, "b", text);
    exchange_finding(ex, &finding);
    finding.rule = "HA-002";
    exchange_finding(ex, &finding);
    memset(text, 'x', strlen(text));
    assert_string_equal(ex->remarks->text, "secret");
    assert_true(ex->remarks->secret);
    assert_string_equal(ex->remarks->next->text, "x-1");
    assert_false(ex->remarks->next->secret);
    assert_string_equal(ex->findings->rule, "HA-002");
    assert_string_equal(ex->findings->next->rule, "HA-001");
    exchange_unref(ex);
}

static size_t findings_of(const struct exchange *ex)
{
    size_t count = 0;

    for (const struct finding *f = ex->findings; f; f = f->next) {
        count++;
    }
    return count;
}

static void findings_of_one_rule_are_bounded(void **state)
{
    struct exchange *ex = make();
    char rule[] = "WT-014"; /* ids are told apart by their text */
    const struct finding one = {.rule = "WT-014", .text = "wrong"};
    const struct finding same = {.rule = rule, .text = "wrong"};
    const struct finding other = {.rule = "WT-015", .text = "wrong, too"};

    (void)state;
    for (int i = 0; i < EXCHANGE_FINDINGS_MAX; i++) {
        exchange_finding(ex, i % 2 ? &one : &same);
    }
    assert_int_equal(findings_of(ex), EXCHANGE_FINDINGS_MAX);
    exchange_finding(ex, &one);
    assert_int_equal(findings_of(ex), EXCHANGE_FINDINGS_MAX);
    exchange_finding(ex, &other);
    assert_int_equal(findings_of(ex), EXCHANGE_FINDINGS_MAX + 1);
    assert_string_equal(ex->findings->rule, "WT-015");
    exchange_unref(ex);
}

static void lives_until_the_last_reference(void **state)
{
    struct exchange *ex = make();

    (void)state;
    assert_ptr_equal(exchange_ref(ex), ex);
    exchange_unref(ex);
    assert_int_equal(ex->id, 3);
    exchange_unref(ex);
    exchange_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_its_own_facts),
        cmocka_unit_test(headers_keep_order_and_repeat),
        cmocka_unit_test(a_new_reply_forgets_the_old_one),
        cmocka_unit_test(effects_happen_once_or_never),
        cmocka_unit_test(remarks_and_findings_are_copied),
        cmocka_unit_test(findings_of_one_rule_are_bounded),
        cmocka_unit_test(lives_until_the_last_reference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
