/*
 * Answers of Autodiscover, read in each of their four forms: XML and JSON of
 * version 1, and the two of UCWA. protocol: discover 2.6, 2.7 and 2.9.
 */
#ifndef PROBE_DISCOVERY_H
#define PROBE_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/span.h"

enum { DISCOVERY_LINKS_MAX = 100 };

enum resource {
    RESOURCE_ROOT,
    RESOURCE_DOMAIN,
    RESOURCE_USER,
};

struct link {
    const char *token; /* as written; UCWA's relations in their own words */
    const char *href;
};

struct sip_server {
    const char *fqdn; /* NULL: not told */
    int port;
};

struct discovery {
    const char *form; /* "XML", "JSON", "UCWA JSON", "UCWA XML" */
    enum resource resource;
    const char *location; /* AccessLocation; NULL: not told */
    struct link links[DISCOVERY_LINKS_MAX];
    size_t link_count;
    struct sip_server internal; /* SipClientInternalAccess */
    struct sip_server external;
};

/* false: it is no such answer, and out_problem says why. */
bool discovery_parse(struct arena *arena, struct span body,
                     struct discovery *out_discovery, const char **out_problem);
/* Compared without regard to case; NULL: no such link. */
const char *discovery_link(const struct discovery *discovery,
                           const char *token);
/* "Root: Domain, User, OAuth; External" */
char *discovery_text(struct arena *arena, const struct discovery *discovery);

#endif
