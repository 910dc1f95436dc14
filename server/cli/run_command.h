/* What run and conformance share: options, then "--", then a client. */
#ifndef CLI_RUN_COMMAND_H
#define CLI_RUN_COMMAND_H

#include "cli/run.h"

struct run_command {
    struct env env;
    struct options options;
    struct run_client client;
};

/* Where "--" is; argc: nowhere. */
int run_command_end(int argc, char **argv);
/*
 * Reads the command line of the verb, sets up the log and finds the client.
 * false: an error told what is wrong with it. On success the caller releases
 * with run_command_clear.
 */
MUST_CHECK bool run_command_read(const struct verb *verb, int argc, char **argv,
                                 struct run_command *out_command);
void run_command_clear(struct run_command *command);
/* One line for each run on the log. */
void run_command_log(const struct report *report);

#endif
