/* Streams of chance, see stream.h. */
#include "config.h"

#include "util/stream.h"

#include <string.h>

#include <nettle/sha2.h>

static void add_number(struct sha256_ctx *sha, uint64_t number)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
    sha256_update(sha, sizeof(bytes), bytes);
}

uint64_t stream_draw(uint64_t seed, const char *const *name, uint64_t n)
{
    uint8_t digest[8];
    struct sha256_ctx sha;
    uint64_t drawn = 0;

    sha256_init(&sha);
    add_number(&sha, seed);
    add_number(&sha, n);
    for (; *name; name++) {
        size_t size = strlen(*name);

        add_number(&sha, size);
        sha256_update(&sha, size, (const uint8_t *)*name);
    }
    sha256_digest(&sha, sizeof(digest), digest);
    for (size_t i = sizeof(digest); i-- > 0;) {
        drawn = drawn << 8 | digest[i];
    }
    return drawn;
}
