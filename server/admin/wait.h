/* Requests of the admin port that wait for a point, see wait.c. */
#ifndef ADMIN_WAIT_H
#define ADMIN_WAIT_H

#include "admin/internal.h"

struct waiter;

/* The listener's, for all that wait. */
struct admin_waiters {
    struct loop *loop;
    /* This request (admin_waiter_begin) has its answer; loop's thread. */
    void (*resume)(void *ctx, void *request);
    void *ctx;
    struct waiter *first;
    size_t count;
};

/* GET /sessions/NAME/wait: answers at once, or leaves call->waiter, which is
 * the listener's then. */
void admin_wait(struct admin_call *call, struct session *session);
/* Under the same lock as that: from here on it waits. */
void admin_waiter_begin(struct waiter *waiter, void *request);
/* Once it was resumed. */
void admin_waiter_answer(struct admin_call *call, const struct waiter *waiter);
void admin_waiter_free(struct waiter *waiter);
/* All of them are resumed: the server is stopping. */
void admin_waiters_stop(struct admin_waiters *waiters);

#endif
