/* Server certificates and what is derived from them. */
#ifndef PKI_LEAF_H
#define PKI_LEAF_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "pki/cert.h"
#include "util/attr.h"
#include "util/err.h"

/*
 * A server certificate for these DNS names (ends with NULL), with loopback
 * addresses if asked. Its life begins a day before `now` (ns) and ends after
 * 397 days, or with the CA's.
 */
MUST_CHECK bool leaf_make(const struct identity *ca, EVP_PKEY *key,
                          const char *const *names, bool loopback, int64_t now,
                          X509 **out_certificate, struct err *err);

/*
 * The hash of RFC 5929, 4.1: that of the certificate's signature, SHA-256 in
 * place of MD5 and SHA-1, and where the signature names none. `out` has room
 * for EVP_MAX_MD_SIZE bytes.
 */
MUST_CHECK bool leaf_hash(const X509 *certificate, uint8_t *out,
                          size_t *out_size, struct err *err);

#endif
