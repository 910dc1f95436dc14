/* The options of serve and run, see options.h. */
#include "config.h"

#include "cli/options.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "cli/option_rows.h"
#include "cli/option_types.h"
#include "scenario/known.h"
#include "util/env.h"
#include "util/nearest.h"

#define PREFIX      "LYNCMOCK_"
#define SESSION_TTL (10 * 60 * ENV_NS_PER_SEC)
/* One of many must not hold up the others for ever. */
#define CONFORMANCE_TIMEOUT (60 * ENV_NS_PER_SEC)

/* One reading of variables and arguments. */
struct parse {
    struct options *options;
    const char *verb;
    unsigned verbs; /* the bit of this verb */
};

static unsigned verb_bit(const char *verb)
{
    return strcmp(verb, "run") == 0           ? OPTION_RUN
           : strcmp(verb, "conformance") == 0 ? OPTION_CONFORMANCE
                                              : OPTION_SERVE;
}

/* ---- Reading ---- */

static bool apply(const struct option_row *row, struct options *options,
                  const char *text, const char *origin, struct err *err)
{
    void *field = (char *)options + row->offset;

    if (!row->read(field, options, text, err)) {
        return err_wrap(err, "%s", origin);
    }
    if (row->list) {
        ((struct option_list *)field)->origin = origin;
    }
    return true;
}

static char *variable_name(struct arena *arena, const char *option)
{
    char *name = arena_printf(arena, PREFIX "%s", option);

    for (char *c = name; *c; c++) {
        *c = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
    }
    return name;
}

/* A list in a variable has one item a line; spaces may stand in values. */
static bool apply_variable(const struct option_row *row,
                           struct options *options, const char *name,
                           const char *value, struct err *err)
{
    char *text = arena_strdup(options->arena, value);
    char *next = text;

    if (!row->list) {
        return apply(row, options, text, name, err);
    }
    while (next) {
        char *item = next;

        next = strchr(item, '\n');
        if (next) {
            *next++ = '\0';
        }
        if (*item && !apply(row, options, item, name, err)) {
            return false;
        }
    }
    return true;
}

static bool read_environment(const struct parse *parse, struct env *env,
                             struct err *err)
{
    struct options *options = parse->options;

    for (const struct option_row *row = option_rows; row->name; row++) {
        const char *name = variable_name(options->arena, row->name);
        const char *value = env_variable(env, name);

        if ((row->verbs & parse->verbs) && value &&
            !apply_variable(row, options, name, value, err)) {
            return false;
        }
    }
    return true;
}

/* "LYNCMOCK_HTTPS_PRT", which nobody reads. */
static void warn_of_variable(struct arena *arena, const char *name)
{
    struct nearest nearest;

    nearest_init(&nearest, name + strlen(PREFIX));
    for (const struct option_row *row = option_rows; row->name; row++) {
        const char *known = variable_name(arena, row->name);

        if (strcmp(known, name) == 0) {
            return;
        }
        nearest_try(&nearest, span_text(known + strlen(PREFIX)));
    }
    if (nearest.best.size) {
        log_warning("nothing reads the variable %s; the nearest is " PREFIX
                    "%s",
                    name, (const char *)nearest.best.data);
    } else {
        log_warning("nothing reads the variable %s; lyncmock serve --help "
                    "lists what is read",
                    name);
    }
}

void options_warn(const struct options *options, const struct env *env)
{
    const char *const *variable = env->variables;

    for (; variable && *variable; variable++) {
        if (strncmp(*variable, PREFIX, strlen(PREFIX)) == 0) {
            warn_of_variable(
                options->arena,
                arena_text(options->arena,
                           span_of(*variable, strcspn(*variable, "="))));
        }
    }
}

static const struct option_row *find_row(const struct parse *parse,
                                         struct span name)
{
    for (const struct option_row *row = option_rows; row->name; row++) {
        if ((row->verbs & parse->verbs) &&
            span_equal(name, span_text(row->name))) {
            return row;
        }
    }
    return NULL;
}

static bool unknown_option(const struct parse *parse, const char *argument,
                           const char *name, struct err *err)
{
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (const struct option_row *row = option_rows; row->name; row++) {
        if (row->verbs & parse->verbs) {
            nearest_try(&nearest, span_text(row->name));
        }
    }
    if (nearest.best.size) {
        return err_set(err, "unknown option %s; did you mean --%.*s?", argument,
                       (int)nearest.best.size, nearest.best.data);
    }
    return err_set(err, "unknown option %s; lyncmock %s --help lists them",
                   argument, parse->verb);
}

static bool read_scenario(const struct parse *parse, const char *argument,
                          struct err *err)
{
    struct options *options = parse->options;

    if (options->scenario && (parse->verbs & OPTION_SERVE)) {
        return err_set(err,
                       "unexpected argument \"%s\": the scenario is %s already",
                       argument, options->scenario);
    }
    if (*argument == '\0') {
        return err_set(err, "the name of the scenario is empty");
    }
    if (!option_list(&options->scenarios, options, argument, err)) {
        return false;
    }
    options->scenario = options->scenarios.items[0];
    return true;
}

/* One "--name=value", "--name value" or "--switch" at argv[*at]. */
static bool read_argument(const struct parse *parse, int argc, char **argv,
                          int *at, struct err *err)
{
    struct options *options = parse->options;
    const char *argument = argv[*at];
    const char *name = argument + strlen("--");
    const char *equals = strchr(argument, '=');
    struct span key;
    const struct option_row *row;
    const char *value = equals ? equals + 1 : NULL;

    if (argument[0] != '-') {
        return read_scenario(parse, argument, err);
    }
    if (strncmp(argument, "--", 2) != 0) {
        return err_set(err,
                       "unexpected argument \"%s\"; lyncmock %s --help "
                       "lists the options",
                       argument, parse->verb);
    }
    key = equals ? span_of(name, (size_t)(equals - name)) : span_text(name);
    row = find_row(parse, key);
    if (!row) {
        return unknown_option(parse, argument, arena_text(options->arena, key),
                              err);
    }
    if (!value && !row->argument) {
        value = "yes";
    } else if (!value) {
        if (*at + 1 >= argc) {
            return err_set(err, "%s wants a value: %s", argument,
                           row->argument);
        }
        value = argv[++*at];
    }
    return apply(row, options, value,
                 arena_printf(options->arena, "--%s", row->name), err);
}

static struct option_list *list_at(struct options *options,
                                   const struct option_row *row)
{
    return (struct option_list *)((char *)options + row->offset);
}

/* A list on the command line replaces the one from the environment. */
static bool read_arguments(const struct parse *parse, int argc, char **argv,
                           struct err *err)
{
    struct options *options = parse->options;
    const struct options before = *options;

    for (const struct option_row *row = option_rows; row->name; row++) {
        if (row->list) {
            *list_at(options, row) = (struct option_list){0};
        }
    }
    for (int i = 1; i < argc; i++) {
        if (!read_argument(parse, argc, argv, &i, err)) {
            return false;
        }
    }
    for (const struct option_row *row = option_rows; row->name; row++) {
        if (row->list && !list_at(options, row)->count) {
            *list_at(options, row) =
                *(const struct option_list *)((const char *)&before +
                                              row->offset);
        }
    }
    return true;
}

bool options_parse(int argc, char **argv, struct env *env,
                   struct options *out_options, struct err *err)
{
    struct options options = {
        .arena = arena_new(),
        .proxy_port = OPTION_NONE,
        .ready_fd = -1,
        .workers = 1,
        .jobs = 1,
        .log_level = LOG_INFO,
        .session_ttl = SESSION_TTL,
    };
    const struct parse parse = {&options, argv[0], verb_bit(argv[0])};

    if (parse.verbs & OPTION_RUNS) {
        options.log_level = LOG_WARNING; /* the client has the word */
        options.proxy_port = 0;
    }
    if (parse.verbs & OPTION_CONFORMANCE) {
        options.timeout = CONFORMANCE_TIMEOUT;
        options.lenient = true;
    }
    if (!read_environment(&parse, env, err) ||
        !read_arguments(&parse, argc, argv, err)) {
        options_clear(&options);
        return false;
    }
    *out_options = options;
    return true;
}

void options_clear(struct options *options)
{
    known_free(options->known);
    arena_free(options->arena);
    *options = (struct options){0};
}

void options_print(const char *verb, FILE *to)
{
    for (const struct option_row *row = option_rows; row->name; row++) {
        char left[64];

        if (!(row->verbs & verb_bit(verb))) {
            continue;
        }
        snprintf(left, sizeof(left), "--%s%s%s", row->name,
                 row->argument ? " " : "", row->argument ? row->argument : "");
        fprintf(to, "  %-24s %s\n", left, row->doc);
    }
}
