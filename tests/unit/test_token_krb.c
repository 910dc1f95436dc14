/* Kerberos tokens as JSON: closed, opened, and what cannot be. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json_reader.h"
#include "krb_capture.h"
#include "krb_fixture.h"
#include "wire/krb.h"
#include "wire/spnego.h"
#include "wire/token.h"

static const char *described(struct span token, const struct token_view *view)
{
    AUTO_BUF out = {0};
    struct json json;

    json_init(&json, &out);
    token_describe(arena, NULL, token, view, &json);
    return arena_text(arena, buf_span(&out));
}

/* ---- Whole ---- */

#define AP_REQ_HEAD                                                            \
    "{\"kind\":\"kerberos\",\"mech\":\"Kerberos\",\"tokId\":\"0x0100\","       \
    "\"type\":\"AP-REQ\",\"apOptions\":\"0x20000000\","                        \
    "\"apOptionNames\":[\"mutual-required\"],\"ticket\":{"                     \
    "\"service\":\"HTTP/lyncweb.contoso.test@CONTOSO.TEST\","                  \
    "\"etype\":\"aes256-cts-hmac-sha1-96\",\"kvno\":1,\"size\":359"
#define AUTHENTICATOR_HEAD                                                     \
    "\"authenticator\":{\"etype\":\"aes256-cts-hmac-sha1-96\",\"size\":193"
#define AES256_KEY "{\"type\":\"aes256-cts-hmac-sha1-96\",\"size\":32}"

static void a_closed_token(void **state UNUSED)
{
    const struct token_view view = {.secrets = true};

    assert_string_equal(described(hex(AP_REQ_TOKEN), &view),
                        AP_REQ_HEAD "}," AUTHENTICATOR_HEAD "}}");
}

static void an_opened_token(void **state UNUSED)
{
    const struct kcrypt_key keys[] = {
        {17, hex("00")}, {18, hex(KRBTGT_KEY)}, {18, hex(SERVICE_KEY)}};
    const struct krb_opener opener = {kcrypt, keys, ARRAY_SIZE(keys)};
    struct token_view view = {.opener = &opener};

    assert_string_equal(
        described(hex(AP_REQ_TOKEN), &view), AP_REQ_HEAD
        ",\"opened\":{\"client\":\"alice@CONTOSO.TEST\","
        "\"flags\":\"0x00290000\",\"flagNames\":[\"pre-authent\","
        "\"transited-policy-checked\",\"enc-pa-rep\"],\"key\":" AES256_KEY
        ",\"authtime\":\"2026-11-25T19:07:07Z\","
        "\"endtime\":\"2026-11-26T19:07:07Z\",\"authorizationData\":["
        "{\"type\":\"AD-IF-RELEVANT\",\"size\":162,\"elements\":["
        "{\"type\":\"AD-WIN2K-PAC\",\"size\":144}]}]}}," AUTHENTICATOR_HEAD
        ",\"opened\":{\"client\":\"alice@CONTOSO.TEST\","
        "\"ctime\":\"2026-11-25T19:07:07Z\",\"cusec\":993587,"
        "\"checksum\":{\"type\":\"gss-api\",\"size\":24,"
        "\"flags\":\"0x00000132\",\"flagNames\":[\"mutual\",\"conf\","
        "\"integ\",\"trans\"],"
        "\"channelBindings\":\"c1c9593c28e65aa9bbe41bd2def36562\"},"
        "\"subkey\":" AES256_KEY ",\"seqNumber\":745384938}}}");
    view.secrets = true;
    assert_non_null(strstr(described(hex(AP_REQ_TOKEN), &view),
                           "\"key\":{\"type\":\"aes256-cts-hmac-sha1-96\","
                           "\"size\":32,\"hex\":\""));
}

/* ---- In parts ---- */

static const struct {
    const char *name;
    const char *token;
    const char *key; /* of AES-256; NULL: none is given, nor an opener */
    const char *has[5];
} rows[] = {
    {"a wrong key",
     AP_REQ_TOKEN,
     KRBTGT_KEY,
     {"\"size\":359,\"opened\":{\"error\":\"was made with another key, or "
      "changed since\"}},\"authenticator\":{\"etype\":"
      "\"aes256-cts-hmac-sha1-96\",\"size\":193}}"}},
    {"no key of the type",
     AP_REQ_TOKEN,
     "",
     {"\"opened\":{\"error\":\"there is no key of this encryption type\"}"}},
    {"AP-REP",
     AP_REP_TOKEN,
     NULL,
     {"\"tokId\":\"0x0200\",\"type\":\"AP-REP\",\"encPart\":{\"etype\":"
      "\"aes256-cts-hmac-sha1-96\",\"size\":"}},
    {"KRB-ERROR in a token",
     AP_ERROR_TOKEN,
     NULL,
     {"\"tokId\":\"0x0300\",\"type\":\"KRB-ERROR\",\"code\":44,"
      "\"name\":\"KRB_AP_ERR_BADKEYVER\",\"stime\":\"2026-11-25T19:06:56Z\"",
      "\"service\":\"HTTP/lyncweb.contoso.test@CONTOSO.TEST\""}},
    {"KRB-ERROR of the KDC",
     PREAUTH_REQUIRED,
     NULL,
     {"{\"kind\":\"kerberos\",\"type\":\"KRB-ERROR\",\"code\":25,",
      "\"client\":\"alice@CONTOSO.TEST\"", "\"eText\":\"NEEDED_PREAUTH\"",
      "\"methods\":[{\"type\":\"PA-FX-FAST\",\"size\":0},"}},
    {"AS-REQ",
     AS_REQ,
     NULL,
     {"\"type\":\"AS-REQ\",\"padata\":[{\"type\":\"PA-FX-COOKIE\",\"size\":3}",
      "\"kdcOptionNames\":[\"renewable-ok\"]",
      "\"client\":\"alice@CONTOSO.TEST\","
      "\"service\":\"krbtgt/CONTOSO.TEST@CONTOSO.TEST\"",
      "\"nonce\":1346724482,\"etypes\":[\"aes256-cts-hmac-sha1-96\","}},
    {"AS-REP, opened",
     AS_REP,
     KRBTGT_KEY,
     {"\"type\":\"AS-REP\",\"padata\":[{\"type\":\"PA-ETYPE-INFO2\"",
      "\"flagNames\":[\"initial\",\"pre-authent\",\"enc-pa-rep\"]",
      "\"encPart\":{\"etype\":\"aes256-cts-hmac-sha1-96\""}},
    {"TGS-REQ, opened",
     TGS_REQ,
     KRBTGT_KEY,
     {"\"type\":\"TGS-REQ\"", "\"apReq\":{\"apOptions\":\"0x00000000\"",
      "\"checksum\":{\"type\":\"hmac-sha1-96-aes256\",\"size\":12}"}},
    {"TGS-REP", TGS_REP, NULL, {"\"type\":\"TGS-REP\"", "\"kvno\":1"}},
    {"to a KDC proxy",
     "3011a0090407000000037e0130a1041b024354",
     NULL,
     {"\"type\":\"KDC-PROXY-MESSAGE\",\"targetDomain\":\"CT\",\"message\":{"
      "\"type\":\"KRB-ERROR\",\"error\":\"KRB-ERROR ends too early\"",
      "\"offset\":2"}},
    {"a token of another kind",
     "600f06092a864886f712010202010201ff",
     NULL,
     {"\"tokId\":\"0x0102\",\"type\":null,\"size\":2,"
      "\"error\":\"is none of Kerberos' messages\""}},
    {"a token with nothing in it",
     "600b06092a864886f712010202",
     NULL,
     {"\"error\":\"TOK_ID is missing\""}},
    {"a cut message",
     "600f06092a864886f71201020201006e01",
     NULL,
     {"\"type\":\"AP-REQ\",\"error\":\"AP-REQ ends too early\",\"offset\":0"}},
};

static void tokens(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *key = rows[i].key ? rows[i].key : "";
        const struct kcrypt_key keys[] = {{*key ? 18 : 17, hex(key)}};
        const struct krb_opener opener = {kcrypt, keys, ARRAY_SIZE(keys)};
        struct token_view view = {.opener = rows[i].key ? &opener : NULL};
        const char *text = described(hex(rows[i].token), &view);

        print_message("%s: %s\n", rows[i].name, text);
        for (size_t n = 0; n < ARRAY_SIZE(rows[i].has) && rows[i].has[n]; n++) {
            assert_non_null(strstr(text, rows[i].has[n]));
        }
    }
}

static void within_spnego(void **state UNUSED)
{
    const struct token_view view = {.secrets = false};
    struct krb_gss_token bare;
    struct krb_flaw flaw;
    struct spnego_init init = {.framed = true,
                               .mechs = {SPNEGO_OID_MS_KRB5, SPNEGO_OID_KRB5},
                               .mech_count = 2,
                               .has_token = true,
                               .mech_token = hex(AP_REQ_TOKEN)};
    AUTO_BUF framed = {0};
    AUTO_BUF unframed = {0};

    spnego_encode_init(&framed, &init);
    assert_non_null(strstr(described(buf_span(&framed), &view),
                           "\"mechTypes\":[\"MS-Kerberos\",\"Kerberos\"],"
                           "\"mechToken\":" AP_REQ_HEAD "}"));
    /* Some leave GSS-API's frame away. */
    assert_true(krb_decode_gss_token(hex(AP_REQ_TOKEN), &bare, &flaw));
    init.mech_token = bare.message;
    spnego_encode_init(&unframed, &init);
    assert_non_null(
        strstr(described(buf_span(&unframed), &view),
               "\"mechToken\":{\"kind\":\"kerberos\",\"type\":\"AP-REQ\","));
}

/* ---- The first flaw ---- */

static void flaws_are_kept(void **state UNUSED)
{
    static const struct {
        const char *token;
        const char *text; /* NULL: none */
        size_t offset;
    } flawed[] = {
        {AP_REQ_TOKEN, NULL, 0},
        {"00", "neither SPNEGO, NTLM nor Kerberos", 0},
        {"600f06092a864886f71201020201006e01", "AP-REQ ends too early", 0},
        {"7e073005a003020104", "pvno is a number that it cannot be", 6},
        {"4e544c4d5353500009000000", "MessageType is none of NTLM's", 8},
        {"a1023080", "NegTokenResp has a tag or length that DER does not know",
         2},
    };

    for (size_t i = 0; i < ARRAY_SIZE(flawed); i++) {
        struct token_flaw flaw = {0};
        const struct token_view view = {.flaw = &flaw};

        described(hex(flawed[i].token), &view);
        assert_int_equal(flaw.found, flawed[i].text != NULL);
        if (flawed[i].text) {
            assert_string_equal(flaw.text, flawed[i].text);
            assert_int_equal(flaw.offset, flawed[i].offset);
        }
    }
}

/* Whatever is changed in a token, what comes is JSON. */
static void changed_tokens_are_told(void **state UNUSED)
{
    const struct kcrypt_key keys[] = {{18, hex(SERVICE_KEY)}};
    const struct krb_opener opener = {kcrypt, keys, 1};
    const struct token_view view = {.opener = &opener};
    struct span token = hex(AP_REQ_TOKEN);
    uint8_t *bytes = (uint8_t *)(uintptr_t)token.data;

    for (size_t i = 0; i < token.size; i++) {
        const char *text;
        const char *end;

        bytes[i] ^= 0x41;
        text = described(token, &view);
        end = json_value_end(text);
        assert_non_null(end);
        assert_string_equal(end, "");
        bytes[i] ^= 0x41;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_token),
        cmocka_unit_test(an_opened_token),
        cmocka_unit_test(tokens),
        cmocka_unit_test(within_spnego),
        cmocka_unit_test(flaws_are_kept),
        cmocka_unit_test(changed_tokens_are_told),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
