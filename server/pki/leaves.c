/* The leaves that a site has by now, see pki.h. */
#include "config.h"

#include "pki/internal.h"

static void visit_leaf(const struct leaf *leaf, pki_visit visit, void *ctx)
{
    if (leaf->public.certificate) {
        visit(ctx, &leaf->public);
    }
}

void pki_site_each(struct pki *pki, struct pki_site *site, pki_visit visit,
                   void *ctx)
{
    bool locked = pki_lock(pki);

    for (size_t i = 0; i < CERT_PROFILE_COUNT; i++) {
        for (size_t j = 0; site->leaves[i] && j <= site->name_count; j++) {
            visit_leaf(&site->leaves[i][j], visit, ctx);
        }
    }
    for (struct named_leaf *n = site->named; n; n = n->next) {
        visit_leaf(&n->leaf, visit, ctx);
    }
    pki_unlock(pki, locked);
}

static struct span kept(struct arena *arena, unsigned char *der, int size)
{
    struct span bytes =
        size > 0 ? arena_copy(arena, span_of(der, (size_t)size)) : SPAN_NONE;

    OPENSSL_free(der);
    return bytes;
}

struct span pki_leaf_der(struct arena *arena, const struct pki_leaf *leaf)
{
    unsigned char *der = NULL;
    int size = i2d_X509(leaf->certificate, &der);

    return kept(arena, der, size);
}

struct span pki_leaf_public_key(struct arena *arena,
                                const struct pki_leaf *leaf)
{
    unsigned char *der = NULL;
    int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf->certificate), &der);

    return kept(arena, der, size);
}
