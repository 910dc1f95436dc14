/* The compact web ticket. protocol: webticket 5.6. */
#ifndef TICKET_CWT_H
#define TICKET_CWT_H

#include "ticket/keys.h"

/* ticket->id is a GUID; the audience is not carried. */
MUST_CHECK bool cwt_issue(const struct ticket_keys *keys, struct arena *arena,
                          const struct ticket *ticket, struct span *out_text,
                          struct err *err);

/* As saml_open; `bytes` without label and base64. pool: the FQDN of the pool
 * that should have issued it. */
enum ticket_flaw cwt_open(const struct ticket_keys *keys, struct arena *arena,
                          struct span bytes, const char *pool,
                          struct ticket *out_ticket);

/* What the byte at this place of a ticket belongs to: "the MAC". */
const char *cwt_field_at(struct span bytes, size_t at);

#endif
