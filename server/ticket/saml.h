/* The SAML 1.1 assertion of a web ticket. protocol: webticket 5.3. */
#ifndef TICKET_SAML_H
#define TICKET_SAML_H

#include "ticket/keys.h"

/* ticket->id begins with "SamlSecurityToken-". */
MUST_CHECK bool saml_issue(const struct ticket_keys *keys, bool sha1,
                           struct arena *arena, const struct ticket *ticket,
                           struct span *out_text, struct err *err);

/*
 * Reads and verifies; dates and audience are left to the caller. What could be
 * read is filled in even where the answer is not TICKET_VALID.
 */
enum ticket_flaw saml_open(const struct ticket_keys *keys, struct arena *arena,
                           struct span text, struct ticket *out_ticket,
                           int64_t *out_not_before);

#endif
