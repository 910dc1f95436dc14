/* Golden traces: what is new in every run, what differs, and why. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/golden_why.h"
#include "cli/golden_words.h"
#include "util/attr.h"
#include "util/base64.h"
#include "util/diff.h"
#include "util/env.h"

static void test_words(void **state UNUSED)
{
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"", ""},
        {"curl/7.88.1", "curl/7.88.1"},
        {"uuid:1E2f3a4b-0000-4000-8000-0123456789ab", "uuid:{guid}"},
        {"2026-11-26T01:33:01.348Z", "{time}"},
        {"2026-11-26T01:33:01+01:00 x", "{time} x"},
        {"Sun, 06 Nov 1994 08:49:37 GMT", "{time}"},
        {"***(8 bytes)", "{secret}"},
        {"lyncweb.contoso.test:8443/a", "lyncweb.{domain}:{port}/a"},
        {"[::1]:8443", "[::1]:{port}"},
        {"a:b", "a:b"},
        {"urn:1", "urn:{port}"},
        {"deadbeef0123", "{hex}"},
        {"deadbeef", "deadbeef"},
        {"1234", "1234"},
        {"12345", "{number}"},
        {"\"Qhf/kCZ7ySL4gRgfabUD+wunFQkEIf2QC8czA6krmyw=\"", "\"{token}\""},
        {"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.x1", "{token}"},
        {"WebTicketServiceWinNegotiate", "WebTicketServiceWinNegotiate"},
        {"http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue",
         "http://docs.oasis-open.org/ws-sx/ws-trust/{number}/RST/Issue"},
        {"https://x/Autodiscover/AutodiscoverService.svc/root/user",
         "https://x/Autodiscover/AutodiscoverService.svc/root/user"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_BUF out = {0};

        golden_words(&out, span_text(rows[i].text), "contoso.test");
        assert_string_equal(buf_text(&out), rows[i].expected);
    }
}

/* Nonces of every usual size, in Base64: none is taken for a word. */
static void test_random(void **state UNUSED)
{
    static const size_t sizes[] = {16, 20, 32, 64, 256};
    struct env env;
    size_t missed = 0;

    env_system(&env, 7);
    for (size_t n = 0; n < 10000; n++) {
        uint8_t bytes[256];
        AUTO_BUF text = {0};
        AUTO_BUF out = {0};

        env_random(&env, bytes, sizeof(bytes));
        base64_add(&text, span_of(bytes, sizes[n % ARRAY_SIZE(sizes)]));
        golden_words(&out, buf_span(&text), NULL);
        missed += strcmp(buf_text(&out), "{token}") != 0;
    }
    assert_int_equal(missed, 0);
}

/* What a peer sends is looked at once, however many may begin there. */
static void test_signs(void **state UNUSED)
{
    enum { MANY = 1024 * 1024 };
    AUTO_BUF text = {0};
    AUTO_BUF out = {0};

    memset(buf_reserve(&text, MANY), '=', MANY);
    buf_commit(&text, MANY);
    golden_words(&out, buf_span(&text), NULL);
    assert_true(span_equal(buf_span(&out), buf_span(&text)));
}

static void test_diff(void **state UNUSED)
{
    static const struct {
        const char *before;
        const char *after;
        const char *expected;
    } rows[] = {
        {"", "", ""},
        {"a\nb\n", "a\nb\n", ""},
        {"a\n", "", "@@ -1,1 +0,0 @@\n-a\n"},
        {"", "a\n", "@@ -0,0 +1,1 @@\n+a\n"},
        {"a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
         "@@ -7,3 +7,4 @@\n 7\n 8\n 9\n+10\n"},
        {"x\n1\n2\n3\n4\n5\n6\n7\n8\ny\n", "1\n2\n3\n4\n5\n6\n7\n8\n",
         "@@ -1,4 +1,3 @@\n-x\n 1\n 2\n 3\n@@ -7,4 +6,3 @@\n 6\n 7\n 8\n-y\n"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_BUF out = {0};

        diff_unified(&out, span_text(rows[i].before), span_text(rows[i].after));
        assert_string_equal(buf_text(&out), rows[i].expected);
    }
}

/* Too long to be compared line by line: told as one, and at once. */
static void test_long_diff(void **state UNUSED)
{
    AUTO_BUF before = {0};
    AUTO_BUF after = {0};
    AUTO_BUF out = {0};

    for (int i = 0; i < 5000; i++) {
        buf_printf(&before, "a%d\n", i);
        buf_printf(&after, "b%d\n", i);
    }
    diff_unified(&out, buf_span(&before), buf_span(&after));
    assert_true(span_starts(buf_span(&out), "@@ -1,5000 +1,5000 @@\n-a0\n-a1"));
}

#define ROOT "GET https://d/\n  Host: d\n  User-Agent: a\n  answered 200\n\n"
#define TICKET                                                                 \
    "POST https://w/t\n  Host: w\n  auth ntlm leg 1\n  | <a>\n  answered "     \
    "401\n\n"

static void test_why(void **state UNUSED)
{
    static const struct {
        const char *before;
        const char *after;
        const char *expected;
    } rows[] = {
        {ROOT TICKET, ROOT ROOT TICKET,
         "+ 1 request without credentials: GET https://d/"},
        {ROOT TICKET, ROOT TICKET TICKET, "+ 1 request: POST https://w/t"},
        {ROOT TICKET, TICKET,
         "- 1 request without credentials: GET https://d/"},
        {ROOT, "", "- 1 request without credentials: GET https://d/"},
        {ROOT, "GET https://d/\n  Host: d\n  User-Agent: b\n  answered 200\n\n",
         "User-Agent of request 1 is \"b\", was \"a\""},
        {ROOT, "GET https://d/\n  Host: d\n  answered 200\n\n",
         "User-Agent of request 1 is gone"},
        {ROOT,
         "GET https://d/\n  Host: d\n  User-Agent: a\n  X: 1\n  answered "
         "200\n\n",
         "X of request 1 is new"},
        {ROOT, "GET https://d/\n  User-Agent: a\n  Host: d\n  answered 200\n\n",
         "body or order of headers of request 1 changed"},
        {TICKET,
         "POST https://w/t\n  Host: w\n  auth ntlm leg 1\n  | <b>\n  answered "
         "401\n\n",
         "body or order of headers of request 1 changed"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();

        assert_string_equal(golden_why(arena, span_text(rows[i].before),
                                       span_text(rows[i].after)),
                            rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),     cmocka_unit_test(test_random),
        cmocka_unit_test(test_signs),     cmocka_unit_test(test_diff),
        cmocka_unit_test(test_long_diff), cmocka_unit_test(test_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
