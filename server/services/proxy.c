/* What comes in by the proxy's port, see proxy.h. */
#include "config.h"

#include "services/proxy.h"

#include <string.h>

#include "services/reach.h"
#include "util/number.h"

enum { PORT_MAX = 65535 };

/* ---- What is refused ---- */

static void refuse(struct call *call, unsigned status, const char *key,
                   const char *why)
{
    struct exchange *ex = call->ex;

    exchange_reply(ex, status);
    exchange_body(ex, "text/plain; charset=utf-8",
                  span_text(arena_printf(ex->arena, "%s\n", why)));
    exchange_why(ex, key, "%s", why);
}

/* Our own port, where no name says whose it is. */
static bool is_own_port(const struct call *call, const char *text)
{
    const struct services_context *services = call->services;
    uint64_t port;

    return number_parse(text, NUMBER_DECIMAL, PORT_MAX, &port) && port > 0 &&
           (port == (uint64_t)services->https_port ||
            port == (uint64_t)services->http_port);
}

/* NULL: it is one that leads to this server. */
static const char *why_not(const struct call *call)
{
    const struct request *request = &call->ex->request;

    if (world_has_name(call->world, request->host)) {
        return NULL;
    }
    if (world_has_host(call->world, request->host)) {
        return is_own_port(call, request->port)
                   ? NULL
                   : arena_printf(call->arena,
                                  "lyncmock: the proxy leads to loopback "
                                  "addresses at the ports %d and %d alone, "
                                  "not at \"%s\"",
                                  call->services->https_port,
                                  call->services->http_port, request->port);
    }
    return arena_printf(call->arena,
                        "lyncmock: \"%s\" is no name of this world, and the "
                        "proxy leads nowhere else: it knows the names in %s, "
                        "such as %s",
                        request->host, call->world->domain,
                        world_name(call->world, 0));
}

/* ---- CONNECT ---- */

/* RFC 9112, 3.2.3: host and port, and nothing else. */
static bool is_authority(const struct request *request)
{
    uint64_t port;

    return *request->host &&
           number_parse(request->port, NUMBER_DECIMAL, PORT_MAX, &port) &&
           port > 0 && !strpbrk(request->target, "/?#@");
}

/* RFC 9110, 9.3.6: no Content-Length; there is no content to follow. */
static void accept_tunnel(struct call *call)
{
    struct exchange *ex = call->ex;

    exchange_reply(ex, 200);
    headers_add(&ex->reply.without, ex->arena, "*", "");
    exchange_write(ex)->reason = "Connection established";
}

static void connect(struct call *call)
{
    const struct request *request = &call->ex->request;
    const char *why;

    call->ex->facts.operation = "proxy.connect";
    call_reach(call, POINT_PROXY_CONNECT);
    if (!is_authority(request)) {
        refuse(call, 400, "proxy.malformed",
               arena_printf(call->arena,
                            "lyncmock: \"CONNECT %s\": expected HOST:PORT",
                            request->target));
        return;
    }
    why = why_not(call);
    if (why) {
        refuse(call, 403, "proxy.refused", why);
    } else {
        accept_tunnel(call);
    }
}

bool proxy_answers(struct call *call)
{
    struct exchange *ex = call->ex;
    const struct request *request = &ex->request;
    const char *why;

    if (strcmp(request->method, "CONNECT") == 0) {
        connect(call);
        return true;
    }
    ex->facts.operation = "proxy.request";
    call_reach(call, POINT_PROXY_REQUEST);
    if (strncmp(request->target, "http://", strlen("http://")) != 0) {
        refuse(call, 400, "proxy.malformed",
               "lyncmock: this port is an HTTP proxy: expected CONNECT "
               "HOST:PORT, or a request for a whole URL that begins with "
               "http://");
        return true;
    }
    why = why_not(call);
    if (why) {
        refuse(call, 403, "proxy.refused", why);
    }
    return why != NULL;
}
