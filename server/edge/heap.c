/* The timers of a loop, see heap.h. */
#include "config.h"

#include "edge/heap.h"

#include <assert.h>
#include <stdbool.h>

#include "util/mem.h"

enum { FIRST_CAPACITY = 64 };

static bool before(const struct loop_timer *a, const struct loop_timer *b)
{
    return a->due < b->due || (a->due == b->due && a->order < b->order);
}

static void put(struct heap *heap, size_t at, struct loop_timer *timer)
{
    heap->timers[at] = timer;
    timer->slot = at + 1;
}

static void sift_up(struct heap *heap, size_t at, struct loop_timer *timer)
{
    while (at > 0) {
        size_t parent = (at - 1) / 2;

        if (!before(timer, heap->timers[parent])) {
            break;
        }
        put(heap, at, heap->timers[parent]);
        at = parent;
    }
    put(heap, at, timer);
}

static void sift_down(struct heap *heap, size_t at, struct loop_timer *timer)
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count &&
            before(heap->timers[child + 1], heap->timers[child])) {
            child++;
        }
        if (!before(heap->timers[child], timer)) {
            break;
        }
        put(heap, at, heap->timers[child]);
        at = child;
    }
    put(heap, at, timer);
}

void heap_clear(struct heap *heap)
{
    mem_free(heap->timers);
    *heap = (struct heap){0};
}

void heap_add(struct heap *heap, struct loop_timer *timer, int64_t due)
{
    assert(timer->slot == 0);
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity ? heap->capacity * 2 : FIRST_CAPACITY;
        heap->timers =
            mem_resize(heap->timers, heap->capacity * sizeof(*heap->timers));
    }
    timer->due = due;
    timer->order = heap->orders++;
    sift_up(heap, heap->count++, timer);
}

void heap_remove(struct heap *heap, struct loop_timer *timer)
{
    size_t at = timer->slot - 1;
    struct loop_timer *last;

    if (timer->slot == 0) {
        return;
    }
    assert(at < heap->count && heap->timers[at] == timer);
    timer->slot = 0;
    last = heap->timers[--heap->count];
    if (last == timer) {
        return;
    }
    if (at > 0 && before(last, heap->timers[(at - 1) / 2])) {
        sift_up(heap, at, last);
    } else {
        sift_down(heap, at, last);
    }
}

struct loop_timer *heap_first(const struct heap *heap)
{
    return heap->count ? heap->timers[0] : NULL;
}
