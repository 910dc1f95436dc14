/* Tickets whose key we have (RFC 4120 section 5.3), opened. */
#ifndef KDC_TICKET_OPEN_H
#define KDC_TICKET_OPEN_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/kcrypt.h"
#include "wire/krb.h"
#include "wire/krb_keys.h"

/* The part, in the arena; false: why not. */
bool kdc_ticket_open(struct kcrypt *crypt, const struct krb_keys *keys,
                     const struct krb_ticket *ticket, struct arena *arena,
                     struct krb_ticket_part *out_part, const char **out_why);

#endif
