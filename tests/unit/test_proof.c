/* Proofs of possession: the vector of webticket 5.5, and what is none. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ticket/proof.h"
#include "util/base64.h"
#include "wire/uris.h"

/* From the document; computed there with another implementation. */
static const char key_hex[] =
    "df59132c2af6d230e4337732076a14561694be12838cc00203d63c816653d75b";
#define DIGEST "AP4Wg3yvQWrJYAsovDnmZc9akZo="
#define VALUE  "aI2njWjjNN6pGH9nZCX5wH+U3Kk="

#define STAMP                                                                  \
    "<wsu:Timestamp xmlns:wsu=\"" URI_WSU "\" wsu:Id=\"timestamp\">"           \
    "<Created xmlns=\"" URI_WSU "\">2013-06-01T12:00:00Z</Created>"            \
    "<Expires xmlns=\"" URI_WSU "\">2013-06-01T20:00:00Z</Expires>"            \
    "</wsu:Timestamp>"
#define INFO(method, more, uri, digest)                                        \
    "<SignedInfo><CanonicalizationMethod Algorithm=\"" URI_EXC_C14N "\"/>"     \
    "<SignatureMethod Algorithm=\"" method "\">" more "</SignatureMethod>"     \
    "<Reference URI=\"" uri                                                    \
    "\"><Transforms><Transform Algorithm=\"" URI_EXC_C14N                      \
    "\"/></Transforms><DigestMethod Algorithm=\"" URI_DS                       \
    "sha1\"/><DigestValue>" digest "</DigestValue></Reference></SignedInfo>"
#define GOOD_INFO INFO(URI_DS "hmac-sha1", "", "#timestamp", DIGEST)
#define SIGNED(info, value)                                                    \
    "<Security xmlns=\"" URI_WSSE "\">" STAMP "<Signature xmlns=\"" URI_DS     \
    "\">" info "<SignatureValue>" value "</SignatureValue></Signature>"        \
    "</Security>"

/* says: of the form; digest: of what was signed; NULL: nothing is wrong. */
static const struct row {
    const char *name;
    const char *text;
    const char *says;
    const char *digest;
    bool holds;
} rows[] = {
    {"good", SIGNED(GOOD_INFO, VALUE), NULL, NULL, true},
    {"another value", SIGNED(GOOD_INFO, "bI2njWjjNN6pGH9nZCX5wH+U3Kk="), NULL,
     NULL, false},
    {"one short", SIGNED(GOOD_INFO, "aI2njWjjNN6pGH9nZCX5wH+U3A=="), NULL, NULL,
     false},
    {"no value", SIGNED(GOOD_INFO, ""), NULL, NULL, false},
    {"no base64", SIGNED(GOOD_INFO, "!"), "lacks SignedInfo", NULL, false},
    {"no SignedInfo", SIGNED("", VALUE), "lacks SignedInfo", NULL, false},
    {"other digest",
     SIGNED(INFO(URI_DS "hmac-sha1", "", "#timestamp",
                 "BP4Wg3yvQWrJYAsovDnmZc9akZo="),
            VALUE),
     NULL, "the digest of #timestamp is of something else", false},
    {"no such id",
     SIGNED(INFO(URI_DS "hmac-sha1", "", "#other", DIGEST), VALUE), NULL,
     "no element has the id other", false},
    {"elsewhere",
     SIGNED(INFO(URI_DS "hmac-sha1", "", "http://a.test/", DIGEST), VALUE),
     NULL, "names nothing of this message", false},
    {"a cut HMAC",
     SIGNED(INFO(URI_DS "hmac-sha1", "<HMACOutputLength>8</HMACOutputLength>",
                 "#timestamp", DIGEST),
            VALUE),
     "HMACs are not cut", NULL, false},
    {"RSA", SIGNED(INFO(URI_DS "rsa-sha1", "", "#timestamp", DIGEST), VALUE),
     "SignatureMethod is " URI_DS "rsa-sha1", NULL, false},
};

static void assert_says(const char *found, const char *expected)
{
    if (expected) {
        assert_non_null(found);
        assert_non_null(strstr(found, expected));
    } else {
        assert_null(found);
    }
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        AUTO(xml_doc) doc = NULL;
        struct span text = span_text(rows[i].text);
        struct xml_report report;
        struct proof proof;
        struct span key;
        bool as_sent;
        const char *says;

        print_message("%s\n", rows[i].name);
        assert_true(hex_decode(arena, key_hex, &key));
        assert_int_equal(xml_parse(text, &doc, &report), XML_OK);
        says = proof_read(arena, text, xml_root(doc), &proof);
        assert_says(says, rows[i].says);
        if (!says) {
            assert_says(proof.digest, rows[i].digest);
            assert_int_equal(proof_holds(&proof, key, &as_sent), rows[i].holds);
        }
    }
}

/* What stands behind an end tag is in no element that begins before it. */
static void test_signed_info_behind_an_end_tag(void **state)
{
    static const char text[] =
        "<a xmlns:wsu=\"" URI_WSU
        "\"><b></b>SignedInfo" SIGNED(GOOD_INFO, VALUE) "</a>";
    AUTO(arena) arena = arena_new();
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    struct proof proof;

    (void)state;
    assert_int_equal(xml_parse(span_text(text), &doc, &report), XML_OK);
    assert_null(proof_read(arena, span_text(text),
                           xml_next(xml_first(xml_root(doc))), &proof));
    assert_int_equal(proof.as_sent.size, 0);
}

/* A peer decides how many there are. */
static void test_more_references_than_are_read(void **state)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF text = {0};
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    struct proof proof;

    (void)state;
    buf_add_text(&text,
                 "<Security xmlns=\"" URI_WSSE "\">" STAMP
                 "<Signature xmlns=\"" URI_DS "\"><SignedInfo>"
                 "<CanonicalizationMethod Algorithm=\"" URI_EXC_C14N
                 "\"/><SignatureMethod Algorithm=\"" URI_DS "hmac-sha1\"/>");
    for (size_t i = 0; i <= PROOF_REFERENCES_MAX; i++) {
        buf_add_text(&text, "<Reference URI=\"#timestamp\"><Transforms>"
                            "<Transform Algorithm=\"" URI_EXC_C14N "\"/>"
                            "</Transforms><DigestMethod Algorithm=\"" URI_DS
                            "sha1\"/><DigestValue>" DIGEST
                            "</DigestValue></Reference>");
    }
    buf_add_text(&text, "</SignedInfo><SignatureValue>" VALUE
                        "</SignatureValue></Signature></Security>");
    assert_int_equal(xml_parse(buf_span(&text), &doc, &report), XML_OK);
    assert_null(proof_read(arena, buf_span(&text), xml_root(doc), &proof));
    assert_says(proof.digest, "more References");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_signed_info_behind_an_end_tag),
        cmocka_unit_test(test_more_references_than_are_read),
    };

    xml_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
