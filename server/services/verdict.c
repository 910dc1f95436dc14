/* Verdicts on credentials, see verdict.h. */
#include "config.h"

#include "services/verdict.h"

#include <string.h>

#include "auth/password.h"
#include "auth/password_why.h"
#include "scenario/model.h"
#include "scenario/point.h"
#include "scenario/session.h"
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

/* ---- Verdicts of a step ---- */

bool verdict_take(struct call *call, struct verdict_plan *out_plan)
{
    struct facts *facts = &call->ex->facts;
    const struct verdict_plan plan = call->verdict;
    const char *was = facts->reason ? facts->reason : facts->verdict;

    call->verdict = (struct verdict_plan){0};
    if (!plan.forced) {
        return false;
    }
    call->forced = true;
    exchange_remark(call->ex, "verdict.forced", "%s%s%s; without the step: %s",
                    plan.accepted ? "accepted" : "refused",
                    plan.reason ? ", " : "", plan.reason ? plan.reason : "",
                    was ? was : "refused");
    set_facts(call, plan.accepted ? NULL
                    : plan.reason ? plan.reason
                                  : auth_reason_word(AUTH_REASON_FORGED));
    *out_plan = plan;
    return true;
}

static enum auth_reason reason_named(const char *word)
{
    for (int i = 0; word && i < AUTH_REASON_COUNT; i++) {
        if (strcmp(auth_reason_word((enum auth_reason)i), word) == 0) {
            return (enum auth_reason)i;
        }
    }
    return AUTH_REASON_FORGED;
}

static void force_refusal(struct call *call, const struct verdict_plan *plan,
                          struct auth_outcome *outcome)
{
    outcome->verdict = AUTH_REFUSED;
    outcome->reason = reason_named(plan->reason);
    outcome->why =
        plan->reason
            ? arena_printf(call->arena, "%s, a step says so", plan->reason)
            : "a step says so";
    outcome->solved = NULL;
    outcome->token_out = SPAN_NONE;
}

static void force_acceptance(struct call *call, const struct verdict_plan *plan,
                             struct auth_outcome *outcome)
{
    /* Of the scenario's own world: the connection may outlive this one. */
    const struct user *user =
        plan->user ? world_user(call->scenario->world, plan->user)
                   : outcome->user;

    if (!user) {
        exchange_remark(call->ex, "verdict.forced",
                        "nobody is known whom to take it for: verdict.user "
                        "names somebody");
        verdict_facts(call, outcome);
        return;
    }
    outcome->verdict = AUTH_ACCEPTED;
    outcome->reason = AUTH_REASON_NONE;
    outcome->why = NULL;
    outcome->user = user;
    call->ex->facts.user = user->name;
}

bool verdict_force(struct call *call, struct auth_outcome *outcome)
{
    struct verdict_plan plan;

    if (!verdict_take(call, &plan)) {
        return false;
    }
    outcome->counts = false;
    if (plan.accepted && (outcome->verdict != AUTH_ACCEPTED || plan.user)) {
        force_acceptance(call, &plan, outcome);
    } else if (!plan.accepted) {
        force_refusal(call, &plan, outcome);
    }
    return true;
}

void verdict_tell_session(struct call *call)
{
    const struct exchange *ex = call->ex;
    const char *refused = ex->facts.reason;

    if (ex->step || call->forced) {
        session_excused(call->session, ex);
    } else if (!ex->facts.verdict && ex->sent.status == 401) {
        session_asked(call->session, ex);
    }
    if (ex->facts.verdict && !call->forced) {
        session_credentials(call->session, ex,
                            refused && ex->why ? ex->why : refused);
    }
}

void verdict_settle(struct call *call, struct auth_outcome *outcome)
{
    if (!verdict_force(call, outcome)) {
        plan_count(call, outcome);
    }
}

void verdict_force_guest(struct call *call, bool known,
                         enum guest_reason *reason)
{
    struct verdict_plan plan;

    if (!verdict_take(call, &plan)) {
        return;
    }
    if (plan.accepted && !known) {
        exchange_remark(call->ex, "verdict.forced",
                        "no meeting is known that a guest could be let into");
        verdict_guest(call, *reason);
        return;
    }
    *reason = plan.accepted ? GUEST_REASON_NONE : GUEST_REASON_WRONG_KEY;
    for (int i = 1; plan.reason && i < GUEST_REASON_COUNT; i++) {
        if (strcmp(guest_reason_word((enum guest_reason)i), plan.reason) == 0) {
            *reason = (enum guest_reason)i;
        }
    }
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
    outcome.solved = auth_password_why(&ctx, name, password, &outcome);
    verdict_remark(call->ex, outcome.notes);
    call->ex->facts.auth = auth;
    call->ex->facts.user = outcome.user ? outcome.user->name : NULL;
    verdict_facts(call, &outcome);
    return outcome;
}

void verdict_solved(struct call *call, const struct auth_outcome *outcome)
{
    if (outcome->solved) {
        exchange_why(call->ex, "auth.why", "%s", outcome->solved);
    }
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
    verdict_solved(call, outcome);
}
