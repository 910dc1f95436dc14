/* Words and switches, see arguments.h. */
#include "config.h"

#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

#include "util/log.h"

static void print_help(const struct verb *verb)
{
    printf("usage: lyncmock %s %s\n\n%s\n\nOptions:\n", verb->name, verb->usage,
           verb->help);
    if (verb->json) {
        printf("  %-24s %s\n", "--json", verb->json);
    }
    printf("  %-24s %s\n", "--help", "print this");
}

bool arguments_want_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

bool arguments_parse(const struct verb *verb, int argc, char **argv,
                     struct arguments *out_arguments, enum exit_code *out_code)
{
    struct arguments arguments = {.words = argv + 1};

    if (arguments_want_help(argc, argv)) {
        print_help(verb);
        *out_code = EXIT_GOOD;
        return false;
    }
    for (int i = 1; i < argc; i++) {
        if (verb->json && strcmp(argv[i], "--json") == 0) {
            arguments.json = true;
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            log_error("unknown option %s; lyncmock %s --help lists them",
                      argv[i], verb->name);
            *out_code = EXIT_USAGE;
            return false;
        } else {
            argv[1 + arguments.count++] = argv[i];
        }
    }
    *out_arguments = arguments;
    return true;
}
