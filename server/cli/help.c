/* lyncmock help and version, and the list of verbs. */
#include "config.h"

#include <stdio.h>

#include "cli/verb.h"
#include "util/attr.h"

const struct verb *verb_at(size_t index)
{
    static const struct verb *const verbs[] = {
        &verb_help, &verb_list, &verb_probe, &verb_serve, &verb_version,
    };

    return index < ARRAY_SIZE(verbs) ? verbs[index] : NULL;
}

static enum exit_code run_help(int argc UNUSED, char **argv UNUSED)
{
    const struct verb *verb;

    printf("lyncmock - a test server for the sign-in of Microsoft Lync 2013 "
           "clients\n\nusage:\n");
    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
        printf("  lyncmock %s %s\n      %s\n", verb->name, verb->usage,
               verb->doc);
    }
    printf("\nlyncmock serve --help and lyncmock probe --help list the "
           "options.\n");
    return EXIT_GOOD;
}

static enum exit_code run_version(int argc UNUSED, char **argv UNUSED)
{
    printf("lyncmock %s\n", PACKAGE_VERSION);
    return EXIT_GOOD;
}

const struct verb verb_help = {
    .name = "help",
    .usage = "",
    .doc = "print this",
    .run = run_help,
};

const struct verb verb_version = {
    .name = "version",
    .usage = "",
    .doc = "print the version",
    .run = run_version,
};
