/*
 * Sockets that listen: the same port number on each address, and a port that
 * somebody else listens on is an error.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "edge/internal.h"
#include "util/log.h"
#include "util/mem.h"

enum {
    ACCEPT_BATCH = 64,        /* then others have their turn */
    ACCEPT_SHARED = 1,        /* the same where other loops accept, too */
    ACCEPT_PAUSE_MS = 100,    /* after the last descriptor */
    DESCRIPTOR_RESERVE = 64,  /* for files, engines, and others ... */
    RESERVE_SHARE = 4,        /* ... but no more than this part of all */
    DESCRIPTORS_ATTACHED = 2, /* that an engine side costs */
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

    int batch = edge->options.edges > 1 ? ACCEPT_SHARED : ACCEPT_BATCH;

    for (int i = 0; i < batch && edge->accepting; i++) {
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

/* Of several loops that wait, one is woken for each connection. */
static uint32_t shared_events(const struct edge *edge)
{
    return edge->options.edges > 1 ? (uint32_t)EPOLLEXCLUSIVE : 0;
}

static bool watch_all(struct edge *edge, struct err *err)
{
    for (size_t i = 0; i < edge->listeners_count; i++) {
        if (!loop_watch(edge->loop, &edge->listeners[i].watch,
                        EPOLLIN | shared_events(edge), err)) {
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

static void drop_listeners(struct edge *edge)
{
    while (edge->listeners_count > 0) {
        close(edge->listeners[--edge->listeners_count].watch.fd);
    }
}

static bool bind_port(struct edge *edge, bool tls, int port, struct err *err)
{
    struct bound_socket *sockets =
        mem_array(edge->addresses_count + 1, sizeof(*sockets));
    struct bind_request request = {
        .addresses = edge->options.addresses,
        .kinds = {BIND_LISTEN},
        .kinds_count = 1,
        .port = port,
        .what = tls ? "HTTPS" : "HTTP",
        .quiet = tls && edge->ports[0],
    };
    size_t count = 0;
    bool good = bind_sockets(&request, sockets, &count, &edge->ports[tls], err);

    for (size_t i = 0; i < count; i++) {
        edge->listeners[edge->listeners_count++] = (struct listener){
            .watch = {sockets[i].fd, ready, true}, .edge = edge, .tls = tls};
    }
    mem_free(sockets);
    return good;
}

bool listeners_open(struct edge *edge, struct err *err)
{
    const struct edge_options *options = &edge->options;

    while (options->addresses[edge->addresses_count]) {
        edge->addresses_count++;
    }
    edge->listeners =
        mem_array(2 * edge->addresses_count + 1, sizeof(*edge->listeners));
    edge->accept_again.expired = accept_again;
    edge->accept_again.bare = true;
    return (options->http_port < 0 ||
            bind_port(edge, false, options->http_port, err)) &&
           (options->https_port < 0 ||
            bind_port(edge, true, options->https_port, err));
}

/* A descriptor of its own for each: an epoll instance tells them apart. */
bool listeners_share(struct edge *edge, struct err *err)
{
    const struct edge *first = edge->options.first;

    edge->listeners =
        mem_array(first->listeners_count + 1, sizeof(*edge->listeners));
    edge->accept_again.expired = accept_again;
    edge->accept_again.bare = true;
    memcpy(edge->ports, first->ports, sizeof(edge->ports));
    for (size_t i = 0; i < first->listeners_count; i++) {
        const struct listener *from = &first->listeners[i];
        int fd = fcntl(from->watch.fd, F_DUPFD_CLOEXEC, 0);

        if (fd < 0) {
            return err_errno(err, "cannot share a listener");
        }
        edge->listeners[edge->listeners_count++] = (struct listener){
            .watch = {fd, ready, true}, .edge = edge, .tls = from->tls};
    }
    return true;
}

void listeners_close(struct edge *edge)
{
    loop_cancel(edge->loop, &edge->accept_again);
    for (size_t i = 0; edge->accepting && i < edge->listeners_count; i++) {
        loop_unwatch(edge->loop, &edge->listeners[i].watch);
    }
    edge->accepting = false;
    drop_listeners(edge);
    mem_free(edge->listeners);
    edge->listeners = NULL;
}
