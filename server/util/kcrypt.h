/*
 * Kerberos encryption with keys that are at hand (RFC 3961), on MIT's library:
 * the one place that calls its raw crypto. No configuration, environment or
 * file has a say.
 */
#ifndef UTIL_KCRYPT_H
#define UTIL_KCRYPT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/span.h"

/* RFC 4120 section 7.5.1: what a key is used for. */
enum kcrypt_usage {
    KCRYPT_PA_ENC_TIMESTAMP = 1,
    KCRYPT_TICKET = 2,
    KCRYPT_AS_REP = 3,
    KCRYPT_TGS_REQ_CHECKSUM = 6,
    KCRYPT_TGS_REQ_AUTHENTICATOR = 7,
    KCRYPT_TGS_REP_SESSION_KEY = 8,
    KCRYPT_TGS_REP_SUBKEY = 9,
    KCRYPT_AP_REQ_CHECKSUM = 10,
    KCRYPT_AP_REQ_AUTHENTICATOR = 11,
    KCRYPT_AP_REP = 12,
    KCRYPT_PAC = 17,      /* KERB_NON_KERB_CKSUM_SALT, [MS-PAC] 2.8 */
    KCRYPT_FAST_REP = 52, /* RFC 6113 section 5.4.3, and the next */
    KCRYPT_FAST_FINISHED = 53,
};

enum kcrypt_result {
    KCRYPT_OK,
    KCRYPT_WRONG_KEY,   /* or what was encrypted has been changed */
    KCRYPT_SHORT,       /* less than any message of this type has */
    KCRYPT_UNSUPPORTED, /* the encryption type, or the key is no key of it */
};

/* The encryption type's IANA number, and the key of it. */
struct kcrypt_key {
    int32_t etype;
    struct span bytes;
};

struct kcrypt;

MUST_CHECK bool kcrypt_new(struct kcrypt **out_kcrypt, struct err *err);
void kcrypt_free(struct kcrypt *kcrypt);

/* Appends what was encrypted. Old types leave padding at its end. */
enum kcrypt_result kcrypt_decrypt(struct kcrypt *kcrypt,
                                  const struct kcrypt_key *key,
                                  enum kcrypt_usage usage, struct span cipher,
                                  struct buf *out);
/* Appends the cipher, which differs each time: a confounder is within. */
enum kcrypt_result kcrypt_encrypt(struct kcrypt *kcrypt,
                                  const struct kcrypt_key *key,
                                  enum kcrypt_usage usage, struct span plain,
                                  struct buf *out);

/* Appends the checksum of the type that belongs to the key's; out_type says
 * which one that is. */
enum kcrypt_result kcrypt_checksum(struct kcrypt *kcrypt,
                                   const struct kcrypt_key *key,
                                   enum kcrypt_usage usage, struct span data,
                                   int32_t *out_type, struct buf *out);
/* KCRYPT_WRONG_KEY: the checksum is not that of these data. type: the number
 * of the checksum's type, which stands beside it in a message. */
enum kcrypt_result kcrypt_verify(struct kcrypt *kcrypt,
                                 const struct kcrypt_key *key,
                                 enum kcrypt_usage usage, struct span data,
                                 int32_t type, struct span checksum);

/* Appends the bytes of a key of the first one's type, made of both
 * (KRB-FX-CF2, RFC 6113 section 5.1). */
enum kcrypt_result kcrypt_combine(struct kcrypt *kcrypt,
                                  const struct kcrypt_key *first,
                                  const char *first_pepper,
                                  const struct kcrypt_key *second,
                                  const char *second_pepper, struct buf *out);

/* "was made with another key, or changed since" */
const char *kcrypt_result_text(enum kcrypt_result result);

AUTO_DEFINE(kcrypt, struct kcrypt *, kcrypt_free)

#endif
