/* Makes X.509 certificates, see cert.h. */
#include "config.h"

#include "pki/cert.h"

#include <assert.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "pki/ossl.h"
#include "util/env.h"

/* RFC 5280, 4.1.2.2: positive, at most 20 octets. */
enum { SERIAL_SIZE = 20 };

AUTO_DEFINE(bignum, BIGNUM *, BN_free)
AUTO_DEFINE(extension, X509_EXTENSION *, X509_EXTENSION_free)

void identity_clear(struct identity *identity)
{
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
    *identity = (struct identity){0};
}

static EVP_PKEY *make_rsa(int bits, int primes)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;

    if (ctx && EVP_PKEY_keygen_init(ctx) > 0 &&
        EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) > 0 &&
        EVP_PKEY_CTX_set_rsa_keygen_primes(ctx, primes) > 0) {
        (void)EVP_PKEY_generate(ctx, &key);
    }
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static bool make_key(enum pki_key kind, int primes, EVP_PKEY **out_key,
                     struct err *err)
{
    EVP_PKEY *key = NULL;

    switch (kind) {
    case PKI_P256:
        key = EVP_EC_gen("P-256");
        break;
    case PKI_RSA2048:
        key = make_rsa(2048, primes);
        break;
    case PKI_RSA1024:
        key = make_rsa(1024, primes);
        break;
    case PKI_KEY_COUNT:
        break;
    }
    if (!key) {
        return ossl_err(err, "making a key");
    }
    *out_key = key;
    return true;
}

/*
 * RSA of three primes (RFC 8017 section 3.1), which are found in a third of the
 * time that two take. The public key is like any other.
 */
bool cert_key(enum pki_key kind, EVP_PKEY **out_key, struct err *err)
{
    return make_key(kind, kind == PKI_RSA2048 ? 3 : 2, out_key, err);
}

bool cert_key_kept(enum pki_key kind, EVP_PKEY **out_key, struct err *err)
{
    return make_key(kind, 2, out_key, err);
}

static int64_t seconds(const ASN1_TIME *time)
{
    struct tm tm = {0};
    int rc = ASN1_TIME_to_tm(time, &tm);

    /* X509_cmp_time has read the times of any CA that gets here. */
    assert(rc == 1);
    return (int64_t)timegm(&tm);
}

void cert_times(struct cert_plan *plan, int64_t now)
{
    const X509 *issuer = plan->issuer->certificate;
    int64_t first = seconds(X509_get0_notBefore(issuer));
    int64_t last = seconds(X509_get0_notAfter(issuer));
    int64_t begin = now / ENV_NS_PER_SEC - CERT_BACKDATE;
    int64_t end = begin + CERT_LIFE;

    plan->not_before = begin > first ? begin : first;
    plan->not_after = end < last ? end : last;
}

static bool set_serial(X509 *certificate)
{
    AUTO(bignum) number = NULL;
    uint8_t bytes[SERIAL_SIZE];

    if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
        return false;
    }
    /* Positive, and always of full length. */
    bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40);
    number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    return number &&
           BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
}

static bool set_names(X509 *certificate, const struct cert_plan *plan)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    const X509_NAME *issuer =
        plan->issuer ? X509_get_subject_name(plan->issuer->certificate)
                     : subject;
    const unsigned char *name = (const unsigned char *)plan->common_name;

    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1,
                                      -1, 0) == 1 &&
           X509_set_issuer_name(certificate, issuer) == 1;
}

/* Chooses UTCTime or GeneralizedTime as RFC 5280, 4.1.2.5 wants it. */
static bool set_times(X509 *certificate, const struct cert_plan *plan)
{
    return ASN1_TIME_set(X509_getm_notBefore(certificate),
                         (time_t)plan->not_before) &&
           ASN1_TIME_set(X509_getm_notAfter(certificate),
                         (time_t)plan->not_after);
}

static bool add_extension(X509 *certificate, X509V3_CTX *ctx,
                          const struct cert_extension *plan, struct err *err)
{
    AUTO(extension)
    extension = X509V3_EXT_nconf_nid(NULL, ctx, plan->nid, plan->value);

    if (!extension || X509_add_ext(certificate, extension, -1) != 1) {
        return ossl_err(err, "extension %s=%s", OBJ_nid2sn(plan->nid),
                        plan->value);
    }
    return true;
}

/* The subject's key identifier comes first: a self-signed certificate takes
 * the issuer's from it. A CA that a user brought may have none. */
static bool add_identifiers(X509 *certificate, X509V3_CTX *ctx, X509 *issuer,
                            struct err *err)
{
    static const struct cert_extension own = {NID_subject_key_identifier,
                                              "hash"};
    static const struct cert_extension others = {NID_authority_key_identifier,
                                                 "keyid:always"};

    return add_extension(certificate, ctx, &own, err) &&
           (X509_get_ext_by_NID(issuer, NID_subject_key_identifier, -1) < 0 ||
            add_extension(certificate, ctx, &others, err));
}

static bool add_extensions(X509 *certificate, const struct cert_plan *plan,
                           struct err *err)
{
    X509 *issuer = plan->issuer ? plan->issuer->certificate : certificate;
    X509V3_CTX ctx = {0};

    X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
    if (!add_identifiers(certificate, &ctx, issuer, err)) {
        return false;
    }
    for (size_t i = 0; plan->extensions[i].nid; i++) {
        if (!add_extension(certificate, &ctx, &plan->extensions[i], err)) {
            return false;
        }
    }
    return true;
}

static bool build(X509 *certificate, const struct cert_plan *plan,
                  struct err *err)
{
    if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
        !set_serial(certificate) || !set_names(certificate, plan) ||
        !set_times(certificate, plan) ||
        X509_set_pubkey(certificate, plan->key) != 1) {
        return ossl_err(err, "filling in a certificate");
    }
    return add_extensions(certificate, plan, err);
}

bool cert_make(const struct cert_plan *plan, X509 **out_certificate,
               struct err *err)
{
    AUTO(x509) certificate = X509_new();
    EVP_PKEY *signer = plan->issuer ? plan->issuer->key : plan->key;

    if (!certificate) {
        return ossl_err(err, "certificate for %s", plan->common_name);
    }
    if (!build(certificate, plan, err)) {
        return err_wrap(err, "certificate for %s", plan->common_name);
    }
    if (!X509_sign(certificate, signer,
                   plan->sha1 ? EVP_sha1() : EVP_sha256())) {
        return ossl_err(err, "signing the certificate for %s",
                        plan->common_name);
    }
    *out_certificate = take(&certificate);
    return true;
}
