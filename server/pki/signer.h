/* The certificate that signs web tickets. */
#ifndef PKI_SIGNER_H
#define PKI_SIGNER_H

#include "pki/cert.h"

/* A certificate of this key below the CA; now: ns. */
MUST_CHECK bool signer_make(const struct identity *ca, EVP_PKEY *key,
                            int64_t now, X509 **out_certificate,
                            struct err *err);

#endif
