/*
 * The event loop of one thread: descriptors (epoll), timers, work that other
 * threads hand back. Nothing in a callback blocks.
 */
#ifndef EDGE_LOOP_H
#define EDGE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/err.h"

struct loop;

/* Embedded in whoever owns the descriptor. */
struct loop_watch {
    int fd;
    /* events: EPOLLIN, EPOLLOUT, EPOLLHUP ... as epoll_wait(2) tells. */
    void (*ready)(struct loop_watch *watch, uint32_t events);
    /* Called without the lock of util/guard.h: takes it where it needs it. */
    bool bare;
};

/* Embedded in whoever waits; zero-initialised means not running. */
struct loop_timer {
    void (*expired)(struct loop_timer *timer);
    int64_t due;    /* monotonic ns */
    uint64_t order; /* of the starts: decides between equal times */
    size_t slot;    /* place in the heap + 1; 0: not running */
    bool bare;      /* as above */
};

/* A computation for the crypto worker: it touches no shared state. */
struct loop_job {
    void (*run)(struct loop_job *job);  /* on the worker's thread */
    void (*done)(struct loop_job *job); /* on the loop's thread, guarded */
    struct loop_job *next;
};

struct env;

MUST_CHECK bool loop_new(struct env *env, struct loop **out_loop,
                         struct err *err);
/* Waits for running jobs, whose done() is still called. */
void loop_free(struct loop *loop);

/* Runs until loop_stop. */
void loop_run(struct loop *loop);
/* May be called from a callback or, as the only function, a signal handler. */
void loop_stop(struct loop *loop);

/* events: for epoll_ctl(2); the caller may ask for EPOLLET. */
MUST_CHECK bool loop_watch(struct loop *loop, struct loop_watch *watch,
                           uint32_t events, struct err *err);
void loop_rewatch(struct loop *loop, struct loop_watch *watch, uint32_t events);
/* After this no callback for the watch comes, not even from this turn. */
void loop_unwatch(struct loop *loop, struct loop_watch *watch);

/* (Re)starts the timer: expired is called once, `delay` ns from now. */
void loop_start(struct loop *loop, struct loop_timer *timer, int64_t delay);
void loop_cancel(struct loop *loop, struct loop_timer *timer);

/*
 * Work for the end of this turn of the loop, once. What is deferred by such
 * work itself waits for the next turn, which then does not sleep.
 */
struct loop_task {
    void (*run)(struct loop_task *task);
    bool queued;
    struct loop_task *next;
};
void loop_defer(struct loop *loop, struct loop_task *task);
void loop_undefer(struct loop *loop, struct loop_task *task);

void loop_submit(struct loop *loop, struct loop_job *job);
/* Waits for all jobs and calls their done(); for the way down. */
void loop_drain(struct loop *loop);

/* Something for the loop's thread, from any other. */
struct loop_note {
    void (*run)(struct loop_note *note); /* on the loop's thread, guarded */
    struct loop_note *next;
};
/* In the order of the posts. What has not run as the loop is freed runs then,
 * on the thread that frees it. */
void loop_post(struct loop *loop, struct loop_note *note);
/* Takes it back, if it has not run yet; on the loop's thread. */
void loop_unpost(struct loop *loop, struct loop_note *note);

/* Monotonic ns, read once per turn. */
int64_t loop_now(const struct loop *loop);

AUTO_DEFINE(loop, struct loop *, loop_free)

#endif
