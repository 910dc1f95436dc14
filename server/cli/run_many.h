/* Several runs, each in a process of its own. */
#ifndef CLI_RUN_MANY_H
#define CLI_RUN_MANY_H

#include "cli/run.h"
#include "cli/run_cases.h"

/*
 * Runs them all, --jobs at a time. What each of them says is printed whole, on
 * stdout, as it ends; what came of all is the report's, in the order of the
 * cases.
 */
MUST_CHECK enum exit_code run_many(struct env *env,
                                   const struct run_cases *cases,
                                   const struct run_client *client,
                                   struct report *report);

#endif
