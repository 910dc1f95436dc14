/* lyncmock help and version, and the list of verbs. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/verb.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/log.h"

const struct verb *verb_at(size_t index)
{
    static const struct verb *const verbs[] = {
        &verb_check, &verb_explain, &verb_help,  &verb_list,
        &verb_probe, &verb_schema,  &verb_serve, &verb_version,
    };

    return index < ARRAY_SIZE(verbs) ? verbs[index] : NULL;
}

enum exit_code print_all(const struct buf *text)
{
    bool good = text->size == 0 ||
                fwrite(text->data, 1, text->size, stdout) == text->size;

    if (fflush(stdout) != 0 || !good) {
        log_error("cannot write to stdout: %s", strerror(errno));
        return EXIT_START;
    }
    return EXIT_GOOD;
}

static enum exit_code run_help(int argc UNUSED, char **argv UNUSED)
{
    const struct verb *verb;

    printf("lyncmock - a test server for the sign-in of Microsoft Lync 2013 "
           "clients\n\nusage:\n");
    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
        printf("  lyncmock %s%s%s\n      %s\n", verb->name,
               *verb->usage ? " " : "", verb->usage, verb->doc);
    }
    printf("\nlyncmock VERB --help says more, and lists the options.\n");
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
