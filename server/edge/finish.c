/* How a connection ends: at once, by FIN and the peer's FIN, or by RST. */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/sockios.h>
#include <openssl/ssl.h>

#include "edge/internal.h"
#include "util/log.h"
#include "util/mem.h"

enum {
    RESET_TRIES = 200, /* one each millisecond */
};

void conn_drop(struct edge_conn *conn)
{
    struct edge *edge = conn->edge;

    if (!conn_alive(conn)) {
        return;
    }
    record_lost(conn);
    if (conn->phase == CONN_STALLED && conn->ssl &&
        !SSL_is_init_finished(conn->ssl)) {
        tls_failed(conn, "the client left a handshake stalled on purpose");
    }
    conn->phase = CONN_DEAD;
    bridge_close(conn);
    loop_cancel(edge->loop, &conn->timer);
    if (conn->watched) {
        loop_unwatch(edge->loop, &conn->watch);
    }
    close(conn->sock.fd);
    if (edge->hooks.closed) {
        edge->hooks.closed(edge->hooks.ctx, conn);
    }
    *conn->link = conn->next;
    if (conn->next) {
        conn->next->link = conn->link;
    }
    conn->next = edge->dead;
    edge->dead = conn;
    edge->counts.open--;
    __atomic_sub_fetch(edge->open, 1, __ATOMIC_RELAXED);
    edge_at_turn_end(edge);
    listeners_resume(edge);
}

void conn_free(struct edge_conn *conn)
{
    SSL_free(conn->ssl);
    buf_clear(&conn->in);
    buf_clear(&conn->sock.ahead);
    buf_clear(&conn->request.raw);
    buf_clear(&conn->reply.raw);
    buf_clear(&conn->reply.held);
    buf_clear(&conn->reply.out);
    buf_clear(&conn->bridge.unsent);
    mem_free(conn->sni);
    mem_free(conn->tunnel_to);
    mem_free(conn);
}

/*
 * close(2) sends a RST where SO_LINGER is zero, and then throws away what is
 * still queued: what the plan lets through has to arrive first.
 */
void conn_try_reset(struct edge_conn *conn)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    int queued = 0;

    if (ioctl(conn->sock.fd, SIOCOUTQ, &queued) == 0 && queued > 0 &&
        conn->reset_tries++ < RESET_TRIES) {
        conn_deadline(conn, ENV_NS_PER_MS);
        return;
    }
    if (setsockopt(conn->sock.fd, SOL_SOCKET, SO_LINGER, &linger,
                   sizeof(linger)) != 0) {
        log_debug("connection %llu ends without RST",
                  (unsigned long long)conn->facts.id);
    }
    conn_drop(conn);
}

static void close_again(struct edge_conn *conn)
{
    conn_finish(conn, REPLY_CUT_CLOSE);
}

static void fin_again(struct edge_conn *conn)
{
    conn_finish(conn, REPLY_CUT_FIN);
}

/* The places at a connection's end; false: it ends in another way, or later. */
static bool may_end(struct edge_conn *conn, enum reply_cut how)
{
    bool notifies =
        how == REPLY_CUT_CLOSE && conn->ssl && SSL_is_init_finished(conn->ssl);

    if (notifies && !conn->notify_passed) {
        conn->notify_passed = true;
        if (!place_pass(conn, EDGE_CLOSE_NOTIFY, close_again)) {
            return false;
        }
    }
    if (!conn->close_passed) {
        conn->close_passed = true;
        return place_pass(conn, EDGE_CLOSE,
                          how == REPLY_CUT_CLOSE ? close_again : fin_again);
    }
    return true;
}

void conn_finish(struct edge_conn *conn, enum reply_cut how)
{
    assert(!conn->exchange);
    bridge_close(conn);
    conn->ssl_wants_write = false;
    if (how == REPLY_CUT_RESET) {
        conn->phase = CONN_RESET;
        conn_try_reset(conn);
        return;
    }
    if (how != REPLY_CUT_HALF && !may_end(conn, how)) {
        return;
    }
    if (how == REPLY_CUT_CLOSE) {
        tls_notify_close(conn);
    }
    /* Closing with bytes unread would send a RST, which takes away the reply
     * under the client's eyes: the client's FIN is awaited. */
    shutdown(conn->sock.fd, SHUT_WR);
    conn->phase = CONN_LINGER;
    conn_deadline(conn, (how == REPLY_CUT_HALF ? EDGE_STALL_SECONDS
                                               : EDGE_LINGER_SECONDS) *
                            ENV_NS_PER_SEC);
    if (conn->sock.eof) {
        conn_drop(conn);
    }
}

void conn_linger(struct edge_conn *conn)
{
    ssize_t got = sock_recv(&conn->sock, conn->edge->scratch, EDGE_SCRATCH);

    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        conn_drop(conn);
    }
}
