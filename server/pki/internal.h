/* What pki.c and site.c share: a run's CA and keys, and the names under it. */
#ifndef PKI_INTERNAL_H
#define PKI_INTERNAL_H

#include <pthread.h>

#include "pki/cert.h"
#include "pki/pki.h"
#include "pki/profile.h"
#include "util/buf.h"

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
    struct named_leaf *named;
    size_t named_count;
};

struct pki {
    /* Keys and leaves are made while it is held, where several threads ask for
     * them: what all share stays free meanwhile. */
    pthread_mutex_t making;
    struct identity ca;
    struct identity intermediate; /* made where a profile wants it */
    struct identity other_ca;     /* the same */
    struct buf ca_pem;
    /* One key of a kind for all leaves: minting one costs a signature, no
     * key. NULL: not made yet. */
    EVP_PKEY *keys[PKI_KEY_COUNT];
    EVP_PKEY *signer_keys[PKI_KEY_COUNT]; /* of web tickets, see signer_key */
    struct pki_options options;
    struct pki_site *site; /* of the options */
};

/* true: locked, since there are several. */
bool pki_lock(struct pki *pki);
void pki_unlock(struct pki *pki, bool locked);

/* site.c */
/* The key for leaves of the profile, where the world's is `kind`. Made at
 * first use; RSA takes a tenth of a second. */
MUST_CHECK bool site_key(struct pki *pki, const struct profile *profile,
                         enum pki_key kind, EVP_PKEY **out_key,
                         struct err *err);
struct pki_site *site_make(const struct pki_site_options *options);
/* The place of a name in `names`; name_count: it is none of them. */
size_t site_index(const struct pki_site *site, const char *name);

#endif
