/*
 * What a server says of its refusal: X-Ms-diagnostics in either grammar, a SOAP
 * fault with or without OCSDiagnosticsFault, the error of an OAuth answer.
 * protocol: webticket 6.1 to 6.4.
 */
#ifndef PROBE_TROUBLE_H
#define PROBE_TROUBLE_H

#include <stdbool.h>

#include "probe/http.h"
#include "util/arena.h"
#include "util/span.h"

/* Numbers that the probe acts on or explains (webticket 6.4). */
enum trouble_id {
    TROUBLE_NOT_SIP_ENABLED = 28000,
    TROUBLE_INTERNAL = 28001,
    TROUBLE_BAD_CREDENTIALS = 28020,
    TROUBLE_TYPE_NOT_ALLOWED = 28029,
    TROUBLE_TICKET_INVALID = 28032,
    TROUBLE_TICKET_EXPIRED = 28033,
    TROUBLE_TICKET_RENEW = 28072,
    TROUBLE_BAD_AUDIENCE = 28077,
};

/* Zero and NULL: not told. */
struct trouble {
    unsigned id;
    const char *source; /* the server that says it */
    const char *reason;
    const char *code; /* fault code without its prefix; error of OAuth */
};

/* Of the header; false: not of either grammar, nothing is filled. */
bool trouble_header(struct arena *arena, const char *value,
                    struct trouble *out_trouble);
/* Of a SOAP fault (1.1 or 1.2); false: the body is none. */
bool trouble_fault(struct arena *arena, struct span body,
                   struct trouble *out_trouble);

/* What the number or the reason means, in a few words; NULL: unknown. */
const char *trouble_meaning(const struct trouble *trouble);
/* What a person could try; NULL: nothing comes to mind. */
const char *trouble_advice(const struct trouble *trouble);

/*
 * The status, and what is known of it beyond its number: somebody in between
 * answers who is not the server.
 */
const char *trouble_status(struct arena *arena,
                           const struct http_answer *answer);
/* What is wrong with a document, and where it may come from. */
const char *trouble_document(struct arena *arena,
                             const struct http_answer *answer,
                             const char *problem);

#endif
