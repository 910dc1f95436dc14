/*
 * Finds users by name in constant time, however many there are. Letter case
 * does not matter. All lies in the world's arena.
 */
#ifndef WORLD_INDEX_H
#define WORLD_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"

struct name_entry {
    const char *name; /* upper case; NULL: free */
    size_t place;
};

/* Zero: empty. */
struct name_index {
    struct name_entry *entries;
    size_t capacity; /* a power of two */
    size_t count;
};

/* false: the name is there already; then nothing changes. */
bool name_index_add(struct name_index *index, struct arena *arena,
                    const char *name, size_t place);
bool name_index_find(const struct name_index *index, const char *name,
                     size_t *out_place);

#endif
