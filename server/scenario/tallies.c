/* Counters by name, see tallies.h: chains by hash, and one list by age. */
#include "config.h"

#include "scenario/tallies.h"

#include <string.h>

#include "util/mem.h"

enum { BUCKETS = 1024 };

struct entry {
    struct tally tally;
    size_t owner;
    char *name;
    size_t bucket;
    struct entry *chain;
    struct entry *older;
    struct entry *newer;
};

struct tallies {
    struct entry *buckets[BUCKETS];
    struct entry *newest;
    struct entry *oldest;
    size_t count;
};

struct tallies *tallies_new(void)
{
    return NEW(struct tallies);
}

static void free_entry(struct entry *entry)
{
    mem_free(entry->name);
    mem_free(entry);
}

void tallies_free(struct tallies *tallies)
{
    if (!tallies) {
        return;
    }
    while (tallies->newest) {
        struct entry *entry = tallies->newest;

        tallies->newest = entry->older;
        free_entry(entry);
    }
    mem_free(tallies);
}

/* FNV-1a: a chain is never longer than the limit. */
static size_t bucket_of(size_t owner, const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ owner;

    for (; *name; name++) {
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    }
    hash ^= hash >> 32;
    return (size_t)(hash % BUCKETS);
}

static void leave_list(struct tallies *tallies, struct entry *entry)
{
    struct entry **above =
        entry->newer ? &entry->newer->older : &tallies->newest;
    struct entry **below =
        entry->older ? &entry->older->newer : &tallies->oldest;

    *above = entry->older;
    *below = entry->newer;
}

static void enter_list(struct tallies *tallies, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = tallies->newest;
    if (entry->older) {
        entry->older->newer = entry;
    } else {
        tallies->oldest = entry;
    }
    tallies->newest = entry;
}

static void forget_oldest(struct tallies *tallies)
{
    struct entry *entry = tallies->oldest;
    struct entry **link = &tallies->buckets[entry->bucket];

    while (*link != entry) {
        link = &(*link)->chain;
    }
    *link = entry->chain;
    leave_list(tallies, entry);
    free_entry(entry);
    tallies->count--;
}

static struct entry *add(struct tallies *tallies, size_t bucket, size_t owner,
                         const char *name)
{
    struct entry *entry;

    if (tallies->count == TALLIES_MAX) {
        forget_oldest(tallies);
    }
    entry = NEW(struct entry);
    entry->owner = owner;
    entry->name = mem_strdup(name);
    entry->bucket = bucket;
    entry->chain = tallies->buckets[bucket];
    tallies->buckets[bucket] = entry;
    enter_list(tallies, entry);
    tallies->count++;
    return entry;
}

struct tally *tallies_of(struct tallies *tallies, size_t owner,
                         const char *name)
{
    size_t bucket = bucket_of(owner, name);
    struct entry *entry = tallies->buckets[bucket];

    while (entry && (entry->owner != owner || strcmp(entry->name, name) != 0)) {
        entry = entry->chain;
    }
    if (!entry) {
        return &add(tallies, bucket, owner, name)->tally;
    }
    leave_list(tallies, entry);
    enter_list(tallies, entry);
    return &entry->tally;
}

size_t tallies_count(const struct tallies *tallies)
{
    return tallies->count;
}
