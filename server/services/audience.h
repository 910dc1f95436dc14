/* May a ticket that was issued for one URL be used at another? */
#ifndef SERVICES_AUDIENCE_H
#define SERVICES_AUDIENCE_H

#include "services/service.h"

/*
 * Judges the audience of a ticket against the request, as strictly as the
 * world says (setting ticket.check-audience). NULL is no audience: any URL.
 */
bool audience_fits(struct call *call, const char *audience);

#endif
