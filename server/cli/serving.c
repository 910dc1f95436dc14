/* A server from its start to its verdict, see serving.h. */
#include "config.h"

#include "cli/serving.h"

#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/load.h"
#include "cli/play.h"
#include "util/log.h"

/* ---- What comes from outside ---- */

/* All of them: as PID 1, and as a parent of orphans, we have some that nobody
 * waits for. One place for it, so that nobody takes another one's away. */
static void reap(struct serving *serving)
{
    const struct serving_events *events = serving->events;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
        if (events->child) {
            events->child(serving, pid, status);
        }
        if (!WIFSTOPPED(status)) {
            kdc_child_ended(serving->server.kdc, pid, status);
        }
    }
}

static void take_signal(struct serving *serving, int signal)
{
    const struct serving_events *events = serving->events;

    if (signal != SIGCHLD) {
        events->signalled(serving, signal);
        return;
    }
    reap(serving);
}

static void on_signal(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct serving *serving =
        (struct serving *)((char *)watch - offsetof(struct serving, signals));
    struct signalfd_siginfo info;

    while (read(watch->fd, &info, sizeof(info)) == sizeof(info)) {
        take_signal(serving, (int)info.ssi_signo);
    }
}

static void on_limit(struct loop_timer *timer)
{
    struct serving *serving =
        (struct serving *)((char *)timer - offsetof(struct serving, limit));

    serving->events->limit(serving);
}

/* Blocked first thing, so that a signal during start-up is not lost. */
static int block_signals(sigset_t *out_before)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, out_before);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool watch_signals(struct serving *serving, struct err *err)
{
    serving->limit.expired = on_limit;
    if (serving->signals.fd < 0 ||
        !loop_watch(serving->server.loop, &serving->signals, EPOLLIN, err)) {
        return err_errno(err, "cannot watch signals");
    }
    return true;
}

/* ---- Start and end ---- */

/*
 * Nobody is told that we are ready where a signal came first. --timeout counts
 * from here: a start has limits of its own.
 */
static bool become_ready(struct serving *serving, struct err *err)
{
    struct server *server = &serving->server;

    if (server->kdc && !kdc_await(server->kdc, err)) {
        return false;
    }
    if (serving->options->timeout) {
        loop_start(server->loop, &serving->limit, serving->options->timeout);
    }
    return serving->ended || (crew_start(server->crew, err) &&
                              serving->events->ready(serving, err));
}

static void stop(struct serving *serving)
{
    crew_stop(serving->server.crew);
    if (serving->events->stopped) {
        serving->events->stopped(serving);
    }
}

static bool start(struct serving *serving, const struct kerberos *kerberos,
                  struct scenario *scenario, struct err *err)
{
    if (!server_start(&serving->server, serving->env, serving->options,
                      kerberos, scenario, err)) {
        return false;
    }
    if (!watch_signals(serving, err) || !become_ready(serving, err)) {
        stop(serving);
        server_stop(&serving->server);
        return false;
    }
    return true;
}

static enum exit_code serve_scenario(struct serving *serving,
                                     const struct kerberos *kerberos,
                                     struct scenario *scenario)
{
    enum exit_code code;
    struct err err;

    if (!start(serving, kerberos, scenario, &err)) {
        log_error("%s", err.text);
        return EXIT_START;
    }
    if (!serving->ended) {
        loop_run(serving->server.loop);
    }
    stop(serving);
    loop_cancel(serving->server.loop, &serving->limit);
    loop_unwatch(serving->server.loop, &serving->signals);
    code = serving->events->judge(serving);
    server_stop(&serving->server);
    return code;
}

static void tell_scenario(const struct scenario *scenario, const char *chaos)
{
    const char *quote = *scenario->title ? "\"" : "";

    if (!*scenario->name) {
        return; /* the good world */
    }
    log_info("scenario %s%s%s%s%s settings=%zu steps=%zu%s%s", scenario->name,
             *quote ? " " : "", quote, scenario->title, quote,
             scenario->setting_count, scenario->step_count,
             chaos ? " chaos=" : "", chaos ? load_chaos_word(chaos) : "");
}

enum exit_code serving_play(struct serving *serving)
{
    const struct options *options = serving->options;
    struct kerberos kerberos;
    struct scenario *scenario;
    enum exit_code code;

    if (!load_scenario_files(options, serving->events->reads, serving,
                             &scenario)) {
        return EXIT_USAGE;
    }
    tell_scenario(scenario, options->chaos);
    code = play_check_templates(options, scenario) ? EXIT_GOOD : EXIT_USAGE;
    if (code == EXIT_GOOD && serving->events->loaded) {
        code = serving->events->loaded(serving, scenario);
    }
    if (code == EXIT_GOOD) {
        code = kerberos_choose(options, serving->env, scenario, &kerberos);
    }
    if (code != EXIT_GOOD) {
        scenario_unref(scenario);
        return code;
    }
    code = serve_scenario(serving, &kerberos, scenario);
    kerberos_clear(&kerberos);
    return code;
}

void serving_end(struct serving *serving)
{
    serving->ended = true;
    loop_stop(serving->server.loop);
}

bool serving_open(struct serving *serving, struct env *env,
                  const struct options *options,
                  const struct serving_events *events, struct err *err)
{
    if (!server_check_listen(options, err)) {
        return false;
    }
    *serving = (struct serving){
        .env = env,
        .options = options,
        .events = events,
    };
    serving->signals =
        (struct loop_watch){block_signals(&serving->mask), on_signal, true};
    return true;
}

void serving_close(struct serving *serving)
{
    if (serving->signals.fd >= 0) {
        close(serving->signals.fd);
    }
}
