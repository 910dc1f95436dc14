/* A token as people have it at hand. */
#ifndef CLI_DECODE_INPUT_H
#define CLI_DECODE_INPUT_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/err.h"
#include "util/span.h"

/*
 * The bytes of a token that is itself binary (a KDC's message may have its
 * four bytes of length in front), or that is base64 or hexadecimal, in lines
 * or not, behind a header's name and scheme or alone.
 */
MUST_CHECK bool decode_input(struct arena *arena, struct span input,
                             struct span *out_token, struct err *err);

#endif
