/* Encoders of Kerberos' messages, judged by what MIT's programs made and by
 * what its library reads. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <krb5.h>
#include <profile.h>

#include "krb_capture.h"
#include "util/arena.h"
#include "util/base64.h"
#include "util/kcrypt.h"
#include "wire/krb.h"
#include "wire/spnego.h"

static struct arena *arena;
static struct kcrypt *kcrypt;
static krb5_context mit;

static int set_up(void **state UNUSED)
{
    profile_t nothing;
    struct err err;

    arena = arena_new();
    if (profile_init(NULL, &nothing) != 0 ||
        krb5_init_context_profile(nothing, 0, &mit) != 0) {
        return -1;
    }
    profile_release(nothing);
    return kcrypt_new(&kcrypt, &err) ? 0 : -1;
}

static int tear_down(void **state UNUSED)
{
    krb5_free_context(mit);
    kcrypt_free(kcrypt);
    arena_free(arena);
    return 0;
}

static struct span hex(const char *text)
{
    struct span bytes = SPAN_NONE;

    assert_true(hex_decode(arena, text, &bytes));
    return bytes;
}

static void is_same(const struct buf *made, struct span wanted)
{
    assert_string_equal(hex_text(arena, buf_span(made)),
                        hex_text(arena, wanted));
}

static struct span message_of(const char *token)
{
    struct krb_gss_token out;
    struct krb_flaw flaw;

    assert_true(krb_decode_gss_token(hex(token), &out, &flaw));
    return out.message;
}

static struct krb_kdc_rep reply_of(struct span message)
{
    struct krb_kdc_rep rep;
    struct krb_flaw flaw;

    assert_true(krb_decode_kdc_rep(message, &rep, &flaw));
    return rep;
}

/* ---- The same bytes again ---- */

static void errors_to_the_byte(void **state UNUSED)
{
    struct span messages[] = {hex(PREAUTH_REQUIRED),
                              message_of(AP_ERROR_TOKEN)};

    for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
        struct krb_error error;
        struct krb_flaw flaw;
        AUTO_BUF out = {0};

        assert_true(krb_decode_error(messages[i], &error, &flaw));
        krb_encode_error(&out, &error);
        is_same(&out, messages[i]);
    }
}

static void tickets_to_the_byte(void **state UNUSED)
{
    static const struct {
        const char *reply;
        const char *key;
    } rows[] = {{AS_REP, KRBTGT_KEY}, {TGS_REP, SERVICE_KEY}};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct krb_kdc_rep rep = reply_of(hex(rows[i].reply));
        struct kcrypt_key key = {rep.ticket.enc_part.etype, hex(rows[i].key)};
        struct krb_ticket_part part;
        struct krb_flaw flaw;
        AUTO_BUF ticket = {0};
        AUTO_BUF plain = {0};
        AUTO_BUF again = {0};

        krb_encode_ticket(&ticket, &rep.ticket);
        is_same(&ticket, rep.ticket.whole);
        assert_int_equal(kcrypt_decrypt(kcrypt, &key, KCRYPT_TICKET,
                                        rep.ticket.enc_part.cipher, &plain),
                         KCRYPT_OK);
        assert_true(krb_decode_ticket_part(buf_span(&plain), &part, &flaw));
        krb_encode_ticket_part(&again, &part);
        is_same(&again, buf_span(&plain));
    }
}

static void replies_with_another_ticket(void **state UNUSED)
{
    struct span reply = hex(TGS_REP);
    struct krb_kdc_rep rep = reply_of(reply);
    struct span other = reply_of(hex(AS_REP)).ticket.whole;
    struct krb_kdc_rep changed;
    AUTO_BUF same = {0};
    AUTO_BUF out = {0};

    krb_encode_kdc_rep_with(&same, reply, &rep, rep.ticket.whole);
    is_same(&same, reply);
    krb_encode_kdc_rep_with(&out, reply, &rep, other);
    changed = reply_of(buf_span(&out));
    assert_int_equal(changed.type, KRB_TGS_REP);
    assert_true(span_equal(changed.ticket.whole, other));
    assert_true(span_equal(changed.enc_part.cipher, rep.enc_part.cipher));
    assert_string_equal(krb_name_text(arena, &changed.client),
                        "alice@CONTOSO.TEST");
}

static void tokens_to_the_byte(void **state UNUSED)
{
    AUTO_BUF out = {0};

    krb_encode_gss_token(&out, SPNEGO_OID_KRB5, KRB_TOKEN_AP_REP,
                         message_of(AP_REP_TOKEN));
    is_same(&out, hex(AP_REP_TOKEN));
}

static void proxied(void **state UNUSED)
{
    struct krb_proxy_message read;
    struct krb_flaw flaw;
    AUTO_BUF out = {0};

    krb_encode_proxy_message(&out, span_text("abc"));
    is_same(&out, hex("300b"
                      "a009"
                      "0407"
                      "00000003"
                      "616263"));
    assert_true(krb_decode_proxy_message(buf_span(&out), &read, &flaw));
    assert_int_equal(read.message.size, 3);
}

/* ---- What MIT's library reads ---- */

static krb5_data data_of(const struct buf *bytes)
{
    return (krb5_data){.length = (unsigned)bytes->size,
                       .data = (char *)bytes->data};
}

static void mit_reads_errors(void **state UNUSED)
{
    const struct krb_error error = {
        .code = 37,
        .server_time = 2000000000,
        .susec = 999999,
        .has_client_time = true,
        .client_time = 1,
        .cusec = 128,
        .client = {.type = 10,
                   .components = {span_text("alice@contoso.test")},
                   .count = 1,
                   .realm = span_text("CONTOSO.TEST")},
        .service = {.type = 2,
                    .components = {span_text("HTTP"), span_text("a.test")},
                    .count = 2,
                    .realm = span_text("CONTOSO.TEST")},
        .text = span_text("too late"),
        .data = span_text("more"),
    };
    krb5_error *read;
    krb5_data in;
    char *name;
    AUTO_BUF out = {0};

    krb_encode_error(&out, &error);
    in = data_of(&out);
    assert_int_equal(krb5_rd_error(mit, &in, &read), 0);
    assert_int_equal(read->error, 37);
    assert_int_equal(read->stime, 2000000000);
    assert_int_equal(read->susec, 999999);
    assert_int_equal(read->ctime, 1);
    assert_int_equal(read->cusec, 128);
    assert_int_equal(read->text.length, 8);
    assert_memory_equal(read->e_data.data, "more", 4);
    assert_int_equal(krb5_unparse_name(mit, read->client, &name), 0);
    /* The one name that both make text of. */
    assert_string_equal(name, krb_name_text(arena, &error.client));
    krb5_free_unparsed_name(mit, name);
    assert_int_equal(krb5_unparse_name(mit, read->server, &name), 0);
    assert_string_equal(name, "HTTP/a.test@CONTOSO.TEST");
    krb5_free_unparsed_name(mit, name);
    krb5_free_error(mit, read);
}

/* As a service does, with a keytab. */
static void mit_decrypts(krb5_ticket *ticket, struct span key)
{
    krb5_keytab_entry entry = {
        .principal = ticket->server,
        .vno = 300,
        .key = {.enctype = 18,
                .length = (unsigned)key.size,
                .contents = (krb5_octet *)(uintptr_t)key.data},
    };
    krb5_keytab keytab;

    assert_int_equal(krb5_kt_resolve(mit, "MEMORY:encode", &keytab), 0);
    assert_int_equal(krb5_kt_add_entry(mit, keytab, &entry), 0);
    assert_int_equal(krb5_server_decrypt_ticket_keytab(mit, keytab, ticket), 0);
    krb5_kt_close(mit, keytab);
}

/* A ticket of ours, sealed: MIT opens it, and finds what was put in. */
static void mit_opens_tickets(void **state UNUSED)
{
    const struct kcrypt_key key = {18, hex(SERVICE_KEY)};
    const struct krb_ticket_part part = {
        .flags = 0x50800001,
        .key = {17, span_text("sixteen bytes ok")},
        .client = {.type = 1,
                   .components = {span_text("carol")},
                   .count = 1,
                   .realm = span_text("CONTOSO.TEST")},
        .auth_time = 1370088000,
        .has_start_time = true,
        .start_time = 1370088001,
        .end_time = 1370124000,
        .has_renew_till = true,
        .renew_till = 1370692800,
    };
    struct krb_ticket ticket = {
        .service = {.type = 2,
                    .components = {span_text("HTTP"), span_text("a.test")},
                    .count = 2,
                    .realm = span_text("CONTOSO.TEST")},
        .enc_part = {.etype = 18, .has_kvno = true, .kvno = 300},
    };
    krb5_data in;
    krb5_ticket *read;
    AUTO_BUF plain = {0};
    AUTO_BUF cipher = {0};
    AUTO_BUF out = {0};

    krb_encode_ticket_part(&plain, &part);
    assert_int_equal(
        kcrypt_encrypt(kcrypt, &key, KCRYPT_TICKET, buf_span(&plain), &cipher),
        KCRYPT_OK);
    ticket.enc_part.cipher = buf_span(&cipher);
    krb_encode_ticket(&out, &ticket);
    in = data_of(&out);
    assert_int_equal(krb5_decode_ticket(&in, &read), 0);
    assert_int_equal(read->enc_part.kvno, 300);
    mit_decrypts(read, key.bytes);
    assert_int_equal(read->enc_part2->flags, 0x50800001);
    assert_int_equal(read->enc_part2->session->enctype, 17);
    assert_memory_equal(read->enc_part2->session->contents, "sixteen bytes ok",
                        16);
    assert_int_equal(read->enc_part2->times.authtime, 1370088000);
    assert_int_equal(read->enc_part2->times.starttime, 1370088001);
    assert_int_equal(read->enc_part2->times.endtime, 1370124000);
    assert_int_equal(read->enc_part2->times.renew_till, 1370692800);
    assert_int_equal(read->enc_part2->transited.tr_contents.length, 0);
    assert_int_equal(read->enc_part2->client->data[0].length, 5);
    krb5_free_ticket(mit, read);
}

static void authdata(void **state UNUSED)
{
    const struct krb_authdata list = {
        .items = {{1, span_text("relevant")}, {128, span_text("a PAC")}},
        .count = 2,
    };
    struct krb_authdata read;
    struct krb_flaw flaw;
    AUTO_BUF out = {0};

    krb_encode_authdata(&out, &list);
    assert_true(krb_decode_authdata(buf_span(&out), &read, &flaw));
    assert_int_equal(read.count, 2);
    assert_int_equal(read.items[0].type, 1);
    assert_int_equal(read.items[1].type, 128);
    assert_true(span_equal(read.items[1].bytes, span_text("a PAC")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_to_the_byte),
        cmocka_unit_test(tickets_to_the_byte),
        cmocka_unit_test(replies_with_another_ticket),
        cmocka_unit_test(tokens_to_the_byte),
        cmocka_unit_test(proxied),
        cmocka_unit_test(mit_reads_errors),
        cmocka_unit_test(mit_opens_tickets),
        cmocka_unit_test(authdata),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
