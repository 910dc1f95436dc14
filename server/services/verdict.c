/* Verdicts on credentials, see verdict.h. */
#include "config.h"

#include "services/verdict.h"

#include <string.h>

#include "auth/password.h"
#include "scenario/point.h"
#include "services/reach.h"
#include "world/lockout.h"

/* Notes run newest first; so do remarks. */
void verdict_remark(struct exchange *ex, const struct auth_note *notes)
{
    if (notes) {
        verdict_remark(ex, notes->next);
        exchange_remark_text(ex, notes->key, notes->text);
    }
}

static void set_facts(struct call *call, const char *refused)
{
    call->ex->facts.verdict = refused ? "refused" : "accepted";
    call->ex->facts.reason = refused;
}

void verdict_facts(struct call *call, const struct auth_outcome *outcome)
{
    bool accepted = outcome->verdict == AUTH_ACCEPTED;

    set_facts(call, accepted ? NULL : auth_reason_word(outcome->reason));
}

const char *guest_reason_word(enum guest_reason reason)
{
    static const char *const words[] = {
#define REASON_WORD(id, word) [GUEST_REASON_##id] = (word),
        GUEST_REASONS(REASON_WORD)
#undef REASON_WORD
    };

    return words[reason];
}

void verdict_guest(struct call *call, enum guest_reason reason)
{
    set_facts(call, reason ? guest_reason_word(reason) : NULL);
}

void verdict_count(struct exchange *ex, const struct world *world,
                   const struct auth_outcome *outcome, int64_t now)
{
    if (auth_account_commit(world, outcome, now)) {
        exchange_why_more(ex, "account.locked", "%s",
                          user_locking_text(ex->arena, outcome->user));
    }
}

/* In the forms that clients write: DOMAIN\\name, name@domain, name. */
static const char *domain_of(struct arena *arena, const char *account)
{
    const char *slash = strchr(account, '\\');
    const char *at = strrchr(account, '@');

    if (slash) {
        return arena_text(arena, span_of(account, (size_t)(slash - account)));
    }
    return at ? at + 1 : "";
}

void verdict_account(struct call *call, const char *account)
{
    struct facts *facts = &call->ex->facts;

    if (call_asks(call, FACT_ACCOUNT | FACT_DOMAIN)) {
        facts->account = account;
        facts->domain = domain_of(call->arena, account);
    }
}

void verdict_reported(struct call *call, const struct auth_report *report)
{
    const char *name = report->name;

    if (!name || !call_asks(call, FACT_ACCOUNT | FACT_DOMAIN)) {
        return;
    }
    if (report->krb5.present) {
        name = report->krb5.client;
    } else if (report->domain && *report->domain) {
        name = arena_printf(call->arena, "%s\\%s", report->domain, name);
    }
    verdict_account(call, name);
}

struct count {
    struct exchange *ex;
    const struct world *world;
    struct auth_outcome outcome;
    int64_t now;
};

static void commit_count(void *data)
{
    const struct count *count = data;

    verdict_count(count->ex, count->world, &count->outcome, count->now);
}

static void plan_count(struct call *call, const struct auth_outcome *outcome)
{
    struct count *count = ARENA_NEW(call->arena, struct count);

    *count = (struct count){call->ex, call->world, *outcome, call->now};
    exchange_effect(call->ex, commit_count, count);
}

struct auth_outcome verdict_password(struct call *call, const char *auth,
                                     const char *name, const char *password)
{
    const struct auth_context ctx = {
        .world = call->world,
        .now = call->now,
        .env = call->env,
        .arena = call->arena,
        .host = call->ex->request.host,
        .certificate_hash = call->ex->conn->certificate_hash,
    };
    struct auth_outcome outcome = {.mechanism = auth};

    verdict_account(call, name);
    auth_password(&ctx, name, password, &outcome);
    verdict_remark(call->ex, outcome.notes);
    call->ex->facts.auth = auth;
    call->ex->facts.user = outcome.user ? outcome.user->name : NULL;
    verdict_facts(call, &outcome);
    plan_count(call, &outcome);
    return outcome;
}

void verdict_why(struct call *call, const struct auth_outcome *outcome)
{
    const char *why = outcome->why;

    if (!why && outcome->reason == AUTH_REASON_LOCKED && outcome->user) {
        why = user_locked_text(call->arena, call->world, outcome->user,
                               call->now);
    }
    exchange_why(call->ex, "auth.refused", "%s",
                 why ? why : auth_reason_text(outcome->reason));
}
