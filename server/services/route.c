/* Which endpoint serves a request, see route.h. */
#include "config.h"

#include "services/route.h"

#include <string.h>
#include <strings.h>

#include "services/list.h"
#include "util/attr.h"

#define DECLARE(name) extern const struct service service_##name;
SERVICES(DECLARE)
#undef DECLARE

const struct service *service_at(size_t index)
{
#define ENTRY(name) &service_##name,
    static const struct service *const services[] = {SERVICES(ENTRY)};
#undef ENTRY

    return index < ARRAY_SIZE(services) ? services[index] : NULL;
}

static const struct {
    const char *name;
    enum method_set method;
} methods[] = {
    {"GET", METHOD_GET},
    {"HEAD", METHOD_HEAD},
    {"POST", METHOD_POST},
};

static unsigned method_bit(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        if (strcmp(methods[i].name, name) == 0) {
            return methods[i].method;
        }
    }
    return METHOD_OTHER;
}

char *route_methods_text(struct arena *arena, unsigned set)
{
    char *text = arena_strdup(arena, "");

    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        if (set & methods[i].method) {
            text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "",
                                methods[i].name);
        }
    }
    return text;
}

bool route_takes(const struct route *route, const char *method)
{
    return (route->methods & method_bit(method)) != 0;
}

/* A developer's first look goes to localhost: it stands for lyncdiscover. */
bool route_is_discover_host(const char *host)
{
    return strncmp(host, "lyncdiscover", strlen("lyncdiscover")) == 0 ||
           strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
           strcmp(host, "::1") == 0;
}

static bool path_fits(const struct route *route, const struct exchange *ex)
{
    const char *path = ex->request.path;
    size_t length = strlen(route->path);

    return strncasecmp(route->path, path, length) == 0 &&
           (path[length] == '\0' || (route->below && path[length] == '/')) &&
           (!route->discover_host || route_is_discover_host(ex->request.host));
}

/* Looks at one route; true: this is the one. */
static bool consider(const struct route *route, const struct exchange *ex,
                     const struct route **out_route, unsigned *allow)
{
    if (!path_fits(route, ex)) {
        return false;
    }
    *out_route = route;
    *allow |= route->methods;
    return route_takes(route, ex->request.method);
}

enum route_result route_find(const struct exchange *ex,
                             const struct route **out_route,
                             unsigned *out_allow)
{
    const struct service *service;

    *out_route = NULL;
    *out_allow = 0;
    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        for (const struct route *r = service->routes; r->path; r++) {
            if (consider(r, ex, out_route, out_allow)) {
                return ex->conn->tls || r->plain_http ? ROUTE_FOUND
                                                      : ROUTE_NEEDS_TLS;
            }
        }
    }
    return *out_route ? ROUTE_NO_METHOD : ROUTE_NO_PATH;
}
