/* The life of a connection: what it waits for, and what then happens. */
#include "config.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "edge/internal.h"

/* ---- Deadlines ---- */

/*
 * A deadline that moves on costs nothing: the timer keeps its place, and one
 * that comes too early is set again.
 */
void conn_deadline(struct edge_conn *conn, int64_t delay)
{
    struct loop *loop = conn->edge->loop;

    if (delay < 0) {
        conn->deadline = INT64_MAX;
        return;
    }
    conn->deadline = loop_now(loop) + delay;
    if (!conn->timer.slot || conn->timer.due > conn->deadline) {
        loop_start(loop, &conn->timer, delay);
    }
}

/* How long an idle connection keeps its engine. */
static int64_t rest_after(const struct edge *edge)
{
    int64_t quarter = edge_idle_time(edge) / 4;
    int64_t usual = EDGE_DETACH_SECONDS * ENV_NS_PER_SEC;

    return quarter < usual ? quarter : usual;
}

/* ---- What the loop shall tell ---- */

static bool wants_input(const struct edge_conn *conn)
{
    switch (conn->phase) {
    case CONN_HANDSHAKE:
    case CONN_TUNNEL:
    case CONN_LINGER:
        return true;
    case CONN_IDLE:
    case CONN_HEAD:
        return !conn->in_closed;
    case CONN_BODY:
        return !conn->in_closed && conn->bridge.unsent.size == 0;
    case CONN_REPLY:
        return !conn->in_closed && conn->in.size < EDGE_READ_AHEAD;
    case CONN_STALLED:
    case CONN_PAUSED:
    case CONN_RESET:
    case CONN_DEAD:
        return false;
    }
    return false;
}

/* The peer's FIN is told by what is read, or else by EPOLLRDHUP. */
static uint32_t wanted(const struct edge_conn *conn)
{
    uint32_t events = 0;

    if (conn->ssl_wants_write || conn->reply.blocked) {
        events |= EPOLLOUT;
    }
    if (wants_input(conn) && !conn->ssl_wants_write) {
        events |= EPOLLIN;
    } else if (!conn->fin && conn->phase != CONN_RESET) {
        events |= EPOLLRDHUP;
    }
    return events;
}

/* ---- Reading ---- */

static void say_goodbye(struct edge_conn *conn)
{
    conn_finish(conn, REPLY_CUT_CLOSE);
}

/* By close_notify or FIN: no request will come any more. */
static void input_ended(struct edge_conn *conn)
{
    conn->in_closed = true;
    conn->fin |= conn->sock.eof;
    if (conn->phase == CONN_REPLY) {
        /* Over plain HTTP a FIN may be half a goodbye; over TLS it is one,
         * unless more requests were sent before it. */
        if ((conn->ssl && conn->sock.eof && !conn->in.size) ||
            conn->reply.stalled) {
            conn_drop(conn);
        }
        return;
    }
    if (conn->phase == CONN_IDLE) {
        if (place_pass(conn, EDGE_CLIENT_FIN, say_goodbye)) {
            say_goodbye(conn);
        }
        return;
    }
    record_lost(conn);
    conn_finish(conn, REPLY_CUT_CLOSE);
}

static void read_some(struct edge_conn *conn)
{
    struct edge *edge = conn->edge;
    size_t got = 0;

    do {
        switch (tls_read(conn, edge->scratch, EDGE_SCRATCH, &got)) {
        case TLS_OK:
            request_input(conn, span_of(edge->scratch, got));
            break;
        case TLS_AGAIN:
            return;
        case TLS_CLOSED:
            input_ended(conn);
            return;
        case TLS_BROKEN:
            conn_drop(conn);
            return;
        }
    } while (wants_input(conn) && tls_pending(conn));
}

void conn_idle(struct edge_conn *conn)
{
    conn->phase = CONN_IDLE;
    conn->rested = conn->idle > 0;
    if (conn->idle_limited) {
        conn_deadline(conn, conn->idle_limit);
    } else {
        conn_deadline(conn,
                      conn->idle > 0 ? conn->idle : rest_after(conn->edge));
    }
    if (conn->in.size) {
        request_resume(conn);
    }
    if (conn->in_closed && conn_alive(conn) && conn->phase < CONN_REPLY) {
        input_ended(conn);
    }
}

/* ---- Events ---- */

static void transfer(struct edge_conn *conn, uint32_t events)
{
    if (events & (EPOLLERR | EPOLLHUP)) {
        conn_drop(conn);
        return;
    }
    if (events & EPOLLOUT) {
        conn->ssl_wants_write = false;
        output_flush(conn);
    }
    if ((events & EPOLLIN) && wants_input(conn) && conn->phase != CONN_LINGER) {
        read_some(conn);
    }
    if ((events & EPOLLRDHUP) && conn_alive(conn)) {
        conn->fin = true;
        if ((conn->ssl && conn->in_closed && !conn->in.size) ||
            conn->reply.stalled) {
            conn_drop(conn);
        }
    }
}

/* The first byte, unread as yet, has not been let through. */
static bool is_held(struct edge_conn *conn, uint32_t events)
{
    int waiting = 0;

    if (conn->first_byte_passed || !(events & EPOLLIN)) {
        return false;
    }
    if (!place_concerned(conn, EDGE_FIRST_BYTE)) {
        conn->first_byte_passed = true;
        return false;
    }
    if (ioctl(conn->sock.fd, FIONREAD, &waiting) != 0 || !waiting) {
        return false; /* a FIN, or an error */
    }
    conn->first_byte_passed = true;
    return !place_pass(conn, EDGE_FIRST_BYTE,
                       conn->facts.tls ? tls_again : conn_idle);
}

void conn_ready(struct loop_watch *watch, uint32_t events)
{
    struct edge_conn *conn = CONTAINER(watch, struct edge_conn, watch);

    if ((conn->phase == CONN_HANDSHAKE || conn->phase == CONN_IDLE) &&
        is_held(conn, events)) {
        conn_settle(conn);
        return;
    }
    switch (conn->phase) {
    case CONN_HANDSHAKE:
        tls_handshake(conn);
        break;
    case CONN_TUNNEL:
        tunnel_input(conn);
        break;
    case CONN_IDLE:
    case CONN_HEAD:
    case CONN_BODY:
    case CONN_REPLY:
        transfer(conn, events);
        break;
    case CONN_LINGER:
        conn_linger(conn);
        break;
    case CONN_STALLED:
    case CONN_RESET:
        if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
            conn_drop(conn);
        }
        break;
    case CONN_PAUSED:
        conn->fin |= (events & EPOLLRDHUP) != 0;
        if (events & (EPOLLHUP | EPOLLERR)) {
            conn_drop(conn);
        }
        break;
    case CONN_DEAD:
        break;
    }
    conn_settle(conn);
}

void conn_settle(struct edge_conn *conn)
{
    uint32_t events;

    if (conn->phase >= CONN_IDLE && conn->phase <= CONN_REPLY &&
        wants_input(conn) && tls_pending(conn)) {
        read_some(conn);
    }
    if (conn->sock.in_limited && conn->sock.in_budget == 0) {
        place_spent(conn, conn->in_how);
    } else if (conn->sock.limited && conn->sock.for_good &&
               conn->sock.budget == 0) {
        place_spent(conn, conn->out_how);
    }
    if (!conn_alive(conn)) {
        return;
    }
    events = wanted(conn);
    if (events != conn->interest) {
        loop_rewatch(conn->edge->loop, &conn->watch, events);
        conn->interest = events;
    }
    bridge_settle(conn);
}

/* An idle connection gives back all that it can do without. */
static void rest(struct edge_conn *conn)
{
    bridge_close(conn);
    buf_clear(&conn->in);
    buf_clear(&conn->request.raw);
    buf_clear(&conn->reply.out);
    conn->rested = true;
    conn_deadline(conn, edge_idle_time(conn->edge) - rest_after(conn->edge));
}

static void time_is_up(struct edge_conn *conn)
{
    switch (conn->phase) {
    case CONN_HANDSHAKE:
        tls_failed(conn, "not complete within the time limit");
        conn_drop(conn);
        break;
    case CONN_IDLE:
        if (conn->idle_limited) {
            place_end(conn, conn->idle_how);
        } else if (conn->rested) {
            conn_finish(conn, REPLY_CUT_CLOSE);
        } else {
            rest(conn);
        }
        break;
    case CONN_TUNNEL:
    case CONN_HEAD:
    case CONN_BODY:
        record_lost(conn);
        conn_finish(conn, REPLY_CUT_CLOSE);
        break;
    case CONN_REPLY:
    case CONN_STALLED:
    case CONN_LINGER:
        conn_drop(conn);
        break;
    case CONN_PAUSED:
        place_resume(conn);
        break;
    case CONN_RESET:
        conn_try_reset(conn);
        break;
    case CONN_DEAD:
        break;
    }
}

void conn_expired(struct loop_timer *timer)
{
    struct edge_conn *conn = CONTAINER(timer, struct edge_conn, timer);
    int64_t now = loop_now(conn->edge->loop);

    if (conn->deadline == INT64_MAX) {
        return;
    }
    if (now < conn->deadline) {
        loop_start(conn->edge->loop, timer, conn->deadline - now);
        return;
    }
    time_is_up(conn);
    conn_settle(conn);
}
