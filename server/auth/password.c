/*
 * Judges a password in clear, see password.h.
 *
 * The reasons come in the order of account.c, as for every method: Windows
 * calls a locked account locked whatever the password was, and tells of a
 * disabled account or an expired password only to those who know it
 * (LogonUser: ERROR_ACCOUNT_DISABLED and ERROR_PASSWORD_EXPIRED against
 * ERROR_LOGON_FAILURE).
 */
#include "config.h"

#include "auth/password.h"

#include <strings.h>

#include <nettle/sha2.h>

#include "util/mem.h"
#include "world/world.h"

/*
 * Accounts are found as NTLM finds them. An address that says it is one of SIP
 * is looked up as such (protocol: webticket 4.3); without "sip:" it is a user
 * principal name, which may be another than the SIP address.
 */
const struct user *auth_find_user(const struct world *world, const char *name)
{
    return strncasecmp(name, "sip:", 4) == 0 ? world_sip_user(world, name)
                                             : world_account(world, "", name);
}

static void hash(const char *text, uint8_t out[SHA256_DIGEST_SIZE])
{
    struct span bytes = span_text(text);
    struct sha256_ctx sha;

    sha256_init(&sha);
    sha256_update(&sha, bytes.size, bytes.data);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, out);
    mem_wipe(&sha, sizeof(sha));
}

/* Digests have one length, so neither length nor a common start shows. */
bool auth_same_secret(const char *sent, const char *known)
{
    uint8_t a[SHA256_DIGEST_SIZE];
    uint8_t b[SHA256_DIGEST_SIZE];
    bool same;

    hash(sent, a);
    hash(known, b);
    same = mem_equal_secret(a, b, sizeof(a));
    mem_wipe(a, sizeof(a));
    mem_wipe(b, sizeof(b));
    return same;
}

void auth_password(const struct auth_context *ctx, const char *name,
                   const char *password, struct auth_outcome *out)
{
    const struct user *user = auth_find_user(ctx->world, name);
    /* Somebody's password is compared, whoever was named. */
    bool same = auth_same_secret(password, user ? user_password_now(user)
                                                : "no such user");

    auth_note(ctx, out, "password.name", "%s", name);
    out->user = user;
    out->reason = auth_account_judge(ctx, user, same);
    out->verdict =
        out->reason == AUTH_REASON_NONE ? AUTH_ACCEPTED : AUTH_REFUSED;
    out->counts = out->verdict == AUTH_ACCEPTED ||
                  out->reason == AUTH_REASON_WRONG_PASSWORD;
}
