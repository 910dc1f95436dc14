/*
 * What the client that run starts finds in its environment: where the server
 * is, who signs in, and the variables that tools read by themselves.
 */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include "cli/server.h"

struct environment {
    const struct server *server; /* that is ready */
    const struct user *user;     /* the one who signs in */
    const char *ports_file;
    const char *scenario; /* as it was given */
    const char *variant;  /* of a matrix; NULL: none */
};

/* The user of this name; NULL: the world's first one. */
const struct user *environment_user(const struct world *world,
                                    const char *name);

/* For execve(2), in the arena: ours, without any LYNCMOCK_ variable, and with
 * that. */
char *const *environment_make(struct arena *arena,
                              const struct environment *environment);

/* The names and what they are, for people. */
void environment_print(FILE *to);

#endif
