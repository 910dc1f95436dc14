/* Certificates of a run, see pki.h. */
#include "config.h"

#include "pki/pki.h"

#include <string.h>

#include <openssl/pem.h>

#include "pki/beside.h"
#include "pki/ca.h"
#include "pki/internal.h"
#include "pki/ossl.h"
#include "pki/profile.h"
#include "pki/signer.h"
#include "pki/store.h"
#include "util/buf.h"
#include "util/dnsname.h"
#include "util/guard.h"
#include "util/mem.h"

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

/* ---- Sites ---- */

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

bool pki_lock(struct pki *pki)
{
    bool locked = guard_needed();

    return locked && pthread_mutex_lock(&pki->making) == 0;
}

void pki_unlock(struct pki *pki, bool locked)
{
    if (locked) {
        pthread_mutex_unlock(&pki->making);
    }
}

bool pki_site_new(struct pki *pki, const struct pki_site_options *options,
                  struct pki_site **out_site, struct err *err)
{
    bool locked = pki_lock(pki);
    EVP_PKEY *key;
    bool good =
        check_names(options->domain, options->names, err) &&
        covers(pki, options->domain, err) &&
        site_key(pki, profile_of(options->profile), options->key, &key, err);

    pki_unlock(pki, locked);
    if (!good) {
        return false;
    }
    *out_site = site_make(options);
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
    pki->site = site_make(&(struct pki_site_options){
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

/* The key of the leaves is made while that of the CA is, where both are RSA. */
static bool make_keys(struct pki *pki, struct err *err)
{
    const struct profile *profile = profile_of(pki->options.profile);
    enum pki_key kind = profile->own_key ? profile->key : pki->options.key;
    bool two = kind != PKI_P256 && pki->options.key != PKI_P256;
    struct key_beside *beside = two ? key_beside_start(kind) : NULL;
    EVP_PKEY *key;
    bool made = make_ca(pki, err);

    pki->keys[kind] = key_beside_take(beside);
    return made && site_key(pki, profile, pki->options.key, &key, err);
}

bool pki_new(const struct pki_options *options, struct pki **out_pki,
             struct err *err)
{
    AUTO(pki) pki = NEW(struct pki);

    pthread_mutex_init(&pki->making, NULL);
    pki->options = *options;
    use_site(pki, options);
    if (!check_names(options->domain, options->names, err) ||
        !make_keys(pki, err) || !write_ca(pki, err)) {
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
    identity_clear(&pki->intermediate);
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

/* ---- Another world ---- */

static bool check_covered(const struct pki *pki,
                          const struct pki_options *options, struct err *err)
{
    for (size_t i = 0; options->names[i]; i++) {
        const char *name = options->names[i];

        /* One that is served already is permitted. */
        if (site_index(pki->site, name) == pki->site->name_count &&
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
    if (same_names(old, options) && pki->options.profile == options->profile &&
        pki->options.leaf_clock == options->leaf_clock) {
        return true;
    }
    GUARDED;
    locked = pki_lock(pki);
    use_site(pki, options);
    pki_unlock(pki, locked);
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

    bool locked = pki_lock(pki);
    bool made = signer_key(pki, kind, &signer.key, err);

    pki_unlock(pki, locked);
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
