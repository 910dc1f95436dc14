/*
 * The answer with a web ticket, read as a careful client does: what is in it,
 * and each thing that would trouble some client. protocol: webticket 5.
 */
#ifndef PROBE_RSTR_READ_H
#define PROBE_RSTR_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/clients.h"
#include "util/arena.h"
#include "util/span.h"

enum {
    RSTR_WARNINGS_MAX = 12,
    PROOF_KEY_SIZE = 32,
};

struct ticket {
    enum token_kind kind;
    const char *text; /* the assertion as it was sent, or "cwt=..." */
    const char *context;
    const char *token_type;
    const char *applies_to;
    bool has_expires;
    bool has_created;
    int64_t created; /* ns since 1970 */
    int64_t expires;
    bool has_key; /* a proof key was computed or came along */
    uint8_t key[PROOF_KEY_SIZE];
    const char *warnings[RSTR_WARNINGS_MAX];
    size_t warning_count;
};

/* What the request had said, to compare with. */
struct rstr_expectation {
    const char *context;
    const char *applies_to;
    enum token_kind kind;
    struct span entropy; /* empty: no key is expected */
    int64_t now;
};

/* false: there is no ticket in it, and out_problem says why. */
bool rstr_read(struct arena *arena, struct span body,
               const struct rstr_expectation *expected,
               struct ticket *out_ticket, const char **out_problem);
/* Printable ASCII without spaces: nothing that would end a header. */
bool ticket_fits_header(const char *text);
/*
 * P_SHA1 (RFC 2246, 5) without label, of the two entropies, for `size` bytes:
 * the proof key of webticket 5.4.
 */
void proof_key(struct span client, struct span server, uint8_t *out,
               size_t size);

#endif
