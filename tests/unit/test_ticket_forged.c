/* Web tickets that must not open: changed, wrapped, signed by others. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/c14n.h>

#include "ticket/keys.h"
#include "ticket/xmldsig.h"
#include "tickets.h"
#include "util/base64.h"
#include "wire/uris.h"

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
    size_t opened = 0;

    (void)state;
    ticket.proof_key = span_of(proof_key, sizeof(proof_key));
    good = issue(&ours, arena, &ticket);
    canonical = exclusive_c14n(arena, good);
    for (size_t i = 0; i < strlen(good) * ARRAY_SIZE(masks); i++) {
        AUTO(arena) scratch = arena_new();
        char *bad = arena_strdup(scratch, good);
        struct ticket found;

        bad[i / ARRAY_SIZE(masks)] =
            (char)((unsigned char)bad[i / ARRAY_SIZE(masks)] ^
                   masks[i % ARRAY_SIZE(masks)]);
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
                        SIGNER_NOW, &pool, &found),
            TICKET_VALID);
        assert_non_null(found.detail);
    }
}

static void test_cwt_lengths(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket = a_ticket(arena, TICKET_CWT);
    struct span good;
    struct ticket found;

    (void)state;
    assert_true(base64_decode(
        arena, span_text(issue(&ours, arena, &ticket) + 4), &good));
    for (size_t size = 0; size < good.size; size++) {
        assert_int_equal(
            ticket_open(ours.keys, arena,
                        base64url_text(arena, span_of(good.data, size)),
                        SIGNER_NOW, &pool, &found),
            TICKET_GARBAGE);
    }
    assert_int_equal(
        ticket_open(ours.keys, arena,
                    arena_printf(arena, "%sAAAA", base64url_text(arena, good)),
                    SIGNER_NOW, &pool, &found),
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
                                 SIGNER_NOW, &pool, &found),
                     TICKET_BAD_SIGNATURE);
    assert_non_null(strstr(found.detail, "another run"));
}

/* ---- Signature wrapping and other forgeries ---- */

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

    f.good = arena_strdup(arena, issue(&ours, arena, &f.ticket));
    f.signature = between(arena, f.good, "<Signature", "</Signature>");
    f.body = replace(arena, f.good, f.signature, "");
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
    const char *elsewhere =
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
    assert_refused(&f, "reference elsewhere",
                   with_child(&f, f.body, elsewhere));
    assert_refused(&f, "something behind the signature",
                   with_child(&f, f.good, "<x/>"));
    assert_refused(&f, "two signatures", with_child(&f, f.good, f.signature));
}

/* xml:id makes an id without our doing. */
static void test_wrapping_by_xml_id(void **state)
{
    AUTO(arena) arena = arena_new();
    struct forgery f = forge(arena);
    const char *around =
        arena_printf(arena, "<x xml:id=\"%s\">%s</x>", f.ticket.id, f.body);
    const char *empty = arena_printf(arena, "<x xml:id=\"%s\"/>", f.ticket.id);

    (void)state;
    assert_refused(&f, "good one within an element of its id",
                   with_child(&f, with_child(&f, f.evil, around), f.signature));
    assert_refused(
        &f, "own id taken by another element",
        with_child(&f, with_child(&f, f.same_id, empty), f.signature));
}

/* A good signature in a shape that could hide something. */
static void test_signature_shapes(void **state)
{
    AUTO(arena) arena = arena_new();
    struct forgery f = forge(arena);
    const char *reference =
        between(arena, f.good, "<Reference", "</Reference>");
    const char *transforms =
        between(arena, f.good, "<Transforms", "</Transforms>");
    const char *key_info = between(arena, f.good, "<KeyInfo", "</KeyInfo>");
    const char *value =
        between(arena, f.good, "<SignatureValue>", "</SignatureValue>");
    const char *uri = arena_printf(arena, "URI=\"#%s\"", f.ticket.id);
    const struct {
        const char *name;
        const char *from;
        const char *to;
    } rows[] = {
        {"two references", "</Reference>",
         arena_printf(arena, "</Reference>%s", reference)},
        {"no reference", reference, ""},
        {"whole document", uri, "URI=\"\""},
        {"no transforms", transforms, ""},
        {"XPath transform", "</Transforms>",
         "<Transform Algorithm=\"http://www.w3.org/TR/1999/"
         "REC-xpath-19991116\"/></Transforms>"},
        {"no KeyInfo", key_info, ""},
        {"an Object", "</Signature>", "<Object/></Signature>"},
        {"keyed with what everybody knows", URI_DS_MORE "ecdsa-sha256",
         URI_DS "hmac-sha1"},
        {"no algorithm", URI_DS_MORE "ecdsa-sha256", "urn:none"},
        {"empty signature", value, "<SignatureValue/>"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_refused(&f, rows[i].name,
                       replace(arena, f.good, rows[i].from, rows[i].to));
    }
}

/* The last digit of the signature has four bits that mean nothing. */
static void test_other_base64(void **state)
{
    AUTO(arena) arena = arena_new();
    struct forgery f = forge(arena);
    char *end = strstr(f.good, "==</SignatureValue>");

    (void)state;
    assert_non_null(end);
    end[-1]++;
    assert_refused(&f, "another digit, the same bytes", f.good);
}

/*
 * What our key did sign, but not in the shape that we issue: an assertion
 * within an assertion, of which nobody could say which one is meant.
 */
static void test_nested_and_signed(void **state)
{
    static const char *const within[] = {"<x/>", "<x><Assertion/></x>"};
    AUTO(arena) arena = arena_new();
    struct forgery f = forge(arena);
    const char *rest =
        between(arena, f.good, "<KeyInfo><X509Data", "</Signature>");

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(within); i++) {
        const char *text = with_child(&f, f.body, within[i]);
        AUTO(xml_doc) doc = NULL;
        struct xml_report report;
        struct ticket found;
        struct err err;
        AUTO_BUF out = {0};

        assert_int_equal(xml_parse(span_text(text), &doc, &report), XML_OK);
        assert_non_null(xmldsig_sign(ours.keys->signer, xml_root(doc),
                                     "AssertionID", false, &err));
        xml_write(&out, xml_root(doc));
        text = replace(arena, buf_text(&out), "</Signature>", rest);
        assert_int_equal(open_saml(arena, text, &found),
                         i == 0 ? TICKET_VALID : TICKET_BAD_SIGNATURE);
    }
}

/* Signed by a stranger who names our certificate as the signer. */
static void test_stolen_certificate(void **state)
{
    static const char from[] = "<X509Certificate>";
    static const char to[] = "</X509Certificate>";
    AUTO(arena) arena = arena_new();
    struct forgery f = forge(arena);
    const char *stranger = issue(&theirs, arena, &f.ticket);

    (void)state;
    assert_refused(&f, "stranger",
                   replace(arena, stranger, between(arena, stranger, from, to),
                           between(arena, f.good, from, to)));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saml_flips),
        cmocka_unit_test(test_cwt_flips),
        cmocka_unit_test(test_cwt_lengths),
        cmocka_unit_test(test_another_run),
        cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_wrapping_by_xml_id),
        cmocka_unit_test(test_signature_shapes),
        cmocka_unit_test(test_other_base64),
        cmocka_unit_test(test_nested_and_signed),
        cmocka_unit_test(test_stolen_certificate),
        cmocka_unit_test(test_comment_in_name),
    };

    return cmocka_run_group_tests(tests, tickets_start, tickets_stop);
}
