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

enum { NAMED_MAX = 256 }; /* scenarios name them */

/* A leaf that may be minted already: then public.certificate is set. */
struct leaf {
    struct pki_leaf public;
    uint8_t hash[EVP_MAX_MD_SIZE];
};

/* A leaf made out to a name that a scenario gives. */
struct named_leaf {
    struct named_leaf *next;
    char *name;
    enum cert_profile profile;
    struct leaf leaf;
};

struct pki {
    struct identity ca;
    struct identity intermediate; /* the same */
    struct identity other_ca;     /* made where a profile wants it */
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
    struct named_leaf *named;
    size_t named_count;
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

static void keep_options(struct pki *pki, const struct pki_options *options)
{
    size_t count = 0;

    while (options->names[count]) {
        count++;
    }
    pki->names = mem_array(count + 1, sizeof(*pki->names));
    pki->name_count = count;
    for (size_t i = 0; i < count; i++) {
        pki->names[i] = mem_strdup(options->names[i]);
    }
    pki->domain = mem_strdup(options->domain);
    pki->options = *options;
    pki->options.names = (const char *const *)pki->names;
    pki->options.domain = pki->domain;
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

static bool make_ca(struct pki *pki, struct err *err)
{
    const struct profile *profile = profile_of(pki->options.profile);

    if (!pki->options.ca_dir) {
        return ca_make(&pki->options, CA_LIFE_RUN, &pki->ca, err);
    }
    if (!store_open(&pki->options, &pki->ca, err)) {
        return false;
    }
    if (profile->rsa_issuer && !EVP_PKEY_is_a(pki->ca.key, "RSA")) {
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

static void free_named(struct named_leaf *named)
{
    while (named) {
        struct named_leaf *next = named->next;

        X509_free(named->leaf.public.certificate);
        mem_free(named->name);
        mem_free(named);
        named = next;
    }
}

void pki_free(struct pki *pki)
{
    if (!pki) {
        return;
    }
    for (size_t i = 0; i < CERT_PROFILE_COUNT; i++) {
        free_leaves(pki, pki->leaves[i]);
    }
    free_named(pki->named);
    for (size_t i = 0; i < pki->name_count; i++) {
        mem_free(pki->names[i]);
    }
    for (size_t i = 0; i < PKI_KEY_COUNT; i++) {
        EVP_PKEY_free(pki->keys[i]);
    }
    identity_clear(&pki->ca);
    identity_clear(&pki->intermediate);
    identity_clear(&pki->other_ca);
    buf_clear(&pki->ca_pem);
    mem_free(pki->domain);
    mem_free(pki->names);
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
    case ISSUER_INTERMEDIATE:
        *out_issuer = &pki->intermediate;
        return pki->intermediate.key ||
               ca_make_intermediate(&pki->options, &pki->ca, &pki->intermediate,
                                    err);
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

/* What is asked for by name, as the profile would have it; the caller frees. */
static char *profile_name(const struct pki *pki, enum profile_names names,
                          const char *asked)
{
    switch (names) {
    case NAMES_ASKED:
        return mem_strdup(asked);
    case NAMES_WRONG:
        return mem_printf("wrong-name.%s", pki->domain);
    case NAMES_WILDCARD:
        return mem_printf("*.%s", pki->domain);
    case NAMES_OTHER_DOMAIN:
        return mem_printf("%.*s.%s", (int)strcspn(asked, "."), asked,
                          PKI_OTHER_DOMAIN);
    }
    return NULL;
}

/* asked: NULL for the default leaf. */
static bool mint_named(struct pki *pki, struct leaf_plan *plan,
                       const char *asked, X509 **out_certificate,
                       struct err *err)
{
    enum profile_names names = plan->profile->names;
    const char *first = pki->name_count ? pki->names[0] : "localhost";
    AUTO(str) name = profile_name(pki, names, asked ? asked : first);
    AUTO(mem) all = default_names(pki);
    const char *own[] = {name, NULL};
    bool good;

    plan->loopback =
        !asked && names == NAMES_ASKED && !plan->profile->no_alternatives;
    plan->names = plan->loopback ? (const char *const *)all : own;
    good = leaf_make(plan, out_certificate, err);
    plan->names = NULL;
    return good;
}

/* `name` lives as long as the leaf; NULL for the default leaf. */
static bool mint(struct pki *pki, const struct profile *profile,
                 const char *name, struct leaf *leaf, struct err *err)
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
        !mint_named(pki, &plan, name, &certificate, err) ||
        !leaf_hash(certificate, leaf->hash, &size, err)) {
        return false;
    }
    leaf->public.hash = span_of(leaf->hash, size);
    leaf->public.key = plan.key;
    leaf->public.name = name ? name : "default";
    if (profile->issuer == ISSUER_INTERMEDIATE && !profile->withhold) {
        leaf->public.intermediate = pki->intermediate.certificate;
    }
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
    if (!leaf->public.certificate &&
        !mint(pki, how, index < pki->name_count ? pki->names[index] : NULL,
              leaf, err)) {
        return false;
    }
    *out_leaf = &leaf->public;
    return true;
}

static struct named_leaf *find_named(struct pki *pki, enum cert_profile profile,
                                     const char *name)
{
    for (struct named_leaf *n = pki->named; n; n = n->next) {
        if (n->profile == profile && strcasecmp(n->name, name) == 0) {
            return n;
        }
    }
    return NULL;
}

bool pki_leaf_for(struct pki *pki, enum cert_profile profile, const char *name,
                  const struct pki_leaf **out_leaf, struct err *err)
{
    struct named_leaf *named = find_named(pki, profile, name);

    if (!named) {
        if (pki->named_count >= NAMED_MAX) {
            return err_set(err,
                           "no more than %d certificates for names that "
                           "scenarios give",
                           NAMED_MAX);
        }
        named = NEW(struct named_leaf);
        named->name = mem_strdup(name);
        named->profile = profile;
        if (!mint(pki, profile_of(profile), named->name, &named->leaf, err)) {
            free_named(named);
            return false;
        }
        named->next = pki->named;
        pki->named = named;
        pki->named_count++;
    }
    *out_leaf = &named->leaf.public;
    return true;
}

bool pki_leaf(struct pki *pki, const char *name,
              const struct pki_leaf **out_leaf, struct err *err)
{
    return pki_leaf_as(pki, pki->options.profile, name, out_leaf, err);
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
