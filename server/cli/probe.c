/*
 * lyncmock probe: hands over to lyncmock-probe, an executable of its own, so
 * that libcurl stays out of the server.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/verb.h"
#include "util/mem.h"
#include "util/program.h"

#define PROGRAM "lyncmock-probe"

static enum exit_code run(int argc, char **argv)
{
    char program[] = PROGRAM;
    char help[] = "--help";
    AUTO(str) path = NULL;
    struct err err;

    argv[0] = program;
    if (arguments_want_help(argc, argv)) {
        argv[1] = help;
        argc = 2;
    }
    argv[argc] = NULL;
    if (program_find(PROGRAM, &path, &err)) {
        execv(path, argv);
        err_errno(&err, "%s", path);
    }
    fprintf(stderr, "lyncmock: error: cannot start the probe: %s\n", err.text);
    return EXIT_START;
}

const struct verb verb_probe = {
    .name = "probe",
    .usage = "[URL] [SIP-ADDRESS] [OPTION]...",
    .doc = "the built-in client signs in and says what it saw",
    .run = run,
};
