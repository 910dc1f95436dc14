/* The exchange of a request: opened at its first byte, closed with what was
 * really sent. */
#include "config.h"

#include <assert.h>

#include "edge/internal.h"

enum { STATUS_LINE = 12 }; /* "HTTP/1.1 200" */

void record_begin(struct edge_conn *conn)
{
    const struct edge_hooks *hooks = &conn->edge->hooks;

    assert(!conn->exchange);
    conn->exchange = hooks->request_begin(hooks->ctx, conn);
    assert(conn->exchange);
}

static struct sent what_was_sent(const struct conn_reply *reply,
                                 enum sent_outcome outcome)
{
    size_t head = reply->sent < EDGE_SENT_HEAD_LIMIT ? (size_t)reply->sent
                                                     : EDGE_SENT_HEAD_LIMIT;

    return (struct sent){
        .outcome = outcome,
        .status = reply->sent >= STATUS_LINE ? reply->framer.status : 0,
        .bytes = reply->sent,
        .head = span_slice(reply->head, 0, head),
    };
}

void record_end(struct edge_conn *conn, enum sent_outcome outcome)
{
    const struct edge_hooks *hooks = &conn->edge->hooks;
    struct exchange *ex = conn->exchange;

    if (!ex) {
        return;
    }
    request_keep(conn);
    ex->sent = what_was_sent(&conn->reply, outcome);
    ex->sent.turn = loop_now(conn->edge->loop);
    hooks->request_end(hooks->ctx, conn, ex);
    conn->exchange = NULL;
    exchange_unref(ex);
    request_reset(conn);
    reply_reset(conn);
}

void record_lost(struct edge_conn *conn)
{
    bool answerable = conn->phase == CONN_REPLY || conn->reply.sent;

    record_end(conn, answerable ? SENT_BROKEN : SENT_NOTHING);
}
