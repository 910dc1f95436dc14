/*
 * Web tickets as they cross the wire: what an answer really handed out, and
 * what a request shows. Found by text, as clients do it: a fault may have made
 * the document one that no parser takes.
 */
#ifndef CHECKS_TICKET_SEEN_H
#define CHECKS_TICKET_SEEN_H

#include "checks/rule.h"

/* Spans are pieces of the reply. */
struct ticket_told {
    bool saml;
    struct span text; /* the assertion, or "cwt=..." */
    struct span id;   /* what tells it from others, also where it is damaged */
    int64_t lifetime; /* ns from Created to Expires; 0: not told */
};

/* Read at the first call. false: the answer was no ticket, or did not arrive
 * whole. */
bool ticket_told(struct check *check, struct ticket_told *out_told);

enum ticket_form {
    TICKET_FORM_OPAQUE, /* opaque=<base64 of an assertion> */
    TICKET_FORM_CWT,    /* cwt=..., also behind opaque= */
    TICKET_FORM_OTHER,  /* nothing that can be read */
};

struct ticket_shown {
    const char *header; /* "X-MS-WebTicket", "Authorization" */
    const char *value;  /* of it, without "Bearer" */
    enum ticket_form form;
    bool labelled;    /* with "opaque=" or "cwt=" before it */
    struct span text; /* as in ticket_told; in the arena */
    struct span id;
};

/* false: the request shows none. */
bool ticket_shown(const struct check *check, struct ticket_shown *out_shown);
/* What stands behind "Bearer" in Authorization; NULL: no such header. */
const char *ticket_bearer(const struct exchange *ex);

/* The number of X-Ms-diagnostics, or of a fault's detail; 0: none. */
unsigned told_diagnostic(const struct exchange *ex);
/* "InvalidRequest" of a fault; empty: the answer was none. */
struct span told_fault(const struct exchange *ex);
/* Has the answer gone out as it was planned? */
bool told_whole(const struct exchange *ex);

#endif
