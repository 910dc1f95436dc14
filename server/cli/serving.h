/*
 * A server from its start to its verdict: what serve and run share. They embed
 * a struct serving, and say what shall happen when.
 */
#ifndef CLI_SERVING_H
#define CLI_SERVING_H

#include <signal.h>

#include "cli/server.h"
#include "cli/verb.h"

struct serving;

/* All run on the loop's thread; a member may be NULL. */
struct serving_events {
    /* The scenario is read, nothing is started yet. Not EXIT_GOOD: nothing
     * will be, and why was told. */
    enum exit_code (*loaded)(struct serving *serving,
                             struct scenario *scenario);
    /* Every listener is bound, and the KDC answers. false: it is no start. */
    bool (*ready)(struct serving *serving, struct err *err);
    /* TERM, INT or HUP came, perhaps before it was ready. */
    void (*signalled)(struct serving *serving, int signal);
    /* A child has ended, or stands still, with this status of wait(2). */
    void (*child)(struct serving *serving, pid_t pid, int status);
    /* --timeout is over, which counts from `ready`. */
    void (*limit)(struct serving *serving);
    /* A file that the scenario is read from. */
    void (*reads)(void *serving, const char *path);
    /* The loop has ended, or the start has failed: what hangs on the server
     * goes. */
    void (*stopped)(struct serving *serving);
    /* What came of it, while the server is still whole. */
    enum exit_code (*judge)(struct serving *serving);
};

struct serving {
    struct server server;
    struct env *env;
    const struct options *options;
    const struct serving_events *events;
    sigset_t mask; /* the signals that were blocked before */
    struct loop_watch signals;
    struct loop_timer limit;
    bool ended; /* by a signal, perhaps before it was ready */
};

/* From here on signals wait for serving_play. false: a usage error. */
MUST_CHECK bool serving_open(struct serving *serving, struct env *env,
                             const struct options *options,
                             const struct serving_events *events,
                             struct err *err);
/* Loads the scenario and serves it until serving_end; errors were told. */
MUST_CHECK enum exit_code serving_play(struct serving *serving);
/* It is over, once this turn of the loop is. */
void serving_end(struct serving *serving);
void serving_close(struct serving *serving);

#endif
