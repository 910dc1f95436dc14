/*
 * The client's socket below TLS, and OpenSSL's view of it: a BIO of our own,
 * so that SIGPIPE never comes, the peer's FIN is noticed, and a fault can stop
 * after so many raw bytes.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <openssl/bio.h>

#include "edge/internal.h"

static void count(struct sock *sock, size_t got)
{
    sock->received += got;
    sock->in_budget -= sock->in_limited ? got : 0;
}

static ssize_t take_ahead(struct sock *sock, void *out, size_t size)
{
    size = size < sock->ahead.size ? size : sock->ahead.size;
    memcpy(out, sock->ahead.data, size);
    buf_drop(&sock->ahead, size);
    count(sock, size);
    if (!sock->ahead.size) {
        buf_clear(&sock->ahead);
    }
    return (ssize_t)size;
}

ssize_t sock_recv(struct sock *sock, void *out, size_t size)
{
    ssize_t got;

    if (sock->in_limited && size > sock->in_budget) {
        size = (size_t)sock->in_budget;
    }
    if (sock->in_limited && size == 0) {
        errno = EAGAIN;
        return -1;
    }
    if (sock->ahead.size) {
        return take_ahead(sock, out, size);
    }
    do {
        got = recv(sock->fd, out, size, MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        count(sock, (size_t)got);
    }
    if (got == 0 && size > 0) {
        sock->eof = true;
    }
    return got;
}

ssize_t sock_send(struct sock *sock, const void *data, size_t size)
{
    ssize_t put;

    if (sock->limited && size > sock->budget) {
        size = (size_t)sock->budget;
    }
    if (sock->limited && size == 0) {
        errno = EAGAIN;
        return -1;
    }
    do {
        put = send(sock->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    if (put > 0 && sock->limited) {
        sock->budget -= (uint64_t)put;
    }
    return put;
}

static int on_read(BIO *bio, char *out, size_t size, size_t *out_got)
{
    ssize_t got = sock_recv(BIO_get_data(bio), out, size);

    BIO_clear_retry_flags(bio);
    if (got < 0 && errno == EAGAIN) {
        BIO_set_retry_read(bio);
    }
    if (got <= 0) {
        return (int)got;
    }
    *out_got = (size_t)got;
    return 1;
}

static int on_write(BIO *bio, const char *data, size_t size, size_t *out_put)
{
    ssize_t put = sock_send(BIO_get_data(bio), data, size);

    BIO_clear_retry_flags(bio);
    if (put < 0 && errno == EAGAIN) {
        BIO_set_retry_write(bio);
    }
    if (put < 0) {
        return -1;
    }
    *out_put = (size_t)put;
    return 1;
}

static long on_ctrl(BIO *bio, int command, long number UNUSED,
                    void *pointer UNUSED)
{
    const struct sock *sock = BIO_get_data(bio);

    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return sock->eof;
    default:
        return 0;
    }
}

BIO_METHOD *sock_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "edge socket");

    if (method && BIO_meth_set_read_ex(method, on_read) &&
        BIO_meth_set_write_ex(method, on_write) &&
        BIO_meth_set_ctrl(method, on_ctrl)) {
        return method;
    }
    BIO_meth_free(method);
    return NULL;
}

BIO *sock_bio(BIO_METHOD *method, struct sock *sock)
{
    BIO *bio = BIO_new(method);

    if (bio) {
        BIO_set_data(bio, sock);
        BIO_set_init(bio, 1);
    }
    return bio;
}
