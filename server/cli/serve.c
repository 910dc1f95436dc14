/* lyncmock serve: serve until stopped. */
#include "config.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/load.h"
#include "cli/play.h"
#include "cli/reload.h"
#include "cli/report_files.h"
#include "cli/reports.h"
#include "cli/server.h"
#include "cli/verb.h"
#include "cli/verdict.h"
#include "cli/watch.h"
#include "util/log.h"

struct serving {
    struct server server;
    struct watch *watch; /* NULL: no --watch */
    bool ready;
    bool reload; /* SIGHUP came before that */
    struct loop_watch signals;
    struct loop_timer limit;
    enum exit_code exit_code;
    bool ended; /* by a signal, perhaps before it was ready */
};

/* ---- Reading the scenario again ---- */

static void watch_file(void *ctx, const char *path)
{
    struct serving *serving = ctx;

    if (serving->watch) {
        watch_add(serving->watch, path);
    }
}

static void read_again(struct serving *serving, const char *why)
{
    if (serving->watch) {
        watch_clear(serving->watch);
    }
    reload_again(&serving->server, why, watch_file, serving);
}

static void on_change(void *ctx)
{
    read_again(ctx, "--watch");
}

/* ---- Signals ---- */

static void on_hangup(struct serving *serving)
{
    if (serving->ready) {
        read_again(serving, "SIGHUP");
    } else {
        serving->reload = true;
    }
}

static void on_signal(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct serving *serving =
        (struct serving *)((char *)watch - offsetof(struct serving, signals));
    struct signalfd_siginfo info;

    while (read(watch->fd, &info, sizeof(info)) == sizeof(info)) {
        if (info.ssi_signo == SIGCHLD) {
            kdc_reap(serving->server.kdc);
        } else if (info.ssi_signo == SIGHUP) {
            on_hangup(serving);
        } else {
            log_info("%s: stopping", strsignal((int)info.ssi_signo));
            serving->ended = true;
            loop_stop(serving->server.loop);
        }
    }
}

static void on_limit(struct loop_timer *timer)
{
    struct serving *serving =
        (struct serving *)((char *)timer - offsetof(struct serving, limit));

    log_info("--timeout reached: stopping");
    serving->exit_code = EXIT_TIME;
    loop_stop(serving->server.loop);
}

/* Blocked first thing, so that a signal during start-up is not lost. */
static int block_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
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

/*
 * Nobody is told that we are ready where a signal came first. --timeout counts
 * from here: a start has limits of its own.
 */
static bool become_ready(struct serving *serving, const struct options *options,
                         struct err *err)
{
    struct server *server = &serving->server;

    if (server->kdc && !kdc_await(server->kdc, err)) {
        return false;
    }
    if (options->timeout) {
        loop_start(server->loop, &serving->limit, options->timeout);
    }
    return serving->ended ||
           (crew_start(server->crew, err) && server_announce(server, err));
}

/* What came while it started. */
static void be_ready(struct serving *serving)
{
    serving->ready = true;
    if (serving->reload) {
        read_again(serving, "SIGHUP");
    }
}

static bool start(struct serving *serving, struct env *env,
                  const struct options *options,
                  const struct kerberos *kerberos, struct scenario *scenario,
                  struct err *err)
{
    if (!server_start(&serving->server, env, options, kerberos, scenario,
                      err)) {
        return false;
    }
    if (!watch_signals(serving, err) || !become_ready(serving, options, err) ||
        (serving->watch &&
         !watch_start(serving->watch, serving->server.loop, err))) {
        watch_free(serving->watch);
        serving->watch = NULL;
        crew_stop(serving->server.crew);
        server_stop(&serving->server);
        return false;
    }
    be_ready(serving);
    return true;
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

static enum exit_code serve_scenario(struct serving *serving, struct env *env,
                                     const struct options *options,
                                     const struct kerberos *kerberos,
                                     struct scenario *scenario)
{
    enum exit_code code;
    struct err err;

    if (!start(serving, env, options, kerberos, scenario, &err)) {
        log_error("%s", err.text);
        return EXIT_START;
    }
    if (!serving->ended) {
        loop_run(serving->server.loop);
    }
    crew_stop(serving->server.crew);
    watch_free(serving->watch);
    serving->watch = NULL;
    loop_cancel(serving->server.loop, &serving->limit);
    loop_unwatch(serving->server.loop, &serving->signals);
    code = verdict_tell(serving->server.sessions);
    code = serving->exit_code == EXIT_GOOD ? code : serving->exit_code;
    code = reports_tell(&serving->server, code);
    server_stop(&serving->server);
    return code;
}

static bool make_watch(struct serving *serving, const struct options *options,
                       struct err *err)
{
    if (!options->watch) {
        return true;
    }
    return (reload_watchable(options, err) &&
            watch_new(on_change, serving, &serving->watch, err)) ||
           err_wrap(err, "--watch");
}

static enum exit_code load_and_serve(struct serving *serving, struct env *env,
                                     const struct options *options)
{
    struct kerberos kerberos;
    struct scenario *scenario;
    enum exit_code code;

    if (!load_scenario_files(options, watch_file, serving, &scenario)) {
        return EXIT_USAGE;
    }
    if (!play_check_templates(options, scenario)) {
        scenario_unref(scenario);
        return EXIT_USAGE;
    }
    tell_scenario(scenario, options->chaos);
    code = kerberos_choose(options, env, scenario, &kerberos);
    if (code != EXIT_GOOD) {
        scenario_unref(scenario);
        return code;
    }
    code = serve_scenario(serving, env, options, &kerberos, scenario);
    kerberos_clear(&kerberos);
    return code;
}

static enum exit_code serve(struct env *env, const struct options *options)
{
    struct serving serving = {
        .exit_code = EXIT_GOOD,
        .signals = {block_signals(), on_signal, true},
    };
    enum exit_code code;
    struct err err;

    if (!server_check_listen(options, &err) ||
        !report_files_check(options, &err) ||
        !make_watch(&serving, options, &err)) {
        log_error("%s", err.text);
        close(serving.signals.fd);
        return EXIT_USAGE;
    }
    code = load_and_serve(&serving, env, options);
    watch_free(serving.watch);
    close(serving.signals.fd);
    return code;
}

static void print_help(void)
{
    printf("usage: lyncmock serve [SCENARIO] [OPTION]...\n\n"
           "Serves until stopped. SCENARIO is a file, or the id of a shipped "
           "scenario (lyncmock\nlist scenarios), with or without its folder; "
           "without one: the good world, SIP\ndomain contoso.test. Prints one "
           "line when it is ready: "
           "\"lyncmock: ready pid=... https=PORT http=PORT ...\".\n\nOptions "
           "(each is also a variable: "
           "--https-port is LYNCMOCK_HTTPS_PORT):\n");
    options_print(stdout);
    printf(
        "\nExit codes: 0 stopped by TERM or INT, and what the scenario expects "
        "has come;\n1 something of that has not; 2 an option, a setting or "
        "the scenario is\nwrong, nothing was started; 3 could not start; 4 "
        "--timeout "
        "reached; 70 a bug of lyncmock; 77 it needs\nKerberos, and this "
        "machine has no krb5kdc.\n");
}

static enum exit_code run(int argc, char **argv)
{
    struct options options;
    enum exit_code code;
    struct env env;
    struct err err;
    uint32_t seed;

    if (arguments_want_help(argc, argv)) {
        print_help();
        return EXIT_GOOD;
    }
    env_system(&env, 0);
    if (!options_parse(argc, argv, &env, &options, &err)) {
        log_error("%s", err.text);
        return EXIT_USAGE;
    }
    log_setup(options.log_level, options.log_format);
    options_warn(&options, &env);
    /* 32 bits are easier to copy from a log than 64. */
    env_secret(&seed, sizeof(seed));
    env.seed = options.seed_given ? options.seed : seed;
    code = serve(&env, &options);
    options_clear(&options);
    return code;
}

const struct verb verb_serve = {
    .name = "serve",
    .usage = "[SCENARIO] [OPTION]...",
    .doc = "serve a scenario, or the good world, until stopped",
    .run = run,
};
