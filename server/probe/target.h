/*
 * Whom to ask, and as whom: made of the command line, a ports file and the
 * environment.
 */
#ifndef PROBE_TARGET_H
#define PROBE_TARGET_H

#include "probe/clients.h"
#include "probe/options.h"
#include "probe/report.h"

struct target {
    const char *url;      /* where to begin; NULL: the client's own names */
    const char *domain;   /* the SIP domain, lower case */
    const char *sip_uri;  /* with "sip:"; NULL for a guest */
    const char *user;     /* account; a guest's meeting */
    const char *password; /* NULL with Kerberos: tickets are there */
    const char *ca_file;
    const char *krb5_conf; /* NULL: the machine's */
    const char *ccache;    /* NULL: the default one */
    const char *address;   /* where all names of the domain lead; NULL: DNS */
    int https_port;
    int http_port; /* 0: plain HTTP is not to be asked */
};

/*
 * Where to look for all that. On failure `exit_code` says how to end.
 */
struct target_search {
    struct arena *arena;
    const struct probe_options *options;
    const struct client *client;
    struct env *env;
    enum probe_exit exit_code;
};

MUST_CHECK bool target_find(struct target_search *search,
                            struct target *out_target, struct err *err);

/* "HOST:HTTPS[:HTTP]" into address and ports. */
MUST_CHECK bool target_connect(struct arena *arena, const char *text,
                               struct target *target, struct err *err);

#endif
