/* Finished exchanges in memory, see ring.h. */
#include "config.h"

#include "journal/ring.h"

#include "util/arena.h"
#include "util/mem.h"

enum { FIRST_CAPACITY = 64 };

static struct ring_item *item_at(const struct ring *ring, size_t index)
{
    return &ring->items[(ring->first + index) & (ring->capacity - 1)];
}

static void drop_oldest(struct ring *ring)
{
    struct ring_item *item = item_at(ring, 0);

    ring->size -= item->size;
    exchange_unref(item->ex);
    ring->first = (ring->first + 1) & (ring->capacity - 1);
    ring->count--;
    ring->dropped++;
}

static void grow(struct ring *ring)
{
    size_t capacity = ring->capacity ? ring->capacity * 2 : FIRST_CAPACITY;
    struct ring_item *items = mem_array(capacity, sizeof(*items));

    for (size_t i = 0; i < ring->count; i++) {
        items[i] = *item_at(ring, i);
    }
    mem_free(ring->items);
    ring->items = items;
    ring->capacity = capacity;
    ring->first = 0;
}

void ring_clear(struct ring *ring)
{
    while (ring->count > 0) {
        drop_oldest(ring);
    }
    mem_free(ring->items);
    *ring = (struct ring){0};
}

void ring_add(struct ring *ring, struct exchange *ex)
{
    if (ring->count == ring->capacity) {
        grow(ring);
    }
    ring->count++;
    *item_at(ring, ring->count - 1) =
        (struct ring_item){ex, arena_size(ex->arena)};
    ring->size += arena_size(ex->arena);
    while (ring->size > ring->limit) {
        drop_oldest(ring);
    }
}

struct exchange *ring_at(const struct ring *ring, size_t index)
{
    return index < ring->count ? item_at(ring, index)->ex : NULL;
}
