/*
 * Counters by name, so many at most: what a session counts for each user,
 * connection or address. A stranger who brings ever new names makes it forget
 * old ones, and never grow.
 */
#ifndef SCENARIO_TALLIES_H
#define SCENARIO_TALLIES_H

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum { TALLIES_MAX = 4096 };

struct tally {
    uint64_t count; /* times that the facts held */
    uint64_t row;   /* times that the step applied, up to now without a gap */
    uint64_t hits;  /* times that it applied, in all */
};

struct tallies;

struct tallies *tallies_new(void);
void tallies_free(struct tallies *tallies);

/*
 * The tally of this owner (a step, say) and name; one that is not there begins
 * with zeros. At the limit the one that has not been asked for the longest is
 * forgotten. It stays where it is until the next call.
 */
struct tally *tallies_of(struct tallies *tallies, size_t owner,
                         const char *name);
size_t tallies_count(const struct tallies *tallies);

AUTO_DEFINE(tallies, struct tallies *, tallies_free)

#endif
