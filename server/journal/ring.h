/* Finished exchanges in memory, up to a number of bytes; the oldest go. */
#ifndef JOURNAL_RING_H
#define JOURNAL_RING_H

#include <stddef.h>
#include <stdint.h>

#include "wire/exchange.h"

struct ring_item {
    struct exchange *ex;
    size_t size; /* of its arena when it was kept */
};

/* Starts as zeros but for `limit`. */
struct ring {
    struct ring_item *items;
    size_t capacity; /* a power of two, or 0 */
    size_t first;
    size_t count;
    uint64_t size;
    uint64_t limit;
    uint64_t dropped;
};

void ring_clear(struct ring *ring);
/* Takes the caller's reference. */
void ring_add(struct ring *ring, struct exchange *ex);
/* 0 is the oldest; NULL past the newest. */
struct exchange *ring_at(const struct ring *ring, size_t index);

#endif
