/* Verdicts on credentials, see verdict.h. */
#include "config.h"

#include "services/verdict.h"

#include "auth/password.h"

/* Notes run newest first; so do remarks. */
void verdict_remark(struct exchange *ex, const struct auth_note *notes)
{
    if (notes) {
        verdict_remark(ex, notes->next);
        exchange_remark(ex, notes->key, "%s", notes->text);
    }
}

struct count {
    const struct world *world;
    struct auth_outcome outcome;
    int64_t now;
};

static void commit_count(void *data)
{
    const struct count *count = data;

    auth_account_commit(count->world, &count->outcome, count->now);
}

static void plan_count(struct call *call, const struct auth_outcome *outcome)
{
    struct count *count = ARENA_NEW(call->arena, struct count);

    *count = (struct count){call->world, *outcome, call->now};
    exchange_effect(call->ex, commit_count, count);
}

struct auth_outcome verdict_password(struct call *call, const char *auth,
                                     const char *name, const char *password)
{
    const struct auth_context ctx = {
        .world = call->world,
        .now = call->now,
        .env = call->services->env,
        .arena = call->arena,
        .host = call->ex->request.host,
        .certificate_hash = call->ex->conn->certificate_hash,
    };
    struct auth_outcome outcome = {.mechanism = auth};

    auth_password(&ctx, name, password, &outcome);
    verdict_remark(call->ex, outcome.notes);
    call->ex->facts.auth = auth;
    call->ex->facts.user = outcome.user ? outcome.user->name : NULL;
    plan_count(call, &outcome);
    return outcome;
}

void verdict_why(struct call *call, enum auth_reason reason)
{
    exchange_why(call->ex, "auth.refused", "%s", auth_reason_text(reason));
}
