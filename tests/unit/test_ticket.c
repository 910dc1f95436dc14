/* Web tickets: issued and opened again; keys; another implementation. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ticket/guid.h"
#include "tickets.h"
#include "util/base64.h"
#include "util/url.h"
#include "wire/uris.h"

static void test_saml_round_trip(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_ticket(arena, TICKET_SAML);
    struct ticket found;

    (void)state;
    ticket.proof_key = span_of(proof_key, sizeof(proof_key));
    assert_int_equal(open_saml(arena, issue(&ours, arena, &ticket), &found),
                     TICKET_VALID);
    assert_null(found.detail);
    assert_int_equal(found.format, TICKET_SAML);
    assert_string_equal(found.id, ticket.id);
    assert_string_equal(found.sip, ticket.sip);
    assert_string_equal(found.issuer, ticket.issuer);
    assert_string_equal(found.audience, ticket.audience);
    assert_true(found.issued == ticket.issued);
    assert_true(found.expires == ticket.expires);
    assert_true(span_equal(found.proof_key, ticket.proof_key));
    ticket.proof_key = SPAN_NONE;
    ticket.audience = NULL;
    assert_int_equal(open_saml(arena, issue(&ours, arena, &ticket), &found),
                     TICKET_VALID);
    assert_int_equal(found.proof_key.size, 0);
    assert_null(found.audience);
}

/* protocol: webticket 5.3: what clients rely on in these bytes. */
static void test_saml_bytes(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_ticket(arena, TICKET_SAML);
    const char *text;

    (void)state;
    ticket.sip = "sip:j\xc3\xb6rg&<\"@contoso.test";
    text = issue(&ours, arena, &ticket);
    assert_ptr_equal(strstr(text, "<saml:Assertion xmlns:saml=\"" URI_SAML
                                  "\" MajorVersion=\"1\" MinorVersion=\"1\""
                                  " AssertionID=\"SamlSecurityToken-"),
                     text);
    assert_non_null(strstr(text, " NotBefore=\"2014-05-13T16:53:20.000Z\""
                                 " NotOnOrAfter=\"2014-05-14T00:53:20.000Z\""));
    assert_non_null(strstr(text, URI_SAML_CM "bearer<"));
    assert_non_null(strstr(text, ">sip:j\xc3\xb6rg&amp;&lt;\"@contoso.test<"));
    assert_null(strstr(text, URI_XENC "kw"));
    assert_null(strchr(text, '\n'));
    assert_null(strstr(text, "> "));
    assert_null(strstr(text, "<!--"));
    assert_null(strstr(text + 1, "<saml:Assertion"));
    assert_int_equal(strncmp(ticket.id, "SamlSecurityToken-", 18), 0);
    ticket.proof_key = span_of(proof_key, sizeof(proof_key));
    text = issue(&ours, arena, &ticket);
    assert_non_null(strstr(text, URI_SAML_CM "holder-of-key<"));
    assert_non_null(strstr(text, URI_XENC "kw-aes256"));
    /* Wrapped, not merely encoded: "AQID" is how the key begins. */
    assert_null(strstr(text, "<e:CipherValue>AQID"));
}

static void test_cwt_round_trip(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_ticket(arena, TICKET_CWT);
    const char *text = issue(&ours, arena, &ticket);
    struct ticket found;
    struct span bytes;

    (void)state;
    assert_int_equal(strncmp(text, "cwt=AAEBHAEFAAAAAAAFFQAAA", 25), 0);
    assert_null(strpbrk(text + 4, "+/="));
    assert_int_equal(
        ticket_open(ours.keys, arena, text, SIGNER_NOW, &pool, &found),
        TICKET_VALID);
    assert_int_equal(found.format, TICKET_CWT);
    assert_string_equal(found.id, ticket.id);
    assert_memory_equal(found.sid, sid, sizeof(sid));
    assert_true(found.expires == ticket.expires);
    assert_null(found.detail);
    assert_true(base64_decode(arena, span_text(text + 4), &bytes));
    assert_int_equal(bytes.size, 116);
    /* webticket 5.6: tag and length of each field. */
    assert_memory_equal(bytes.data, "\x00\x01\x01\x1c", 4);
    assert_memory_equal(bytes.data + 32, "\x81\x10", 2);
    assert_memory_equal(bytes.data + 50, "\x82\x02\xb0\x10\x83\x20", 6);
    assert_memory_equal(bytes.data + 88, "\x86\x08", 2);
    assert_memory_equal(bytes.data + 98, "\x0d\x10", 2);
    assert_memory_equal(bytes.data + 34, bytes.data + 100, 16);
}

#define GUEST   "00112233-4455-6677-8899-aabbccddeeff"
#define MEETING "sip:alice@contoso.test;gruu;opaque=app:conf:focus:id:5LB7MRBC"

static struct ticket a_guest_ticket(struct arena *arena)
{
    struct ticket ticket = a_ticket(arena, TICKET_CWT);

    ticket.sip = NULL;
    ticket.sid = NULL;
    ticket.guest = GUEST;
    ticket.meeting = MEETING;
    return ticket;
}

static void test_guest_round_trip(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_guest_ticket(arena);
    const char *text = issue(&ours, arena, &ticket);
    struct ticket found;
    struct span bytes;

    (void)state;
    assert_int_equal(strncmp(text, "cwt=AAEB", 8), 0);
    assert_int_equal(
        ticket_open(ours.keys, arena, text, SIGNER_NOW, &pool, &found),
        TICKET_VALID);
    assert_string_equal(found.id, ticket.id);
    assert_string_equal(found.guest, GUEST);
    assert_string_equal(found.meeting, MEETING);
    assert_string_equal(found.sip, "sip:" GUEST "@anonymous.invalid");
    assert_null(found.sid);
    assert_null(found.user);
    assert_int_equal(ticket_open(ours.keys, arena, text, SIGNER_NOW + 8 * HOUR,
                                 &pool, &found),
                     TICKET_EXPIRED);
    /* Each bit that is changed shows: identity and meeting are signed, too. */
    assert_true(base64_decode(arena, span_text(text + 4), &bytes));
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t *changed = arena_alloc(arena, bytes.size);

        memcpy(changed, bytes.data, bytes.size);
        changed[i] ^= 4;
        assert_int_not_equal(
            ticket_open(ours.keys, arena,
                        base64url_text(arena, span_of(changed, bytes.size)),
                        SIGNER_NOW, &pool, &found),
            TICKET_VALID);
        assert_int_not_equal(
            ticket_open(ours.keys, arena,
                        base64url_text(arena, span_of(bytes.data, i)),
                        SIGNER_NOW, &pool, &found),
            TICKET_VALID);
    }
}

static void test_guest_cannot_issue(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_guest_ticket(arena);
    char *uri = arena_alloc(arena, 257);
    struct span text;
    struct err err;

    (void)state;
    memset(uri, 'a', 256);
    ticket.meeting = uri;
    assert_false(ticket_issue(ours.keys, false, arena, &ticket, &text, &err));
    assert_non_null(strstr(err.text, "URI of 256 bytes"));
    ticket.meeting = MEETING;
    ticket.guest = "nobody";
    assert_false(ticket_issue(ours.keys, false, arena, &ticket, &text, &err));
    assert_non_null(strstr(err.text, "guest of a compact ticket is no GUID"));
    ticket.format = TICKET_SAML;
    assert_false(ticket_issue(ours.keys, false, arena, &ticket, &text, &err));
    assert_non_null(strstr(err.text, "cannot name a meeting's guest"));
}

/* The same ticket in every form of discover 3.6. */
static void test_carriers(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket saml = a_ticket(arena, TICKET_SAML);
    struct ticket cwt = a_ticket(arena, TICKET_CWT);
    const char *base64 =
        base64_text(arena, span_text(issue(&ours, arena, &saml)));
    const char *compact = issue(&ours, arena, &cwt);
    char *unpadded = arena_strdup(arena, base64);
    const char *forms[] = {
        arena_printf(arena, "opaque=%s", base64),
        arena_printf(arena, "opaque=%s", unpadded),
        arena_printf(arena, "OPAQUE=%s", base64),
        arena_printf(arena, " opaque=%s", base64),
        arena_printf(arena, "opaque=%s", url_encode(arena, base64, "")),
        url_encode(arena, arena_printf(arena, "opaque=%s", base64), ""),
        arena_printf(arena, "cwt=%s", base64),
        base64,
        base64url_text(arena, span_text(issue(&ours, arena, &saml))),
        compact,
        compact + 4,
        arena_printf(arena, "%s=", compact),
        arena_printf(arena, "opaque=%s", compact),
        arena_printf(arena, "opaque=cwt%%3D%s", compact + 4),
        arena_printf(arena, "opaque%%3dcwt%%3d%s", compact + 4),
    };

    (void)state;
    unpadded[strcspn(unpadded, "=")] = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        struct ticket found;
        enum ticket_flaw flaw =
            ticket_open(ours.keys, arena, forms[i], SIGNER_NOW, &pool, &found);

        if (flaw != TICKET_VALID) {
            fail_msg("form %zu: %d, %s", i, flaw, found.detail);
        }
    }
}

static void test_garbage(void **state)
{
    AUTO(arena) arena = arena_new();
    char *huge = arena_alloc(arena, 70000);
    const char *rows[] = {
        "",
        "opaque=",
        "cwt=",
        "opaque=cwt=",
        "!",
        "opaque=%",
        "cwt=AAEB",
        "cwt=AAEBHAEFAAAAAAAFFQAAA",
        "PGE+",
        opaque(arena, "<"),
        opaque(arena, "<a/>"),
        opaque(arena, "<Assertion/>"),
        opaque(arena, "<!DOCTYPE a><a/>"),
        opaque(arena, "<a:Assertion xmlns:a='urn:a'/>"),
        huge,
    };

    (void)state;
    memset(huge, 'A', 69999);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ticket found;

        if (ticket_open(ours.keys, arena, rows[i], SIGNER_NOW, &pool, &found) !=
            TICKET_GARBAGE) {
            fail_msg("%s opens", rows[i]);
        }
        assert_non_null(found.detail);
    }
}

static void test_terms(void **state)
{
    static const struct pool second = {
        .fqdn = "pool02.contoso.test",
        .web_internal = "lyncint2.contoso.test",
        .web_external = "lyncweb2.contoso.test",
    };
    static const struct {
        int64_t now;
        const struct pool *pool;
        enum ticket_flaw saml;
        enum ticket_flaw cwt;
    } rows[] = {
        {0, &pool, TICKET_VALID, TICKET_VALID},
        {-1, &pool, TICKET_NOT_YET_VALID, TICKET_VALID},
        {8 * HOUR - 1, &pool, TICKET_VALID, TICKET_VALID},
        {8 * HOUR, &pool, TICKET_EXPIRED, TICKET_EXPIRED},
        {0, &second, TICKET_OTHER_POOL, TICKET_BAD_SIGNATURE},
        {99 * HOUR, &second, TICKET_OTHER_POOL, TICKET_BAD_SIGNATURE},
        {0, NULL, TICKET_VALID, TICKET_BAD_SIGNATURE},
    };
    AUTO(arena) arena = arena_new();
    struct ticket saml = a_ticket(arena, TICKET_SAML);
    struct ticket cwt = a_ticket(arena, TICKET_CWT);
    const char *assertion = opaque(arena, issue(&ours, arena, &saml));
    const char *compact = issue(&ours, arena, &cwt);

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int64_t now = SIGNER_NOW + rows[i].now;
        struct ticket found;

        if (ticket_open(ours.keys, arena, assertion, now, rows[i].pool,
                        &found) != rows[i].saml) {
            fail_msg("row %zu, saml: %s", i, found.detail);
        }
        assert_string_equal(found.sip, saml.sip);
        assert_true((found.detail == NULL) == (rows[i].saml == TICKET_VALID));
        if (ticket_open(ours.keys, arena, compact, now, rows[i].pool, &found) !=
            rows[i].cwt) {
            fail_msg("row %zu, cwt: %s", i, found.detail);
        }
        assert_memory_equal(found.sid, sid, sizeof(sid));
    }
}

/* ---- Keys ---- */

static void test_rsa(void **state)
{
    static const struct {
        bool sha1;
        const char *method;
        const char *digest;
    } rows[] = {
        {false, URI_DS_MORE "rsa-sha256\"", URI_XENC "sha256\""},
        {true, URI_DS "rsa-sha1\"", URI_DS "sha1\""},
    };
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_ticket(arena, TICKET_SAML);
    struct signer rsa;

    (void)state;
    signer_start(&rsa, PKI_RSA2048, SIGNER_NOW);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ticket found;
        struct span text;
        struct err err;

        assert_true(
            ticket_issue(rsa.keys, rows[i].sha1, arena, &ticket, &text, &err));
        assert_non_null(strstr(arena_text(arena, text), rows[i].method));
        assert_non_null(strstr(arena_text(arena, text), rows[i].digest));
        assert_null(memchr(text.data, '\n', text.size));
        assert_int_equal(ticket_open(rsa.keys, arena, base64_text(arena, text),
                                     SIGNER_NOW, &pool, &found),
                         TICKET_VALID);
    }
    signer_stop(&rsa);
}

static void test_bad_keys(void **state)
{
    struct ticket_keys *keys = NULL;
    struct err err;
    AUTO_BUF key = {0};
    AUTO_BUF certificate = {0};

    (void)state;
    assert_false(ticket_keys_new(span_text("x"), span_text("y"), &keys, &err));
    assert_non_null(strstr(err.text, "key is no PEM"));
    assert_true(pki_signer(theirs.pki, PKI_P256, &key, &certificate, &err));
    assert_false(ticket_keys_new(buf_span(&key), SPAN_NONE, &keys, &err));
    assert_non_null(strstr(err.text, "certificate is no PEM"));
    assert_false(ticket_keys_new(buf_span(&key), buf_span(&ours.certificate),
                                 &keys, &err));
    assert_non_null(strstr(err.text, "not that of its key"));
    assert_null(keys);
}

static void test_cannot_issue(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket saml = a_ticket(arena, TICKET_SAML);
    struct ticket cwt = a_ticket(arena, TICKET_CWT);
    struct span text;
    struct err err;

    (void)state;
    saml.proof_key = span_of(proof_key, 5);
    assert_false(ticket_issue(ours.keys, false, arena, &saml, &text, &err));
    assert_non_null(strstr(err.text, "5 bytes cannot be wrapped"));
    cwt.id = "no-guid";
    assert_false(ticket_issue(ours.keys, false, arena, &cwt, &text, &err));
    assert_non_null(strstr(err.text, "no GUID: no-guid"));
}

static void test_guid(void **state)
{
    static const char *const bad[] = {
        "",
        "00112233-4455-6677-8899-aabbccddeef",
        "00112233-4455-6677-8899-aabbccddeefff",
        "00112233-4455-6677-8899_aabbccddeeff",
        "g0112233-4455-6677-8899-aabbccddeeff",
        "{0112233-4455-6677-8899-aabbccddeef}",
    };
    AUTO(arena) arena = arena_new();
    uint8_t bytes[GUID_SIZE];
    struct env same;

    (void)state;
    assert_true(guid_parse("00112233-4455-6677-8899-AABBccddeeff", bytes));
    assert_memory_equal(bytes,
                        "\x33\x22\x11\x00\x55\x44\x77\x66"
                        "\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
                        GUID_SIZE);
    assert_string_equal(guid_text(arena, bytes),
                        "00112233-4455-6677-8899-aabbccddeeff");
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_false(guid_parse(bad[i], bytes));
    }
    same = env;
    assert_string_equal(guid_random(&env, arena), guid_random(&same, arena));
    assert_int_equal(guid_random(&env, arena)[14], '4');
    assert_string_not_equal(guid_random(&env, arena), guid_random(&env, arena));
}

/* ---- Another implementation agrees ---- */

static void write_file(const char *path, struct span bytes)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
    assert_int_equal(fclose(file), 0);
}

static void verify_with_xmlsec1(enum pki_key kind, bool expect)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_ticket(arena, TICKET_SAML);
    struct signer signer;
    char folder[] = "/tmp/lyncmock-ticket-XXXXXX";
    char *text;
    int status;

    signer_start(&signer, kind, env_now(&env));
    text = arena_strdup(arena, issue(&signer, arena, &ticket));
    if (!expect) {
        text = replace(arena, text, "alice", "malice");
    }
    assert_non_null(mkdtemp(folder));
    write_file(arena_printf(arena, "%s/ticket.xml", folder), span_text(text));
    write_file(arena_printf(arena, "%s/ca.pem", folder),
               pki_ca_pem(signer.pki));
    status = system(arena_printf(
        arena,
        "xmlsec1 --verify --id-attr:AssertionID " URI_SAML ":Assertion"
        " --trusted-pem %s/ca.pem %s/ticket.xml >%s/log 2>&1",
        folder, folder, folder));
    if ((status == 0) != expect) {
        status = system(arena_printf(arena, "cat %s/log", folder));
        fail_msg("xmlsec1 does not agree");
    }
    assert_int_equal(system(arena_printf(arena, "rm -r %s", folder)), 0);
    signer_stop(&signer);
}

static void test_xmlsec1(void **state)
{
    (void)state;
    if (system("xmlsec1 --version >/dev/null 2>&1") != 0) {
        print_message("xmlsec1 is not installed: skipped\n");
        skip();
    }
    verify_with_xmlsec1(PKI_P256, true);
    verify_with_xmlsec1(PKI_RSA2048, true);
    verify_with_xmlsec1(PKI_P256, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saml_round_trip),
        cmocka_unit_test(test_saml_bytes),
        cmocka_unit_test(test_cwt_round_trip),
        cmocka_unit_test(test_guest_round_trip),
        cmocka_unit_test(test_guest_cannot_issue),
        cmocka_unit_test(test_carriers),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_rsa),
        cmocka_unit_test(test_bad_keys),
        cmocka_unit_test(test_cannot_issue),
        cmocka_unit_test(test_guid),
        cmocka_unit_test(test_xmlsec1),
    };

    return cmocka_run_group_tests(tests, tickets_start, tickets_stop);
}
