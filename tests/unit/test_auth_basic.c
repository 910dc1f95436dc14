/* HTTP Basic (RFC 7617): names and passwords in clear. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth_fixture.h"

static int set_up(void **state)
{
    return auth_set_up(state, "basic");
}

/* The rules that were broken, newest first: "BA-003 BA-001". */
static const char *rules(struct fixture *f)
{
    const char *all = "";

    for (const struct finding *n = f->outcome.findings; n; n = n->next) {
        all = arena_printf(f->arena, "%s%s%s", all, *all ? " " : "", n->rule);
    }
    return all;
}

static void accepts(void **state)
{
    static const struct {
        const char *token;
        const char *user;
        const char *name;
        const char *charset;
        const char *rules;
    } rows[] = {
        {"alice:" PASSWORD, "alice", "alice", "UTF-8", ""},
        {"CONTOSO\\alice:" PASSWORD, "alice", "CONTOSO\\alice", "UTF-8", ""},
        {"alice@contoso.test:" PASSWORD, "alice", "alice@contoso.test", "UTF-8",
         ""},
        {"j\xc3\xb6rg:P\xc3\xa4ssw\xc3\xb6rd1", "j\xc3\xb6rg", "j\xc3\xb6rg",
         "UTF-8", ""},
        {"j\xf6rg:P\xe4ssw\xf6rd1", "j\xc3\xb6rg", "j\xc3\xb6rg", "ISO-8859-1",
         "BA-002"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("  %s\n", rows[i].token);
        step(f, span_text(rows[i].token));
        assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
        assert_string_equal(f->outcome.user->name, rows[i].user);
        assert_string_equal(f->outcome.mechanism, "basic");
        assert_string_equal(f->outcome.report.name, rows[i].name);
        assert_false(f->outcome.report.ntlm.present);
        assert_string_equal(note(f, "basic.charset"), rows[i].charset);
        assert_string_equal(rules(f), rows[i].rules);
        assert_int_equal(f->outcome.token_out.size, 0);
        assert_true(f->outcome.counts);
    }
}

static void refuses(void **state)
{
    static const struct {
        const char *token;
        enum auth_reason reason;
    } rows[] = {
        {"alice:", AUTH_REASON_WRONG_PASSWORD},
        {"alice::" PASSWORD, AUTH_REASON_WRONG_PASSWORD},
        {"alice:passw0rd!", AUTH_REASON_WRONG_PASSWORD},
        {"alice:" PASSWORD "x", AUTH_REASON_WRONG_PASSWORD},
        {":", AUTH_REASON_UNKNOWN_USER},
        {"nobody:" PASSWORD, AUTH_REASON_UNKNOWN_USER},
        {"FABRIKAM\\alice:" PASSWORD, AUTH_REASON_UNKNOWN_USER},
        {"locked:wrong", AUTH_REASON_LOCKED},
        {"disabled:" PASSWORD, AUTH_REASON_DISABLED},
        {"disabled:wrong", AUTH_REASON_WRONG_PASSWORD},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("  %s\n", rows[i].token);
        step(f, span_text(rows[i].token));
        assert_refused(f, rows[i].reason);
        assert_string_equal(rules(f), "");
    }
}

static void tells_what_is_no_name_and_password(void **state)
{
    static const struct {
        struct span token;
        const char *why;
    } rows[] = {
        {{(const uint8_t *)"", 0}, "no colon"},
        {{(const uint8_t *)"alice", 5}, "no colon"},
        {{(const uint8_t *)"a\0:b", 4}, "control characters"},
        {{(const uint8_t *)"a:b\n", 4}, "control characters"},
        {{(const uint8_t *)"a:b\x7f", 4}, "control characters"},
        {{(const uint8_t *)"a\0l\0:\0p\0", 8}, "control characters"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        step(f, rows[i].token);
        assert_int_equal(f->outcome.verdict, AUTH_INVALID);
        assert_int_equal(f->outcome.reason, AUTH_REASON_BAD_TOKEN);
        assert_string_equal(rules(f), "BA-001");
        assert_string_equal(note(f, "basic.error"), rows[i].why);
        assert_false(f->outcome.counts);
    }
}

static void finds_fault_with_plain_http(void **state)
{
    struct fixture *f = *state;

    f->ctx.certificate_hash = SPAN_NONE;
    step(f, span_text("alice:" PASSWORD));
    assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
    assert_string_equal(rules(f), "BA-003");
    step(f, span_text("alice"));
    assert_string_equal(rules(f), "BA-001 BA-003");
}

static void keeps_the_password_to_itself(void **state)
{
    struct fixture *f = *state;

    step(f, span_text("alice:" PASSWORD));
    for (const struct auth_note *n = f->outcome.notes; n; n = n->next) {
        assert_null(strstr(n->text, PASSWORD));
    }
}

static void names_its_realm(void **state)
{
    struct fixture *f = *state;

    assert_true(f->method->per_request);
    assert_string_equal(f->method->parameters(f->arena, f->world),
                        "realm=\"contoso.test\", charset=\"UTF-8\"");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(accepts),
        TEST(refuses),
        TEST(tells_what_is_no_name_and_password),
        TEST(finds_fault_with_plain_http),
        TEST(keeps_the_password_to_itself),
        TEST(names_its_realm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
