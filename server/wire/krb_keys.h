/* Kerberos encryption types and keys as data (RFC 3961, RFC 3962, RFC 4757). */
#ifndef WIRE_KRB_KEYS_H
#define WIRE_KRB_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "util/span.h"

/* The IANA numbers. */
enum krb_etype {
    KRB_ETYPE_AES128 = 17, /* aes128-cts-hmac-sha1-96 */
    KRB_ETYPE_AES256 = 18, /* aes256-cts-hmac-sha1-96 */
    KRB_ETYPE_RC4 = 23,    /* rc4-hmac */
};

/* Sets of those. */
enum krb_etype_bit {
    KRB_AES256_BIT = 1u << 0,
    KRB_AES128_BIT = 1u << 1,
    KRB_RC4_BIT = 1u << 2,
    KRB_AES_BITS = KRB_AES256_BIT | KRB_AES128_BIT,
    KRB_ALL_BITS = KRB_AES_BITS | KRB_RC4_BIT,
};

enum {
    KRB_KEY_MAX = 32,
    KRB_KEYS_MAX = 3, /* one of each type */
};

struct krb_key {
    int32_t etype;
    uint8_t bytes[KRB_KEY_MAX];
    size_t size;
};

/* The keys of one account, strongest first, all of one version. */
struct krb_keys {
    struct krb_key items[KRB_KEYS_MAX];
    size_t count;
    uint32_t kvno;
};

/* The bit of this type; 0: none of the three. */
unsigned krb_etype_bit(int32_t etype);
/* Bytes of a key of this type; 0: none of the three. */
size_t krb_key_size(int32_t etype);
/* Fresh keys of these types whose bytes `secret` makes (env_secret). */
void krb_keys_make(struct krb_keys *out_keys, unsigned etypes, uint32_t kvno,
                   void (*secret)(void *out, size_t size));
/* The key of this type; NULL: there is none. */
const struct krb_key *krb_keys_find(const struct krb_keys *keys, int32_t etype);

#endif
