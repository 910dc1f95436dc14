/*
 * The names of one world under the CA, and their leaves, minted when they are
 * asked for.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "pki/ca.h"
#include "pki/internal.h"
#include "pki/leaf.h"
#include "pki/ossl.h"
#include "util/mem.h"
#include "util/refs.h"

enum { NAMED_MAX = 256 }; /* scenarios name them */

bool site_key(struct pki *pki, const struct profile *profile, enum pki_key kind,
              EVP_PKEY **out_key, struct err *err)
{
    kind = profile->own_key ? profile->key : kind;

    if (!pki->keys[kind] && !cert_key(kind, &pki->keys[kind], err)) {
        return false;
    }
    *out_key = pki->keys[kind];
    return true;
}

struct pki_site *site_make(const struct pki_site_options *options)
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
    free_named(site->named);
    for (size_t i = 0; i < site->name_count; i++) {
        mem_free(site->names[i]);
    }
    mem_free(site->domain);
    mem_free(site->names);
    mem_free(site);
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

/* What is asked for by name, as the profile would have it; the caller frees. */
static char *profile_name(const struct pki_site *site, enum profile_names names,
                          const char *asked)
{
    switch (names) {
    case NAMES_ASKED:
        return mem_strdup(asked);
    case NAMES_WRONG:
        return mem_printf("wrong-name.%s", site->domain);
    case NAMES_WILDCARD:
        return mem_printf("*.%s", site->domain);
    case NAMES_OTHER_DOMAIN:
        return mem_printf("%.*s.%s", (int)strcspn(asked, "."), asked,
                          CERT_OTHER_DOMAIN);
    }
    return NULL;
}

/* asked: NULL for the default leaf. */
static bool mint_named(const struct pki_site *site, struct leaf_plan *plan,
                       const char *asked, X509 **out_certificate,
                       struct err *err)
{
    bool own_site = site->loopback;
    enum profile_names names = plan->profile->names;
    const char *first = site->name_count ? site->names[0] : site->domain;
    AUTO(str) name = profile_name(site, names, asked ? asked : first);
    AUTO(mem) all = default_names(site, own_site);
    const char *own[] = {name, NULL};
    bool for_all =
        !asked && names == NAMES_ASKED && !plan->profile->no_alternatives;
    bool good;

    plan->loopback = for_all && own_site;
    plan->names = for_all ? (const char *const *)all : own;
    good = leaf_make(plan, out_certificate, err);
    plan->names = NULL;
    return good;
}

/* `name` lives as long as the leaf; NULL for the default leaf. */
static bool mint(struct pki *pki, const struct pki_site *site,
                 const struct profile *profile, const char *name,
                 struct leaf *leaf, struct err *err)
{
    struct leaf_plan plan = {
        .now = pki->options.now,
        .moved = site->options.leaf_clock,
        .profile = profile,
    };
    AUTO(x509) certificate = NULL;
    size_t size;

    if (!site_key(pki, profile, site->options.key, &plan.key, err) ||
        !issuer_of(pki, profile, &plan.ca, err) ||
        !mint_named(site, &plan, name, &certificate, err) ||
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

size_t site_index(const struct pki_site *site, const char *name)
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
    size_t index = site_index(site, name);
    struct leaf **leaves = &site->leaves[profile];
    struct leaf *leaf;

    if (!*leaves) {
        *leaves = mem_array(site->name_count + 1, sizeof(struct leaf));
    }
    leaf = &(*leaves)[index];
    if (!leaf->public.certificate &&
        !mint(pki, site, how,
              index < site->name_count ? site->names[index] : NULL, leaf,
              err)) {
        return false;
    }
    *out_leaf = &leaf->public;
    return true;
}

static bool leaf_of(struct pki *pki, struct pki_site *site,
                    enum cert_profile profile, const char *name,
                    const struct pki_leaf **out_leaf, struct err *err)
{
    bool locked = pki_lock(pki);
    bool made = make_leaf(pki, site, profile, name, out_leaf, err);

    pki_unlock(pki, locked);
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

bool pki_site_leaf_as(struct pki *pki, struct pki_site *site,
                      enum cert_profile profile, const char *name,
                      const struct pki_leaf **out_leaf, struct err *err)
{
    return leaf_of(pki, site ? site : pki->site, profile, name, out_leaf, err);
}

static struct named_leaf *find_named(const struct pki_site *site,
                                     enum cert_profile profile,
                                     const char *name)
{
    for (struct named_leaf *n = site->named; n; n = n->next) {
        if (n->profile == profile && strcasecmp(n->name, name) == 0) {
            return n;
        }
    }
    return NULL;
}

static bool mint_for(struct pki *pki, struct pki_site *site,
                     enum cert_profile profile, const char *name,
                     struct named_leaf **out_named, struct err *err)
{
    struct named_leaf *named;

    if (site->named_count >= NAMED_MAX) {
        return err_set(err,
                       "no more than %d certificates for names that scenarios "
                       "give",
                       NAMED_MAX);
    }
    named = NEW(struct named_leaf);
    named->name = mem_strdup(name);
    named->profile = profile;
    if (!mint(pki, site, profile_of(profile), named->name, &named->leaf, err)) {
        free_named(named);
        return false;
    }
    named->next = site->named;
    site->named = named;
    site->named_count++;
    *out_named = named;
    return true;
}

bool pki_site_leaf_for(struct pki *pki, struct pki_site *site,
                       enum cert_profile profile, const char *name,
                       const struct pki_leaf **out_leaf, struct err *err)
{
    bool locked = pki_lock(pki);
    struct named_leaf *named;
    bool good;

    site = site ? site : pki->site;
    named = find_named(site, profile, name);
    good = named || mint_for(pki, site, profile, name, &named, err);
    pki_unlock(pki, locked);
    if (good) {
        *out_leaf = &named->leaf.public;
    }
    return good;
}
