/*
 * The ticket within a reply of the KDC (RFC 4120 section 5.3), opened, changed
 * as a step wants it, and closed again.
 */
#ifndef KDC_TICKET_H
#define KDC_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/kcrypt.h"
#include "util/span.h"
#include "wire/krb.h"
#include "wire/krb_keys.h"
#include "wire/plans.h"

enum {
    TICKET_PADDING_MAX = 1024 * 1024, /* whatever a step says */
};

struct ticket_change {
    const struct kdc_ticket_plan *plan;
    const struct krb_keys *krbtgt;
    const struct krb_keys *service;
    const struct krb_kdc_req *request; /* that the reply answers */
    int64_t now;                       /* s since 1970 */
    struct kcrypt *crypt;
    const struct krb_keys *keys; /* which of the two; found out */
};

/* A KDC-REP whose ticket is another one, in the arena; false: why not. */
bool kdc_ticket_change(struct ticket_change *change, struct arena *arena,
                       struct span reply, struct span *out_reply,
                       const char **out_why);

#endif
