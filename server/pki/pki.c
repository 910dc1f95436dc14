/* Certificates of a run, see pki.h. */
#include "config.h"

#include "pki/pki.h"

#include <pthread.h>
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
#include "util/guard.h"
#include "util/mem.h"
#include "util/refs.h"

/* A leaf that may be minted already: then public.certificate is set. */
struct leaf {
    struct pki_leaf public;
    uint8_t hash[EVP_MAX_MD_SIZE];
};

struct pki_site {
    unsigned references;
    bool loopback; /* its default leaf carries loopback addresses */
    struct pki_site_options options;
    char *domain;
    char **names; /* ends with NULL */
    size_t name_count;
    /* Of each profile one for each name, and the default leaf. NULL: none has
     * been asked for. */
    struct leaf *leaves[CERT_PROFILE_COUNT];
};

struct pki {
    /* Keys and leaves are made while it is held, where several threads ask for
     * them: what all share stays free meanwhile. */
    pthread_mutex_t making;
    struct identity ca;
    struct identity other_ca; /* made where a profile wants it */
    struct buf ca_pem;
    /* One key of a kind for all leaves: minting one costs a signature, no
     * key. NULL: not made yet. */
    EVP_PKEY *keys[PKI_KEY_COUNT];
    EVP_PKEY *signer_keys[PKI_KEY_COUNT]; /* of web tickets, see signer_key */
    struct pki_options options;
    struct pki_site *site; /* of the options */
};

static bool check_names(const char *domain, const char *const *names,
                        struct err *err)
{
    if (!dnsname_valid(domain)) {
        return err_set(err, "\"%s\" is no DNS domain", domain);
    }
    for (size_t i = 0; names[i]; i++) {
        if (!dnsname_valid(names[i])) {
            return err_set(err, "\"%s\" is no DNS name", names[i]);
        }
    }
    return true;
}

static bool lock_making(struct pki *pki)
{
    bool locked = guard_needed();

    return locked && pthread_mutex_lock(&pki->making) == 0;
}

static void unlock_making(struct pki *pki, bool locked)
{
    if (locked) {
        pthread_mutex_unlock(&pki->making);
    }
}

/* Made at first use; RSA takes a tenth of a second. */
static bool key_of(struct pki *pki, const struct profile *profile,
                   enum pki_key kind, EVP_PKEY **out_key, struct err *err)
{
    kind = profile->own_key ? profile->key : kind;

    if (!pki->keys[kind] && !cert_key(kind, &pki->keys[kind], err)) {
        return false;
    }
    *out_key = pki->keys[kind];
    return true;
}

/* ---- Sites ---- */

static struct pki_site *make_site(const struct pki_site_options *options)
{
    struct pki_site *site = NEW(struct pki_site);
    size_t count = 0;

    site->references = 1;
    while (options->names[count]) {
        count++;
    }
    site->names = mem_array(count + 1, sizeof(*site->names));
    site->name_count = count;
    for (size_t i = 0; i < count; i++) {
        site->names[i] = mem_strdup(options->names[i]);
    }
    site->domain = mem_strdup(options->domain);
    site->options = *options;
    site->options.names = (const char *const *)site->names;
    site->options.domain = site->domain;
    return site;
}

static void free_leaves(struct pki_site *site, struct leaf *leaves)
{
    for (size_t i = 0; leaves && i <= site->name_count; i++) {
        X509_free(leaves[i].public.certificate);
    }
    mem_free(leaves);
}

struct pki_site *pki_site_ref(struct pki_site *site)
{
    refs_take(&site->references);
    return site;
}

struct pki_site *pki_site(const struct pki *pki)
{
    return pki->site;
}

void pki_site_free(struct pki_site *site)
{
    if (!site || !refs_drop(&site->references)) {
        return;
    }
    for (size_t i = 0; i < CERT_PROFILE_COUNT; i++) {
        free_leaves(site, site->leaves[i]);
    }
    for (size_t i = 0; i < site->name_count; i++) {
        mem_free(site->names[i]);
    }
    mem_free(site->domain);
    mem_free(site->names);
    mem_free(site);
}

/* May this CA sign by the profile? */
static bool suits(const struct pki *pki, const struct profile *profile)
{
    return !profile->rsa_issuer || EVP_PKEY_is_a(pki->ca.key, "RSA");
}

/* Old devices take an RSA chain alone; the CA is what it is. */
static bool check_issuer(const struct pki *pki, enum cert_profile profile,
                         struct err *err)
{
    const struct profile *how = profile_of(profile);

    return suits(pki, how) ||
           err_set(err,
                   "the certificate profile %s wants a CA with an RSA key, "
                   "and that of the running CA is none; start the server with "
                   "--set tls.profile=%s",
                   how->name, how->name);
}

static bool covers(const struct pki *pki, const char *name, struct err *err)
{
    return ca_permits(&pki->options, &pki->ca, name, err) ||
           err_wrap(err, "the running CA");
}

bool pki_suits(const struct pki *pki, enum cert_profile profile)
{
    return suits(pki, profile_of(profile));
}

bool pki_site_new(struct pki *pki, const struct pki_site_options *options,
                  struct pki_site **out_site, struct err *err)
{
    bool locked = lock_making(pki);
    EVP_PKEY *key;
    bool good =
        check_names(options->domain, options->names, err) &&
        covers(pki, options->domain, err) &&
        key_of(pki, profile_of(options->profile), options->key, &key, err);

    unlock_making(pki, locked);
    if (!good) {
        return false;
    }
    *out_site = make_site(options);
    return true;
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
    if (!suits(pki, profile)) {
        return err_set(err,
                       "%s: the key is not RSA, and the certificate profile "
                       "%s wants no other; name an empty directory",
                       pki->options.ca_dir, profile->name);
    }
    return true;
}

/* What the options say from here on; the old site is the caller's. */
static void use_site(struct pki *pki, const struct pki_options *options)
{
    pki->site = make_site(&(struct pki_site_options){
        .names = options->names,
        .domain = options->domain,
        .key = pki->options.key,
        .profile = options->profile,
        .leaf_clock = options->leaf_clock,
    });
    pki->site->loopback = true;
    pki->options.names = pki->site->options.names;
    pki->options.domain = pki->site->options.domain;
    pki->options.profile = options->profile;
    pki->options.leaf_clock = options->leaf_clock;
}

bool pki_new(const struct pki_options *options, struct pki **out_pki,
             struct err *err)
{
    AUTO(pki) pki = NEW(struct pki);
    EVP_PKEY *key;

    pthread_mutex_init(&pki->making, NULL);
    pki->options = *options;
    use_site(pki, options);
    if (!check_names(options->domain, options->names, err) ||
        !make_ca(pki, err) ||
        !key_of(pki, profile_of(options->profile), options->key, &key, err) ||
        !write_ca(pki, err)) {
        return false;
    }
    *out_pki = take(&pki);
    return true;
}

void pki_free(struct pki *pki)
{
    if (!pki) {
        return;
    }
    pki_site_free(pki->site);
    for (size_t i = 0; i < PKI_KEY_COUNT; i++) {
        EVP_PKEY_free(pki->keys[i]);
        EVP_PKEY_free(pki->signer_keys[i]);
    }
    identity_clear(&pki->ca);
    identity_clear(&pki->other_ca);
    buf_clear(&pki->ca_pem);
    pthread_mutex_destroy(&pki->making);
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

/* The domain itself or localhost first, since that gives the subject. */
static const char **default_names(const struct pki_site *site, bool loopback)
{
    const char **names = mem_array(site->name_count + 2, sizeof(char *));

    names[0] = loopback ? "localhost" : site->domain;
    for (size_t i = 0; i < site->name_count; i++) {
        names[i + 1] = site->names[i];
    }
    return names;
}

/* The names of a leaf; the last of all is the default leaf. */
static bool mint_named(const struct pki_site *site, struct leaf_plan *plan,
                       size_t index,
                       X509 **out_certificate, struct err *err)
{
    bool own_site = site->loopback;
    AUTO(str) wrong = mem_printf("wrong-name.%s", site->domain);
    AUTO(mem) all = default_names(site, own_site);
    const char *own[] = {plan->profile->wrong_name ? wrong : site->names[index],
                         NULL};
    bool for_all = index == site->name_count && !plan->profile->wrong_name;
    bool good;

    plan->loopback = for_all && own_site;
    plan->names = for_all ? (const char *const *)all : own;
    good = leaf_make(plan, out_certificate, err);
    plan->names = NULL;
    return good;
}

static bool mint(struct pki *pki, const struct pki_site *site,
                 const struct profile *profile, size_t index, struct leaf *leaf,
                 struct err *err)
{
    struct leaf_plan plan = {
        .now = pki->options.now,
        .moved = site->options.leaf_clock,
        .profile = profile,
    };
    AUTO(x509) certificate = NULL;
    size_t size;

    if (!key_of(pki, profile, site->options.key, &plan.key, err) ||
        !issuer_of(pki, profile, &plan.ca, err) ||
        !mint_named(site, &plan, index, &certificate, err) ||
        !leaf_hash(certificate, leaf->hash, &size, err)) {
        return false;
    }
    leaf->public.hash = span_of(leaf->hash, size);
    leaf->public.key = plan.key;
    leaf->public.name =
        index < site->name_count ? site->names[index] : "default";
    leaf->public.certificate = take(&certificate);
    return true;
}

/* name_count: no name of the world. */
static size_t index_of(const struct pki_site *site, const char *name)
{
    for (size_t i = 0; name && i < site->name_count; i++) {
        if (strcasecmp(site->names[i], name) == 0) {
            return i;
        }
    }
    return site->name_count;
}

static bool make_leaf(struct pki *pki, struct pki_site *site,
                      enum cert_profile profile, const char *name,
                      const struct pki_leaf **out_leaf, struct err *err)
{
    const struct profile *how = profile_of(profile);
    size_t index = index_of(site, name);
    struct leaf **leaves = &site->leaves[profile];
    struct leaf *leaf;

    if (!*leaves) {
        *leaves = mem_array(site->name_count + 1, sizeof(struct leaf));
    }
    leaf = &(*leaves)[index];
    if (!leaf->public.certificate && !mint(pki, site, how, index, leaf, err)) {
        return false;
    }
    *out_leaf = &leaf->public;
    return true;
}

static bool leaf_of(struct pki *pki, struct pki_site *site,
                    enum cert_profile profile, const char *name,
                    const struct pki_leaf **out_leaf, struct err *err)
{
    bool locked = lock_making(pki);
    bool made = make_leaf(pki, site, profile, name, out_leaf, err);

    unlock_making(pki, locked);
    return made;
}

bool pki_leaf_as(struct pki *pki, enum cert_profile profile, const char *name,
                 const struct pki_leaf **out_leaf, struct err *err)
{
    return leaf_of(pki, pki->site, profile, name, out_leaf, err);
}

bool pki_leaf(struct pki *pki, const char *name,
              const struct pki_leaf **out_leaf, struct err *err)
{
    return pki_leaf_as(pki, pki->options.profile, name, out_leaf, err);
}

bool pki_site_leaf(struct pki *pki, struct pki_site *site, const char *name,
                   const struct pki_leaf **out_leaf, struct err *err)
{
    return leaf_of(pki, site, site->options.profile, name, out_leaf, err);
}

/* ---- Another world ---- */

static bool check_covered(const struct pki *pki,
                          const struct pki_options *options, struct err *err)
{
    for (size_t i = 0; options->names[i]; i++) {
        const char *name = options->names[i];

        /* One that is served already is permitted. */
        if (index_of(pki->site, name) == pki->site->name_count &&
            !covers(pki, name, err)) {
            return false;
        }
    }
    return true;
}

static bool same_names(const struct pki_site *site,
                       const struct pki_options *options)
{
    size_t i = 0;

    while (i < site->name_count && options->names[i] &&
           strcmp(site->names[i], options->names[i]) == 0) {
        i++;
    }
    return i == site->name_count && !options->names[i] &&
           strcmp(site->domain, options->domain) == 0;
}

/* Minting leaves again costs a signature each: no reason to sort out which are
 * still good. */
bool pki_follow(struct pki *pki, const struct pki_options *options,
                struct err *err)
{
    struct pki_site *old = pki->site;
    bool locked;

    if (!check_issuer(pki, options->profile, err) ||
        !check_names(options->domain, options->names, err) ||
        !check_covered(pki, options, err)) {
        return false;
    }
    if (same_names(old, options) &&
        pki->options.profile == options->profile &&
        pki->options.leaf_clock == options->leaf_clock) {
        return true;
    }
    GUARDED;
    locked = lock_making(pki);
    use_site(pki, options);
    unlock_making(pki, locked);
    pki_site_free(old);
    return true;
}

/* An RSA key takes a tenth of a second: all signers share one. */
static bool signer_key(struct pki *pki, enum pki_key kind, EVP_PKEY **out_key,
                       struct err *err)
{
    EVP_PKEY **kept = &pki->signer_keys[kind];

    if (kind == PKI_P256) {
        return cert_key(kind, out_key, err);
    }
    if (!*kept && !cert_key(kind, kept, err)) {
        return false;
    }
    EVP_PKEY_up_ref(*kept);
    *out_key = *kept;
    return true;
}

bool pki_signer(struct pki *pki, enum pki_key kind, struct buf *out_key_pem,
                struct buf *out_cert_pem, struct err *err)
{
    AUTO_IDENTITY signer = {0};
    AUTO(bio) key = BIO_new(BIO_s_mem());
    AUTO(bio) certificate = BIO_new(BIO_s_mem());

    bool locked = lock_making(pki);
    bool made = signer_key(pki, kind, &signer.key, err);

    unlock_making(pki, locked);
    if (!made) {
        return err_wrap(err, "ticket signer");
    }
    if (!signer_make(&pki->ca, signer.key, pki->options.now,
                     &signer.certificate, err)) {
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
