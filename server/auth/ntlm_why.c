/* Decides what is looked for behind a refused NTLM sign-in, see ntlm_why.h. */
#include "config.h"

#include "auth/ntlm_why.h"

#include <string.h>

#include "util/mem.h"
#include "util/nearest.h"
#include "world/world.h"

/* Names as they were sent: nothing is wrong with the proof itself. */
static bool fits_as_sent(struct ntlm_hunt *hunt, struct ntlm_guess *guess)
{
    const struct ntlm_items *domains = &hunt->parts[NTLM_PART_DOMAIN];

    *guess = (struct ntlm_guess){0};
    for (size_t i = 0; i < domains->count && domains->items[i].fine; i++) {
        guess->at[NTLM_PART_DOMAIN] = i;
        if (ntlm_hunt_fits(hunt, guess)) {
            return true;
        }
    }
    return false;
}

/* Whose password was it then? Those that are equal to it are passed over. */
static const struct user *other_account(struct ntlm_hunt *hunt,
                                        const struct user *user)
{
    const struct world *world = hunt->ctx->world;
    const char *password = user_password_now(user);
    struct ntlm_guess guess;

    for (size_t i = 0; i < world->user_count && i < NTLM_HUNT_ACCOUNTS; i++) {
        const struct user *other = &world->users[i];

        if (strcmp(user_password_now(other), password) == 0) {
            continue;
        }
        ntlm_hunt_for(hunt, other);
        if (fits_as_sent(hunt, &guess)) {
            return other;
        }
    }
    return NULL;
}

static const char *lmv2_why(struct ntlm_hunt *hunt)
{
    return ntlm_hunt_lmv2(hunt)
               ? "password, names and challenge are right, as the LMv2 "
                 "response shows; the NTProofStr is over another blob than the "
                 "one that was sent ([MS-NLMP] 3.3.2)"
               : NULL;
}

static const char *wrong_password(struct ntlm_hunt *hunt,
                                  const struct user *user)
{
    struct arena *arena = hunt->ctx->arena;
    const struct user *other;
    const char *why = NULL;
    struct ntlm_guess guess;

    ntlm_hunt_for(hunt, user);
    if (hunt->answer->form != NTLM_FORM_V2) {
        why = ntlm_hunt_v1(hunt);
        return why ? why
                   : "wrong password: no variation of it or of the challenge "
                     "makes this response right: it is another password";
    }
    if (ntlm_hunt_proof(hunt, &guess)) {
        return ntlm_hunt_say(hunt, &guess);
    }
    why = lmv2_why(hunt);
    other = why ? NULL : other_account(hunt, user);
    if (other) {
        why = arena_printf(arena,
                           "the password is that of %s, not that of %s "
                           "([MS-NLMP] 3.3.2)",
                           other->name, user->name);
    }
    return why ? why
               : "wrong password: no variation of the name, the domain or the "
                 "challenge makes this proof right: it is another password";
}

/* ---- Nobody of this name ---- */

static const struct user *meant(const struct auth_context *ctx,
                                const struct ntlm_answer *answer)
{
    const char *bare = ntlm_hunt_bare(ctx->arena, answer->user);
    const struct user *user = world_account(ctx->world, "", bare);

    return user ? user : world_sip_user(ctx->world, answer->user);
}

static const char *nearest_account(const struct auth_context *ctx,
                                   const char *name)
{
    const struct world *world = ctx->world;
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (size_t i = 0; i < world->user_count && i < NTLM_HUNT_ACCOUNTS; i++) {
        if (user_state_now(&world->users[i]) != USER_UNKNOWN) {
            nearest_try(&nearest, span_text(world->users[i].account));
        }
    }
    return nearest.best.size && nearest.nearness.kind == NEAR_SLIP
               ? arena_text(ctx->arena, nearest.best)
               : NULL;
}

static const char *unknown_name(struct ntlm_hunt *hunt)
{
    const struct auth_context *ctx = hunt->ctx;
    const char *name = nearest_account(ctx, hunt->answer->user);
    const struct user *user = name ? world_account(ctx->world, "", name) : NULL;
    struct ntlm_guess guess;

    if (!user) {
        return NULL;
    }
    ntlm_hunt_for(hunt, user);
    return arena_printf(
        ctx->arena, "unknown user: the account that comes nearest is %s%s",
        user_account(ctx->arena, ctx->world, user),
        hunt->answer->form == NTLM_FORM_V2 && fits_as_sent(hunt, &guess)
            ? ", and the password is the right one for it"
            : "");
}

static const char *unknown_user(struct ntlm_hunt *hunt)
{
    const struct user *user = meant(hunt->ctx, hunt->answer);
    struct ntlm_guess guess;

    if (!user) {
        return unknown_name(hunt);
    }
    ntlm_hunt_for(hunt, user);
    if (hunt->answer->form == NTLM_FORM_V2 &&
        (fits_as_sent(hunt, &guess) || ntlm_hunt_proof(hunt, &guess))) {
        return ntlm_hunt_say(hunt, &guess);
    }
    return arena_printf(hunt->ctx->arena,
                        "unknown user: there is %s, and it is not its "
                        "password either",
                        user_account(hunt->ctx->arena, hunt->ctx->world, user));
}

/* ---- An old version ---- */

/* LMv2 has the size of an LM response. */
static const char *lm_alone(struct ntlm_hunt *hunt)
{
    return ntlm_hunt_lmv2(hunt)
               ? "password matches; LmChallengeResponse is a right LMv2 "
                 "response, and NtChallengeResponse is empty: the NTLMv2 "
                 "response belongs there ([MS-NLMP] 3.3.2)"
               : NULL;
}

static const char *old_version(struct ntlm_hunt *hunt,
                               const struct auth_outcome *out)
{
    const struct ntlm_answer *answer = hunt->answer;
    const struct user *user = meant(hunt->ctx, answer);
    struct ntlm_proof proof = {0};
    bool proven;

    if (!user) {
        return NULL;
    }
    ntlm_hunt_for(hunt, user);
    if (answer->form == NTLM_FORM_LM) {
        return lm_alone(hunt);
    }
    ntlm_prove(hunt->ctx->arena, answer, &hunt->handle->offer, hunt->password,
               &proof);
    proven = proof.proven;
    mem_wipe(&proof, sizeof(proof));
    return arena_printf(hunt->ctx->arena, "%s; the password %s",
                        out->why ? out->why : "an old version",
                        proven ? "matches" : "does not match, either");
}

static const char *spn_why(const struct auth_context *ctx,
                           const struct auth_outcome *out)
{
    if (!out->report.spn) {
        return "the client sent no MsvAvTargetName, and ntlm.check-spn wants "
               "the SPN of the service there ([MS-NLMP] 2.2.2.1)";
    }
    return arena_printf(ctx->arena,
                        "MsvAvTargetName is \"%s\", and the request went to "
                        "\"%s\": \"HTTP/%s\" would be right ([MS-NLMP] "
                        "2.2.2.1)",
                        out->report.spn, ctx->host ? ctx->host : "",
                        ctx->host ? ctx->host : "");
}

static const char *no_password(const struct user *user)
{
    return *user_password_now(user)
               ? NULL
               : "the account has no password, and with none nobody logs on "
                 "over the network";
}

static const char *proof_why(const struct auth_context *ctx,
                             const struct ntlm_handle *handle,
                             const struct ntlm_answer *answer,
                             const struct auth_outcome *out)
{
    struct ntlm_hunt *hunt = ARENA_NEW(ctx->arena, struct ntlm_hunt);
    const char *why = NULL;

    ntlm_hunt_begin(hunt, ctx, handle, answer);
    if (out->reason == AUTH_REASON_VERSION) {
        return old_version(hunt, out);
    }
    if (out->reason == AUTH_REASON_UNKNOWN_USER || !out->user) {
        return unknown_user(hunt);
    }
    why = no_password(out->user);
    return why ? why : wrong_password(hunt, out->user);
}

static const char *sentence(const struct ntlm_handle *handle,
                            const struct auth_context *ctx,
                            const struct ntlm_answer *answer,
                            const struct ntlm_proof *proof,
                            const struct auth_outcome *out)
{
    if (out->reason == AUTH_REASON_WRONG_PASSWORD ||
        out->reason == AUTH_REASON_UNKNOWN_USER ||
        out->reason == AUTH_REASON_VERSION) {
        return proof_why(ctx, handle, answer, out);
    }
    if (out->reason == AUTH_REASON_ANONYMOUS) {
        return "anonymous logon: the last message has no response, as of a "
               "client that was given no name and password ([MS-NLMP] "
               "3.2.5.1.2)";
    }
    if (out->reason == AUTH_REASON_MIC) {
        return ntlm_why_mic(ctx, handle, answer, proof);
    }
    if (out->reason == AUTH_REASON_CHANNEL_BINDING) {
        return ntlm_why_binding(ctx, answer);
    }
    return out->reason == AUTH_REASON_SPN ? spn_why(ctx, out) : NULL;
}

void ntlm_why(const struct ntlm_handle *handle, const struct auth_context *ctx,
              const struct ntlm_answer *answer, const struct ntlm_proof *proof,
              struct auth_outcome *out)
{
    out->solved = sentence(handle, ctx, answer, proof, out);
}

void ntlm_why_out_of_turn(const struct auth_context *ctx,
                          const struct ntlm_answer *answer,
                          struct auth_outcome *out)
{
    static const struct ntlm_handle none;
    struct ntlm_hunt *hunt = ARENA_NEW(ctx->arena, struct ntlm_hunt);
    const struct user *user = meant(ctx, answer);
    struct ntlm_guess guess;

    if (!user || answer->form != NTLM_FORM_V2) {
        return;
    }
    ntlm_hunt_begin(hunt, ctx, &none, answer);
    ntlm_hunt_for(hunt, user);
    if (ntlm_hunt_proof(hunt, &guess)) {
        out->solved = ntlm_hunt_say(hunt, &guess);
    }
}
