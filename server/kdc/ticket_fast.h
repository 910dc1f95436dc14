/*
 * FAST (RFC 6113): clients of MIT's wrap what they ask in the key of their TGT,
 * and the KDC answers with a checksum of the ticket in it. Where the ticket is
 * another one, the checksum has to be, or the client sees that it was changed.
 */
#ifndef KDC_TICKET_FAST_H
#define KDC_TICKET_FAST_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/kcrypt.h"
#include "util/span.h"
#include "wire/krb.h"
#include "wire/krb_keys.h"

struct fast_context {
    struct kcrypt *crypt;
    const struct krb_keys *krbtgt;
    const struct krb_kdc_req *request;
    struct arena *arena; /* for the reply, and all on the way to it */
};

/*
 * The reply as if the KDC had made it for this ticket, which is not put into
 * it. One without FAST stays as it is. False: why not.
 */
bool kdc_fast_mend(const struct fast_context *fast, struct span reply,
                   struct span ticket, struct span *out_reply,
                   const char **out_why);

#endif
