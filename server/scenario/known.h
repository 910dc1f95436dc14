/*
 * Known failures (--known-failures FILE): breaches of rules and expectations
 * that fail no run for a while. Each has a reason and a last day; one that is
 * past it, or that occurs no more, fails the run itself, so that the file never
 * outlives what it is about.
 */
#ifndef SCENARIO_KNOWN_H
#define SCENARIO_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/diagnostics.h"
#include "scenario/vocabulary.h"
#include "util/span.h"

struct known_failure {
    const char *where;    /* "FILE:LINE" */
    const char *rule;     /* an id or a pattern; NULL: of an expectation */
    const char *expect;   /* its id, or its point; NULL: of a rule */
    bool is_point;        /* `expect` is the name of one */
    const char *scenario; /* a pattern */
    bool everywhere;      /* none was said */
    const char *reason;
    const char *until;  /* "2027-03-01" */
    const char *ticket; /* NULL: none */
    bool expired;       /* that day is over */
};

struct known_failures;

/* `text` is what `name` holds; now: the real time, ns. */
MUST_CHECK bool known_read(struct span text, const char *name,
                           const struct vocabulary *words, int64_t now,
                           struct known_failures **out_known,
                           struct diagnostics *diagnostics);
void known_free(struct known_failures *known);

/* NULL: none. */
size_t known_count(const struct known_failures *known);
const struct known_failure *known_at(const struct known_failures *known,
                                     size_t index);
/* Whether it speaks of this scenario, and of this rule there. */
bool known_plays(const struct known_failure *failure, const char *scenario);
bool known_covers(const struct known_failure *failure, const char *scenario,
                  const char *rule);
/* The first that covers the rule and has not expired; NULL: none. */
const struct known_failure *known_rule(const struct known_failures *known,
                                       const char *scenario, const char *rule);

AUTO_DEFINE(known, struct known_failures *, known_free)

#endif
