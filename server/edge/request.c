/*
 * What the client sends: one request at a time goes to the HTTP engine, its
 * head in one piece. Requests over a limit are answered here.
 */
#include "config.h"

#include "edge/head.h"
#include "edge/internal.h"
#include "util/log.h"

/* Framing may cost more than the data: chunks of one byte cost six. */
enum { CHUNK_OVERHEAD = 8 };

/* ---- The raw bytes ---- */

static void note_raw(struct edge_conn *conn, struct span bytes)
{
    struct conn_request *request = &conn->request;

    request->raw_size += bytes.size;
    buf_add(&request->raw,
            span_slice(bytes, 0, EDGE_RAW_LIMIT - request->raw.size));
}

void request_keep(struct edge_conn *conn)
{
    struct exchange *ex = conn->exchange;

    if (conn->phase == CONN_HEAD) {
        note_raw(conn, buf_span(&conn->in));
    }
    if (ex->raw.size != conn->request.raw.size) {
        ex->raw = arena_copy(ex->arena, buf_span(&conn->request.raw));
    }
    ex->raw_size = conn->request.raw_size;
}

void request_reset(struct edge_conn *conn)
{
    struct conn_request *request = &conn->request;

    request->tunnel = EDGE_TUNNEL_NONE;
    request->framer = (struct framer){0};
    request->whole = false;
    request->searched = 0;
    request->raw_size = 0;
    buf_reset(&request->raw);
}

/* ---- Limits ---- */

static const char too_large[] = "the body is larger than the limit";

/* RFC 9110, 15 */
static const char *reason_of(unsigned status)
{
    switch (status) {
    case 413:
        return "Content Too Large";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    default:
        return "Bad Request";
    }
}

static enum edge_refused what_of(unsigned status)
{
    return status == 413   ? EDGE_REFUSED_BODY
           : status == 503 ? EDGE_REFUSED_BUSY
                           : EDGE_REFUSED_MALFORMED;
}

static void refuse(struct edge_conn *conn, struct span bytes, unsigned status,
                   const char *why)
{
    struct edge_refusal refusal = {
        .what = what_of(status),
        .status = status,
        .reason = reason_of(status),
    };

    note_raw(conn, bytes);
    conn->phase = CONN_REPLY;
    reply_refuse(conn, &refusal, why);
}

/*
 * As Windows does, whose HTTP.sys reads all heads before IIS has a say
 * (protocol: kerberos 4.7), or as RFC 6585 section 5 wants it.
 */
static void refuse_head(struct edge_conn *conn, struct span bytes, size_t size,
                        bool whole)
{
    static const struct edge_refusal windows = {
        .what = EDGE_REFUSED_HEAD,
        .status = 400,
        .reason = "Bad Request",
        .type = "text/html; charset=us-ascii",
        .server = "Microsoft-HTTPAPI/2.0",
        .body = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\""
                "\"http://www.w3.org/TR/html4/strict.dtd\">\r\n"
                "<HTML><HEAD><TITLE>Bad Request</TITLE>\r\n"
                "<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; "
                "charset=us-ascii\"></HEAD>\r\n"
                "<BODY><h2>Bad Request - Request Too Long</h2>\r\n"
                "<hr><p>HTTP Error 400. The size of the request headers is too "
                "long.</p>\r\n"
                "</BODY></HTML>\r\n",
    };
    static const struct edge_refusal standard = {
        .what = EDGE_REFUSED_HEAD,
        .status = 431,
        .reason = "Request Header Fields Too Large",
    };
    const struct edge_options *options = &conn->edge->options;
    const char *why =
        arena_printf(conn->exchange->arena,
                     "the request's head has %zu bytes%s, and "
                     "http.header-limit is %zu",
                     size, whole ? "" : " so far", options->header_limit);

    note_raw(conn, bytes);
    conn->phase = CONN_REPLY;
    reply_refuse(conn, options->header_431 ? &standard : &windows, why);
}

static bool body_too_large(const struct edge_conn *conn)
{
    uint64_t limit = conn->edge->options.body_limit;
    const struct framer *framer = &conn->request.framer;

    switch (framer->body) {
    case FRAMER_NONE:
        return false;
    case FRAMER_SIZED:
        return framer->payload > limit;
    case FRAMER_CHUNKED:
    case FRAMER_OPEN:
        return framer->payload + framer->chunks.left > limit ||
               framer->passed > limit * CHUNK_OVERHEAD;
    }
    return false;
}

/* The status that refuses a complete head, and why; 0: none. */
static unsigned judge_head(const struct edge_conn *conn, struct span head,
                           const char **out_why)
{
    const struct framer *framer = &conn->request.framer;
    const char *flaw = head_flaw(head);

    if (flaw || framer->bad) {
        *out_why = flaw ? flaw
                        : "where the head or the body ends can be read in "
                          "more than one way";
        return 400;
    }
    if (framer->unknown_coding) {
        *out_why = "the only transfer coding known here is \"chunked\"";
        return 501;
    }
    *out_why = too_large;
    return body_too_large(conn) ? 413 : 0;
}

/* ---- Handing over ---- */

/* The engine gets a request, or the beginning of one with a whole head. */
static void send_head(struct edge_conn *conn, struct span bytes)
{
    AUTO_BUF tidy = {0};

    buf_add(&tidy, bytes);
    head_tidy(tidy.data, framer_head_size(bytes, 0));
    bridge_send(conn, buf_span(&tidy));
}

/* Where engine and framer do not agree on where a request ends, each would wait
 * for the other: that has an end. */
static void await_engine(struct edge_conn *conn)
{
    conn_deadline(conn, edge_handshake_time(conn->edge));
}

/* The engine gets these bytes; they end the request where it is framed. */
static void hand_over(struct edge_conn *conn, struct span bytes,
                      void (*send)(struct edge_conn *, struct span))
{
    note_raw(conn, bytes);
    if (conn->request.framer.done) {
        conn->phase = CONN_REPLY;
        request_keep(conn);
        await_engine(conn);
    } else {
        conn->phase = CONN_BODY;
        conn_deadline(conn, edge_idle_time(conn->edge));
    }
    send(conn, bytes);
}

static bool attach(struct edge_conn *conn, struct span bytes)
{
    struct err err;

    if (conn->bridge.watch.fd >= 0 || bridge_open(conn, &err)) {
        return true;
    }
    log_debug("connection %llu gets no engine: %s, answering 503",
              (unsigned long long)conn->facts.id, err.text);
    refuse(conn, bytes, 503, "the server has no descriptors left");
    return false;
}

/* The whole request is here: is there somebody who takes it like that? At the
 * end of the turn, so that requests in a row do not nest. */
static bool hold_whole(struct edge_conn *conn, struct span bytes)
{
    const struct framer *framer = &conn->request.framer;

    /* Who has an engine keeps it: it may have something to say yet. */
    if (!conn->edge->hooks.request || conn->bridge.watch.fd >= 0 ||
        !framer->done || framer->body == FRAMER_CHUNKED ||
        bytes.size > EDGE_RAW_LIMIT) {
        return false;
    }
    note_raw(conn, bytes);
    conn->phase = CONN_REPLY;
    request_keep(conn);
    conn_deadline(conn, -1);
    conn->request.whole = true;
    bridge_feed(conn);
    return true;
}

void request_offer(struct edge_conn *conn)
{
    const struct edge_hooks *hooks = &conn->edge->hooks;
    struct exchange *ex = conn->exchange;

    conn->request.whole = false;
    if (hooks->request(hooks->ctx, conn, ex)) {
        return;
    }
    if (attach(conn, SPAN_NONE)) {
        await_engine(conn);
        send_head(conn, ex->raw);
    }
}

static size_t take_head(struct edge_conn *conn, struct span bytes, size_t size)
{
    struct framer *framer = &conn->request.framer;
    struct span head = span_slice(bytes, 0, size);
    const char *why;
    unsigned status;

    framer_request(framer, head);
    if (size > conn->edge->options.header_limit) {
        refuse_head(conn, bytes, size, true);
        return bytes.size;
    }
    status = judge_head(conn, head, &why);
    if (status) {
        refuse(conn, bytes, status, why);
        return bytes.size;
    }
    size += framer_pass(framer, span_slice(bytes, size, SIZE_MAX));
    bytes = span_slice(bytes, 0, size);
    if (body_too_large(conn)) {
        refuse(conn, bytes, 413, too_large);
    } else if (!hold_whole(conn, bytes) && attach(conn, bytes)) {
        hand_over(conn, bytes, send_head);
    }
    return size;
}

/* The head is held until it is whole. */
static size_t take_part(struct edge_conn *conn, struct span bytes)
{
    size_t size;

    if (!framer_token_char(bytes.data[0])) {
        refuse(conn, bytes, 400, "this does not begin like an HTTP request");
        return bytes.size;
    }
    size = framer_head_size(bytes, conn->request.searched);
    if (size) {
        return take_head(conn, bytes, size);
    }
    if (bytes.size > conn->edge->options.header_limit) {
        refuse_head(conn, bytes, bytes.size, false);
        return bytes.size;
    }
    conn->request.searched = bytes.size;
    return 0;
}

/* RFC 9112, 2.2: empty lines before a request are skipped. */
static size_t take_first(struct edge_conn *conn, struct span bytes)
{
    size_t skipped = 0;
    size_t taken;

    while (skipped < bytes.size &&
           (bytes.data[skipped] == '\r' || bytes.data[skipped] == '\n')) {
        skipped++;
    }
    bytes = span_slice(bytes, skipped, SIZE_MAX);
    if (!bytes.size) {
        return skipped;
    }
    if (conn->answered && !conn->reuse_passed) {
        conn->reuse_passed = true;
        if (!place_pass(conn, EDGE_REUSE, conn_idle)) {
            return conn->phase == CONN_PAUSED ? skipped : skipped + bytes.size;
        }
    }
    conn->reuse_passed = false;
    conn->idle_limited = false;
    conn->phase = CONN_HEAD;
    record_begin(conn);
    taken = take_part(conn, bytes);
    if (conn->phase == CONN_HEAD) {
        conn_deadline(conn, edge_handshake_time(conn->edge));
    }
    return skipped + taken;
}

static size_t take_body(struct edge_conn *conn, struct span bytes)
{
    size_t size = framer_pass(&conn->request.framer, bytes);

    bytes = span_slice(bytes, 0, size);
    if (!body_too_large(conn)) {
        hand_over(conn, bytes, bridge_send);
    } else if (conn->reply.begun) {
        note_raw(conn, bytes);
        conn->request.framer.close = true;
        conn->phase = CONN_REPLY;
    } else {
        refuse(conn, bytes, 413, too_large);
    }
    return size;
}

static size_t take_some(struct edge_conn *conn, struct span bytes)
{
    switch (conn->phase) {
    case CONN_IDLE:
        return take_first(conn, bytes);
    case CONN_HEAD:
        return take_part(conn, bytes);
    case CONN_BODY:
        return take_body(conn, bytes);
    case CONN_REPLY:
    case CONN_PAUSED:
        return 0;
    case CONN_HANDSHAKE:
    case CONN_TUNNEL:
    case CONN_STALLED:
    case CONN_LINGER:
    case CONN_RESET:
    case CONN_DEAD:
        return bytes.size;
    }
    return 0;
}

void request_resume(struct edge_conn *conn)
{
    size_t taken = take_some(conn, buf_span(&conn->in));

    buf_drop(&conn->in, taken < conn->in.size ? taken : conn->in.size);
}

void request_input(struct edge_conn *conn, struct span bytes)
{
    size_t taken;

    if (conn->in.size) {
        buf_add(&conn->in, bytes);
        request_resume(conn);
        return;
    }
    taken = take_some(conn, bytes);
    buf_add(&conn->in, span_slice(bytes, taken, SIZE_MAX));
}
