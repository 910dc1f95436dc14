/*
 * The certificate that a server showed: what is wrong with it, and what would
 * help. libcurl tells of a failed handshake in a few words; names and dates
 * are had from OpenSSL, which judges it.
 */
#ifndef PROBE_CERTIFICATE_H
#define PROBE_CERTIFICATE_H

#include <stdbool.h>

#include "util/arena.h"

struct certificate {
    bool seen;
    long verdict; /* X509_V_OK, or why it is not trusted */
    /* Of the one that the verdict is about, which may be an authority's. */
    const char *subject;
    const char *issuer;
    const char *begins; /* as stamp_iso writes it */
    const char *ends;
    const char *names; /* hosts that the server's own is for */
    bool bare;         /* it has them in its subject alone */
};

/*
 * For CURLOPT_SSL_CTX_FUNCTION: fills *seen, with texts from the arena, during
 * each handshake. Both outlive the SSL_CTX.
 */
struct certificate_watch {
    struct arena *arena;
    struct certificate *seen;
};
void certificate_watch(void *ssl_ctx, struct certificate_watch *watch);

/* Of one that was refused for `host`: why. */
const char *certificate_problem(struct arena *arena,
                                const struct certificate *seen,
                                const char *host);
/* What would help against that; NULL: nothing comes to mind. */
const char *certificate_advice(struct arena *arena,
                               const struct certificate *seen,
                               const char *host);

#endif
