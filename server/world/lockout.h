/*
 * Wrong passwords in a row lock an account: one count for all protocols, NTLM,
 * Kerberos, passwords in SOAP. Times are the world's, ns.
 */
#ifndef WORLD_LOCKOUT_H
#define WORLD_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"

struct user;
struct world;

/* The world says so, or wrong passwords did so less than lockout-duration
 * ago. */
bool user_is_locked(const struct world *world, const struct user *user,
                    int64_t now);
/* Nothing counts while the count has the account locked. True: this one has
 * locked it. */
bool user_password_refused(const struct world *world, const struct user *user,
                           int64_t now);
/* Of one that is locked: "account locked out", and where wrong passwords did so
 * " (wrong passwords: 3 of lockout-threshold 3)". */
const char *user_locked_text(struct arena *arena, const struct world *world,
                             const struct user *user, int64_t now);
/* "alice is locked: 3 wrong passwords in a row" */
const char *user_locking_text(struct arena *arena, const struct user *user);
void user_password_accepted(const struct world *world, const struct user *user,
                            int64_t now);

#endif
