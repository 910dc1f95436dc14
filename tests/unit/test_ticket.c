/* Web tickets: issued, opened again, and everything that must not open. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libxml/c14n.h>

#include "signer.h"
#include "ticket/guid.h"
#include "util/base64.h"
#include "util/stamp.h"
#include "util/url.h"
#include "wire/uris.h"
#include "wire/xml.h"

#define HOUR    (3600 * ENV_NS_PER_SEC)
#define SERVICE "https://lyncweb.contoso.test/Autodiscover/root/user"

static const uint8_t sid[28] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 9};
static const uint8_t proof_key[32] = {1, 2, 3};

/* One set of keys for all tests: making them takes time. */
static struct signer ours;
static struct signer theirs;
static struct env env;

static struct ticket a_ticket(struct arena *arena, enum ticket_format format)
{
    return (struct ticket){
        .id = ticket_id(format, &env, arena),
        .format = format,
        .sip = "sip:alice@contoso.test",
        .sid = sid,
        .issuer = "https://lyncweb.contoso.test/WebTicket/a.svc",
        .audience = format == TICKET_SAML ? SERVICE : NULL,
        .issued = SIGNER_NOW,
        .expires = SIGNER_NOW + 8 * HOUR,
    };
}

static const char *issue(struct signer *signer, struct arena *arena,
                         const struct ticket *ticket)
{
    struct span text;
    struct err err;

    if (!ticket_issue(signer->keys, false, arena, ticket, &text, &err)) {
        fail_msg("%s", err.text);
    }
    return arena_text(arena, text);
}

static char *opaque(struct arena *arena, const char *assertion)
{
    return arena_printf(arena, "opaque=%s",
                        base64_text(arena, span_text(assertion)));
}

/* Opens an assertion as a client carries it, for the right service. */
static enum ticket_flaw open_saml(struct arena *arena, const char *assertion,
                                  struct ticket *out)
{
    return ticket_open(ours.keys, arena, opaque(arena, assertion), SIGNER_NOW,
                       SERVICE, out);
}

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
        ticket_open(ours.keys, arena, text, SIGNER_NOW, SERVICE, &found),
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
        enum ticket_flaw flaw = ticket_open(ours.keys, arena, forms[i],
                                            SIGNER_NOW, SERVICE, &found);

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

        if (ticket_open(ours.keys, arena, rows[i], SIGNER_NOW, NULL, &found) !=
            TICKET_GARBAGE) {
            fail_msg("%s opens", rows[i]);
        }
        assert_non_null(found.detail);
    }
}

static void test_terms(void **state)
{
    static const struct {
        int64_t now;
        const char *audience;
        enum ticket_flaw saml;
        enum ticket_flaw cwt;
    } rows[] = {
        {0, SERVICE, TICKET_VALID, TICKET_VALID},
        {0, NULL, TICKET_VALID, TICKET_VALID},
        {-1, SERVICE, TICKET_NOT_YET_VALID, TICKET_VALID},
        {8 * HOUR - 1, SERVICE, TICKET_VALID, TICKET_VALID},
        {8 * HOUR, SERVICE, TICKET_EXPIRED, TICKET_EXPIRED},
        {99 * HOUR, "urn:x", TICKET_EXPIRED, TICKET_EXPIRED},
        {0, "https://LYNCWEB.contoso.test:443/autodiscover/ROOT/user?a=b",
         TICKET_VALID, TICKET_VALID},
        {0, SERVICE "/", TICKET_WRONG_AUDIENCE, TICKET_VALID},
        {0, "http://lyncweb.contoso.test/Autodiscover/root/user",
         TICKET_WRONG_AUDIENCE, TICKET_VALID},
        {0, "https://lyncweb.contoso.test:444/Autodiscover/root/user",
         TICKET_WRONG_AUDIENCE, TICKET_VALID},
        {0, "https://lyncweb2.contoso.test/Autodiscover/root/user",
         TICKET_WRONG_AUDIENCE, TICKET_VALID},
        {0, "", TICKET_WRONG_AUDIENCE, TICKET_VALID},
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

        if (ticket_open(ours.keys, arena, assertion, now, rows[i].audience,
                        &found) != rows[i].saml) {
            fail_msg("row %zu, saml: %s", i, found.detail);
        }
        assert_string_equal(found.sip, saml.sip);
        assert_true((found.detail == NULL) == (rows[i].saml == TICKET_VALID));
        if (ticket_open(ours.keys, arena, compact, now, rows[i].audience,
                        &found) != rows[i].cwt) {
            fail_msg("row %zu, cwt: %s", i, found.detail);
        }
        assert_memory_equal(found.sid, sid, sizeof(sid));
    }
}

/* ---- Tampering ---- */

static char *exclusive_c14n(struct arena *arena, const char *text)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    xmlChar *canonical = NULL;
    char *copy;

    assert_int_equal(xml_parse(span_text(text), &doc, &report), XML_OK);
    assert_true(xmlC14NDocDumpMemory(doc, NULL, XML_C14N_EXCLUSIVE_1_0, NULL, 0,
                                     &canonical) > 0);
    copy = arena_strdup(arena, (const char *)canonical);
    xmlFree(canonical);
    return copy;
}

/*
 * Every byte of an assertion, changed in several ways. White space within a
 * tag may become other white space: the canonical form, which is what is
 * signed, stays the same, and the ticket opens, as it does at any verifier of
 * XML signatures. No other change may pass.
 */
static void test_saml_flips(void **state)
{
    static const unsigned char masks[] = {0x01, 0x02, 0x20, 0x80};
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_ticket(arena, TICKET_SAML);
    const char *good;
    const char *canonical;
    size_t length;
    size_t opened = 0;

    (void)state;
    ticket.proof_key = span_of(proof_key, sizeof(proof_key));
    good = issue(&ours, arena, &ticket);
    canonical = exclusive_c14n(arena, good);
    length = strlen(good);
    for (size_t i = 0; i < length * ARRAY_SIZE(masks); i++) {
        AUTO(arena) scratch = arena_new();
        char *bad = arena_strdup(scratch, good);
        struct ticket found;

        bad[i / 4] = (char)((unsigned char)bad[i / 4] ^ masks[i % 4]);
        if (open_saml(scratch, bad, &found) == TICKET_VALID) {
            opened++;
            assert_string_equal(exclusive_c14n(scratch, bad), canonical);
        } else {
            assert_non_null(found.detail);
        }
    }
    /* There is little white space: nearly all changes are noticed. */
    assert_in_range(opened, 0, 64);
}

static void test_cwt_flips(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_ticket(arena, TICKET_CWT);
    struct span good;
    struct ticket found;

    (void)state;
    assert_true(base64_decode(
        arena, span_text(issue(&ours, arena, &ticket) + 4), &good));
    for (size_t i = 0; i < good.size * 8; i++) {
        uint8_t *bad = arena_alloc(arena, good.size);

        memcpy(bad, good.data, good.size);
        bad[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_not_equal(
            ticket_open(ours.keys, arena,
                        base64url_text(arena, span_of(bad, good.size)),
                        SIGNER_NOW, NULL, &found),
            TICKET_VALID);
    }
    for (size_t size = 0; size < good.size; size++) {
        assert_int_equal(
            ticket_open(ours.keys, arena,
                        base64url_text(arena, span_of(good.data, size)),
                        SIGNER_NOW, NULL, &found),
            TICKET_GARBAGE);
    }
    assert_int_equal(
        ticket_open(ours.keys, arena,
                    arena_printf(arena, "%sAAAA", base64url_text(arena, good)),
                    SIGNER_NOW, NULL, &found),
        TICKET_GARBAGE);
}

static void test_another_run(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket saml = a_ticket(arena, TICKET_SAML);
    struct ticket cwt = a_ticket(arena, TICKET_CWT);
    struct ticket found;

    (void)state;
    assert_int_equal(open_saml(arena, issue(&theirs, arena, &saml), &found),
                     TICKET_BAD_SIGNATURE);
    assert_non_null(strstr(found.detail, "another run"));
    assert_string_equal(found.sip, saml.sip);
    assert_int_equal(ticket_open(ours.keys, arena, issue(&theirs, arena, &cwt),
                                 SIGNER_NOW, NULL, &found),
                     TICKET_BAD_SIGNATURE);
    assert_non_null(strstr(found.detail, "another run"));
}

/* ---- Signature wrapping and other forgeries ---- */

static char *replace(struct arena *arena, const char *text, const char *from,
                     const char *to)
{
    const char *at = strstr(text, from);

    assert_non_null(at);
    return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to,
                        at + strlen(from));
}

static char *between(struct arena *arena, const char *text, const char *from,
                     const char *to)
{
    const char *start = strstr(text, from);
    const char *end = start ? strstr(start, to) : NULL;

    assert_non_null(end);
    return arena_text(arena,
                      span_of(start, (size_t)(end - start) + strlen(to)));
}

#define EVIL "sip:evil@contoso.test"

/* The good assertion, what a forger makes of it, and its parts. */
struct forgery {
    struct arena *arena;
    char *good;
    char *body;      /* the good one without its signature */
    char *signature; /* the good one's */
    char *evil;      /* other user, other id, unsigned */
    char *same_id;   /* other user, the good one's id, unsigned */
    struct ticket ticket;
};

static struct forgery forge(struct arena *arena)
{
    struct forgery f = {.arena = arena, .ticket = a_ticket(arena, TICKET_SAML)};
    const char *good;

    good = issue(&ours, arena, &f.ticket);
    f.good = arena_strdup(arena, good);
    f.signature = between(arena, good, "<Signature", "</Signature>");
    f.body = replace(arena, good, f.signature, "");
    f.same_id = replace(arena, f.body, f.ticket.sip, EVIL);
    f.evil = replace(arena, f.same_id, f.ticket.id, "SamlSecurityToken-1");
    return f;
}

static char *with_child(const struct forgery *f, const char *assertion,
                        const char *child)
{
    return replace(f->arena, assertion, "</saml:Assertion>",
                   arena_printf(f->arena, "%s</saml:Assertion>", child));
}

static void assert_refused(const struct forgery *f, const char *name,
                           const char *text)
{
    struct ticket found;
    enum ticket_flaw flaw = open_saml(f->arena, text, &found);

    if (flaw != TICKET_BAD_SIGNATURE) {
        fail_msg("%s: %d, %s", name, flaw, found.sip);
    }
}

static void test_wrapping(void **state)
{
    AUTO(arena) arena = arena_new();
    struct forgery f = forge(arena);
    const char *in_object =
        replace(arena, f.signature, "</Signature>",
                arena_printf(arena, "<Object>%s</Object></Signature>", f.body));
    const char *other_id =
        replace(arena, f.signature, "#SamlSecurityToken", "#x");

    (void)state;
    assert_refused(&f, "unsigned", f.evil);
    assert_refused(&f, "another user", with_child(&f, f.same_id, f.signature));
    assert_refused(&f, "good one within the evil one",
                   with_child(&f, with_child(&f, f.evil, f.body), f.signature));
    assert_refused(&f, "good one whole within the evil one",
                   with_child(&f, f.evil, f.good));
    assert_refused(&f, "good one in an Object",
                   with_child(&f, f.evil, in_object));
    assert_refused(&f, "good one in an Object, same id",
                   with_child(&f, f.same_id, in_object));
    assert_refused(
        &f, "same id within, by xml:id",
        with_child(&f,
                   with_child(&f, f.evil,
                              arena_printf(arena, "<x xml:id=\"%s\">%s</x>",
                                           f.ticket.id, f.body)),
                   f.signature));
    assert_refused(
        &f, "own id stolen by xml:id",
        with_child(
            &f,
            with_child(&f, f.same_id,
                       arena_printf(arena, "<x xml:id=\"%s\"/>", f.ticket.id)),
            f.signature));
    assert_refused(&f, "reference elsewhere", with_child(&f, f.body, other_id));
    assert_refused(&f, "something behind the signature",
                   with_child(&f, f.good, "<x/>"));
    assert_refused(&f, "two signatures", with_child(&f, f.good, f.signature));
}

/* A good signature in a shape that could hide something. */
static void test_signature_shapes(void **state)
{
    AUTO(arena) arena = arena_new();
    struct forgery f = forge(arena);
    const char *reference =
        between(arena, f.good, "<Reference", "</Reference>");
    const char *key_info = between(arena, f.good, "<KeyInfo", "</KeyInfo>");

    (void)state;
    assert_refused(&f, "two references",
                   replace(arena, f.good, "</Reference>",
                           arena_printf(arena, "</Reference>%s", reference)));
    assert_refused(&f, "no reference", replace(arena, f.good, reference, ""));
    assert_refused(&f, "whole document",
                   replace(arena, f.good,
                           arena_printf(arena, "URI=\"#%s\"", f.ticket.id),
                           "URI=\"\""));
    assert_refused(
        &f, "no transforms",
        replace(arena, f.good,
                between(arena, f.good, "<Transforms", "</Transforms>"), ""));
    assert_refused(&f, "XPath transform",
                   replace(arena, f.good, "</Transforms>",
                           "<Transform Algorithm=\"http://www.w3.org/TR/1999/"
                           "REC-xpath-19991116\"/></Transforms>"));
    assert_refused(&f, "no KeyInfo", replace(arena, f.good, key_info, ""));
    assert_refused(
        &f, "an Object",
        replace(arena, f.good, "</Signature>", "<Object/></Signature>"));
    assert_refused(
        &f, "keyed with what everybody knows",
        replace(arena, f.good, URI_DS_MORE "ecdsa-sha256", URI_DS "hmac-sha1"));
    assert_refused(
        &f, "no algorithm",
        replace(arena, f.good, URI_DS_MORE "ecdsa-sha256", "urn:none"));
    assert_refused(
        &f, "empty signature",
        replace(arena, f.good,
                between(arena, f.good, "<SignatureValue>", "</SignatureValue>"),
                "<SignatureValue/>"));
}

/* Signed by a stranger who names our certificate as the signer. */
static void test_stolen_certificate(void **state)
{
    AUTO(arena) arena = arena_new();
    struct forgery f = forge(arena);
    const char *ours_named =
        between(arena, f.good, "<X509Certificate>", "</X509Certificate>");
    const char *stranger = issue(&theirs, arena, &f.ticket);

    (void)state;
    assert_refused(&f, "stranger",
                   replace(arena, stranger,
                           between(arena, stranger, "<X509Certificate>",
                                   "</X509Certificate>"),
                           ours_named));
}

/* A comment is not signed, and does not cut the name that was. */
static void test_comment_in_name(void **state)
{
    AUTO(arena) arena = arena_new();
    struct forgery f = forge(arena);
    struct ticket found;

    (void)state;
    assert_int_equal(open_saml(arena,
                               replace(arena, f.good, "alice@contoso",
                                       "alice@<!-- x -->contoso"),
                               &found),
                     TICKET_VALID);
    assert_string_equal(found.sip, f.ticket.sip);
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
                                     SIGNER_NOW, SERVICE, &found),
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

static int start(void **state)
{
    struct err err;

    (void)state;
    env_system(&env, 7);
    xml_init();
    if (!ticket_init(&err)) {
        return -1;
    }
    signer_start(&ours, PKI_P256, SIGNER_NOW);
    signer_start(&theirs, PKI_P256, SIGNER_NOW);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    signer_stop(&theirs);
    signer_stop(&ours);
    ticket_shutdown();
    xml_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saml_round_trip),
        cmocka_unit_test(test_saml_bytes),
        cmocka_unit_test(test_cwt_round_trip),
        cmocka_unit_test(test_carriers),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_saml_flips),
        cmocka_unit_test(test_cwt_flips),
        cmocka_unit_test(test_another_run),
        cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_signature_shapes),
        cmocka_unit_test(test_stolen_certificate),
        cmocka_unit_test(test_comment_in_name),
        cmocka_unit_test(test_rsa),
        cmocka_unit_test(test_bad_keys),
        cmocka_unit_test(test_cannot_issue),
        cmocka_unit_test(test_guid),
        cmocka_unit_test(test_xmlsec1),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
