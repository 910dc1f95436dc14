/* lyncmock conformance: a client is put to a plan of scenarios. */
#include "config.h"

#include "cli/conformance.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/report_files.h"
#include "cli/report_style.h"
#include "cli/run_cases.h"
#include "cli/run_command.h"
#include "cli/run_many.h"
#include "scenario/plan.h"
#include "util/log.h"
#include "util/whole_file.h"

enum { REPORT_SIZE_MAX = 256 * 1024 * 1024 }; /* of --compare */

static void print_plans(FILE *to)
{
    AUTO(arena) arena = arena_new();
    const struct options options = {.arena = arena};
    struct plan plan;
    const char *name;

    for (size_t i = 0; (name = plan_shipped(arena, i)) != NULL; i++) {
        if (conformance_plan(&options, name, &plan)) {
            fprintf(to, "  %-12s %s: %s\n", name, plan.title, plan.client);
        }
    }
}

static void print_help(void)
{
    printf("usage: lyncmock conformance PLAN [OPTION]... -- CLIENT [ARG]...\n\n"
           "Starts the client once for each scenario of the plan, as lyncmock "
           "run does, and\ntells how it did in a scorecard: group by group, "
           "rule by rule, and what it has\nnever met. Where a scenario lets "
           "nobody sign in, the client's exit status is not\njudged. PLAN is a "
           "file, or one of these:\n");
    print_plans(stdout);
    printf("\nOptions (each is also a variable: --timeout is "
           "LYNCMOCK_TIMEOUT). --timeout is of\neach run, and 1m where it is "
           "not given:\n");
    options_print("conformance", stdout);
    printf(
        "\nThe client's environment is that of lyncmock run.\n\n"
        "Exit codes are those of lyncmock run, of all runs the worst: 0 all "
        "held; 1 one\nfailed; 2 an option, the plan, a scenario or the "
        "client's name is wrong, nothing\nwas started; 3 could not start; 4 "
        "--timeout reached; 5 the client failed, though\nthe server saw "
        "nothing wrong; 70 a bug of lyncmock; 77 all was skipped. With\n"
        "--fail-on worse 1, 4 and 5 become 0 unless something got worse, and "
        "1 if it did.\n");
}

/* ---- Before ---- */

static bool read_plan(const struct options *options, struct plan *out_plan)
{
    if (!options->scenario) {
        log_error("a plan is missing; expected a file, or one of these:");
        print_plans(stderr);
        return false;
    }
    if (options->scenarios.count > 1) {
        log_error("one plan at a time: %s, not also %s",
                  options->scenarios.items[0], options->scenarios.items[1]);
        return false;
    }
    return conformance_plan(options, options->scenario, out_plan);
}

/* The plan's scenarios in place of its name. */
static void set_scenarios(struct options *options, const struct plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->group_count; i++) {
        count += plan->groups[i].count;
    }
    options->scenarios = (struct option_list){
        .items = arena_alloc(options->arena, (count + 1) * sizeof(char *))};
    for (size_t i = 0; i < plan->group_count; i++) {
        const struct plan_group *group = &plan->groups[i];

        for (size_t k = 0; k < group->count; k++) {
            options->scenarios.items[options->scenarios.count++] =
                group->scenarios[k];
        }
    }
    options->scenario = options->scenarios.items[0];
}

static bool read_old(const struct options *options, struct arena *arena,
                     struct report *out_old, struct err *err)
{
    AUTO_BUF json = {0};

    if (!options->compare) {
        return !options->only_worse ||
               err_set(err, "--fail-on worse: than what? --compare names an "
                            "earlier report (--json)");
    }
    return (whole_file_read(options->compare, REPORT_SIZE_MAX, &json, err) &&
            report_read(arena, buf_span(&json), out_old, err)) ||
           err_wrap(err, "--compare %s", options->compare);
}

/* ---- After ---- */

/* What failed before may fail; what could not be judged is no better for it. */
static enum exit_code weigh(const struct options *options,
                            const struct report *report, enum exit_code code)
{
    switch (code) {
    case EXIT_VERDICT:
    case EXIT_TIME:
    case EXIT_CLIENT:
        return !options->only_worse                 ? code
               : scorecard_worse(report->scorecard) ? EXIT_VERDICT
                                                    : EXIT_GOOD;
    case EXIT_GOOD:
    case EXIT_USAGE:
    case EXIT_START:
    case EXIT_INTERNAL:
    case EXIT_SKIPPED:
        break;
    }
    return code;
}

static void tell(struct run_command *command, const struct report *report)
{
    struct report_style style = report_style_of(&command->env, STDERR_FILENO);
    AUTO_BUF text = {0};

    if (command->options.log_format == LOG_JSON) {
        run_command_log(report);
        return;
    }
    scorecard_text(report, &style, command->options.coverage, &text);
    if (!whole_file_put(STDERR_FILENO, buf_span(&text))) {
        log_debug("nobody reads the scorecard");
    }
}

static enum exit_code conclude(struct run_command *command,
                               const struct plan *plan,
                               const struct report *old, enum exit_code code,
                               struct report *report)
{
    const struct options *options = &command->options;
    struct err err;

    conformance_score(plan, report);
    if (options->compare) {
        scorecard_compare(report, old, options->compare);
    }
    code = weigh(options, report, code);
    report->exit_code = (int)code;
    tell(command, report);
    if (!report_files_write(options, &command->env, report, &err)) {
        log_error("%s", err.text);
        return EXIT_INTERNAL;
    }
    return code;
}

static enum exit_code play(struct run_command *command)
{
    AUTO(arena) arena = arena_new();
    struct report report = {.arena = arena, .version = PACKAGE_VERSION};
    struct report old = {.arena = arena};
    struct run_cases cases;
    struct plan plan;
    enum exit_code code;
    struct err err;

    if (!read_plan(&command->options, &plan)) {
        return EXIT_USAGE;
    }
    set_scenarios(&command->options, &plan);
    if (!report_files_check(&command->options, &err) ||
        !read_old(&command->options, arena, &old, &err) ||
        !run_cases_make(&command->options, &cases, &err)) {
        log_error("%s", err.text);
        return EXIT_USAGE;
    }
    if (!run_cases_check(&cases)) {
        return EXIT_USAGE;
    }
    code = run_many(&command->env, &cases, &command->client, &report);
    return report.run_count ? conclude(command, &plan, &old, code, &report)
                            : code;
}

static enum exit_code run(int argc, char **argv)
{
    struct run_command command;
    enum exit_code code;

    if (arguments_want_help(run_command_end(argc, argv), argv)) {
        print_help();
        return EXIT_GOOD;
    }
    if (!run_command_read(&verb_conformance, argc, argv, &command)) {
        return EXIT_USAGE;
    }
    code = play(&command);
    run_command_clear(&command);
    return code;
}

const struct verb verb_conformance = {
    .name = "conformance",
    .usage = "PLAN [OPTION]... -- CLIENT [ARG]...",
    .doc = "put a client to a plan of scenarios, and tell how it did",
    .run = run,
};
