/* The options of serve, see options.h. */
#include "config.h"

#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "util/duration.h"
#include "util/env.h"
#include "util/nearest.h"

enum { WORKERS_MAX = 64 };

#define PREFIX      "LYNCMOCK_"
#define SESSION_TTL (10 * 60 * ENV_NS_PER_SEC)

struct option_row {
    const char *name;
    const char *argument; /* NULL: a switch */
    const char *doc;
    bool (*read)(void *field, struct options *options, const char *text,
                 struct err *err);
    size_t offset;
};

/* ---- Values ---- */

static bool parse_number(const char *text, uint64_t most, uint64_t *out_value)
{
    uintmax_t value;
    char *end;

    if (!isdigit((unsigned char)*text)) {
        return false;
    }
    errno = 0;
    value = strtoumax(text, &end, 10);
    if (*end != '\0' || errno != 0 || value > most) {
        return false;
    }
    *out_value = value;
    return true;
}

static bool read_port(void *field, struct options *options UNUSED,
                      const char *text, struct err *err)
{
    uint64_t value;

    if (!parse_number(text, 65535, &value)) {
        return err_set(
            err, "\"%s\" is no port: expected 0 (ephemeral) to 65535", text);
    }
    *(int *)field = (int)value;
    return true;
}

/* "none" for no such port. */
static bool read_port_or_none(void *field, struct options *options,
                              const char *text, struct err *err)
{
    uint64_t value;

    if (strcmp(text, "none") == 0) {
        *(int *)field = OPTION_NONE;
        return true;
    }
    return parse_number(text, 65535, &value)
               ? read_port(field, options, text, err)
               : err_set(err,
                         "\"%s\" is no port: expected 0 (ephemeral) to 65535, "
                         "or none",
                         text);
}

static bool read_workers(void *field, struct options *options UNUSED,
                         const char *text, struct err *err)
{
    uint64_t value;

    if (!parse_number(text, WORKERS_MAX, &value) || value == 0) {
        return err_set(err, "\"%s\": expected 1 to %d", text, WORKERS_MAX);
    }
    *(int *)field = (int)value;
    return true;
}

static bool read_fd(void *field, struct options *options UNUSED,
                    const char *text, struct err *err)
{
    uint64_t value;

    if (!parse_number(text, 1 << 20, &value)) {
        return err_set(err, "\"%s\" is no descriptor number", text);
    }
    *(int *)field = (int)value;
    return true;
}

static bool read_seed(void *field, struct options *options, const char *text,
                      struct err *err)
{
    uint64_t value;

    if (!parse_number(text, UINT64_MAX, &value)) {
        return err_set(err, "\"%s\" is no seed: expected a number below 2^64",
                       text);
    }
    *(uint64_t *)field = value;
    options->seed_given = true;
    return true;
}

static bool read_text(void *field, struct options *options, const char *text,
                      struct err *err)
{
    if (*text == '\0') {
        return err_set(err, "the value is empty");
    }
    *(const char **)field = arena_strdup(options->arena, text);
    return true;
}

static bool read_list(void *field, struct options *options, const char *text,
                      struct err *err)
{
    struct option_list *list = field;
    size_t size = (list->count + 2) * sizeof(*list->items);
    const char **items = arena_alloc(options->arena, size);

    if (*text == '\0') {
        return err_set(err, "the value is empty");
    }
    if (list->count) {
        memcpy(items, list->items, list->count * sizeof(*items));
    }
    items[list->count++] = arena_strdup(options->arena, text);
    list->items = items;
    return true;
}

static bool read_switch(void *field, struct options *options UNUSED,
                        const char *text, struct err *err)
{
    if (strcmp(text, "1") == 0 || strcmp(text, "yes") == 0) {
        *(bool *)field = true;
    } else if (strcmp(text, "0") == 0 || strcmp(text, "no") == 0) {
        *(bool *)field = false;
    } else {
        return err_set(err, "\"%s\": expected yes or no", text);
    }
    return true;
}

static bool read_duration(void *field, struct options *options UNUSED,
                          const char *text, struct err *err)
{
    int64_t value;

    if (!duration_parse(text, &value, err)) {
        return false;
    }
    if (value <= 0) {
        return err_set(err, "\"%s\": expected more than nothing", text);
    }
    *(int64_t *)field = value;
    return true;
}

static bool read_level(void *field, struct options *options UNUSED,
                       const char *text, struct err *err)
{
    if (!log_level_of(text, field)) {
        return err_set(err, "\"%s\": expected error, warning, info or debug",
                       text);
    }
    return true;
}

static bool read_format(void *field, struct options *options UNUSED,
                        const char *text, struct err *err)
{
    if (strcmp(text, "text") != 0 && strcmp(text, "json") != 0) {
        return err_set(err, "\"%s\": expected text or json", text);
    }
    *(enum log_format *)field = *text == 't' ? LOG_TEXT : LOG_JSON;
    return true;
}

#define FIELD(name) offsetof(struct options, name)

static const struct option_row rows[] = {
    {"listen", "ADDR",
     "address to listen on; may be given several times "
     "(127.0.0.1 and ::1)",
     read_list, FIELD(listen)},
    {"allow-remote", NULL, "let --listen name addresses that are not loopback",
     read_switch, FIELD(allow_remote)},
    {"https-port", "PORT", "port for HTTPS, 0 for any that is free (0)",
     read_port, FIELD(https_port)},
    {"http-port", "PORT", "port for plain HTTP, 0 for any that is free (0)",
     read_port, FIELD(http_port)},
    {"kdc-port", "PORT", "port for the KDC, TCP and UDP, 0 for any (0)",
     read_port, FIELD(kdc_port)},
    {"admin-port", "PORT",
     "port of 127.0.0.1 for the admin API, 0 for any, none for none (0)",
     read_port_or_none, FIELD(admin_port)},
    {"admin-socket", "PATH",
     "a UNIX socket for the admin API, in place of its port", read_text,
     FIELD(admin_socket)},
    {"template", "[PATTERN=]SCENARIO",
     "make a session of this scenario when NAME.DOMAIN is contacted first and "
     "NAME fits; may be given several times",
     read_list, FIELD(templates)},
    {"session-ttl", "TIME",
     "how long a session lives after its last contact (10m)", read_duration,
     FIELD(session_ttl)},
    {"ports-file", "FILE",
     "write ports and paths as JSON when all is ready; "
     "removed at exit",
     read_text, FIELD(ports_file)},
    {"ready-fd", "N",
     "write the ready line to this descriptor too and close "
     "it",
     read_fd, FIELD(ready_fd)},
    {"ca-dir", "DIR",
     "keep the certification authority here (ca.pem, ca.key) "
     "and use it again",
     read_text, FIELD(ca_dir)},
    {"keylog", "FILE",
     "append TLS secrets for Wireshark (NSS key log "
     "format)",
     read_text, FIELD(keylog)},
    {"seed", "N", "seed of everything random on the wire (picked and printed)",
     read_seed, FIELD(seed)},
    {"journal", "FILE", "write every exchange as one line of JSON", read_text,
     FIELD(journal)},
    {"log-format", "text|json", "form of the messages on stderr (text)",
     read_format, FIELD(log_format)},
    {"log-level", "LEVEL", "error, warning, info or debug (info)", read_level,
     FIELD(log_level)},
    {"log-secrets", NULL, "do not mask passwords, tokens and tickets",
     read_switch, FIELD(log_secrets)},
    {"ccache", "USER",
     "make a credential cache with a ticket of this user; may be given several "
     "times",
     read_list, FIELD(ccache)},
    {"krb5kdc", "PROGRAM",
     "MIT's KDC, where it is not in its usual place; none: as if there were "
     "none",
     read_text, FIELD(krb5kdc)},
    {"watch", NULL,
     "read the scenario again when one of its files changes, as HUP does",
     read_switch, FIELD(watch)},
    {"workers", "N", "serve with so many threads, 1 to 64 (1)", read_workers,
     FIELD(workers)},
    {"timeout", "TIME", "stop after so long (30s, 5m), with exit code 4",
     read_duration, FIELD(timeout)},
    {"set", "NAME=VALUE",
     "change a setting of the world; may be given "
     "several times; see lyncmock list settings",
     read_list, FIELD(set)},
};

/* ---- Reading ---- */

static bool apply(const struct option_row *row, struct options *options,
                  const char *text, const char *origin, struct err *err)
{
    void *field = (char *)options + row->offset;

    if (!row->read(field, options, text, err)) {
        return err_wrap(err, "%s", origin);
    }
    if (row->read == read_list) {
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

    if (row->read != read_list) {
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
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *name = variable_name(options->arena, rows[i].name);
        const char *value = env_variable(env, name);

        if (value && !apply_variable(&rows[i], options, name, value, err)) {
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
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *known = variable_name(arena, rows[i].name);

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
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (span_equal(name, span_text(rows[i].name))) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool unknown_option(const char *argument, const char *name,
                           struct err *err)
{
    const char *names[ARRAY_SIZE(rows) + 1] = {NULL};
    const char *near;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        names[i] = rows[i].name;
    }
    near = nearest_word(name, names);
    return near ? err_set(err, "unknown option %s; did you mean --%s?",
                          argument, near)
                : err_set(err,
                          "unknown option %s; lyncmock serve --help "
                          "lists them",
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
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char left[64];

        snprintf(left, sizeof(left), "--%s%s%s", rows[i].name,
                 rows[i].argument ? " " : "",
                 rows[i].argument ? rows[i].argument : "");
        fprintf(to, "  %-24s %s\n", left, rows[i].doc);
    }
}
