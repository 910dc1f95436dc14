/*
 * The client that run starts: a process, and all that it starts in turn. They
 * are one process group, which has the terminal where we have it; what leaves
 * the group is found as the client ends, since we are the parent of orphans.
 */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "util/attr.h"
#include "util/err.h"

struct env;

struct client {
    pid_t pid; /* 0: not started; also the number of its group */
    bool ended;
    int exit_status; /* -1: by `signal` */
    int signal;
    bool group;   /* somebody of the group may still be there */
    int terminal; /* the terminal that it has; -1: none */
};

/* Where the program is that this word of a command line names, by PATH: the
 * caller frees. false: there is none, or it cannot be executed. */
MUST_CHECK bool client_find(struct env *env, const char *word, char **out_path,
                            struct err *err);

/* `mask`: the signals that it has blocked. */
MUST_CHECK bool client_start(struct client *client, const char *path,
                             char *const *argv, char *const *environment,
                             const sigset_t *mask, struct err *err);

/* Its status of wait(2): it has ended, or stands still, which we do with it
 * where it has the terminal. */
void client_changed(struct client *client, int status);
/* To its group. */
void client_signal(const struct client *client, int signal);
/* Is anything left of it: its group, or orphans that have left it? `keeper`: a
 * child of ours that is none. The orphans get the signal; 0: none. */
bool client_remains(struct client *client, pid_t keeper, int signal);

#endif
