/*
 * Kerberos: every decoder, what is told of the bytes, and round trips. What
 * decodes is encoded, decodes again, and is then encoded to the same bytes.
 */
#include "config.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/kcrypt.h"
#include "wire/krb.h"
#include "wire/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void recode_error(struct span input)
{
    struct krb_error m;
    struct krb_error again;
    struct krb_flaw flaw;
    AUTO_BUF out = {0};
    AUTO_BUF twice = {0};

    if (!krb_decode_error(input, &m, &flaw)) {
        assert(flaw.offset <= input.size && flaw.why && flaw.field[0]);
        return;
    }
    krb_encode_error(&out, &m);
    assert(krb_decode_error(buf_span(&out), &again, &flaw));
    krb_encode_error(&twice, &again);
    assert(span_equal(buf_span(&out), buf_span(&twice)));
}

static void recode_ticket(struct span input)
{
    struct krb_ticket m;
    struct krb_ticket again;
    struct krb_flaw flaw;
    AUTO_BUF out = {0};
    AUTO_BUF twice = {0};

    if (krb_decode_ticket(input, &m, &flaw)) {
        krb_encode_ticket(&out, &m);
        assert(krb_decode_ticket(buf_span(&out), &again, &flaw));
        krb_encode_ticket(&twice, &again);
        assert(span_equal(buf_span(&out), buf_span(&twice)));
    }
}

static void recode_authdata(struct span input)
{
    struct krb_authdata m;
    struct krb_authdata again;
    struct krb_flaw flaw;
    AUTO_BUF out = {0};

    if (krb_decode_authdata(input, &m, &flaw)) {
        krb_encode_authdata(&out, &m);
        assert(krb_decode_authdata(buf_span(&out), &again, &flaw));
        assert(again.count == m.count);
    }
}

static void recode_part(struct span input)
{
    struct krb_ticket_part m;
    struct krb_ticket_part again;
    struct krb_flaw flaw;
    AUTO_BUF out = {0};
    AUTO_BUF twice = {0};

    if (krb_decode_ticket_part(input, &m, &flaw)) {
        recode_authdata(m.authorization_data);
        krb_encode_ticket_part(&out, &m);
        assert(krb_decode_ticket_part(buf_span(&out), &again, &flaw));
        krb_encode_ticket_part(&twice, &again);
        assert(span_equal(buf_span(&out), buf_span(&twice)));
    }
}

/* The reply with its own ticket, and with the bytes that it was in. */
static void recode_reply(struct span input)
{
    struct krb_kdc_rep m;
    struct krb_kdc_rep again;
    struct krb_flaw flaw;
    AUTO_BUF out = {0};

    if (krb_decode_kdc_rep(input, &m, &flaw)) {
        krb_encode_kdc_rep_with(&out, input, &m, m.ticket.whole);
        assert(krb_decode_kdc_rep(buf_span(&out), &again, &flaw));
        assert(span_equal(again.ticket.whole, m.ticket.whole));
        assert(span_equal(again.enc_part.cipher, m.enc_part.cipher));
    }
}

static void decode_rest(struct span input)
{
    struct krb_flaw flaw;
    struct krb_kdc_req req;
    struct krb_authenticator author;
    struct krb_gss_checksum sum;
    struct krb_padata_list methods;

    if (krb_decode_kdc_req(input, &req, &flaw)) {
        assert(req.etype_count <= KRB_ETYPES_MAX);
        assert(req.padata.count <= KRB_PADATA_MAX);
    }
    if (krb_decode_authenticator(input, &author, &flaw)) {
        krb_decode_gss_checksum(author.checksum.bytes, &sum);
        recode_authdata(author.authorization_data);
    }
    krb_decode_method_data(input, &methods, &flaw);
    krb_decode_gss_checksum(input, &sum);
}

/* With a key that fits nothing. */
static void tell(struct span input)
{
    static const uint8_t bytes[32] = {1};
    const struct kcrypt_key keys[] = {{18, {bytes, 32}}, {23, {bytes, 16}}};
    struct krb_opener opener = {.keys = keys, .count = ARRAY_SIZE(keys)};
    struct token_flaw flaw = {0};
    const struct token_view view = {true, &opener, &flaw};
    AUTO(arena) arena = arena_new();
    AUTO(kcrypt) kcrypt = NULL;
    AUTO_BUF out = {0};
    struct json json;
    struct err err;

    if (!kcrypt_new(&kcrypt, &err)) {
        return;
    }
    opener.kcrypt = kcrypt;
    json_init(&json, &out);
    token_describe(arena, NULL, input, &view, &json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = span_of(data, size);

    recode_error(input);
    recode_ticket(input);
    recode_part(input);
    recode_authdata(input);
    recode_reply(input);
    decode_rest(input);
    tell(input);
    return 0;
}
