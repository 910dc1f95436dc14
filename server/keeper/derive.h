/* The keys of all users of a realm: what takes longest, by two threads. */
#ifndef KEEPER_DERIVE_H
#define KEEPER_DERIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "keeper/protocol.h"
#include "util/attr.h"
#include "util/buf.h"

/* The salt of a user: realm and account name, RFC 4120 section 4. */
void derive_salt(struct buf *out, const char *realm,
                 const struct keeper_user *user);

void derive_user(const char *realm, const struct keeper_user *user,
                 struct krb_keys *out_keys);

/* One for each of the realm's users. `cancelled` is asked between users; when
 * it says yes this returns false. */
MUST_CHECK bool derive_users(const struct keeper_realm *realm,
                             struct krb_keys *out_keys,
                             bool (*cancelled)(void *ctx), void *ctx);

#endif
