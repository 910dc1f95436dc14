/* The command line of lyncmock-probe, see options.h. */
#include "config.h"

#include "probe/options.h"

#include <string.h>

#include "util/duration.h"
#include "util/mem.h"
#include "util/nearest.h"
#include "util/span.h"

enum kind {
    KIND_TEXT,
    KIND_SECRET,
    KIND_SWITCH,
    KIND_DURATION,
};

static const struct row {
    const char *name;
    const char *argument; /* NULL: a switch */
    const char *doc;
    enum kind kind;
    size_t offset;
} rows[] = {
#define FIELD(name) offsetof(struct probe_options, name)
    {"as", "CLIENT", "the client to play, see below (pc-external-ntlm)",
     KIND_TEXT, FIELD(client)},
    {"ports-file", "FILE", "a running lyncmock's: ports, domain and CA",
     KIND_TEXT, FIELD(ports_file)},
    {"connect", "HOST:HTTPS[:HTTP]",
     "all names of the SIP domain lead to this host and these ports", KIND_TEXT,
     FIELD(connect)},
    {"user", "NAME", "account, such as CONTOSO\\alice (the SIP address)",
     KIND_TEXT, FIELD(user)},
    {"password", "PASSWORD",
     "better in --password-file or LYNC_PASSWORD: others may see it here",
     KIND_SECRET, FIELD(password)},
    {"password-file", "FILE", "the password is its first line; - is stdin",
     KIND_TEXT, FIELD(password_file)},
    {"ca", "FILE", "trust these certification authorities alone (PEM)",
     KIND_TEXT, FIELD(ca)},
    {"krb5-conf", "FILE",
     "Kerberos: realm and KDC (the ports file's, else the machine's)",
     KIND_TEXT, FIELD(krb5_conf)},
    {"ccache", "CACHE",
     "Kerberos: sign in with the tickets in there, not with a password",
     KIND_TEXT, FIELD(ccache)},
    {"insecure", NULL, "trust any certificate", KIND_SWITCH, FIELD(insecure)},
    {"meeting", "URI",
     "a guest's meeting: sip:...;opaque=app:conf:focus:id:...", KIND_TEXT,
     FIELD(meeting)},
    {"key", "KEY", "the key of that meeting", KIND_SECRET, FIELD(key)},
    {"trust", "DOMAIN", "redirects may lead to this domain too", KIND_TEXT,
     FIELD(trust)},
    {"proxy", "URL",
     "ask through this proxy; those of the environment never "
     "count",
     KIND_TEXT, FIELD(proxy)},
    {"timeout", "TIME", "limit for all of it (30s); a third for one request",
     KIND_DURATION, FIELD(timeout)},
    {"json", NULL, "tell all as one JSON document", KIND_SWITCH, FIELD(json)},
    {"verbose", NULL, "heads of requests and answers on stderr, secrets masked",
     KIND_SWITCH, FIELD(verbose)},
    {"help", NULL, "print this", KIND_SWITCH, FIELD(help)},
#undef FIELD
};

static bool set_duration(int64_t *field, const char *name, const char *text,
                         struct err *err)
{
    if (!duration_parse(text, field, err)) {
        return err_wrap(err, "--%s", name);
    }
    if (*field <= 0 || *field > INT64_C(86400) * ENV_NS_PER_SEC) {
        return err_set(err, "--%s: \"%s\": expected up to 1d", name, text);
    }
    return true;
}

static bool set_value(struct arena *arena, const struct row *row, char *text,
                      struct probe_options *options, struct err *err)
{
    void *field = (char *)options + row->offset;

    switch (row->kind) {
    case KIND_SWITCH:
        *(bool *)field = true;
        return true;
    case KIND_DURATION:
        return set_duration(field, row->name, text, err);
    case KIND_SECRET:
        *(const char **)field = arena_strdup(arena, text);
        mem_wipe(text, strlen(text));
        return true;
    case KIND_TEXT:
        if (!*text) {
            return err_set(err, "--%s: the value is empty", row->name);
        }
        *(const char **)field = text;
        return true;
    }
    return true;
}

static const struct row *find_row(struct span name)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (span_equal(name, span_text(rows[i].name))) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool unknown(const char *argument, struct err *err)
{
    const char *names[ARRAY_SIZE(rows) + 1] = {NULL};
    const char *near;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        names[i] = rows[i].name;
    }
    near = nearest_word(argument + strspn(argument, "-"), names);
    return near ? err_set(err, "unknown option %s; did you mean --%s?",
                          argument, near)
                : err_set(err,
                          "unknown option %s; lyncmock probe --help "
                          "lists them",
                          argument);
}

static bool read_option(struct arena *arena, char **argv, int *at,
                        struct probe_options *options, struct err *err)
{
    char *argument = argv[*at];
    char *name = argument + (strncmp(argument, "--", 2) == 0 ? 2 : 1);
    char *equals = strchr(name, '=');
    char *value = equals ? equals + 1 : NULL;
    const struct row *row = find_row(
        span_of(name, equals ? (size_t)(equals - name) : strlen(name)));

    if (strcmp(argument, "-h") == 0) {
        options->help = true;
        return true;
    }
    if (!row || strncmp(argument, "--", 2) != 0) {
        if (equals) {
            *equals = '\0'; /* what follows may be a secret */
        }
        return unknown(argument, err);
    }
    if (row->kind == KIND_SWITCH && value) {
        return err_set(err, "--%s takes no value", row->name);
    }
    if (row->kind == KIND_SWITCH) {
        value = argument; /* not looked at */
    } else if (!value) {
        value = argv[*at + 1];
        if (!value) {
            return err_set(err, "--%s wants a value: %s", row->name,
                           row->argument);
        }
        (*at)++;
    }
    return set_value(arena, row, value, options, err);
}

static bool check_together(const struct probe_options *options, struct err *err)
{
    if (options->insecure && options->ca) {
        return err_set(err, "--insecure and --ca: one of them");
    }
    if (options->password && options->password_file) {
        return err_set(err, "--password and --password-file: one of them");
    }
    if (options->ccache && (options->password || options->password_file)) {
        return err_set(err, "--ccache and a password: one of them");
    }
    if (options->connect && options->ports_file) {
        return err_set(err, "--connect and --ports-file: one of them");
    }
    return true;
}

static bool add_positional(struct probe_options *options, const char *text)
{
    const char **place = strstr(text, "://") ? &options->url : &options->person;

    if (*place) {
        return false;
    }
    *place = text;
    return true;
}

bool probe_options_parse(struct arena *arena, int argc, char **argv,
                         struct probe_options *out_options, struct err *err)
{
    struct probe_options options = {.timeout = 30 * ENV_NS_PER_SEC};

    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            if (!read_option(arena, argv, &i, &options, err)) {
                return false;
            }
        } else if (!add_positional(&options, argv[i])) {
            return err_set(err,
                           "unexpected argument \"%s\": expected one URL "
                           "and one SIP address at most",
                           argv[i]);
        }
    }
    if (!check_together(&options, err)) {
        return false;
    }
    *out_options = options;
    return true;
}

void probe_options_print(FILE *to)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char left[64];

        snprintf(left, sizeof(left), "--%s%s%s", rows[i].name,
                 rows[i].argument ? " " : "",
                 rows[i].argument ? rows[i].argument : "");
        fprintf(to, "  %-28s %s\n", left, rows[i].doc);
    }
}
