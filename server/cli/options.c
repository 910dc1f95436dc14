/* The options of serve, see options.h. */
#include "config.h"

#include "cli/options.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "cli/option_rows.h"
#include "util/env.h"
#include "util/nearest.h"

#define PREFIX      "LYNCMOCK_"
#define SESSION_TTL (10 * 60 * ENV_NS_PER_SEC)

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

static bool read_environment(struct options *options, struct env *env,
                             struct err *err)
{
    for (const struct option_row *row = option_rows; row->name; row++) {
        const char *name = variable_name(options->arena, row->name);
        const char *value = env_variable(env, name);

        if (value && !apply_variable(row, options, name, value, err)) {
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

static const struct option_row *find_row(struct span name)
{
    for (const struct option_row *row = option_rows; row->name; row++) {
        if (span_equal(name, span_text(row->name))) {
            return row;
        }
    }
    return NULL;
}

static bool unknown_option(const char *argument, const char *name,
                           struct err *err)
{
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (const struct option_row *row = option_rows; row->name; row++) {
        nearest_try(&nearest, span_text(row->name));
    }
    if (nearest.best.size) {
        return err_set(err, "unknown option %s; did you mean --%.*s?", argument,
                       (int)nearest.best.size, nearest.best.data);
    }
    return err_set(err, "unknown option %s; lyncmock serve --help lists them",
                   argument);
}

static bool read_scenario(struct options *options, const char *argument,
                          struct err *err)
{
    if (options->scenario) {
        return err_set(err,
                       "unexpected argument \"%s\": the scenario is %s already",
                       argument, options->scenario);
    }
    if (*argument == '\0') {
        return err_set(err, "the name of the scenario is empty");
    }
    options->scenario = arena_strdup(options->arena, argument);
    return true;
}

/* One "--name=value", "--name value" or "--switch" at argv[*at]. */
static bool read_argument(struct options *options, int argc, char **argv,
                          int *at, struct err *err)
{
    const char *argument = argv[*at];
    const char *name = argument + strlen("--");
    const char *equals = strchr(argument, '=');
    struct span key;
    const struct option_row *row;
    const char *value = equals ? equals + 1 : NULL;

    if (argument[0] != '-') {
        return read_scenario(options, argument, err);
    }
    if (strncmp(argument, "--", 2) != 0) {
        return err_set(err,
                       "unexpected argument \"%s\"; lyncmock serve --help "
                       "lists the options",
                       argument);
    }
    key = equals ? span_of(name, (size_t)(equals - name)) : span_text(name);
    row = find_row(key);
    if (!row) {
        return unknown_option(argument, arena_text(options->arena, key), err);
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

/* A list on the command line replaces the one from the environment. */
static bool read_arguments(struct options *options, int argc, char **argv,
                           struct err *err)
{
    struct option_list listen = options->listen;
    struct option_list set = options->set;
    struct option_list ccache = options->ccache;
    struct option_list templates = options->templates;

    options->listen = (struct option_list){0};
    options->set = (struct option_list){0};
    options->ccache = (struct option_list){0};
    options->templates = (struct option_list){0};
    for (int i = 1; i < argc; i++) {
        if (!read_argument(options, argc, argv, &i, err)) {
            return false;
        }
    }
    if (!options->listen.count) {
        options->listen = listen;
    }
    if (!options->set.count) {
        options->set = set;
    }
    if (!options->ccache.count) {
        options->ccache = ccache;
    }
    if (!options->templates.count) {
        options->templates = templates;
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
        .log_level = LOG_INFO,
        .session_ttl = SESSION_TTL,
    };

    if (!read_environment(&options, env, err) ||
        !read_arguments(&options, argc, argv, err)) {
        options_clear(&options);
        return false;
    }
    *out_options = options;
    return true;
}

void options_clear(struct options *options)
{
    arena_free(options->arena);
    *options = (struct options){0};
}

void options_print(FILE *to)
{
    for (const struct option_row *row = option_rows; row->name; row++) {
        char left[64];

        snprintf(left, sizeof(left), "--%s%s%s", row->name,
                 row->argument ? " " : "", row->argument ? row->argument : "");
        fprintf(to, "  %-24s %s\n", left, row->doc);
    }
}
