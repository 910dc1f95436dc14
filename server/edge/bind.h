/*
 * Sockets bound to one port number on each address: a port that somebody else
 * has on one of them is an error, and so is an address that this machine has
 * not; ::1 alone is left out then.
 */
#ifndef EDGE_BIND_H
#define EDGE_BIND_H

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/err.h"

struct sockaddr;

enum { PEER_TEXT_SIZE = 64 };

enum bind_kind {
    BIND_LISTEN,   /* TCP, listening */
    BIND_RESERVE,  /* TCP; whoever connects is refused */
    BIND_DATAGRAM, /* UDP */
    BIND_DEAF,     /* TCP; whoever connects gets no answer at all */
};

struct bound_socket {
    int fd;
    enum bind_kind kind;
    int filler; /* of BIND_DEAF: a connection that fills its queue; else -1 */
};

/* What is to be bound: each of the kinds on each of the addresses. */
struct bind_request {
    const char *const *addresses; /* ends with NULL */
    enum bind_kind kinds[2];
    size_t kinds_count;
    /* In place of BIND_LISTEN on IPv4 and on IPv6 addresses. */
    enum bind_kind families[2];
    int port;         /* 0: one that is free on all of them */
    const char *what; /* "HTTP", for messages */
    bool quiet;       /* the log has said that there is no ::1 */
};

/*
 * Fills in the sockets, which the caller closes with their fillers; there is
 * room for each kind on each address. They do not block, and no child inherits
 * them.
 */
MUST_CHECK bool bind_sockets(const struct bind_request *request,
                             struct bound_socket *out_sockets,
                             size_t *out_count, int *out_port, struct err *err);

/* "127.0.0.1:40112", "[::1]:40112" */
void peer_text(const struct sockaddr *peer, char out_text[PEER_TEXT_SIZE]);

#endif
