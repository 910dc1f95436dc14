/*
 * What comes in by the proxy's port: CONNECT (RFC 9110, 9.3.6) and whole URLs
 * (RFC 9112, 3.2.2). Every name of every session's world is led to this
 * server, whatever its port; all else is refused.
 */
#ifndef SERVICES_PROXY_H
#define SERVICES_PROXY_H

#include "services/service.h"

/* The request is one to the proxy, not to a server behind it. */
static inline bool proxy_is_asked(const struct exchange *ex)
{
    return ex->conn->proxied && !ex->conn->tunnel;
}

/*
 * The head of such a request is here: reaches the proxy's points. true: the
 * answer is the proxy's own, and planned; false: a server is to answer.
 */
bool proxy_answers(struct call *call);

/* Starts the reply afresh: the proxy's page with this status and words. */
void proxy_page(struct call *call, unsigned status, const char *words);

/* proxy_auth.c: whether who asks may pass; else 407 is planned. */
bool proxy_lets_pass(struct call *call);

#endif
