/* What a request may have meant, see nearby.h. */
#include "config.h"

#include "services/nearby.h"

#include <string.h>
#include <strings.h>

#include "services/route.h"
#include "util/buf.h"
#include "util/nearest.h"
#include "util/number.h"
#include "util/url.h"
#include "util/utf.h"

enum {
    SHOWN_MAX = 160,  /* of a peer's text */
    LOOKED_MAX = 512, /* a longer path is near nothing */
};

/* A text of the peer's, for people. */
static const char *shown(struct arena *arena, const char *text)
{
    AUTO_BUF out = {0};

    utf8_add_printable(&out, span_slice(span_text(text), 0, SHOWN_MAX));
    if (strlen(text) > SHOWN_MAX) {
        buf_add_text(&out, " ...");
    }
    return arena_text(arena, buf_span(&out));
}

/* ---- Slips of paths ---- */

/* "/root%3Fsipuri=...": the query has become a part of the path. */
static void cut_query(struct arena *arena UNUSED, char *path)
{
    path[strcspn(path, "?")] = '\0';
}

static void decode(struct arena *arena, char *path)
{
    const char *once = url_decode(arena, span_text(path), false);

    memmove(path, once, strlen(once) + 1); /* never longer */
}

static void collapse(struct arena *arena UNUSED, char *path)
{
    char *to = path;

    for (const char *from = path; *from; from++) {
        if (*from != '/' || from[1] != '/') {
            *to++ = *from;
        }
    }
    *to = '\0';
}

static void cut_blanks(struct arena *arena UNUSED, char *path)
{
    size_t size = strlen(path);
    size_t front = strspn(path, " \t");

    while (size > front && strchr(" \t", path[size - 1])) {
        size--;
    }
    memmove(path, path + front, size - front);
    path[size - front] = '\0';
}

static void cut_slash(struct arena *arena UNUSED, char *path)
{
    size_t size = strlen(path);

    while (size > 1 && path[size - 1] == '/') {
        path[--size] = '\0';
    }
}

static const struct {
    void (*mend)(struct arena *arena, char *path);
    const char *hint;
} slips[] = {
    {decode, "the path was percent-encoded twice"},
    {cut_query, "the \"?\" before the query was percent-encoded"},
    {cut_blanks, "a blank at the end of the path"},
    {collapse, "a doubled slash"},
    {cut_slash, "a trailing slash"},
};

/* ---- Routes ---- */

/* One that is there in this world, with this path. */
static const struct route *route_of(const struct call *call, const char *path)
{
    const struct service *service;

    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        for (const struct route *r = service->routes; r->path; r++) {
            if (strcasecmp(r->path, path) == 0 &&
                !(r->withdrawn && r->withdrawn(call->world))) {
                return r;
            }
        }
    }
    return NULL;
}

/* The path as it was probably meant; what had to be mended is added to `hints`.
 */
static const struct route *mended(const struct call *call, const char *path,
                                  struct buf *hints)
{
    char *text = arena_strdup(call->arena, path);
    const struct route *route = route_of(call, text);

    for (size_t i = 0; !route && i < ARRAY_SIZE(slips); i++) {
        const char *before = arena_strdup(call->arena, text);

        slips[i].mend(call->arena, text);
        if (strcmp(before, text) != 0) {
            buf_printf(hints, "%s%s", hints->size ? ", and " : "",
                       slips[i].hint);
            route = route_of(call, text);
        }
    }
    return route;
}

/* Few letters aside, by the whole path. */
static const struct route *almost(const struct call *call, const char *path)
{
    const struct service *service;
    const struct route *best = NULL;
    size_t least = strlen(path) / 12 + 2;

    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        for (const struct route *r = service->routes; r->path; r++) {
            size_t distance =
                nearest_distance(span_text(r->path), span_text(path));

            if (strlen(r->path) > 1 && distance < least &&
                !(r->withdrawn && r->withdrawn(call->world))) {
                least = distance;
                best = r;
            }
        }
    }
    return best;
}

/* What it stands below, or what stands below it. */
static const struct route *around(const struct call *call, const char *path)
{
    const struct service *service;
    const struct route *best = NULL;
    size_t most = 0;

    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        for (const struct route *r = service->routes; r->path; r++) {
            size_t size = strlen(r->path);
            bool below =
                strncasecmp(path, r->path, size) == 0 && path[size] == '/';

            if (size > 1 && below && size > most &&
                !(r->withdrawn && r->withdrawn(call->world))) {
                most = size;
                best = r;
            }
        }
    }
    return best;
}

/* ---- Fields ---- */

struct finding_near {
    const struct call *call;
    const struct route *route;
    const char *host; /* as it was probably meant */
    struct buf lines;
    struct buf hints;
};

static void add_hint(struct finding_near *near, const char *hint)
{
    buf_printf(&near->hints, "%s%s", near->hints.size ? ", and " : "", hint);
}

static void add_field(struct finding_near *near, const char *name, bool good,
                      const char *expected, const char *was)
{
    if (good) {
        buf_printf(&near->lines, "%s: %s, as expected\n", name, expected);
    } else {
        buf_printf(&near->lines, "%s: expected %s, was %s\n", name, expected,
                   was);
    }
}

/* The name of the world that is meant by this host. */
static const char *near_host(const struct call *call, bool discover)
{
    const char *host = call->ex->request.host;
    struct nearest nearest;
    const char *name;
    const char *first = NULL;

    nearest_init(&nearest, host);
    for (size_t i = 0; (name = world_name(call->world, i)) != NULL; i++) {
        if (discover && !route_is_discover_host(name)) {
            continue;
        }
        first = first ? first : name;
        nearest_try(&nearest, span_text(name));
    }
    if (nearest.nearness.kind == NEAR_SLIP) {
        return arena_text(call->arena, nearest.best);
    }
    return first ? first : host;
}

static void compare_host(struct finding_near *near)
{
    const struct call *call = near->call;
    const char *host = call->ex->request.host;
    bool discover = near->route->discover_host;
    bool known = world_has_host(call->world, host) ||
                 (discover && route_is_discover_host(host));
    bool good = known && (!discover || route_is_discover_host(host));

    near->host = good ? host : near_host(call, discover);
    add_field(near, "host", good, near->host,
              *host ? shown(call->arena, host) : "none");
    if (good) {
        return;
    }
    add_hint(near, known ? "another host serves this path"
                         : "the world has no such host");
}

/* 80 and 443 are what proxies and redirected ports make of any port. */
static void compare_port(struct finding_near *near)
{
    const struct services_context *services = near->call->services;
    const char *port = near->call->ex->request.port;
    bool tls = near->call->ex->conn->tls;
    int expected = tls ? services->https_port : services->http_port;
    char room[NUMBER_TEXT];
    uint64_t number;

    if (!*port || !expected ||
        (number_parse(port, NUMBER_DECIMAL, UINT16_MAX, &number) &&
         (number == 80 || number == 443 || number == (uint64_t)expected)) ||
        near->call->ex->conn->tunnel) {
        return;
    }
    add_field(near, "port", false, number_text(room, expected),
              shown(near->call->arena, port));
}

static void compare_method(struct finding_near *near)
{
    const struct call *call = near->call;
    const char *method = call->ex->request.method;
    const char *allowed = route_methods_text(call->arena, near->route->methods);

    if (near->route->methods == METHOD_ANY) {
        return;
    }
    add_field(near, "method", route_takes(near->route, method), allowed,
              shown(call->arena, method));
}

static void compare_all(struct finding_near *near)
{
    const struct call *call = near->call;
    const char *path = call->ex->request.path;

    compare_host(near);
    compare_port(near);
    compare_method(near);
    add_field(near, "path", strcasecmp(path, near->route->path) == 0,
              near->route->path, shown(call->arena, path));
}

static const struct route *find(struct finding_near *near)
{
    const struct call *call = near->call;
    const char *path = call->ex->request.path;
    const struct route *route = mended(call, path, &near->hints);

    if (route) {
        return route;
    }
    buf_reset(&near->hints);
    route = almost(call, path);
    if (route) {
        add_hint(near, "some letters of the path differ");
        return route;
    }
    route = around(call, path);
    if (route) {
        add_hint(near, "nothing is served below this path");
    }
    return route;
}

bool nearby_find(const struct call *call, struct nearby *out_nearby)
{
    struct finding_near near = {.call = call};
    bool found = false;

    if (strlen(call->ex->request.path) <= LOOKED_MAX) {
        near.route = find(&near);
    }
    if (near.route) {
        compare_all(&near);
        if (near.hints.size) {
            buf_printf(&near.lines, "hint: %s\n", buf_text(&near.hints));
        }
        *out_nearby = (struct nearby){
            .what = arena_printf(call->arena, "%s://%s%s",
                                 call->ex->conn->tls ? "https" : "http",
                                 near.host, near.route->path),
            .hint = near.hints.size
                        ? arena_text(call->arena, buf_span(&near.hints))
                        : NULL,
            .lines = arena_text(call->arena, buf_span(&near.lines)),
        };
        found = true;
    }
    buf_clear(&near.lines);
    buf_clear(&near.hints);
    return found;
}

const char *nearby_method(const struct call *call, unsigned allowed)
{
    const char *method = call->ex->request.method;
    const char *upper = NULL;
    static const char *const words[] = {"GET", "HEAD", "POST", NULL};

    for (size_t i = 0; words[i]; i++) {
        if (strcasecmp(words[i], method) == 0 &&
            strcmp(words[i], method) != 0) {
            upper = words[i];
        }
    }
    return arena_printf(
        call->arena, "this endpoint takes %s, not %s%s%s",
        route_methods_text(call->arena, allowed), shown(call->arena, method),
        upper ? "; methods are written in capitals: " : "", upper ? upper : "");
}
