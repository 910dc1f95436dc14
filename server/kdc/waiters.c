/* Requests that go on once the KDC knows of something, see waiters.h. */
#include "config.h"

#include "kdc/waiters.h"

#include "util/mem.h"

struct waiter {
    struct waiter *next;
    void (*done)(void *ctx);
    void *ctx;
};

void waiters_add(struct waiters *waiters, void (*done)(void *ctx), void *ctx)
{
    struct waiter *waiter = NEW(struct waiter);

    *waiter = (struct waiter){waiters->first, done, ctx};
    waiters->first = waiter;
}

static void end(struct waiters *waiters, bool call)
{
    struct waiter *waiter = waiters->first;

    waiters->first = NULL;
    while (waiter) {
        struct waiter *next = waiter->next;

        if (call) {
            waiter->done(waiter->ctx);
        }
        mem_free(waiter);
        waiter = next;
    }
}

void waiters_call(struct waiters *waiters)
{
    end(waiters, true);
}

void waiters_drop(struct waiters *waiters)
{
    end(waiters, false);
}
