/* What comes in by the proxy's port, see proxy.h. */
#include "config.h"

#include "services/proxy.h"

#include <string.h>

#include "edge/edge.h"
#include "journal/secrets.h"
#include "services/reach.h"
#include "util/buf.h"
#include "util/number.h"

enum { PORT_HTTP = 80, PORT_MAX = 65535 };

/* ---- What the proxy says itself ---- */

void proxy_page(struct call *call, unsigned status, const char *words)
{
    struct exchange *ex = call->ex;

    exchange_reply(ex, status);
    if (status == 407) {
        exchange_header(ex, "Proxy-Authenticate",
                        "Basic realm=\"%s\", charset=\"UTF-8\"",
                        call->world->domain);
    }
    exchange_body(ex, "text/plain; charset=utf-8",
                  span_text(arena_printf(ex->arena, "lyncmock: %s\n", words)));
}

static void refuse(struct call *call, unsigned status, const char *key,
                   const char *why)
{
    proxy_page(call, status, why);
    exchange_why(call->ex, key, "%s", why);
}

/* ---- Where it leads ---- */

static int port_of(const char *text)
{
    uint64_t port;

    return number_parse(text, NUMBER_DECIMAL, PORT_MAX, &port) ? (int)port : 0;
}

/* What other ports stand for is seen in the tunnel: mostly TLS. */
static enum edge_port port_behind(const struct call *call, bool tunnel)
{
    int port = port_of(call->ex->request.port);

    return !tunnel || port == PORT_HTTP ||
                   (port && port == call->services->http_port)
               ? EDGE_PORT_HTTP
               : EDGE_PORT_HTTPS;
}

/* Names mean this server at any port; an address means what is there. */
static bool leads_here(struct call *call)
{
    const struct services_context *services = call->services;
    const struct request *request = &call->ex->request;
    int port = port_of(request->port);

    if (world_has_name(call->world, request->host)) {
        return true;
    }
    if (!world_has_host(call->world, request->host)) {
        refuse(call, 403, "proxy.refused",
               arena_printf(call->arena,
                            "\"%s\" is no name of this world, and the proxy "
                            "leads nowhere else; it knows the names in %s, "
                            "such as %s",
                            request->host, call->world->domain,
                            world_name(call->world, 0)));
        return false;
    }
    if (port && (port == services->https_port || port == services->http_port)) {
        return true;
    }
    refuse(call, 403, "proxy.refused",
           arena_printf(call->arena,
                        "at %s the proxy leads to the ports %d and %d alone, "
                        "not to \"%s\"; the names in %s have any port",
                        request->host, services->https_port,
                        services->http_port, request->port,
                        call->world->domain));
    return false;
}

/* As a proxy says it whose own connection to the server fails (RFC 9110,
 * 15.6.3 and 15.6.5); it does not take its time over it. */
static bool is_let_in(struct call *call, bool tunnel)
{
    if (!call->services->edge) {
        return true;
    }
    switch (edge_listens(call->services->edge, port_behind(call, tunnel))) {
    case BIND_LISTEN:
        return true;
    case BIND_DEAF:
        refuse(call, 504, "proxy.refused",
               "the server does not answer: its port is closed on purpose");
        return false;
    case BIND_RESERVE:
    case BIND_DATAGRAM:
        break;
    }
    refuse(call, 502, "proxy.refused",
           "the server refuses the connection on purpose");
    return false;
}

static bool may_go(struct call *call, bool tunnel)
{
    return proxy_lets_pass(call) && leads_here(call) && is_let_in(call, tunnel);
}

/* ---- CONNECT ---- */

/* RFC 9112, 3.2.3: host and port, and nothing else. */
static bool is_authority(const struct request *request)
{
    return *request->host && port_of(request->port) > 0 &&
           !strpbrk(request->target, "/?#@");
}

/* RFC 9110, 9.3.6: no Content-Length, for there is no content. */
static void plan_tunnel(struct call *call)
{
    struct exchange *ex = call->ex;

    exchange_reply(ex, 200);
    headers_add(&ex->reply.without, ex->arena, "*", "");
    exchange_write(ex)->reason = "Connection established";
}

static const char *shown_target(struct call *call)
{
    AUTO_BUF masked = {0};

    secrets_target(&masked, span_text(call->ex->request.target));
    return arena_text(call->arena, buf_span(&masked));
}

static void connect_through(struct call *call)
{
    struct exchange *ex = call->ex;

    call->by_proxy = true;
    ex->facts.operation = "proxy.connect";
    call_reach(call, POINT_PROXY_CONNECT);
    call_reach(call, POINT_HTTP_PROXIED);
    if (!is_authority(&ex->request)) {
        refuse(call, 400, "proxy.malformed",
               arena_printf(call->arena, "\"CONNECT %s\": expected HOST:PORT",
                            shown_target(call)));
    } else if (may_go(call, true)) {
        plan_tunnel(call);
    }
}

/* ---- Whole URLs ---- */

static bool is_http_url(const char *target)
{
    return strncasecmp(target, "http://", strlen("http://")) == 0;
}

/* What a step answers in the proxy's stead, no server sees. */
static bool ask_through(struct call *call)
{
    struct exchange *ex = call->ex;
    const struct facts known = ex->facts;

    ex->facts.operation = "proxy.request";
    call_reach(call, POINT_PROXY_REQUEST);
    call->by_proxy = true;
    if (!is_http_url(ex->request.target)) {
        refuse(call, 400, "proxy.malformed",
               "this port is an HTTP proxy: expected CONNECT HOST:PORT, or a "
               "request for a whole URL that begins with http://");
    } else if (may_go(call, false)) {
        call->by_proxy = call_answers(call);
        exchange_reply(ex, 100);
    }
    if (!call->by_proxy) {
        ex->facts = known; /* whom the proxy knows, a server does not */
        ex->reply.status = 0;
    }
    return call->by_proxy;
}

bool proxy_answers(struct call *call)
{
    if (strcmp(call->ex->request.method, "CONNECT") == 0) {
        connect_through(call);
        return true;
    }
    return ask_through(call);
}
