/* Kerberos messages as clients and KDC write them, byte by byte (RFC 4120). */
#ifndef UNIT_KDC_MESSAGES_H
#define UNIT_KDC_MESSAGES_H

#include <string.h>

#include "util/buf.h"
#include "util/env.h"
#include "util/kcrypt.h"
#include "wire/der.h"
#include "wire/krb.h"
#include "wire/krb_keys.h"

#define REALM "CONTOSO.TEST"

static inline void put_integer(struct buf *out, unsigned n, int64_t number)
{
    size_t start = out->size;

    der_add_integer(out, number);
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + n));
}

static inline void put_text(struct buf *out, unsigned n, uint8_t tag,
                            const char *text)
{
    size_t start = out->size;

    der_add(out, tag, span_text(text));
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + n));
}

/* "HTTP/lyncweb.contoso.test" */
static inline void put_name(struct buf *out, unsigned n, int32_t type,
                            const char *text)
{
    size_t start = out->size;
    size_t inner;

    put_integer(out, 0, type);
    inner = out->size;
    for (const char *at = text; at;) {
        size_t size = strcspn(at, "/");

        der_add(out, DER_GENERAL_STRING, span_of(at, size));
        at = at[size] ? at + size + 1 : NULL;
    }
    der_wrap(out, inner, DER_SEQUENCE);
    der_wrap(out, inner, DER_CONTEXT_0 + 1);
    der_wrap(out, start, DER_SEQUENCE);
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + n));
}

static inline void put_flags(struct buf *out, unsigned n)
{
    static const uint8_t none[5] = {0};
    size_t start = out->size;

    der_add(out, DER_BIT_STRING, span_of(none, sizeof(none)));
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + n));
}

static inline void put_body(struct buf *out, const char *client, int32_t type,
                            const char *service)
{
    size_t start = out->size;
    size_t etypes;

    put_flags(out, 0);
    if (client) {
        put_name(out, 1, type, client);
    }
    put_text(out, 2, DER_GENERAL_STRING, REALM);
    put_name(out, 3, KRB_NT_SRV_INST, service);
    put_text(out, 5, DER_GENERALIZED_TIME, "20370913024805Z");
    put_integer(out, 7, 12345);
    etypes = out->size;
    der_add_integer(out, KRB_ETYPE_AES256);
    der_add_integer(out, KRB_ETYPE_AES128);
    der_wrap(out, etypes, DER_SEQUENCE);
    der_wrap(out, etypes, DER_CONTEXT_0 + 8);
    der_wrap(out, start, DER_SEQUENCE);
    der_wrap(out, start, DER_CONTEXT_0 + 4);
}

/* padata 0: none. */
static inline void put_request(struct buf *out, enum krb_message kind,
                               int32_t padata, struct span value)
{
    put_integer(out, 1, 5);
    put_integer(out, 2, kind);
    if (padata) {
        size_t start = out->size;
        size_t inner;

        put_integer(out, 1, padata);
        inner = out->size;
        der_add(out, DER_OCTET_STRING, value);
        der_wrap(out, inner, DER_CONTEXT_0 + 2);
        der_wrap(out, start, DER_SEQUENCE);
        der_wrap(out, start, DER_SEQUENCE);
        der_wrap(out, start, DER_CONTEXT_0 + 3);
    }
}

static inline void put_end(struct buf *out, size_t start, enum krb_message kind)
{
    der_wrap(out, start, DER_SEQUENCE);
    der_wrap(out, start, (uint8_t)(DER_APPLICATION_0 + kind));
}

static inline void put_as_req(struct buf *out, const char *client, int32_t type,
                              int32_t padata)
{
    size_t start = out->size;

    put_request(out, KRB_AS_REQ, padata, span_text("proof"));
    put_body(out, client, type, "krbtgt/" REALM);
    put_end(out, start, KRB_AS_REQ);
}

static inline struct krb_name name_of(const char *text)
{
    struct krb_name name = {.type = KRB_NT_PRINCIPAL,
                            .realm = span_text(REALM)};

    while (text) {
        size_t size = strcspn(text, "/");

        name.components[name.count++] = span_of(text, size);
        text = text[size] ? text + size + 1 : NULL;
    }
    return name;
}

/* A ticket as the KDC makes it. */
static inline void put_ticket(struct buf *out, struct kcrypt *crypt,
                              const struct krb_keys *keys, const char *client,
                              const char *service)
{
    static const uint8_t session_key[32] = {7};
    /* TransitedEncoding: SEQUENCE { tr-type [0] 1, contents [1] "" } */
    static const uint8_t transited[] = {0x30, 0x09, 0xa0, 0x03, 0x02, 0x01,
                                        0x01, 0xa1, 0x02, 0x04, 0x00};
    struct krb_ticket_part part = {
        .flags = 0x40e00000,
        .key = {KRB_ETYPE_AES256, span_of(session_key, sizeof(session_key))},
        .client = name_of(client),
        .auth_time = 1370088000,
        .end_time = 1370124000,
        .transited = span_of(transited, sizeof(transited)),
    };
    struct krb_ticket ticket = {
        .service = name_of(service),
        .enc_part = {.etype = keys->items[0].etype,
                     .has_kvno = true,
                     .kvno = keys->kvno},
    };
    struct kcrypt_key key = {
        keys->items[0].etype,
        span_of(keys->items[0].bytes, keys->items[0].size)};
    AUTO_BUF plain = {0};
    AUTO_BUF cipher = {0};

    krb_encode_ticket_part(&plain, &part);
    assert_int_equal(
        kcrypt_encrypt(crypt, &key, KCRYPT_TICKET, buf_span(&plain), &cipher),
        KCRYPT_OK);
    ticket.enc_part.cipher = buf_span(&cipher);
    krb_encode_ticket(out, &ticket);
}

static inline void put_encrypted(struct buf *out, unsigned n)
{
    size_t start = out->size;

    put_integer(out, 0, KRB_ETYPE_AES256);
    put_text(out, 2, DER_OCTET_STRING, "nobody but the client can read it");
    der_wrap(out, start, DER_SEQUENCE);
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + n));
}

static inline void put_tgs_req(struct buf *out, struct span tgt,
                               const char *service)
{
    size_t start = out->size;
    AUTO_BUF ap = {0};
    size_t at;

    put_integer(&ap, 0, 5);
    put_integer(&ap, 1, KRB_AP_REQ);
    put_flags(&ap, 2);
    at = ap.size;
    buf_add(&ap, tgt);
    der_wrap(&ap, at, DER_CONTEXT_0 + 3);
    put_encrypted(&ap, 4);
    put_end(&ap, 0, KRB_AP_REQ);
    put_request(out, KRB_TGS_REQ, 1, buf_span(&ap));
    put_body(out, NULL, 0, service);
    put_end(out, start, KRB_TGS_REQ);
}

static inline void put_kdc_rep(struct buf *out, enum krb_message kind,
                               struct span ticket, const char *client)
{
    size_t start = out->size;
    size_t at;

    put_integer(out, 0, 5);
    put_integer(out, 1, kind);
    put_text(out, 3, DER_GENERAL_STRING, REALM);
    put_name(out, 4, KRB_NT_PRINCIPAL, client);
    at = out->size;
    buf_add(out, ticket);
    der_wrap(out, at, DER_CONTEXT_0 + 5);
    put_encrypted(out, 6);
    put_end(out, start, kind);
}

static inline void put_error(struct buf *out, int32_t code)
{
    struct krb_error error = {
        .code = code,
        .server_time = 1370088000,
        .service = name_of("krbtgt/" REALM),
    };

    krb_encode_error(out, &error);
}

#endif
