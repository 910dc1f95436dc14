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
#include <sys/socket.h>
#include <unistd.h>

#include "edge/internal.h"
#include "util/guard.h"
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

static void unwatch(struct listener *listener)
{
    if (listener->watched) {
        loop_unwatch(listener->edge->loop, &listener->watch);
    }
    listener->watched = false;
}

static void unwatch_all(struct edge *edge)
{
    for (size_t i = 0; i < edge->listeners_count; i++) {
        unwatch(&edge->listeners[i]);
    }
    edge->accepting = false;
}

static void pause_accepting(struct edge *edge)
{
    if (!edge->accepting) {
        return;
    }
    say_short(edge);
    unwatch_all(edge);
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

/* Where it cannot be, the client gets a FIN. */
static void reset_on_close(int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* A connection on its way to the loop that shall serve it. */
struct handed {
    struct loop_note note; /* first: a note leads back to it */
    struct edge *edge;
    enum edge_port port;
    int fd;
    union address peer;
};

static void take_handed(struct loop_note *note)
{
    struct handed *handed = (struct handed *)note;
    unsigned held = guard_pause();

    conn_accept(handed->edge, handed->port, handed->fd, &handed->peer.any);
    mem_free(handed);
    guard_resume(held);
}

/* The kernel wakes the same loop as long as that is quick enough, and clients
 * keep their connections. */
static struct edge *next_in_turn(struct edge *edge)
{
    struct edge_team *team = edge->options.team;
    uint64_t turn;

    if (!team || team->count < 2) {
        return edge;
    }
    turn = __atomic_fetch_add(&team->turn, 1, __ATOMIC_RELAXED);
    return team->edges[turn % team->count];
}

static void hand_over(struct edge *target, enum edge_port port, int fd,
                      const union address *peer)
{
    struct handed *handed = NEW(struct handed);

    handed->note.run = take_handed;
    handed->edge = target;
    handed->port = port;
    handed->fd = fd;
    handed->peer = *peer;
    loop_post(target->loop, &handed->note);
}

static void take_one(struct listener *listener, int fd,
                     const union address *peer)
{
    struct edge *edge = listener->edge;
    struct edge *target;

    if (__atomic_add_fetch(edge->open, 1, __ATOMIC_RELAXED) >
        edge->options.connections_limit) {
        __atomic_sub_fetch(edge->open, 1, __ATOMIC_RELAXED);
        edge->counts.refused++;
        if (edge->options.surplus_reset) {
            reset_on_close(fd);
        }
        close(fd);
        return;
    }
    target = next_in_turn(edge);
    if (target == edge) {
        conn_accept(edge, listener->port, fd, &peer->any);
    } else {
        hand_over(target, listener->port, fd, peer);
    }
}

/* Another edge has stopped its listening for a while (below), and it is one
 * socket: nothing tells when that is over. */
static void await_listening(struct listener *listener)
{
    struct edge *edge = listener->edge;

    unwatch(listener);
    listener->waits = true;
    if (!edge->accept_again.slot) {
        loop_start(edge->loop, &edge->accept_again,
                   (int64_t)ACCEPT_PAUSE_MS * ENV_NS_PER_MS);
    }
}

static void ready(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct listener *listener = CONTAINER(watch, struct listener, watch);
    struct edge *edge = listener->edge;

    int batch = edge->options.edges > 1 ? ACCEPT_SHARED : ACCEPT_BATCH;

    for (int i = 0; i < batch && listener->watched; i++) {
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
        } else if (errno == EINVAL) {
            await_listening(listener);
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

static bool watch(struct listener *listener, struct err *err)
{
    const struct edge *edge = listener->edge;

    if (listener->watched || !listener->open || listener->refuses ||
        listener->waits) {
        return true;
    }
    listener->watched = loop_watch(edge->loop, &listener->watch,
                                   EPOLLIN | shared_events(edge), err);
    return listener->watched;
}

static bool watch_all(struct edge *edge, struct err *err)
{
    for (size_t i = 0; i < edge->listeners_count; i++) {
        if (!watch(&edge->listeners[i], err)) {
            unwatch_all(edge);
            return false;
        }
    }
    edge->accepting = true;
    return true;
}

/* false: one does not listen yet. */
static bool all_listen(struct edge *edge)
{
    bool all = true;

    for (size_t i = 0; i < edge->listeners_count; i++) {
        struct listener *listener = &edge->listeners[i];
        int listens = 0;
        socklen_t size = sizeof(listens);

        if (listener->waits) {
            listener->waits = getsockopt(listener->watch.fd, SOL_SOCKET,
                                         SO_ACCEPTCONN, &listens, &size) != 0 ||
                              !listens;
        }
        all = all && !listener->waits;
    }
    return all;
}

static void accept_again(struct loop_timer *timer)
{
    struct edge *edge = CONTAINER(timer, struct edge, accept_again);
    bool all = all_listen(edge);
    struct err err;

    if (!watch_all(edge, &err) || !all) {
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

/* ---- Refusing for a while ---- */

/*
 * shutdown(2) ends listening and keeps the port, which was asked for by number
 * (bind.c): the kernel answers a SYN with a RST. Who waits in the queue gets
 * one, too.
 */
static void stop_listening(struct listener *listener)
{
    if (!listener->open || listener->refuses) {
        return;
    }
    unwatch(listener);
    if (shutdown(listener->watch.fd, SHUT_RD) != 0) {
        log_warning("a port cannot refuse connections: %s", strerror(errno));
    }
    listener->refuses = true;
}

static void listen_again(struct listener *listener)
{
    struct err err;

    if (!listener->refuses) {
        return;
    }
    if (listen(listener->watch.fd, EDGE_LISTEN_BACKLOG) != 0) {
        log_error("a port that refused connections cannot listen again: %s",
                  strerror(errno));
        return;
    }
    listener->refuses = false;
    if (listener->edge->accepting && !watch(listener, &err)) {
        log_error("a port that refused connections: %s", err.text);
    }
}

static void refused_enough(struct loop_timer *timer)
{
    struct refusal_timer *refusal =
        CONTAINER(timer, struct refusal_timer, timer);
    struct edge *edge = refusal->edge;

    for (size_t i = 0; i < edge->listeners_count; i++) {
        if (edge->listeners[i].port == refusal->port) {
            listen_again(&edge->listeners[i]);
        }
    }
}

void listeners_refuse(struct edge *edge, enum edge_port port,
                      const struct refuse_plan *plan)
{
    struct refusal_timer *refusal = &edge->refusals[port];

    refusal->timer.expired = refused_enough;
    refusal->timer.bare = true;
    refusal->edge = edge;
    refusal->port = port;
    loop_cancel(edge->loop, &refusal->timer);
    for (size_t i = 0; i < edge->listeners_count; i++) {
        if (edge->listeners[i].port == port) {
            stop_listening(&edge->listeners[i]);
        }
    }
    if (plan->time) {
        loop_start(edge->loop, &refusal->timer, plan->time);
    }
}

/* ---- Binding ---- */

static void drop_listeners(struct edge *edge)
{
    while (edge->listeners_count > 0) {
        struct listener *listener = &edge->listeners[--edge->listeners_count];

        close(listener->watch.fd);
        if (listener->filler >= 0) {
            close(listener->filler);
        }
    }
}

static const char *const names[] = {"HTTP", "HTTPS", "the proxy"};

/* A proxy's port lets everybody in. */
static enum bind_kind kind_of(const struct edge *edge, enum edge_port port)
{
    return port == EDGE_PORT_PROXY ? BIND_LISTEN : edge->options.ports[port];
}

/* How a port is bound: what the port says comes before the addresses. */
static struct bind_request request_for(const struct edge *edge,
                                       enum edge_port port, int number)
{
    const struct edge_options *options = &edge->options;
    enum bind_kind kind = kind_of(edge, port);
    bool plain = kind || port == EDGE_PORT_PROXY;

    return (struct bind_request){
        .addresses = options->addresses,
        .kinds = {kind},
        .kinds_count = 1,
        .families = {plain ? kind : options->families[0],
                     plain ? kind : options->families[1]},
        .port = number,
        .what = names[port],
        .quiet = port != EDGE_PORT_HTTP && edge->ports[EDGE_PORT_HTTP],
    };
}

static const char *kind_text(enum bind_kind kind)
{
    return kind == BIND_DEAF ? "never answers a SYN" : "refuses connections";
}

static void add_listener(struct edge *edge, enum edge_port port,
                         const struct bound_socket *socket)
{
    edge->listeners[edge->listeners_count++] = (struct listener){
        .watch = {socket->fd, ready, true},
        .edge = edge,
        .port = port,
        .open = socket->kind == BIND_LISTEN,
        .filler = socket->filler,
    };
    if (socket->kind != BIND_LISTEN) {
        log_info("%s port %d %s on purpose", names[port], edge->ports[port],
                 kind_text(socket->kind));
    }
}

static bool bind_port(struct edge *edge, enum edge_port port, int number,
                      struct err *err)
{
    struct bound_socket *sockets =
        mem_array(edge->addresses_count + 1, sizeof(*sockets));
    struct bind_request request = request_for(edge, port, number);
    size_t count = 0;
    bool good =
        bind_sockets(&request, sockets, &count, &edge->ports[port], err);

    for (size_t i = 0; i < count; i++) {
        add_listener(edge, port, &sockets[i]);
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
    edge->listeners = mem_array(EDGE_PORTS * edge->addresses_count + 1,
                                sizeof(*edge->listeners));
    edge->accept_again.expired = accept_again;
    edge->accept_again.bare = true;
    return (options->http_port < 0 ||
            bind_port(edge, EDGE_PORT_HTTP, options->http_port, err)) &&
           (options->https_port < 0 ||
            bind_port(edge, EDGE_PORT_HTTPS, options->https_port, err)) &&
           (!options->proxy ||
            bind_port(edge, EDGE_PORT_PROXY, options->proxy_port, err));
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
        int fd = from->open ? fcntl(from->watch.fd, F_DUPFD_CLOEXEC, 0) : -1;

        if (from->open && fd < 0) {
            return err_errno(err, "cannot share a listener");
        }
        if (from->open) {
            edge->listeners[edge->listeners_count++] = (struct listener){
                .watch = {fd, ready, true},
                .edge = edge,
                .port = from->port,
                .open = true,
                .filler = -1,
            };
        }
    }
    return true;
}

void listeners_close(struct edge *edge)
{
    loop_cancel(edge->loop, &edge->accept_again);
    for (size_t i = 0; i < EDGE_PORTS; i++) {
        loop_cancel(edge->loop, &edge->refusals[i].timer);
    }
    unwatch_all(edge);
    drop_listeners(edge);
    mem_free(edge->listeners);
    edge->listeners = NULL;
}
