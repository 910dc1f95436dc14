/*
 * What the client gets: bytes as fast as its socket takes them, or as slowly
 * as a plan says, up to where it cuts them off.
 */
#include "config.h"

#include "edge/internal.h"

static size_t waiting_bytes(const struct conn_reply *reply)
{
    return reply->out.size - reply->out_at;
}

bool output_has_room(const struct edge_conn *conn)
{
    return !conn->reply.complete && !conn->reply.truncated &&
           waiting_bytes(&conn->reply) < EDGE_OUT_LIMIT;
}

/* ---- The end of a reply ---- */

/* The connection ends where the plan stops the reply. */
static bool cuts(const struct conn_reply *reply)
{
    return reply->plan.cut && reply->plan.cut_how != REPLY_CUT_HOLD;
}

static enum reply_cut how_it_ends(const struct conn_reply *reply)
{
    if (cuts(reply)) {
        return reply->plan.cut_how;
    }
    return reply->plan.then == REPLY_THEN_RESET ? REPLY_CUT_RESET
                                                : REPLY_CUT_CLOSE;
}

/* The FIN of a client may have been its goodbye: then it answers by a RST. */
static enum sent_outcome whole_or_broken(const struct edge_conn *conn)
{
    int error = 0;
    socklen_t size = sizeof(error);

    if (conn->in_closed &&
        getsockopt(conn->sock.fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
        error) {
        return SENT_BROKEN;
    }
    return SENT_WHOLE;
}

static void finish_whole(struct edge_conn *conn)
{
    const struct reply_plan *plan = &conn->reply.plan;
    bool holds = plan->cut && plan->cut_how == REPLY_CUT_HOLD;
    bool last =
        conn->reply.close || cuts(&conn->reply) || conn->phase != CONN_REPLY;
    enum reply_cut how = how_it_ends(&conn->reply);

    enum edge_tunnel tunnel = tunnel_opens(conn, conn->reply.framer.status)
                                  ? conn->request.tunnel
                                  : EDGE_TUNNEL_NONE;

    conn->idle = plan->idle;
    record_end(conn, whole_or_broken(conn));
    if (holds) {
        place_end(conn, REPLY_CUT_HOLD);
        return;
    }
    if (last) {
        conn_finish(conn, how);
        return;
    }
    if (tunnel) {
        tunnel_open(conn, tunnel);
        return;
    }
    conn->answered = true;
    conn->phase = CONN_IDLE;
    /* Whoever has sent the next request already does not wait. */
    if (conn->in.size || conn->in_closed ||
        place_pass(conn, EDGE_IDLE, conn_idle)) {
        conn_idle(conn);
    }
}

static void finish_cut(struct edge_conn *conn)
{
    enum reply_cut how = how_it_ends(&conn->reply);

    record_end(conn, SENT_CUT);
    conn_finish(conn, how);
}

/* Nothing is written any more that would tell of a client that has left, so
 * its FIN has to. */
static void stall(struct edge_conn *conn)
{
    if (conn->fin || conn->in_closed) {
        conn_drop(conn);
    } else if (!conn->reply.stalled) {
        conn->reply.stalled = true;
        conn_deadline(conn, EDGE_STALL_SECONDS * ENV_NS_PER_SEC);
    }
}

/* The engine broke off: the client shall not take it for a whole reply. */
static void finish_truncated(struct edge_conn *conn)
{
    record_end(conn, conn->reply.sent ? SENT_CUT : SENT_NOTHING);
    conn_finish(conn, REPLY_CUT_FIN);
}

/* ---- To the client ---- */

static void note_sent(struct conn_reply *reply, size_t size)
{
    size_t interim = size < reply->interim ? size : reply->interim;

    reply->interim -= interim;
    size -= interim;
    reply->sent += size;
    reply->drip_left -= size < reply->drip_left ? size : reply->drip_left;
}

/* How many of the waiting bytes may go now. */
static size_t allowed(const struct conn_reply *reply)
{
    uint64_t size = waiting_bytes(reply);

    if (!reply->planned) {
        return (size_t)size;
    }
    if (reply->interim) {
        return size < reply->interim ? (size_t)size : reply->interim;
    }
    if (reply->waiting) {
        return 0;
    }
    if (reply->plan.cut && size > reply->plan.cut_after - reply->sent) {
        size = reply->plan.cut_after - reply->sent;
    }
    if (reply->plan.drip_every && size > reply->drip_left) {
        size = reply->drip_left;
    }
    if (reply->plan.pause && size > reply->plan.pause_at - reply->sent) {
        size = reply->plan.pause_at - reply->sent;
    }
    return (size_t)size;
}

void output_wait(struct edge_conn *conn, int64_t delay)
{
    conn->reply.waiting = true;
    loop_start(conn->edge->loop, &conn->pace, delay);
}

/* Once each: in the middle of a reply, and behind it. */
static bool pauses(struct edge_conn *conn, bool over)
{
    struct reply_plan *plan = &conn->reply.plan;
    int64_t pause = 0;

    if (!conn->reply.begun || conn->reply.waiting) {
        return false;
    }
    if (plan->pause && conn->reply.sent >= plan->pause_at) {
        pause = plan->pause;
        plan->pause = 0;
    } else if (over) {
        pause = plan->linger;
        plan->linger = 0;
    }
    if (pause) {
        output_wait(conn, pause);
    }
    return pause != 0;
}

/* Nothing more may or can be sent now: is that the end? */
static void after_flush(struct edge_conn *conn)
{
    struct conn_reply *reply = &conn->reply;
    bool empty = waiting_bytes(reply) == 0;

    if (pauses(conn, empty && reply->complete)) {
        return;
    }
    if (empty && reply->complete && !reply->waiting) {
        finish_whole(conn);
    } else if (reply->plan.cut && reply->begun && !reply->waiting &&
               reply->sent >= reply->plan.cut_after) {
        if (cuts(reply)) {
            finish_cut(conn);
        } else {
            stall(conn);
        }
    } else if (empty && reply->truncated) {
        finish_truncated(conn);
    } else if (reply->plan.drip_every && reply->begun && !reply->waiting &&
               reply->drip_left == 0) {
        output_wait(conn, reply->plan.drip_every);
    }
}

/* Writes what it can; yields false where the connection is lost. */
static bool write_some(struct edge_conn *conn, struct span *bytes)
{
    size_t size = 0;

    while (bytes->size) {
        switch (tls_write(conn, *bytes, &size)) {
        case TLS_OK:
            note_sent(&conn->reply, size);
            *bytes = span_slice(*bytes, size, SIZE_MAX);
            break;
        case TLS_AGAIN:
            conn->reply.blocked = true;
            conn_deadline(conn, edge_idle_time(conn->edge));
            return true;
        case TLS_CLOSED:
        case TLS_BROKEN:
            conn_drop(conn);
            return false;
        }
    }
    return true;
}

void output_flush(struct edge_conn *conn)
{
    struct conn_reply *reply = &conn->reply;
    size_t size = allowed(reply);
    struct span bytes;

    if (!conn_busy(conn)) {
        return;
    }
    if (reply->blocked) {
        reply->blocked = false;
        conn_deadline(
            conn, conn->phase == CONN_REPLY ? -1 : edge_idle_time(conn->edge));
    }
    while (size && !reply->blocked) {
        bytes = span_of(reply->out.data + reply->out_at, size);
        if (!write_some(conn, &bytes)) {
            return;
        }
        reply->out_at += size - bytes.size;
        size = allowed(reply);
    }
    if (waiting_bytes(reply) == 0) {
        buf_reset(&reply->out);
        reply->out_at = 0;
    }
    if (!reply->blocked) {
        after_flush(conn);
    }
}

void output_wait_over(struct loop_timer *pace)
{
    struct edge_conn *conn = CONTAINER(pace, struct edge_conn, pace);

    conn->reply.waiting = false;
    conn->reply.drip_left = conn->reply.plan.drip_bytes;
    output_flush(conn);
    conn_settle(conn);
}

void output_add(struct edge_conn *conn, struct span bytes)
{
    struct conn_reply *reply = &conn->reply;

    if (!reply->planned && waiting_bytes(reply) == 0 &&
        !write_some(conn, &bytes)) {
        return;
    }
    if (reply->out_at) {
        buf_drop(&reply->out, reply->out_at);
        reply->out_at = 0;
    }
    buf_add(&reply->out, bytes);
}
