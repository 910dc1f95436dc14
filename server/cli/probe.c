/*
 * lyncmock probe: hands over to lyncmock-probe, an executable of its own, so
 * that libcurl stays out of the server.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/verb.h"
#include "util/mem.h"

#define PROGRAM "lyncmock-probe"

/* The folder that this executable is in; "" where the system hides it. */
static void own_folder(char *out, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", out, size - 1);
    char *slash;

    out[length > 0 ? length : 0] = '\0';
    slash = strrchr(out, '/');
    if (slash) {
        *slash = '\0';
    }
}

static enum exit_code run(int argc, char **argv)
{
    char program[] = PROGRAM;
    char help[] = "--help";
    char folder[PATH_MAX];
    AUTO(str) beside = NULL;
    AUTO(str) moved = NULL;

    own_folder(folder, sizeof(folder));
    beside = mem_printf("%s/" PROGRAM, folder);
    moved = mem_printf("%s/../libexec/lyncmock/" PROGRAM, folder);
    argv[0] = program;
    if (arguments_want_help(argc, argv)) {
        argv[1] = help;
        argc = 2;
    }
    argv[argc] = NULL;
    /* In the build tree; where it is installed; in a tree that was moved. */
    const char *const places[] = {beside, PKGLIBEXECDIR "/" PROGRAM, moved};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        execv(places[i], argv);
        if (errno != ENOENT && errno != ENOTDIR) {
            break;
        }
    }
    fprintf(stderr,
            "lyncmock: error: cannot start the probe: %s: looked for %s, %s "
            "and %s\n",
            strerror(errno), beside, PKGLIBEXECDIR "/" PROGRAM, moved);
    return EXIT_START;
}

const struct verb verb_probe = {
    .name = "probe",
    .usage = "[URL] [SIP-ADDRESS] [OPTION]...",
    .doc = "the built-in client signs in and says what it saw",
    .run = run,
};
