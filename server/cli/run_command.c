/* What run and conformance share, see run_command.h. */
#include "config.h"

#include "cli/run_command.h"

#include <string.h>

#include "cli/client.h"
#include "cli/known.h"
#include "util/log.h"
#include "util/mem.h"

int run_command_end(int argc, char **argv)
{
    int at = 1;

    while (at < argc && strcmp(argv[at], "--") != 0) {
        at++;
    }
    return at;
}

static bool find_client(const struct verb *verb, int argc, char **argv,
                        struct run_command *command)
{
    int end = run_command_end(argc, argv);
    struct err err;

    if (end + 1 >= argc) {
        log_error("a client is missing: lyncmock %s %s", verb->name,
                  verb->usage);
        return false;
    }
    command->client.argv = argv + end + 1;
    if (!client_find(&command->env, argv[end + 1], &command->client.program,
                     &err)) {
        log_error("%s", err.text);
        return false;
    }
    return true;
}

bool run_command_read(const struct verb *verb, int argc, char **argv,
                      struct run_command *out_command)
{
    struct run_command command = {0};
    struct err err;
    uint32_t seed;

    env_system(&command.env, 0);
    if (!options_parse(run_command_end(argc, argv), argv, &command.env,
                       &command.options, &err)) {
        log_error("%s", err.text);
        return false;
    }
    log_setup(command.options.log_level, command.options.log_format);
    options_warn(&command.options, &command.env);
    env_secret(&seed, sizeof(seed));
    command.env.seed = command.options.seed_given ? command.options.seed : seed;
    if (!known_load(&command.options, &command.env) ||
        !find_client(verb, argc, argv, &command)) {
        options_clear(&command.options);
        return false;
    }
    *out_command = command;
    return true;
}

void run_command_clear(struct run_command *command)
{
    mem_free(command->client.program);
    options_clear(&command->options);
}

void run_command_log(const struct report *report)
{
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->runs[i];

        log_message(run->exit_code == EXIT_GOOD ? LOG_INFO : LOG_WARNING,
                    "%s%s%s: %s", run->scenario, run->variant ? " " : "",
                    run->variant ? run->variant : "", run->line);
    }
}
