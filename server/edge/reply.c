/*
 * The reply, whoever it is from: where the engine's ends, whether other bytes
 * go out in its place, and replies that the engine has no part in.
 */
#include "config.h"

#include "edge/internal.h"
#include "util/stamp.h"

/* An engine's head that is longer is passed on as it is. */
enum { REPLY_HEAD_LIMIT = 256 * 1024 };

void reply_reset(struct edge_conn *conn)
{
    struct conn_reply *reply = &conn->reply;
    struct conn_reply fresh = {
        .raw = reply->raw, .held = reply->held, .out = reply->out};

    loop_cancel(conn->edge->loop, &conn->pace);
    buf_clear(&fresh.raw);
    buf_clear(&fresh.held);
    buf_reset(&fresh.out);
    *reply = fresh;
}

/* ---- From the engine ---- */

static void keep_head(struct edge_conn *conn, struct span head)
{
    conn->reply.head = arena_copy(conn->exchange->arena,
                                  span_slice(head, 0, EDGE_SENT_HEAD_LIMIT));
}

/* The final reply's first bytes are here. */
static void begin(struct edge_conn *conn, struct span head)
{
    struct conn_reply *reply = &conn->reply;

    reply->begun = true;
    conn_deadline(conn, -1);
    if (!reply->raw.size) {
        keep_head(conn, head);
        reply->close = reply->framer.close || conn->request.framer.close;
    }
    reply->drip_left = reply->plan.drip_bytes;
    if (reply->plan.delay > 0) {
        output_wait(conn, reply->plan.delay);
    }
}

/* The connection survives raw bytes that are just one reply. */
static void queue_raw(struct edge_conn *conn)
{
    struct conn_reply *reply = &conn->reply;
    struct span raw = buf_span(&reply->raw);
    size_t head = framer_head_size(raw, 0);
    bool framed;
    bool tunnels;

    if (reply->framer.close) {
        bridge_close(conn);
    }
    tunnels = tunnel_opens(conn, framer_status(raw));
    framer_reply(&reply->framer, raw,
                 conn->request.framer.head_method || tunnels);
    keep_head(conn, span_slice(raw, 0, head ? head : raw.size));
    framed = head && head + framer_pass(&reply->framer,
                                        span_slice(raw, head, SIZE_MAX)) ==
                         raw.size;
    reply->close = !framed || !reply->framer.done || reply->framer.bad ||
                   reply->framer.close || conn->request.framer.close;
    reply->close = reply->close && !tunnels;
    if (reply->plan.then != REPLY_THEN_FRAMED) {
        reply->close = reply->plan.then != REPLY_THEN_OPEN;
    }
    output_add(conn, raw);
}

static void complete(struct edge_conn *conn)
{
    conn->reply.complete = true;
    if (conn->reply.raw.size) {
        queue_raw(conn);
    }
}

/* An informational reply (RFC 9110, 15.2) goes before the final one. */
static size_t pass_interim(struct edge_conn *conn, struct span head)
{
    if (!conn->reply.withheld) {
        conn->reply.interim += head.size;
        output_add(conn, head);
    }
    return head.size;
}

/* Somebody below HTTP refuses the request: whoever knows better may say so. */
static void tell_refused(struct edge_conn *conn,
                         const struct edge_refusal *refusal)
{
    const struct edge_hooks *hooks = &conn->edge->hooks;

    if (hooks->refused && !conn->reply.planned) {
        hooks->refused(hooks->ctx, conn, conn->exchange, refusal);
    }
}

/* The engine answers by itself: it has not asked anybody. */
static void engine_refuses(struct edge_conn *conn)
{
    const struct edge_refusal refusal = {
        .what = EDGE_REFUSED_MALFORMED,
        .status = conn->reply.framer.status,
        .reason = "Bad Request",
    };

    request_keep(conn);
    tell_refused(conn, &refusal);
}

/* How many of the bytes were taken; 0: the head is not whole yet. */
static size_t take_some(struct edge_conn *conn, struct span bytes)
{
    struct conn_reply *reply = &conn->reply;
    size_t size = 0;

    if (!reply->begun) {
        size = framer_head_size(bytes, 0);
        if (!size && bytes.size < REPLY_HEAD_LIMIT) {
            return 0;
        }
        framer_reply(&reply->framer, span_slice(bytes, 0, size),
                     conn->request.framer.head_method);
        if (reply->framer.status / 100 == 1 && reply->framer.status != 101) {
            return pass_interim(conn, span_slice(bytes, 0, size));
        }
        if (conn->bridge.watch.fd >= 0) {
            engine_refuses(conn);
        }
        begin(conn, span_slice(bytes, 0, size));
    }
    size += framer_pass(&reply->framer, span_slice(bytes, size, SIZE_MAX));
    if (!reply->raw.size) {
        output_add(conn, span_slice(bytes, 0, size));
    }
    if (conn_alive(conn) && reply->framer.done) {
        complete(conn);
    }
    return size;
}

void reply_input(struct edge_conn *conn, struct span bytes)
{
    struct conn_reply *reply = &conn->reply;
    AUTO_BUF held = reply->held;

    reply->held = (struct buf){0};
    if (held.size) {
        buf_add(&held, bytes);
        bytes = buf_span(&held);
    }
    while (bytes.size && conn_alive(conn) && !reply->complete) {
        size_t taken = take_some(conn, bytes);

        if (taken == 0) {
            buf_add(&reply->held, bytes);
            break;
        }
        bytes = span_slice(bytes, taken, SIZE_MAX);
    }
    /* More will come as soon as the engine has room for it. */
    if (conn_alive(conn) && !reply->complete) {
        conn->edge->engine_due = true;
        edge_at_turn_end(conn->edge);
    }
    output_flush(conn);
}

void reply_input_end(struct edge_conn *conn)
{
    struct conn_reply *reply = &conn->reply;

    if (!reply->begun && reply->raw.size) {
        begin(conn, SPAN_NONE);
    }
    if (reply->raw.size ||
        (reply->begun && reply->framer.body == FRAMER_OPEN)) {
        complete(conn);
    } else {
        reply->truncated = true;
    }
    output_flush(conn);
}

/* ---- Replies that are not the engine's ---- */

void reply_refuse(struct edge_conn *conn, const struct edge_refusal *refusal,
                  const char *why)
{
    struct exchange *ex = conn->exchange;
    struct conn_reply *reply = &conn->reply;
    struct edge_refusal whole = *refusal;
    const char *body;
    AUTO_BUF text = {0};

    /* An interim reply that is on its way stays on it. */
    bridge_close(conn);
    reply->planned = false;
    reply->plan = (struct reply_plan){0};
    buf_reset(&reply->raw);
    buf_reset(&reply->held);
    body = refusal->body ? refusal->body : arena_printf(ex->arena, "%s\n", why);
    buf_printf(&text, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\n", refusal->status,
               refusal->reason, refusal->type ? refusal->type : "text/plain");
    if (refusal->server) {
        buf_printf(&text, "Server: %s\r\n", refusal->server);
    }
    buf_printf(&text,
               "Date: %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n"
               "%s",
               stamp_http(ex->arena, ex->began), strlen(body), body);
    exchange_why(ex, "refused", "%s", why);
    conn->request.framer.close = true;
    whole.body = body;
    request_keep(conn);
    tell_refused(conn, &whole);
    reply_input(conn, buf_span(&text));
}

void edge_conn_reply(struct edge_conn *conn, const struct reply_plan *plan)
{
    edge_conn_plan(conn, plan);
    begin(conn, SPAN_NONE);
    complete(conn);
    output_flush(conn);
    conn_settle(conn);
}

void edge_conn_plan(struct edge_conn *conn, const struct reply_plan *plan)
{
    struct conn_reply *reply = &conn->reply;

    if (!conn->exchange || reply->begun) {
        return;
    }
    reply->planned = true;
    reply->plan = *plan;
    reply->plan.raw = SPAN_NONE;
    if (reply->plan.drip_bytes == 0) {
        reply->plan.drip_bytes = 1;
    }
    reply->plan.interim = SPAN_NONE;
    buf_reset(&reply->raw);
    buf_add(&reply->raw, plan->raw);
    if (plan->refuse.refuse) {
        listeners_refuse(conn->edge, conn->port, &plan->refuse);
    }
    reply->interim += plan->interim.size;
    output_add(conn, plan->interim);
}

void edge_conn_withhold(struct edge_conn *conn)
{
    conn->reply.withheld = true;
}

void edge_conn_early(struct edge_conn *conn)
{
    struct conn_request *request = &conn->request;

    bridge_close(conn);
    buf_reset(&conn->reply.held);
    conn->phase = CONN_REPLY;
    request->framer.close |= !request->framer.done;
}
