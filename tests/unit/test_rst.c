/* RequestSecurityToken as clients send it, and as they should not. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/arena.h"
#include "util/base64.h"
#include "wire/rst.h"
#include "wire/uris.h"

struct fixture {
    struct arena *arena;
    xmlDoc *doc;
    struct rst rst;
    const char *text;
};

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){.arena = arena_new()};
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    xmlFreeDoc(f->doc);
    arena_free(f->arena);
    return 0;
}

static enum rst_result decode(struct fixture *f, const char *text)
{
    struct xml_report report;

    xmlFreeDoc(f->doc);
    f->doc = NULL;
    assert_int_equal(xml_parse(span_text(text), &f->doc, &report), XML_OK);
    f->text = NULL;
    return rst_decode(f->arena, xml_root(f->doc), &f->rst, &f->text);
}

/* The sipe column of webticket 4.1, with its white space. */
static const char sipe[] =
    "<wst:RequestSecurityToken xmlns:wst='" URI_TRUST "' xmlns:wsp='" URI_WSP
    "' xmlns:wsa='" URI_WSA "' xmlns:auth='" URI_AUTH "' Context='AE8F-12'>\r\n"
    "  <wst:TokenType>" URI_TOKEN_SAML "</wst:TokenType>\r\n"
    "  <wst:RequestType>" URI_TRUST_200502 "/Issue</wst:RequestType>\r\n"
    "  <wsp:AppliesTo>\r\n    <wsa:EndpointReference>\r\n      <wsa:Address>"
    "https://lyncweb.contoso.test/CertProv/CertProvisioningService.svc"
    "</wsa:Address>\r\n    </wsa:EndpointReference>\r\n  </wsp:AppliesTo>\r\n"
    "  <wst:Claims Dialect='" URI_AF ":authclaims'>\r\n"
    "    <auth:ClaimType Uri='" URI_SIP_CLAIM "' Optional='false'>\r\n"
    "      <auth:Value>sip:alice@contoso.test</auth:Value>\r\n"
    "    </auth:ClaimType>\r\n  </wst:Claims>\r\n"
    "  <wst:Entropy>\r\n    <wst:BinarySecret>\r\n"
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\r\n"
    "    </wst:BinarySecret>\r\n  </wst:Entropy>\r\n"
    "  <wst:KeyType>" URI_TRUST "/SymmetricKey</wst:KeyType>\r\n"
    "</wst:RequestSecurityToken>";

static void test_sipe(void **state)
{
    struct fixture *f = *state;
    const struct rst *rst = &f->rst;

    assert_int_equal(decode(f, sipe), RST_OK);
    assert_string_equal(rst->trust, URI_TRUST);
    assert_string_equal(rst->context, "AE8F-12");
    assert_int_equal(rst->token, RST_TOKEN_SAML);
    assert_true(rst->issue);
    assert_string_equal(rst->applies_to,
                        "https://lyncweb.contoso.test/CertProv/"
                        "CertProvisioningService.svc");
    assert_string_equal(rst->claims_dialect, URI_AF ":authclaims");
    assert_string_equal(rst->claim_uri, URI_SIP_CLAIM);
    assert_string_equal(rst->claim_value, "sip:alice@contoso.test");
    assert_string_equal(hex_text(f->arena, rst->entropy),
                        "000102030405060708090a0b0c0d0e0f"
                        "101112131415161718191a1b1c1d1e1f");
    assert_int_equal(rst->key, RST_KEY_SYMMETRIC);
    assert_int_equal(rst->key_size, 0);
    assert_null(rst->created);
    assert_int_equal(rst->note_count, 0);
    assert_null(f->text);
}

/* The /Auth template of webticket 4.3: default namespaces, a lifetime. */
static const char lync_client[] =
    "<RequestSecurityToken Context='ec86f904' xmlns='" URI_TRUST "'>"
    "<TokenType>" URI_TOKEN_CWT "</TokenType>"
    "<RequestType>" URI_TRUST_200502 "/Issue</RequestType>"
    "<AppliesTo xmlns='" URI_WSP "'><EndpointReference xmlns='" URI_WSA
    "'><Address>https://lyncweb.contoso.test/WebTicket/WebTicketService.svc/"
    "Auth</Address></EndpointReference></AppliesTo>"
    "<Lifetime><Created xmlns='" URI_WSU "'>2016-06-07T02:23:36Z</Created>"
    "<Expires xmlns='" URI_WSU "'>2016-06-07T02:38:36Z</Expires></Lifetime>"
    "<KeyType>" URI_TRUST "/SymmetricKey</KeyType></RequestSecurityToken>";

static void test_lync_client(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(decode(f, lync_client), RST_OK);
    assert_int_equal(f->rst.token, RST_TOKEN_CWT);
    assert_string_equal(f->rst.created, "2016-06-07T02:23:36Z");
    assert_string_equal(f->rst.expires, "2016-06-07T02:38:36Z");
    assert_null(f->rst.claim_value);
    assert_int_equal(f->rst.entropy.size, 0);
    assert_int_equal(f->rst.key, RST_KEY_SYMMETRIC);
}

/* <t:RequestSecurityToken> of a namespace, with these children. */
static enum rst_result decode_children(struct fixture *f, const char *uri,
                                       const char *children)
{
    return decode(f, arena_printf(f->arena,
                                  "<t:RequestSecurityToken xmlns:t='%s'>%s"
                                  "</t:RequestSecurityToken>",
                                  uri, children));
}

static void test_namespaces(void **state)
{
    static const char *const uris[] = {URI_TRUST, URI_TRUST_SLASH,
                                       URI_TRUST_200502};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(uris); i++) {
        assert_int_equal(decode_children(f, uris[i],
                                         "<t:RequestType>" URI_TRUST "/Issue"
                                         "</t:RequestType>"
                                         "<t:KeyType>" URI_TRUST_200502
                                         "/SymmetricKey"
                                         "</t:KeyType>"),
                         RST_OK);
        assert_string_equal(f->rst.trust, uris[i]);
        assert_true(f->rst.issue);
        assert_int_equal(f->rst.key, RST_KEY_SYMMETRIC);
    }
    assert_int_equal(decode_children(f, "urn:trust", ""), RST_NOT_AN_RST);
    assert_non_null(f->text);
    assert_int_equal(decode(f, "<a/>"), RST_NOT_AN_RST);
    assert_int_equal(rst_decode(f->arena, NULL, &f->rst, &f->text),
                     RST_NOT_AN_RST);
}

static void test_values(void **state)
{
    static const struct {
        const char *type; /* KeyType */
        enum rst_key key;
    } rows[] = {
        {URI_TRUST "/SymmetricKey", RST_KEY_SYMMETRIC},
        {URI_TRUST "/Bearer", RST_KEY_BEARER},
        {URI_TRUST_200502 "/Bearer", RST_KEY_BEARER},
        {URI_NO_PROOF_KEY, RST_KEY_BEARER},
        {URI_TRUST "/PublicKey", RST_KEY_PUBLIC},
        {URI_TRUST "/", RST_KEY_UNKNOWN},
        {URI_TRUST "SymmetricKey", RST_KEY_UNKNOWN},
        {"SymmetricKey", RST_KEY_UNKNOWN},
        {"", RST_KEY_ABSENT},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(
            decode_children(f, URI_TRUST,
                            arena_printf(f->arena,
                                         "<t:KeyType> %s </t:KeyType>",
                                         rows[i].type)),
            RST_OK);
        assert_int_equal(f->rst.key, rows[i].key);
    }
    decode_children(f, URI_TRUST,
                    "<t:TokenType>urn:x</t:TokenType>"
                    "<t:RequestType>urn:Issue</t:RequestType>");
    assert_int_equal(f->rst.token, RST_TOKEN_UNKNOWN);
    assert_false(f->rst.issue);
    decode_children(f, URI_TRUST,
                    "<t:TokenType/><t:RequestType>" URI_TRUST
                    "/Renew</t:RequestType>");
    assert_int_equal(f->rst.token, RST_TOKEN_ABSENT);
    assert_null(f->rst.token_type);
    assert_false(f->rst.issue);
}

#define SECRET(text)                                                           \
    "<t:Entropy><t:BinarySecret>" text "</t:BinarySecret></t:Entropy>"

static void test_bad_parts(void **state)
{
    static const struct {
        const char *children;
        enum rst_result result;
    } rows[] = {
        {SECRET("AA=="), RST_OK},
        {SECRET(""), RST_BAD_ENTROPY},
        {SECRET("  "), RST_BAD_ENTROPY},
        {SECRET("A"), RST_BAD_ENTROPY},
        {SECRET("A!=="), RST_BAD_ENTROPY},
        {"<t:Entropy/>", RST_BAD_ENTROPY},
        {"<t:Entropy><BinarySecret>AA==</BinarySecret></t:Entropy>",
         RST_BAD_ENTROPY},
        {"<t:KeySize>256</t:KeySize>", RST_OK},
        {"<t:KeySize> 128 </t:KeySize>", RST_OK},
        {"<t:KeySize>1024</t:KeySize>", RST_OK},
        {"<t:KeySize>1088</t:KeySize>", RST_BAD_KEY_SIZE},
        {"<t:KeySize>64</t:KeySize>", RST_BAD_KEY_SIZE},
        {"<t:KeySize>255</t:KeySize>", RST_BAD_KEY_SIZE},
        {"<t:KeySize>-256</t:KeySize>", RST_BAD_KEY_SIZE},
        {"<t:KeySize>256x</t:KeySize>", RST_BAD_KEY_SIZE},
        {"<t:KeySize/>", RST_BAD_KEY_SIZE},
        {"<t:KeySize>99999999999999999999999</t:KeySize>", RST_BAD_KEY_SIZE},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        enum rst_result result =
            decode_children(f, URI_TRUST, rows[i].children);

        if (result != rows[i].result) {
            fail_msg("%s: %d", rows[i].children, result);
        }
        assert_true((f->text != NULL) == (result != RST_OK));
    }
}

static void test_large_entropy(void **state)
{
    struct fixture *f = *state;
    uint8_t *bytes = arena_alloc(f->arena, RST_ENTROPY_MAX + 1);

    assert_int_equal(
        decode_children(
            f, URI_TRUST,
            arena_printf(
                f->arena, SECRET("%s"),
                base64_text(f->arena, span_of(bytes, RST_ENTROPY_MAX)))),
        RST_OK);
    assert_int_equal(f->rst.entropy.size, RST_ENTROPY_MAX);
    assert_int_equal(
        decode_children(
            f, URI_TRUST,
            arena_printf(
                f->arena, SECRET("%s"),
                base64_text(f->arena, span_of(bytes, RST_ENTROPY_MAX + 1)))),
        RST_BAD_ENTROPY);
}

/* Order is free; what is unknown or comes twice is noted, not an error. */
static void test_notes(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        decode_children(f, URI_TRUST,
                        "<t:KeySize>256</t:KeySize><x:New xmlns:x='urn:x'/>"
                        "<t:TokenType>" URI_TOKEN_CWT "</t:TokenType>"
                        "<t:TokenType>urn:second</t:TokenType><TokenType/>"),
        RST_OK);
    assert_int_equal(f->rst.key_size, 256);
    assert_int_equal(f->rst.token, RST_TOKEN_CWT);
    assert_int_equal(f->rst.note_count, 3);
    assert_string_equal(f->rst.notes[0], "unknown child {urn:x}New");
    assert_string_equal(f->rst.notes[1],
                        "repeated child {" URI_TRUST "}TokenType");
    assert_string_equal(f->rst.notes[2], "unknown child {}TokenType");
    assert_int_equal(
        decode_children(f, URI_TRUST,
                        "<a/><a/><a/><a/><a/><a/><a/><a/><a/><a/><a/><a/>"
                        "<a/><a/><a/><a/><a/><a/><a/><a/><a/><a/>"),
        RST_OK);
    assert_int_equal(f->rst.note_count, RST_NOTES_MAX);
}

/* The claim of a SIP address counts, wherever it stands. */
static void test_claims(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        decode_children(
            f, URI_TRUST,
            "<t:Claims xmlns:c='" URI_AUTH "'>"
            "<c:ClaimType Uri='urn:other'><c:Value>x</c:Value></c:ClaimType>"
            "<c:ClaimType Uri='" URI_SIP_CLAIM
            "'><c:Value>sip:bob@contoso.test</c:Value></c:ClaimType>"
            "</t:Claims>"),
        RST_OK);
    assert_string_equal(f->rst.claim_value, "sip:bob@contoso.test");
    assert_int_equal(f->rst.note_count, 1);
    assert_int_equal(decode_children(f, URI_TRUST, "<t:Claims/>"), RST_OK);
    assert_null(f->rst.claim_value);
    assert_int_equal(
        decode_children(f, URI_TRUST, "<a:AppliesTo xmlns:a='" URI_WSP "'/>"),
        RST_OK);
    assert_null(f->rst.applies_to);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sipe),   TEST(test_lync_client), TEST(test_namespaces),
        TEST(test_values), TEST(test_bad_parts),   TEST(test_large_entropy),
        TEST(test_notes),  TEST(test_claims),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
