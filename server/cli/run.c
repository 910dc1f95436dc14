/* lyncmock run: serves, starts a client, judges what it did. */
#include "config.h"

#include "cli/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/report_files.h"
#include "cli/report_style.h"
#include "cli/run_cases.h"
#include "cli/run_command.h"
#include "cli/run_many.h"
#include "util/log.h"
#include "util/whole_file.h"

static void print_help(void)
{
    printf("usage: lyncmock run SCENARIO... [OPTION]... -- CLIENT [ARG]...\n\n"
           "Serves the scenario on free ports, starts the client with all that "
           "it needs in its\nenvironment, and judges what it did: what the "
           "scenario expects, and what\nspecifications demand. SCENARIO is a "
           "file, or the id of a shipped scenario\n(lyncmock list scenarios). "
           "Each of several has a server and a client of its own,\n--jobs at "
           "a time.\n\nOptions (each is also a variable: --timeout is "
           "LYNCMOCK_TIMEOUT):\n");
    options_print("run", stdout);
    printf("\nThe client's environment is that of lyncmock without LYNCMOCK_*, "
           "and with:\n");
    environment_print(stdout);
    printf(
        "\nExit codes: 0 all held; 1 an expectation or a rule of level MUST "
        "failed, the client\nwas not let in, or it never reached the server; "
        "2 an option, a scenario or the\nclient's name is wrong, nothing was "
        "started; 3 could not start; 4 --timeout\nreached; 5 the client "
        "failed, though the server saw nothing wrong; 70 a bug of\nlyncmock; "
        "77 it needs Kerberos, and this machine has no krb5kdc.\n");
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
static void tell_text(struct env *env, const struct options *options,
                      const struct report *report)
{
    struct report_style style = report_style_of(env, STDERR_FILENO);
    AUTO_BUF text = {0};

    style.brief = true;
    style.line = options->text && strcmp(options->text, "-") == 0;
    style.hint = options->text ? NULL : "--text - shows them";
    report_text(report, &style, &text);
    if (!whole_file_put(STDERR_FILENO, buf_span(&text))) {
        log_debug("nobody reads the report");
    }
}

static enum exit_code play(struct run_command *command)
{
    const struct options *options = &command->options;
    AUTO(arena) arena = arena_new();
    struct report report = {.arena = arena, .version = PACKAGE_VERSION};
    struct run_cases cases;
    enum exit_code code;
    struct err err;

    if (!options->scenario) {
        log_error("a scenario is missing; lyncmock list scenarios prints those "
                  "that are shipped");
        return EXIT_USAGE;
    }
    if (!report_files_check(options, &err) ||
        !run_cases_make(options, &cases, &err)) {
        log_error("%s", err.text);
        return EXIT_USAGE;
    }
    code = run_cases(&command->env, &cases, &command->client, &report);
    if (options->log_format == LOG_JSON) {
        run_command_log(&report);
    } else {
        tell_text(&command->env, options, &report);
    }
    if (!report_files_write(options, &command->env, &report, &err)) {
        log_error("%s", err.text);
        code = EXIT_INTERNAL;
    }
    return code;
}

static enum exit_code run(int argc, char **argv)
{
    struct run_command command;
    enum exit_code code;

    if (arguments_want_help(run_command_end(argc, argv), argv)) {
        print_help();
        return EXIT_GOOD;
    }
    if (!run_command_read(&verb_run, argc, argv, &command)) {
        return EXIT_USAGE;
    }
    code = play(&command);
    run_command_clear(&command);
    return code;
}

const struct verb verb_run = {
    .name = "run",
    .usage = "SCENARIO... [OPTION]... -- CLIENT [ARG]...",
    .doc = "serve a scenario to a client that is started, and judge it",
    .run = run,
};
