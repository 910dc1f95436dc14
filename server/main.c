/*
 * lyncmock: a test server for the sign-in of Microsoft Lync 2013 clients.
 * Finds the verb; all else is in server/cli.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/verb.h"

/* Started without one of them, the next file or socket would take its number,
 * and get our messages. */
static void hold_standard_descriptors(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) {
        close(fd);
    }
}

static const struct verb *find_verb(const char *name)
{
    const struct verb *verb;

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return &verb_help;
    }
    if (strcmp(name, "--version") == 0) {
        return &verb_version;
    }
    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
        if (strcmp(name, verb->name) == 0) {
            return verb;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const struct verb *verb = argc > 1 ? find_verb(argv[1]) : NULL;

    hold_standard_descriptors();
    if (!verb) {
        fprintf(stderr,
                "lyncmock: error: %s%s; lyncmock help lists the "
                "verbs\n",
                argc > 1 ? "unknown verb " : "a verb is missing",
                argc > 1 ? argv[1] : "");
        return EXIT_USAGE;
    }
    return (int)verb->run(argc - 1, argv + 1);
}
