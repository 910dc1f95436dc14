/*
 * krb5kdc as a child: on a port of 127.0.0.1 that nobody else is given, and
 * never longer there than its parent.
 */
#ifndef KEEPER_CHILD_H
#define KEEPER_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/attr.h"
#include "util/err.h"

enum {
    /* The end of what it has said. */
    CHILD_TAIL_MAX = 1024,
};

struct child {
    pid_t pid;    /* 0: there is none */
    int reserved; /* a socket that is bound to the port */
    int output;   /* what it says comes out of here, without blocking */
    uint16_t port;
    char tail[CHILD_TAIL_MAX + 1];
    size_t tail_size;
};

#define CHILD_NONE ((struct child){.reserved = -1, .output = -1})

/* A port for it; an earlier one is given back. */
MUST_CHECK bool child_reserve(struct child *child, struct err *err);
/* Starts `program` with the folder's profile. The calling thread must live
 * as long as the child shall. */
MUST_CHECK bool child_start(struct child *child, const char *program,
                            const char *folder, struct err *err);
/* Whether it answers on its port by now. */
bool child_answers(const struct child *child);
/* Takes in what it has said since. */
void child_listen(struct child *child);
/* Whether it has ended; then it is reaped, and `err` says what it said. */
bool child_has_ended(struct child *child, struct err *err);
/* Of one that has ended: because another program listens there. */
bool child_found_port_taken(const struct child *child);
/* Kills and reaps it, gives the port back. */
void child_end(struct child *child);

#endif
