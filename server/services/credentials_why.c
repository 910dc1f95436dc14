/* What a UsernameToken was made of that was refused, see credentials_why.h. */
#include "config.h"

#include "services/credentials_why.h"

#include "auth/digest_why.h"
#include "auth/password.h"
#include "auth/password_why.h"
#include "util/base64.h"
#include "world/world.h"

#define DIGEST_SECTION " (WSS UsernameToken Profile 1.0 section 3.1)"

static const struct user *named(struct call *call, const char *name)
{
    const struct auth_context ctx = {.world = call->world,
                                     .arena = call->arena};
    const struct user *user = auth_find_user(call->world, name);
    const char *how;

    return user ? user : auth_name_meant(&ctx, name, &how);
}

static const char *digest_why(struct call *call, const struct usertoken *token)
{
    const struct auth_digest digest = {token->password, token->nonce_text,
                                       token->created_text};
    const struct user *user = token->name ? named(call, token->name) : NULL;
    const char *found;

    if (!user) {
        return "Password is a digest, which this service takes from nobody, "
               "and Username names nobody: send both in base64 as "
               "#PasswordText" DIGEST_SECTION;
    }
    found = auth_digest_why(call->arena, &digest, user_password_now(user));
    if (!found) {
        return "Password is a digest, which this service takes from nobody, "
               "and not one of the account's password: send both in base64 as "
               "#PasswordText" DIGEST_SECTION;
    }
    return arena_printf(call->arena,
                        "password matches; it was sent as %s; this service "
                        "takes no digest: send it in base64 as "
                        "#PasswordText%s",
                        found, DIGEST_SECTION);
}

/* ---- base64, or not ---- */

static bool is_decoded(struct call *call, const char *text, const char **out)
{
    struct span bytes;

    if (!base64_decode(call->arena, span_text(text), &bytes)) {
        return false;
    }
    *out = arena_text(call->arena, bytes);
    return true;
}

/* Username in clear, and Password in base64: both, or none. */
static const char *mixed_why(struct call *call, const struct usertoken *token)
{
    const struct user *user = auth_find_user(call->world, token->name);
    const char *password;

    if (user && is_decoded(call, token->password, &password) &&
        auth_same_secret(password, user_password_now(user))) {
        return arena_printf(call->arena,
                            "the password is that of %s: Password is in "
                            "base64 and Username in clear, and both belong in "
                            "base64 of UTF-8 (protocol: webticket 4.3)",
                            user->name);
    }
    return NULL;
}

/* What is left after one decoding is base64 again. */
static const char *twice_why(struct call *call, const struct usertoken *token)
{
    const struct user *user = named(call, token->name);
    const char *once;
    const char *twice;

    if (user && is_decoded(call, token->password, &once) &&
        is_decoded(call, once, &twice) &&
        auth_same_secret(twice, user_password_now(user))) {
        return arena_printf(call->arena,
                            "the password is that of %s: Password is in base64 "
                            "twice, once is right (protocol: webticket 4.3)",
                            user->name);
    }
    return NULL;
}

const char *credentials_why(struct call *call, const struct usertoken *token,
                            enum usertoken_flaw flaw, const char *solved)
{
    const char *why = NULL;

    if (flaw == USERTOKEN_DIGEST) {
        return digest_why(call, token);
    }
    if (flaw == USERTOKEN_GOOD && token->name && token->password) {
        why = mixed_why(call, token);
        why = why ? why : twice_why(call, token);
    }
    return why ? why : solved;
}
