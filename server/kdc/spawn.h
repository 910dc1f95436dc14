/* The keeper as a child process. */
#ifndef KDC_SPAWN_H
#define KDC_SPAWN_H

#include <sys/types.h>

#include "util/attr.h"
#include "util/err.h"

struct env;

/*
 * Starts the keeper with its end of a SOCK_SEQPACKET pair; ours does not
 * block. Nothing of this process is left to it but messages (stderr) and
 * TMPDIR: no other descriptor, no environment, no signal mask.
 */
MUST_CHECK bool spawn_keeper(struct env *env, pid_t *out_pid, int *out_fd,
                             struct err *err);

#endif
