/*
 * CONNECT at the proxy's port: the edge is told what the port that was asked
 * for stands for. 443 and our own HTTPS port speak TLS, 80 and our own HTTP
 * port do not, as on the servers that they stand for; of any other the first
 * byte tells.
 */
#include "config.h"

#include <string.h>

#include "http/internal.h"
#include "services/proxy.h"
#include "util/number.h"

enum { PORT_HTTP = 80, PORT_HTTPS = 443, PORT_MAX = 65535 };

static enum edge_tunnel tunnel_to(const struct http *http, const char *text)
{
    const struct services_context *services = http->options.services;
    uint64_t port = 0;

    if (!number_parse(text, NUMBER_DECIMAL, PORT_MAX, &port)) {
        return EDGE_TUNNEL_ANY;
    }
    if (port == PORT_HTTPS || port == (uint64_t)services->https_port) {
        return EDGE_TUNNEL_TLS;
    }
    return port == PORT_HTTP || port == (uint64_t)services->http_port
               ? EDGE_TUNNEL_PLAIN
               : EDGE_TUNNEL_ANY;
}

void http_tunnel(struct http_request *rq, struct edge_conn *conn)
{
    const struct exchange *ex = rq->ex;

    if (conn && proxy_is_asked(ex) && ex->dispatched &&
        strcmp(ex->request.method, "CONNECT") == 0) {
        edge_conn_tunnel(conn, tunnel_to(rq->http, ex->request.port),
                         ex->request.target);
    }
}

/* Who has proven something to the proxy has proven nothing to a server. */
void http_tunnelled(void *ctx UNUSED, struct edge_conn *conn)
{
    conn_auth_unref(edge_conn_kept(conn));
    edge_conn_keep(conn, NULL);
}
