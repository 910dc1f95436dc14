/*
 * The client's side of the admin port, for verbs that ask a running server:
 * where it is stands in its ports file.
 */
#ifndef CLI_ADMIN_CLIENT_H
#define CLI_ADMIN_CLIENT_H

#include "util/arena.h"
#include "util/buf.h"
#include "util/env.h"
#include "util/err.h"

struct admin_place {
    int pid;
    const char *admin; /* a port of 127.0.0.1, or the path of a socket */
    const char *token;
    struct env *env;
};

/* Waits until `until` (monotonic) for a server that lives to have written the
 * file; texts in the arena. */
MUST_CHECK bool admin_find(struct arena *arena, struct env *env,
                           const char *ports_file, int64_t until,
                           struct admin_place *out_place, struct err *err);
/* GET; the answer's status, and its body appended. false: the server gave none
 * until then. */
MUST_CHECK bool admin_get(const struct admin_place *place, const char *target,
                          int64_t until, unsigned *out_status, struct buf *body,
                          struct err *err);

#endif
