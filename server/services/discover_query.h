/* What a discovery request asks about (protocol: discover 2.2). */
#ifndef SERVICES_DISCOVER_QUERY_H
#define SERVICES_DISCOVER_QUERY_H

#include "services/service.h"

struct discover_query {
    const char *sipuri;          /* as the client wrote it; NULL: none */
    const char *original_domain; /* NULL: none */
    /* The SIP domain looked up, lower case: of sipuri, else originalDomain,
     * else Domain, else of the name asked: the world's or the hosted one. */
    const char *domain;
    const struct user *user; /* whom sipuri names, if we know them */
};

struct discover_query discover_query(struct call *call);

/* The URL with the parameters that the client sent, for Redirects. */
char *discover_carry(struct call *call, const struct discover_query *query,
                     const char *url);
/* The URL with originalDomain; `domain` NULL: the URL as it is. */
char *discover_origin(struct call *call, const char *domain, const char *url);

#endif
