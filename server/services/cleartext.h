/* Passwords that a client sends where anybody can read them. */
#ifndef SERVICES_CLEARTEXT_H
#define SERVICES_CLEARTEXT_H

#include "services/service.h"

/* Looks at a request that came without TLS, whatever becomes of it: its session
 * and the journal are told. */
void cleartext_judge(struct call *call);

#endif
