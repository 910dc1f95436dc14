/* RequestSecurityTokenResponse: its bytes, and pidgin-sipe's way to read it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/c14n.h>
#include <nettle/hmac.h>

#include "sipe.h"
#include "util/base64.h"
#include "util/env.h"
#include "util/stamp.h"
#include "wire/rstr.h"
#include "wire/uris.h"

#define ASSERTION                                                              \
    "<saml:Assertion xmlns:saml='" URI_SAML "'   AssertionID=\"Saml-1\">"      \
    "<saml:a>x</saml:a></saml:Assertion>"

static const char entropy[] = "server entropy";

static struct rstr proof_response(void)
{
    struct rstr rstr = {
        .trust = URI_TRUST,
        .context = "c<1>",
        .token_type = URI_TOKEN_SAML,
        .assertion = ASSERTION,
        .assertion_id = "Saml-1",
        .applies_to = "https://host/a?b&c",
        .server_entropy = span_of(entropy, strlen(entropy)),
    };

    assert_true(stamp_parse("2013-06-01T12:00:00Z", &rstr.created));
    rstr.expires = rstr.created + 8 * 3600 * ENV_NS_PER_SEC;
    return rstr;
}

static const char *encode(struct arena *arena, const struct rstr *rstr)
{
    const struct soap request = {.version = SOAP_1_1};
    AUTO_BUF out = {0};

    rstr_encode(&out, arena, &request, rstr);
    return arena_text(arena, buf_span(&out));
}

#define REFERENCE                                                              \
    "<SecurityTokenReference xmlns=\"" URI_WSSE                                \
    "\"><KeyIdentifier ValueType=\"" URI_ASSERTION_ID                          \
    "\">Saml-1</KeyIdentifier></SecurityTokenReference>"
#define LIFETIME                                                               \
    "<Lifetime><Created xmlns=\"" URI_WSU "\">2013-06-01T12:00:00Z</Created>"  \
    "<Expires xmlns=\"" URI_WSU "\">2013-06-01T20:00:00Z</Expires></Lifetime>"
#define OPEN                                                                   \
    "<s:Envelope xmlns:s=\"" URI_SOAP11 "\"><s:Body>"                          \
    "<RequestSecurityTokenResponseCollection xmlns=\"" URI_TRUST "\">"         \
    "<RequestSecurityTokenResponse"
#define CLOSE                                                                  \
    "</RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>" \
    "</s:Body></s:Envelope>"

/* Child by child the template of webticket 5.8. */
static void test_proof(void **state)
{
    AUTO(arena) arena = arena_new();
    const struct rstr rstr = proof_response();

    (void)state;
    assert_string_equal(
        encode(arena, &rstr), OPEN
        " Context=\"c&lt;1&gt;\"><TokenType>" URI_TOKEN_SAML
        "</TokenType><RequestedSecurityToken>" ASSERTION
        "</RequestedSecurityToken>"
        "<RequestedAttachedReference>" REFERENCE "</RequestedAttachedReference>"
        "<RequestedUnattachedReference>" REFERENCE
        "</RequestedUnattachedReference>"
        "<AppliesTo xmlns=\"" URI_WSP "\"><EndpointReference xmlns=\"" URI_WSA
        "\"><Address>https://host/a?b&amp;c</Address>"
        "</EndpointReference></AppliesTo>"
        "<RequestedProofToken><ComputedKey>" URI_TRUST
        "/CK/PSHA1</ComputedKey></RequestedProofToken>"
        "<Entropy><BinarySecret Type=\"" URI_TRUST
        "/Nonce\">c2VydmVyIGVudHJvcHk=</BinarySecret></Entropy>" LIFETIME
            CLOSE);
}

static void test_bearer_and_given_key(void **state)
{
    AUTO(arena) arena = arena_new();
    struct rstr rstr = proof_response();

    (void)state;
    rstr.server_entropy = SPAN_NONE;
    rstr.applies_to = NULL;
    rstr.context = NULL;
    rstr.assertion_id = NULL;
    assert_string_equal(encode(arena, &rstr),
                        OPEN "><TokenType>" URI_TOKEN_SAML
                             "</TokenType><RequestedSecurityToken>" ASSERTION
                             "</RequestedSecurityToken>" LIFETIME CLOSE);
    rstr.proof_key = span_of("key", 3);
    assert_non_null(
        strstr(encode(arena, &rstr),
               "<RequestedProofToken><BinarySecret Type=\"" URI_TRUST
               "/SymmetricKey\">a2V5</BinarySecret>"
               "</RequestedProofToken><Lifetime>"));
}

static void test_cwt(void **state)
{
    AUTO(arena) arena = arena_new();
    struct rstr rstr = {.trust = URI_TRUST, .user_token = "cwt=AAEB"};

    (void)state;
    assert_non_null(strstr(encode(arena, &rstr),
                           "<RequestedSecurityToken><UserToken xmlns=\"" URI_AF
                           "\">cwt=AAEB</UserToken></RequestedSecurityToken>"
                           "<Lifetime>"));
}

/* The spelling of the request comes back; 2005/02 knows no collection. */
static void test_namespaces(void **state)
{
    AUTO(arena) arena = arena_new();
    struct rstr rstr = proof_response();
    const char *text;

    (void)state;
    rstr.trust = URI_TRUST_SLASH;
    text = encode(arena, &rstr);
    assert_non_null(strstr(text, "Collection xmlns=\"" URI_TRUST_SLASH "\">"));
    assert_non_null(strstr(text, "\"" URI_TRUST "/Nonce\""));
    assert_string_equal(rstr_action(rstr.trust), ACTION_ISSUE_FINAL);
    rstr.trust = URI_TRUST_200502;
    text = encode(arena, &rstr);
    assert_null(strstr(text, "Collection"));
    assert_non_null(
        strstr(text, "<RequestSecurityTokenResponse xmlns=\"" URI_TRUST_200502
                     "\" Context="));
    assert_non_null(strstr(text, "\"" URI_TRUST_200502 "/Nonce\""));
    assert_string_equal(rstr_action(rstr.trust), ACTION_ISSUE_FINAL_200502);
}

static void test_sipe_reads_it(void **state)
{
    AUTO(arena) arena = arena_new();
    const struct rstr rstr = proof_response();
    const char *text = encode(arena, &rstr);
    const char *lifetime = sipe_extract(arena, text, "Lifetime", false);
    const char *assertion = sipe_extract(arena, text, "Assertion", true);

    (void)state;
    assert_non_null(lifetime);
    assert_non_null(assertion);
    assert_string_equal(assertion, ASSERTION);
    assert_string_equal(sipe_attribute(arena, assertion, "AssertionID"),
                        "Saml-1");
    assert_string_equal(sipe_extract(arena, lifetime, "Expires", false),
                        "2013-06-01T20:00:00Z");
    assert_string_equal(sipe_extract(arena, text, "BinarySecret", false),
                        "c2VydmVyIGVudHJvcHk=");
}

static char *exclusive_c14n(struct arena *arena, const char *text)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    xmlChar *out = NULL;
    char *copy;

    assert_int_equal(xml_parse(span_text(text), &doc, &report), XML_OK);
    assert_true(xmlC14NDocDumpMemory(doc, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0,
                                     &out) > 0);
    copy = arena_strdup(arena, (const char *)out);
    xmlFree(out);
    return copy;
}

static const char *sha1_base64(struct arena *arena, const char *text)
{
    uint8_t digest[SHA1_DIGEST_SIZE];
    struct sha1_ctx ctx;

    sha1_init(&ctx);
    sha1_update(&ctx, strlen(text), (const uint8_t *)text);
    sha1_digest(&ctx, sizeof(digest), digest);
    return base64_text(arena, span_of(digest, sizeof(digest)));
}

/* What sipe signs, as webticket 9.3 prints it; the digest is missing. */
static const char signed_info[] =
    "<SignedInfo xmlns=\"" URI_DS "\">"
    "<CanonicalizationMethod Algorithm=\"" URI_EXC_C14N "\">"
    "</CanonicalizationMethod>"
    "<SignatureMethod Algorithm=\"" URI_DS "hmac-sha1\"></SignatureMethod>"
    "<Reference URI=\"#timestamp\"><Transforms>"
    "<Transform Algorithm=\"" URI_EXC_C14N "\"></Transform></Transforms>"
    "<DigestMethod Algorithm=\"" URI_DS "sha1\"></DigestMethod>"
    "<DigestValue>{}</DigestValue></Reference></SignedInfo>";

/*
 * webticket 5.5: sipe pastes the inner text of Lifetime into a Timestamp and
 * signs these bytes as they are: they must be canonical already.
 */
static void test_timestamp(void **state)
{
    static const char key_hex[] =
        "df59132c2af6d230e4337732076a14561694be12838cc00203d63c816653d75b";
    AUTO(arena) arena = arena_new();
    const struct rstr rstr = proof_response();
    const char *timestamp = arena_printf(
        arena,
        "<wsu:Timestamp xmlns:wsu=\"" URI_WSU
        "\" wsu:Id=\"timestamp\">%s</wsu:Timestamp>",
        sipe_extract(arena, encode(arena, &rstr), "Lifetime", false));
    const char *digest = sha1_base64(arena, timestamp);
    const struct xml_hole holes[] = {
        {"", digest, false},
        {NULL, NULL, false},
    };
    AUTO_BUF info = {0};
    uint8_t mac[SHA1_DIGEST_SIZE];
    struct hmac_sha1_ctx hmac;
    struct span key;

    (void)state;
    assert_int_equal(strlen(timestamp), 405);
    assert_string_equal(exclusive_c14n(arena, timestamp), timestamp);
    assert_string_equal(digest, "AP4Wg3yvQWrJYAsovDnmZc9akZo=");
    assert_true(hex_decode(arena, key_hex, &key));
    hmac_sha1_set_key(&hmac, key.size, key.data);
    xml_fill(&info, signed_info, holes);
    hmac_sha1_update(&hmac, info.size, info.data);
    hmac_sha1_digest(&hmac, sizeof(mac), mac);
    assert_string_equal(base64_text(arena, span_of(mac, sizeof(mac))),
                        "aI2njWjjNN6pGH9nZCX5wH+U3Kk=");
}

static int start(void **state)
{
    (void)state;
    xml_init();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    xml_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proof),
        cmocka_unit_test(test_bearer_and_given_key),
        cmocka_unit_test(test_cwt),
        cmocka_unit_test(test_namespaces),
        cmocka_unit_test(test_sipe_reads_it),
        cmocka_unit_test(test_timestamp),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
