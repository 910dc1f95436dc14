/*
 * From ex->reply to the wire. The usual reply goes through libmicrohttpd.
 * What that would refuse (its list is in research: a second Content-Length,
 * odd names, statuses) goes to the edge as raw bytes, which replace an empty
 * reply of libmicrohttpd.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "http/internal.h"
#include "services/reach.h"
#include "util/buf.h"
#include "util/stamp.h"

enum {
    STATUS_LEAST = 100,
    STATUS_FINAL = 200,
    STATUS_MOST = 599,
    STATUS_EMPTY = 204,
    STATUS_NOT_MODIFIED = 304,

    /* libmicrohttpd writes a head into memory that the request shares. */
    HEADERS_USUAL = 8 * 1024,
};

static bool has_no_body(unsigned status)
{
    return status < STATUS_FINAL || status == STATUS_EMPTY ||
           status == STATUS_NOT_MODIFIED;
}

static bool is_without(const struct reply *reply, const char *name)
{
    return headers_get(&reply->without, name) != NULL;
}

/* Framing headers of ours would fight with libmicrohttpd's own. */
static bool is_framing(const char *name)
{
    return strcasecmp(name, "Content-Length") == 0 ||
           strcasecmp(name, "Transfer-Encoding") == 0 ||
           strcasecmp(name, "Connection") == 0;
}

static bool add_all(struct MHD_Response *response, const struct headers *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct header *h = &list->items[i];

        if (is_framing(h->name) ||
            MHD_add_response_header(response, h->name, h->value) != MHD_YES) {
            return false;
        }
    }
    return true;
}

/* Date is the world's clock; MHD is told to send none. */
static void add_date(struct http_request *rq)
{
    struct exchange *ex = rq->ex;
    int64_t now = services_now(rq->http->options.services);

    if (!headers_get(&ex->reply.headers, "Date") &&
        !is_without(&ex->reply, "Date")) {
        headers_add(&ex->reply.headers, ex->arena, "Date",
                    stamp_http(ex->arena, now));
    }
}

struct span http_reply_bytes(struct exchange *ex)
{
    AUTO_BUF out = {0};
    const struct reply *reply = &ex->reply;

    buf_printf(&out, "HTTP/1.1 %u %s\r\n", reply->status,
               MHD_get_reason_phrase_for(reply->status));
    for (size_t i = 0; i < reply->headers.count; i++) {
        buf_printf(&out, "%s: %s\r\n", reply->headers.items[i].name,
                   reply->headers.items[i].value);
    }
    if (!headers_get(&reply->headers, "Content-Length") &&
        !headers_get(&reply->headers, "Transfer-Encoding") &&
        !is_without(reply, "Content-Length") && !has_no_body(reply->status)) {
        buf_printf(&out, "Content-Length: %zu\r\n", reply->body.size);
    }
    if (reply->close && !is_without(reply, "Connection")) {
        buf_add_text(&out, "Connection: close\r\n");
    }
    buf_add_text(&out, "\r\n");
    /* RFC 9110 9.3.2: all but the body. */
    if (!ex->request.method || strcmp(ex->request.method, "HEAD") != 0) {
        buf_add(&out, reply->body);
    }
    return arena_copy(ex->arena, buf_span(&out));
}

static enum MHD_Result queue_raw(struct http_request *rq, struct span bytes)
{
    struct reply_plan plan = rq->ex->reply.plan;
    struct edge_conn *conn = http_conn(rq->http, rq->mhd);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_NO;

    plan.raw = bytes;
    if (conn && response) {
        edge_conn_plan(conn, &plan);
        result = MHD_queue_response(rq->mhd, STATUS_EMPTY, response);
    }
    if (response) {
        MHD_destroy_response(response);
    }
    return result;
}

static bool is_usual(const struct reply *reply)
{
    size_t size = 0;

    for (size_t i = 0; i < reply->headers.count; i++) {
        size += strlen(reply->headers.items[i].name) +
                strlen(reply->headers.items[i].value);
    }
    for (size_t i = 0; i < reply->without.count; i++) {
        if (is_framing(reply->without.items[i].name)) {
            return false;
        }
    }
    return size <= HEADERS_USUAL && reply->status >= STATUS_FINAL &&
           reply->status <= STATUS_MOST && !reply->raw.size &&
           !(has_no_body(reply->status) && reply->body.size);
}

/* NULL: libmicrohttpd will not send this one. */
static struct MHD_Response *make_response(struct exchange *ex)
{
    const struct reply *reply = &ex->reply;
    struct MHD_Response *response;
    void *body;

    if (!is_usual(reply)) {
        return NULL;
    }
    /* The body lives in the arena, which lives until http_request_done. */
    memcpy(&body, &reply->body.data, sizeof(body));
    response = MHD_create_response_from_buffer(reply->body.size, body,
                                               MHD_RESPMEM_PERSISTENT);
    if (response && !add_all(response, &reply->headers)) {
        MHD_destroy_response(response);
        response = NULL;
    }
    if (response && reply->close) {
        MHD_add_response_header(response, "Connection", "close");
    }
    return response;
}

static bool is_changed(const struct reply_plan *plan)
{
    return plan->cut || plan->delay || plan->drip_every;
}

enum MHD_Result http_reply_queue(struct http_request *rq)
{
    struct exchange *ex = rq->ex;
    struct MHD_Response *response;
    struct edge_conn *conn;
    enum MHD_Result result;

    if (ex->reply.raw.size) {
        return queue_raw(rq, ex->reply.raw);
    }
    add_date(rq);
    response = make_response(ex);
    if (!response) {
        return queue_raw(rq, http_reply_bytes(ex));
    }
    conn = http_conn(rq->http, rq->mhd);
    if (conn && is_changed(&ex->reply.plan)) {
        edge_conn_plan(conn, &ex->reply.plan);
    }
    result = MHD_queue_response(rq->mhd, ex->reply.status, response);
    MHD_destroy_response(response);
    return result;
}
