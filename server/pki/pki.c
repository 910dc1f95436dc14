/* Certificates of a run, see pki.h. */
#include "config.h"

#include "pki/pki.h"

#include <string.h>
#include <strings.h>

#include <openssl/pem.h>

#include "pki/ca.h"
#include "pki/leaf.h"
#include "pki/ossl.h"
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
    struct buf ca_pem;
    /* One key for all leaves: minting one costs a signature, no key. */
    EVP_PKEY *key;
    int64_t now;
    char **names; /* ends with NULL */
    size_t name_count;
    struct leaf *leaves; /* one for each name */
    struct leaf fallback;
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

static void keep_names(struct pki *pki, const char *const *names)
{
    size_t count = 0;

    while (names[count]) {
        count++;
    }
    pki->names = mem_array(count + 1, sizeof(*pki->names));
    pki->leaves = mem_array(count, sizeof(*pki->leaves));
    pki->name_count = count;
    for (size_t i = 0; i < count; i++) {
        pki->names[i] = mem_strdup(names[i]);
        pki->leaves[i].public.name = pki->names[i];
    }
    pki->fallback.public.name = "default";
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

bool pki_new(const struct pki_options *options, struct pki **out_pki,
             struct err *err)
{
    AUTO(pki) pki = NEW(struct pki);

    pki->now = options->now;
    keep_names(pki, options->names);
    if (!check_names(options, err)) {
        return false;
    }
    if (options->ca_dir) {
        if (!store_open(options, &pki->ca, err)) {
            return false;
        }
    } else if (!ca_make(options, CA_LIFE_RUN, &pki->ca, err)) {
        return false;
    }
    if (!cert_key(options->key, &pki->key, err) || !write_ca(pki, err)) {
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
    for (size_t i = 0; i < pki->name_count; i++) {
        X509_free(pki->leaves[i].public.certificate);
        mem_free(pki->names[i]);
    }
    X509_free(pki->fallback.public.certificate);
    EVP_PKEY_free(pki->key);
    identity_clear(&pki->ca);
    buf_clear(&pki->ca_pem);
    mem_free(pki->leaves);
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

static bool mint_with(const struct pki *pki, const char *const *names,
                      bool loopback, X509 **out_certificate, struct err *err)
{
    const struct leaf_plan plan = {&pki->ca, pki->key, names, loopback,
                                   pki->now};

    return leaf_make(&plan, out_certificate, err);
}

/* localhost first, since that gives the subject. */
static bool mint_default(const struct pki *pki, X509 **out_certificate,
                         struct err *err)
{
    AUTO(mem) block = mem_array(pki->name_count + 2, sizeof(char *));
    const char **names = block;

    names[0] = "localhost";
    for (size_t i = 0; i < pki->name_count; i++) {
        names[i + 1] = pki->names[i];
    }
    return mint_with(pki, names, true, out_certificate, err);
}

static bool mint(const struct pki *pki, struct leaf *leaf, struct err *err)
{
    const char *const own[] = {leaf->public.name, NULL};
    AUTO(x509) certificate = NULL;
    size_t size;
    bool minted = leaf == &pki->fallback
                      ? mint_default(pki, &certificate, err)
                      : mint_with(pki, own, false, &certificate, err);

    if (!minted || !leaf_hash(certificate, leaf->hash, &size, err)) {
        return false;
    }
    leaf->public.hash = span_of(leaf->hash, size);
    leaf->public.key = pki->key;
    leaf->public.certificate = take(&certificate);
    return true;
}

static struct leaf *find(struct pki *pki, const char *name)
{
    for (size_t i = 0; name && i < pki->name_count; i++) {
        if (strcasecmp(pki->names[i], name) == 0) {
            return &pki->leaves[i];
        }
    }
    return &pki->fallback;
}

bool pki_leaf(struct pki *pki, const char *name,
              const struct pki_leaf **out_leaf, struct err *err)
{
    struct leaf *leaf = find(pki, name);

    if (!leaf->public.certificate && !mint(pki, leaf, err)) {
        return false;
    }
    *out_leaf = &leaf->public;
    return true;
}

bool pki_signer(struct pki *pki, enum pki_key kind, struct buf *out_key_pem,
                struct buf *out_cert_pem, struct err *err)
{
    AUTO_IDENTITY signer = {0};
    AUTO(bio) key = BIO_new(BIO_s_mem());
    AUTO(bio) certificate = BIO_new(BIO_s_mem());

    if (!signer_make(&pki->ca, kind, pki->now, &signer, err)) {
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
