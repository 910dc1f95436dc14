/*
 * The proof key that both ends compute from their entropies: P_SHA1 of TLS 1.0
 * (RFC 2246, section 5) without a label, as WS-Trust 1.3, 4.4.4 names it.
 */
#ifndef TICKET_P_SHA1_H
#define TICKET_P_SHA1_H

#include <stddef.h>
#include <stdint.h>

#include "util/span.h"

/* secret: the client's entropy; seed: the server's. */
void p_sha1(struct span secret, struct span seed, uint8_t *out, size_t size);

#endif
