/* lyncmock run: one scenario, one client, one verdict. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/options.h"
#include "cli/verb.h"
#include "report/report.h"

/* What is started: a command line, and where its program was found. */
struct run_client {
    char *program;
    char *const *argv;
};

struct run_plan {
    const struct run_client *client;
    const char *variant; /* of a matrix; NULL: none */
};

/*
 * Serves the scenario that the options name to one client, and judges it. What
 * came of it is the only content of the report, whose arena the caller made.
 */
MUST_CHECK enum exit_code run_one(struct env *env,
                                  const struct options *options,
                                  const struct run_plan *plan,
                                  struct report *report);
/* The worse of two: 70, 3, 2, 4, 1, 5, all held, skipped. */
enum exit_code run_worse(enum exit_code one, enum exit_code other);
/* In a few words: "passed". */
const char *run_code_text(enum exit_code code);

#endif
