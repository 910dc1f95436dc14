/* Sockets bound to one port number on each address, see bind.h. */
#include "config.h"

#include "edge/bind.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "edge/edge.h"
#include "util/log.h"

enum {
    FIRST_FREE_PORT = 1024, /* ip_unprivileged_port_start, unless changed */
    PORT_TRIES = 32,        /* for one that is free on all addresses */
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* What is bound so far. */
struct binding {
    const struct bind_request *request;
    struct bound_socket *sockets;
    size_t count;
    int port;
    bool quiet;
    const char *failed; /* the address that could not be bound */
};

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
 * does not count. Two that do not listen could share the port: where it is
 * only reserved, or of UDP, the option is left alone.
 */
static void set_options(int fd, int family, enum bind_kind kind)
{
    int on = 1;

    if (kind == BIND_LISTEN || kind == BIND_DEAF) {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        /* Accepted sockets inherit it. */
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
}

static int port_of(const union address *address)
{
    return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port
                                                    : address->v4.sin_port);
}

/* A socket with its address, not listening yet. Returns 0, or an errno; the
 * address has the port then. */
static int name_socket(union address *address, enum bind_kind kind, int port,
                       int *out_fd)
{
    int type = kind == BIND_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM;
    socklen_t size = with_port(address, port);
    int fd =
        socket(address->any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0) {
        return errno;
    }
    set_options(fd, address->any.sa_family, kind);
    if (bind(fd, &address->any, size) != 0 ||
        getsockname(fd, &address->any, &size) != 0) {
        error = errno;
        close(fd);
        return error;
    }
    *out_fd = fd;
    return 0;
}

/*
 * A port that the kernel has picked is given back when a socket stops to
 * listen; one that was asked for is kept, so that it can refuse connections
 * for a while (listener.c). So the port is asked for once more by its number,
 * while the first socket holds it: SO_REUSEADDR lets both have it.
 */
static int name_listener(union address *address, int port, int *out_fd)
{
    int picked = -1;
    int error;

    if (port) {
        return name_socket(address, BIND_LISTEN, port, out_fd);
    }
    error = name_socket(address, BIND_LISTEN, 0, &picked);
    if (error) {
        return error;
    }
    error = name_socket(address, BIND_LISTEN, port_of(address), out_fd);
    close(picked);
    return error;
}

/*
 * A queue for one connection, which is our own and is never accepted: the
 * kernel drops the SYN of all others, as a firewall does. Returns -1 where
 * that cannot be had.
 */
static int fill_queue(const union address *address)
{
    int fd = socket(address->any.sa_family,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    socklen_t size = address->any.sa_family == AF_INET6 ? sizeof(address->v6)
                                                        : sizeof(address->v4);

    if (fd >= 0 && connect(fd, &address->any, size) != 0 &&
        errno != EINPROGRESS) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool start_listening(int fd, enum bind_kind kind)
{
    switch (kind) {
    case BIND_LISTEN:
        return listen(fd, EDGE_LISTEN_BACKLOG) == 0;
    case BIND_DEAF:
        return listen(fd, 0) == 0;
    case BIND_RESERVE:
    case BIND_DATAGRAM:
        return true;
    }
    return true;
}

/* Returns 0, or an errno. */
static int bind_one(union address address, enum bind_kind kind, int *port,
                    struct bound_socket *out_socket)
{
    int fd = -1;
    int error = kind == BIND_LISTEN ? name_listener(&address, *port, &fd)
                                    : name_socket(&address, kind, *port, &fd);

    if (error) {
        return error;
    }
    if (!start_listening(fd, kind)) {
        error = errno;
        close(fd);
        return error;
    }
    *port = port_of(&address);
    *out_socket = (struct bound_socket){
        fd, kind, kind == BIND_DEAF ? fill_queue(&address) : -1};
    return 0;
}

static bool lacks_ipv6(const char *text, int error)
{
    return strcmp(text, "::1") == 0 &&
           (error == EADDRNOTAVAIL || error == EAFNOSUPPORT);
}

static void drop_all(struct binding *binding)
{
    while (binding->count > 0) {
        const struct bound_socket *socket = &binding->sockets[--binding->count];

        close(socket->fd);
        if (socket->filler >= 0) {
            close(socket->filler);
        }
    }
}

/* Said once, though there may be several ports and tries. */
static void leave_out(struct binding *binding, const char *text)
{
    if (!binding->quiet) {
        log_info("this machine has no %s, listening without it", text);
    }
    binding->quiet = true;
}

/* Binds all kinds on one address. Returns 0, or an errno. */
static int bind_address(struct binding *binding, const char *text)
{
    union address address = read_address(text);

    for (size_t i = 0; i < binding->request->kinds_count; i++) {
        enum bind_kind kind = binding->request->kinds[i];
        struct bound_socket bound = {.fd = -1};
        int error = EINVAL;

        if (kind == BIND_LISTEN) {
            kind =
                binding->request->families[address.any.sa_family == AF_INET6];
        }
        if (address.any.sa_family != AF_UNSPEC) {
            error = bind_one(address, kind, &binding->port, &bound);
        }
        if (error == 0) {
            binding->sockets[binding->count++] = bound;
        } else if (lacks_ipv6(text, error)) {
            leave_out(binding, text);
        } else {
            return error;
        }
    }
    return 0;
}

/* Returns 0, or an errno with its address. */
static int bind_all(struct binding *binding)
{
    const char *const *addresses = binding->request->addresses;
    int error = 0;

    binding->port = binding->request->port;
    for (size_t i = 0; addresses[i] && error == 0; i++) {
        binding->failed = addresses[i];
        error = bind_address(binding, addresses[i]);
    }
    return error;
}

static bool cannot_bind(const struct binding *binding, int error,
                        struct err *err)
{
    const struct bind_request *request = binding->request;

    if (error == EADDRINUSE) {
        return err_set(err,
                       "cannot listen on %s port %d for %s: %s; take another "
                       "port, or 0 for any that is free",
                       binding->failed, request->port, request->what,
                       strerror(error));
    }
    if (error == EACCES && request->port && request->port < FIRST_FREE_PORT) {
        return err_set(err,
                       "cannot listen on %s port %d for %s: %s; only root may "
                       "below %d: take a port from there on, or 0 for any that "
                       "is free",
                       binding->failed, request->port, request->what,
                       strerror(error), FIRST_FREE_PORT);
    }
    errno = error;
    return err_errno(err, "cannot listen on %s port %d for %s", binding->failed,
                     request->port, request->what);
}

/* An ephemeral port has to be free on the other addresses too: try again. */
bool bind_sockets(const struct bind_request *request,
                  struct bound_socket *out_sockets, size_t *out_count,
                  int *out_port, struct err *err)
{
    struct binding binding = {
        .request = request,
        .sockets = out_sockets,
        .quiet = request->quiet,
        .failed = "any address",
    };
    int tries = request->port == 0 ? PORT_TRIES : 1;
    int error = 0;

    do {
        drop_all(&binding);
        error = bind_all(&binding);
    } while (error == EADDRINUSE && --tries > 0);
    if (error != 0 || binding.count == 0) {
        drop_all(&binding);
        return cannot_bind(&binding, error ? error : EADDRNOTAVAIL, err);
    }
    *out_count = binding.count;
    *out_port = binding.port;
    return true;
}

void peer_text(const struct sockaddr *peer, char out_text[PEER_TEXT_SIZE])
{
    char text[INET6_ADDRSTRLEN] = "?";

    if (peer->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)peer;

        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
        snprintf(out_text, PEER_TEXT_SIZE, "[%s]:%u", text,
                 (unsigned)ntohs(v6->sin6_port));
    } else {
        const struct sockaddr_in *v4 = (const void *)peer;

        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
        snprintf(out_text, PEER_TEXT_SIZE, "%s:%u", text,
                 (unsigned)ntohs(v4->sin_port));
    }
}
