/* Decoders of Kerberos' messages: what real ones say, and what is none. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "krb_capture.h"
#include "krb_fixture.h"
#include "util/mem.h"
#include "wire/der.h"
#include "wire/krb.h"
#include "wire/krb_keys.h"
#include "wire/spnego.h"

static void is_text(struct span bytes, const char *text)
{
    assert_string_equal(arena_text(arena, bytes), text);
}

static void is_name(const struct krb_name *name, int32_t type, const char *text)
{
    assert_int_equal(name->type, type);
    assert_string_equal(krb_name_text(arena, name), text);
}

/* Opens what MIT made, with a key that is known. */
static struct span open_part(const char *key, enum kcrypt_usage usage,
                             const struct krb_encrypted *part)
{
    struct kcrypt_key with = {part->etype, hex(key)};
    AUTO_BUF out = {0};

    assert_int_equal(part->etype, KRB_ETYPE_AES256);
    assert_int_equal(kcrypt_decrypt(kcrypt, &with, usage, part->cipher, &out),
                     KCRYPT_OK);
    return arena_copy(arena, buf_span(&out));
}

/* ---- What real programs say ---- */

static void an_as_req(void **state UNUSED)
{
    struct krb_kdc_req req;
    struct krb_flaw flaw;

    assert_int_equal(krb_kind_of(hex(AS_REQ)), KRB_AS_REQ);
    assert_true(krb_decode_kdc_req(hex(AS_REQ), &req, &flaw));
    assert_int_equal(req.type, KRB_AS_REQ);
    is_name(&req.client, KRB_NT_PRINCIPAL, "alice@CONTOSO.TEST");
    is_name(&req.service, KRB_NT_SRV_INST, "krbtgt/CONTOSO.TEST@CONTOSO.TEST");
    assert_int_equal(req.options, 0x00000010); /* renewable-ok */
    assert_int_equal(req.nonce, 0x50456282);
    assert_string_equal(krb_time_text(arena, req.till), "2026-11-26T19:07:07Z");
    assert_int_equal(req.padata.count, 4);
    assert_int_equal(req.padata.items[0].type, 133); /* PA-FX-COOKIE */
    is_text(req.padata.items[0].value, "MIT");
    assert_int_equal(req.padata.items[1].type, 2); /* PA-ENC-TIMESTAMP */
    assert_int_equal(req.padata.items[2].type, 150);
    assert_int_equal(req.padata.items[2].value.size, 0);
    assert_int_equal(req.etype_count, 8);
    assert_int_equal(req.etypes[0], KRB_ETYPE_AES256);
    assert_int_equal(req.etypes[5], KRB_ETYPE_RC4);
    assert_int_equal(req.body.data[0], DER_SEQUENCE);
}

/* 5.2.4: old clients encode 32 bits as a signed number. */
static void a_negative_nonce(void **state UNUSED)
{
    struct span message = hex(AS_REQ);
    size_t place = span_find(message, hex("020450456282"), 0);
    struct krb_kdc_req req;
    struct krb_flaw flaw;

    assert_int_not_equal(place, SIZE_MAX);
    ((uint8_t *)(uintptr_t)message.data)[place + 2] |= 0x80;
    assert_true(krb_decode_kdc_req(message, &req, &flaw));
    assert_int_equal(req.nonce, 0xd0456282);
}

static void an_as_rep(void **state UNUSED)
{
    struct krb_kdc_rep rep;
    struct krb_flaw flaw;
    struct krb_ticket_part part;

    assert_int_equal(krb_kind_of(hex(AS_REP)), KRB_AS_REP);
    assert_true(krb_decode_kdc_rep(hex(AS_REP), &rep, &flaw));
    assert_int_equal(rep.type, KRB_AS_REP);
    is_name(&rep.client, KRB_NT_PRINCIPAL, "alice@CONTOSO.TEST");
    is_name(&rep.ticket.service, KRB_NT_SRV_INST,
            "krbtgt/CONTOSO.TEST@CONTOSO.TEST");
    assert_true(rep.ticket.enc_part.has_kvno);
    assert_int_equal(rep.ticket.enc_part.kvno, 1);
    assert_int_equal(rep.padata.items[0].type, 19); /* PA-ETYPE-INFO2 */
    assert_int_equal(rep.enc_part.etype, KRB_ETYPE_AES256);
    assert_int_equal(rep.ticket_place.data[0], DER_CONTEXT_0 + 5);
    assert_true(krb_decode_ticket_part(
        open_part(KRBTGT_KEY, KCRYPT_TICKET, &rep.ticket.enc_part), &part,
        &flaw));
    is_name(&part.client, KRB_NT_PRINCIPAL, "alice@CONTOSO.TEST");
    /* initial, pre-authent, enc-pa-rep */
    assert_int_equal(part.flags, 0x00610000);
}

static void a_tgs_exchange(void **state UNUSED)
{
    struct krb_kdc_req req;
    struct krb_kdc_rep rep;
    struct krb_ap_req ap;
    struct krb_flaw flaw;

    assert_int_equal(krb_kind_of(hex(TGS_REQ)), KRB_TGS_REQ);
    assert_true(krb_decode_kdc_req(hex(TGS_REQ), &req, &flaw));
    assert_int_equal(req.type, KRB_TGS_REQ);
    assert_int_equal(req.client.count, 0);
    is_name(&req.service, KRB_NT_PRINCIPAL,
            "HTTP/lyncweb.contoso.test@CONTOSO.TEST");
    assert_int_equal(req.padata.items[0].type, 1);   /* PA-TGS-REQ */
    assert_int_equal(req.padata.items[1].type, 136); /* PA-FX-FAST */
    assert_true(krb_decode_ap_req(req.padata.items[0].value, &ap, &flaw));
    is_name(&ap.ticket.service, KRB_NT_SRV_INST,
            "krbtgt/CONTOSO.TEST@CONTOSO.TEST");
    assert_true(krb_decode_kdc_rep(hex(TGS_REP), &rep, &flaw));
    assert_int_equal(rep.type, KRB_TGS_REP);
    is_name(&rep.ticket.service, KRB_NT_PRINCIPAL,
            "HTTP/lyncweb.contoso.test@CONTOSO.TEST");
}

static void an_ap_exchange(void **state UNUSED)
{
    struct krb_gss_token token;
    struct krb_gss_checksum sum;
    struct krb_ap_req req;
    struct krb_encrypted rep;
    struct krb_ticket_part part;
    struct krb_authenticator author;
    struct krb_flaw flaw;

    assert_true(krb_decode_gss_token(hex(AP_REQ_TOKEN), &token, &flaw));
    assert_true(span_equal(token.oid, SPNEGO_OID_KRB5));
    assert_int_equal(token.id, KRB_TOKEN_AP_REQ);
    assert_true(krb_decode_ap_req(token.message, &req, &flaw));
    assert_int_equal(req.options, 0x20000000);
    assert_true(krb_decode_ticket_part(
        open_part(SERVICE_KEY, KCRYPT_TICKET, &req.ticket.enc_part), &part,
        &flaw));
    assert_int_equal(part.end_time - part.auth_time, 24 * 60 * 60);
    assert_int_equal(part.auth_time, 1795633627);
    assert_false(part.has_start_time);
    assert_false(part.has_renew_till);
    assert_int_equal(part.addresses.size, 0);
    assert_true(krb_decode_authenticator(
        open_part(hex_text(arena, part.key.bytes), KCRYPT_AP_REQ_AUTHENTICATOR,
                  &req.authenticator),
        &author, &flaw));
    is_name(&author.client, KRB_NT_PRINCIPAL, "alice@CONTOSO.TEST");
    assert_int_equal(author.checksum.type, 0x8003);
    assert_true(author.has_subkey);
    assert_int_equal(author.subkey.type, KRB_ETYPE_AES256);
    assert_true(author.has_sequence);
    assert_true(krb_decode_gss_checksum(author.checksum.bytes, &sum));
    assert_int_equal(sum.bindings.size, 16);
    assert_int_equal(sum.flags & 2, 2); /* GSS_C_MUTUAL_FLAG */
    assert_int_equal(sum.delegated.size, 0);

    assert_true(krb_decode_gss_token(hex(AP_REP_TOKEN), &token, &flaw));
    assert_int_equal(token.id, KRB_TOKEN_AP_REP);
    assert_true(krb_decode_ap_rep(token.message, &rep, &flaw));
    assert_false(rep.has_kvno);
}

static void errors(void **state UNUSED)
{
    struct krb_gss_token token;
    struct krb_padata_list methods;
    struct krb_error error;
    struct krb_flaw flaw;

    assert_true(krb_decode_error(hex(PREAUTH_REQUIRED), &error, &flaw));
    assert_int_equal(error.code, 25);
    assert_int_equal(error.susec, 0x0e142d);
    assert_false(error.has_client_time);
    is_name(&error.client, KRB_NT_PRINCIPAL, "alice@CONTOSO.TEST");
    is_name(&error.service, KRB_NT_SRV_INST,
            "krbtgt/CONTOSO.TEST@CONTOSO.TEST");
    is_text(error.text, "NEEDED_PREAUTH");
    assert_true(krb_decode_method_data(error.data, &methods, &flaw));
    assert_int_equal(methods.count, 4);
    assert_int_equal(methods.items[1].type, 19);

    assert_true(krb_decode_gss_token(hex(AP_ERROR_TOKEN), &token, &flaw));
    assert_int_equal(token.id, KRB_TOKEN_ERROR);
    assert_true(krb_decode_error(token.message, &error, &flaw));
    assert_int_equal(error.code, 44);
}

/* ---- What is none ---- */

/* All decoders; true: one of them took it. */
static bool any_decodes(struct span input)
{
    union {
        struct krb_kdc_req kdc_req;
        struct krb_kdc_rep kdc_rep;
        struct krb_ap_req ap_req;
        struct krb_encrypted ap_rep;
        struct krb_error error;
        struct krb_ticket ticket;
        struct krb_ticket_part part;
        struct krb_authenticator author;
        struct krb_authdata authdata;
        struct krb_padata_list methods;
        struct krb_gss_token token;
        struct krb_proxy_message proxy;
    } out;
    struct krb_flaw flaw;

    return krb_decode_kdc_req(input, &out.kdc_req, &flaw) ||
           krb_decode_kdc_rep(input, &out.kdc_rep, &flaw) ||
           krb_decode_ap_req(input, &out.ap_req, &flaw) ||
           krb_decode_ap_rep(input, &out.ap_rep, &flaw) ||
           krb_decode_error(input, &out.error, &flaw) ||
           krb_decode_ticket(input, &out.ticket, &flaw) ||
           krb_decode_ticket_part(input, &out.part, &flaw) ||
           krb_decode_authenticator(input, &out.author, &flaw) ||
           krb_decode_authdata(input, &out.authdata, &flaw) ||
           krb_decode_method_data(input, &out.methods, &flaw) ||
           krb_decode_gss_token(input, &out.token, &flaw) ||
           krb_decode_proxy_message(input, &out.proxy, &flaw);
}

/* A copy whose end a sanitizer watches. */
static bool decodes_alone(struct span input)
{
    AUTO(mem) copy = mem_alloc(input.size ? input.size : 1);

    memcpy(copy, input.data ? input.data : (const uint8_t *)"", input.size);
    return any_decodes(span_of(input.size ? copy : NULL, input.size));
}

static void mangled_messages(void **state UNUSED)
{
    static const char *const messages[] = {
        AS_REQ,  PREAUTH_REQUIRED, AS_REP,       TGS_REQ,
        TGS_REP, AP_REQ_TOKEN,     AP_REP_TOKEN,
    };

    for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
        struct span whole = hex(messages[i]);
        uint8_t *bytes = (uint8_t *)(uintptr_t)whole.data;

        assert_true(decodes_alone(whole));
        for (size_t size = 0; size < whole.size; size++) {
            assert_false(decodes_alone(span_slice(whole, 0, size)));
        }
        for (size_t bit = 0; bit < whole.size * 8; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            decodes_alone(whole);
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
}

/* A KRB-ERROR whose member is what the row says. */
#define ERROR_HEAD "a003020105a10302011e"
#define STIME      "a411180f32303133303630313132303030305a"
#define SUSEC      "a503020100"
#define CODE       "a603020125"
#define REALM      "a9061b0443545354"
#define SNAME      "aa0e300ca003020102a10530031b0161"

static const struct {
    const char *name;
    const char *members;
    const char *field; /* NULL: it is fine */
    const char *why;
} members[] = {
    {"good", ERROR_HEAD STIME SUSEC CODE REALM SNAME, NULL, NULL},
    {"an unknown member at the end",
     ERROR_HEAD STIME SUSEC CODE REALM SNAME "b4020500", NULL, NULL},
    {"lengths longer than need be",
     "a08103020105"
     "a18200030201"
     "1e" STIME SUSEC CODE REALM SNAME,
     NULL, NULL},
    {"numbers longer than need be",
     "a00502030000"
     "05"
     "a10302011e" STIME SUSEC CODE REALM SNAME,
     NULL, NULL},
    {"nothing", "", "pvno", "is missing"},
    {"another version", "a003020104a10302011e" STIME SUSEC CODE REALM SNAME,
     "pvno", "is a number that it cannot be"},
    {"another type", "a003020105a10302011f" STIME SUSEC CODE REALM SNAME,
     "msg-type", "is a number that it cannot be"},
    {"a number of no bytes", ERROR_HEAD STIME SUSEC "a6020200" REALM SNAME,
     "error-code", "is a number that it cannot be"},
    {"a number of 40 bits",
     ERROR_HEAD STIME SUSEC "a6070205"
                            "0100000000" REALM SNAME,
     "error-code", "is a number that it cannot be"},
    {"a million microseconds",
     ERROR_HEAD STIME "a50502030f4240" CODE REALM SNAME, "susec",
     "is a number that it cannot be"},
    {"a text for a number", ERROR_HEAD STIME SUSEC "a6031b0125" REALM SNAME,
     "error-code", "is an element of another type"},
    {"no code", ERROR_HEAD STIME SUSEC REALM SNAME, "error-code", "is missing"},
    {"twice", ERROR_HEAD STIME SUSEC CODE CODE REALM SNAME, "crealm",
     "stands twice, or out of its order"},
    {"out of order", ERROR_HEAD STIME SUSEC CODE SNAME REALM, "realm",
     "is missing"},
    {"13th month",
     ERROR_HEAD "a411180f32303133313330313132303030305a" SUSEC CODE REALM SNAME,
     "stime", "is no time from 1970 on as 20130601120000Z"},
    {"name without type",
     ERROR_HEAD STIME SUSEC CODE REALM "aa093007a10530031b0161",
     "sname.name-type", "is missing"},
    {"name of an octet string",
     ERROR_HEAD STIME SUSEC CODE REALM "aa0e300ca003020102a1053003040161",
     "sname.name-string", "is an element of another type"},
    {"cut name",
     ERROR_HEAD STIME SUSEC CODE REALM "aa0e300ca003020102a10530031b0261",
     "sname.name-string", "ends too early"},
    {"a name of 9 components",
     ERROR_HEAD STIME SUSEC CODE REALM "aa203"
                                       "01ea003020102a1"
                                       "173015"
                                       "1b001b001b001b001b001b001b001b001b0161"
                                       "0500",
     "sname.name-string", "has more than 8 components"},
    {"an indefinite length", ERROR_HEAD STIME SUSEC CODE REALM "aa80", "sname",
     "has a tag or length that DER does not know"},
    {"a member with no tag", ERROR_HEAD STIME SUSEC CODE REALM SNAME "0500",
     "e-text", "is an element of another type"},
};

static void flaws_are_named(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        struct krb_error error;
        struct krb_flaw flaw = {0};
        AUTO_BUF message = {0};
        bool good;

        buf_add(&message, hex(members[i].members));
        der_wrap(&message, 0, DER_SEQUENCE);
        der_wrap(&message, 0, 0x7e);
        good = krb_decode_error(buf_span(&message), &error, &flaw);
        print_message("%s: %s %s\n", members[i].name, flaw.field,
                      flaw.why ? flaw.why : "");
        assert_int_equal(good, members[i].field == NULL);
        if (!good) {
            assert_string_equal(flaw.field, members[i].field);
            assert_string_equal(flaw.why, members[i].why);
            assert_true(flaw.offset <= message.size);
        }
    }
}

static void flaws_have_a_place(void **state UNUSED)
{
    struct span message = hex("7e07"
                              "3005"
                              "a003"
                              "020104");
    struct krb_error error;
    struct krb_flaw flaw;

    assert_false(krb_decode_error(message, &error, &flaw));
    assert_string_equal(flaw.field, "pvno");
    assert_int_equal(flaw.offset, 6);
    assert_false(krb_decode_error(SPAN_NONE, &error, &flaw));
    assert_string_equal(flaw.field, "KRB-ERROR");
    assert_string_equal(flaw.why, "ends too early");
    assert_int_equal(flaw.offset, 0);
    assert_false(krb_decode_error(hex("6a00"), &error, &flaw));
    assert_string_equal(flaw.field, "KRB-ERROR");
    assert_string_equal(flaw.why, "is an element of another type");
}

/* Members hold one element each; behind the whole there may be padding. */
static void trailing(void **state UNUSED)
{
    static const struct {
        const char *message;
        bool good;
        const char *field;
        size_t offset;
    } rows[] = {
        {"6f19"
         "3017"
         "a003020105a10302010fa20b3009a003020112a2020400",
         true, NULL, 0},
        {"6f19"
         "3017"
         "a003020105a10302010fa20b3009a003020112a2020400"
         "000000",
         true, NULL, 0},
        {"6f1a"
         "3017"
         "a003020105a10302010fa20b3009a003020112a2020400"
         "00",
         false, "AP-REP", 27},
        {"6f1a"
         "3018"
         "a00402010500a10302010fa20b3009a003020112a2020400",
         false, "pvno", 9},
        {"6f1a"
         "3018"
         "a003020105a10302010fa20c3009a003020112a202040000",
         false, "enc-part", 27},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct krb_encrypted part;
        struct krb_flaw flaw;

        print_message("%s\n", rows[i].message);
        assert_int_equal(krb_decode_ap_rep(hex(rows[i].message), &part, &flaw),
                         rows[i].good);
        if (!rows[i].good) {
            assert_string_equal(flaw.field, rows[i].field);
            assert_int_equal(flaw.offset, rows[i].offset);
        }
    }
}

/* RFC 4121 section 4.1.1: what is no such checksum. */
static void gss_checksums(void **state UNUSED)
{
    static const char zero[] = "00000000000000000000000000000000";
    static const struct {
        const char *name;
        const char *size;
        const char *flags;
        bool good;
        size_t delegated;
    } rows[] = {
        {"good", "10000000", "02000000", true, 0},
        {"with extensions", "10000000", "0200000001020304", true, 0},
        {"delegation", "10000000", "0300000001000300aabbcc", true, 3},
        {"delegation, cut", "10000000", "0300000001000300aabb", true, 0},
        {"delegation, none", "10000000", "03000000", true, 0},
        {"one short", "10000000", "020000", false, 0},
        {"another length", "11000000", "02000000", false, 0},
    };
    struct krb_gss_checksum sum;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *text =
            arena_printf(arena, "%s%s%s", rows[i].size, zero, rows[i].flags);

        print_message("%s\n", rows[i].name);
        assert_int_equal(krb_decode_gss_checksum(hex(text), &sum),
                         rows[i].good);
        if (rows[i].good) {
            assert_int_equal(sum.delegated.size, rows[i].delegated);
        }
    }
    assert_false(krb_decode_gss_checksum(SPAN_NONE, &sum));
}

/* MS-KKDCP 2.2.2 */
static void proxy_messages(void **state UNUSED)
{
    static const struct {
        const char *name;
        const char *bytes;
        const char *message; /* NULL: none */
        const char *realm;
    } rows[] = {
        {"good", "3010a0080406000000026a00a1041b024354", "6a00", "CT"},
        {"no realm", "300aa0080406000000026a00", "6a00", ""},
        {"a hint", "300fa0080406000000026a00a203020101", "6a00", ""},
        {"no length", "3006a00404026a00", NULL, NULL},
        {"too long a length", "300aa0080406000000036a00", NULL, NULL},
        {"too short a length", "300aa0080406000000016a00", NULL, NULL},
        {"nothing", "3000", NULL, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct krb_proxy_message out;
        struct krb_flaw flaw;

        print_message("%s\n", rows[i].name);
        if (!rows[i].message) {
            assert_false(
                krb_decode_proxy_message(hex(rows[i].bytes), &out, &flaw));
            assert_string_equal(flaw.field, "kerb-message");
            continue;
        }
        assert_true(krb_decode_proxy_message(hex(rows[i].bytes), &out, &flaw));
        assert_string_equal(hex_text(arena, out.message), rows[i].message);
        is_text(out.realm, rows[i].realm);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_as_req),
        cmocka_unit_test(a_negative_nonce),
        cmocka_unit_test(an_as_rep),
        cmocka_unit_test(a_tgs_exchange),
        cmocka_unit_test(an_ap_exchange),
        cmocka_unit_test(errors),
        cmocka_unit_test(mangled_messages),
        cmocka_unit_test(flaws_are_named),
        cmocka_unit_test(flaws_have_a_place),
        cmocka_unit_test(trailing),
        cmocka_unit_test(gss_checksums),
        cmocka_unit_test(proxy_messages),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
