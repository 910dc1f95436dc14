/*
 * TCP (RFC 4120 section 7.2.2): four bytes of length, the message, and the
 * answer in the same form; any number of them on one connection, one after the
 * other. While one is under way the next is not read.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/log.h"
#include "util/mem.h"

enum { READ_SIZE = 16 * 1024 };

enum conn_state {
    CONN_IDLE,    /* waits for a request, or for the rest of one */
    CONN_BUSY,    /* one is under way */
    CONN_STALLED, /* silent on purpose: what comes is thrown away */
    CONN_LINGER,  /* FIN sent, waiting for the peer's */
    CONN_DEAD,    /* closed; freed as the last caller leaves */
};

struct relay_conn {
    struct relay *relay;
    TAILQ_ENTRY(relay_conn) link; /* of relay->idle, or ->busy */
    enum conn_state state;
    unsigned depth; /* of calls that will look at it again */
    bool eof;
    bool fin;  /* seen, and not read yet: a request is under way */
    bool last; /* linger behind what is in `out` */
    struct loop_watch watch;
    uint32_t interest;
    struct loop_timer timer;
    char peer[PEER_TEXT_SIZE];
    struct conn_facts facts;
    struct exchange *ex; /* of the message that is coming in */
    struct buf in;
    struct relay_request *request;
    struct buf out;
    size_t out_at;
};

/* ---- States ---- */

static struct relay_conns *list_of(struct relay_conn *conn)
{
    return conn->state == CONN_BUSY ? &conn->relay->busy : &conn->relay->idle;
}

/* At most so long, from now on; 0: somebody else watches the time. */
static void enter_state(struct relay_conn *conn, enum conn_state state,
                        int64_t seconds)
{
    struct loop *loop = conn->relay->options.loop;

    TAILQ_REMOVE(list_of(conn), conn, link);
    conn->state = state;
    TAILQ_INSERT_TAIL(list_of(conn), conn, link);
    loop_cancel(loop, &conn->timer);
    if (seconds) {
        loop_start(loop, &conn->timer, seconds * ENV_NS_PER_SEC);
    }
    if (state == CONN_IDLE && conn->relay->waiting) {
        loop_start(loop, &conn->relay->accept_again, 0);
    }
}

/* The message that was coming in will never be whole. */
static void end_exchange(struct relay_conn *conn)
{
    struct exchange *ex = conn->ex;

    if (ex) {
        conn->ex = NULL;
        relay_exchange_take(ex,
                            span_slice(buf_span(&conn->in), 0, KRB_MESSAGE_MAX),
                            KRB_LENGTH_SIZE);
        relay_exchange_end(conn->relay, ex, SENT_NOTHING, 0);
    }
}

static void end_request(struct relay_conn *conn, enum sent_outcome outcome,
                        uint64_t bytes)
{
    struct relay_request *request = conn->request;

    if (request) {
        conn->request = NULL;
        request_end(request, outcome, bytes);
    }
}

static void conn_close(struct relay_conn *conn)
{
    struct relay *relay = conn->relay;

    if (conn->state == CONN_DEAD) {
        return;
    }
    end_exchange(conn);
    end_request(conn, SENT_BROKEN, conn->out_at);
    TAILQ_REMOVE(list_of(conn), conn, link);
    conn->state = CONN_DEAD;
    relay->conns_count--;
    loop_cancel(relay->options.loop, &conn->timer);
    loop_unwatch(relay->options.loop, &conn->watch);
    close(conn->watch.fd);
    if (relay->waiting && !relay->ending) {
        loop_start(relay->options.loop, &relay->accept_again, 0);
    }
}

/* ---- Sending ---- */

static void sent_all(struct relay_conn *conn)
{
    enum sent_outcome outcome =
        conn->fin ? relay_outcome(conn->watch.fd) : SENT_WHOLE;
    uint64_t bytes = conn->out_at;

    buf_clear(&conn->out);
    conn->out_at = 0;
    end_request(conn, outcome, bytes);
    if (conn->last) {
        (void)shutdown(conn->watch.fd, SHUT_WR);
        enter_state(conn, CONN_LINGER, RELAY_LINGER_SECONDS);
    } else {
        enter_state(conn, CONN_IDLE, RELAY_IDLE_SECONDS);
    }
}

static void flush(struct relay_conn *conn)
{
    while (conn->out_at < conn->out.size) {
        ssize_t put = send(conn->watch.fd, conn->out.data + conn->out_at,
                           conn->out.size - conn->out_at, MSG_NOSIGNAL);

        if (put < 0 && errno == EAGAIN) {
            return;
        }
        if (put < 0) {
            conn_close(conn);
            return;
        }
        conn->out_at += (size_t)put;
    }
    sent_all(conn);
}

/* ---- Coming and going of calls ---- */

static void enter(struct relay_conn *conn)
{
    conn->depth++;
}

static void advance(struct relay_conn *conn);

static uint32_t wanted(const struct relay_conn *conn)
{
    uint32_t events = conn->out_at < conn->out.size ? EPOLLOUT : 0;

    if (conn->state == CONN_BUSY) {
        return conn->fin ? events : events | EPOLLRDHUP;
    }
    return conn->eof ? events : events | EPOLLIN;
}

/* The last of those who entered goes on with what has come, and tidies up. */
static void leave(struct relay_conn *conn)
{
    if (conn->depth == 1) {
        advance(conn);
    }
    if (--conn->depth > 0) {
        return;
    }
    if (conn->state == CONN_DEAD) {
        buf_clear(&conn->in);
        buf_clear(&conn->out);
        mem_free(conn);
    } else if (wanted(conn) != conn->interest) {
        conn->interest = wanted(conn);
        loop_rewatch(conn->relay->options.loop, &conn->watch, conn->interest);
    }
}

/* ---- The way of a request ---- */

static void tcp_answer(struct relay_request *request, struct span reply)
{
    struct relay_conn *conn = request->origin;

    enter(conn);
    buf_add_u32be(&conn->out, (uint32_t)reply.size);
    buf_add(&conn->out, reply);
    enter_state(conn, CONN_BUSY, RELAY_IDLE_SECONDS);
    flush(conn);
    leave(conn);
}

static void tcp_drop(struct relay_request *request)
{
    struct relay_conn *conn = request->origin;

    enter(conn);
    end_request(conn, SENT_CUT, 0);
    enter_state(conn, CONN_STALLED, RELAY_STALL_SECONDS);
    leave(conn);
}

/* close(2) sends a RST where SO_LINGER is zero. */
static void tcp_reset(struct relay_request *request)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    struct relay_conn *conn = request->origin;

    enter(conn);
    end_request(conn, SENT_CUT, 0);
    if (setsockopt(conn->watch.fd, SOL_SOCKET, SO_LINGER, &linger,
                   sizeof(linger)) != 0) {
        log_debug("cannot reset a connection to the KDC's port");
    }
    conn_close(conn);
    leave(conn);
}

static void tcp_fail(struct relay_request *request)
{
    struct relay_conn *conn = request->origin;

    enter(conn);
    end_request(conn, SENT_NOTHING, 0);
    conn_close(conn);
    leave(conn);
}

static const struct relay_way tcp_way = {
    .transport = "tcp",
    .reply_max = SIZE_MAX,
    .answer = tcp_answer,
    .drop = tcp_drop,
    .reset = tcp_reset,
    .fail = tcp_fail,
};

/* ---- Receiving ---- */

/*
 * A length with its high bit set means an extension that nobody has defined;
 * it, and what is too much for us, get KRB_ERR_FIELD_TOOLONG, and the
 * connection ends.
 */
static void refuse_length(struct relay_conn *conn, uint32_t length)
{
    struct exchange *ex = conn->ex;
    struct relay_request *request;

    conn->ex = NULL;
    relay_exchange_take(ex, buf_span(&conn->in), KRB_LENGTH_SIZE);
    buf_clear(&conn->in);
    exchange_why(ex, "kdc.length",
                 "a message of %u bytes is announced, %d "
                 "are as many as this server takes",
                 length, KRB_MESSAGE_MAX);
    request = request_new(conn->relay, &tcp_way, conn, ex);
    if (!request) {
        conn_close(conn);
        return;
    }
    conn->last = true;
    conn->request = request;
    request_refuse(request, KRB_ERR_FIELD_TOOLONG);
}

static void begin_request(struct relay_conn *conn, uint32_t length)
{
    struct exchange *ex = conn->ex;
    size_t size = KRB_LENGTH_SIZE + (size_t)length;

    conn->ex = NULL;
    relay_exchange_take(ex, span_slice(buf_span(&conn->in), 0, size),
                        KRB_LENGTH_SIZE);
    buf_drop(&conn->in, size);
    enter_state(conn, CONN_BUSY, 0);
    conn->request = request_new(conn->relay, &tcp_way, conn, ex);
    if (conn->request) {
        request_go(conn->request);
    } else {
        conn_close(conn);
    }
}

/* Takes one message; false: there is none that is whole. */
static bool take_message(struct relay_conn *conn)
{
    uint32_t length;

    if (conn->state != CONN_IDLE || conn->in.size == 0) {
        return false;
    }
    if (!conn->ex) {
        conn->ex = relay_exchange(conn->relay, tcp_way.transport, &conn->facts);
    }
    if (conn->in.size < KRB_LENGTH_SIZE) {
        return false;
    }
    length = krb_length(buf_span(&conn->in));
    if (length > KRB_MESSAGE_MAX) {
        refuse_length(conn, length);
        return true;
    }
    if (conn->in.size - KRB_LENGTH_SIZE < length) {
        return false;
    }
    begin_request(conn, length);
    return true;
}

static void advance(struct relay_conn *conn)
{
    while (take_message(conn)) {
    }
    if (conn->eof && conn->state != CONN_BUSY) {
        conn_close(conn);
    }
}

static void receive(struct relay_conn *conn)
{
    ssize_t got =
        recv(conn->watch.fd, buf_reserve(&conn->in, READ_SIZE), READ_SIZE, 0);

    if (got < 0 && errno == EAGAIN) {
        return;
    }
    if (got < 0) {
        conn_close(conn);
    } else if (got == 0) {
        conn->eof = true;
    } else if (conn->state == CONN_IDLE) {
        buf_commit(&conn->in, (size_t)got);
    }
}

static void conn_ready(struct loop_watch *watch, uint32_t events)
{
    struct relay_conn *conn = CONTAINER(watch, struct relay_conn, watch);

    enter(conn);
    if (conn->state == CONN_BUSY && (events & EPOLLRDHUP)) {
        conn->fin = true;
    }
    if (conn->out_at < conn->out.size) {
        flush(conn);
    }
    if (conn->state == CONN_BUSY && (events & (EPOLLHUP | EPOLLERR))) {
        conn_close(conn);
    } else if (conn->state != CONN_BUSY && conn->state != CONN_DEAD) {
        receive(conn);
    }
    leave(conn);
}

static void conn_expired(struct loop_timer *timer)
{
    struct relay_conn *conn = CONTAINER(timer, struct relay_conn, timer);

    enter(conn);
    conn_close(conn);
    leave(conn);
}

/* ---- Beginning and end ---- */

void tcp_open(struct relay *relay, int fd, const struct sockaddr *peer)
{
    struct relay_conn *conn = NEW(struct relay_conn);
    struct err err;

    conn->relay = relay;
    conn->watch = (struct loop_watch){.fd = fd, .ready = conn_ready};
    conn->interest = EPOLLIN;
    conn->timer.expired = conn_expired;
    peer_text(peer, conn->peer);
    conn->facts = (struct conn_facts){
        .id = ++relay->conn_ids,
        .peer = conn->peer,
        .local_port = (unsigned)relay->port,
    };
    if (!loop_watch(relay->options.loop, &conn->watch, EPOLLIN, &err)) {
        log_debug("%s, closing a connection to the KDC's port", err.text);
        close(fd);
        mem_free(conn);
        return;
    }
    relay->conns_count++;
    TAILQ_INSERT_TAIL(&relay->idle, conn, link);
    loop_start(relay->options.loop, &conn->timer,
               RELAY_IDLE_SECONDS * ENV_NS_PER_SEC);
}

void tcp_close_oldest(struct relay *relay)
{
    struct relay_conn *oldest = TAILQ_FIRST(&relay->idle);

    if (oldest) {
        enter(oldest);
        conn_close(oldest);
        leave(oldest);
    }
}

static void close_list(struct relay_conns *conns)
{
    struct relay_conn *conn;

    while ((conn = TAILQ_FIRST(conns))) {
        enter(conn);
        conn_close(conn);
        leave(conn);
    }
}

void tcp_close_all(struct relay *relay)
{
    close_list(&relay->idle);
    close_list(&relay->busy);
}
