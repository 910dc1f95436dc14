/*
 * What a request that no endpoint serves may have meant: the nearest route of
 * the world, field by field, and the slip that leads away from it.
 */
#ifndef SERVICES_NEARBY_H
#define SERVICES_NEARBY_H

#include "services/service.h"

struct nearby {
    const char *what;  /* "https://lyncweb.contoso.test/WebTicket/..." */
    const char *hint;  /* "trailing slash"; NULL: no slip that has a name */
    const char *lines; /* "path: expected ..., was ...\n" */
};

/* false: nothing is near. Texts are the call's. */
bool nearby_find(const struct call *call, struct nearby *out_nearby);
/* What is wrong with the method, where the path is served: "POST is not among
 * GET, HEAD". */
const char *nearby_method(const struct call *call, unsigned allowed);

#endif
