/*
 * Finished exchanges in memory, up to a number of bytes. Where room is needed,
 * the session that takes up most of it loses its oldest: a flood in one drives
 * nothing of the others out.
 */
#ifndef JOURNAL_RING_H
#define JOURNAL_RING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "wire/exchange.h"

/*
 * What an exchange refers to in its scenario stays as long as it does, and has
 * no part in sizes here: of a session that plays one after the other, there is
 * what began in the last so many.
 */
enum { RING_ERAS = 32 };

struct ring_item {
    TAILQ_ENTRY(ring_item) all;
    TAILQ_ENTRY(ring_item) own; /* of the same session */
    struct ring_share *share;
    struct exchange *ex;
    uint64_t position; /* 1, 2, 3 ... as they ended */
    size_t size;       /* of its arena when it was kept */
};

TAILQ_HEAD(ring_items, ring_item);

/* What one session has here. */
struct ring_share {
    const char *session; /* its name, by address: that is the session's own */
    struct ring_items items;
    uint64_t count;
    uint64_t size;
    uint64_t dropped;
};

struct ring {
    struct ring_items items;
    struct ring_share **shares; /* by the address of the name */
    size_t share_count;
    size_t share_room;
    size_t count;
    uint64_t added;
    uint64_t size;
    uint64_t limit;
    uint64_t dropped;
};

void ring_init(struct ring *ring, uint64_t limit);
void ring_clear(struct ring *ring);
/* Takes the caller's reference. That of a session which has ended goes at
 * once: nobody could ask for it. */
void ring_add(struct ring *ring, struct exchange *ex);
/* 0 is the oldest; NULL past the newest. */
struct exchange *ring_at(const struct ring *ring, size_t index);
/* What there is of this session; NULL: nothing. */
const struct ring_share *ring_share(const struct ring *ring,
                                    const char *session);
/* Lets go all that it has. */
void ring_forget(struct ring *ring, const char *session);

#endif
