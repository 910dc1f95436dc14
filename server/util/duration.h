/* Durations as people write them: "500ms", "90s", "-5m", "+6m", "8h", "2d". */
#ifndef UTIL_DURATION_H
#define UTIL_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/err.h"

/* ns, both included. */
struct duration_range {
    int64_t least;
    int64_t most;
};

/*
 * A whole number and one of the units ms, s, m, h, d, with an optional sign
 * in front. The result is in nanoseconds.
 */
MUST_CHECK bool duration_parse(const char *text, int64_t *out_ns,
                               struct err *err);
/* In the largest unit that leaves nothing over. */
char *duration_text(struct arena *arena, int64_t ns);

#endif
