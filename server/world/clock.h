/* What a world takes for the time: Date, tickets, SOAP; a part of world.h. */
#ifndef WORLD_CLOCK_H
#define WORLD_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* It is a session that has such a clock: it knows when it began. */
struct world_clock {
    int64_t skew;  /* ns from the start */
    bool fixed;    /* `start` is where it begins; else at the real time */
    int64_t start; /* ns since 1970 */
    bool runs;
    unsigned scale; /* how fast, of WORLD_CLOCK_REAL */
};

enum { WORLD_CLOCK_REAL = 1000 };

/* ns: the years 1800 and 2150, where each world's clock stops. A lifetime and
 * a skew, 18250 days each, can still be added to such a time. */
#define WORLD_CLOCK_FIRST (INT64_C(-5364662400) * INT64_C(1000000000))
#define WORLD_CLOCK_LAST  (INT64_C(5680281600) * INT64_C(1000000000))

/* What this clock shows at the real time `now`; it began at `began`. ns. */
int64_t world_clock_at(const struct world_clock *clock, int64_t began,
                       int64_t now);
/* The sum, which stays between first and last. */
int64_t world_clock_add(int64_t a, int64_t b);

#endif
