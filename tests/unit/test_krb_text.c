/* Kerberos' names, numbers and times as text. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/arena.h"
#include "util/base64.h"
#include "wire/der.h"
#include "wire/krb.h"
#include "wire/krb_error.h"
#include "wire/krb_time.h"

static struct arena *arena;

static int set_up(void **state UNUSED)
{
    arena = arena_new();
    return 0;
}

static int tear_down(void **state UNUSED)
{
    arena_free(arena);
    return 0;
}

#define TEXT(literal)                                                          \
    {                                                                          \
        (const uint8_t *)(literal), sizeof(literal) - 1                        \
    }

static void names(void **state UNUSED)
{
    static const struct {
        struct krb_name name;
        const char *whole;
        const char *brief;
    } rows[] = {
        {{.components = {TEXT("alice")}, .count = 1, .realm = TEXT("A.TEST")},
         "alice@A.TEST",
         "alice"},
        {{.components = {TEXT("HTTP"), TEXT("a.test")}, .count = 2},
         "HTTP/a.test",
         "HTTP/a.test"},
        {{.components = {TEXT("a@b")}, .count = 1, .realm = TEXT("A.TEST")},
         "a\\@b@A.TEST",
         "a@b"},
        {{.components = {TEXT("a/b\\c")}, .count = 1, .realm = TEXT("A/B")},
         "a\\/b\\\\c@A\\/B",
         "a\\/b\\\\c"},
        {{.components = {TEXT("\0\n\t\b\a\x1b\x7f")}, .count = 1},
         "\\0\\n\\t\\b\\x07\\x1b\\x7f",
         "\\0\\n\\t\\b\\x07\\x1b\\x7f"},
        {{.count = 0}, "", ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_string_equal(krb_name_text(arena, &rows[i].name), rows[i].whole);
        assert_string_equal(krb_name_short(arena, &rows[i].name),
                            rows[i].brief);
    }
}

static void errors_by_name(void **state UNUSED)
{
    static const struct {
        const char *text;
        int32_t code; /* 0: none */
    } rows[] = {
        {"clock-skew", 37},
        {"client-revoked", 18},
        {"ticket-expired", 32},
        {"not-us", 35},
        {"modified", 41},
        {"s-principal-unknown", 7},
        {"c-principal-unknown", 6},
        {"preauth-failed", 24},
        {"preauth-required", 25},
        {"key-expired", 23},
        {"etype-nosupp", 14},
        {"response-too-big", 52},
        {"svc-unavailable", 29},
        {"wrong-realm", 68},
        {"KRB_AP_ERR_SKEW", 37},
        {"krb_ap_err_skew", 37},
        {"Kdc_Err_Key_Expired", 23},
        {"37", 37},
        {"1", 1},
        {"255", 255},
        {"256", 0},
        {"0", 0},
        {"-1", 0},
        {"", 0},
        {"skew", 0},
        {"Clock-Skew", 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int32_t code = 0;

        print_message("%s\n", rows[i].text);
        assert_int_equal(krb_error_named(rows[i].text, &code),
                         rows[i].code != 0);
        assert_int_equal(code, rows[i].code);
    }
}

/* Each word means one code, whose name means it as well. */
static void error_words_are_unique(void **state UNUSED)
{
    const char *word;
    int32_t before = 0;

    for (size_t i = 0; (word = krb_error_word_at(i)) != NULL; i++) {
        int32_t code = 0;
        int32_t named = 0;

        assert_true(krb_error_named(word, &code));
        assert_true(code > before);
        before = code;
        assert_string_equal(krb_error_word(code), word);
        assert_true(krb_error_named(krb_error_name(code), &named));
        assert_int_equal(named, code);
        assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz-2"),
                         strlen(word));
    }
    assert_null(krb_error_name(30));
    assert_null(krb_error_word(30));
}

static void numbers_have_names(void **state UNUSED)
{
    assert_string_equal(krb_etype_name(18), "aes256-cts-hmac-sha1-96");
    assert_string_equal(krb_etype_name(3), "des-cbc-md5");
    assert_null(krb_etype_name(0));
    assert_string_equal(krb_checksum_name(0x8003), "gss-api");
    assert_string_equal(krb_padata_name(2), "PA-ENC-TIMESTAMP");
    assert_string_equal(krb_authdata_name(128), "AD-WIN2K-PAC");
    assert_string_equal(krb_ticket_flag_name(9), "initial");
    assert_null(krb_ticket_flag_name(0));
    assert_string_equal(krb_kdc_option_name(15), "canonicalize");
    assert_string_equal(krb_ap_option_name(2), "mutual-required");
    assert_string_equal(krb_message_name(KRB_TGS_REQ), "TGS-REQ");
    assert_null(krb_message_name(KRB_NONE));
}

/* GSS_C_..._FLAG of RFC 2744, RFC 4757, RFC 5896 and MIT's headers. */
static void gss_flags(void **state UNUSED)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } rows[] = {
        {0x1, "deleg"},
        {0x2, "mutual"},
        {0x4, "replay"},
        {0x8, "sequence"},
        {0x10, "conf"},
        {0x20, "integ"},
        {0x40, "anon"},
        {0x80, "prot-ready"},
        {0x100, "trans"},
        {0x800, "channel-bound"},
        {0x1000, "dce-style"},
        {0x2000, "identify"},
        {0x4000, "extended-error"},
        {0x8000, "deleg-policy"},
    };
    uint32_t named = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        unsigned bit = (unsigned)__builtin_ctz(rows[i].flag);

        assert_string_equal(krb_gss_flag_name(bit), rows[i].name);
        named |= rows[i].flag;
    }
    for (unsigned bit = 0; bit < 32; bit++) {
        assert_int_equal(krb_gss_flag_name(bit) != NULL, named >> bit & 1);
    }
}

static void times(void **state UNUSED)
{
    static const struct {
        const char *text;
        int64_t time; /* -1: none */
    } rows[] = {
        {"19700101000000Z", 0},
        {"19700101000001Z", 1},
        {"20000229235959Z", 951868799},
        {"20130601120000Z", 1370088000},
        {"20380119031408Z", INT64_C(2147483648)},
        {"20370913024805Z", 2136422885},
        {"21000228000000Z", INT64_C(4107456000)},
        {"99991231235959Z", INT64_C(253402300799)},
        {"19691231235959Z", -1},
        {"21000229000000Z", -1},
        {"20130431000000Z", -1},
        {"20130001000000Z", -1},
        {"20130100000000Z", -1},
        {"20131301000000Z", -1},
        {"20130601240000Z", -1},
        {"20130601126000Z", -1},
        {"20130601120060Z", -1},
        {"20130601120000", -1},
        {"20130601120000z", -1},
        {"201306011200000", -1},
        {"20130601120000.0Z", -1},
        {"2013060112000Z", -1},
        {"2013-601120000Z", -1},
        {"", -1},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t time = -1;
        AUTO_BUF out = {0};

        assert_int_equal(krb_time_parse(span_text(rows[i].text), &time),
                         rows[i].time >= 0);
        assert_int_equal(time, rows[i].time);
        if (time >= 0) {
            krb_time_add(&out, time);
            assert_string_equal(buf_text(&out), rows[i].text);
        }
    }
    assert_string_equal(krb_time_text(arena, 1370088000),
                        "2013-06-01T12:00:00Z");
    assert_string_equal(krb_time_text(arena, INT64_MIN),
                        "1970-01-01T00:00:00Z");
    assert_string_equal(krb_time_text(arena, INT64_MAX),
                        "9999-12-31T23:59:59Z");
}

/* Each first of a month, and the second before, for four centuries. */
static void times_there_and_back(void **state UNUSED)
{
    for (int month = 1; month < 400 * 12; month++) {
        char text[16];
        int64_t time = 0;
        AUTO_BUF before = {0};
        AUTO_BUF at = {0};

        snprintf(text, sizeof(text), "%04d%02d01000000Z", 1970 + month / 12,
                 month % 12 + 1);
        assert_true(krb_time_parse(span_text(text), &time));
        krb_time_add(&at, time);
        assert_string_equal(buf_text(&at), text);
        krb_time_add(&before, time - 1);
        assert_string_equal(buf_text(&before) + 8, "235959Z");
    }
}

static void integers(void **state UNUSED)
{
    static const struct {
        const char *content;
        int64_t number;
        bool good;
        bool shortest;
    } rows[] = {
        {"00", 0, true, true},
        {"7f", 127, true, true},
        {"0080", 128, true, true},
        {"ff", -1, true, true},
        {"80", -128, true, true},
        {"ff7f", -129, true, true},
        {"00ffffffff", UINT32_MAX, true, true},
        {"7fffffffffffffff", INT64_MAX, true, true},
        {"8000000000000000", INT64_MIN, true, true},
        {"00000000000000000005", 5, true, false},
        {"ffffffffffffffffffff", -1, true, false},
        {"ffff80", -128, true, false},
        {"", 0, false, false},
        {"008000000000000000", 0, false, false},
        {"ff7fffffffffffffff", 0, false, false},
        {"010000000000000000", 0, false, false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct span content = SPAN_NONE;
        int64_t number = 0;
        AUTO_BUF out = {0};

        assert_true(hex_decode(arena, rows[i].content, &content));
        assert_int_equal(der_integer(content, &number), rows[i].good);
        assert_int_equal(number, rows[i].number);
        der_add_integer(&out, rows[i].number);
        if (rows[i].shortest) {
            buf_drop(&out, 2);
            assert_true(span_equal(buf_span(&out), content));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(errors_by_name),
        cmocka_unit_test(error_words_are_unique),
        cmocka_unit_test(numbers_have_names),
        cmocka_unit_test(gss_flags),
        cmocka_unit_test(times),
        cmocka_unit_test(times_there_and_back),
        cmocka_unit_test(integers),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
