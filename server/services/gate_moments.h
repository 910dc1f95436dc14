/* Where steps have a say within a handshake. Internal to the gate. */
#ifndef SERVICES_GATE_MOMENTS_H
#define SERVICES_GATE_MOMENTS_H

#include "auth/auth.h"
#include "services/service.h"

/* The fact `auth` of a sign-in by ticket. */
#define GATE_KERBEROS "negotiate+krb5"

/* Fills in the hooks of the context: each reaches its point for this call. */
void gate_ask_steps(struct call *call, struct auth_context *ctx);

/* The challenge that goes out on this connection is the session's last one
 * from here on. */
void gate_keep_challenge(struct session *session, struct span message,
                         uint64_t connection);

#endif
