/*
 * The pipeline: route -> gate -> handler -> decision. A state machine that a
 * handler may leave by answering CALL_PENDING and that call->resume enters
 * again at the same stage. See services.h.
 */
#include "config.h"

#include "services/services.h"

#include <assert.h>
#include <string.h>

#include "scenario/sessions.h"
#include "services/conn_auth.h"
#include "services/gate.h"
#include "services/reach.h"
#include "services/route.h"

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

static void release_session(void *session)
{
    session_unref(session);
}

static void release_scenario(void *scenario)
{
    scenario_unref(scenario);
}

/* What a request began with stays, though a reload may come meanwhile. */
static void keep_session(struct call *call)
{
    struct exchange *ex = call->ex;

    exchange_keep(ex, release_session, session_ref(call->session));
    call->scenario = scenario_ref(session_scenario(call->session));
    exchange_keep(ex, release_scenario, call->scenario);
    ex->session = session_name(call->session);
    call->world = call->scenario->world;
    call->now = session_now(call->session, env_now(call->services->env));
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
    if (!world_has_host(call->world, host)) {
        exchange_remark(ex, "host.unknown",
                        "\"%s\" is no name of this world; answered as the "
                        "first pool",
                        host);
    }
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
        exchange_why(ex, "unexpected",
                     "no endpoint of this world serves this path");
        product_error_page(call, 404);
        return STAGE_DECIDE;
    case ROUTE_NO_METHOD:
        product_error_page(call, 405);
        exchange_header(ex, "Allow", "%s",
                        route_methods_text(call->arena, allow));
        return STAGE_DECIDE;
    case ROUTE_NEEDS_TLS:
        exchange_why(ex, "plain-http", "this endpoint wants https");
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
    call_reach(call, POINT_HTTP_RESPONSE);
    call_apply(call);
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

enum services_result services_run(const struct services_context *services,
                                  struct exchange *ex, struct conn_auth *auth,
                                  void (*resume)(void *), void *resume_ctx)
{
    struct pipeline *line = ARENA_NEW(ex->arena, struct pipeline);

    line->resume = resume;
    line->resume_ctx = resume_ctx;
    auth->requests++;
    start_call(&line->call, services, ex);
    line->call.auth = auth;
    line->call.resume = resume_call;
    return advance(line);
}
