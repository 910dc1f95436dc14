/*
 * krb5kdc, over TCP on loopback: a connection per request, as it closes them
 * after each. It is one process that answers one at a time, so few are enough;
 * other requests wait here and not there, where too many drop each other.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/log.h"
#include "util/span.h"

enum { READ_SIZE = 16 * 1024 };

static void close_backend(struct relay_request *request)
{
    struct relay *relay = request->relay;

    if (request->backend.fd >= 0) {
        loop_unwatch(relay->options.loop, &request->backend);
        close(request->backend.fd);
        request->backend.fd = -1;
        relay->asking--;
    }
    buf_clear(&request->out);
    buf_clear(&request->in);
    request->out_at = 0;
}

void backend_stop(struct relay_request *request)
{
    struct relay *relay = request->relay;

    if (request->stage == RELAY_QUEUED) {
        TAILQ_REMOVE(&relay->queue, request, queued);
    }
    if (request->stage == RELAY_QUEUED || request->stage == RELAY_ASKING) {
        request->stage = RELAY_READ;
        loop_cancel(relay->options.loop, &request->timer);
    }
    close_backend(request);
    backend_next(relay);
}

/* What krb5kdc does to bytes that are no request is the client's fault. */
static void failed(struct relay_request *request, const char *why)
{
    if (request->readable) {
        log_warning("Kerberos: %s; exchange %llu gets no answer", why,
                    (unsigned long long)request->ex->id);
    }
    backend_stop(request);
    request_answered(request, SPAN_NONE, why);
}

static void expired(struct loop_timer *timer)
{
    failed(CONTAINER(timer, struct relay_request, timer),
           "krb5kdc has not answered in time");
}

/* false: it has gone wrong, and the request may be freed. */
static bool send_out(struct relay_request *request)
{
    while (request->out_at < request->out.size) {
        ssize_t put =
            send(request->backend.fd, request->out.data + request->out_at,
                 request->out.size - request->out_at, MSG_NOSIGNAL);

        if (put < 0 && errno == EAGAIN) {
            return true;
        }
        if (put < 0) {
            failed(request, errno == ECONNREFUSED
                                ? "krb5kdc refuses connections"
                                : "krb5kdc has closed the connection");
            return false;
        }
        request->out_at += (size_t)put;
    }
    loop_rewatch(request->relay->options.loop, &request->backend, EPOLLIN);
    return true;
}

/* The reply is whole: false; or more has to come. */
static bool wants_more(const struct relay_request *request)
{
    size_t size = request->in.size;

    return size < KRB_LENGTH_SIZE ||
           size - KRB_LENGTH_SIZE < krb_length(buf_span(&request->in));
}

static void answered(struct relay_request *request)
{
    struct span in = buf_span(&request->in);
    struct span reply = arena_copy(
        request->ex->arena, span_slice(in, KRB_LENGTH_SIZE, krb_length(in)));

    backend_stop(request);
    request_answered(request, reply, "krb5kdc has sent an empty answer");
}

static void read_in(struct relay_request *request)
{
    ssize_t got = recv(request->backend.fd,
                       buf_reserve(&request->in, READ_SIZE), READ_SIZE, 0);

    if (got < 0 && errno == EAGAIN) {
        return;
    }
    if (got <= 0) {
        failed(request, "krb5kdc has closed the connection");
        return;
    }
    buf_commit(&request->in, (size_t)got);
    if (request->in.size >= KRB_LENGTH_SIZE &&
        krb_length(buf_span(&request->in)) > KRB_MESSAGE_MAX) {
        failed(request, "krb5kdc has sent an answer that is too long");
    } else if (!wants_more(request)) {
        answered(request);
    }
}

static void ready(struct loop_watch *watch, uint32_t events)
{
    struct relay_request *request =
        CONTAINER(watch, struct relay_request, backend);

    if (request->out_at < request->out.size && !send_out(request)) {
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        read_in(request);
    }
}

static bool connect_backend(struct relay_request *request, struct err *err)
{
    struct relay *relay = request->relay;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(relay->backend),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return err_errno(err, "no socket to ask krb5kdc");
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    request->backend = (struct loop_watch){.fd = fd, .ready = ready};
    if ((connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 &&
         errno != EINPROGRESS)) {
        err_errno(err, "cannot connect to krb5kdc");
    } else if (loop_watch(relay->options.loop, &request->backend, EPOLLOUT,
                          err)) {
        relay->asking++;
        return true;
    }
    request->backend.fd = -1;
    close(fd);
    return false;
}

static void start(struct relay_request *request)
{
    struct span message = request->message;
    struct err err;

    TAILQ_REMOVE(&request->relay->queue, request, queued);
    request->stage = RELAY_ASKING;
    buf_add_u32be(&request->out, (uint32_t)message.size);
    buf_add(&request->out, message);
    if (!connect_backend(request, &err)) {
        failed(request, arena_strdup(request->ex->arena, err.text));
    }
}

void backend_next(struct relay *relay)
{
    if (relay->handing) {
        return; /* the loop below goes on with it */
    }
    relay->handing = true;
    while (relay->asking < RELAY_BACKEND_LIMIT && !TAILQ_EMPTY(&relay->queue) &&
           !relay->ending) {
        start(TAILQ_FIRST(&relay->queue));
    }
    relay->handing = false;
}

void backend_ask(struct relay_request *request)
{
    struct relay *relay = request->relay;

    request->stage = RELAY_QUEUED;
    TAILQ_INSERT_TAIL(&relay->queue, request, queued);
    request->timer.expired = expired;
    loop_start(relay->options.loop, &request->timer,
               RELAY_BACKEND_SECONDS * ENV_NS_PER_SEC);
    backend_next(relay);
}
