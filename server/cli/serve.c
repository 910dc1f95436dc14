/* lyncmock serve: serve until stopped. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/golden.h"
#include "cli/known.h"
#include "cli/reload.h"
#include "cli/report_files.h"
#include "cli/reports.h"
#include "cli/serving.h"
#include "cli/verb.h"
#include "cli/verdict.h"
#include "cli/watch.h"
#include "util/log.h"

struct serve {
    struct serving serving; /* first: it is cast to this */
    struct watch *watch;    /* NULL: no --watch */
    bool ready;
    bool reload; /* SIGHUP came before that */
    struct loop_timer settling;
    int64_t deadline;
    unsigned turns;
    enum exit_code exit_code;
};

/* ---- Reading the scenario again ---- */

static void watch_file(void *ctx, const char *path)
{
    struct serve *serve = ctx;

    if (serve->watch) {
        watch_add(serve->watch, path);
    }
}

static void read_again(struct serve *serve, const char *why)
{
    if (serve->watch) {
        watch_clear(serve->watch);
    }
    reload_again(&serve->serving.server, why, watch_file, serve);
}

static void on_change(void *ctx)
{
    read_again(ctx, "--watch");
}

static void on_hangup(struct serve *serve)
{
    if (serve->ready) {
        read_again(serve, "SIGHUP");
    } else {
        serve->reload = true;
    }
}

/* ---- The end ---- */

enum {
    SETTLE_MS = 250,  /* for exchanges under way */
    SETTLE_TURNS = 2, /* so that what is on its way is read */
    SETTLE_POLL_MS = 1,
};

/*
 * What a client has sent before whoever started us says stop is in our sockets,
 * and may be what is expected of it.
 */
static void on_settling(struct loop_timer *timer)
{
    struct serve *serve =
        (struct serve *)((char *)timer - offsetof(struct serve, settling));
    struct server *server = &serve->serving.server;
    bool read = ++serve->turns > SETTLE_TURNS;

    if (read && (journal_unfinished(server->journal) == 0 ||
                 loop_now(server->loop) >= serve->deadline)) {
        serving_end(&serve->serving);
    } else {
        loop_start(server->loop, timer,
                   read ? SETTLE_POLL_MS * (int64_t)ENV_NS_PER_MS : 0);
    }
}

static void settle(struct serve *serve)
{
    struct loop *loop = serve->serving.server.loop;

    if (!serve->ready || serve->settling.expired) {
        serving_end(&serve->serving); /* or somebody is impatient */
        return;
    }
    serve->settling.expired = on_settling;
    serve->deadline = loop_now(loop) + SETTLE_MS * (int64_t)ENV_NS_PER_MS;
    loop_start(loop, &serve->settling, 0);
}

/* ---- What happens ---- */

static void on_signal(struct serving *serving, int signal)
{
    if (signal == SIGHUP) {
        on_hangup((struct serve *)serving);
    } else {
        log_info("%s: stopping", strsignal(signal));
        settle((struct serve *)serving);
    }
}

static void on_limit(struct serving *serving)
{
    ((struct serve *)serving)->exit_code = EXIT_TIME;
    log_info("--timeout reached: stopping");
    settle((struct serve *)serving);
}

static bool on_ready(struct serving *serving, struct err *err)
{
    struct serve *serve = (struct serve *)serving;

    if (!server_announce(&serving->server, err) ||
        (serve->watch &&
         !watch_start(serve->watch, serving->server.loop, err))) {
        return false;
    }
    serve->ready = true;
    if (serve->reload) { /* what came while it started */
        read_again(serve, "SIGHUP");
    }
    return true;
}

static void on_stopped(struct serving *serving)
{
    struct serve *serve = (struct serve *)serving;

    loop_cancel(serving->server.loop, &serve->settling);
    watch_free(serve->watch);
    serve->watch = NULL;
}

static enum exit_code judge(struct serving *serving)
{
    enum exit_code verdict = verdict_tell(serving->server.sessions);
    enum exit_code code = ((struct serve *)serving)->exit_code;

    return reports_tell(&serving->server, code == EXIT_GOOD ? verdict : code);
}

static const struct serving_events events = {
    .ready = on_ready,
    .signalled = on_signal,
    .limit = on_limit,
    .reads = watch_file,
    .stopped = on_stopped,
    .judge = judge,
};

static bool make_watch(struct serve *serve, const struct options *options,
                       struct err *err)
{
    if (!options->watch) {
        return true;
    }
    return (reload_watchable(options, err) &&
            watch_new(on_change, serve, &serve->watch, err)) ||
           err_wrap(err, "--watch");
}

static enum exit_code serve_options(struct env *env,
                                    const struct options *options)
{
    struct serve serve = {.exit_code = EXIT_GOOD};
    enum exit_code code = EXIT_USAGE;
    struct err err;

    if (!report_files_check(options, &err) || !golden_check(options, &err) ||
        !serving_open(&serve.serving, env, options, &events, &err)) {
        log_error("%s", err.text);
        return EXIT_USAGE;
    }
    if (make_watch(&serve, options, &err)) {
        code = serving_play(&serve.serving);
    } else {
        log_error("%s", err.text);
    }
    watch_free(serve.watch);
    serving_close(&serve.serving);
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
    options_print("serve", stdout);
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
    code =
        known_load(&options, &env) ? serve_options(&env, &options) : EXIT_USAGE;
    options_clear(&options);
    return code;
}

const struct verb verb_serve = {
    .name = "serve",
    .usage = "[SCENARIO] [OPTION]...",
    .doc = "serve a scenario, or the good world, until stopped",
    .run = run,
};
