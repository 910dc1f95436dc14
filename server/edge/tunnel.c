/*
 * The tunnel that CONNECT asks a proxy for (RFC 9110, 9.3.6). There is no
 * other end to copy to: once the reply has been sent, the same socket is a
 * connection to the HTTPS or HTTP listener, with all places that such a one
 * comes by. What the client has sent behind its CONNECT is read again.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

#include "edge/internal.h"
#include "util/mem.h"

enum { TLS_HANDSHAKE_RECORD = 0x16 }; /* RFC 8446, 5.1 */

void edge_conn_tunnel(struct edge_conn *conn, enum edge_tunnel how,
                      const char *target)
{
    assert(conn->facts.proxied && !conn->facts.tunnel);
    conn->request.tunnel = how;
    mem_free(conn->tunnel_to);
    conn->tunnel_to = mem_strdup(target);
}

bool tunnel_opens(const struct edge_conn *conn, unsigned status)
{
    return conn->request.tunnel && status / 100 == 2;
}

/* ---- The first byte ---- */

static void begin_tls(struct edge_conn *conn)
{
    conn->port = EDGE_PORT_HTTPS;
    conn->facts.tls = true;
    if (tls_attach(conn)) {
        tls_again(conn);
        tls_handshake(conn);
    } else {
        conn_drop(conn);
    }
}

/* The byte is let through. */
static void begin(struct edge_conn *conn)
{
    bool tls = conn->facts.tls;

    if (tls) {
        begin_tls(conn);
    } else {
        conn->port = EDGE_PORT_HTTP;
        conn_idle(conn);
    }
}

/* Whether it is TLS, unless that is known; 0: there is no byte yet. */
static ssize_t peek(struct edge_conn *conn, uint8_t *out_byte)
{
    const struct buf *ahead = &conn->sock.ahead;

    if (ahead->size) {
        *out_byte = ahead->data[0];
        return 1;
    }
    return recv(conn->sock.fd, out_byte, 1, MSG_PEEK | MSG_DONTWAIT);
}

void tunnel_input(struct edge_conn *conn)
{
    uint8_t byte;
    ssize_t got = peek(conn, &byte);

    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got < 0) {
        conn_drop(conn);
        return;
    }
    if (got == 0) {
        conn->sock.eof = true;
        conn_finish(conn, REPLY_CUT_CLOSE);
        return;
    }
    conn->facts.tls = conn->tunnel == EDGE_TUNNEL_ANY
                          ? byte == TLS_HANDSHAKE_RECORD
                          : conn->tunnel == EDGE_TUNNEL_TLS;
    conn->first_byte_passed = true;
    if (place_pass(conn, EDGE_FIRST_BYTE, begin)) {
        begin(conn);
    }
}

/* ---- Opening ---- */

/* As if the server had accepted it just now. */
static void await_byte(struct edge_conn *conn)
{
    conn->phase = CONN_TUNNEL;
    conn_deadline(conn, edge_handshake_time(conn->edge));
    tunnel_input(conn);
}

static void reach_server(struct edge_conn *conn)
{
    if (place_pass(conn, EDGE_ACCEPT, await_byte)) {
        await_byte(conn);
    }
}

/* Nothing of the connection to the proxy is left but the socket, and how many
 * bytes a step lets through it. */
static void forget_proxy(struct edge_conn *conn)
{
    struct sock *sock = &conn->sock;

    bridge_close(conn);
    sock->ahead = conn->in;
    conn->in = (struct buf){0};
    conn->in_closed = false;
    sock->eof = false;
    sock->received = 0;
    conn->answered = false;
    conn->idle_limited = false;
}

void tunnel_open(struct edge_conn *conn, enum edge_tunnel how)
{
    const struct edge_hooks *hooks = &conn->edge->hooks;

    forget_proxy(conn);
    conn->facts.tunnel = conn->tunnel_to;
    conn->tunnel = how;
    conn->port =
        conn->tunnel == EDGE_TUNNEL_PLAIN ? EDGE_PORT_HTTP : EDGE_PORT_HTTPS;
    if (hooks->tunnelled) {
        hooks->tunnelled(hooks->ctx, conn);
    }
    if (place_pass(conn, EDGE_TUNNEL, reach_server)) {
        reach_server(conn);
    }
}

/* ---- Where it leads ---- */

static bool takes_clients(const struct listener *listener)
{
    int listens = 0;
    socklen_t size = sizeof(listens);

    return listener->open &&
           getsockopt(listener->watch.fd, SOL_SOCKET, SO_ACCEPTCONN, &listens,
                      &size) == 0 &&
           listens;
}

enum bind_kind edge_listens(const struct edge *edge, enum edge_port port)
{
    for (size_t i = 0; i < edge->listeners_count; i++) {
        if (edge->listeners[i].port == port &&
            takes_clients(&edge->listeners[i])) {
            return BIND_LISTEN;
        }
    }
    return edge->options.ports[port] == BIND_DEAF ? BIND_DEAF : BIND_RESERVE;
}
