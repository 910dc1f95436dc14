/* Requests that go on once the KDC knows of something. */
#ifndef KDC_WAITERS_H
#define KDC_WAITERS_H

#include <stdbool.h>

struct waiter;

struct waiters {
    struct waiter *first;
};

/* done(ctx) will be called, unless waiters_drop comes first. */
void waiters_add(struct waiters *waiters, void (*done)(void *ctx), void *ctx);
/* Calls all; who is called may wait again. */
void waiters_call(struct waiters *waiters);
void waiters_drop(struct waiters *waiters);

#endif
