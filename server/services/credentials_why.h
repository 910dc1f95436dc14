/* Why a UsernameToken was refused, where that is a matter of how its two texts
 * are written: base64, or a digest. */
#ifndef SERVICES_CREDENTIALS_WHY_H
#define SERVICES_CREDENTIALS_WHY_H

#include "services/service.h"
#include "wire/usertoken.h"

/*
 * NULL: nothing of that kind. `solved` is what is known without; sent: the
 * texts as they were understood.
 */
const char *credentials_why(struct call *call, const struct usertoken *token,
                            enum usertoken_flaw flaw, const char *solved);

#endif
