/*
 * The options of serve, run and conformance. Each is also an environment
 * variable:
 * --https-port is LYNCMOCK_HTTPS_PORT. An option beats the variable; a bad
 * value of either is an error. One table holds names, types and explanations.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util/arena.h"
#include "util/env.h"
#include "util/err.h"
#include "util/log.h"

/* Texts that an option may give several times; ends with NULL. */
struct option_list {
    const char **items;
    size_t count;
    const char *origin; /* "--set" or "LYNCMOCK_SET": for messages */
};

struct known_failures;

enum { OPTION_NONE = -1 };

struct options {
    struct arena *arena; /* owns all texts */
    struct option_list listen;
    bool allow_remote;
    int https_port;
    int http_port;
    int kdc_port;
    int proxy_port;               /* 0: ephemeral; OPTION_NONE: none */
    int admin_port;               /* 0: ephemeral; OPTION_NONE: none */
    const char *admin_socket;     /* NULL: none */
    struct option_list templates; /* [PATTERN=]SCENARIO */
    int64_t session_ttl;          /* ns */
    const char *ports_file;
    int ready_fd; /* -1: none */
    const char *ca_dir;
    const char *keylog;
    uint64_t seed;
    bool seed_given;
    const char *journal;
    const char *json; /* reports, see cli/report_files.h */
    const char *junit;
    const char *tap;
    const char *markdown;
    const char *text;
    const char *html;
    const char *compare; /* an earlier report; NULL: none */
    bool only_worse;     /* what failed there may fail */
    bool coverage;       /* told one by one */
    const char *golden;  /* see cli/golden.h */
    bool approve;
    enum log_format log_format;
    enum log_level log_level;
    bool log_secrets;
    const char *known_failures;   /* a file; NULL: none */
    struct known_failures *known; /* no option: what it says */
    bool watch;
    int workers;                  /* loops that serve, each on a thread */
    const char *chaos;            /* the id of a profile; NULL: none */
    int64_t timeout;              /* ns; 0: none */
    struct option_list set;       /* NAME=VALUE */
    int jobs;                     /* runs at a time */
    const char *until;            /* a point; NULL: until the client ends */
    struct option_list matrix;    /* NAME=VALUE,... of run */
    struct option_list variant;   /* no option: a NAME=VALUE of each of them */
    struct option_list ccache;    /* users */
    const char *krb5kdc;          /* NULL: where it usually is */
    const char *user;             /* of the client that run starts; NULL: any */
    bool client;                  /* no option: one is started, see run.c */
    bool lenient;                 /* no option: where nobody can sign in, the
                                     client may fail */
    const char *ccache_client;    /* no option: the user of its cache, where
                                     Kerberos is served and --ccache says nothing;
                                     NULL: none */
    struct option_list scenarios; /* the words that are no options */
    const char *scenario;         /* the first of them; NULL: none */
};

/*
 * Reads environment, then arguments; argv[0] is the verb, whose options they
 * are. What is no option is a scenario, of which serve has one at most. On
 * success the caller releases with options_clear.
 */
MUST_CHECK bool options_parse(int argc, char **argv, struct env *env,
                              struct options *out_options, struct err *err);
/* Warns of variables that begin with LYNCMOCK_ and are no options: to be called
 * once the log is set up as the options say. */
void options_warn(const struct options *options, const struct env *env);
void options_clear(struct options *options);

/* What this verb knows of the table, as help text. */
void options_print(const char *verb, FILE *to);

#endif
