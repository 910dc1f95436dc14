/*
 * Windows authentication over HTTP, see gate.h. Tokens are judged in auth/;
 * here they are taken from and put into header fields, and the handshake is
 * tied to its connection.
 */
#include "config.h"

#include "services/gate.h"

#include <strings.h>

#include "services/diagnostics.h"
#include "services/reach.h"
#include "wire/httpauth.h"

/* Notes for the journal run newest first; so do remarks. */
static void remark_notes(struct exchange *ex, const struct auth_note *note)
{
    if (note) {
        remark_notes(ex, note->next);
        exchange_remark(ex, note->key, "%s", note->text);
    }
}

/* ---- Effects: what becomes true once the planned reply is chosen ---- */

struct outcome_effect {
    struct conn_auth *auth;
    struct world *world;
    struct auth_outcome outcome;
    int64_t now;
};

static void commit_challenge(void *data)
{
    struct outcome_effect *effect = data;

    effect->auth->armed = true;
}

static void commit_verdict(void *data)
{
    struct outcome_effect *effect = data;
    const struct auth_outcome *outcome = &effect->outcome;

    if (outcome->counts) {
        auth_account_commit(effect->world, outcome, effect->now);
    }
    if (outcome->verdict == AUTH_ACCEPTED) {
        conn_auth_establish(effect->auth, effect->world, outcome->user,
                            outcome->mechanism);
    } else {
        conn_auth_reset(effect->auth);
    }
}

static void plan_effect(struct call *call, struct conn_auth *auth,
                        const struct auth_outcome *outcome)
{
    struct outcome_effect *effect =
        ARENA_NEW(call->arena, struct outcome_effect);

    /* Not call->world: that may be the exchange's own, and this outlives it. */
    *effect = (struct outcome_effect){auth, call->services->world, *outcome,
                                      call->now};
    exchange_effect(call->ex,
                    outcome->verdict == AUTH_CONTINUE ? commit_challenge
                                                      : commit_verdict,
                    effect);
}

/* ---- Replies ---- */

/* IIS names every scheme that is on in a line of its own; one line with
 * commas is a setting, because it trips clients (protocol: discover 8.7). */
static void add_offers(struct call *call)
{
    const struct offer *offer = &call->world->offer;
    char *line = NULL;

    for (size_t i = 0; i < offer->windows_count; i++) {
        if (!offer->one_line) {
            exchange_header(call->ex, "WWW-Authenticate", "%s",
                            offer->windows[i]);
        } else {
            line = line ? arena_printf(call->arena, "%s, %s", line,
                                       offer->windows[i])
                        : arena_strdup(call->arena, offer->windows[i]);
        }
    }
    if (line) {
        exchange_header(call->ex, "WWW-Authenticate", "%s", line);
    }
}

static enum gate_verdict refuse(struct call *call)
{
    call_reach(call, POINT_AUTH_OFFER);
    product_error_page(call, 401);
    add_offers(call);
    return GATE_CLOSED;
}

/* A 401 must name a scheme (RFC 9110 section 11.6.1); where the world has none
 * the port is switched off (protocol: webticket 11.2, step 3). */
static enum gate_verdict refuse_all(struct call *call)
{
    call_reach(call, POINT_AUTH_OFFER);
    product_error_page(call, 403);
    product_diagnostics(call, DIAGNOSTIC_AUTH_NOT_ALLOWED);
    return GATE_CLOSED;
}

/* webticket 6.5: only the scheme of the handshake, with its token. */
static enum gate_verdict challenge(struct call *call, const char *scheme,
                                   struct span token)
{
    product_error_page(call, 401);
    exchange_header(call->ex, "WWW-Authenticate", "%s",
                    httpauth_encode(call->arena, scheme, token));
    return GATE_CLOSED;
}

/* ---- The client's side ---- */

static const struct auth_method *offered_method(struct call *call,
                                                const char *scheme)
{
    const struct offer *offer = &call->world->offer;

    for (size_t i = 0; i < offer->windows_count; i++) {
        if (strcasecmp(offer->windows[i], scheme) == 0) {
            return auth_method_of_scheme(scheme);
        }
    }
    return NULL;
}

static void find(struct call *call, const char *rule, const char *section,
                 const char *text, const char *evidence)
{
    struct finding finding = {
        .rule = rule,
        .level = FINDING_SHOULD,
        .section = section,
        .text = text,
        .evidence = span_text(evidence),
    };

    exchange_finding(call->ex, &finding);
}

/* The handshake this token belongs to: the one under way if its challenge
 * went out, is young enough and is of the same method; else a new one. */
static void pick_up(struct call *call, struct conn_auth *auth,
                    const struct auth_method *method)
{
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

/* The scenario's word before the challenge is built. */
static const struct world *before_challenge(void *plan)
{
    struct call *call = plan;

    call_reach(call, POINT_NTLM_CHALLENGE);
    return call->world;
}

static struct auth_outcome step(struct call *call, struct conn_auth *auth,
                                struct span token)
{
    struct auth_context ctx = {
        .world = call->world,
        .env = call->services->env,
        .arena = call->arena,
        .host = call->ex->request.host,
        .certificate_hash = call->ex->conn->certificate_hash,
        .before_challenge = before_challenge,
        .plan = call,
    };
    struct auth_outcome outcome = {.verdict = AUTH_INVALID};

    call->ex->facts.leg = auth->leg;
    call->ex->facts.auth = auth->method->name;
    auth->method->step(auth->handle, &ctx, token, &outcome);
    if (outcome.mechanism) {
        call->ex->facts.auth = outcome.mechanism;
    }
    if (outcome.user) {
        call->ex->facts.user = outcome.user->name;
    }
    remark_notes(call->ex, outcome.notes);
    return outcome;
}

static enum gate_verdict judge(struct call *call, struct conn_auth *auth,
                               const char *scheme,
                               const struct auth_outcome *outcome)
{
    plan_effect(call, auth, outcome);
    switch (outcome->verdict) {
    case AUTH_CONTINUE:
        return challenge(call, scheme, outcome->token_out);
    case AUTH_ACCEPTED:
        call_reach(call, POINT_NTLM_VERDICT);
        call->user = outcome->user;
        call->mechanism = outcome->mechanism;
        call->auth_scheme = scheme;
        call->auth_token = outcome->token_out;
        return GATE_OPEN;
    case AUTH_REFUSED:
        call_reach(call, POINT_NTLM_VERDICT);
        exchange_why(call->ex, "auth.refused", "%s",
                     auth_reason_text(outcome->reason));
        if (outcome->reason == AUTH_REASON_OUT_OF_TURN) {
            find(call, "HA-027", "RFC 4559 section 6",
                 "the last leg of a handshake came without its challenge: all "
                 "legs belong on one connection",
                 scheme);
        }
        return refuse(call);
    case AUTH_INVALID:
        find(call, "HA-026", "RFC 4559 section 4.2",
             "the credentials are no token of this scheme", scheme);
        return refuse(call);
    }
    return refuse(call);
}

static enum gate_verdict
with_credentials(struct call *call, struct conn_auth *auth, const char *value)
{
    struct httpauth sent;
    enum httpauth_result result = httpauth_decode(call->arena, value, &sent);
    const struct auth_method *method = offered_method(call, sent.scheme);
    struct auth_outcome outcome;

    if (!method) {
        find(call, "HA-025", "RFC 9110 section 11.6.2",
             "this authentication scheme is not among those offered",
             sent.scheme);
        return refuse(call);
    }
    if (result != HTTPAUTH_OK) {
        find(call, "HA-024", "RFC 4559 section 4.2",
             "the credentials are not one base64 token", sent.text);
        conn_auth_drop_handshake(auth);
        return refuse(call);
    }
    pick_up(call, auth, method);
    outcome = step(call, auth, sent.token);
    return judge(call, auth, method->scheme, &outcome);
}

enum gate_verdict gate_windows(struct call *call, struct conn_auth *auth)
{
    const char *value =
        headers_get(&call->ex->request.headers, "Authorization");

    if (call->world->offer.windows_count == 0) {
        return refuse_all(call);
    }
    if (value) {
        return with_credentials(call, auth, value);
    }
    if (auth->user) {
        call->user = auth->user;
        call->mechanism = auth->mechanism;
        call->ex->facts.user = auth->user->name;
        call->ex->facts.auth = arena_strdup(call->arena, auth->mechanism);
        return GATE_OPEN;
    }
    return refuse(call);
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
    /* IIS says so after NTLM: this connection stays authenticated. */
    exchange_header(call->ex, "Persistent-Auth", "true");
}
