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

static inline void put_options(struct buf *out, unsigned n, uint32_t options)
{
    const uint8_t bits[5] = {0, (uint8_t)(options >> 24),
                             (uint8_t)(options >> 16), (uint8_t)(options >> 8),
                             (uint8_t)options};
    size_t start = out->size;

    der_add(out, DER_BIT_STRING, span_of(bits, sizeof(bits)));
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + n));
}

static inline void put_flags(struct buf *out, unsigned n)
{
    put_options(out, n, 0);
}

static inline void put_body_in(struct buf *out, const char *realm,
                               uint32_t options, const char *client,
                               int32_t type, const char *service)
{
    size_t start = out->size;
    size_t etypes;

    put_options(out, 0, options);
    if (client) {
        put_name(out, 1, type, client);
    }
    put_text(out, 2, DER_GENERAL_STRING, realm);
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

static inline void put_body(struct buf *out, const char *client, int32_t type,
                            const char *service)
{
    put_body_in(out, REALM, 0, client, type, service);
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

/* In all tickets, and in all authenticators. */
static const uint8_t session_key[KRB_KEY_MAX] = {7};
static const uint8_t subkey[KRB_KEY_MAX] = {8};

/* A ticket as the KDC makes it. */
static inline void put_ticket(struct buf *out, struct kcrypt *crypt,
                              const struct krb_keys *keys, const char *client,
                              const char *service)
{
    /* TransitedEncoding: SEQUENCE { tr-type [0] 1, contents [1] "" } */
    static const uint8_t transited[] = {0x30, 0x09, 0xa0, 0x03, 0x02, 0x01,
                                        0x01, 0xa1, 0x02, 0x04, 0x00};
    struct krb_ticket_part part = {
        .flags = 0x40e00000,
        .key = {KRB_ETYPE_AES256, span_of(session_key, KRB_KEY_MAX)},
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

static inline void put_octets(struct buf *out, unsigned n, struct span bytes)
{
    size_t start = out->size;

    der_add(out, DER_OCTET_STRING, bytes);
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + n));
}

static inline void put_cipher(struct buf *out, unsigned n, struct span cipher)
{
    size_t start = out->size;

    put_integer(out, 0, KRB_ETYPE_AES256);
    put_octets(out, 2, cipher);
    der_wrap(out, start, DER_SEQUENCE);
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + n));
}

static inline void put_encrypted(struct buf *out, unsigned n)
{
    put_cipher(out, n, span_text("nobody but the client can read it"));
}

static inline void put_sealed(struct buf *out, unsigned n, struct kcrypt *crypt,
                              struct span key, enum kcrypt_usage usage,
                              struct span plain)
{
    struct kcrypt_key with = {KRB_ETYPE_AES256, key};
    AUTO_BUF cipher = {0};

    assert_int_equal(kcrypt_encrypt(crypt, &with, usage, plain, &cipher),
                     KCRYPT_OK);
    put_cipher(out, n, buf_span(&cipher));
}

/* 5.5.1, with a subkey and no checksum. */
static inline void put_authenticator(struct buf *out)
{
    enum { AUTHENTICATOR = 2 };
    size_t start = out->size;
    size_t key;

    put_integer(out, 0, 5);
    put_text(out, 1, DER_GENERAL_STRING, REALM);
    put_name(out, 2, KRB_NT_PRINCIPAL, "alice");
    put_integer(out, 4, 0);
    put_text(out, 5, DER_GENERALIZED_TIME, "20130601120000Z");
    key = out->size;
    put_integer(out, 0, KRB_ETYPE_AES256);
    put_octets(out, 1, span_of(subkey, KRB_KEY_MAX));
    der_wrap(out, key, DER_SEQUENCE);
    der_wrap(out, key, DER_CONTEXT_0 + 6);
    der_wrap(out, start, DER_SEQUENCE);
    der_wrap(out, start, DER_APPLICATION_0 + AUTHENTICATOR);
}

static inline void put_tgs_req(struct buf *out, struct kcrypt *crypt,
                               struct span tgt, const char *service)
{
    size_t start = out->size;
    AUTO_BUF authenticator = {0};
    AUTO_BUF ap = {0};
    size_t at;

    put_authenticator(&authenticator);
    put_integer(&ap, 0, 5);
    put_integer(&ap, 1, KRB_AP_REQ);
    put_flags(&ap, 2);
    at = ap.size;
    buf_add(&ap, tgt);
    der_wrap(&ap, at, DER_CONTEXT_0 + 3);
    put_sealed(&ap, 4, crypt, span_of(session_key, KRB_KEY_MAX),
               KCRYPT_TGS_REQ_AUTHENTICATOR, buf_span(&authenticator));
    put_end(&ap, 0, KRB_AP_REQ);
    put_request(out, KRB_TGS_REQ, 1, buf_span(&ap));
    put_body(out, NULL, 0, service);
    put_end(out, start, KRB_TGS_REQ);
}

/* RFC 6113 section 5.4.1.1, of what is in put_tgs_req. */
static inline void armor_key(struct kcrypt *crypt, struct buf *out)
{
    struct kcrypt_key first = {KRB_ETYPE_AES256, span_of(subkey, KRB_KEY_MAX)};
    struct kcrypt_key second = {KRB_ETYPE_AES256,
                                span_of(session_key, KRB_KEY_MAX)};

    assert_int_equal(kcrypt_combine(crypt, &first, "subkeyarmor", &second,
                                    "ticketarmor", out),
                     KCRYPT_OK);
}

/* KrbFastResponse (RFC 6113 section 5.4.3) for this ticket. */
static inline void put_fast_response(struct buf *out, struct kcrypt *crypt,
                                     struct span key, struct span ticket)
{
    struct kcrypt_key with = {KRB_ETYPE_AES256, key};
    AUTO_BUF sum = {0};
    size_t checksum;
    size_t finished;
    int32_t type;

    assert_int_equal(kcrypt_checksum(crypt, &with, KCRYPT_FAST_FINISHED, ticket,
                                     &type, &sum),
                     KCRYPT_OK);
    put_text(out, 0, DER_SEQUENCE, ""); /* padata: none */
    finished = out->size;
    put_text(out, 0, DER_GENERALIZED_TIME, "20130601120000Z");
    put_integer(out, 1, 0);
    put_text(out, 2, DER_GENERAL_STRING, REALM);
    put_name(out, 3, KRB_NT_PRINCIPAL, "alice");
    checksum = out->size;
    put_integer(out, 0, type);
    put_octets(out, 1, buf_span(&sum));
    der_wrap(out, checksum, DER_SEQUENCE);
    der_wrap(out, checksum, DER_CONTEXT_0 + 4);
    der_wrap(out, finished, DER_SEQUENCE);
    der_wrap(out, finished, DER_CONTEXT_0 + 2);
    put_integer(out, 3, 12345);
    der_wrap(out, 0, DER_SEQUENCE);
}

/* padata of a KDC-REP: PA-FX-FAST, and one more. */
static inline void put_fast(struct buf *out, struct kcrypt *crypt,
                            struct span ticket)
{
    size_t start = out->size;
    AUTO_BUF key = {0};
    AUTO_BUF response = {0};
    AUTO_BUF value = {0};
    size_t at;

    armor_key(crypt, &key);
    put_fast_response(&response, crypt, buf_span(&key), ticket);
    put_sealed(&value, 0, crypt, buf_span(&key), KCRYPT_FAST_REP,
               buf_span(&response));
    der_wrap(&value, 0, DER_SEQUENCE);
    der_wrap(&value, 0, DER_CONTEXT_0);
    put_integer(out, 1, 19);
    put_octets(out, 2, span_text("other"));
    der_wrap(out, start, DER_SEQUENCE);
    at = out->size;
    put_integer(out, 1, 136);
    put_octets(out, 2, buf_span(&value));
    der_wrap(out, at, DER_SEQUENCE);
    der_wrap(out, start, DER_SEQUENCE);
    der_wrap(out, start, DER_CONTEXT_0 + 2);
}

/* fast: the crypt for it; NULL: without FAST. */
static inline void put_kdc_rep(struct buf *out, enum krb_message kind,
                               struct span ticket, const char *client,
                               struct kcrypt *fast)
{
    size_t start = out->size;
    size_t at;

    put_integer(out, 0, 5);
    put_integer(out, 1, kind);
    if (fast) {
        put_fast(out, fast, ticket);
    }
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
