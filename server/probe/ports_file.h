/* The ports file that a running lyncmock wrote (--ports-file of serve). */
#ifndef PROBE_PORTS_FILE_H
#define PROBE_PORTS_FILE_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/env.h"
#include "util/err.h"

struct ports_file {
    int pid;
    int https;
    int http;  /* 0: none */
    int proxy; /* 0: none */
    const char *domain;
    const char *ca_file;
    const char *krb5_conf; /* NULL: the server has no KDC */
};

/*
 * Waits for a server that is just starting: until the file is there, can be
 * read, and its writer lives; `limit` in ns is how long at most. A file that a
 * dead server left behind counts as not there.
 */
MUST_CHECK bool ports_file_await(struct arena *arena, struct env *env,
                                 const char *path, int64_t limit,
                                 struct ports_file *out_ports, struct err *err);

#endif
