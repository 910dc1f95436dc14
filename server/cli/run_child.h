/*
 * One of several runs: a process that runs it, what it and its client print,
 * and what came of it, which comes back in the JSON form of reports.
 */
#ifndef CLI_RUN_CHILD_H
#define CLI_RUN_CHILD_H

#include <signal.h>
#include <sys/types.h>

#include "cli/run.h"
#include "cli/run_cases.h"
#include "util/buf.h"

enum { RUN_OUTPUT_MAX = 16 * 1024 * 1024 }; /* kept of each run */

struct run_child {
    const struct run_case *run;
    pid_t pid;    /* 0: not started, or over */
    int output;   /* the end of a pipe that is read from; -1: none */
    int result;   /* a file in memory; -1: none */
    int64_t took; /* ns; while it runs: minus when it began */
    struct buf text;
    size_t lost; /* bytes that were not kept */
};

/* `mask`: signals that it has blocked. */
MUST_CHECK bool run_child_start(struct run_child *child, struct env *env,
                                const struct run_case *run,
                                const struct run_client *client,
                                const sigset_t *mask, struct err *err);
/* Takes what it has printed. false: there will be no more. */
bool run_child_read(struct run_child *child);
/* It has ended with this status of wait(2): what came of it, in the report's
 * arena. Its descriptors are closed. */
void run_child_end(struct run_child *child, struct env *env, int status,
                   struct report *report);

#endif
