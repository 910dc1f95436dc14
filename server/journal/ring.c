/* Finished exchanges in memory, see ring.h. */
#include "config.h"

#include "journal/ring.h"

#include <string.h>

#include "util/arena.h"
#include "util/mem.h"

void ring_init(struct ring *ring, uint64_t limit)
{
    *ring = (struct ring){.limit = limit};
    TAILQ_INIT(&ring->items);
}

/* ---- Shares ---- */

/* Where it is, or would be. */
static size_t place_of(const struct ring *ring, const char *session)
{
    size_t low = 0;
    size_t high = ring->share_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if ((uintptr_t)ring->shares[middle]->session < (uintptr_t)session) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct ring *ring, size_t place, const char *session)
{
    return place < ring->share_count && ring->shares[place]->session == session;
}

static struct ring_share *share_for(struct ring *ring, const char *session)
{
    size_t place = place_of(ring, session);
    struct ring_share *share;

    if (is_at(ring, place, session)) {
        return ring->shares[place];
    }
    if (ring->share_count == ring->share_room) {
        ring->share_room = ring->share_room ? 2 * ring->share_room : 16;
        ring->shares =
            mem_resize(ring->shares, ring->share_room * sizeof(*ring->shares));
    }
    memmove(&ring->shares[place + 1], &ring->shares[place],
            (ring->share_count - place) * sizeof(*ring->shares));
    ring->share_count++;
    share = NEW(struct ring_share);
    share->session = session;
    TAILQ_INIT(&share->items);
    ring->shares[place] = share;
    return share;
}

static void remove_share(struct ring *ring, struct ring_share *share)
{
    size_t place = place_of(ring, share->session);

    memmove(&ring->shares[place], &ring->shares[place + 1],
            (ring->share_count - place - 1) * sizeof(*ring->shares));
    ring->share_count--;
    mem_free(share);
}

/* The session may go with its last exchange, and its name is the share's. */
static void remove_item(struct ring *ring, struct ring_item *item)
{
    struct ring_share *share = item->share;

    TAILQ_REMOVE(&ring->items, item, all);
    TAILQ_REMOVE(&share->items, item, own);
    share->count--;
    share->size -= item->size;
    ring->size -= item->size;
    ring->count--;
    if (TAILQ_EMPTY(&share->items)) {
        remove_share(ring, share);
    }
    exchange_unref(item->ex);
    mem_free(item);
}

/* ---- Room ---- */

static struct ring_share *largest(const struct ring *ring)
{
    struct ring_share *most = ring->shares[0];

    for (size_t i = 1; i < ring->share_count; i++) {
        if (ring->shares[i]->size > most->size) {
            most = ring->shares[i];
        }
    }
    return most;
}

static void drop_first(struct ring *ring, struct ring_share *share)
{
    share->dropped++;
    ring->dropped++;
    remove_item(ring, TAILQ_FIRST(&share->items));
}

static void drop_one(struct ring *ring)
{
    drop_first(ring, largest(ring));
}

/* The newest is there, and stays. */
static void drop_eras(struct ring *ring, struct ring_share *share,
                      uint64_t newest)
{
    while (TAILQ_FIRST(&share->items)->ex->era + RING_ERAS <= newest) {
        drop_first(ring, share);
    }
}

void ring_clear(struct ring *ring)
{
    while (!TAILQ_EMPTY(&ring->items)) {
        remove_item(ring, TAILQ_FIRST(&ring->items));
    }
    mem_free(ring->shares);
    *ring = (struct ring){0};
}

void ring_add(struct ring *ring, struct exchange *ex)
{
    struct ring_item *item;

    if (ex->session_ended && *ex->session_ended) {
        exchange_unref(ex);
        return;
    }
    item = NEW(struct ring_item);
    item->ex = ex;
    item->size = arena_size(ex->arena);
    item->position = ++ring->added;
    item->share = share_for(ring, ex->session);
    TAILQ_INSERT_TAIL(&ring->items, item, all);
    TAILQ_INSERT_TAIL(&item->share->items, item, own);
    item->share->count++;
    item->share->size += item->size;
    ring->size += item->size;
    ring->count++;
    drop_eras(ring, item->share, ex->era);
    while (ring->size > ring->limit) {
        drop_one(ring);
    }
}

struct exchange *ring_at(const struct ring *ring, size_t index)
{
    struct ring_item *item = TAILQ_FIRST(&ring->items);

    while (item && index-- > 0) {
        item = TAILQ_NEXT(item, all);
    }
    return item ? item->ex : NULL;
}

const struct ring_share *ring_share(const struct ring *ring,
                                    const char *session)
{
    size_t place = place_of(ring, session);

    return is_at(ring, place, session) ? ring->shares[place] : NULL;
}

void ring_forget(struct ring *ring, const char *session)
{
    size_t place = place_of(ring, session);
    uint64_t left =
        is_at(ring, place, session) ? ring->shares[place]->count : 0;

    /* The share itself goes with the last of them. */
    for (; left > 0; left--) {
        remove_item(ring, TAILQ_FIRST(&ring->shares[place]->items));
    }
}
