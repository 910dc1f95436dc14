/* The command line of verbs that take words, and an option or two. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/verb.h"

enum { ARGUMENTS_OPTIONS_MAX = 64 }; /* given on one command line */

/* An option as it was given. */
struct given {
    const struct verb_option *option;
    const char *value; /* NULL where it takes none */
};

struct arguments {
    char **words; /* what is no option, also "-"; borrowed */
    size_t count;
    bool json; /* --json, where verb->json says that there is one */
    struct given given[ARGUMENTS_OPTIONS_MAX];
    size_t given_count;
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

/* Whether the option of this name, "--long", was given. */
bool arguments_has(const struct arguments *arguments, const char *name);
/* What was given with it, the last time; NULL: it was not. */
const char *arguments_value(const struct arguments *arguments,
                            const char *name);

#endif
