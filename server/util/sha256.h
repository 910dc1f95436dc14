/* SHA-256 (FIPS 180-4) of one text, for telling things apart. */
#ifndef UTIL_SHA256_H
#define UTIL_SHA256_H

#include <stdint.h>

#include "util/span.h"

enum { SHA256_SIZE = 32 };

/* Of a salt, which may be empty, and what stands behind it. */
void sha256(struct span salt, struct span bytes, uint8_t out[SHA256_SIZE]);

#endif
