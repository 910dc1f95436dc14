/* PasswordDigest of WS-Security, for the line that says why it was refused. */
#ifndef AUTH_DIGEST_WHY_H
#define AUTH_DIGEST_WHY_H

#include "util/arena.h"

/* As they stand in the message; NULL: not there. */
struct auth_digest {
    const char *text;
    const char *nonce;
    const char *created;
};

/* "a right digest", or in which way it is a wrong one of this password; NULL:
 * it is none of it. */
const char *auth_digest_why(struct arena *arena,
                            const struct auth_digest *digest,
                            const char *password);

#endif
