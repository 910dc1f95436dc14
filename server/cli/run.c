/* lyncmock run: serves, starts a client, judges what it did. */
#include "config.h"

#include "cli/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/environment.h"
#include "cli/known.h"
#include "cli/report_files.h"
#include "cli/report_style.h"
#include "cli/run_cases.h"
#include "cli/run_many.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/whole_file.h"

static void print_help(void)
{
    printf("usage: lyncmock run SCENARIO [OPTION]... -- CLIENT [ARG]...\n\n"
           "Serves the scenario on free ports, starts the client with all that "
           "it needs in its\nenvironment, and judges what it did: what the "
           "scenario expects, and what\nspecifications demand. SCENARIO is a "
           "file, or the id of a shipped scenario\n(lyncmock list scenarios)."
           "\n\nOptions (each is also a variable: --timeout is "
           "LYNCMOCK_TIMEOUT):\n");
    options_print("run", stdout);
    printf("\nThe client's environment is that of lyncmock without LYNCMOCK_*, "
           "and with:\n");
    environment_print(stdout);
    printf(
        "\nExit codes: 0 all held; 1 an expectation or a rule of level MUST "
        "failed, or the\nclient never reached the server; 2 an option, a "
        "scenario or the client's name is\nwrong, nothing was started; 3 could "
        "not start; 4 --timeout reached; 5 the client\nfailed, though the "
        "server saw nothing wrong; 70 a bug of lyncmock; 77 it needs\n"
        "Kerberos, and this machine has no krb5kdc.\n");
}

/* Where "--" is: the client's command follows. argc: nowhere. */
static int find_client(int argc, char **argv)
{
    int at = 1;

    while (at < argc && strcmp(argv[at], "--") != 0) {
        at++;
    }
    return at;
}

static bool check(struct env *env, const struct options *options,
                  struct run_client *client, struct err *err)
{
    if (!options->scenario) {
        return err_set(err, "a scenario is missing; lyncmock list scenarios "
                            "prints those that are shipped");
    }
    return report_files_check(options, err) &&
           client_find(env, client->argv[0], &client->program, err);
}

/* Nothing is started before all of it is known to be good. */
static enum exit_code run_cases(struct env *env, const struct run_cases *cases,
                                const struct run_client *client,
                                struct report *report)
{
    const struct run_plan plan = {client, cases->items[0].variant};

    if (cases->count == 1) {
        return run_one(env, &cases->items[0].options, &plan, report);
    }
    return run_cases_check(cases) ? run_many(env, cases, client, report)
                                  : EXIT_USAGE;
}

/* On stderr: stdout is the client's. */
static void tell_text(struct env *env, const struct report *report)
{
    struct report_style style = report_style_of(env, STDERR_FILENO);
    AUTO_BUF text = {0};

    style.brief = true;
    report_text(report, &style, &text);
    if (!whole_file_put(STDERR_FILENO, buf_span(&text))) {
        log_debug("nobody reads the report");
    }
}

static void tell_log(const struct report *report)
{
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->runs[i];

        log_message(run->exit_code == EXIT_GOOD ? LOG_INFO : LOG_WARNING,
                    "%s%s%s: %s", run->scenario, run->variant ? " " : "",
                    run->variant ? run->variant : "", run->line);
    }
}

static enum exit_code run_options(struct env *env, struct options *options,
                                  char **argv)
{
    AUTO(arena) arena = arena_new();
    struct run_client client = {.argv = argv};
    struct report report = {.arena = arena, .version = PACKAGE_VERSION};
    struct run_cases cases;
    enum exit_code code;
    struct err err;

    if (!check(env, options, &client, &err) ||
        !run_cases_make(options, &cases, &err)) {
        log_error("%s", err.text);
        mem_free(client.program);
        return EXIT_USAGE;
    }
    code = run_cases(env, &cases, &client, &report);
    if (options->log_format == LOG_JSON) {
        tell_log(&report);
    } else {
        tell_text(env, &report);
    }
    if (!report_files_write(options, env, &report, &err)) {
        log_error("%s", err.text);
        code = EXIT_INTERNAL;
    }
    mem_free(client.program);
    return code;
}

static enum exit_code run(int argc, char **argv)
{
    int client = find_client(argc, argv);
    struct options options;
    enum exit_code code;
    struct env env;
    struct err err;
    uint32_t seed;

    if (arguments_want_help(client, argv)) {
        print_help();
        return EXIT_GOOD;
    }
    env_system(&env, 0);
    if (!options_parse(client, argv, &env, &options, &err)) {
        log_error("%s", err.text);
        return EXIT_USAGE;
    }
    log_setup(options.log_level, options.log_format);
    options_warn(&options, &env);
    env_secret(&seed, sizeof(seed));
    env.seed = options.seed_given ? options.seed : seed;
    if (!known_load(&options, &env)) {
        code = EXIT_USAGE;
    } else if (client + 1 < argc) {
        code = run_options(&env, &options, argv + client + 1);
    } else {
        log_error("a client is missing: lyncmock run SCENARIO -- CLIENT "
                  "[ARG]...");
        code = EXIT_USAGE;
    }
    options_clear(&options);
    return code;
}

const struct verb verb_run = {
    .name = "run",
    .usage = "SCENARIO [OPTION]... -- CLIENT [ARG]...",
    .doc = "serve a scenario to a client that is started, and judge it",
    .run = run,
};
