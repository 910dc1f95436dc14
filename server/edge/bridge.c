/*
 * The socketpair to the HTTP engine. A connection gets one with the first
 * request that the upper layers do not take whole, and gives it back when it is
 * idle, so that most connections cost one descriptor and no memory of the
 * engine.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "edge/internal.h"
#include "util/log.h"

/* ---- What the loop shall tell ---- */

static uint32_t wanted(const struct edge_conn *conn)
{
    uint32_t events = 0;

    if (output_has_room(conn)) {
        events |= EPOLLIN;
    }
    if (conn->bridge.unsent.size) {
        events |= EPOLLOUT;
    }
    return events;
}

/* A hang-up is told even to who asks for nothing: such a one is not watched. */
void bridge_settle(struct edge_conn *conn)
{
    struct bridge *bridge = &conn->bridge;
    struct loop *loop = conn->edge->loop;
    uint32_t events = wanted(conn);
    struct err err;

    if (bridge->watch.fd < 0 || events == bridge->interest) {
        return;
    }
    if (events == 0) {
        loop_unwatch(loop, &bridge->watch);
    } else if (bridge->interest) {
        loop_rewatch(loop, &bridge->watch, events);
    } else if (!loop_watch(loop, &bridge->watch, events, &err)) {
        log_debug("%s, closing connection %llu", err.text,
                  (unsigned long long)conn->facts.id);
        conn_drop(conn);
        return;
    }
    bridge->interest = events;
}

/* ---- To the engine ---- */

void bridge_feed(struct edge_conn *conn)
{
    struct edge *edge = conn->edge;

    if (!conn->bridge.fed) {
        conn->bridge.fed = true;
        conn->bridge.next_fed = edge->fed;
        edge->fed = conn;
    }
    edge_at_turn_end(edge);
}

static void feed(struct edge_conn *conn)
{
    bridge_feed(conn);
    conn->edge->engine_due = true;
}

/* How many bytes went; SIZE_MAX: the engine has closed its end. */
static size_t put(const struct bridge *bridge, struct span bytes)
{
    ssize_t size = send(bridge->watch.fd, bytes.data, bytes.size,
                        MSG_DONTWAIT | MSG_NOSIGNAL);

    if (size >= 0) {
        return (size_t)size;
    }
    return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? 0 : SIZE_MAX;
}

/*
 * An engine that has closed its end gets no more, but what it said before may
 * still lie there. One that closed between two requests gives way to a new
 * one.
 */
static void went_deaf(struct edge_conn *conn, struct span bytes)
{
    struct err err;

    if (conn->request.raw_size == bytes.size && !conn->bridge.deaf) {
        bridge_close(conn);
        if (bridge_open(conn, &err)) {
            conn->bridge.deaf = true; /* no third try */
            bridge_send(conn, bytes);
            conn->bridge.deaf = false;
            return;
        }
        reply_input_end(conn);
        return;
    }
    conn->bridge.deaf = true;
    buf_clear(&conn->bridge.unsent);
    feed(conn);
}

void bridge_send(struct edge_conn *conn, struct span bytes)
{
    struct bridge *bridge = &conn->bridge;
    size_t sent = 0;

    if (bridge->unsent.size == 0) {
        sent = put(bridge, bytes);
    }
    if (sent == SIZE_MAX) {
        went_deaf(conn, bytes);
        return;
    }
    buf_add(&bridge->unsent, span_slice(bytes, sent, SIZE_MAX));
    feed(conn);
}

static void send_rest(struct edge_conn *conn)
{
    struct bridge *bridge = &conn->bridge;
    size_t sent = put(bridge, buf_span(&bridge->unsent));

    if (sent == SIZE_MAX) {
        bridge->deaf = true;
        buf_clear(&bridge->unsent);
    } else {
        buf_drop(&bridge->unsent, sent);
    }
    feed(conn);
}

/* ---- From the engine ---- */

/* Between requests: the engine has closed, or speaks out of turn. */
static void between_requests(struct edge_conn *conn, ssize_t got)
{
    if (got > 0) {
        log_debug("connection %llu: the engine speaks without a request, "
                  "detaching it",
                  (unsigned long long)conn->facts.id);
    }
    bridge_close(conn);
}

void bridge_read(struct edge_conn *conn)
{
    struct edge *edge = conn->edge;

    while (conn->bridge.watch.fd >= 0 && output_has_room(conn)) {
        ssize_t got = recv(conn->bridge.watch.fd, edge->scratch,
                           sizeof(edge->scratch), MSG_DONTWAIT);

        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (conn->phase != CONN_BODY && conn->phase != CONN_REPLY) {
            between_requests(conn, got);
        } else if (got <= 0) {
            bridge_close(conn);
            reply_input_end(conn);
        } else {
            reply_input(conn, span_of(edge->scratch, (size_t)got));
            if ((size_t)got < sizeof(edge->scratch)) {
                return;
            }
        }
    }
}

static void ready(struct loop_watch *watch, uint32_t events)
{
    struct edge_conn *conn = CONTAINER(watch, struct edge_conn, bridge.watch);

    if ((events & EPOLLOUT) && conn->bridge.unsent.size) {
        send_rest(conn);
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        bridge_read(conn);
    }
    conn_settle(conn);
}

/* ---- Attaching and detaching ---- */

bool bridge_open(struct edge_conn *conn, struct err *err)
{
    struct edge *edge = conn->edge;
    struct bridge *bridge = &conn->bridge;
    int pair[2];

    assert(bridge->watch.fd < 0);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   pair) != 0) {
        return err_errno(err, "no socketpair");
    }
    bridge->watch = (struct loop_watch){pair[0], ready, true};
    bridge->engine_fd = pair[1];
    if (!loop_watch(edge->loop, &bridge->watch, EPOLLIN, err)) {
        close(pair[0]);
        close(pair[1]);
        bridge->watch.fd = -1;
        return false;
    }
    bridge->interest = EPOLLIN;
    bridge->deaf = false;
    edge_map(edge, pair[1], conn);
    edge->counts.attached++;
    if (!edge->hooks.attach(edge->hooks.ctx, conn, pair[1])) {
        bridge_close(conn);
        return err_set(err, "the HTTP engine refuses the connection");
    }
    return true;
}

void bridge_close(struct edge_conn *conn)
{
    struct edge *edge = conn->edge;
    struct bridge *bridge = &conn->bridge;

    if (bridge->watch.fd < 0) {
        return;
    }
    if (bridge->interest) {
        loop_unwatch(edge->loop, &bridge->watch);
    }
    close(bridge->watch.fd);
    bridge->watch.fd = -1;
    bridge->interest = 0;
    if (edge->by_fd[bridge->engine_fd] == conn) {
        edge->by_fd[bridge->engine_fd] = NULL;
    }
    buf_clear(&bridge->unsent);
    edge->counts.attached--;
    /* The engine's end is closed when the engine has seen this. */
    edge->engine_due = true;
    edge_at_turn_end(edge);
}
