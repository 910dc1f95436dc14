/*
 * The answer that carries a web ticket: RequestSecurityTokenResponse as
 * protocol: webticket 5 has it. No white space, trust elements without prefix,
 * the ticket byte for byte as it was made: pidgin-sipe reads this by text
 * search (webticket 8.4).
 */
#ifndef WIRE_RSTR_H
#define WIRE_RSTR_H

#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/span.h"
#include "wire/plans.h"
#include "wire/soap.h"

/* The encoder does as it is told; texts that are NULL are left out. */
struct rstr {
    const char *trust; /* namespace of the answer */
    const char *context;
    const char *token_type;
    const char *assertion;    /* markup of a saml:Assertion, or */
    const char *user_token;   /* "cwt=..." */
    const char *assertion_id; /* for the two references */
    const char *applies_to;
    struct span server_entropy; /* the key is computed from both entropies */
    struct span proof_key;      /* else: the key itself */
    int64_t created;            /* ns since 1970 */
    int64_t expires;
    struct ticket_lies lies;
};

/* The action of the answer, by the namespace of the request. */
const char *rstr_action(const char *trust);

/* Appends the whole envelope. */
void rstr_encode(struct buf *out, struct arena *arena,
                 const struct soap *request, const struct rstr *rstr);

#endif
