/* The certificate that signs web tickets, see signer.h. */
#include "config.h"

#include "pki/signer.h"

#include <openssl/objects.h>

/* The product, too, signs tickets with a certificate of their own. It is of no
 * use for TLS: no alternative name, no extended key usage. */
bool signer_make(const struct identity *ca, enum pki_key kind, int64_t now,
                 struct identity *out_signer, struct err *err)
{
    static const struct cert_extension extensions[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, "critical,digitalSignature"},
        {0, NULL},
    };
    AUTO_IDENTITY signer = {0};
    struct cert_plan plan = {
        .common_name = "lyncmock web ticket service",
        .issuer = ca,
        .extensions = extensions,
    };

    if (!cert_key(kind, &signer.key, err)) {
        return err_wrap(err, "ticket signer");
    }
    plan.key = signer.key;
    cert_times(&plan, now);
    if (!cert_make(&plan, &signer.certificate, err)) {
        return err_wrap(err, "ticket signer");
    }
    *out_signer = signer;
    signer = (struct identity){0};
    return true;
}
