/* A hash table of names, see index.h. */
#include "config.h"

#include "world/index.h"

#include <stdint.h>
#include <string.h>

#include "util/utf.h"

enum { CAPACITY_FIRST = 32 };

/* FNV-1a. Names come from who runs the server, not from a peer: none of them
 * is chosen to collide. */
static size_t hash(const char *name)
{
    uint64_t value = UINT64_C(0xcbf29ce484222325);

    for (const char *c = name; *c; c++) {
        value = (value ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
    }
    return (size_t)(value ^ value >> 32);
}

/* Where the name, in upper case, is or would be. */
static struct name_entry *seek(const struct name_index *index, const char *name)
{
    size_t at = hash(name);

    for (;; at++) {
        struct name_entry *entry = &index->entries[at & (index->capacity - 1)];

        if (!entry->name || strcmp(entry->name, name) == 0) {
            return entry;
        }
    }
}

/* At most three quarters are taken, so that every search ends soon. */
static void make_room(struct name_index *index, struct arena *arena)
{
    struct name_index old = *index;

    if (index->count < index->capacity / 4 * 3) {
        return;
    }
    index->capacity = old.capacity ? old.capacity * 2 : CAPACITY_FIRST;
    index->entries =
        arena_alloc(arena, index->capacity * sizeof(*index->entries));
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.entries[i].name) {
            *seek(index, old.entries[i].name) = old.entries[i];
        }
    }
}

bool name_index_add(struct name_index *index, struct arena *arena,
                    const char *name, size_t place)
{
    const char *key = utf8_upper(arena, name);
    struct name_entry *entry;

    make_room(index, arena);
    entry = seek(index, key);
    if (entry->name) {
        return false;
    }
    *entry = (struct name_entry){key, place};
    index->count++;
    return true;
}

bool name_index_find(const struct name_index *index, const char *name,
                     size_t *out_place)
{
    AUTO(arena) arena = arena_new();
    const struct name_entry *entry;

    if (!index->count) {
        return false;
    }
    entry = seek(index, utf8_upper(arena, name));
    if (!entry->name) {
        return false;
    }
    *out_place = entry->place;
    return true;
}
