/* The runs that one command line asks for: scenarios times a matrix. */
#ifndef CLI_RUN_CASES_H
#define CLI_RUN_CASES_H

#include "cli/options.h"

enum { RUN_CASES_MAX = 10000 };

struct run_case {
    struct options options; /* of this one; shares its arena with all */
    const char *variant;    /* "ticket.format=cwt tls.maximum=1.2"; or NULL */
    const char *title;      /* scenario and variant, for people */
};

struct run_cases {
    struct run_case *items;
    size_t count;
};

/* In the options' arena. false: a pattern that fits no scenario, a matrix that
 * is none, files that several runs would write. */
MUST_CHECK bool run_cases_make(const struct options *options,
                               struct run_cases *out_cases, struct err *err);

/* All scenarios are good; else that was told. Nothing is started before. */
MUST_CHECK bool run_cases_check(const struct run_cases *cases);

#endif
