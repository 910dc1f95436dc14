/*
 * The outside world: time, randomness, environment variables. They are read
 * only through a struct env that main makes, so that a test or a scenario can
 * put others in their place.
 */
#ifndef UTIL_ENV_H
#define UTIL_ENV_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum {
    ENV_NS_PER_MS = 1000000,
};
#define ENV_NS_PER_SEC INT64_C(1000000000)

struct env {
    /* Wall clock, nanoseconds since 1970-01-01 UTC. */
    int64_t (*now)(struct env *env);
    /* A clock that never goes back, nanoseconds. */
    int64_t (*monotonic)(struct env *env);
    /* NULL where the variable is not set. */
    const char *(*variable)(struct env *env, const char *name);
    /* All variables, "NAME=VALUE", ends with NULL; NULL: not known. */
    const char *const *variables;
    /* State of the seeded generator, see env_random. */
    uint64_t seed;
    uint64_t drawn;
    /* Added to `now` by env_system's clock. */
    int64_t skew;
};

/* The real machine. The generator starts from `seed`. */
void env_system(struct env *env, uint64_t seed);

static inline int64_t env_now(struct env *env)
{
    return env->now(env);
}

static inline int64_t env_monotonic(struct env *env)
{
    return env->monotonic(env);
}

static inline const char *env_variable(struct env *env, const char *name)
{
    return env->variable(env, name);
}

/*
 * Reproducible bytes for whatever shows on the wire and is no secret: server
 * challenges, identifiers, server entropy. The same seed gives the same bytes
 * in the same order (SHA-256 of seed and counter). Keys never come from here.
 */
void env_random(struct env *env, void *out, size_t size);

/* Bytes from the kernel: keys, and the seed of a run that was given none. */
void env_secret(void *out, size_t size);

#endif
