/* Files that clients and services of the realm use: keytabs, and tickets. */
#ifndef KEEPER_EXPORTS_H
#define KEEPER_EXPORTS_H

#include <stdbool.h>

#include "keeper/protocol.h"
#include "util/attr.h"
#include "util/err.h"

/* The keytabs that the realm asks for. `user_keys`: one for each user. */
MUST_CHECK bool exports_keytabs(const struct keeper_realm *realm,
                                const struct krb_keys *user_keys,
                                struct err *err);

/* A credential cache for each user who shall have one, with a ticket that the
 * running KDC gives; the folder's profile says where that is. */
MUST_CHECK bool exports_ccaches(const struct keeper_realm *realm,
                                const struct krb_keys *user_keys,
                                const char *folder, struct err *err);

#endif
