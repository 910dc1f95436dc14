/* Exchanges that have begun and not ended, see open.h. */
#include "config.h"

#include "journal/open.h"

#include <string.h>

#include "util/mem.h"

enum { FIRST_CAPACITY = 64 };

/* Index of the first whose id is not less. */
static size_t position(const struct open_set *set, uint64_t id)
{
    size_t low = 0;
    size_t high = set->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (set->items[middle]->id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void open_clear(struct open_set *set)
{
    mem_free(set->items);
    *set = (struct open_set){0};
}

/* Ids grow, so that nearly always the end is the place. */
void open_add(struct open_set *set, struct exchange *ex)
{
    size_t at = position(set, ex->id);

    if (set->count == set->capacity) {
        set->capacity = set->capacity ? set->capacity * 2 : FIRST_CAPACITY;
        set->items =
            mem_resize(set->items, set->capacity * sizeof(struct exchange *));
    }
    memmove(&set->items[at + 1], &set->items[at],
            (set->count - at) * sizeof(struct exchange *));
    set->items[at] = ex;
    set->count++;
}

bool open_remove(struct open_set *set, const struct exchange *ex)
{
    size_t at = position(set, ex->id);

    if (at == set->count || set->items[at] != ex) {
        return false;
    }
    set->count--;
    memmove(&set->items[at], &set->items[at + 1],
            (set->count - at) * sizeof(struct exchange *));
    return true;
}
