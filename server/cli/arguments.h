/* The command line of verbs that take words, and a switch or two. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/verb.h"

struct arguments {
    char **words; /* what is no option, also "-"; borrowed */
    size_t count;
    bool json; /* --json, where verb->json says that there is one */
};

/* --help, or -h, anywhere behind the verb: whoever asks gets the help, whatever
 * is wrong with the rest. */
bool arguments_want_help(int argc, char **argv);

/*
 * false: there is nothing more to do. *out_code is what to exit with: --help
 * was printed, or an error.
 */
bool arguments_parse(const struct verb *verb, int argc, char **argv,
                     struct arguments *out_arguments, enum exit_code *out_code);

#endif
