/* Server certificates and what is derived from them. */
#ifndef PKI_LEAF_H
#define PKI_LEAF_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "pki/cert.h"
#include "pki/profile.h"
#include "util/attr.h"
#include "util/err.h"

struct leaf_plan {
    const struct identity *ca; /* NULL: self-signed */
    EVP_PKEY *key;             /* of the leaf */
    const char *const *names;  /* DNS; ends with NULL */
    bool loopback;             /* the loopback addresses as well */
    int64_t now;               /* ns */
    int64_t moved;             /* ns; what `now` is away from the real time */
    const struct profile *profile;
};

/*
 * A server certificate. It is good from a day before `now` for 397 days, but
 * not past the CA's own end; unless it is moved, or its profile has other
 * days.
 */
MUST_CHECK bool leaf_make(const struct leaf_plan *leaf, X509 **out_certificate,
                          struct err *err);

/*
 * The hash of RFC 5929, 4.1: that of the certificate's signature, SHA-256 in
 * place of MD5 and SHA-1, and where the signature names none. `out` has room
 * for EVP_MAX_MD_SIZE bytes.
 */
MUST_CHECK bool leaf_hash(const X509 *certificate, uint8_t *out,
                          size_t *out_size, struct err *err);

#endif
