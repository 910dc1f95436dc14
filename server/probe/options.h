/*
 * The command line of lyncmock-probe, and the variables that `lyncmock run`
 * gives to a client: LYNC_SIP_URI, LYNC_ACCOUNT, LYNC_USER, LYNC_PASSWORD,
 * LYNC_PORTS_FILE, LYNC_CA_FILE, LYNC_DOMAIN. An option beats a variable.
 */
#ifndef PROBE_OPTIONS_H
#define PROBE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util/arena.h"
#include "util/env.h"
#include "util/err.h"

/* Texts are NULL where nothing was said. */
struct probe_options {
    const char *url;    /* "https://...", where to begin */
    const char *person; /* a SIP address or a SIP domain */
    const char *client;
    const char *ports_file;
    const char *connect;
    const char *user;
    const char *password;
    const char *password_file;
    const char *ca;
    const char *krb5_conf;
    const char *ccache;
    const char *meeting;
    const char *key;
    const char *proxy;
    const char *trust;
    int64_t timeout; /* ns */
    bool insecure;
    bool json;
    bool verbose;
    bool help;
};

/*
 * Texts are borrowed from argv, but the password: that is copied to the arena
 * and wiped from the process list.
 */
MUST_CHECK bool probe_options_parse(struct arena *arena, int argc, char **argv,
                                    struct probe_options *out_options,
                                    struct err *err);
/* The table as help text. */
void probe_options_print(FILE *to);

#endif
