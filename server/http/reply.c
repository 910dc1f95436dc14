/*
 * From ex->reply to the wire: the bytes are made here, and given to the edge.
 * libmicrohttpd would refuse many a reply that a scenario asks for (a second
 * Content-Length, odd names, statuses). A request that went through it is
 * answered there with an empty reply, which the edge replaces.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "http/internal.h"
#include "scenario/sessions.h"
#include "util/buf.h"
#include "util/number.h"
#include "util/stamp.h"

enum { STATUS_EMPTY = 204 };

bool http_is_open(const struct reply *reply, const char *name)
{
    return !headers_get(&reply->headers, name) &&
           !headers_get(&reply->without, name) &&
           !headers_get(&reply->without, "*");
}

/* Date is the world's clock. */
static void add_date(struct http_request *rq)
{
    const struct services_context *services = rq->http->options.services;
    struct exchange *ex = rq->ex;
    /* What was refused before it belonged to a session is the default's. */
    int64_t now = ex->date ? ex->date
                           : session_now(sessions_default(services->sessions),
                                         env_now(services->env));

    if (http_is_open(&ex->reply, "Date")) {
        headers_add(&ex->reply.headers, ex->arena, "Date",
                    stamp_http(ex->arena, now));
    }
}

static void add_line(struct buf *out, const char *name, const char *value)
{
    buf_add_text(out, name);
    buf_add_text(out, ": ");
    buf_add_text(out, value);
    buf_add_text(out, "\r\n");
}

/* RFC 9112, 9.3: HTTP/1.0 goes on only where both sides say so. */
const char *http_connection(const struct exchange *ex,
                            const struct edge_conn *conn)
{
    if (!http_is_open(&ex->reply, "Connection")) {
        return NULL;
    }
    if (ex->reply.close || !conn || edge_conn_is_last(conn)) {
        return "close";
    }
    return strcmp(ex->request.version, "HTTP/1.0") == 0 ? "Keep-Alive" : NULL;
}

static void add_head(struct buf *out, const struct exchange *ex,
                     const struct edge_conn *conn)
{
    const struct reply *reply = &ex->reply;
    const struct headers *headers = &reply->headers;
    const char *connection = http_connection(ex, conn);
    char room[NUMBER_TEXT];

    buf_add_text(out, "HTTP/1.1 ");
    buf_add_text(out, number_text(room, reply->status));
    buf_add_text(out, " ");
    buf_add_text(out, MHD_get_reason_phrase_for(reply->status));
    buf_add_text(out, "\r\n");
    for (size_t i = 0; i < headers->count; i++) {
        add_line(out, headers->items[i].name, headers->items[i].value);
    }
    if (http_is_open(reply, "Content-Length") &&
        !headers_get(headers, "Transfer-Encoding") &&
        !status_has_no_body(reply->status)) {
        add_line(out, "Content-Length",
                 number_text(room, (int64_t)reply->body.size));
    }
    if (connection) {
        add_line(out, "Connection", connection);
    }
    buf_add_text(out, "\r\n");
}

/* Bytes in which no head ends are all body. */
static void place_raw(const struct reply *reply, struct reply_plan *plan)
{
    size_t end = span_find(reply->raw, span_text("\r\n\r\n"), 0);

    if (reply->write) {
        http_written_places(reply->write, end == SIZE_MAX ? 0 : end + 4,
                            reply->raw.size, plan);
    }
}

struct span http_reply_bytes(struct http_request *rq, struct edge_conn *conn,
                             struct reply_plan *plan)
{
    struct exchange *ex = rq->ex;
    struct buf *out = &rq->http->reply;

    if (ex->conn->proxied) {
        http_tunnel(rq, conn);
    }
    if (ex->reply.raw.size) {
        place_raw(&ex->reply, plan);
        return ex->reply.raw;
    }
    add_date(rq);
    if (ex->reply.write) {
        return http_written_bytes(rq, conn, plan);
    }
    buf_reset(out);
    add_head(out, ex, conn);
    /* RFC 9110 9.3.2: all but the body. */
    if (strcmp(ex->request.method, "HEAD") != 0) {
        buf_add(out, ex->reply.body);
    }
    return buf_span(out);
}

enum MHD_Result http_reply_queue(struct http_request *rq)
{
    struct reply_plan plan = rq->ex->reply.plan;
    struct edge_conn *conn = http_conn(rq->http, rq->mhd);
    struct MHD_Response *response;
    enum MHD_Result result;

    if (!conn) {
        return MHD_NO;
    }
    response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!response) {
        return MHD_NO;
    }
    plan.raw = http_reply_bytes(rq, conn, &plan);
    edge_conn_plan(conn, &plan);
    result = MHD_queue_response(rq->mhd, STATUS_EMPTY, response);
    MHD_destroy_response(response);
    return result;
}
