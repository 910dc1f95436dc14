/*
 * Requests that came whole are read here, and libmicrohttpd is spared the way
 * to and fro: the edge has judged the head (edge/head.h) and found where the
 * message ends. Whatever is not plain goes the long way: old versions, folded
 * lines, lines that end in LF alone, expectations.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "http/internal.h"
#include "util/guard.h"
#include "util/mem.h"

/* The line in front, without its CRLF; false: it ends some other way. */
static bool next_line(struct span *rest, struct span *out_line)
{
    const uint8_t *lf =
        rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
    size_t size = lf ? (size_t)(lf - rest->data) : 0;

    if (size == 0 || rest->data[size - 1] != '\r') {
        return false;
    }
    *out_line = span_slice(*rest, 0, size - 1);
    *rest = span_slice(*rest, size + 1, SIZE_MAX);
    return true;
}

/* false: not one to be read here. */
static bool read_field(struct exchange *ex, struct span line)
{
    const uint8_t *colon = memchr(line.data, ':', line.size);
    size_t size = colon ? (size_t)(colon - line.data) : 0;
    bool folded = line.data[0] == ' ' || line.data[0] == '\t';
    bool expects = size == strlen("Expect") &&
                   strncasecmp((const char *)line.data, "Expect", size) == 0;

    if (!size || folded || expects) {
        return false;
    }
    http_add_field(ex, span_slice(line, 0, size),
                   span_slice(line, size + 1, SIZE_MAX));
    return true;
}

/* RFC 9112, 3: the edge has seen that there are three words. */
static bool read_request_line(struct exchange *ex, struct span line)
{
    const uint8_t *space = line.size ? memchr(line.data, ' ', line.size) : NULL;
    size_t size = space ? (size_t)(space - line.data) : 0;
    struct span method = span_slice(line, 0, size);
    struct span rest = span_slice(line, size + 1, SIZE_MAX);
    struct request *request = &ex->request;

    space = rest.size ? memchr(rest.data, ' ', rest.size) : NULL;
    size = space ? (size_t)(space - rest.data) : 0;
    if (!method.size || !size ||
        !span_equal(span_slice(rest, size + 1, SIZE_MAX),
                    span_text("HTTP/1.1"))) {
        return false;
    }
    request->method = arena_text(ex->arena, method);
    request->target = arena_text(ex->arena, span_slice(rest, 0, size));
    request->version = "HTTP/1.1";
    return true;
}

bool http_whole_read(struct exchange *ex)
{
    struct span rest = ex->raw;
    struct span line;

    if (!next_line(&rest, &line) || !read_request_line(ex, line)) {
        return false;
    }
    while (next_line(&rest, &line)) {
        if (line.size == 0) {
            ex->request.body = rest;
            return true;
        }
        if (!read_field(ex, line)) {
            return false;
        }
    }
    return false;
}

static void finish(struct http_request *rq)
{
    exchange_unref(rq->ex);
    conn_auth_unref(rq->auth);
    *rq->link = rq->next;
    if (rq->next) {
        rq->next->link = rq->link;
    }
    mem_free(rq);
}

static void reply(struct http_request *rq)
{
    struct exchange *ex = rq->ex;
    struct reply_plan plan = ex->reply.plan;

    /* The client may have gone while services were at work. */
    if (!ex->ended) {
        plan.raw = http_reply_bytes(rq, rq->conn, &plan);
        edge_conn_reply(rq->conn, &plan);
    }
    finish(rq);
}

/* Services have decided, and hold the lock; nothing of theirs comes behind. */
static void resume(void *ctx)
{
    unsigned held = guard_pause();

    reply(ctx);
    guard_resume(held);
}

static struct http_request *
new_request(struct http *http, struct edge_conn *conn, struct exchange *ex)
{
    struct http_request *rq = NEW(struct http_request);

    rq->http = http;
    rq->conn = conn;
    rq->ex = exchange_ref(ex);
    rq->auth = http_auth(conn);
    rq->next = http->whole;
    rq->link = &http->whole;
    if (rq->next) {
        rq->next->link = &rq->next;
    }
    http->whole = rq;
    return rq;
}

bool http_whole_request(void *ctx, struct edge_conn *conn, struct exchange *ex)
{
    struct http *http = ctx;
    struct http_request *rq;

    if (!http_whole_read(ex)) {
        ex->request = (struct request){0};
        return false;
    }
    http_take_head(ex);
    rq = new_request(http, conn, ex);
    if (http_begin_services(rq) || http_run_services(rq, resume)) {
        reply(rq);
    }
    return true;
}

void http_whole_forget(struct http *http)
{
    while (http->whole) {
        finish(http->whole);
    }
}
