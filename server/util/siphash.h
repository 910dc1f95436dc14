/*
 * SipHash-2-4 with 128 bits (Aumasson, Bernstein: SipHash, a fast short-input
 * PRF; its authors' reference has the long output): for telling texts apart
 * that a peer gives us. Who does not have the key can neither make two that
 * look alike nor see from a hash what it is of.
 */
#ifndef UTIL_SIPHASH_H
#define UTIL_SIPHASH_H

#include <stdint.h>

#include "util/span.h"

enum { SIPHASH_KEY_SIZE = 16, SIPHASH_SIZE = 16 };

void siphash(const uint8_t key[SIPHASH_KEY_SIZE], struct span bytes,
             uint8_t out[SIPHASH_SIZE]);

#endif
