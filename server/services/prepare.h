/* What a session has of its own beside its scenario. */
#ifndef SERVICES_PREPARE_H
#define SERVICES_PREPARE_H

#include "scenario/session.h"
#include "util/err.h"

struct pki;

/*
 * Makes what the session needs to play this scenario, as it is about to:
 * certificates for the names of its world and keys for its tickets. Keys that
 * it has stay where they are of the right kind, so that what its clients hold
 * stays good. The error is one of the scenario's world: the CA does not permit
 * its domain.
 */
MUST_CHECK bool session_prepare(struct session *session,
                                const struct scenario *scenario,
                                struct pki *pki, struct err *err);

#endif
