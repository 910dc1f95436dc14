/* The probe's Kerberos: names, errors in words, what Negotiate says, and the
 * proof in a mutual token. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/kerberos.h"
#include "probe/negotiate.h"
#include "util/base64.h"
#include "wire/spnego.h"

static void makes_principals(void **state UNUSED)
{
    static const struct {
        const char *user;
        bool is_sip;
        const char *realm; /* of krb5.conf; NULL: none */
        const char *principal;
    } rows[] = {
        {"alice", false, "CONTOSO.TEST", "alice@CONTOSO.TEST"},
        {"CONTOSO\\alice", false, "CONTOSO.TEST", "alice@CONTOSO.TEST"},
        {"CONTOSO/alice", false, "CONTOSO.TEST", "alice@CONTOSO.TEST"},
        {"alice@contoso.test", false, "CONTOSO.TEST", "alice@CONTOSO.TEST"},
        /* A UPN of another realm is not ours to change ... */
        {"alice@other.test", false, "CONTOSO.TEST", "alice@OTHER.TEST"},
        /* ... but SIP domains need not be realms. */
        {"alice@sip.test", true, "CONTOSO.TEST", "alice@CONTOSO.TEST"},
        {"alice@sip.test", true, NULL, "alice@SIP.TEST"},
        {"alice@contoso.test", false, "Contoso.Test", "alice@Contoso.Test"},
        {"alice", false, NULL, "alice"},
        {"a@b@c.test", false, "C.TEST", "a@b@C.TEST"},
        {"", false, "C.TEST", "@C.TEST"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        const struct kerberos_setup setup = {.user = rows[i].user,
                                             .is_sip = rows[i].is_sip};

        print_message("%s\n", rows[i].user);
        assert_string_equal(kerberos_principal(arena, &setup, rows[i].realm),
                            rows[i].principal);
    }
}

static void names_errors(void **state UNUSED)
{
    static const struct {
        int32_t code;
        const char *text;
        const char *advice; /* begins so; NULL: none */
    } rows[] = {
        {6, "the KDC does not know the user (KDC_ERR_C_PRINCIPAL_UNKNOWN, 6)",
         "--user"},
        {18,
         "the account is disabled or locked out (KDC_ERR_CLIENT_REVOKED, 18)",
         "enabling"},
        {37, "the clocks differ by more than is allowed (KRB_AP_ERR_SKEW, 37)",
         "setting the clocks"},
        {34,
         "the server takes the request for a replay (KRB_AP_ERR_REPEAT, 34)",
         NULL},
        {46, "refused (KRB_AP_ERR_MUT_FAIL, 46)", NULL},
        {4711, "refused (error, 4711)", NULL},
        {-1, "refused (error, -1)", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        const char *advice = kerberos_error_advice(rows[i].code);

        assert_string_equal(kerberos_error_text(arena, rows[i].code),
                            rows[i].text);
        if (rows[i].advice) {
            assert_ptr_equal(strstr(advice, rows[i].advice), advice);
        } else {
            assert_null(advice);
        }
    }
}

/* ---- Negotiate ---- */

static struct negotiate_told told_by(struct arena *arena, const char *value)
{
    const struct http_answer answer = {
        .field_count = 2,
        .fields = {{"Www-Authenticate", "NTLM"}, {"WWW-AUTHENTICATE", value}},
    };
    struct negotiate_told told;

    negotiate_read(arena, &answer, &told);
    return told;
}

/* An AP-REP of RFC 4120 section 5.5.2 with two bytes of cipher. */
static const uint8_t ap_rep[] = {
    0x6f, 0x1a, 0x30, 0x18, 0xa0, 0x03, 0x02, 0x01, 0x05, 0xa1,
    0x03, 0x02, 0x01, 0x0f, 0xa2, 0x0c, 0x30, 0x0a, 0xa0, 0x03,
    0x02, 0x01, 0x12, 0xa2, 0x03, 0x04, 0x01, 0x58,
};

static const char *wrapped(struct arena *arena, const struct spnego_resp *resp)
{
    AUTO_BUF out = {0};

    spnego_encode_resp(&out, resp);
    return arena_printf(arena, "negotiate %s",
                        base64_text(arena, buf_span(&out)));
}

static void reads_mutual_tokens(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF framed = {0};
    struct spnego_resp resp = {
        .has_state = true,
        .has_mech = true,
        .supported_mech = SPNEGO_OID_MS_KRB5,
        .has_token = true,
        .response_token = span_of(ap_rep, sizeof(ap_rep)),
    };
    struct negotiate_told told = told_by(arena, wrapped(arena, &resp));

    assert_true(told.token && told.readable && told.kerberos);
    assert_true(told.has_reply && !told.has_error && told.has_state);
    assert_int_equal(told.state, SPNEGO_ACCEPT_COMPLETED);
    assert_int_equal(told.reply.etype, 18);
    assert_int_equal(told.reply.cipher.size, 1);

    krb_encode_gss_token(&framed, SPNEGO_OID_KRB5, KRB_TOKEN_AP_REP,
                         span_of(ap_rep, sizeof(ap_rep)));
    resp.response_token = buf_span(&framed);
    told = told_by(arena, wrapped(arena, &resp));
    assert_true(told.has_reply);
    /* Raw: requests-kerberos' servers, and ours where a client was raw. */
    told = told_by(arena, arena_printf(arena, "Negotiate %s",
                                       base64_text(arena, buf_span(&framed))));
    assert_true(told.readable && told.has_reply && !told.has_state);
}

static void reads_errors(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF error = {0};
    AUTO_BUF framed = {0};
    const struct krb_error skew = {
        .code = 37,
        .server_time = 1700000000,
        .service = {.type = KRB_NT_SRV_INST,
                    .components = {span_text("HTTP"), span_text("x")},
                    .count = 2,
                    .realm = span_text("CONTOSO.TEST")},
    };
    const struct spnego_resp resp = {
        .has_state = true,
        .state = SPNEGO_REJECT,
        .has_token = true,
    };
    struct spnego_resp with = resp;
    struct negotiate_told told;

    krb_encode_error(&error, &skew);
    krb_encode_gss_token(&framed, SPNEGO_OID_KRB5, KRB_TOKEN_ERROR,
                         buf_span(&error));
    with.response_token = buf_span(&framed);
    told = told_by(arena, wrapped(arena, &with));
    assert_true(told.readable && told.has_error && !told.has_reply);
    assert_int_equal(told.error.code, 37);
    assert_int_equal(told.error.server_time, 1700000000);
    assert_int_equal(told.state, SPNEGO_REJECT);
    assert_null(told.mech);
}

static void reads_other_mechanisms(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    const struct spnego_resp ntlm = {
        .has_state = true,
        .state = SPNEGO_ACCEPT_INCOMPLETE,
        .has_mech = true,
        .supported_mech = SPNEGO_OID_NTLM,
        .has_token = true,
        .response_token = span_text("NTLMSSP"),
    };
    struct negotiate_told told = told_by(arena, wrapped(arena, &ntlm));

    assert_true(told.readable && !told.kerberos && !told.has_reply);
    assert_string_equal(told.mech, spnego_mech_of(SPNEGO_OID_NTLM)->name);
}

static void survives_what_is_no_token(void **state UNUSED)
{
    static const struct {
        const char *value;
        bool token;
    } rows[] = {
        {"Negotiate", false},      {"Negotiate ", false},
        {"NegotiateX abc", false}, {"Negotiate *", true},
        {"Negotiate AAAA", true},  {"Negotiate YA==", true},
        {"Negotiate oQ==", true},  {"Negotiate oQUwA6ADCg==", true},
        {"Negotiate bw==", true},  {"Negotiate fgA=", true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        struct negotiate_told told = told_by(arena, rows[i].value);

        print_message("%s\n", rows[i].value);
        assert_int_equal(told.token, rows[i].token);
        assert_false(told.readable || told.has_reply || told.has_error);
    }
}

/* ---- The library, without a KDC ---- */

/* A cache that is not there is told of, and frees what there is. */
static void says_what_is_missing(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    AUTO(kerberos) kerberos = NULL;
    const struct kerberos_setup setup = {
        .arena = arena,
        .krb5_conf = "/dev/null",
        .ccache = "FILE:/nonexistent/cache",
        .user = "alice",
        .deadline = INT64_MAX,
    };
    struct kerberos_trouble trouble;

    assert_false(kerberos_new(&setup, &kerberos, &trouble));
    assert_string_equal(
        trouble.reason,
        "no ticket in the credential cache FILE:/nonexistent/cache: there is "
        "no ticket: the user has none");
    assert_false(trouble.too_late);
    assert_false(kerberos_is_stuck(kerberos));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_principals),
        cmocka_unit_test(names_errors),
        cmocka_unit_test(reads_mutual_tokens),
        cmocka_unit_test(reads_errors),
        cmocka_unit_test(reads_other_mechanisms),
        cmocka_unit_test(survives_what_is_no_token),
        cmocka_unit_test(says_what_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
