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

/*
 * Plans and decides the reply to ex->request: ex->reply is what goes out.
 * SERVICES_PENDING: later, on the loop's thread, resume(resume_ctx) is called
 * and ex->reply is decided by then. The exchange and auth must live on.
 */
enum services_result services_run(const struct services_context *services,
                                  struct exchange *ex, struct conn_auth *auth,
                                  void (*resume)(void *), void *resume_ctx);

#endif
