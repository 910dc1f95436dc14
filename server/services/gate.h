/*
 * The door in front of endpoints that want HTTP authentication: Negotiate and
 * NTLM (RFC 4559; protocol: webticket 6.5, 6.6). Which schemes open it is the
 * word of the world or of the route, enum gate.
 */
#ifndef SERVICES_GATE_H
#define SERVICES_GATE_H

#include "services/conn_auth.h"
#include "services/service.h"

enum gate_verdict {
    GATE_OPEN,   /* call->user and call->mechanism are set */
    GATE_CLOSED, /* the refusal is planned */
};

/* Asks for the schemes of this gate, which is not GATE_NONE. The pipeline does
 * so for route->gate; a handler that finds out later may do so by itself. */
enum gate_verdict gate_pass(struct call *call, enum gate gate);

/* Whether the request has credentials of one of this gate's schemes. */
bool gate_is_tried(struct call *call, enum gate gate);

/* Adds what goes with the reply behind an open gate: the last token of the
 * handshake and Persistent-Auth. To be called once that reply is planned. */
void gate_finish(struct call *call);

#endif
