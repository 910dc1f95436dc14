/*
 * The scenario's word within a handshake: methods call hooks, these reach the
 * points, and what steps want goes back as plans; see gate_moments.h.
 */
#include "config.h"

#include "services/gate_moments.h"

#include <string.h>

#include "pki/pki.h"
#include "scenario/session.h"
#include "services/reach.h"
#include "services/verdict.h"
#include "util/buf.h"
#include "util/guard.h"
#include "util/mem.h"

/* Of ServerChallenge in a CHALLENGE ([MS-NLMP] 2.2.1.2). */
enum { NTLM_CHALLENGE_AT = 24 };

/* The scenario's word at the moments of a handshake. */
static const struct world *reach_moment(void *plan, enum auth_moment moment,
                                        const struct user *user,
                                        const char *account)
{
    static const enum point points[] = {
        [AUTH_MOMENT_NTLM_NEGOTIATE] = POINT_NTLM_NEGOTIATE,
        [AUTH_MOMENT_NTLM_RESTART] = POINT_NTLM_RESTART,
        [AUTH_MOMENT_NTLM_CHALLENGE] = POINT_NTLM_CHALLENGE,
        [AUTH_MOMENT_NTLM_AUTHENTICATE] = POINT_NTLM_AUTHENTICATE,
        [AUTH_MOMENT_NTLM_OUT_OF_TURN] = POINT_NTLM_OUT_OF_TURN,
        [AUTH_MOMENT_NEGOTIATE_CONTINUE] = POINT_NEGOTIATE_CONTINUE,
        [AUTH_MOMENT_NEGOTIATE_RAW] = POINT_NEGOTIATE_RAW,
        [AUTH_MOMENT_NEGOTIATE_TICKET] = POINT_NEGOTIATE_TICKET,
        [AUTH_MOMENT_BASIC_CREDENTIALS] = POINT_BASIC_CREDENTIALS,
    };
    struct call *call = plan;
    GUARDED;

    if (user) {
        call->ex->facts.user = user->name;
    }
    if (account) {
        verdict_account(call, account);
    }
    call_reach(call, points[moment]);
    return call->world;
}

/* ... as SPNEGO is about to pick a mechanism. */
static const struct negotiate_plan *
before_mechanism(void *plan, const struct world **out_world)
{
    struct call *call = plan;
    GUARDED;

    call_reach(call, POINT_NEGOTIATE_INIT);
    *out_world = call->world;
    return &call->negotiate;
}

/* ... and as a ticket was judged. The facts are the point's alone: what is
 * answered may be another verdict, or none yet. */
static const struct negotiate_plan *
before_answer(void *plan, const struct auth_outcome *out)
{
    struct call *call = plan;
    struct facts *facts = &call->ex->facts;
    GUARDED;

    facts->auth = GATE_KERBEROS;
    facts->user = out->user ? out->user->name : facts->user;
    verdict_reported(call, &out->report);
    verdict_facts(call, out);
    call_reach(call, POINT_NEGOTIATE_ANSWER);
    facts->verdict = NULL;
    facts->reason = NULL;
    return &call->negotiate;
}

/* Challenges of a session: the last one whole, and the numbers of some. */
struct challenges {
    struct buf last;
    struct auth_past past[AUTH_PAST_MAX]; /* a ring */
    size_t count;                         /* that there ever were */
};

static void free_challenges(void *data)
{
    struct challenges *kept = data;

    buf_clear(&kept->last);
    mem_free(kept);
}

void gate_keep_challenge(struct session *session, struct span message,
                         uint64_t connection)
{
    struct challenges *kept = session_kept(session, SESSION_CHALLENGE);
    struct span number =
        span_slice(message, NTLM_CHALLENGE_AT, AUTH_CHALLENGE_SIZE);
    struct auth_past *past;

    if (!kept) {
        kept = NEW(struct challenges);
        session_keep(session, SESSION_CHALLENGE, kept, free_challenges);
    }
    buf_reset(&kept->last);
    buf_add(&kept->last, message);
    if (number.size == AUTH_CHALLENGE_SIZE) {
        past = &kept->past[kept->count++ % AUTH_PAST_MAX];
        memcpy(past->challenge, number.data, number.size);
        past->connection = connection;
    }
}

/* What went out before, for whom a refusal is explained to. */
static size_t past_challenges(void *plan, struct auth_past out[AUTH_PAST_MAX])
{
    const struct call *call = plan;
    const struct challenges *kept;
    size_t count;
    GUARDED;

    kept = session_kept(call->session, SESSION_CHALLENGE);
    count = !kept                         ? 0
            : kept->count < AUTH_PAST_MAX ? kept->count
                                          : AUTH_PAST_MAX;
    for (size_t i = 0; i < count; i++) {
        out[i] = kept->past[(kept->count - 1 - i) % AUTH_PAST_MAX];
    }
    return count;
}

/* ---- Certificates, for whom a refusal is explained to ---- */

struct collecting {
    struct arena *arena;
    struct auth_leaf *leaves;
    size_t count;
};

static void collect(void *ctx, const struct pki_leaf *leaf)
{
    struct collecting *c = ctx;

    if (c->count < AUTH_LEAVES_MAX) {
        c->leaves[c->count++] = (struct auth_leaf){
            .name = arena_strdup(c->arena, leaf->name),
            .hash = arena_copy(c->arena, leaf->hash),
            .der = pki_leaf_der(c->arena, leaf),
            .public_key = pki_leaf_public_key(c->arena, leaf),
        };
    }
}

/* Those of the session's own names, and those of the run's. */
static size_t known_leaves(void *plan, struct auth_leaf out[AUTH_LEAVES_MAX])
{
    const struct call *call = plan;
    struct pki *pki = call->services->pki;
    struct collecting c = {.arena = call->arena, .leaves = out};
    struct pki_site *site;
    GUARDED;

    if (!pki) {
        return 0;
    }
    site = session_kept(call->session, SESSION_LEAVES);
    if (site) {
        pki_site_each(pki, site, collect, &c);
    }
    pki_site_each(pki, pki_site(pki), collect, &c);
    return c.count;
}

void gate_ask_steps(struct call *call, struct auth_context *ctx)
{
    const struct challenges *kept =
        session_kept(call->session, SESSION_CHALLENGE);

    /* A copy: another worker may have a challenge meanwhile. */
    call->ntlm.last =
        kept ? arena_copy(call->arena, buf_span(&kept->last)) : SPAN_NONE;
    ctx->ntlm = &call->ntlm;
    ctx->reach = reach_moment;
    ctx->before_mechanism = before_mechanism;
    ctx->before_answer = before_answer;
    ctx->past = past_challenges;
    ctx->leaves = known_leaves;
    ctx->plan = call;
}
