/*
 * From libmicrohttpd's callbacks to struct exchange. The reply is never
 * queued in the first call for a request: libmicrohttpd 0.9.75 would then
 * close the connection, and a handshake on it would die. The upload is taken
 * in first, whatever becomes of the request.
 */
#include "config.h"

#include <string.h>

#include "http/internal.h"
#include "util/guard.h"
#include "util/mem.h"
#include "util/url.h"

struct conn_auth *http_auth(struct edge_conn *conn)
{
    struct conn_auth *auth = edge_conn_kept(conn);

    if (!auth) {
        auth = conn_auth_new();
        edge_conn_keep(conn, auth);
    }
    return conn_auth_ref(auth);
}

/*
 * libmicrohttpd's request under way on a connection, its socket_context. One
 * that it gives up by itself, as one with more parameters than it has room for,
 * is never done: it goes with its connection.
 */
struct under_way {
    struct http_request *rq; /* NULL: between requests */
};

static struct under_way *under_way(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
        ->socket_context;
}

static void forget(struct under_way *way)
{
    struct http_request *rq = way->rq;

    if (rq) {
        buf_clear(&rq->body);
        exchange_unref(rq->ex);
        conn_auth_unref(rq->auth);
        mem_free(rq);
        way->rq = NULL;
    }
}

void http_come_and_go(void *cls UNUSED, struct MHD_Connection *mhd UNUSED,
                      void **context, enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = NEW(struct under_way);
    } else if (*context) {
        forget(*context);
        mem_free(*context);
        *context = NULL;
    }
}

/* The request line is here. NULL: the connection is on its way out. */
void *http_request_begin(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct http *http = cls;
    struct edge_conn *conn = http_conn(http, mhd);
    struct exchange *ex = conn ? edge_conn_exchange(conn) : NULL;
    struct http_request *rq;

    if (!ex) {
        return NULL;
    }
    rq = NEW(struct http_request);
    rq->http = http;
    rq->mhd = mhd;
    rq->ex = exchange_ref(ex);
    rq->auth = http_auth(conn);
    forget(under_way(mhd));
    under_way(mhd)->rq = rq;
    ex->request.target = arena_strdup(ex->arena, uri);
    return rq;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* RFC 9112, 5: white space around a value is no part of it. */
void http_add_field(struct exchange *ex, struct span name, struct span value)
{
    while (value.size && is_blank(value.data[0])) {
        value = span_slice(value, 1, SIZE_MAX);
    }
    while (value.size && is_blank(value.data[value.size - 1])) {
        value.size--;
    }
    headers_put(&ex->request.headers, ex->arena, arena_text(ex->arena, name),
                arena_text(ex->arena, value));
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind UNUSED,
                                  const char *name, const char *value)
{
    http_add_field(cls, span_text(name), span_text(value));
    return MHD_YES;
}

static void split_target(struct exchange *ex)
{
    struct request *request = &ex->request;
    const char *target = request->target;
    struct url url;
    size_t length;

    /* RFC 9112 3.2.2: the absolute form is accepted, and beats Host. */
    if (*target != '/' && url_parse(ex->arena, target, &url)) {
        request->path = url_decode(ex->arena, span_text(url.path), false);
        request->query = url.query;
        request->host = url.host;
        request->port = url.port;
        return;
    }
    length = strcspn(target, "?");
    request->path = url_decode(ex->arena, span_of(target, length), false);
    request->query = target[length] == '?' ? target + length + 1 : "";
}

void http_take_head(struct exchange *ex)
{
    struct request *request = &ex->request;
    const char *host;

    host = headers_get(&request->headers, "Host");
    url_authority(ex->arena, host ? host : "", &request->host, &request->port);
    split_target(ex);
    if (strcmp(request->method, "CONNECT") == 0) {
        url_authority(ex->arena, request->target, &request->host,
                      &request->port);
    }
    ex->facts.host = request->host;
    ex->facts.method = request->method;
    ex->facts.path = request->path;
    ex->facts.query = request->query;
    ex->facts.client = headers_get(&request->headers, "User-Agent");
    ex->dispatched = true;
}

static void take_head(struct http_request *rq, const char *method,
                      const char *version)
{
    struct exchange *ex = rq->ex;

    MHD_get_connection_values(rq->mhd, MHD_HEADER_KIND, add_header, ex);
    ex->request.method = arena_strdup(ex->arena, method);
    ex->request.version = arena_strdup(ex->arena, version);
    http_take_head(ex);
}

/* Services have decided after they were pending; on the loop's thread. */
static void resume(void *ctx)
{
    struct http_request *rq = ctx;

    rq->decided = true;
    MHD_resume_connection(rq->mhd);
    /* In external-epoll mode a resumed connection wakes nobody. */
    loop_defer(rq->http->options.loop, &rq->http->again);
}

bool http_begin_services(struct http_request *rq)
{
    bool early = true;
    GUARDED;

    if (http_host_is_clear(rq->http, rq->ex)) {
        rq->line = services_begin(rq->http->options.services, rq->ex, rq->auth,
                                  &early);
    }
    return early;
}

bool http_run_services(struct http_request *rq, void (*resumed)(void *))
{
    GUARDED;

    return services_go_on(rq->line, resumed, rq) != SERVICES_PENDING;
}

/* The reply goes out past libmicrohttpd, which then hears that its client is
 * gone: it would wait for the body. */
static enum MHD_Result reply_early(struct http_request *rq,
                                   struct edge_conn *conn)
{
    struct reply_plan plan = rq->ex->reply.plan;

    edge_conn_early(conn);
    plan.raw = http_reply_bytes(rq, conn, &plan);
    edge_conn_reply(conn, &plan);
    return MHD_NO;
}

/* The head is here, and perhaps all of the body. */
static enum MHD_Result begin(struct http_request *rq)
{
    struct edge_conn *conn = http_conn(rq->http, rq->mhd);

    if (!conn) {
        return MHD_NO;
    }
    if (http_begin_services(rq)) {
        return reply_early(rq, conn);
    }
    if (rq->ex->reply.plan.withhold) {
        edge_conn_withhold(conn);
    }
    return MHD_YES;
}

static enum MHD_Result run_services(struct http_request *rq)
{
    struct exchange *ex = rq->ex;

    rq->running = true;
    ex->request.body = arena_copy(ex->arena, buf_span(&rq->body));
    buf_clear(&rq->body);
    if (!http_run_services(rq, resume)) {
        MHD_suspend_connection(rq->mhd);
        return MHD_YES;
    }
    rq->decided = true;
    return http_reply_queue(rq);
}

/* libmicrohttpd dictates the signature. */
/* NOLINTNEXTLINE(readability-function-size) */
enum MHD_Result http_request_step(void *cls UNUSED,
                                  struct MHD_Connection *mhd UNUSED,
                                  const char *url UNUSED, const char *method,
                                  const char *version, const char *data,
                                  size_t *data_size, void **con_cls)
{
    struct http_request *rq = *con_cls;

    if (!rq) {
        return MHD_NO;
    }
    if (!rq->started) {
        rq->started = true;
        take_head(rq, method, version);
        return begin(rq);
    }
    if (*data_size > 0) {
        /* The edge lets no body through that is over its limit. */
        buf_add(&rq->body, span_of(data, *data_size));
        *data_size = 0;
        return MHD_YES;
    }
    if (!rq->running) {
        return run_services(rq);
    }
    return rq->decided ? http_reply_queue(rq) : MHD_YES;
}

void http_request_done(void *cls UNUSED, struct MHD_Connection *mhd,
                       void **con_cls,
                       enum MHD_RequestTerminationCode code UNUSED)
{
    forget(under_way(mhd));
    *con_cls = NULL;
}
