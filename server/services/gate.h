/*
 * The door in front of endpoints that want Windows authentication: HTTP
 * Negotiate and NTLM (RFC 4559; protocol: webticket 6.5, 6.6).
 */
#ifndef SERVICES_GATE_H
#define SERVICES_GATE_H

#include "services/conn_auth.h"
#include "services/service.h"

enum gate_verdict {
    GATE_OPEN,   /* call->user and call->mechanism are set */
    GATE_CLOSED, /* the refusal is planned */
};

enum gate_verdict gate_windows(struct call *call, struct conn_auth *auth);

/* Adds what goes with the reply behind an open gate: the last token of the
 * handshake and Persistent-Auth. To be called once that reply is planned. */
void gate_finish(struct call *call);

#endif
