/*
 * The pipeline: head -> route -> gate -> handler -> decision. A state machine
 * that a handler may leave by answering CALL_PENDING and that call->resume
 * enters again at the same stage. See services.h.
 */
#include "config.h"

#include "services/services.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "checks/checks.h"
#include "scenario/sessions.h"
#include "services/cleartext.h"
#include "services/conn_auth.h"
#include "services/gate.h"
#include "services/nearby.h"
#include "services/proxy.h"
#include "services/reach.h"
#include "services/route.h"
#include "services/verdict.h"
#include "ticket/ticket.h"

enum stage {
    STAGE_ROUTE,
    STAGE_GATE,
    STAGE_HANDLE,
    STAGE_DECIDE,
    STAGE_DONE,
    STAGE_WAIT, /* the handler is pending */
};

struct pipeline {
    struct call call; /* first: a call leads back to its pipeline */
    enum stage stage;
    void (*resume)(void *);
    void *resume_ctx;
};

static void release_scenario(void *scenario)
{
    scenario_unref(scenario);
}

static void release_keys(void *keys)
{
    ticket_keys_free(keys);
}

static void keep_keys(struct call *call)
{
    struct ticket_keys *own = session_kept(call->session, SESSION_TICKETS);

    call->ticket_keys = call->services->ticket_keys;
    if (own) {
        exchange_keep(call->ex, release_keys, ticket_keys_ref(own));
        call->ticket_keys = own;
    }
}

/* What a request began with stays, though a reload may come meanwhile. */
static void keep_session(struct call *call)
{
    struct exchange *ex = call->ex;

    session_own(call->session, ex);
    call->scenario = scenario_ref(session_scenario(call->session));
    exchange_keep(ex, release_scenario, call->scenario);
    call->world = call->scenario->world;
    call->env = session_env(call->session, call->services->env);
    call->now = session_now(call->session, env_now(call->env));
    keep_keys(call);
}

/*
 * A connection that is somebody in one session is nobody in another: a client
 * that asks for names of both on one connection signs in to each.
 */
static void follow_session(struct call *call)
{
    if (conn_auth_follow(call->auth, call->session, call->world)) {
        exchange_remark(call->ex, "auth.forgotten",
                        "what this connection had proven counts no more: it "
                        "was in another session, or before a reload");
    }
}

/* What is judged of the whole exchange: of a head that is answered at once the
 * body comes later or never. */
static void note_end(void *data)
{
    struct call *call = data;

    cleartext_judge(call);
    verdict_tell_session(call);
    checks_exchange(call->ex, call->world);
}

static void start_call(struct call *call,
                       const struct services_context *services,
                       struct exchange *ex)
{
    const char *host = ex->request.host;

    *call = (struct call){
        .ex = ex,
        .services = services,
        .session = sessions_of(services->sessions, host),
        .arena = ex->arena,
    };
    keep_session(call);
    call_place(call);
    exchange_at_end(ex, note_end, call);
}

/* What the head alone tells, and other servers refuse or answer at once. */
static void reach_by_head(struct call *call)
{
    const struct request *request = &call->ex->request;
    const char *expected = headers_get(&request->headers, "Expect");

    call_reach(call, POINT_HTTP_HEAD);
    if (*request->target != '/' && strcmp(request->target, "*") != 0) {
        call_reach(call, POINT_HTTP_PROXIED);
    }
    if (!world_has_host(call->world, request->host)) {
        exchange_remark(call->ex, "host.unknown",
                        "\"%s\" is no name of this world; answered as the "
                        "first pool",
                        request->host);
        call_reach(call, POINT_HTTP_UNKNOWN_HOST);
    }
    if (headers_get(&request->headers, "Transfer-Encoding")) {
        call_reach(call, POINT_HTTP_CHUNKED);
    }
    if (expected && strcasecmp(expected, "100-continue") == 0) {
        call_reach(call, POINT_HTTP_CONTINUE);
    }
}

/* What would be good here is to read on: 100 (RFC 9110, 15.2.1). */
static enum stage head_stage(struct call *call)
{
    struct exchange *ex = call->ex;

    if (proxy_is_asked(ex) && proxy_answers(call)) {
        return STAGE_DECIDE;
    }
    reach_by_head(call);
    if (!call_answers(call)) {
        return STAGE_ROUTE;
    }
    exchange_reply(ex, 100);
    call_apply(call);
    if (ex->reply.status == 100 && !ex->reply.raw.size && !ex->reply.plan.cut) {
        ex->reply.status = 0;
        ex->planned = NULL;
        return STAGE_ROUTE;
    }
    return STAGE_DECIDE;
}

/* After the point: a step there may change what the world offers. */
static enum route_result unless_withdrawn(const struct call *call,
                                          enum route_result result)
{
    const struct route *route = call->route;

    return route && route->withdrawn && route->withdrawn(call->world)
               ? ROUTE_NO_PATH
               : result;
}

/* What is in its way is told, and what would have been near. */
static void not_found(struct call *call)
{
    struct exchange *ex = call->ex;
    struct nearby near = {0};

    if (nearby_find(call, &near)) {
        exchange_why(ex, "unexpected",
                     "no endpoint of this world serves this path; the nearest "
                     "is %s%s%s",
                     near.what, near.hint ? ": " : "",
                     near.hint ? near.hint : "");
        exchange_remark(ex, "nearest", "%s", near.lines);
    } else {
        exchange_why(ex, "unexpected",
                     "no endpoint of this world serves this path");
    }
    session_unexpected(call->session, ex, near.lines);
}

static enum stage route_stage(struct call *call)
{
    struct exchange *ex = call->ex;
    unsigned allow;
    enum route_result result = route_find(ex, &call->route, &allow);

    ex->facts.operation = call->route ? call->route->operation : NULL;
    call_reach(call, POINT_HTTP_REQUEST);
    switch (unless_withdrawn(call, result)) {
    case ROUTE_FOUND:
        return STAGE_GATE;
    case ROUTE_NO_PATH:
        call_reach(call, POINT_HTTP_NOT_FOUND);
        not_found(call);
        product_error_page(call, 404);
        return STAGE_DECIDE;
    case ROUTE_NO_METHOD:
        call_reach(call, POINT_HTTP_WRONG_METHOD);
        exchange_why(ex, "wrong-method", "%s", nearby_method(call, allow));
        product_error_page(call, 405);
        exchange_header(ex, "Allow", "%s",
                        route_methods_text(call->arena, allow));
        return STAGE_DECIDE;
    case ROUTE_NEEDS_TLS:
        call_reach(call, POINT_HTTP_PLAIN);
        exchange_why(ex, "plain-http",
                     "this endpoint wants https, and was asked by http");
        product_error_page(call, 403);
        return STAGE_DECIDE;
    }
    return STAGE_DECIDE;
}

static enum stage gate_stage(struct call *call)
{
    assert(call->route);
    if (call->route->gate != GATE_NONE &&
        gate_pass(call, call->route->gate) == GATE_CLOSED) {
        return STAGE_DECIDE;
    }
    return STAGE_HANDLE;
}

static enum stage handle_stage(struct call *call)
{
    assert(call->route);
    if (call->route->handle(call) == CALL_PENDING) {
        return STAGE_WAIT;
    }
    gate_finish(call);
    return STAGE_DECIDE;
}

/* Bytes that a step sends as they are may have no status that is known. */
static const char *status_text(const struct exchange *ex)
{
    return ex->reply.status ? arena_printf(ex->arena, "%u", ex->reply.status)
                            : NULL;
}

/* What is planned, by its Content-Type: "xml", "json"; NULL: neither. */
static const char *form_of(const struct call *call)
{
    const char *type = headers_get(&call->ex->reply.headers, "Content-Type");

    if (!type || !call_asks(call, FACT_FORM)) {
        return NULL;
    }
    return strstr(type, "json") ? "json" : strstr(type, "xml") ? "xml" : NULL;
}

/* The last word on the reply; from here on it is what goes out. */
static enum stage decide_stage(struct call *call)
{
    struct exchange *ex = call->ex;

    assert(ex->reply.status != 0 || ex->reply.raw.size != 0);
    call_apply(call);
    ex->facts.status = status_text(ex);
    ex->facts.form = form_of(call);
    if (!call->by_proxy) {
        call_reach(call, POINT_HTTP_RESPONSE);
        call_apply(call);
    }
    ex->decided = env_monotonic(call->services->env);
    exchange_commit(ex);
    call_commit(call);
    ex->date = session_now(call->session, env_now(call->services->env));
    return STAGE_DONE;
}

static enum services_result advance(struct pipeline *line)
{
    while (line->stage != STAGE_DONE) {
        switch (line->stage) {
        case STAGE_ROUTE:
            line->stage = route_stage(&line->call);
            break;
        case STAGE_GATE:
            line->stage = gate_stage(&line->call);
            break;
        case STAGE_HANDLE:
            line->stage = handle_stage(&line->call);
            break;
        case STAGE_DECIDE:
            line->stage = decide_stage(&line->call);
            break;
        case STAGE_WAIT:
            return SERVICES_PENDING;
        case STAGE_DONE:
            break;
        }
    }
    return SERVICES_DONE;
}

static void resume_call(struct call *call)
{
    struct pipeline *line = (struct pipeline *)call;

    assert(line->stage == STAGE_WAIT);
    line->stage = STAGE_HANDLE;
    if (advance(line) == SERVICES_DONE) {
        line->resume(line->resume_ctx);
    }
}

struct pipeline *services_begin(const struct services_context *services,
                                struct exchange *ex, struct conn_auth *auth,
                                bool *out_early)
{
    struct pipeline *line = ARENA_NEW(ex->arena, struct pipeline);

    auth->requests++;
    start_call(&line->call, services, ex);
    line->call.auth = auth;
    follow_session(&line->call);
    line->call.resume = resume_call;
    line->stage = head_stage(&line->call);
    *out_early = line->stage == STAGE_DECIDE;
    if (*out_early) {
        line->stage = decide_stage(&line->call);
    }
    return line;
}

enum services_result services_go_on(struct pipeline *line,
                                    void (*resume)(void *), void *resume_ctx)
{
    line->resume = resume;
    line->resume_ctx = resume_ctx;
    return advance(line);
}

enum services_result services_run(const struct services_context *services,
                                  struct exchange *ex, struct conn_auth *auth,
                                  void (*resume)(void *), void *resume_ctx)
{
    bool early;

    return services_go_on(services_begin(services, ex, auth, &early), resume,
                          resume_ctx);
}

/* There is no request whose words a fault could repeat. */
static void blank_request(struct exchange *ex, const char *host)
{
    struct request *request = &ex->request;

    request->method = request->method ? request->method : "";
    request->target = request->target ? request->target : "/";
    request->path = request->path ? request->path : "/";
    request->query = request->query ? request->query : "";
    request->version = request->version ? request->version : "HTTP/1.1";
    request->host = host ? host : "";
    request->port = request->port ? request->port : "";
}

bool services_refused(const struct services_context *services,
                      struct exchange *ex, enum point point, const char *host)
{
    struct call *call = ARENA_NEW(ex->arena, struct call);
    const struct request request = ex->request;

    blank_request(ex, host);
    ex->facts.host = host;
    start_call(call, services, ex);
    call_reach(call, point);
    if (!call->due) {
        ex->request = request;
        return false;
    }
    call_apply(call);
    ex->decided = env_monotonic(services->env);
    exchange_commit(ex);
    ex->date = session_now(call->session, env_now(services->env));
    return true;
}
