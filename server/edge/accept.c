/* The beginning of a connection. */
#include "config.h"

#include <sys/epoll.h>

#include "edge/internal.h"
#include "util/log.h"
#include "util/mem.h"

static struct edge_conn *conn_new(struct edge *edge, enum edge_port port,
                                  int fd)
{
    struct edge_conn *conn = NEW(struct edge_conn);

    conn->edge = edge;
    conn->watch = (struct loop_watch){fd, conn_ready, true};
    conn->timer.expired = conn_expired;
    conn->timer.bare = true;
    conn->pace.expired = output_wait_over;
    conn->pace.bare = true;
    conn->deadline = INT64_MAX;
    conn->sock.fd = fd;
    conn->bridge.watch.fd = -1;
    conn->alert = -1;
    conn->facts.id = __atomic_add_fetch(edge->ids, 1, __ATOMIC_RELAXED);
    conn->port = port;
    conn->facts.tls = port == EDGE_PORT_HTTPS;
    conn->facts.proxied = port == EDGE_PORT_PROXY;
    conn->facts.local_port = (unsigned)edge->ports[port];
    conn->facts.peer = conn->peer;
    conn->next = edge->conns;
    conn->link = &edge->conns;
    if (conn->next) {
        conn->next->link = &conn->next;
    }
    edge->conns = conn;
    edge->counts.accepted++;
    edge->counts.open++;
    return conn;
}

/* A client that is let in. */
static void begin(struct edge_conn *conn)
{
    conn->phase = CONN_HANDSHAKE;
    if (!conn->facts.tls) {
        conn_idle(conn);
    } else if (tls_attach(conn)) {
        conn_deadline(conn, edge_handshake_time(conn->edge));
    } else {
        conn_drop(conn);
    }
}

void conn_accept(struct edge *edge, enum edge_port port, int fd,
                 const struct sockaddr *peer)
{
    bool proxied = port == EDGE_PORT_PROXY;
    struct edge_conn *conn;
    struct err err;

    conn = conn_new(edge, port, fd);
    peer_text(peer, conn->peer);
    if (!loop_watch(edge->loop, &conn->watch, EPOLLIN, &err)) {
        log_debug("%s, closing connection %llu", err.text,
                  (unsigned long long)conn->facts.id);
        conn_drop(conn);
        return;
    }
    conn->watched = true;
    conn->interest = EPOLLIN;
    /* What a server's first byte is comes later, in a tunnel. */
    conn->first_byte_passed = proxied;
    if (place_pass(conn, proxied ? EDGE_PROXY_ACCEPT : EDGE_ACCEPT, begin)) {
        begin(conn);
    }
    conn_settle(conn);
}
