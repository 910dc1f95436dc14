/*
 * Calls the handlers of an endpoint as the pipeline does, without network and
 * without a gate: the test says who the user is.
 */
#ifndef UNIT_ENDPOINT_H
#define UNIT_ENDPOINT_H

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "checks/checks.h"
#include "services/service.h"
#include "sessions_fixture.h"
#include "signer.h"
#include "wire/xml.h"

struct endpoint {
    const struct service *service;
    struct env env;
    struct world *world;
    struct signer signer;
    struct services_context services;
    struct conn_facts conn;
    struct exchange *ex; /* the last one */
    uint64_t count;
};

static inline int64_t endpoint_clock(struct env *env)
{
    return SIGNER_NOW + env->skew;
}

static inline void endpoint_start(struct endpoint *e,
                                  const struct service *service)
{
    struct err err;

    *e = (struct endpoint){
        .service = service,
        .world = world_good(),
        .conn = {.id = 1, .tls = true, .peer = "127.0.0.1:1"},
    };
    env_system(&e->env, 1);
    e->env.now = endpoint_clock;
    xml_init();
    if (!world_finish(e->world, &err) || !ticket_init(&err)) {
        fprintf(stderr, "no endpoint: %s\n", err.text);
        abort();
    }
    signer_start(&e->signer, PKI_P256, SIGNER_NOW);
    e->services = (struct services_context){
        .sessions = sessions_playing(e->world),
        .env = &e->env,
        .ticket_keys = e->signer.keys,
        .https_port = 443,
    };
}

static inline void endpoint_stop(struct endpoint *e)
{
    exchange_unref(e->ex);
    signer_stop(&e->signer);
    sessions_free(e->services.sessions);
    world_unref(e->world);
    ticket_shutdown();
    xml_cleanup();
}

static inline const struct route *
endpoint_route(const struct endpoint *e, const char *path, unsigned method)
{
    const struct route *route = e->service->routes;

    while (route->path &&
           (strcasecmp(route->path, path) != 0 || !(route->methods & method))) {
        route++;
    }
    return route->path ? route : NULL;
}

/* A new exchange, for requests to the external web name. */
static inline struct exchange *endpoint_request(struct endpoint *e)
{
    exchange_unref(e->ex);
    e->ex = exchange_new(++e->count, &e->conn);
    e->ex->request = (struct request){
        .query = "",
        .host = "lyncweb.contoso.test",
        .port = "",
    };
    return e->ex;
}

/* Runs the handler of this path; the reply is in e->ex. */
static inline void endpoint_call(struct endpoint *e, const char *path,
                                 unsigned method, const char *user)
{
    struct call call = {
        .ex = e->ex,
        .services = &e->services,
        .session = sessions_default(e->services.sessions),
        .scenario = session_scenario(sessions_default(e->services.sessions)),
        .env = &e->env,
        .ticket_keys = e->services.ticket_keys,
        .world = e->world,
        .arena = e->ex->arena,
        .route = endpoint_route(e, path, method),
        .now = endpoint_clock(&e->env),
        .user = user ? world_user(e->world, user) : NULL,
    };

    call_place(&call);
    if (!call.route || call.route->handle(&call) != CALL_DONE) {
        fprintf(stderr, "no answer at %s\n", path);
        abort();
    }
}

/* The reply was sent, and rules judge the exchange. */
static inline void endpoint_end(struct endpoint *e, const char *path,
                                const char *operation)
{
    struct exchange *ex = e->ex;

    ex->dispatched = true;
    ex->request.method = "POST";
    ex->request.target = path;
    ex->request.path = path;
    ex->facts.operation = operation;
    ex->sent = (struct sent){.outcome = SENT_WHOLE, .status = ex->reply.status};
    session_own(sessions_default(e->services.sessions), ex);
    checks_exchange(ex, e->world);
}

/* The last remark under this key, or "". */
static inline const char *endpoint_remark(const struct endpoint *e,
                                          const char *key)
{
    for (const struct remark *r = e->ex->remarks; r; r = r->next) {
        if (strcmp(r->key, key) == 0) {
            return r->text;
        }
    }
    return "";
}

static inline const char *endpoint_header(const struct endpoint *e,
                                          const char *name)
{
    const char *value = headers_get(&e->ex->reply.headers, name);

    return value ? value : "";
}

static inline const char *endpoint_body(const struct endpoint *e)
{
    return arena_text(e->ex->arena, e->ex->reply.body);
}

#endif
