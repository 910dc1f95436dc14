/*
 * A ring of entries in the order they came, each in a chain of those that
 * share a bucket, newest first. See krb5_replay.h.
 */
#include "config.h"

#include "auth/krb5_replay.h"

#include <assert.h>
#include <string.h>

#include "util/guard.h"
#include "util/mem.h"
#include "util/refs.h"

enum { FIRST_CAPACITY = 64 }; /* a power of two, as all capacities are */

#define GONE INT64_MIN /* time of an entry that was taken back */

struct entry {
    uint8_t digest[KRB5_REPLAY_DIGEST_SIZE];
    int64_t at;
    uint32_t next; /* in the bucket: index + 1; 0: the last */
};

struct krb5_replay {
    unsigned references;
    struct entry *entries;
    uint32_t *buckets; /* index + 1; 0: empty */
    uint32_t capacity;
    uint32_t oldest;
    uint32_t count;
};

struct krb5_replay *krb5_replay_new(void)
{
    struct krb5_replay *replay = NEW(struct krb5_replay);

    replay->references = 1;
    return replay;
}

struct krb5_replay *krb5_replay_ref(struct krb5_replay *replay)
{
    refs_take(&replay->references);
    return replay;
}

void krb5_replay_free(struct krb5_replay *replay)
{
    if (replay && refs_drop(&replay->references)) {
        mem_free(replay->entries);
        mem_free(replay->buckets);
        mem_free(replay);
    }
}

void krb5_replay_digest(struct span authenticator,
                        uint8_t out_digest[KRB5_REPLAY_DIGEST_SIZE])
{
    struct span first = span_slice(authenticator, 0, KRB5_REPLAY_DIGEST_SIZE);

    memset(out_digest, 0, KRB5_REPLAY_DIGEST_SIZE);
    if (first.size) {
        memcpy(out_digest, first.data, first.size);
    }
}

static uint32_t *bucket_of(const struct krb5_replay *replay,
                           const uint8_t *digest)
{
    uint32_t hash;

    memcpy(&hash, digest, sizeof(hash));
    return &replay->buckets[hash & (replay->capacity - 1)];
}

static struct entry *find(const struct krb5_replay *replay,
                          const uint8_t *digest)
{
    uint32_t at = replay->capacity ? *bucket_of(replay, digest) : 0;

    while (at) {
        struct entry *entry = &replay->entries[at - 1];

        if (entry->at != GONE &&
            memcmp(entry->digest, digest, sizeof(entry->digest)) == 0) {
            return entry;
        }
        at = entry->next;
    }
    return NULL;
}

bool krb5_replay_seen(const struct krb5_replay *replay,
                      const uint8_t digest[KRB5_REPLAY_DIGEST_SIZE],
                      int64_t now, int64_t *out_at)
{
    const struct entry *entry;
    GUARDED;

    entry = find(replay, digest);
    if (!entry || now - entry->at >= KRB5_REPLAY_LIFE) {
        return false;
    }
    *out_at = entry->at;
    return true;
}

static void drop_oldest(struct krb5_replay *replay)
{
    const struct entry *entry = &replay->entries[replay->oldest];
    uint32_t *link = bucket_of(replay, entry->digest);

    while (*link != replay->oldest + 1) {
        assert(*link);
        link = &replay->entries[*link - 1].next;
    }
    *link = entry->next;
    replay->oldest = (replay->oldest + 1) & (replay->capacity - 1);
    replay->count--;
}

static bool is_over(const struct entry *entry, int64_t now)
{
    return entry->at == GONE || now - entry->at >= KRB5_REPLAY_LIFE;
}

static void put(struct krb5_replay *replay, const uint8_t *digest, int64_t at)
{
    uint32_t index = (replay->oldest + replay->count) & (replay->capacity - 1);
    struct entry *entry = &replay->entries[index];
    uint32_t *bucket = bucket_of(replay, digest);

    memcpy(entry->digest, digest, sizeof(entry->digest));
    entry->at = at;
    entry->next = *bucket;
    *bucket = index + 1;
    replay->count++;
}

static void grow(struct krb5_replay *replay)
{
    struct krb5_replay old = *replay;

    replay->capacity = old.capacity ? 2 * old.capacity : FIRST_CAPACITY;
    replay->entries = mem_array(replay->capacity, sizeof(*replay->entries));
    replay->buckets = mem_array(replay->capacity, sizeof(*replay->buckets));
    replay->oldest = 0;
    replay->count = 0;
    for (uint32_t i = 0; i < old.count; i++) {
        const struct entry *entry =
            &old.entries[(old.oldest + i) & (old.capacity - 1)];

        put(replay, entry->digest, entry->at);
    }
    mem_free(old.entries);
    mem_free(old.buckets);
}

bool krb5_replay_add(struct krb5_replay *replay,
                     const uint8_t digest[KRB5_REPLAY_DIGEST_SIZE], int64_t now,
                     int64_t *out_at)
{
    GUARDED;

    if (krb5_replay_seen(replay, digest, now, out_at)) {
        return false;
    }
    while (replay->count && is_over(&replay->entries[replay->oldest], now)) {
        drop_oldest(replay);
    }
    if (replay->count == replay->capacity) {
        if (replay->capacity < KRB5_REPLAY_MAX) {
            grow(replay);
        } else {
            drop_oldest(replay);
        }
    }
    put(replay, digest, now);
    return true;
}

void krb5_replay_undo(struct krb5_replay *replay,
                      const uint8_t digest[KRB5_REPLAY_DIGEST_SIZE])
{
    struct entry *entry;
    uint32_t newest;
    GUARDED;

    newest = (replay->oldest + replay->count - 1) & (replay->capacity - 1);
    entry = find(replay, digest);
    if (!entry) {
        return;
    }
    if (entry == &replay->entries[newest]) {
        /* The newest is the first of its bucket. */
        *bucket_of(replay, digest) = entry->next;
        replay->count--;
    } else {
        entry->at = GONE; /* its place goes when its turn comes */
    }
}

size_t krb5_replay_count(const struct krb5_replay *replay)
{
    return replay->count;
}
