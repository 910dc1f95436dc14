/* OpenSSL's objects as AUTO variables, its reasons as our error texts. */
#ifndef PKI_OSSL_H
#define PKI_OSSL_H

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "util/attr.h"
#include "util/err.h"
#include "util/span.h"

/*
 * err_set with ": " and the newest reason in OpenSSL's queue behind it; the
 * queue is emptied. Always false.
 */
bool ossl_err(struct err *err, const char *format, ...) PRINTF(2, 3);

/* What a memory BIO holds; borrowed until it changes. */
struct span ossl_span(BIO *bio);

AUTO_DEFINE(bio, BIO *, BIO_free)
AUTO_DEFINE(pkey, EVP_PKEY *, EVP_PKEY_free)
AUTO_DEFINE(x509, X509 *, X509_free)

#endif
