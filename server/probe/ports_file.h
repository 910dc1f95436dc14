/* The ports file that a running lyncmock wrote (--ports-file of serve). */
#ifndef PROBE_PORTS_FILE_H
#define PROBE_PORTS_FILE_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/err.h"

struct ports_file {
    int pid;
    int https;
    int http; /* 0: none */
    const char *domain;
    const char *ca_file;
};

MUST_CHECK bool ports_file_read(struct arena *arena, const char *path,
                                struct ports_file *out_ports, struct err *err);
/* Is the server that wrote it still there? */
bool ports_file_alive(const struct ports_file *ports);

#endif
