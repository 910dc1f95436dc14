/* The client's side of the edge's tests: plain or TLS, blocking, and exact
 * about how a connection ends. */
#ifndef UNIT_EDGE_CLIENT_H
#define UNIT_EDGE_CLIENT_H

#include <arpa/inet.h>
#include <netinet/in.h>

#include <openssl/err.h>

#include "edge_rig.h"

/* How the connection ended, as the client saw it. */
enum client_end {
    END_REPLY,        /* it did not: one reply is here */
    END_CLOSE_NOTIFY, /* TLS's own end */
    END_FIN,          /* FIN, over TLS without close_notify */
    END_RESET,        /* a real RST */
    END_SILENCE,      /* nothing came in time */
};

struct client {
    int fd;
    SSL_CTX *context;
    SSL *ssl;
    struct buf got;   /* received and not taken yet */
    char taken[8192]; /* the last reply, head and body */
    size_t taken_size;
    SSL_SESSION *session;
};

static inline struct client client_over(int fd, int family, int port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons((uint16_t)port),
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct timeval patience = {RIG_PATIENCE, 0};
    struct client client = {.fd = fd};
    int rc = family == AF_INET6
                 ? connect(client.fd, (struct sockaddr *)&v6, sizeof(v6))
                 : connect(client.fd, (struct sockaddr *)&v4, sizeof(v4));

    assert_int_equal(rc, 0);
    setsockopt(client.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return client;
}

static inline struct client client_connect_to(int family, int port)
{
    return client_over(socket(family, SOCK_STREAM, 0), family, port);
}

static inline struct client client_plain(struct rig *rig)
{
    return client_connect_to(AF_INET, edge_http_port(rig->edge));
}

/* Seconds that reads wait from now on, times ten. */
static inline void client_patience(struct client *client, int tenths)
{
    struct timeval patience = {tenths / 10, tenths % 10 * 100000};

    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
               sizeof(patience));
}

static inline void client_close(struct client *client)
{
    SSL_SESSION_free(client->session);
    SSL_free(client->ssl);
    SSL_CTX_free(client->context);
    buf_clear(&client->got);
    if (client->fd >= 0) {
        close(client->fd);
    }
    *client = (struct client){.fd = -1};
}

/* Closes with a RST. */
static inline void client_reset(struct client *client)
{
    struct linger linger = {1, 0};

    setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    client_close(client);
}

/* ---- TLS ---- */

struct client_tls {
    const char *sni; /* NULL: none */
    int minimum;
    int maximum;
    SSL_SESSION *session; /* to be resumed */
};

static inline int client_keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct client *client = SSL_get_app_data(ssl);

    SSL_SESSION_free(client->session);
    client->session = session;
    return 1;
}

/* Prepares TLS on the connection without a first byte. */
static inline void client_prepare_on(struct client *client,
                                     const struct client_tls *tls)
{
    client->context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(client->context, 0);
    SSL_CTX_set_min_proto_version(client->context, tls->minimum);
    SSL_CTX_set_max_proto_version(client->context, tls->maximum);
    SSL_CTX_set_session_cache_mode(client->context, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(client->context, client_keep_session);
    client->ssl = SSL_new(client->context);
    SSL_set_app_data(client->ssl, client);
    SSL_set_fd(client->ssl, client->fd);
    if (tls->sni) {
        char *name = mem_strdup(tls->sni);

        SSL_set_tlsext_host_name(client->ssl, name);
        mem_free(name);
    }
    if (tls->session) {
        SSL_set_session(client->ssl, tls->session);
    }
}

/* Connects, and does the same. */
static inline void client_prepare(struct rig *rig, struct client *client,
                                  const struct client_tls *tls)
{
    *client = client_connect_to(AF_INET, edge_https_port(rig->edge));
    client_prepare_on(client, tls);
}

/* How a handshake that must fail has failed; out_alert: 0 for none. */
static inline enum client_end client_handshake_end(struct client *client,
                                                   int *out_alert)
{
    unsigned long code;
    int rc;

    *out_alert = 0;
    ERR_clear_error();
    errno = 0;
    rc = SSL_connect(client->ssl);
    assert_int_not_equal(rc, 1);
    code = ERR_peek_error();
    switch (SSL_get_error(client->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        return END_SILENCE;
    case SSL_ERROR_SYSCALL:
        return errno == ECONNRESET ? END_RESET : END_FIN;
    default:
        if (ERR_GET_REASON(code) > SSL_AD_REASON_OFFSET) {
            *out_alert = ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET;
        }
        return END_FIN;
    }
}

static inline void client_tls_with(struct rig *rig, struct client *client,
                                   const struct client_tls *tls)
{
    client_prepare(rig, client, tls);
    if (SSL_connect(client->ssl) != 1) {
        fail_msg("%s", ERR_reason_error_string(ERR_peek_error()));
    }
}

static inline void client_tls(struct rig *rig, struct client *client)
{
    const struct client_tls tls = {.sni = "web.contoso.test"};

    client_tls_with(rig, client, &tls);
}

/* ---- Bytes ---- */

static inline void client_send_bytes(struct client *client, struct span bytes)
{
    size_t put;

    while (bytes.size) {
        if (client->ssl) {
            assert_int_equal(
                SSL_write_ex(client->ssl, bytes.data, bytes.size, &put), 1);
        } else {
            ssize_t size =
                send(client->fd, bytes.data, bytes.size, MSG_NOSIGNAL);

            assert_true(size > 0);
            put = (size_t)size;
        }
        bytes = span_slice(bytes, put, SIZE_MAX);
    }
}

static inline void client_send(struct client *client, const char *text)
{
    client_send_bytes(client, span_text(text));
}

static inline void client_get(struct client *client, const char *path)
{
    AUTO(str)
    text =
        mem_printf("GET %s HTTP/1.1\r\nHost: web.contoso.test\r\n\r\n", path);

    client_send(client, text);
}

static inline enum client_end client_ssl_end(struct client *client)
{
    unsigned long code = ERR_peek_error();

    switch (SSL_get_error(client->ssl, 0)) {
    case SSL_ERROR_ZERO_RETURN:
        return END_CLOSE_NOTIFY;
    case SSL_ERROR_WANT_READ:
        return END_SILENCE;
    case SSL_ERROR_SYSCALL:
        return errno == ECONNRESET ? END_RESET : END_FIN;
    default:
        assert_int_equal(ERR_GET_REASON(code),
                         SSL_R_UNEXPECTED_EOF_WHILE_READING);
        return END_FIN;
    }
}

/* Reads once; END_REPLY: something came. */
static inline enum client_end client_read(struct client *client)
{
    uint8_t *to = buf_reserve(&client->got, 16384);
    size_t size = 0;
    ssize_t got;

    errno = 0;
    if (client->ssl) {
        ERR_clear_error();
        if (!SSL_read_ex(client->ssl, to, 16384, &size)) {
            return client_ssl_end(client);
        }
    } else {
        got = recv(client->fd, to, 16384, 0);
        if (got <= 0) {
            return got == 0              ? END_FIN
                   : errno == ECONNRESET ? END_RESET
                                         : END_SILENCE;
        }
        size = (size_t)got;
    }
    buf_commit(&client->got, size);
    return END_REPLY;
}

/* Everything until the end, which it returns. */
static inline enum client_end client_drain(struct client *client)
{
    enum client_end end;

    do {
        end = client_read(client);
    } while (end == END_REPLY);
    return end;
}

/* The size of the reply in front, 0 where it is not whole. */
static inline size_t client_whole(struct client *client)
{
    const char *text = buf_text(&client->got);
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "Content-Length: ");
    size_t size;

    if (!end) {
        return 0;
    }
    size = (size_t)(end - text) + 4;
    if (length && length < end) {
        size += (size_t)atol(length + 16);
    }
    return size <= client->got.size ? size : 0;
}

/* Takes one reply into client->taken, as text. */
static inline const char *client_reply(struct client *client)
{
    size_t size;

    while ((size = client_whole(client)) == 0) {
        if (client_read(client) != END_REPLY) {
            fail_msg("no whole reply: %s", buf_text(&client->got));
        }
    }
    client->taken_size = size;
    snprintf(client->taken, sizeof(client->taken), "%.*s", (int)size,
             buf_text(&client->got));
    buf_drop(&client->got, size);
    return client->taken;
}

static inline bool text_ends(const char *text, const char *end)
{
    size_t size = strlen(text);

    return size >= strlen(end) && strcmp(text + size - strlen(end), end) == 0;
}

#define assert_ends(text, end)                                                 \
    do {                                                                       \
        const char *text_ = (text);                                            \
        if (!text_ends(text_, (end))) {                                        \
            fail_msg("\"%s\" does not end with \"%s\"", text_, (end));         \
        }                                                                      \
    } while (0)

#define assert_begins(text, begin)                                             \
    do {                                                                       \
        const char *text_ = (text);                                            \
        if (strncmp(text_, (begin), strlen(begin)) != 0) {                     \
            fail_msg("\"%s\" does not begin with \"%s\"", text_, (begin));     \
        }                                                                      \
    } while (0)

#endif
