/* How a client came to another proof key than the right one, see p_sha1.h. */
#ifndef TICKET_P_SHA1_WHY_H
#define TICKET_P_SHA1_WHY_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/span.h"

struct p_sha1_parts {
    struct span client; /* entropies, as bytes */
    struct span server;
    size_t size; /* of the right key */
};

/*
 * Asks `holds` of one key after another, the right one first: whether what the
 * client made comes of it. "" where the right one does; else in which way that
 * key is wrong; NULL: none holds.
 */
const char *p_sha1_why(struct arena *arena, const struct p_sha1_parts *parts,
                       bool (*holds)(void *ctx, struct span key), void *ctx);

#endif
