/* The options of serve as a table, see option_rows.h. */
#include "config.h"

#include "cli/option_rows.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "util/duration.h"

enum { WORKERS_MAX = 64 };

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

const struct option_row option_rows[] = {
    {"listen", "ADDR",
     "address to listen on; may be given several times "
     "(127.0.0.1 and ::1)",
     read_list, FIELD(listen), true},
    {"allow-remote", NULL, "let --listen name addresses that are not loopback",
     read_switch, FIELD(allow_remote), false},
    {"https-port", "PORT", "port for HTTPS, 0 for any that is free (0)",
     read_port, FIELD(https_port), false},
    {"http-port", "PORT", "port for plain HTTP, 0 for any that is free (0)",
     read_port, FIELD(http_port), false},
    {"kdc-port", "PORT", "port for the KDC, TCP and UDP, 0 for any (0)",
     read_port, FIELD(kdc_port), false},
    {"admin-port", "PORT",
     "port of 127.0.0.1 for the admin API, 0 for any, none for none (0)",
     read_port_or_none, FIELD(admin_port), false},
    {"admin-socket", "PATH",
     "a UNIX socket for the admin API, in place of its port", read_text,
     FIELD(admin_socket), false},
    {"template", "[PATTERN=]SCENARIO",
     "make a session of this scenario when NAME.DOMAIN is contacted first and "
     "NAME fits; may be given several times",
     read_list, FIELD(templates), true},
    {"session-ttl", "TIME",
     "how long a session lives after its last contact (10m)", read_duration,
     FIELD(session_ttl), false},
    {"ports-file", "FILE",
     "write ports and paths as JSON when all is ready; "
     "removed at exit",
     read_text, FIELD(ports_file), false},
    {"ready-fd", "N",
     "write the ready line to this descriptor too and close "
     "it",
     read_fd, FIELD(ready_fd), false},
    {"ca-dir", "DIR",
     "keep the certification authority here (ca.pem, ca.key) "
     "and use it again",
     read_text, FIELD(ca_dir), false},
    {"keylog", "FILE",
     "append TLS secrets for Wireshark (NSS key log "
     "format)",
     read_text, FIELD(keylog), false},
    {"seed", "N", "seed of everything random on the wire (picked and printed)",
     read_seed, FIELD(seed), false},
    {"journal", "FILE", "write every exchange as one line of JSON", read_text,
     FIELD(journal), false},
    {"log-format", "text|json", "form of the messages on stderr (text)",
     read_format, FIELD(log_format), false},
    {"log-level", "LEVEL", "error, warning, info or debug (info)", read_level,
     FIELD(log_level), false},
    {"log-secrets", NULL, "do not mask passwords, tokens and tickets",
     read_switch, FIELD(log_secrets), false},
    {"ccache", "USER",
     "make a credential cache with a ticket of this user; may be given several "
     "times",
     read_list, FIELD(ccache), true},
    {"krb5kdc", "PROGRAM",
     "MIT's KDC, where it is not in its usual place; none: as if there were "
     "none",
     read_text, FIELD(krb5kdc), false},
    {"watch", NULL,
     "read the scenario again when one of its files changes, as HUP does",
     read_switch, FIELD(watch), false},
    {"workers", "N", "serve with so many threads, 1 to 64 (1)", read_workers,
     FIELD(workers), false},
    {"timeout", "TIME", "stop after so long (30s, 5m), with exit code 4",
     read_duration, FIELD(timeout), false},
    {"set", "NAME=VALUE",
     "change a setting of the world; may be given "
     "several times; see lyncmock list settings",
     read_list, FIELD(set), true},
    {NULL, NULL, NULL, NULL, 0, false},
};
