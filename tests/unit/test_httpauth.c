/* Authorization and WWW-Authenticate values (RFC 9110 section 11). */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/arena.h"
#include "wire/httpauth.h"

static const struct row {
    const char *name;
    const char *value;
    enum httpauth_result result;
    const char *scheme;
    const char *text;
    const char *token;
} rows[] = {
    {"good", "NTLM YWJj", HTTPAUTH_OK, "NTLM", "YWJj", "abc"},
    {"scheme as sent", "nEgotiate YWJj", HTTPAUTH_OK, "nEgotiate", "YWJj",
     "abc"},
    {"padding", "NTLM YWI=", HTTPAUTH_OK, "NTLM", "YWI=", "ab"},
    {"padding left out", "NTLM YWI", HTTPAUTH_OK, "NTLM", "YWI", "ab"},
    {"many blanks", " \tNTLM \t YWJj \t", HTTPAUTH_OK, "NTLM", "YWJj", "abc"},
    {"scheme alone", "Negotiate", HTTPAUTH_NO_TOKEN, "Negotiate", "", ""},
    {"scheme and blank", "Negotiate ", HTTPAUTH_NO_TOKEN, "Negotiate", "", ""},
    {"empty", "", HTTPAUTH_EMPTY, "", "", ""},
    {"blank", "  ", HTTPAUTH_EMPTY, "", "", ""},
    {"noise", "NTLM !!!!", HTTPAUTH_BAD_BASE64, "NTLM", "!!!!", ""},
    {"two tokens", "NTLM YWJj YWJj", HTTPAUTH_BAD_BASE64, "NTLM", "YWJj YWJj",
     ""},
    {"one letter", "NTLM Y", HTTPAUTH_BAD_BASE64, "NTLM", "Y", ""},
    {"digest", "Digest realm=\"x\"", HTTPAUTH_BAD_BASE64, "Digest",
     "realm=\"x\"", ""},
};

static void decodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct row *row = &rows[i];
        AUTO(arena) arena = arena_new();
        struct httpauth auth;

        print_message("  %s\n", row->name);
        assert_int_equal(httpauth_decode(arena, row->value, &auth),
                         row->result);
        assert_string_equal(auth.scheme, row->scheme);
        assert_string_equal(auth.text, row->text);
        assert_true(span_equal(auth.token, span_text(row->token)));
    }
}

static void encodes(void **state)
{
    AUTO(arena) arena = arena_new();

    (void)state;
    assert_string_equal(httpauth_encode(arena, "NTLM", span_text("abc")),
                        "NTLM YWJj");
    assert_string_equal(httpauth_encode(arena, "Negotiate", SPAN_NONE),
                        "Negotiate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(encodes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
