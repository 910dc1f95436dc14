/*
 * Whom a web ticket is for: what every way of authentication comes to, and all
 * that issuing needs to know of it.
 */
#ifndef SERVICES_IDENTITY_H
#define SERVICES_IDENTITY_H

#include "services/service.h"
#include "ticket/ticket.h"

/* A user, or else a guest of a meeting. */
struct identity {
    const struct user *user;
    const struct meeting *meeting;
    const char *guest; /* GUID of the anonymous identity */
};

/*
 * What the ticket will say: issued by this pool from now on, for as long as
 * the world lets users or guests have it. `format` is a user's wish; a guest
 * gets a compact ticket whatever it is (protocol: webticket 4.5). audience:
 * NULL for any. No proof key yet.
 */
struct ticket identity_ticket(struct call *call, const struct identity *who,
                              enum ticket_format format, const char *audience);

#endif
