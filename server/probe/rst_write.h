/*
 * The request for a web ticket as a client writes it: with Windows
 * authentication (protocol: webticket 4.1 and 4.2), with a UsernameToken (4.3),
 * or for a meeting's guest.
 */
#ifndef PROBE_RST_WRITE_H
#define PROBE_RST_WRITE_H

#include <stdint.h>

#include "probe/clients.h"
#include "util/arena.h"
#include "util/span.h"

struct rst_wish {
    const struct client *client;
    const char *context;
    const char *applies_to;
    const char *sip_uri;  /* "sip:alice@contoso.test" */
    const char *user;     /* of a UsernameToken; a guest's meeting */
    const char *password; /* a guest's meeting key */
    struct span entropy;  /* empty: none */
    int64_t now;          /* ns since 1970 */
};

/* The whole envelope. */
char *rst_write(struct arena *arena, const struct rst_wish *wish);

#endif
