/* The certificate that signs web tickets, see signer.h. */
#include "config.h"

#include "pki/signer.h"

#include <openssl/objects.h>

/* The product, too, signs tickets with a certificate of their own. It is of no
 * use for TLS: no alternative name, no extended key usage. */
bool signer_make(const struct identity *ca, EVP_PKEY *key, int64_t now,
                 X509 **out_certificate, struct err *err)
{
    static const struct cert_extension extensions[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, "critical,digitalSignature"},
        {0, NULL},
    };
    struct cert_plan plan = {
        .common_name = "lyncmock web ticket service",
        .issuer = ca,
        .key = key,
        .extensions = extensions,
    };

    cert_times(&plan, now);
    return cert_make(&plan, out_certificate, err) ||
           err_wrap(err, "ticket signer");
}
