/*
 * The timers of a loop, the next one first: a binary heap in which each timer
 * knows its place, so that it can be taken out from the middle.
 */
#ifndef EDGE_HEAP_H
#define EDGE_HEAP_H

#include <stddef.h>
#include <stdint.h>

#include "edge/loop.h"

struct heap {
    struct loop_timer **timers;
    size_t count;
    size_t capacity;
    uint64_t orders; /* given out so far */
};

void heap_clear(struct heap *heap);
/* The timer must not be in the heap. */
void heap_add(struct heap *heap, struct loop_timer *timer, int64_t due);
/* Does nothing where the timer is not in the heap. */
void heap_remove(struct heap *heap, struct loop_timer *timer);
/* The timer that is due first, or NULL. */
struct loop_timer *heap_first(const struct heap *heap);

#endif
