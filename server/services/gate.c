/*
 * Authentication in HTTP header fields, see gate.h. Tokens are judged in auth/;
 * here they are taken from and put into header fields, and the handshake is
 * tied to its connection.
 */
#include "config.h"

#include "services/gate.h"

#include <string.h>
#include <strings.h>

#include "checks/checks.h"
#include "scenario/model.h"
#include "scenario/session.h"
#include "services/gate_moments.h"
#include "services/gate_reply.h"
#include "services/reach.h"
#include "services/verdict.h"
#include "util/guard.h"
#include "wire/diagnostics.h"
#include "wire/httpauth.h"
#include "wire/spnego.h"

/* Newest first, as notes are. */
static void report_findings(struct exchange *ex, const struct finding *finding)
{
    if (finding) {
        report_findings(ex, finding->next);
        exchange_finding(ex, finding);
    }
}

static bool is_kerberos(const struct auth_outcome *outcome)
{
    return outcome->mechanism && strcmp(outcome->mechanism, GATE_KERBEROS) == 0;
}

/* ---- Effects: what becomes true once the planned reply is chosen ---- */

struct outcome_effect {
    bool kept; /* an identity that it proves is the connection's */
    struct exchange *ex;
    struct conn_auth *auth;
    const struct auth_method *method;
    struct world *world;
    struct auth_outcome outcome;
    int64_t now;
    struct session *session;
    struct span challenge; /* of NTLM, where one goes out */
};

/* A step may have taken the token out of the reply. */
static bool carries_token(const struct exchange *ex, struct span token)
{
    const struct headers *headers = &ex->reply.headers;
    struct httpauth sent;

    for (size_t i = 0; i < headers->count; i++) {
        if (strcasecmp(headers->items[i].name, "WWW-Authenticate") == 0 &&
            httpauth_decode(ex->arena, headers->items[i].value, &sent) ==
                HTTPAUTH_OK &&
            span_equal(sent.token, token)) {
            return true;
        }
    }
    return false;
}

static void commit_challenge(void *data)
{
    struct outcome_effect *effect = data;

    effect->auth->armed = carries_token(effect->ex, effect->outcome.token_out);
    if (effect->challenge.size) {
        gate_keep_challenge(effect->session, effect->challenge,
                            effect->ex->conn->id);
    }
}

static void commit_verdict(void *data)
{
    struct outcome_effect *effect = data;
    const struct auth_outcome *outcome = &effect->outcome;

    verdict_count(effect->ex, effect->world, outcome, effect->now);
    if (effect->method->per_request) {
        return;
    }
    if (outcome->verdict == AUTH_ACCEPTED && effect->kept) {
        conn_auth_establish(effect->auth, effect->world, effect->method,
                            outcome);
    } else {
        /* Also where a ticket is good for its own request alone: whoever the
         * connection was before, it is nobody now. */
        conn_auth_reset(effect->auth);
    }
}

static void plan_effect(struct call *call, const struct auth_method *method,
                        const struct auth_outcome *outcome)
{
    struct outcome_effect *effect =
        ARENA_NEW(call->arena, struct outcome_effect);

    *effect = (struct outcome_effect){
        .kept = !call->kept_out,
        .ex = call->ex,
        .auth = call->auth,
        .method = method,
        /* Not call->world: that may be the exchange's own, and what is noted
         * of the connection outlives it. */
        .world = call->scenario->world,
        .outcome = *outcome,
        .now = call->now,
        .session = call->session,
        .challenge = call->ntlm.sent,
    };
    exchange_effect(call->ex,
                    outcome->verdict == AUTH_CONTINUE ? commit_challenge
                                                      : commit_verdict,
                    effect);
}

/* ---- The client's side ---- */

static const struct auth_method *offered_method(struct call *call,
                                                const char *scheme)
{
    const char *offered;

    for (size_t i = 0; (offered = gate_scheme_at(call, i)) != NULL; i++) {
        if (strcasecmp(offered, scheme) == 0) {
            return auth_method_of_scheme(scheme);
        }
    }
    return NULL;
}

/* The handshake this token belongs to: the one under way if its challenge
 * went out, is young enough and is of the same method; else a new one. */
static void pick_up(struct call *call, const struct auth_method *method)
{
    struct conn_auth *auth = call->auth;
    int64_t now = env_monotonic(call->services->env);
    bool stale = auth->handle && now - auth->began > CONN_AUTH_HALF_OPEN;

    if (stale) {
        exchange_why(call->ex, "auth.stale",
                     "the challenge is older than 60 s and was dropped");
    }
    if (stale || !auth->armed || auth->method != method) {
        conn_auth_drop_handshake(auth);
    }
    if (!auth->handle) {
        auth->method = method;
        auth->handle = method->begin();
    }
    auth->armed = false;
    auth->began = now;
    auth->leg++;
}

static void step(struct call *call, const struct auth_method *method,
                 struct auth_handle *handle, struct span token,
                 struct auth_outcome *out)
{
    struct auth_context ctx = {
        .world = call->world,
        .env = call->env,
        .arena = call->arena,
        .now = call->now,
        .host = call->ex->request.host,
        .connection = call->ex->conn->id,
        .certificate_hash = call->ex->conn->certificate_hash,
        .krb5 = call->services->krb5,
    };
    unsigned held;

    gate_ask_steps(call, &ctx);
    call->ex->facts.auth = method->name;
    held = guard_pause();
    method->step(handle, &ctx, token, out);
    guard_resume(held);
    if (out->mechanism) {
        call->ex->facts.auth = out->mechanism;
    }
    if (out->user) {
        call->ex->facts.user = out->user->name;
    }
    verdict_reported(call, &out->report);
    verdict_remark(call->ex, out->notes);
    report_findings(call->ex, out->findings);
}

/* One token of a handshake that the connection keeps between requests. */
static void step_handshake(struct call *call, const struct auth_method *method,
                           struct span token, struct auth_outcome *out)
{
    pick_up(call, method);
    call->ex->facts.leg = call->auth->leg;
    step(call, method, call->auth->handle, token, out);
}

/* Credentials that are whole by themselves. What the connection has proven
 * before, and a handshake under way, have nothing to do with them. */
static void step_alone(struct call *call, const struct auth_method *method,
                       struct span token, struct auth_outcome *out)
{
    struct auth_handle *handle = method->begin();

    step(call, method, handle, token, out);
    method->end(handle);
}

/* The last token of a sign-in that a step accepts: no mechanism made one. */
static struct span amen(struct call *call, const struct auth_method *method)
{
    const struct spnego_resp resp = {
        .has_state = true,
        .state = SPNEGO_ACCEPT_COMPLETED,
    };
    AUTO_BUF token = {0};

    if (strcmp(method->name, "negotiate") != 0) {
        return SPAN_NONE;
    }
    spnego_encode_resp(&token, &resp);
    return arena_copy(call->arena, buf_span(&token));
}

/* NTLM within Negotiate is NTLM; so is what never came to a mechanism. */
static enum point verdict_point(const struct auth_method *method,
                                const struct auth_outcome *outcome)
{
    if (method->per_request) {
        return POINT_BASIC_VERDICT;
    }
    return is_kerberos(outcome) ? POINT_NEGOTIATE_VERDICT : POINT_NTLM_VERDICT;
}

static void reach_verdict(struct call *call, const struct auth_method *method,
                          struct auth_outcome *outcome)
{
    bool refused = outcome->verdict != AUTH_ACCEPTED;

    verdict_facts(call, outcome);
    call_reach(call, verdict_point(method, outcome));
    if (verdict_force(call, outcome) && refused &&
        outcome->verdict == AUTH_ACCEPTED) {
        outcome->token_out = amen(call, method);
    }
}

/*
 * A KRB-ERROR tells the client why, in its NegTokenResp or raw, and Windows
 * sends it (RFC 4121 section 4.1; protocol: kerberos 4.3). What ends NTLM is a
 * bare scheme, as of old; a step that rejects wants to be seen.
 */
static struct gate_farewell farewell_of(const struct auth_method *method,
                                        const struct auth_outcome *outcome)
{
    bool sent = outcome->token_out.size &&
                (is_kerberos(outcome) || outcome->reason == AUTH_REASON_FORGED);

    return sent ? (struct gate_farewell){method->scheme, outcome->token_out}
                : gate_no_farewell;
}

static enum gate_verdict accept(struct call *call,
                                const struct auth_method *method,
                                const struct auth_outcome *outcome)
{
    call->user = outcome->user;
    call->mechanism = outcome->mechanism ? outcome->mechanism : method->name;
    call->report = &outcome->report;
    call->auth_scheme = method->per_request ? NULL : method->scheme;
    call->auth_token = outcome->token_out;
    return GATE_OPEN;
}

static enum gate_verdict judge(struct call *call,
                               const struct auth_method *method,
                               struct auth_outcome *outcome)
{
    const char *scheme = method->scheme;
    struct gate_farewell farewell;

    call->kept_out = is_kerberos(outcome) && call->world->krb5.per_request;
    if (outcome->verdict == AUTH_CONTINUE) {
        plan_effect(call, method, outcome);
        return gate_challenge(call, scheme, outcome->token_out);
    }
    reach_verdict(call, method, outcome);
    plan_effect(call, method, outcome);
    switch (outcome->verdict) {
    case AUTH_ACCEPTED:
        return accept(call, method, outcome);
    case AUTH_REFUSED:
        verdict_why(call, outcome);
        if (outcome->reason == AUTH_REASON_OUT_OF_TURN) {
            check_report(call->ex, "HA-027", "Authorization", span_text(scheme),
                         "the last leg of a handshake came without its "
                         "challenge: all legs belong on one connection");
        }
        break;
    case AUTH_INVALID:
        if (!outcome->findings) {
            check_report(call->ex, "HA-026", "Authorization", span_text(scheme),
                         "the credentials are no token of this scheme");
        }
        break;
    case AUTH_CONTINUE:
        break;
    }
    farewell = farewell_of(method, outcome);
    return gate_refuse_with(call, &farewell);
}

/* The next leg of a handshake whose scheme is no longer offered: it is over,
 * also where the scheme comes back. */
static void forget_leg(struct call *call, const char *scheme)
{
    const struct auth_method *method = call->auth->method;

    if (method && strcasecmp(method->scheme, scheme) == 0) {
        conn_auth_drop_handshake(call->auth);
    }
}

static enum gate_verdict with_credentials(struct call *call, const char *value)
{
    struct httpauth sent;
    enum httpauth_result result = httpauth_decode(call->arena, value, &sent);
    const struct auth_method *method = offered_method(call, sent.scheme);
    struct auth_outcome *outcome = ARENA_NEW(call->arena, struct auth_outcome);

    *outcome = (struct auth_outcome){.verdict = AUTH_INVALID,
                                     .reason = AUTH_REASON_BAD_TOKEN};
    if (!method) {
        forget_leg(call, sent.scheme);
        call_reach(call, POINT_AUTH_NOT_OFFERED);
        check_report(call->ex, "HA-025", "Authorization",
                     span_text(sent.scheme),
                     "this authentication scheme is not among those offered");
        return gate_refuse(call);
    }
    if (result != HTTPAUTH_OK) {
        check_report(call->ex, "HA-024", "Authorization", span_text(sent.text),
                     "the credentials are not one base64 token");
        conn_auth_drop_handshake(call->auth);
        call->ex->facts.auth = method->name;
        reach_verdict(call, method, outcome);
        return outcome->verdict == AUTH_ACCEPTED ? accept(call, method, outcome)
                                                 : gate_refuse(call);
    }
    if (method->per_request) {
        step_alone(call, method, sent.token, outcome);
    } else {
        step_handshake(call, method, sent.token, outcome);
    }
    return judge(call, method, outcome);
}

/*
 * RFC 4559 section 6: the connection is authenticated, so nobody asks again -
 * but for what this door takes. Who came in by a scheme that is not offered
 * here is asked for one that is, and is somebody else from then on: IIS has
 * one identity a connection, too.
 */
static bool is_known(struct call *call)
{
    const struct conn_auth *auth = call->auth;

    if (!auth->user) {
        return false;
    }
    if (!offered_method(call, auth->proven_by->scheme)) {
        exchange_remark(call->ex, "auth.other-scheme",
                        "the connection is authenticated by %s, which is not "
                        "offered here",
                        auth->proven_by->scheme);
        return false;
    }
    return true;
}

static void commit_forgetting(void *data)
{
    conn_auth_reset(data);
}

/* A step wants the connection to be nobody's from here on. */
static bool is_forgotten(struct call *call)
{
    struct facts *facts = &call->ex->facts;
    struct verdict_plan plan;

    facts->user = call->auth->user->name;
    facts->auth = arena_strdup(call->arena, call->auth->mechanism);
    call_reach(call, POINT_AUTH_STANDING);
    if (!verdict_take(call, &plan)) {
        return false;
    }
    exchange_why(call->ex, "auth.refused",
                 "a step says that the connection is not authenticated");
    exchange_effect(call->ex, commit_forgetting, call->auth);
    return true;
}

static enum gate_verdict let_in(struct call *call)
{
    const struct conn_auth *auth = call->auth;

    call->user = auth->user;
    call->mechanism = auth->mechanism;
    call->report = &auth->report;
    call->standing = true;
    call->ex->facts.user = auth->user->name;
    verdict_reported(call, &auth->report);
    call->ex->facts.auth = arena_strdup(call->arena, auth->mechanism);
    return GATE_OPEN;
}

bool gate_is_tried(struct call *call, enum gate gate)
{
    const char *value =
        headers_get(&call->ex->request.headers, "Authorization");
    struct httpauth sent;

    call->gate = gate;
    return value &&
           httpauth_decode(call->arena, value, &sent) != HTTPAUTH_EMPTY &&
           offered_method(call, sent.scheme);
}

enum gate_verdict gate_pass(struct call *call, enum gate gate)
{
    const char *value =
        headers_get(&call->ex->request.headers, "Authorization");

    call->gate = gate;
    if (value) {
        call_reach(call, POINT_AUTH_CREDENTIALS);
    }
    if (!gate_scheme_at(call, 0)) {
        return gate_refuse_all(call);
    }
    if (value) {
        return with_credentials(call, value);
    }
    return is_known(call) && !is_forgotten(call) ? let_in(call)
                                                 : gate_refuse(call);
}

void gate_finish(struct call *call)
{
    if (!call->auth_scheme) {
        return;
    }
    if (call->auth_token.size) {
        exchange_header(
            call->ex, "WWW-Authenticate", "%s",
            httpauth_encode(call->arena, call->auth_scheme, call->auth_token));
    }
    /* IIS says so: does this connection stay authenticated? */
    exchange_header(call->ex, "Persistent-Auth", "%s",
                    call->kept_out ? "false" : "true");
}
