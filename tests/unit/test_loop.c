/* The event loop: timers in order, deferred work, descriptors, jobs. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge/heap.h"
#include "edge/loop.h"
#include "util/env.h"
#include "util/mem.h"

enum { MS = ENV_NS_PER_MS, NOTES_MAX = 64, TIME_LIMIT = 20 };

/* What happened, one letter each. */
struct notes {
    struct loop *loop;
    char text[NOTES_MAX];
    size_t count;
};

static void note(struct notes *notes, char letter)
{
    assert_true(notes->count < NOTES_MAX - 1);
    notes->text[notes->count++] = letter;
}

struct clock {
    struct loop_timer timer;
    struct notes *notes;
    char letter;
    bool last;          /* stops the loop */
    struct clock *kill; /* cancelled when this one expires */
    int again;          /* restarts itself so often, without delay */
};

static void rings(struct loop_timer *timer)
{
    struct clock *clock = (struct clock *)timer;

    note(clock->notes, clock->letter);
    if (clock->kill) {
        loop_cancel(clock->notes->loop, &clock->kill->timer);
    }
    if (clock->again-- > 0) {
        loop_start(clock->notes->loop, timer, 0);
    }
    if (clock->last) {
        loop_stop(clock->notes->loop);
    }
}

static struct clock clock_of(struct notes *notes, char letter)
{
    return (struct clock){
        .timer.expired = rings, .notes = notes, .letter = letter};
}

static int set_up(void **state)
{
    static struct env env;
    struct notes *notes = test_calloc(1, sizeof(*notes));
    struct err err;

    env_system(&env, 1);
    *state = notes;
    return loop_new(&env, &notes->loop, &err) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct notes *notes = *state;

    loop_free(notes->loop);
    test_free(notes);
    return 0;
}

/* ---- Timers ---- */

static void timers_expire_in_order(void **state)
{
    struct notes *notes = *state;
    struct clock a = clock_of(notes, 'a');
    struct clock b = clock_of(notes, 'b');
    struct clock c = clock_of(notes, 'c');
    struct clock d = clock_of(notes, 'd');
    int64_t begin = loop_now(notes->loop);

    d.last = true;
    loop_start(notes->loop, &d.timer, 4 * MS);
    loop_start(notes->loop, &c.timer, 2 * MS);
    loop_start(notes->loop, &a.timer, 1 * MS);
    loop_start(notes->loop, &b.timer, 1 * MS);
    loop_run(notes->loop);
    assert_string_equal(notes->text, "abcd");
    assert_true(loop_now(notes->loop) - begin >= 4 * MS);
}

static void timers_move_and_stop(void **state)
{
    struct notes *notes = *state;
    struct clock a = clock_of(notes, 'a');
    struct clock b = clock_of(notes, 'b');
    struct clock c = clock_of(notes, 'c');
    struct clock d = clock_of(notes, 'd');

    loop_start(notes->loop, &a.timer, 1 * MS);
    loop_start(notes->loop, &b.timer, 2 * MS);
    loop_start(notes->loop, &c.timer, 1 * MS);
    loop_start(notes->loop, &d.timer, 3 * MS);
    loop_start(notes->loop, &a.timer, 2 * MS); /* behind b now */
    loop_cancel(notes->loop, &c.timer);
    loop_cancel(notes->loop, &c.timer);
    assert_int_equal(c.timer.slot, 0);
    d.last = true;
    loop_run(notes->loop);
    assert_string_equal(notes->text, "bad");
    assert_int_equal(d.timer.slot, 0);
}

static void a_timer_cancels_its_twin(void **state)
{
    struct notes *notes = *state;
    struct clock a = clock_of(notes, 'a');
    struct clock b = clock_of(notes, 'b');
    struct clock c = clock_of(notes, 'c');

    a.kill = &b;
    c.last = true;
    loop_start(notes->loop, &a.timer, 0);
    loop_start(notes->loop, &b.timer, 0);
    loop_start(notes->loop, &c.timer, 0);
    loop_run(notes->loop);
    assert_string_equal(notes->text, "ac");
}

/* One that always restarts itself must not starve the others. */
static void a_restarted_timer_waits_a_turn(void **state)
{
    struct notes *notes = *state;
    struct clock a = clock_of(notes, 'a');
    struct clock b = clock_of(notes, 'b');

    a.again = 2;
    loop_start(notes->loop, &a.timer, 0);
    loop_start(notes->loop, &b.timer, 0);
    b.last = true;
    loop_run(notes->loop);
    assert_string_equal(notes->text, "ab");
    b = clock_of(notes, 'b');
    b.last = true;
    loop_start(notes->loop, &b.timer, MS);
    loop_run(notes->loop);
    assert_string_equal(notes->text, "abaab");
}

static void ignore(struct loop_timer *timer UNUSED)
{
}

/* Any order in, any taken out from the middle: the rest comes out sorted. */
static void the_heap_sorts(void **state UNUSED)
{
    enum { COUNT = 500 };
    static struct loop_timer timers[COUNT];
    struct heap heap = {0};
    uint32_t random = 12345;
    size_t left = 0;
    int64_t before = -1;

    for (size_t i = 0; i < COUNT; i++) {
        random = random * 1103515245 + 12345;
        timers[i] = (struct loop_timer){.expired = ignore};
        heap_add(&heap, &timers[i], random >> 20);
    }
    for (size_t i = 0; i < COUNT; i += 3) {
        heap_remove(&heap, &timers[i]);
        heap_remove(&heap, &timers[i]);
    }
    for (struct loop_timer *t; (t = heap_first(&heap)); left++) {
        assert_true(t->due >= before);
        before = t->due;
        heap_remove(&heap, t);
    }
    assert_int_equal(left, COUNT - (COUNT + 2) / 3);
    heap_clear(&heap);
}

/* ---- Deferred tasks ---- */

struct chore {
    struct loop_task task;
    struct notes *notes;
    char letter;
    struct chore *also;  /* deferred by this one */
    struct chore *never; /* taken back by this one */
    bool last;
};

static void work(struct loop_task *task)
{
    struct chore *chore = (struct chore *)task;

    note(chore->notes, chore->letter);
    if (chore->also) {
        loop_defer(chore->notes->loop, &chore->also->task);
    }
    if (chore->never) {
        loop_undefer(chore->notes->loop, &chore->never->task);
    }
    if (chore->last) {
        loop_stop(chore->notes->loop);
    }
}

static struct chore chore_of(struct notes *notes, char letter)
{
    return (struct chore){.task.run = work, .notes = notes, .letter = letter};
}

static void tasks_run_once_in_order(void **state)
{
    struct notes *notes = *state;
    struct chore a = chore_of(notes, 'a');
    struct chore b = chore_of(notes, 'b');
    struct chore c = chore_of(notes, 'c');
    struct chore d = chore_of(notes, 'd');

    a.also = &d; /* next turn: behind b */
    a.never = &c;
    d.last = true;
    loop_defer(notes->loop, &a.task);
    loop_defer(notes->loop, &b.task);
    loop_defer(notes->loop, &b.task);
    loop_defer(notes->loop, &c.task);
    loop_run(notes->loop);
    assert_string_equal(notes->text, "abd");
    assert_false(c.task.queued);
}

static void the_last_task_is_taken_back(void **state)
{
    struct notes *notes = *state;
    struct chore a = chore_of(notes, 'a');
    struct chore b = chore_of(notes, 'b');

    loop_defer(notes->loop, &a.task);
    loop_defer(notes->loop, &b.task);
    loop_undefer(notes->loop, &b.task);
    a.last = true;
    b.last = true;
    loop_run(notes->loop);
    loop_defer(notes->loop, &b.task);
    loop_run(notes->loop);
    assert_string_equal(notes->text, "ab");
}

/* ---- Descriptors ---- */

struct pair {
    struct loop_watch watch;
    struct notes *notes;
    int other;
    struct pair *forget; /* no longer watched from now on */
    char letter;
};

static void readable(struct loop_watch *watch, uint32_t events)
{
    struct pair *pair = (struct pair *)watch;
    char c;

    assert_true(events & EPOLLIN);
    assert_int_equal(read(watch->fd, &c, 1), 1);
    note(pair->notes, pair->letter);
    if (pair->forget) {
        loop_unwatch(pair->notes->loop, &pair->forget->watch);
    }
    loop_stop(pair->notes->loop);
}

static struct pair pair_of(struct notes *notes, char letter)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    return (struct pair){.watch = {.fd = fds[0], .ready = readable},
                         .notes = notes,
                         .other = fds[1],
                         .letter = letter};
}

static void pair_close(struct pair *pair)
{
    close(pair->watch.fd);
    close(pair->other);
}

/* Both are ready in one turn; whoever is first forgets the other. */
static void a_forgotten_watch_stays_quiet(void **state)
{
    struct notes *notes = *state;
    struct pair a = pair_of(notes, 'x');
    struct pair b = pair_of(notes, 'x');
    struct err err;

    a.forget = &b;
    b.forget = &a;
    assert_true(loop_watch(notes->loop, &a.watch, EPOLLIN, &err));
    assert_true(loop_watch(notes->loop, &b.watch, EPOLLIN, &err));
    assert_int_equal(write(a.other, "a", 1), 1);
    assert_int_equal(write(b.other, "b", 1), 1);
    loop_run(notes->loop);
    assert_string_equal(notes->text, "x");
    pair_close(&a);
    pair_close(&b);
}

static void a_bad_descriptor_is_an_error(void **state)
{
    struct notes *notes = *state;
    struct loop_watch watch = {.fd = -1, .ready = readable};
    struct err err = {""};

    assert_false(loop_watch(notes->loop, &watch, EPOLLIN, &err));
    assert_non_null(strstr(err.text, "cannot watch descriptor -1"));
}

/* ---- Jobs ---- */

struct sum {
    struct loop_job job;
    struct notes *notes;
    pid_t thread;
    int to;
    long result;
    char letter;
    struct sum *then; /* submitted when this one is done */
    bool last;
};

static void add_up(struct loop_job *job)
{
    struct sum *sum = (struct sum *)job;

    sum->thread = gettid();
    for (int i = 1; i <= sum->to; i++) {
        sum->result += i;
    }
}

static void added_up(struct loop_job *job)
{
    struct sum *sum = (struct sum *)job;

    assert_int_equal(gettid(), getpid());
    note(sum->notes, sum->letter);
    if (sum->then) {
        loop_submit(sum->notes->loop, &sum->then->job);
    }
    if (sum->last) {
        loop_stop(sum->notes->loop);
    }
}

static struct sum sum_of(struct notes *notes, char letter, int to)
{
    return (struct sum){.job = {add_up, added_up, NULL},
                        .notes = notes,
                        .to = to,
                        .letter = letter};
}

static void jobs_run_elsewhere_in_order(void **state)
{
    struct notes *notes = *state;
    struct sum a = sum_of(notes, 'a', 100000);
    struct sum b = sum_of(notes, 'b', 10);

    b.last = true;
    loop_submit(notes->loop, &a.job);
    loop_submit(notes->loop, &b.job);
    loop_run(notes->loop);
    assert_string_equal(notes->text, "ab");
    assert_int_equal(a.result, 5000050000);
    assert_int_equal(b.result, 55);
    assert_int_not_equal(a.thread, getpid());
    assert_int_equal(a.thread, b.thread);
}

/* Those submitted are done, and what their end submits too. */
static void the_end_waits_for_jobs(void **state)
{
    struct notes *notes = *state;
    struct sum a = sum_of(notes, 'a', 1000000);
    struct sum b = sum_of(notes, 'b', 4);

    a.then = &b;
    loop_submit(notes->loop, &a.job);
    loop_free(notes->loop);
    notes->loop = NULL;
    assert_string_equal(notes->text, "ab");
    assert_int_equal(b.result, 10);
}

/* ---- Stopping ---- */

static struct loop *signalled;

static void on_signal(int signal UNUSED)
{
    loop_stop(signalled);
}

static void a_signal_stops_it(void **state)
{
    struct notes *notes = *state;
    struct clock a = clock_of(notes, 'a');

    signalled = notes->loop;
    signal(SIGUSR1, on_signal);
    loop_start(notes->loop, &a.timer, 10 * ENV_NS_PER_SEC);
    /* A stop that came first is not lost. */
    raise(SIGUSR1);
    loop_run(notes->loop);
    signal(SIGUSR1, SIG_DFL);
    assert_string_equal(notes->text, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(timers_expire_in_order),
        TEST(timers_move_and_stop),
        TEST(a_timer_cancels_its_twin),
        TEST(a_restarted_timer_waits_a_turn),
        TEST(the_heap_sorts),
        TEST(tasks_run_once_in_order),
        TEST(the_last_task_is_taken_back),
        TEST(a_forgotten_watch_stays_quiet),
        TEST(a_bad_descriptor_is_an_error),
        TEST(jobs_run_elsewhere_in_order),
        TEST(the_end_waits_for_jobs),
        TEST(a_signal_stops_it),
    };

    alarm(TIME_LIMIT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
