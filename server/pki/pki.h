/*
 * Certificates of a run: a certification authority and leaves minted on
 * demand. Nothing here is ever committed or older than the run, except a CA
 * that the user keeps in --ca-dir.
 */
#ifndef PKI_PKI_H
#define PKI_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/err.h"
#include "util/span.h"
#include "wire/profile.h"

struct pki;

enum pki_key {
    PKI_P256,
    PKI_RSA2048,
    PKI_RSA1024, /* for weak leaves alone */
    PKI_KEY_COUNT,
};

struct pki_options {
    /* DNS names of the world; the CA is constrained to their domain, to
     * "localhost" and to loopback addresses. Ends with NULL. Borrowed. */
    const char *const *names;
    const char *domain;        /* "contoso.test" */
    enum pki_key key;          /* of CA and leaves */
    enum cert_profile profile; /* of leaves */
    int64_t leaf_clock;        /* ns; moves the validity of leaves */
    const char *ca_dir; /* keeps ca.pem and ca.key (0600); NULL: memory */
    int64_t now;        /* ns since 1970: certificates stay real */
};

/* A certificate with its key, its chain and its channel-binding hash. */
struct pki_leaf {
    const char *name; /* the DNS name; "default" for the default leaf */
    X509 *certificate;
    X509 *intermediate; /* sent behind it; NULL: none */
    EVP_PKEY *key;
    struct span hash; /* RFC 5929 4.1: tls-server-end-point */
};

/*
 * Makes or, from ca_dir, takes up the CA. Errors name the file and the
 * remedy: unreadable, not a pair, expired, constraints that do not cover the
 * world.
 */
MUST_CHECK bool pki_new(const struct pki_options *options, struct pki **out_pki,
                        struct err *err);
void pki_free(struct pki *pki);

/*
 * Serves another world from here on: of the options, names, domain, profile
 * and leaf_clock. The CA stays. false, and nothing has changed: its
 * constraints do not permit a name, or its key does not suit the profile.
 * Leaves that were borrowed are gone.
 */
MUST_CHECK bool pki_follow(struct pki *pki, const struct pki_options *options,
                           struct err *err);

/* The CA certificate as PEM; borrowed. */
struct span pki_ca_pem(const struct pki *pki);
X509 *pki_ca(const struct pki *pki);

/*
 * The leaf for a name of the world, minted at first use and kept. NULL, an
 * unknown name or an address gets the default leaf, which carries all names
 * of the world, localhost and the loopback addresses. Borrowed from the pki,
 * until pki_follow.
 */
MUST_CHECK bool pki_leaf(struct pki *pki, const char *name,
                         const struct pki_leaf **out_leaf, struct err *err);
/* The same by another profile than that of the options. */
MUST_CHECK bool pki_leaf_as(struct pki *pki, enum cert_profile profile,
                            const char *name, const struct pki_leaf **out_leaf,
                            struct err *err);

/*
 * Names of another domain under the same CA, those of a session: with leaves of
 * their own. The default leaf of a site carries its domain and its names, and
 * no loopback address.
 */
struct pki_site;

struct pki_site_options {
    const char *const *names; /* ends with NULL; copied */
    const char *domain;       /* copied */
    enum pki_key key;
    enum cert_profile profile;
    int64_t leaf_clock; /* ns */
};

/* Error: the CA's name constraints do not permit the domain. A profile that
 * wants another CA gets its leaves from this one, see pki_suits. */
MUST_CHECK bool pki_site_new(struct pki *pki,
                             const struct pki_site_options *options,
                             struct pki_site **out_site, struct err *err);
/* false: old devices want a CA with an RSA key for this profile. */
bool pki_suits(const struct pki *pki, enum cert_profile profile);
/* Several threads may hold references. */
struct pki_site *pki_site_ref(struct pki_site *site);
void pki_site_free(struct pki_site *site);
/* That of the options; borrowed, until pki_follow. */
struct pki_site *pki_site(const struct pki *pki);

/* All leaves that have been minted for the site; none may be asked for in
 * between. */
typedef void (*pki_visit)(void *ctx, const struct pki_leaf *leaf);
void pki_site_each(struct pki *pki, struct pki_site *site, pki_visit visit,
                   void *ctx);
/* The certificate, and its SubjectPublicKeyInfo, in DER. */
struct span pki_leaf_der(struct arena *arena, const struct pki_leaf *leaf);
struct span pki_leaf_public_key(struct arena *arena,
                                const struct pki_leaf *leaf);

/* As pki_leaf. Borrowed from the site, here and below. */
MUST_CHECK bool pki_site_leaf(struct pki *pki, struct pki_site *site,
                              const char *name,
                              const struct pki_leaf **out_leaf,
                              struct err *err);

/* The same by another profile; site NULL: that of the options. */
MUST_CHECK bool pki_site_leaf_as(struct pki *pki, struct pki_site *site,
                                 enum cert_profile profile, const char *name,
                                 const struct pki_leaf **out_leaf,
                                 struct err *err);
/* The same for any name, which need not be one of the site: clients believe
 * it as far as the constraints of the CA go. */
MUST_CHECK bool pki_site_leaf_for(struct pki *pki, struct pki_site *site,
                                  enum cert_profile profile, const char *name,
                                  const struct pki_leaf **out_leaf,
                                  struct err *err);

/* A fresh key and a certificate for signing tickets, both PEM; caller frees
 * with buf_clear. */
struct buf;
MUST_CHECK bool pki_signer(struct pki *pki, enum pki_key kind,
                           struct buf *out_key_pem, struct buf *out_cert_pem,
                           struct err *err);

AUTO_DEFINE(pki, struct pki *, pki_free)
AUTO_DEFINE(pki_site, struct pki_site *, pki_site_free)

#endif
