/* Wrong passwords in a row, see lockout.h. */
#include "config.h"

#include "world/lockout.h"

#include "util/guard.h"
#include "world/world.h"

/* By wrong passwords, and not for longer than the world says. */
static bool is_locked_out(const struct world *world,
                          const struct account_state *live, int64_t now)
{
    return live->locked_at && (!world->lockout_duration ||
                               now - live->locked_at < world->lockout_duration);
}

bool user_is_locked(const struct world *world, const struct user *user,
                    int64_t now)
{
    GUARDED;

    return user_state_now(user) == USER_LOCKED ||
           (world->lockout_threshold && is_locked_out(world, user->live, now));
}

static void forget(struct account_state *live)
{
    live->refused = 0;
    live->locked_at = 0;
}

bool user_password_refused(const struct world *world, const struct user *user,
                           int64_t now)
{
    struct account_state *live = user->live;
    GUARDED;

    if (is_locked_out(world, live, now)) {
        return false;
    }
    if (live->locked_at) {
        forget(live); /* opened again: counts afresh */
    }
    live->refused++;
    if (!world->lockout_threshold || live->refused < world->lockout_threshold) {
        return false;
    }
    live->locked_at = now ? now : 1; /* 0 means: not locked */
    return true;
}

const char *user_locked_text(struct arena *arena, const struct world *world,
                             const struct user *user, int64_t now)
{
    GUARDED;

    return user_state_now(user) != USER_LOCKED &&
                   is_locked_out(world, user->live, now)
               ? arena_printf(arena,
                              "account locked out (wrong passwords: %u of "
                              "lockout-threshold %u)",
                              user->live->refused, world->lockout_threshold)
               : "account locked out";
}

const char *user_locking_text(struct arena *arena, const struct user *user)
{
    GUARDED;

    return arena_printf(arena, "%s is locked: %u wrong passwords in a row",
                        user->name, user->live->refused);
}

void user_password_accepted(const struct world *world, const struct user *user,
                            int64_t now)
{
    GUARDED;

    if (!is_locked_out(world, user->live, now)) {
        forget(user->live);
    }
}
