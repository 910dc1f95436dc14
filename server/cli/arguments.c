/* Words and options, see arguments.h. */
#include "config.h"

#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

#include "util/log.h"

static void print_option(const struct verb_option *option)
{
    int width = printf("  %s%s%s", option->name, option->value ? " " : "",
                       option->value ? option->value : "");

    printf("%*s %s\n", width < 26 ? 26 - width : 0, "", option->doc);
}

static void print_help(const struct verb *verb)
{
    printf("usage: lyncmock %s %s\n\n%s\n\nOptions:\n", verb->name, verb->usage,
           verb->help);
    for (const struct verb_option *o = verb->options; o && o->name; o++) {
        print_option(o);
    }
    if (verb->json) {
        print_option(&(struct verb_option){"--json", NULL, verb->json});
    }
    print_option(&(struct verb_option){"--help", NULL, "print this"});
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

/* "--at" of "--at" and "--at=mex.get"; NULL: the verb has no such option. */
static const struct verb_option *option_of(const struct verb *verb,
                                           const char *word)
{
    size_t length = strcspn(word, "=");

    for (const struct verb_option *o = verb->options; o && o->name; o++) {
        if (strlen(o->name) == length && strncmp(o->name, word, length) == 0) {
            return o;
        }
    }
    return NULL;
}

/* One option, and what follows it where that is its value. */
static bool take_option(const struct verb *verb, int argc, char **argv, int *at,
                        struct arguments *arguments)
{
    const struct verb_option *option = option_of(verb, argv[*at]);
    const char *equals = strchr(argv[*at], '=');
    struct given given = {option, equals ? equals + 1 : NULL};

    if (!option) {
        log_error("unknown option %s; lyncmock %s --help lists them", argv[*at],
                  verb->name);
        return false;
    }
    if (!option->value && given.value) {
        log_error("%s takes no value", option->name);
        return false;
    }
    if (option->value && !given.value) {
        if (*at + 1 == argc) {
            log_error("%s wants %s behind it", option->name, option->value);
            return false;
        }
        given.value = argv[++*at];
    }
    if (arguments->given_count == ARGUMENTS_OPTIONS_MAX) {
        log_error("more than %d options", ARGUMENTS_OPTIONS_MAX);
        return false;
    }
    arguments->given[arguments->given_count++] = given;
    return true;
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
        } else if (argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[1 + arguments.count++] = argv[i];
        } else if (!take_option(verb, argc, argv, &i, &arguments)) {
            *out_code = EXIT_USAGE;
            return false;
        }
    }
    *out_arguments = arguments;
    return true;
}

const char *arguments_value(const struct arguments *arguments, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < arguments->given_count; i++) {
        if (strcmp(arguments->given[i].option->name, name) == 0) {
            value = arguments->given[i].value;
        }
    }
    return value;
}

bool arguments_has(const struct arguments *arguments, const char *name)
{
    for (size_t i = 0; i < arguments->given_count; i++) {
        if (strcmp(arguments->given[i].option->name, name) == 0) {
            return true;
        }
    }
    return false;
}
