/*
 * One scenario played to one client, see run.h: it is started once the server
 * is ready, and judged once nothing is left of it.
 */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/environment.h"
#include "cli/gather.h"
#include "cli/golden.h"
#include "cli/reports.h"
#include "cli/run_parts.h"
#include "cli/verdict.h"
#include "util/duration.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/nearest.h"

#define PORTS_FILE "ports.json"

/* ---- What happens ---- */

static void on_child(struct serving *serving, pid_t pid, int status)
{
    struct run *run = (struct run *)serving;

    if (pid != run->client.pid) {
        return;
    }
    client_changed(&run->client, status);
    if (run->client.ended) {
        run_end_client(run, SIGTERM);
    }
}

static void on_signal(struct serving *serving, int signal)
{
    struct run *run = (struct run *)serving;

    log_info("%s: ending the client", strsignal(signal));
    run->interrupted = true;
    if (!run->client.pid) {
        serving_end(serving);
    } else if (run->stage == STAGE_ENDING) {
        run_kill_client(run); /* somebody is impatient */
    } else {
        run_end_client(run, signal);
    }
}

static void on_limit(struct serving *serving)
{
    struct run *run = (struct run *)serving;

    if (run->stage == STAGE_CLIENT) {
        run->timed_out = true;
        log_warning("--timeout reached: ending the client");
        run_end_client(run, SIGTERM);
    }
}

/* ---- The start ---- */

static enum exit_code unknown_user(const struct world *world, const char *name)
{
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (size_t i = 0; i < world->user_count; i++) {
        nearest_try(&nearest, span_text(world->users[i].name));
    }
    log_error("--user %s: there is no such user%s%s", name,
              nearest.best.size ? "; the nearest is " : " in this world",
              nearest.best.size ? (const char *)nearest.best.data : "");
    return EXIT_USAGE;
}

/* The verdict is what this is for: a breach of what a specification demands is
 * one, where the scenario says nothing of that. */
static enum exit_code on_loaded(struct serving *serving,
                                struct scenario *scenario)
{
    struct run *run = (struct run *)serving;
    const struct world *world = scenario->world;
    const struct user *user = environment_user(world, run->options.user);

    if (run->options.user && !user) {
        return unknown_user(world, run->options.user);
    }
    scenario_judge_by(scenario, scenario->expectation_count
                                    ? FAIL_ON_MUST
                                    : FAIL_ON_MUST | FAIL_ON_REFUSED);
    scenario->judged = true; /* at least whether the client came */
    run->may_fail = run->options.lenient && !scenario_lets_in(scenario);
    if (user && kerberos_may_have_ticket(world, user)) {
        run->options.ccache_client = user->name;
    }
    return EXIT_GOOD;
}

static bool publish(struct run *run, const char **out_path, struct err *err)
{
    struct server *server = &run->serving.server;
    const char *given = run->options.ports_file;
    const char *path = given ? given
                             : arena_printf(run->arena, "%s/" PORTS_FILE,
                                            run_dir_path(server->run_dir));
    char *absolute;

    if (!server_publish(server, path, err)) {
        return false;
    }
    absolute = realpath(path, NULL); /* the client may stand elsewhere */
    *out_path = absolute ? arena_strdup(run->arena, absolute) : path;
    mem_free(absolute);
    return true;
}

static bool on_ready(struct serving *serving, struct err *err)
{
    struct run *run = (struct run *)serving;
    struct server *server = &serving->server;
    struct environment environment = {
        .server = server,
        .user = environment_user(server->world, run->options.user),
        .scenario = run->options.scenario,
        .variant = run->plan->variant,
    };

    if (!publish(run, &environment.ports_file, err)) {
        return false;
    }
    run->began = env_monotonic(serving->env);
    run_await_point(run);
    return client_start(
        &run->client, run->plan->client->program, run->plan->client->argv,
        environment_make(run->arena, &environment), &serving->mask, err);
}

/* Also after a start that has failed half-way: then it is not there yet. */
static void on_stopped(struct serving *serving)
{
    struct run *run = (struct run *)serving;

    run_forget_point(run);
    loop_cancel(serving->server.loop, &run->timer);
}

/* ---- The verdict ---- */

/* Ctrl-C goes to the client alone where it has the terminal. */
static bool was_stopped(const struct run *run)
{
    const struct client *client = &run->client;

    return run->ended_by_us || run->interrupted ||
           (client->terminal >= 0 &&
            (client->signal == SIGINT || client->signal == SIGQUIT));
}

static const char *command_text(struct arena *arena, char *const *argv)
{
    AUTO_BUF text = {0};

    for (size_t i = 0; argv[i]; i++) {
        buf_printf(&text, "%s%s", i ? " " : "", argv[i]);
    }
    return arena_text(arena, buf_span(&text));
}

static void tell_client(const struct run *run, struct report_run *out)
{
    out->variant = run->plan->variant;
    out->client.command = command_text(run->arena, run->plan->client->argv);
    out->client.exit_status = run->client.exit_status;
    out->client.signal = run->client.signal;
    out->client.timed_out = run->timed_out;
    out->client.limit = run->options.timeout
                            ? duration_text(run->arena, run->options.timeout)
                            : NULL;
    out->client.stopped = was_stopped(run);
    out->client.may_fail = run->may_fail;
}

/* The client is told with the default session, which is the first. */
static enum exit_code judge(struct serving *serving)
{
    struct run *run = (struct run *)serving;
    struct report *report = run->report;
    enum exit_code code = EXIT_SKIPPED;

    verdict_prepare(serving->server.sessions);
    reports_gather(&serving->server, run->began, report);
    tell_client(run, &report->runs[0]);
    gather_conclude(&report->runs[0], run->arena);
    for (size_t i = 0; i < report->run_count; i++) {
        code = run_worse(code, (enum exit_code)report->runs[i].exit_code);
    }
    golden_approve(&serving->server, code == EXIT_GOOD, report);
    return run_worse(code, (enum exit_code)report->runs[0].exit_code);
}

static const struct serving_events events = {
    .loaded = on_loaded,
    .ready = on_ready,
    .signalled = on_signal,
    .child = on_child,
    .limit = on_limit,
    .stopped = on_stopped,
    .judge = judge,
};

/* What never got so far as to be judged. */
static void tell_start(const struct run *run, enum exit_code code)
{
    struct report *report = run->report;
    struct report_run *out;

    if (report->run_count) {
        return;
    }
    out = ARENA_NEW(run->arena, struct report_run);
    *out = (struct report_run){
        .scenario = run->options.scenario,
        .variant = run->plan->variant,
        .seed = run->serving.env->seed,
        .exit_code = (int)code,
        .line = run_code_text(code),
        .client = {.exit_status = -1},
    };
    report->runs = out;
    report->run_count = 1;
}

enum exit_code run_one(struct env *env, const struct options *options,
                       const struct run_plan *plan, struct report *report)
{
    struct run run = {
        .options = *options,
        .plan = plan,
        .arena = report->arena,
        .report = report,
        .client = {.exit_status = -1, .terminal = -1},
    };
    enum exit_code code;
    struct err err;

    run.options.client = true;
    run_end_prepare(&run);
    if (!serving_open(&run.serving, env, &run.options, &events, &err)) {
        log_error("%s", err.text);
        return EXIT_USAGE;
    }
    code = serving_play(&run.serving);
    serving_close(&run.serving);
    tell_start(&run, code);
    report->exit_code = (int)code;
    return code;
}
