/*
 * What is refused before anybody looks at it: no HTTP, too long, no clear Host.
 * The edge, the engine or this file has an answer; a step at the points of
 * these may have another.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/checks.h"
#include "http/internal.h"
#include "util/guard.h"

/* ---- From the edge ---- */

static struct span trimmed(struct span text)
{
    while (text.size && strchr(" \t\r", text.data[0])) {
        text = span_slice(text, 1, SIZE_MAX);
    }
    while (text.size && strchr(" \t\r", text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

/* What stands behind the first "Host:" of whatever it is; empty: nowhere. */
static struct span raw_host(struct span rest)
{
    static const char name[] = "Host:";
    size_t length = strlen(name);

    while (rest.size) {
        const uint8_t *lf = memchr(rest.data, '\n', rest.size);
        size_t size = lf ? (size_t)(lf - rest.data) : rest.size;

        if (size >= length &&
            strncasecmp((const char *)rest.data, name, length) == 0) {
            return trimmed(span_slice(rest, length, size - length));
        }
        rest = span_slice(rest, size + 1, SIZE_MAX);
    }
    return SPAN_NONE;
}

/* As the client wrote it, else the name that it asked TLS for. */
static const char *host_of(struct exchange *ex)
{
    struct span host = raw_host(ex->raw);

    if (!host.size || memchr(host.data, '\0', host.size)) {
        return ex->conn->sni;
    }
    host.size = strcspn(arena_text(ex->arena, host), ":");
    return arena_lower(ex->arena, arena_text(ex->arena, host));
}

static void plan_refusal(struct exchange *ex,
                         const struct edge_refusal *refusal)
{
    exchange_reply(ex, refusal->status);
    if (refusal->server) {
        exchange_header(ex, "Server", "%s", refusal->server);
    }
    exchange_body(ex, refusal->type ? refusal->type : "text/plain",
                  span_text(refusal->body ? refusal->body : refusal->reason));
    ex->reply.close = true;
}

static enum point point_of(enum edge_refused what)
{
    switch (what) {
    case EDGE_REFUSED_MALFORMED:
        return POINT_HTTP_MALFORMED;
    case EDGE_REFUSED_HEAD:
        return POINT_HTTP_TOO_LONG;
    case EDGE_REFUSED_BODY:
        return POINT_HTTP_TOO_LARGE;
    case EDGE_REFUSED_BUSY:
        break;
    }
    return POINT_COUNT;
}

static bool refused_guarded(struct http *http, struct exchange *ex,
                            enum point point)
{
    GUARDED;

    return services_refused(http->options.services, ex, point, host_of(ex));
}

void http_refused(void *ctx, struct edge_conn *conn, struct exchange *ex,
                  const struct edge_refusal *refusal)
{
    struct http *http = ctx;
    struct http_request rq = {.http = http, .ex = ex};
    enum point point = point_of(refusal->what);
    struct reply_plan plan;

    ex->long_head = refusal->what == EDGE_REFUSED_HEAD;
    if (point == POINT_COUNT) {
        return;
    }
    plan_refusal(ex, refusal);
    if (!refused_guarded(http, ex, point)) {
        ex->reply = (struct reply){0};
        return;
    }
    plan = ex->reply.plan;
    plan.raw = http_reply_bytes(&rq, conn, &plan);
    edge_conn_plan(conn, &plan);
}

/* ---- Host ---- */

/* RFC 9112 3.2: exactly one Host with HTTP/1.1; HTTP/1.0 may do without. */
static bool is_clear(const struct request *request)
{
    size_t count = 0;

    for (size_t i = 0; i < request->headers.count; i++) {
        count += strcasecmp(request->headers.items[i].name, "Host") == 0;
    }
    return count == 1 ||
           (count == 0 && strcmp(request->version, "HTTP/1.0") == 0);
}

static void refuse_host(struct exchange *ex)
{
    const char *first = headers_get(&ex->request.headers, "Host");
    static const char page[] = "<!DOCTYPE html>\r\n<html><head><title>Bad "
                               "Request</title></head>\r\n<body><h2>Bad "
                               "Request - Invalid Hostname</h2></body></html>"
                               "\r\n";

    check_report(ex, "HT-002", "Host", span_text(first),
                 "an HTTP/1.1 request carries exactly one Host");
    exchange_reply(ex, 400);
    exchange_header(ex, "Server", "Microsoft-HTTPAPI/2.0");
    exchange_body(ex, "text/html; charset=us-ascii", span_text(page));
    ex->reply.close = true;
}

bool http_host_is_clear(struct http *http, struct exchange *ex)
{
    if (is_clear(&ex->request)) {
        return true;
    }
    refuse_host(ex);
    services_refused(http->options.services, ex, POINT_HTTP_BAD_HOST,
                     *ex->request.host ? ex->request.host : ex->conn->sni);
    return false;
}
