/*
 * What every handle of this folder begins with. A mechanism that SPNEGO may
 * carry offers integrity here, so that negotiate.c can sign and verify a
 * mechListMIC (RFC 4178 section 5) without knowing which mechanism it is.
 */
#ifndef AUTH_HANDLE_H
#define AUTH_HANDLE_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/span.h"

struct auth_handle;

struct auth_integrity {
    /* Whether the handshake agreed on keys for signatures. */
    bool (*ready)(const struct auth_handle *handle);
    /* GSS_GetMIC and GSS_VerifyMIC; only once ready. */
    struct span (*get_mic)(struct auth_handle *handle, struct arena *arena,
                           struct span message);
    bool (*verify_mic)(struct auth_handle *handle, struct span message,
                       struct span mic);
};

struct auth_handle {
    const struct auth_integrity *integrity; /* NULL: none */
};

#endif
