/* The event loop of one thread, see loop.h. */
#include "config.h"

#include "edge/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "edge/heap.h"
#include "edge/worker.h"
#include "util/env.h"
#include "util/guard.h"
#include "util/mem.h"

enum { EVENTS_MAX = 256 };

struct tasks {
    struct loop_task *head;
    struct loop_task **tail;
};

/* From other threads. */
struct notes {
    pthread_mutex_t lock;
    struct loop_note *head;
    struct loop_note **tail;
    struct loop_note *taken; /* by the loop's thread, to be run; not locked */
};

struct loop {
    struct env *env;
    int epoll;
    struct loop_watch wake; /* eventfd: a job is done, or loop_stop */
    atomic_bool stopping;
    int64_t now;
    struct heap timers;
    struct tasks queued;
    struct tasks running; /* those of the turn that is about to end */
    struct worker *worker;
    struct notes notes;
    struct epoll_event events[EVENTS_MAX];
    int events_count;
    int events_at;
};

/* ---- Descriptors ---- */

bool loop_watch(struct loop *loop, struct loop_watch *watch, uint32_t events,
                struct err *err)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event) != 0) {
        return err_errno(err, "cannot watch descriptor %d", watch->fd);
    }
    return true;
}

void loop_rewatch(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    int rc = epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);

    assert(rc == 0);
}

void loop_unwatch(struct loop *loop, struct loop_watch *watch)
{
    int rc = epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);

    assert(rc == 0);
    for (int i = loop->events_at; i < loop->events_count; i++) {
        if (loop->events[i].data.ptr == watch) {
            loop->events[i].data.ptr = NULL;
        }
    }
}

static void dispatch(struct loop *loop)
{
    for (loop->events_at = 0; loop->events_at < loop->events_count;) {
        const struct epoll_event *event = &loop->events[loop->events_at++];
        struct loop_watch *watch = event->data.ptr;

        if (watch && watch->bare) {
            watch->ready(watch, event->events);
        } else if (watch) {
            GUARDED;

            watch->ready(watch, event->events);
        }
    }
    loop->events_count = 0;
}

/* ---- Timers ---- */

void loop_start(struct loop *loop, struct loop_timer *timer, int64_t delay)
{
    heap_remove(&loop->timers, timer);
    heap_add(&loop->timers, timer, loop->now + (delay > 0 ? delay : 0));
}

void loop_cancel(struct loop *loop, struct loop_timer *timer)
{
    heap_remove(&loop->timers, timer);
}

static void call_timer(struct loop_timer *timer)
{
    if (timer->bare) {
        timer->expired(timer);
    } else {
        GUARDED;

        timer->expired(timer);
    }
}

/* A timer that is started meanwhile waits for the next turn. */
static void expire(struct loop *loop)
{
    uint64_t end = loop->timers.orders;
    struct loop_timer *timer = heap_first(&loop->timers);

    while (timer && timer->due <= loop->now && timer->order < end) {
        heap_remove(&loop->timers, timer);
        call_timer(timer);
        timer = heap_first(&loop->timers);
    }
}

/* Milliseconds for epoll_wait(2), rounded up; -1: for ever. */
static int sleep_time(struct loop *loop)
{
    const struct loop_timer *timer = heap_first(&loop->timers);
    int64_t left;

    if (loop->queued.head) {
        return 0;
    }
    if (!timer) {
        return -1;
    }
    left = timer->due - env_monotonic(loop->env);
    if (left <= 0) {
        return 0;
    }
    left = (left - 1) / ENV_NS_PER_MS + 1;
    return left < INT_MAX ? (int)left : INT_MAX;
}

/* ---- Deferred tasks ---- */

static void tasks_init(struct tasks *tasks)
{
    tasks->head = NULL;
    tasks->tail = &tasks->head;
}

void loop_defer(struct loop *loop, struct loop_task *task)
{
    if (!task->queued) {
        task->queued = true;
        task->next = NULL;
        *loop->queued.tail = task;
        loop->queued.tail = &task->next;
    }
}

static void tasks_remove(struct tasks *tasks, struct loop_task *task)
{
    struct loop_task **link = &tasks->head;

    while (*link && *link != task) {
        link = &(*link)->next;
    }
    if (*link) {
        *link = task->next;
        if (tasks->tail == &task->next) {
            tasks->tail = link;
        }
    }
}

void loop_undefer(struct loop *loop, struct loop_task *task)
{
    if (task->queued) {
        tasks_remove(&loop->queued, task);
        tasks_remove(&loop->running, task);
        task->queued = false;
    }
}

static void run_tasks(struct loop *loop)
{
    if (!loop->queued.head) {
        return;
    }
    loop->running = loop->queued;
    tasks_init(&loop->queued);
    while (loop->running.head) {
        struct loop_task *task = loop->running.head;

        tasks_remove(&loop->running, task);
        task->queued = false;
        task->run(task);
    }
}

/* ---- Jobs ---- */

void loop_submit(struct loop *loop, struct loop_job *job)
{
    worker_submit(loop->worker, job);
}

static void finish_jobs(struct loop_job *jobs)
{
    while (jobs) {
        struct loop_job *job = jobs;

        jobs = job->next;
        GUARDED;
        job->done(job);
    }
}

/* ---- Notes ---- */

static void notes_init(struct notes *notes)
{
    pthread_mutex_init(&notes->lock, NULL);
    notes->head = NULL;
    notes->tail = &notes->head;
}

void loop_post(struct loop *loop, struct loop_note *note)
{
    struct notes *notes = &loop->notes;

    note->next = NULL;
    pthread_mutex_lock(&notes->lock);
    *notes->tail = note;
    notes->tail = &note->next;
    pthread_mutex_unlock(&notes->lock);
    (void)eventfd_write(loop->wake.fd, 1);
}

static struct loop_note *take_notes(struct notes *notes)
{
    struct loop_note *first;

    pthread_mutex_lock(&notes->lock);
    first = notes->head;
    notes->head = NULL;
    notes->tail = &notes->head;
    pthread_mutex_unlock(&notes->lock);
    return first;
}

static bool unlink_note(struct loop_note **link, struct loop_note *note)
{
    while (*link && *link != note) {
        link = &(*link)->next;
    }
    if (!*link) {
        return false;
    }
    *link = note->next;
    return true;
}

static void find_tail(struct notes *notes)
{
    notes->tail = &notes->head;
    while (*notes->tail) {
        notes->tail = &(*notes->tail)->next;
    }
}

void loop_unpost(struct loop *loop, struct loop_note *note)
{
    struct notes *notes = &loop->notes;

    if (unlink_note(&notes->taken, note)) {
        return;
    }
    pthread_mutex_lock(&notes->lock);
    if (unlink_note(&notes->head, note)) {
        find_tail(notes);
    }
    pthread_mutex_unlock(&notes->lock);
}

/* One may take others back. false: there were none. */
static bool run_notes(struct loop *loop)
{
    struct notes *notes = &loop->notes;
    struct loop_note *note;
    bool any;

    notes->taken = take_notes(notes);
    any = notes->taken != NULL;
    while ((note = notes->taken) != NULL) {
        GUARDED;
        notes->taken = note->next;
        note->run(note);
    }
    return any;
}

static void woken(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct loop *loop =
        (struct loop *)((char *)watch - offsetof(struct loop, wake));
    eventfd_t count;

    (void)eventfd_read(watch->fd, &count);
    finish_jobs(worker_collect(loop->worker));
    (void)run_notes(loop);
}

/* ---- The loop ---- */

static bool start(struct loop *loop, struct err *err)
{
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        return err_errno(err, "cannot make an epoll descriptor");
    }
    loop->wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->wake.fd < 0) {
        return err_errno(err, "cannot make an eventfd");
    }
    return loop_watch(loop, &loop->wake, EPOLLIN, err) &&
           worker_new(loop->wake.fd, &loop->worker, err);
}

bool loop_new(struct env *env, struct loop **out_loop, struct err *err)
{
    AUTO(loop) loop = NEW(struct loop);

    loop->env = env;
    loop->now = env_monotonic(env);
    loop->epoll = -1;
    loop->wake = (struct loop_watch){-1, woken, true};
    tasks_init(&loop->queued);
    tasks_init(&loop->running);
    notes_init(&loop->notes);
    if (!start(loop, err)) {
        return false;
    }
    *out_loop = take(&loop);
    return true;
}

void loop_drain(struct loop *loop)
{
    struct loop_job *jobs;

    do {
        while (loop->worker && (jobs = worker_wait(loop->worker))) {
            finish_jobs(jobs);
        }
    } while (run_notes(loop));
}

void loop_free(struct loop *loop)
{
    if (!loop) {
        return;
    }
    loop_drain(loop);
    worker_free(loop->worker);
    if (loop->wake.fd >= 0) {
        close(loop->wake.fd);
    }
    if (loop->epoll >= 0) {
        close(loop->epoll);
    }
    heap_clear(&loop->timers);
    pthread_mutex_destroy(&loop->notes.lock);
    mem_free(loop);
}

static void turn(struct loop *loop)
{
    int count =
        epoll_wait(loop->epoll, loop->events, EVENTS_MAX, sleep_time(loop));

    assert(count >= 0 || errno == EINTR);
    loop->events_count = count > 0 ? count : 0;
    loop->now = env_monotonic(loop->env);
    dispatch(loop);
    expire(loop);
    run_tasks(loop);
}

void loop_run(struct loop *loop)
{
    loop->now = env_monotonic(loop->env);
    while (!atomic_load(&loop->stopping)) {
        turn(loop);
    }
    /* A stop that comes before the next run stops that one. */
    atomic_store(&loop->stopping, false);
}

void loop_stop(struct loop *loop)
{
    int saved = errno;

    atomic_store(&loop->stopping, true);
    (void)eventfd_write(loop->wake.fd, 1);
    errno = saved;
}

int64_t loop_now(const struct loop *loop)
{
    return loop->now;
}
