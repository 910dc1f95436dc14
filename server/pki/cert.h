/*
 * Makes X.509 certificates (RFC 5280) as it is told; what goes into which kind
 * of certificate is the business of ca.c, leaf.c and signer.c.
 */
#ifndef PKI_CERT_H
#define PKI_CERT_H

#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "pki/pki.h"
#include "util/attr.h"
#include "util/err.h"

enum {
    CERT_DAY = 24 * 60 * 60,  /* seconds */
    CERT_BACKDATE = CERT_DAY, /* clients whose clock is behind */
    /* What browsers accept at most is 398 days. */
    CERT_LIFE = 397 * CERT_DAY,
    CERT_CN_MAX = 64, /* RFC 5280, ub-common-name */
};

/* A certificate with its key; both owned by whoever holds the struct. */
struct identity {
    X509 *certificate;
    EVP_PKEY *key;
};

/* One extension in OpenSSL's notation (x509v3_config). */
struct cert_extension {
    int nid;
    const char *value;
};

struct cert_plan {
    const char *common_name;
    const struct identity *issuer; /* NULL: self-signed with `key` */
    EVP_PKEY *key;                 /* of the subject */
    int64_t not_before;            /* seconds since 1970 */
    int64_t not_after;
    const struct cert_extension *extensions; /* ends with nid 0 */
    bool sha1;                               /* the signature; else SHA-256 */
};

void identity_clear(struct identity *identity);
#define AUTO_IDENTITY __attribute__((cleanup(identity_clear))) struct identity

/* A fresh key, for this process alone; RSA takes some hundredths of a second.
 */
MUST_CHECK bool cert_key(enum pki_key kind, EVP_PKEY **out_key,
                         struct err *err);
/* One that other programs may read from a file: of RSA some know two primes
 * alone, for which it takes a tenth of a second or more. */
MUST_CHECK bool cert_key_kept(enum pki_key kind, EVP_PKEY **out_key,
                              struct err *err);
/* A certificate with a random serial number. */
MUST_CHECK bool cert_make(const struct cert_plan *plan, X509 **out_certificate,
                          struct err *err);
/*
 * Sets the period of a certificate below plan->issuer: from a day before `now`
 * (ns) for 397 days, but neither before nor after the issuer's own, since some
 * clients want periods nested.
 */
void cert_times(struct cert_plan *plan, int64_t now);
#endif
