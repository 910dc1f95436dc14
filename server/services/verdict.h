/*
 * What a verdict on credentials comes to, whoever judged them: notes in the
 * journal, facts, and a count that is taken once the reply implies it.
 */
#ifndef SERVICES_VERDICT_H
#define SERVICES_VERDICT_H

#include "auth/auth.h"
#include "services/service.h"

/* The notes of an outcome as remarks, in the order they were made. */
void verdict_remark(struct exchange *ex, const struct auth_note *notes);

/*
 * Judges a name and a password in clear for this call (auth/password.h). Facts
 * are set, `auth` among them ("usertoken"); wrong passwords are counted and
 * right ones end the count as an effect of the reply. No reply is planned.
 */
struct auth_outcome verdict_password(struct call *call, const char *auth,
                                     const char *name, const char *password);

/* What the journal and its log line say of a refusal; once the reply is
 * planned, which says as little as the product does. */
void verdict_why(struct call *call, enum auth_reason reason);

#endif
