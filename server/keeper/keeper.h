/* The keeper: makes the realm it is told of, keeps its KDC, ends with the
 * server. */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include "util/env.h"

enum keeper_exit {
    KEEPER_ENDED = 0,  /* the server has ended, and all is removed */
    KEEPER_FAILED = 1, /* KEEPER_ERROR has told the server why */
    KEEPER_USAGE = 2,
};

/* Talks to the server on KEEPER_FD until either ends. tmpdir: where a folder
 * goes if it cannot be in memory; NULL: /tmp. */
enum keeper_exit keeper_run(struct env *env, const char *tmpdir);

#endif
