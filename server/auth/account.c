/*
 * Whether an account may log on; for all methods alike, see auth.h.
 *
 * Windows tells a locked account as locked whatever the password was, and
 * judges no password then. All else - disabled, password expired, password to
 * be changed - it tells only to those who know the password, and in this
 * order.
 */
#include "config.h"

#include "auth/auth.h"

#include "world/lockout.h"
#include "world/world.h"

enum auth_reason auth_account_check(const struct auth_context *ctx,
                                    const struct user *user)
{
    if (user_is_locked(ctx->world, user, ctx->now)) {
        return AUTH_REASON_LOCKED;
    }
    switch (user_state_now(user)) {
    case USER_DISABLED:
        return AUTH_REASON_DISABLED;
    case USER_LOCKED:
        return AUTH_REASON_LOCKED;
    case USER_EXPIRED:
        return AUTH_REASON_EXPIRED;
    case USER_MUST_CHANGE:
        return AUTH_REASON_MUST_CHANGE;
    case USER_UNKNOWN:
        return AUTH_REASON_UNKNOWN_USER;
    case USER_GOOD:
    case USER_NO_SIP: /* logs on; what it may not is Lync's business */
        return AUTH_REASON_NONE;
    }
    return AUTH_REASON_UNKNOWN_USER;
}

/*
 * An account without a password is one nobody logs on to over the network:
 * Windows has a policy for that (LimitBlankPasswordUse), and it is on.
 */
enum auth_reason auth_account_judge(const struct auth_context *ctx,
                                    const struct user *user, bool proven)
{
    enum auth_reason state =
        user ? auth_account_check(ctx, user) : AUTH_REASON_UNKNOWN_USER;

    if (state == AUTH_REASON_UNKNOWN_USER || state == AUTH_REASON_LOCKED) {
        return state;
    }
    return proven && *user_password_now(user) ? state
                                              : AUTH_REASON_WRONG_PASSWORD;
}

bool auth_account_commit(const struct world *world,
                         const struct auth_outcome *out, int64_t now)
{
    if (!out->counts || !out->user || !out->user->live) {
        return false;
    }
    if (out->verdict == AUTH_ACCEPTED) {
        user_password_accepted(world, out->user, now);
    } else if (out->reason == AUTH_REASON_WRONG_PASSWORD) {
        return user_password_refused(world, out->user, now);
    }
    return false;
}
