/* Server certificates, see leaf.h. */
#include "config.h"

#include "pki/leaf.h"

#include <string.h>

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "pki/ossl.h"
#include "util/buf.h"
#include "util/env.h"

/* A name too long for a subject stands in the alternative names alone, where
 * clients look (RFC 6125, 6.4.4). */
static const char *common_name(const char *name)
{
    return strlen(name) <= CERT_CN_MAX ? name : "lyncmock";
}

static void write_alternatives(struct buf *out, const char *const *names,
                               bool loopback)
{
    for (size_t i = 0; names[i]; i++) {
        buf_printf(out, "%sDNS:%s", i ? "," : "", names[i]);
    }
    if (loopback) {
        buf_add_text(out, ",IP:127.0.0.1,IP:::1");
    }
}

/* Key transport exists for RSA alone (RFC 5246, 7.4.2). */
static const char *key_usage(const EVP_PKEY *key)
{
    return EVP_PKEY_is_a(key, "RSA")
               ? "critical,digitalSignature,keyEncipherment"
               : "critical,digitalSignature";
}

/* Some clients want a leaf's period within that of its issuer. Where it is not
 * the real one, it cannot be. */
static void set_times(struct cert_plan *plan, const struct leaf_plan *leaf)
{
    const struct profile *profile = leaf->profile;
    int64_t now = (leaf->now + leaf->moved) / ENV_NS_PER_SEC;

    if (profile->first_day || profile->last_day) {
        plan->not_before = now + profile->first_day * (int64_t)CERT_DAY;
        plan->not_after = now + profile->last_day * (int64_t)CERT_DAY;
    } else if (leaf->moved || !plan->issuer) {
        plan->not_before = now - CERT_BACKDATE;
        plan->not_after = plan->not_before + CERT_LIFE;
    } else {
        cert_times(plan, leaf->now);
    }
}

bool leaf_make(const struct leaf_plan *leaf, X509 **out_certificate,
               struct err *err)
{
    AUTO_BUF alternatives = {0};

    write_alternatives(&alternatives, leaf->names, leaf->loopback);

    const struct cert_extension extensions[] = {
        {NID_basic_constraints, "critical,CA:FALSE"},
        {NID_key_usage, key_usage(leaf->key)},
        {NID_ext_key_usage,
         leaf->profile->usage ? leaf->profile->usage : "serverAuth"},
        {leaf->profile->no_alternatives ? 0 : NID_subject_alt_name,
         buf_text(&alternatives)},
        {0, NULL},
    };
    struct cert_plan plan = {
        .common_name = common_name(leaf->names[0]),
        .issuer = leaf->ca,
        .key = leaf->key,
        .extensions = extensions,
        .sha1 = leaf->profile->sha1,
    };

    set_times(&plan, leaf);
    return cert_make(&plan, out_certificate, err);
}

bool leaf_hash(const X509 *certificate, uint8_t *out, size_t *out_size,
               struct err *err)
{
    const EVP_MD *digest = EVP_sha256();
    unsigned size = 0;
    int hash = NID_undef;

    if (OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &hash, NULL) &&
        hash != NID_undef && hash != NID_md5 && hash != NID_sha1) {
        digest = EVP_get_digestbynid(hash);
    }
    if (!digest || X509_digest(certificate, digest, out, &size) != 1) {
        return ossl_err(err, "hash of a certificate");
    }
    *out_size = size;
    return true;
}
