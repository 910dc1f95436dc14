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
    char folder[PATH_MAX];
    char program[] = PROGRAM;
    AUTO(str) beside = NULL;

    own_folder(folder, sizeof(folder));
    beside = mem_printf("%s/" PROGRAM, folder);
    argv[0] = program;
    argv[argc] = NULL;
    /* In the build tree, then where it is installed. */
    execv(beside, argv);
    if (errno == ENOENT || errno == ENOTDIR) {
        execv(PKGLIBEXECDIR "/" PROGRAM, argv);
    }
    fprintf(stderr,
            "lyncmock: error: cannot start the probe: %s: looked for %s and "
            "%s\n",
            strerror(errno), beside, PKGLIBEXECDIR "/" PROGRAM);
    return EXIT_START;
}

const struct verb verb_probe = {
    .name = "probe",
    .usage = "[URL] [SIP-ADDRESS] [OPTION]...",
    .doc = "the built-in client signs in and says what it saw",
    .run = run,
};
