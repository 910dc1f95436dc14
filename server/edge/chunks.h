/* Where a chunked body ends (RFC 9112, section 7.1). */
#ifndef EDGE_CHUNKS_H
#define EDGE_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/span.h"

/* Zero-initialised: before the first chunk. */
struct chunks {
    bool done;
    bool bad;         /* no chunked body; for good */
    bool strict;      /* LF alone ends no line: RFC 9112, 2.2 speaks of heads */
    uint64_t payload; /* bytes of data so far */

    enum {
        CHUNKS_SIZE,
        CHUNKS_EXTENSION,
        CHUNKS_DATA,
        CHUNKS_DATA_END,
        CHUNKS_TRAILER,
        CHUNKS_TRAILER_LINE,
    } state;
    uint64_t left;   /* of this chunk's data */
    unsigned digits; /* of its size, so far */
    bool cr;         /* LF has to follow */
};

/* How many of the bytes belong to the body. Stops where it is done or bad. */
size_t chunks_pass(struct chunks *chunks, struct span bytes);

#endif
