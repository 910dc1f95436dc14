/* Why two golden traces differ, in one line. */
#ifndef CLI_GOLDEN_WHY_H
#define CLI_GOLDEN_WHY_H

#include "util/arena.h"
#include "util/span.h"

/* "+ 1 request: GET https://...; User-Agent of request 2 is \"b\", was \"a\"".
 * The texts differ. */
const char *golden_why(struct arena *arena, struct span golden,
                       struct span trace);

#endif
