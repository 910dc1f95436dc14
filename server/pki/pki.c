/* Certificates of a run, see pki.h. */
#include "config.h"

#include "pki/pki.h"

#include <string.h>
#include <strings.h>

#include <openssl/pem.h>

#include "pki/ca.h"
#include "pki/leaf.h"
#include "pki/ossl.h"
#include "pki/profile.h"
#include "pki/signer.h"
#include "pki/store.h"
#include "util/buf.h"
#include "util/dnsname.h"
#include "util/mem.h"

/* A leaf that may be minted already: then public.certificate is set. */
struct leaf {
    struct pki_leaf public;
    uint8_t hash[EVP_MAX_MD_SIZE];
};

struct pki {
    struct identity ca;
    struct identity other_ca; /* made where a profile wants it */
    struct buf ca_pem;
    /* One key of a kind for all leaves: minting one costs a signature, no
     * key. NULL: not made yet. */
    EVP_PKEY *keys[PKI_KEY_COUNT];
    struct pki_options options;
    char *domain;
    char **names; /* ends with NULL */
    size_t name_count;
    /* Of each profile one for each name, and the default leaf. NULL: none has
     * been asked for. */
    struct leaf *leaves[CERT_PROFILE_COUNT];
};

static bool check_names(const struct pki_options *options, struct err *err)
{
    if (!dnsname_valid(options->domain)) {
        return err_set(err, "\"%s\" is no DNS domain", options->domain);
    }
    for (size_t i = 0; options->names[i]; i++) {
        if (!dnsname_valid(options->names[i])) {
            return err_set(err, "\"%s\" is no DNS name", options->names[i]);
        }
    }
    return true;
}

static size_t count_names(const char *const *names)
{
    size_t count = 0;

    while (names[count]) {
        count++;
    }
    return count;
}

static void keep_names(struct pki *pki, const struct pki_options *options)
{
    size_t count = count_names(options->names);

    pki->names = mem_array(count + 1, sizeof(*pki->names));
    pki->name_count = count;
    for (size_t i = 0; i < count; i++) {
        pki->names[i] = mem_strdup(options->names[i]);
    }
    pki->domain = mem_strdup(options->domain);
    pki->options.names = (const char *const *)pki->names;
    pki->options.domain = pki->domain;
}

static void keep_options(struct pki *pki, const struct pki_options *options)
{
    pki->options = *options;
    keep_names(pki, options);
}

static void free_names(struct pki *pki)
{
    for (size_t i = 0; i < pki->name_count; i++) {
        mem_free(pki->names[i]);
    }
    mem_free(pki->names);
    mem_free(pki->domain);
}

static bool write_ca(struct pki *pki, struct err *err)
{
    AUTO(bio) bio = BIO_new(BIO_s_mem());

    if (!bio || !PEM_write_bio_X509(bio, pki->ca.certificate)) {
        return ossl_err(err, "CA certificate as PEM");
    }
    buf_add(&pki->ca_pem, ossl_span(bio));
    return true;
}

/* May this CA sign by the profile? */
static bool suits(const struct pki *pki, const struct profile *profile)
{
    return !profile->rsa_issuer || EVP_PKEY_is_a(pki->ca.key, "RSA");
}

static bool make_ca(struct pki *pki, struct err *err)
{
    const struct profile *profile = profile_of(pki->options.profile);

    if (!pki->options.ca_dir) {
        return ca_make(&pki->options, CA_LIFE_RUN, &pki->ca, err);
    }
    if (!store_open(&pki->options, &pki->ca, err)) {
        return false;
    }
    if (!suits(pki, profile)) {
        return err_set(err,
                       "%s: the key is not RSA, and the certificate profile "
                       "%s wants no other; name an empty directory",
                       pki->options.ca_dir, profile->name);
    }
    return true;
}

/* Made at first use; RSA takes a tenth of a second. */
static bool key_of(struct pki *pki, const struct profile *profile,
                   EVP_PKEY **out_key, struct err *err)
{
    enum pki_key kind = profile->own_key ? profile->key : pki->options.key;

    if (!pki->keys[kind] && !cert_key(kind, &pki->keys[kind], err)) {
        return false;
    }
    *out_key = pki->keys[kind];
    return true;
}

bool pki_new(const struct pki_options *options, struct pki **out_pki,
             struct err *err)
{
    AUTO(pki) pki = NEW(struct pki);
    EVP_PKEY *key;

    keep_options(pki, options);
    if (!check_names(options, err) || !make_ca(pki, err) ||
        !key_of(pki, profile_of(options->profile), &key, err) ||
        !write_ca(pki, err)) {
        return false;
    }
    *out_pki = take(&pki);
    return true;
}

static void free_leaves(struct pki *pki, struct leaf *leaves)
{
    for (size_t i = 0; leaves && i <= pki->name_count; i++) {
        X509_free(leaves[i].public.certificate);
    }
    mem_free(leaves);
}

void pki_free(struct pki *pki)
{
    if (!pki) {
        return;
    }
    for (size_t i = 0; i < CERT_PROFILE_COUNT; i++) {
        free_leaves(pki, pki->leaves[i]);
    }
    free_names(pki);
    for (size_t i = 0; i < PKI_KEY_COUNT; i++) {
        EVP_PKEY_free(pki->keys[i]);
    }
    identity_clear(&pki->ca);
    identity_clear(&pki->other_ca);
    buf_clear(&pki->ca_pem);
    mem_free(pki);
}

struct span pki_ca_pem(const struct pki *pki)
{
    return buf_span(&pki->ca_pem);
}

X509 *pki_ca(const struct pki *pki)
{
    return pki->ca.certificate;
}

/* NULL: the leaf is to be its own issuer. */
static bool issuer_of(struct pki *pki, const struct profile *profile,
                      const struct identity **out_issuer, struct err *err)
{
    switch (profile->issuer) {
    case ISSUER_CA:
        *out_issuer = &pki->ca;
        return true;
    case ISSUER_OTHER_CA:
        *out_issuer = &pki->other_ca;
        return pki->other_ca.key ||
               ca_make(&pki->options, CA_LIFE_RUN, &pki->other_ca, err);
    case ISSUER_SELF:
        *out_issuer = NULL;
        return true;
    }
    return false;
}

/* localhost first, since that gives the subject. */
static const char **default_names(const struct pki *pki)
{
    const char **names = mem_array(pki->name_count + 2, sizeof(char *));

    names[0] = "localhost";
    for (size_t i = 0; i < pki->name_count; i++) {
        names[i + 1] = pki->names[i];
    }
    return names;
}

/* The names of a leaf; the last of all is the default leaf. */
static bool mint_named(struct pki *pki, struct leaf_plan *plan, size_t index,
                       X509 **out_certificate, struct err *err)
{
    AUTO(str) wrong = mem_printf("wrong-name.%s", pki->domain);
    AUTO(mem) all = default_names(pki);
    const char *own[] = {plan->profile->wrong_name ? wrong : pki->names[index],
                         NULL};
    bool good;

    plan->loopback = index == pki->name_count && !plan->profile->wrong_name;
    plan->names = plan->loopback ? (const char *const *)all : own;
    good = leaf_make(plan, out_certificate, err);
    plan->names = NULL;
    return good;
}

static bool mint(struct pki *pki, const struct profile *profile, size_t index,
                 struct leaf *leaf, struct err *err)
{
    struct leaf_plan plan = {
        .now = pki->options.now,
        .moved = pki->options.leaf_clock,
        .profile = profile,
    };
    AUTO(x509) certificate = NULL;
    size_t size;

    if (!key_of(pki, profile, &plan.key, err) ||
        !issuer_of(pki, profile, &plan.ca, err) ||
        !mint_named(pki, &plan, index, &certificate, err) ||
        !leaf_hash(certificate, leaf->hash, &size, err)) {
        return false;
    }
    leaf->public.hash = span_of(leaf->hash, size);
    leaf->public.key = plan.key;
    leaf->public.name = index < pki->name_count ? pki->names[index] : "default";
    leaf->public.certificate = take(&certificate);
    return true;
}

/* name_count: no name of the world. */
static size_t index_of(const struct pki *pki, const char *name)
{
    for (size_t i = 0; name && i < pki->name_count; i++) {
        if (strcasecmp(pki->names[i], name) == 0) {
            return i;
        }
    }
    return pki->name_count;
}

bool pki_leaf_as(struct pki *pki, enum cert_profile profile, const char *name,
                 const struct pki_leaf **out_leaf, struct err *err)
{
    const struct profile *how = profile_of(profile);
    size_t index = index_of(pki, name);
    struct leaf **leaves = &pki->leaves[profile];
    struct leaf *leaf;

    if (!*leaves) {
        *leaves = mem_array(pki->name_count + 1, sizeof(struct leaf));
    }
    leaf = &(*leaves)[index];
    if (!leaf->public.certificate && !mint(pki, how, index, leaf, err)) {
        return false;
    }
    *out_leaf = &leaf->public;
    return true;
}

bool pki_leaf(struct pki *pki, const char *name,
              const struct pki_leaf **out_leaf, struct err *err)
{
    return pki_leaf_as(pki, pki->options.profile, name, out_leaf, err);
}

/* ---- Another world ---- */

static bool check_covered(const struct pki *pki,
                          const struct pki_options *options, struct err *err)
{
    for (size_t i = 0; options->names[i]; i++) {
        const char *name = options->names[i];

        /* One that is served already is permitted. */
        if (index_of(pki, name) == pki->name_count &&
            !ca_permits(&pki->options, &pki->ca, name, err)) {
            return err_wrap(err, "the running CA");
        }
    }
    return true;
}

static bool same_names(const struct pki *pki, const struct pki_options *options)
{
    size_t i = 0;

    while (i < pki->name_count && options->names[i] &&
           strcmp(pki->names[i], options->names[i]) == 0) {
        i++;
    }
    return i == pki->name_count && !options->names[i] &&
           strcmp(pki->domain, options->domain) == 0;
}

static void drop_leaves(struct pki *pki)
{
    for (size_t i = 0; i < CERT_PROFILE_COUNT; i++) {
        free_leaves(pki, pki->leaves[i]);
        pki->leaves[i] = NULL;
    }
}

/* Minting them again costs a signature each: no reason to sort out which are
 * still good. */
bool pki_follow(struct pki *pki, const struct pki_options *options,
                struct err *err)
{
    const struct profile *profile = profile_of(options->profile);

    if (!suits(pki, profile)) {
        return err_set(err,
                       "the certificate profile %s wants a CA with an RSA "
                       "key, and that of the running CA is none",
                       profile->name);
    }
    if (!check_names(options, err) || !check_covered(pki, options, err)) {
        return false;
    }
    pki->options.profile = options->profile;
    if (same_names(pki, options) &&
        pki->options.leaf_clock == options->leaf_clock) {
        return true;
    }
    drop_leaves(pki);
    free_names(pki);
    keep_names(pki, options);
    pki->options.leaf_clock = options->leaf_clock;
    return true;
}

bool pki_signer(struct pki *pki, enum pki_key kind, struct buf *out_key_pem,
                struct buf *out_cert_pem, struct err *err)
{
    AUTO_IDENTITY signer = {0};
    AUTO(bio) key = BIO_new(BIO_s_mem());
    AUTO(bio) certificate = BIO_new(BIO_s_mem());

    if (!signer_make(&pki->ca, kind, pki->options.now, &signer, err)) {
        return false;
    }
    if (!key || !certificate ||
        !PEM_write_bio_PKCS8PrivateKey(key, signer.key, NULL, NULL, 0, NULL,
                                       NULL) ||
        !PEM_write_bio_X509(certificate, signer.certificate)) {
        return ossl_err(err, "ticket signer as PEM");
    }
    buf_add(out_key_pem, ossl_span(key));
    buf_add(out_cert_pem, ossl_span(certificate));
    return true;
}
