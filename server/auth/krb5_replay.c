/*
 * A ring of entries in the order they came, each in a chain of those that
 * share a bucket, newest first. See krb5_replay.h.
 */
#include "config.h"

#include "auth/krb5_replay.h"

#include <assert.h>
#include <string.h>

#include "util/mem.h"

enum { FIRST_CAPACITY = 64 }; /* a power of two, as all capacities are */

struct entry {
    uint8_t digest[KRB5_REPLAY_DIGEST_SIZE];
    int64_t at;
    uint32_t next; /* in the bucket: index + 1; 0: the last */
};

struct krb5_replay {
    struct entry *entries;
    uint32_t *buckets; /* index + 1; 0: empty */
    uint32_t capacity;
    uint32_t oldest;
    uint32_t count;
};

struct krb5_replay *krb5_replay_new(void)
{
    return NEW(struct krb5_replay);
}

void krb5_replay_free(struct krb5_replay *replay)
{
    if (replay) {
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

static const struct entry *find(const struct krb5_replay *replay,
                                const uint8_t *digest)
{
    uint32_t at = replay->capacity ? *bucket_of(replay, digest) : 0;

    while (at) {
        const struct entry *entry = &replay->entries[at - 1];

        if (memcmp(entry->digest, digest, sizeof(entry->digest)) == 0) {
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
    const struct entry *entry = find(replay, digest);

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

void krb5_replay_add(struct krb5_replay *replay,
                     const uint8_t digest[KRB5_REPLAY_DIGEST_SIZE], int64_t now)
{
    while (replay->count &&
           now - replay->entries[replay->oldest].at >= KRB5_REPLAY_LIFE) {
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
}

void krb5_replay_undo(struct krb5_replay *replay,
                      const uint8_t digest[KRB5_REPLAY_DIGEST_SIZE])
{
    uint32_t index =
        (replay->oldest + replay->count - 1) & (replay->capacity - 1);
    const struct entry *entry;

    if (replay->count == 0) {
        return;
    }
    entry = &replay->entries[index];
    if (memcmp(entry->digest, digest, sizeof(entry->digest)) == 0) {
        /* The newest is the first of its bucket. */
        *bucket_of(replay, digest) = entry->next;
        replay->count--;
    }
}

size_t krb5_replay_count(const struct krb5_replay *replay)
{
    return replay->count;
}
