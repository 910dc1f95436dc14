/*
 * Chance that can be done again: a number for a seed and a name. There is no
 * state, so that one draw shifts no other.
 */
#ifndef UTIL_STREAM_H
#define UTIL_STREAM_H

#include <stddef.h>
#include <stdint.h>

/*
 * The n-th number of the stream of this name, of 64 bits: the first eight
 * bytes, little-endian, of SHA-256 over the seed and n (eight bytes each,
 * little-endian) and the parts of the name, each behind its length (the same).
 * The list of parts ends with NULL.
 */
uint64_t stream_draw(uint64_t seed, const char *const *name, uint64_t n);

#endif
