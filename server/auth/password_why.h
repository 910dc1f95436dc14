/*
 * Why a name and a password in clear were refused, in one sentence: which form
 * of the right ones it was, or whose they were. For auth/password.c, and for
 * those who have read the same two texts in another way.
 */
#ifndef AUTH_PASSWORD_WHY_H
#define AUTH_PASSWORD_WHY_H

#include "auth/auth.h"

/*
 * out: as auth_password left it. Returns NULL where there is nothing to say
 * that the reason does not. It is apart from the verdict, which takes as long
 * for somebody as for nobody: this does not.
 */
const char *auth_password_why(const struct auth_context *ctx, const char *name,
                              const char *password,
                              const struct auth_outcome *out);

/* The account that somebody means who writes its name in one of the forms that
 * are no name of it; out_how: "in base64". NULL: none. */
const struct user *auth_name_meant(const struct auth_context *ctx,
                                   const char *name, const char **out_how);

#endif
