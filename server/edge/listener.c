/*
 * Sockets that listen: the same port number on each address, and a port that
 * somebody else listens on is an error.
 */
#include "config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "edge/internal.h"
#include "util/log.h"
#include "util/mem.h"

enum {
    ACCEPT_BATCH = 64,        /* then others have their turn */
    ACCEPT_PAUSE_MS = 100,    /* after the last descriptor */
    DESCRIPTOR_RESERVE = 64,  /* for files, engines, and others ... */
    RESERVE_SHARE = 4,        /* ... but no more than this part of all */
    DESCRIPTORS_ATTACHED = 2, /* that an engine side costs */
    PORT_TRIES = 32,          /* for one that is free on all addresses */
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* ---- Accepting ---- */

/* Once: those who wait will be served, and a flood shall not fill the log. */
static void say_short(struct edge *edge)
{
    if (!edge->said_short) {
        log_warning("%zu connections are as many as the limit of %zu "
                    "descriptors allows, new ones wait until some close; "
                    "ulimit -n raises it",
                    edge->counts.open, edge->descriptors);
    }
    edge->said_short = true;
}

static void pause_accepting(struct edge *edge)
{
    if (!edge->accepting) {
        return;
    }
    say_short(edge);
    for (size_t i = 0; i < edge->listeners_count; i++) {
        loop_unwatch(edge->loop, &edge->listeners[i].watch);
    }
    edge->accepting = false;
    edge->counts.refused++;
    loop_start(edge->loop, &edge->accept_again,
               (int64_t)ACCEPT_PAUSE_MS * ENV_NS_PER_MS);
}

/* Attached connections must not starve for those that only come. */
static bool short_of_descriptors(const struct edge *edge)
{
    const struct edge_counts *counts = &edge->counts;
    size_t share = edge->descriptors / RESERVE_SHARE;
    size_t reserve = share < DESCRIPTOR_RESERVE ? share : DESCRIPTOR_RESERVE;

    return counts->open + DESCRIPTORS_ATTACHED * counts->attached + reserve >=
           edge->descriptors;
}

static void take_one(struct listener *listener, int fd,
                     const union address *peer)
{
    struct edge *edge = listener->edge;

    if (edge->counts.open >= edge->options.connections_limit) {
        edge->counts.refused++;
        close(fd);
        return;
    }
    conn_accept(listener, fd, &peer->any);
}

static void ready(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct listener *listener = CONTAINER(watch, struct listener, watch);
    struct edge *edge = listener->edge;

    for (int i = 0; i < ACCEPT_BATCH && edge->accepting; i++) {
        union address peer = {0};
        socklen_t size = sizeof(peer);
        int fd;

        if (short_of_descriptors(edge)) {
            pause_accepting(edge);
            return;
        }
        fd = accept4(watch->fd, &peer.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take_one(listener, fd, &peer);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
                   errno == ENOMEM) {
            pause_accepting(edge);
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

static bool watch_all(struct edge *edge, struct err *err)
{
    for (size_t i = 0; i < edge->listeners_count; i++) {
        if (!loop_watch(edge->loop, &edge->listeners[i].watch, EPOLLIN, err)) {
            while (i-- > 0) {
                loop_unwatch(edge->loop, &edge->listeners[i].watch);
            }
            return false;
        }
    }
    edge->accepting = true;
    return true;
}

static void accept_again(struct loop_timer *timer)
{
    struct edge *edge = CONTAINER(timer, struct edge, accept_again);
    struct err err;

    if (!watch_all(edge, &err)) {
        loop_start(edge->loop, timer, (int64_t)ACCEPT_PAUSE_MS * ENV_NS_PER_MS);
    }
}

void listeners_resume(struct edge *edge)
{
    if (edge->accept_again.slot && !short_of_descriptors(edge)) {
        loop_cancel(edge->loop, &edge->accept_again);
        accept_again(&edge->accept_again);
    }
}

bool listeners_start(struct edge *edge, struct err *err)
{
    return watch_all(edge, err);
}

/* ---- Binding ---- */

/* The address of the text; its family is AF_UNSPEC where it is none. */
static union address read_address(const char *text)
{
    union address address = {0};

    if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1) {
        address.any.sa_family = AF_INET;
    } else if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) == 1) {
        address.any.sa_family = AF_INET6;
    }
    return address;
}

static socklen_t with_port(union address *address, int port)
{
    if (address->any.sa_family == AF_INET6) {
        address->v6.sin6_port = htons((uint16_t)port);
        return sizeof(address->v6);
    }
    address->v4.sin_port = htons((uint16_t)port);
    return sizeof(address->v4);
}

/*
 * SO_REUSEADDR lets a fixed port be bound again while connections of an earlier
 * run are in TIME_WAIT. On Linux it does not let two sockets listen on one
 * port; SO_REUSEPORT would, so it is not set here, and then the other socket's
 * does not count.
 */
static void set_options(int fd, int family)
{
    int on = 1;

    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    /* Accepted sockets inherit it. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
}

/* Returns 0, or an errno. */
static int bind_one(union address address, int *port, int *out_fd)
{
    socklen_t size = with_port(&address, *port);
    int fd = socket(address.any.sa_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0) {
        return errno;
    }
    set_options(fd, address.any.sa_family);
    if (bind(fd, &address.any, size) != 0 ||
        listen(fd, EDGE_LISTEN_BACKLOG) != 0 ||
        getsockname(fd, &address.any, &size) != 0) {
        error = errno;
        close(fd);
        return error;
    }
    *port = ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port
                                                    : address.v4.sin_port);
    *out_fd = fd;
    return 0;
}

static bool lacks_ipv6(const char *text, int error)
{
    return strcmp(text, "::1") == 0 &&
           (error == EADDRNOTAVAIL || error == EAFNOSUPPORT);
}

static void add_listener(struct edge *edge, bool tls, int fd)
{
    edge->listeners[edge->listeners_count++] =
        (struct listener){.watch = {fd, ready}, .edge = edge, .tls = tls};
}

static void drop_listeners(struct edge *edge, size_t down_to)
{
    while (edge->listeners_count > down_to) {
        close(edge->listeners[--edge->listeners_count].watch.fd);
    }
}

/* Said once, though there are two ports to bind. */
static void leave_out(const struct edge *edge, const char *text, bool tls)
{
    if (!tls || !edge->ports[0]) {
        log_info("this machine has no %s, listening without it", text);
    }
}

/* Binds one port on all addresses. Returns 0, or an errno with its address. */
static int bind_all(struct edge *edge, bool tls, int port,
                    const char **out_address)
{
    for (const char *const *at = edge->options.addresses; *at; at++) {
        union address address = read_address(*at);
        int fd = -1;
        int error = address.any.sa_family == AF_UNSPEC
                        ? EINVAL
                        : bind_one(address, &port, &fd);

        *out_address = *at;
        if (error == 0) {
            add_listener(edge, tls, fd);
        } else if (lacks_ipv6(*at, error)) {
            leave_out(edge, *at, tls);
        } else {
            return error;
        }
    }
    edge->ports[tls] = port;
    return 0;
}

static bool cannot_listen(int error, const char *address, int port, bool tls,
                          struct err *err)
{
    const char *scheme = tls ? "HTTPS" : "HTTP";

    if (error == EADDRINUSE) {
        return err_set(err,
                       "cannot listen on %s port %d for %s: %s; take another "
                       "port, or 0 for any that is free",
                       address, port, scheme, strerror(error));
    }
    errno = error;
    return err_errno(err, "cannot listen on %s port %d for %s", address, port,
                     scheme);
}

/* An ephemeral port has to be free on the other addresses too: try again. */
static bool bind_port(struct edge *edge, bool tls, int port, struct err *err)
{
    const char *address = "any address";
    size_t before = edge->listeners_count;
    int tries = port == 0 ? PORT_TRIES : 1;
    int error = 0;

    do {
        drop_listeners(edge, before);
        error = bind_all(edge, tls, port, &address);
    } while (error == EADDRINUSE && --tries > 0);
    if (error == 0 && edge->listeners_count > before) {
        return true;
    }
    return cannot_listen(error ? error : EADDRNOTAVAIL, address, port, tls,
                         err);
}

bool listeners_open(struct edge *edge, struct err *err)
{
    const struct edge_options *options = &edge->options;
    size_t count = 0;

    while (options->addresses[count]) {
        count++;
    }
    edge->listeners = mem_array(2 * count + 1, sizeof(*edge->listeners));
    edge->accept_again.expired = accept_again;
    return (options->http_port < 0 ||
            bind_port(edge, false, options->http_port, err)) &&
           (options->https_port < 0 ||
            bind_port(edge, true, options->https_port, err));
}

void listeners_close(struct edge *edge)
{
    loop_cancel(edge->loop, &edge->accept_again);
    for (size_t i = 0; edge->accepting && i < edge->listeners_count; i++) {
        loop_unwatch(edge->loop, &edge->listeners[i].watch);
    }
    edge->accepting = false;
    drop_listeners(edge, 0);
    mem_free(edge->listeners);
    edge->listeners = NULL;
}
