/*
 * Wrong passwords in a row lock an account: one count for all protocols, NTLM,
 * Kerberos, passwords in SOAP. Times are the world's, ns.
 */
#ifndef WORLD_LOCKOUT_H
#define WORLD_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

struct user;
struct world;

/* The world says so, or wrong passwords did so less than lockout-duration
 * ago. */
bool user_is_locked(const struct world *world, const struct user *user,
                    int64_t now);
/* Nothing counts while the count has the account locked. */
void user_password_refused(const struct world *world, const struct user *user,
                           int64_t now);
void user_password_accepted(const struct world *world, const struct user *user,
                            int64_t now);

#endif
