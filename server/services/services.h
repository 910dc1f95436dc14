/* The pipeline: from a request to the reply that is sent. */
#ifndef SERVICES_SERVICES_H
#define SERVICES_SERVICES_H

#include "services/service.h"

/* Authentication state of one connection; kept by the edge's connection. */
struct conn_auth;

enum services_result {
    SERVICES_DONE,
    SERVICES_PENDING, /* `resume` of services_run will be called */
};

/* One request on its way through; lives in the exchange's arena. */
struct pipeline;

/*
 * A request's head is here, its body may be missing. The exchange and auth
 * must live on. true in out_early: ex->reply is decided already.
 */
struct pipeline *services_begin(const struct services_context *services,
                                struct exchange *ex, struct conn_auth *auth,
                                bool *out_early);
/*
 * The body is here: plans and decides the reply to ex->request; ex->reply is
 * what goes out. SERVICES_PENDING: later, on the loop's thread,
 * resume(resume_ctx) is called and ex->reply is decided by then.
 */
enum services_result services_go_on(struct pipeline *line,
                                    void (*resume)(void *), void *resume_ctx);

/*
 * What was sent is refused before it is a request: ex->reply is planned, and
 * a step at this point may change it. host: as far as it is known; NULL: not
 * at all. false: no step did; ex->reply is as it was.
 */
bool services_refused(const struct services_context *services,
                      struct exchange *ex, enum point point, const char *host);

/* Both of the first two, for a request that came whole. */
enum services_result services_run(const struct services_context *services,
                                  struct exchange *ex, struct conn_auth *auth,
                                  void (*resume)(void *), void *resume_ctx);

#endif
