/* lyncmock help and version, and the list of verbs. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/verb.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/nearest.h"

const struct verb *verb_at(size_t index)
{
    static const struct verb *const verbs[] = {
        &verb_check, &verb_conformance, &verb_decode, &verb_explain,
        &verb_help,  &verb_list,        &verb_new,    &verb_probe,
        &verb_run,   &verb_schema,      &verb_serve,  &verb_version,
        &verb_wait,
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

static enum exit_code print_verbs(void)
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

static enum exit_code unknown_verb(const char *name)
{
    const struct verb *verb;
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
        nearest_try(&nearest, span_text(verb->name));
    }
    log_error("unknown verb %s; %s%s", name,
              nearest.best.size ? "the nearest is "
                                : "lyncmock help lists the "
                                  "verbs",
              nearest.best.size ? (const char *)nearest.best.data : "");
    return EXIT_USAGE;
}

/* What `lyncmock VERB --help` prints, by the verb itself. */
static enum exit_code help_of(char *name)
{
    char option[] = "--help";
    char *argv[] = {name, option, NULL};
    const struct verb *verb;

    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
        if (strcmp(verb->name, name) == 0) {
            return verb->run(2, argv);
        }
    }
    return unknown_verb(name);
}

static enum exit_code run_help(int argc, char **argv)
{
    return argc < 2 || arguments_want_help(argc, argv) ? print_verbs()
                                                       : help_of(argv[1]);
}

static enum exit_code run_version(int argc, char **argv)
{
    if (arguments_want_help(argc, argv)) {
        return print_verbs();
    }
    printf("lyncmock %s\n", PACKAGE_VERSION);
    return EXIT_GOOD;
}

const struct verb verb_help = {
    .name = "help",
    .usage = "[VERB]",
    .doc = "print this, or what VERB does",
    .run = run_help,
};

const struct verb verb_version = {
    .name = "version",
    .usage = "",
    .doc = "print the version",
    .run = run_version,
};
