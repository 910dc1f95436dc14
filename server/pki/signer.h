/* The certificate that signs web tickets. */
#ifndef PKI_SIGNER_H
#define PKI_SIGNER_H

#include "pki/cert.h"

/* A fresh key and its certificate below the CA; now: ns. */
MUST_CHECK bool signer_make(const struct identity *ca, enum pki_key kind,
                            int64_t now, struct identity *out_signer,
                            struct err *err);

#endif
