/*
 * FAST (RFC 6113 section 5.4), as far as it stands between us and a ticket: its
 * answers hold a checksum of the ticket, and MIT's client asks for service
 * tickets in no other way. Whoever changes the ticket signs it again; the keys
 * follow from those of the TGT.
 */
#ifndef KDC_TICKET_FAST_H
#define KDC_TICKET_FAST_H

#include "util/arena.h"
#include "util/kcrypt.h"
#include "util/span.h"
#include "wire/krb_keys.h"

struct fast_context {
    struct kcrypt *crypt;
    const struct krb_keys *krbtgt;
    struct span tgs_req; /* PA-TGS-REQ of the request; empty: there is none */
};

/* The reply with a checksum of the ticket that it has, in the arena; as it is
 * where FAST had no part in it. False: why not. */
bool kdc_fast_sign(const struct fast_context *fast, struct arena *arena,
                   struct span reply, struct span *out_reply,
                   const char **out_why);

#endif
