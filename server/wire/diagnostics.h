/*
 * The product's numbered errors (protocol: webticket 6.4): one table for the
 * X-Ms-diagnostics header and for the detail of a SOAP fault.
 */
#ifndef WIRE_DIAGNOSTICS_H
#define WIRE_DIAGNOSTICS_H

#include <stddef.h>

#include "util/arena.h"

enum {
    DIAGNOSTIC_NO_SIP = 28000,
    DIAGNOSTIC_INTERNAL = 28001,
    DIAGNOSTIC_NO_TOKEN = 28020,
    DIAGNOSTIC_AUTH_NOT_ALLOWED = 28029,
    DIAGNOSTIC_CLAIM_MISMATCH = 28030,
    DIAGNOSTIC_TICKET_INVALID = 28032,
    DIAGNOSTIC_TICKET_EXPIRED = 28033,
    DIAGNOSTIC_OAUTH_INVALID = 28055,
    DIAGNOSTIC_OAUTH_EXPIRED = 28056,
    DIAGNOSTIC_TICKET_UNVERIFIED = 28072,
    DIAGNOSTIC_WRONG_AUDIENCE = 28077,
    DIAGNOSTIC_NO_UPN = 28081,
};

struct diagnostic {
    unsigned id;
    unsigned status;          /* the HTTP status that goes with it */
    const char *reason;       /* one sentence, as the product words it */
    const char *fault_uri;    /* namespace of the fault code; NULL: no code */
    const char *fault_prefix; /* as X-Ms-diagnostics spells it, "wsse" */
    const char *fault_code;   /* "FailedAuthentication" */
};

/* The row of this id; NULL: no such id. */
const struct diagnostic *diagnostic(unsigned id);
/* NULL past the end. */
const struct diagnostic *diagnostic_at(size_t index);
/* All ids, "28000, 28001 ...", for messages. */
char *diagnostic_ids(struct arena *arena);

/*
 * The OCSDiagnosticsFault element for a fault's detail (protocol: webticket
 * 6.3), as markup in the arena.
 */
const char *diagnostic_detail(struct arena *arena, unsigned id,
                              const char *reason);

#endif
