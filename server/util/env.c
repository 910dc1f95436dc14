/* The outside world, see env.h. */
#include "config.h"

#include "util/env.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <nettle/sha2.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec ts;
    int rc = clock_gettime(clock, &ts);

    assert(rc == 0);
    return (int64_t)ts.tv_sec * ENV_NS_PER_SEC + ts.tv_nsec;
}

static int64_t system_now(struct env *env)
{
    return read_clock(CLOCK_REALTIME) + env->skew;
}

static int64_t system_monotonic(struct env *env UNUSED)
{
    return read_clock(CLOCK_MONOTONIC);
}

static const char *system_variable(struct env *env UNUSED, const char *name)
{
    return getenv(name);
}

void env_system(struct env *env, uint64_t seed)
{
    *env = (struct env){
        .now = system_now,
        .monotonic = system_monotonic,
        .variable = system_variable,
        .variables = (const char *const *)environ,
        .seed = seed,
    };
}

static void next_block(struct env *env, uint8_t block[SHA256_DIGEST_SIZE])
{
    struct sha256_ctx sha;
    uint8_t input[16];
    uint64_t drawn = __atomic_fetch_add(&env->drawn, 1, __ATOMIC_RELAXED);

    for (size_t i = 0; i < 8; i++) {
        input[i] = (uint8_t)(env->seed >> (8 * i));
        input[8 + i] = (uint8_t)(drawn >> (8 * i));
    }
    sha256_init(&sha);
    sha256_update(&sha, sizeof(input), input);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, block);
}

void env_random(struct env *env, void *out, size_t size)
{
    uint8_t block[SHA256_DIGEST_SIZE];
    uint8_t *to = out;

    while (size > 0) {
        size_t part = size < sizeof(block) ? size : sizeof(block);

        next_block(env, block);
        memcpy(to, block, part);
        to += part;
        size -= part;
    }
}

void env_secret(void *out, size_t size)
{
    uint8_t *to = out;

    while (size > 0) {
        ssize_t got = getrandom(to, size < 256 ? size : 256, 0);

        assert(got > 0);
        to += got;
        size -= (size_t)got;
    }
}
