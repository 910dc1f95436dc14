/*
 * The end of a run: the client ends, or is ended, and what it leaves behind,
 * and what is on its way from it is still taken.
 */
#include "config.h"

#include <signal.h>

#include "cli/run_parts.h"
#include "util/guard.h"
#include "util/log.h"

enum {
    GRACE_SECONDS = 3,   /* between TERM and KILL */
    LOST_SECONDS = 2,    /* after KILL: it hangs in the kernel */
    REACHED_SECONDS = 1, /* for answers, once --until is reached */
    POLL_MS = 2,         /* what is left of it sends no signal */
    SETTLE_MS = 250,     /* for connections whose end we have not seen */
    SETTLE_POLL_MS = 1,  /* ... */
    SETTLE_TURNS = 2,    /* so that what is on its way is read */
};

static void enter(struct run *run, enum stage stage, int64_t limit)
{
    struct loop *loop = run->serving.server.loop;

    run->stage = stage;
    run->deadline = loop_now(loop) + limit;
    loop_start(loop, &run->timer, 0);
}

static bool remains(struct run *run, int signal)
{
    return client_remains(&run->client, kdc_keeper(run->serving.server.kdc),
                          signal);
}

void run_end_client(struct run *run, int signal)
{
    if (run->stage != STAGE_CLIENT && run->stage != STAGE_REACHED) {
        return;
    }
    run->ended_by_us = !run->client.ended;
    client_signal(&run->client, signal);
    (void)remains(run, signal);
    enter(run, STAGE_ENDING, GRACE_SECONDS * ENV_NS_PER_SEC);
}

void run_kill_client(struct run *run)
{
    log_info("the client does not end: KILL");
    client_signal(&run->client, SIGKILL);
    (void)remains(run, SIGKILL);
    enter(run, STAGE_KILLING, LOST_SECONDS * ENV_NS_PER_SEC);
}

static void overdue(struct run *run)
{
    if (run->stage == STAGE_ENDING) {
        run_kill_client(run);
        return;
    }
    log_warning("something is left of the client that KILL does not end");
    enter(run, STAGE_SETTLING, SETTLE_MS * (int64_t)ENV_NS_PER_MS);
}

static void look_for_rest(struct run *run)
{
    struct loop *loop = run->serving.server.loop;

    if (!remains(run, run->stage == STAGE_KILLING ? SIGKILL : 0)) {
        enter(run, STAGE_SETTLING, SETTLE_MS * (int64_t)ENV_NS_PER_MS);
    } else if (loop_now(loop) >= run->deadline) {
        overdue(run);
    } else {
        loop_start(loop, &run->timer, POLL_MS * (int64_t)ENV_NS_PER_MS);
    }
}

/*
 * What the client sent before it ended is in our sockets; its connections are
 * at their end behind that. So nothing is judged that is still on its way.
 */
static void settle(struct run *run)
{
    struct server *server = &run->serving.server;
    bool open = __atomic_load_n(&server->conns_open, __ATOMIC_RELAXED) > 0 ||
                journal_running(server->journal) > 0;

    run->turns++;
    if (run->turns > SETTLE_TURNS &&
        (!open || loop_now(server->loop) >= run->deadline)) {
        serving_end(&run->serving);
    } else {
        loop_start(server->loop, &run->timer,
                   run->turns > SETTLE_TURNS
                       ? SETTLE_POLL_MS * (int64_t)ENV_NS_PER_MS
                       : 0);
    }
}

/* The point is in the middle of an exchange, whose answer counts as well. */
static void reached(struct run *run)
{
    struct server *server = &run->serving.server;

    if (journal_running(server->journal) == 0 ||
        loop_now(server->loop) >= run->deadline) {
        run_end_client(run, SIGTERM);
    } else {
        loop_start(server->loop, &run->timer,
                   SETTLE_POLL_MS * (int64_t)ENV_NS_PER_MS);
    }
}

static void on_timer(struct loop_timer *timer)
{
    struct run *run =
        (struct run *)((char *)timer - offsetof(struct run, timer));

    if (run->stage == STAGE_REACHED) {
        reached(run);
    } else if (run->stage == STAGE_SETTLING) {
        settle(run);
    } else {
        look_for_rest(run);
    }
}

/* ---- --until ---- */

/* On whatever thread. */
static void on_reached(struct session_watch *watch)
{
    struct run *run =
        (struct run *)((char *)watch - offsetof(struct run, point));

    run_forget_point(run);
    loop_post(run->serving.server.loop, &run->note);
}

static void on_note(struct loop_note *note)
{
    struct run *run = (struct run *)((char *)note - offsetof(struct run, note));

    if (run->stage == STAGE_CLIENT) {
        log_info("--until %s: reached", run->options.until);
        enter(run, STAGE_REACHED, REACHED_SECONDS * ENV_NS_PER_SEC);
    }
}

static void on_session_end(struct session_watch *watch)
{
    struct run *run =
        (struct run *)((char *)watch - offsetof(struct run, point));

    run->awaited = false;
}

void run_await_point(struct run *run)
{
    GUARDED;

    if (run->options.until) {
        run->awaited = true;
        run->point.point = point_named(run->options.until);
        session_watch(sessions_default(run->serving.server.sessions),
                      &run->point);
    }
}

void run_forget_point(struct run *run)
{
    GUARDED;

    if (run->awaited) {
        run->awaited = false;
        session_unwatch(sessions_default(run->serving.server.sessions),
                        &run->point);
    }
}

void run_end_prepare(struct run *run)
{
    run->timer.expired = on_timer;
    run->note.run = on_note;
    run->point = (struct session_watch){
        .times = 1,
        .reached = on_reached,
        .ended = on_session_end,
    };
}
