/* lyncmock run: one scenario, one client, one verdict. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/options.h"
#include "cli/verb.h"

/* What is started: a command line, and where its program was found. */
struct run_client {
    const char *program;
    char *const *argv;
};

struct run_plan {
    const struct run_client *client;
    const char *variant; /* of a matrix; NULL: none */
};

/* Serves the scenario that the options name to one client, and judges it. */
MUST_CHECK enum exit_code run_one(struct env *env,
                                  const struct options *options,
                                  const struct run_plan *plan);

#endif
