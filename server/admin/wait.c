/*
 * Waiting for a point: a request of the admin port that is answered once a
 * session has reached a point so often, or after its time. It is suspended
 * meanwhile, and the loop goes on. Whoever reaches the point may be another
 * thread: it only leaves a note, and the answer is given on the loop's own.
 */
#include "config.h"

#include "admin/wait.h"

#include <inttypes.h>
#include <string.h>

#include "edge/loop.h"
#include "util/duration.h"
#include "util/env.h"
#include "util/guard.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/nearest.h"
#include "util/number.h"
#include "util/url.h"

enum {
    TIMEOUT_SECONDS = 30, /* where the request says none */
    TIMEOUT_MAX_SECONDS = 600,
    TIMES_MAX = 1000000000,
};

enum waiting {
    WAITING,
    REACHED,
    LATE,
    GONE,     /* the session */
    STOPPING, /* the server */
};

struct waiter {
    struct session_watch watch;
    struct loop_note note;
    struct loop_timer timer;
    struct admin_waiters *waiters;
    struct session *session;
    enum waiting state;
    bool noted; /* the note is on its way */
    int64_t timeout;
    void *request; /* whose it is; NULL: not known yet */
    struct waiter *next;
};

#define OWNER(member, pointer)                                                 \
    ((struct waiter *)(void *)((char *)(pointer)-offsetof(struct waiter,       \
                                                          member)))

/* ---- The end of waiting ---- */

/* On the loop's thread. */
static void wake(struct waiter *waiter, enum waiting state)
{
    struct admin_waiters *waiters = waiter->waiters;

    waiter->state = state;
    loop_cancel(waiters->loop, &waiter->timer);
    session_unwatch(waiter->session, &waiter->watch);
    waiters->resume(waiters->ctx, waiter->request);
}

static void on_note(struct loop_note *note)
{
    struct waiter *waiter = OWNER(note, note);

    waiter->noted = false;
    wake(waiter, waiter->state);
}

static void on_timer(struct loop_timer *timer)
{
    struct waiter *waiter = OWNER(timer, timer);

    if (!waiter->noted) {
        wake(waiter, LATE);
    }
}

/* Under the lock, on whatever thread. */
static void leave_note(struct waiter *waiter, enum waiting state)
{
    if (!waiter->noted) {
        waiter->noted = true;
        waiter->state = state;
        loop_post(waiter->waiters->loop, &waiter->note);
    }
}

static void on_reached(struct session_watch *watch)
{
    struct waiter *waiter = OWNER(watch, watch);

    session_unwatch(waiter->session, watch);
    leave_note(waiter, REACHED);
}

static void on_ended(struct session_watch *watch)
{
    leave_note(OWNER(watch, watch), GONE);
}

void admin_waiter_free(struct waiter *waiter)
{
    struct waiter **link;

    if (!waiter) {
        return;
    }
    link = &waiter->waiters->first;
    while (*link != waiter) {
        link = &(*link)->next;
    }
    *link = waiter->next;
    waiter->waiters->count--;
    loop_cancel(waiter->waiters->loop, &waiter->timer);
    loop_unpost(waiter->waiters->loop, &waiter->note);
    session_unwatch(waiter->session, &waiter->watch);
    session_unref(waiter->session);
    mem_free(waiter);
}

/* The first that has no answer yet, though one may be on its way; NULL: all
 * have. */
static struct waiter *find_waiting(const struct admin_waiters *waiters)
{
    struct waiter *waiter = waiters->first;

    while (waiter && waiter->state != WAITING && !waiter->noted) {
        waiter = waiter->next;
    }
    return waiter;
}

/* An answer frees its waiter, and may free others that had theirs before. */
void admin_waiters_stop(struct admin_waiters *waiters)
{
    struct waiter *waiter;

    while ((waiter = find_waiting(waiters)) != NULL) {
        bool noted = waiter->noted;

        loop_unpost(waiters->loop, &waiter->note);
        waiter->noted = false;
        wake(waiter, noted ? waiter->state : STOPPING);
    }
}

/* ---- The answer ---- */

static void tell(struct admin_call *call, unsigned status, bool reached,
                 enum point point, uint64_t times, const char *error)
{
    struct json json;

    admin_begin(call, status, &json);
    json_text(&json, "point", point_info(point)->name);
    json_boolean(&json, "reached", reached);
    json_number(&json, "times", (int64_t)times);
    if (error) {
        json_text(&json, "error", error);
        json_text(&json, "place", "point");
        json_text(&json, "remedy",
                  "GET /sessions/NAME/journal has what came instead");
    }
    admin_end(call, &json);
}

void admin_waiter_answer(struct admin_call *call, const struct waiter *waiter)
{
    enum point point = waiter->watch.point;
    uint64_t times = session_reached(waiter->session, point);

    switch (waiter->state) {
    case REACHED:
        tell(call, 200, true, point, times, NULL);
        break;
    case WAITING:
    case LATE:
        tell(call, 504, false, point, times,
             arena_printf(call->arena,
                          "%s was reached %" PRIu64 " of %" PRIu64
                          " times within %s",
                          point_info(point)->name, times, waiter->watch.times,
                          duration_text(call->arena, waiter->timeout)));
        break;
    case GONE:
        tell(call, 410, false, point, times, "the session has ended");
        break;
    case STOPPING:
        tell(call, 503, false, point, times, "the server is stopping");
        break;
    }
}

/* ---- The request ---- */

struct wish {
    enum point point;
    uint64_t times;
    int64_t timeout;
};

static bool read_point(struct admin_call *call, enum point *out_point)
{
    const char *name = url_query(call->arena, call->query, "point");
    struct nearest nearest;

    if (!name) {
        return admin_fail(call, 400, "point",
                          "name one, as ?point=webticket.issue",
                          "the point to wait for is missing");
    }
    *out_point = point_named(name);
    if (*out_point != POINT_COUNT) {
        return true;
    }
    nearest_init(&nearest, name);
    for (int i = 0; i < POINT_COUNT; i++) {
        nearest_try(&nearest, span_text(point_info((enum point)i)->name));
    }
    return admin_fail(call, 400, "point",
                      nearest.best.size
                          ? arena_printf(call->arena, "the nearest is %.*s",
                                         (int)nearest.best.size,
                                         (const char *)nearest.best.data)
                          : "lyncmock list points prints them",
                      "there is no point %s", name);
}

static bool read_times(struct admin_call *call, uint64_t *times)
{
    const char *text = url_query(call->arena, call->query, "times");

    return !text ||
           (number_parse(text, NUMBER_DECIMAL, TIMES_MAX, times) && *times) ||
           admin_fail(call, 400, "times", "write a whole number from 1",
                      "expected a number, not %s", text);
}

static bool read_timeout(struct admin_call *call, int64_t *timeout)
{
    const char *text = url_query(call->arena, call->query, "timeout");
    struct err err;

    return !text ||
           (duration_parse(text, timeout, &err) && *timeout >= 0 &&
            *timeout <= TIMEOUT_MAX_SECONDS * (int64_t)ENV_NS_PER_SEC) ||
           admin_fail(call, 400, "timeout", "write a time up to 10m, as 30s",
                      "expected a time, not %s", text);
}

static struct waiter *waiter_new(struct admin_waiters *waiters,
                                 struct session *session,
                                 const struct wish *wish)
{
    struct waiter *waiter = NEW(struct waiter);

    waiter->waiters = waiters;
    waiter->session = session_ref(session);
    waiter->timeout = wish->timeout;
    waiter->note.run = on_note;
    waiter->timer.expired = on_timer;
    waiter->watch = (struct session_watch){
        .point = wish->point,
        .times = wish->times,
        .reached = on_reached,
        .ended = on_ended,
    };
    waiter->next = waiters->first;
    waiters->first = waiter;
    waiters->count++;
    return waiter;
}

void admin_wait(struct admin_call *call, struct session *session)
{
    struct admin_waiters *waiters = call->waiters;
    struct wish wish = {
        .times = 1,
        .timeout = TIMEOUT_SECONDS * (int64_t)ENV_NS_PER_SEC,
    };

    if (!read_point(call, &wish.point) || !read_times(call, &wish.times) ||
        !read_timeout(call, &wish.timeout)) {
        return;
    }
    if (session_reached(session, wish.point) >= wish.times) {
        tell(call, 200, true, wish.point, session_reached(session, wish.point),
             NULL);
        return;
    }
    if (waiters->count == ADMIN_WAITERS_LIMIT) {
        admin_fail(call, 503, "point", "wait until one of them has its answer",
                   "%d requests wait already", ADMIN_WAITERS_LIMIT);
        return;
    }
    call->waiter = waiter_new(waiters, session, &wish);
}

void admin_waiter_begin(struct waiter *waiter, void *request)
{
    waiter->request = request;
    if (waiter->state == WAITING && !waiter->noted) {
        session_watch(waiter->session, &waiter->watch);
        loop_start(waiter->waiters->loop, &waiter->timer, waiter->timeout);
    }
}
