/*
 * A name and a password in clear: what WS-Security's UsernameToken, OAuth's
 * password grant and HTTP Basic come down to.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include "auth/auth.h"

/*
 * Judges a name as a person writes it (CONTOSO\alice, contoso.test\alice,
 * alice, alice@contoso.test, sip:alice@contoso.test) and a password, both
 * UTF-8. Out: AUTH_ACCEPTED, or AUTH_REFUSED with the reason; user, counts and
 * a note. The mechanism is the caller's to name. An unknown user costs what a
 * wrong password costs.
 */
void auth_password(const struct auth_context *ctx, const char *name,
                   const char *password, struct auth_outcome *out);

/* Whom such a name stands for; NULL: nobody. */
const struct user *auth_find_user(const struct world *world, const char *name);

/* Compares in a time that tells nothing of what they have in common. */
bool auth_same_secret(const char *sent, const char *known);

#endif
