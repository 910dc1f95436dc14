/* Several runs, see run_many.h. */
#include "config.h"

#include "cli/run_many.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/run_child.h"
#include "util/log.h"
#include "util/mem.h"

enum { EVENTS = 16 };

struct many {
    struct env *env;
    const struct run_cases *cases;
    const struct run_client *client;
    struct arena *arena;        /* the report's */
    struct run_child *children; /* as many as run at a time */
    size_t child_count;
    size_t next;             /* case */
    size_t running;          /* children */
    struct report *outcomes; /* of each case */
    sigset_t mask;           /* before we blocked ours */
    int epoll;
    int signals;
    bool stopping; /* a signal came: no more are started */
};

/* ---- One that begins, one that ends ---- */

static void conclude(struct many *many, const struct run_case *run,
                     enum exit_code code, const char *line)
{
    struct report *outcome = &many->outcomes[run - many->cases->items];
    struct report_run *out = ARENA_NEW(many->arena, struct report_run);

    *out = (struct report_run){
        .scenario = run->options.scenario,
        .variant = run->variant,
        .seed = many->env->seed,
        .exit_code = (int)code,
        .line = arena_strdup(many->arena, line),
        .client = {.exit_status = -1},
    };
    outcome->exit_code = (int)code;
    outcome->runs = out;
    outcome->run_count = 1;
}

static bool start(struct many *many, struct run_child *child,
                  const struct run_case *run, struct err *err)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = child};

    if (!run_child_start(child, many->env, run, many->client, &many->mask,
                         err)) {
        return false;
    }
    epoll_ctl(many->epoll, EPOLL_CTL_ADD, child->output, &event);
    many->running++;
    return true;
}

static struct run_child *find_free(struct many *many)
{
    for (size_t i = 0; i < many->child_count; i++) {
        if (!many->children[i].pid) {
            return &many->children[i];
        }
    }
    return NULL;
}

static void start_some(struct many *many)
{
    struct run_child *child;
    struct err err;

    while (!many->stopping && many->next < many->cases->count &&
           (child = find_free(many)) != NULL) {
        const struct run_case *run = &many->cases->items[many->next++];

        if (!start(many, child, run, &err)) {
            log_error("%s: %s", run->title, err.text);
            conclude(many, run, EXIT_START, err.text);
        }
    }
}

/* Whole, so that lines of several runs do not mix. */
static void print(const struct run_child *child, const struct report *outcome)
{
    const struct buf *text = &child->text;

    printf("== %s: %s (%.1f s)\n", child->run->title, outcome->runs[0].line,
           (double)child->took / (double)ENV_NS_PER_SEC);
    if (text->size) {
        (void)fwrite(text->data, 1, text->size, stdout);
        printf("%s", text->data[text->size - 1] == '\n' ? "" : "\n");
    }
    if (child->lost) {
        printf("[%zu bytes more]\n", child->lost);
    }
    (void)fflush(stdout);
}

static void end(struct many *many, struct run_child *child, int status)
{
    struct report *outcome = &many->outcomes[child->run - many->cases->items];

    run_child_end(child, many->env, status, outcome);
    many->running--;
    print(child, outcome);
    buf_clear(&child->text);
}

/* ---- What happens ---- */

static void reap(struct many *many)
{
    int status;

    for (size_t i = 0; i < many->child_count; i++) {
        struct run_child *child = &many->children[i];

        if (child->pid && waitpid(child->pid, &status, WNOHANG) == child->pid) {
            end(many, child, status);
        }
    }
}

/* Each ends its client, and judges it. */
static void pass_on(struct many *many, int signal)
{
    many->stopping = true;
    for (size_t i = 0; i < many->child_count; i++) {
        if (many->children[i].pid) {
            kill(many->children[i].pid, signal);
        }
    }
}

static void take_signals(struct many *many)
{
    struct signalfd_siginfo info;

    while (read(many->signals, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD) {
            reap(many);
        } else {
            pass_on(many, (int)info.ssi_signo);
        }
    }
}

/* At its end the pipe leaves the set by itself as it is closed; before that it
 * would be ready all the time. */
static void take_output(struct many *many, struct run_child *child)
{
    if (child->output >= 0 && !run_child_read(child)) {
        epoll_ctl(many->epoll, EPOLL_CTL_DEL, child->output, NULL);
    }
}

static void take_events(struct many *many)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(many->epoll, events, EVENTS, -1);

    /* Output first: the end of a run takes its pipe away. */
    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr) {
            take_output(many, events[i].data.ptr);
        }
    }
    take_signals(many);
}

/* ---- All of them ---- */

static bool watch(struct many *many, struct err *err)
{
    struct epoll_event event = {.events = EPOLLIN};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &many->mask);
    many->epoll = epoll_create1(EPOLL_CLOEXEC);
    many->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return (many->epoll >= 0 && many->signals >= 0 &&
            epoll_ctl(many->epoll, EPOLL_CTL_ADD, many->signals, &event) ==
                0) ||
           err_errno(err, "cannot watch runs");
}

/* In the order of the cases. */
static enum exit_code collect(const struct many *many, struct report *report)
{
    enum exit_code code = EXIT_SKIPPED;
    size_t count = 0;

    for (size_t i = 0; i < many->cases->count; i++) {
        count += many->outcomes[i].run_count;
    }
    report->runs = arena_alloc(many->arena, count * sizeof(*report->runs));
    for (size_t i = 0; i < many->cases->count; i++) {
        const struct report *outcome = &many->outcomes[i];

        memcpy(&report->runs[report->run_count], outcome->runs,
               outcome->run_count * sizeof(*report->runs));
        report->run_count += outcome->run_count;
        code = run_worse(code, (enum exit_code)outcome->exit_code);
    }
    report->exit_code = (int)code;
    return code;
}

static void run_all(struct many *many)
{
    start_some(many);
    while (many->running) {
        take_events(many);
        start_some(many);
    }
    while (many->next < many->cases->count) {
        conclude(many, &many->cases->items[many->next++], EXIT_VERDICT,
                 "not run: a signal came before");
    }
}

enum exit_code run_many(struct env *env, const struct run_cases *cases,
                        const struct run_client *client, struct report *report)
{
    const struct options *options = &cases->items[0].options;
    struct many many = {
        .env = env,
        .cases = cases,
        .client = client,
        .arena = report->arena,
        .child_count = (size_t)options->jobs,
        .epoll = -1,
        .signals = -1,
    };
    enum exit_code code = EXIT_START;
    struct err err;

    many.children = mem_array(many.child_count, sizeof(*many.children));
    many.outcomes =
        arena_alloc(many.arena, cases->count * sizeof(*many.outcomes));
    for (size_t i = 0; i < cases->count; i++) {
        many.outcomes[i].arena = many.arena;
    }
    if (watch(&many, &err)) {
        run_all(&many);
        code = collect(&many, report);
    } else {
        log_error("%s", err.text);
    }
    close(many.epoll);
    close(many.signals);
    mem_free(many.children);
    return code;
}
