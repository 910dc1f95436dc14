/* Which endpoint serves a request. */
#ifndef SERVICES_ROUTE_H
#define SERVICES_ROUTE_H

#include "services/service.h"

enum route_result {
    ROUTE_FOUND,
    ROUTE_NO_PATH,   /* 404 */
    ROUTE_NO_METHOD, /* 405; out_allow: the methods there are */
    ROUTE_NEEDS_TLS, /* 403: served on HTTPS alone */
};

/*
 * Finds the route of a request. out_route is set for all but ROUTE_NO_PATH.
 * IIS paths do not care about letter case (protocol: discover 2.1).
 */
enum route_result route_find(const struct exchange *ex,
                             const struct route **out_route,
                             unsigned *out_allow);

/* "GET, HEAD" */
char *route_methods_text(struct arena *arena, unsigned set);

bool route_takes(const struct route *route, const char *method);

/* NULL past the end; sorted by name. */
const struct service *service_at(size_t index);

/* lyncdiscover.*, lyncdiscoverinternal.*, and loopback names in their place. */
bool route_is_discover_host(const char *host);

#endif
