/* TLS on the client's socket, by OpenSSL; or none, on the HTTP port. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "edge/internal.h"
#include "util/log.h"

enum {
    /* Clients without tickets (RFC 5246, F.1.4) need our memory. */
    SESSIONS_MAX = 1024,
    TICKET_KEYS_MAX = 256, /* of two keys and a name: 80 */
    /* An alert's number in OpenSSL's error codes lies above this. */
    ALERT_ERRORS = SSL_AD_REASON_OFFSET,
};

/* ---- The context ---- */

static void write_keylog(const SSL *ssl, const char *line)
{
    const struct edge_conn *conn = SSL_get_app_data(ssl);
    char text[512];
    int size = snprintf(text, sizeof(text), "%s\n", line);

    if (size > 0 && (size_t)size < sizeof(text) &&
        write(conn->edge->keylog, text, (size_t)size) != size) {
        log_warning("a line of the key log is lost: %s", strerror(errno));
    }
}

static bool open_keylog(struct edge *edge, struct err *err)
{
    if (!edge->options.keylog) {
        return true;
    }
    edge->keylog = open(edge->options.keylog,
                        O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (edge->keylog < 0) {
        return err_errno(err, "cannot write the key log %s",
                         edge->options.keylog);
    }
    SSL_CTX_set_keylog_callback(edge->tls, write_keylog);
    return true;
}

/*
 * Debian's openssl.cnf asks for TLS 1.2 and security level 2: what a world
 * says comes before that.
 */
static bool set_versions(struct edge *edge)
{
    bool old = edge->options.tls_minimum < TLS1_2_VERSION;

    SSL_CTX_set_security_level(edge->tls, old ? 0 : edge->tls_level);
    return SSL_CTX_set_min_proto_version(edge->tls,
                                         edge->options.tls_minimum) &&
           SSL_CTX_set_max_proto_version(edge->tls, edge->options.tls_maximum);
}

/* No finite fields of 8192 bits: all connections share one thread. */
static bool set_groups(struct edge *edge)
{
    char groups[] = "X25519:P-256:P-384:P-521";

    return SSL_CTX_set1_groups_list(edge->tls, groups) == 1;
}

static void set_modes(struct edge *edge)
{
    SSL_CTX *tls = edge->tls;

    /* One recv(2) for a whole record; leaves are sent without a chain. */
    SSL_CTX_set_read_ahead(tls, 1);
    SSL_CTX_set_mode(
        tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_SERVER);
    SSL_CTX_sess_set_cache_size(tls, SESSIONS_MAX);
    SSL_CTX_set_num_tickets(tls, 1);
    SSL_CTX_set_dh_auto(tls, 1);
    SSL_CTX_set_client_hello_cb(tls, hello_callback, edge);
    SSL_CTX_set_cert_cb(tls, certificate_callback, edge);
    SSL_CTX_set_alpn_select_cb(tls, alpn_callback, edge);
}

/* A client that comes back may find another edge, which must be able to read
 * its session ticket. */
static bool share_tickets(struct edge *edge, struct err *err)
{
    uint8_t keys[TICKET_KEYS_MAX];
    const struct edge *first = edge->options.first;
    long size = first ? SSL_CTX_get_tlsext_ticket_keys(first->tls, NULL, 0) : 0;
    bool good;

    if (!first) {
        return true;
    }
    good = size > 0 && size <= (long)sizeof(keys) &&
           SSL_CTX_get_tlsext_ticket_keys(first->tls, keys, size) == 1 &&
           SSL_CTX_set_tlsext_ticket_keys(edge->tls, keys, size) == 1;
    OPENSSL_cleanse(keys, sizeof(keys));
    return good || err_set(err, "OpenSSL shares no session tickets");
}

static bool no_context(const struct edge *edge, struct err *err)
{
    ERR_clear_error();
    return err_set(err,
                   "OpenSSL gives no TLS context for versions "
                   "0x%04x to 0x%04x",
                   (unsigned)edge->options.tls_minimum,
                   (unsigned)edge->options.tls_maximum);
}

bool tls_versions(struct edge *edge, struct err *err)
{
    return set_versions(edge) || no_context(edge, err);
}

bool tls_open(struct edge *edge, struct err *err)
{
    edge->tls = SSL_CTX_new(TLS_server_method());
    edge->bio = sock_bio_method();
    if (!edge->tls || !edge->bio) {
        return no_context(edge, err);
    }
    edge->tls_level = SSL_CTX_get_security_level(edge->tls);
    if (!set_versions(edge) || !set_groups(edge)) {
        return no_context(edge, err);
    }
    set_modes(edge);
    return share_tickets(edge, err) && open_keylog(edge, err);
}

void tls_close(struct edge *edge)
{
    SSL_CTX_free(edge->tls);
    BIO_meth_free(edge->bio);
    if (edge->keylog >= 0) {
        close(edge->keylog);
    }
}

bool tls_attach(struct edge_conn *conn)
{
    BIO *bio = sock_bio(conn->edge->bio, &conn->sock);

    conn->ssl = SSL_new(conn->edge->tls);
    if (!conn->ssl || !bio) {
        BIO_free(bio);
        return false;
    }
    SSL_set_app_data(conn->ssl, conn);
    SSL_set_bio(conn->ssl, bio, bio);
    SSL_set_accept_state(conn->ssl);
    return true;
}

/* ---- The handshake ---- */

void tls_failed(struct edge_conn *conn, const char *why)
{
    struct edge *edge = conn->edge;

    if (edge->hooks.handshake_failed) {
        edge->hooks.handshake_failed(edge->hooks.ctx, conn, why);
    }
}

/* Established: others hear of it, and the client may speak. */
static void settle_down(struct edge_conn *conn)
{
    const struct edge_hooks *hooks = &conn->edge->hooks;

    if (hooks->handshake_done) {
        hooks->handshake_done(hooks->ctx, conn);
    }
    conn_idle(conn);
}

static void succeeded(struct edge_conn *conn)
{
    conn->facts.tls_version = SSL_get_version(conn->ssl);
    conn->facts.tls_cipher = SSL_get_cipher_name(conn->ssl);
    conn->facts.tls_resumed = SSL_session_reused(conn->ssl) == 1;
    conn->ssl_wants_write = false;
    conn->sock.limited = conn->sock.limited && conn->sock.for_good;
    if (place_pass(conn, EDGE_ESTABLISHED, settle_down)) {
        settle_down(conn);
    }
}

void tls_again(struct edge_conn *conn)
{
    conn->phase = CONN_HANDSHAKE;
    conn_deadline(conn, edge_handshake_time(conn->edge));
    if (conn->stage != HELLO_NEW) {
        tls_handshake(conn);
    }
}

/* An alert of any number, in the clear as all is that early. */
static void send_alert(struct edge_conn *conn)
{
    const struct alert_plan *alert = &conn->hello.alert;
    const uint8_t record[] = {
        0x15,
        0x03,
        0x03,
        0,
        2,
        alert->warning ? SSL3_AL_WARNING : SSL3_AL_FATAL,
        alert->number,
    };

    /* Where even seven bytes do not fit, the peer gets the FIN alone. */
    (void)sock_send(&conn->sock, record, sizeof(record));
}

/* Says how it ends, before it does. */
static void tell_end(struct edge_conn *conn, enum reply_cut how)
{
    switch (how) {
    case REPLY_CUT_CLOSE:
    case REPLY_CUT_FIN:
    case REPLY_CUT_HALF:
        tls_failed(conn, "closed in the handshake on purpose");
        break;
    case REPLY_CUT_RESET:
        tls_failed(conn, "reset in the handshake on purpose");
        break;
    case REPLY_CUT_HOLD:
        break; /* its client will end it */
    }
}

/* What the callbacks have found, outside of OpenSSL's state machine. */
static void carry_out(struct edge_conn *conn)
{
    struct conn_plan fate = conn->fate;
    const struct conn_plan wait = {.delay = fate.delay};

    conn->ssl_wants_write = false;
    if (fate.delay) {
        conn->fate.delay = 0;
        place_stop(conn, &wait, carry_out);
        return;
    }
    conn->fate = (struct conn_plan){0};
    if (conn->hello.alert.send) {
        send_alert(conn);
        conn->hello.alert.send = false;
        if (!conn->hello.alert.warning) {
            tls_failed(conn, "answered with an alert on purpose");
            place_end(conn, plan_stops(&fate) ? fate.how : REPLY_CUT_FIN);
            return;
        }
    }
    if (plan_stops(&fate)) {
        tell_end(conn, fate.how);
        place_end(conn, fate.how);
    } else {
        tls_again(conn);
    }
}

/* So many bytes of our flight are out. */
static void flight_spent(struct edge_conn *conn)
{
    conn->ssl_wants_write = false;
    tell_end(conn, conn->out_how);
    place_end(conn, conn->out_how);
}

static const char *explain(struct edge_conn *conn, unsigned long code,
                           char *text, size_t size)
{
    int reason = ERR_GET_REASON(code);

    if (ERR_GET_LIB(code) != ERR_LIB_SSL) {
        return "the handshake failed in the crypto library";
    }
    if (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST) {
        conn->plain_http = true;
        return "the client spoke plain HTTP to the HTTPS port";
    }
    if (reason == SSL_R_WRONG_VERSION_NUMBER && conn->stage == HELLO_NEW) {
        return "what the client sent is not TLS";
    }
    if (reason > ALERT_ERRORS) {
        conn->alert = reason - ALERT_ERRORS;
        snprintf(text, size, "the client refused with alert %d (%s)",
                 reason - ALERT_ERRORS,
                 SSL_alert_desc_string_long(reason - ALERT_ERRORS));
        return text;
    }
    snprintf(text, size, "%s", ERR_reason_error_string(code));
    return text;
}

static void failed(struct edge_conn *conn, unsigned long code)
{
    char text[160];

    if (conn->sock.eof || code == 0) {
        /* A connection that never carried a byte is no handshake. */
        if (conn->sock.received) {
            tls_failed(conn, "the client went away during the handshake");
        }
        conn_drop(conn);
        return;
    }
    tls_failed(conn, explain(conn, code, text, sizeof(text)));
    conn_finish(conn, REPLY_CUT_FIN);
}

void tls_handshake(struct edge_conn *conn)
{
    unsigned long code;
    int rc;

    ERR_clear_error();
    rc = SSL_accept(conn->ssl);
    if (rc == 1) {
        succeeded(conn);
        return;
    }
    switch (SSL_get_error(conn->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        conn->ssl_wants_write = false;
        break;
    case SSL_ERROR_WANT_WRITE:
        conn->ssl_wants_write = true;
        if (conn->sock.limited && conn->sock.budget == 0) {
            flight_spent(conn);
        }
        break;
    case SSL_ERROR_WANT_CLIENT_HELLO_CB:
    case SSL_ERROR_WANT_X509_LOOKUP:
        carry_out(conn);
        break;
    default:
        code = ERR_peek_error();
        ERR_clear_error();
        failed(conn, code);
        break;
    }
}

/* ---- Bytes ---- */

static enum tls_result plain_result(ssize_t size, size_t *out_size)
{
    if (size > 0) {
        *out_size = (size_t)size;
        return TLS_OK;
    }
    if (size == 0) {
        return TLS_CLOSED;
    }
    return errno == EAGAIN ? TLS_AGAIN : TLS_BROKEN;
}

static enum tls_result ssl_result(struct edge_conn *conn)
{
    int error = SSL_get_error(conn->ssl, 0);

    switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return TLS_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_CLOSED;
    default:
        ERR_clear_error();
        return conn->sock.eof ? TLS_CLOSED : TLS_BROKEN;
    }
}

enum tls_result tls_read(struct edge_conn *conn, void *out, size_t size,
                         size_t *out_got)
{
    if (!conn->ssl) {
        return plain_result(sock_recv(&conn->sock, out, size), out_got);
    }
    ERR_clear_error();
    if (SSL_read_ex(conn->ssl, out, size, out_got)) {
        return TLS_OK;
    }
    conn->ssl_wants_write = SSL_want_write(conn->ssl);
    return ssl_result(conn);
}

enum tls_result tls_write(struct edge_conn *conn, struct span bytes,
                          size_t *out_put)
{
    if (!conn->ssl) {
        return plain_result(sock_send(&conn->sock, bytes.data, bytes.size),
                            out_put);
    }
    ERR_clear_error();
    if (SSL_write_ex(conn->ssl, bytes.data, bytes.size, out_put)) {
        return TLS_OK;
    }
    return ssl_result(conn);
}

bool tls_pending(const struct edge_conn *conn)
{
    return conn->sock.ahead.size || (conn->ssl && SSL_has_pending(conn->ssl));
}

void tls_notify_close(struct edge_conn *conn)
{
    if (conn->ssl && SSL_is_init_finished(conn->ssl)) {
        ERR_clear_error();
        (void)SSL_shutdown(conn->ssl);
        ERR_clear_error();
    }
}
