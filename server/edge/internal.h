/*
 * What the files of this folder share: the edge, its listeners and its
 * connections, and which file does what to them.
 */
#ifndef EDGE_INTERNAL_H
#define EDGE_INTERNAL_H

#include <sys/socket.h>

#include <openssl/types.h>

#include "edge/bind.h"
#include "edge/edge.h"
#include "edge/framer.h"
#include "util/buf.h"
#include "util/env.h"

enum {
    EDGE_SCRATCH = 32 * 1024,        /* read at once; two TLS records */
    EDGE_READ_AHEAD = 64 * 1024,     /* pipelined bytes held back */
    EDGE_OUT_LIMIT = 64 * 1024,      /* reply bytes held for the client */
    EDGE_SENT_HEAD_LIMIT = 4 * 1024, /* of sent.head */
    EDGE_DETACH_SECONDS = 5,         /* idle connections drop their engine */
    EDGE_LINGER_SECONDS = 2,         /* for the peer's FIN after ours */
    EDGE_STALL_SECONDS = 3600,       /* connections silent on purpose */
};

#define CONTAINER(pointer, type, member)                                       \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

struct listener {
    struct loop_watch watch;
    struct edge *edge;
    enum edge_port port;
    bool open;    /* it lets clients in, but for a while perhaps */
    bool refuses; /* it does not listen */
    bool waits;   /* another edge has stopped its listening */
    bool watched;
    int filler; /* a connection of our own that fills its queue; -1: none */
};

/* A port that refuses connections for a while. */
struct refusal_timer {
    struct loop_timer timer;
    struct edge *edge;
    enum edge_port port;
};

struct edge {
    struct loop *loop;
    struct edge_options options; /* with the defaults filled in */
    struct edge_hooks hooks;

    struct listener *listeners;
    size_t listeners_count;
    size_t addresses_count;
    int ports[EDGE_PORTS]; /* 0: none */
    bool accepting;
    size_t descriptors; /* RLIMIT_NOFILE */
    bool said_short;    /* that they are not enough */
    struct loop_timer accept_again;
    struct refusal_timer refusals[EDGE_PORTS];

    SSL_CTX *tls;
    BIO_METHOD *bio;
    int tls_level; /* of security, where versions ask for no other */
    int keylog;    /* descriptor, or -1 */

    struct edge_conn *conns;
    struct edge_conn *dead;   /* to be freed at the end of the turn */
    struct edge_conn *fed;    /* whose request is to be offered, or whose
                                 engine was written to */
    struct edge_conn **by_fd; /* by the engine's descriptor */
    size_t by_fd_size;
    bool engine_due;
    struct loop_task turn_end;
    struct edge_counts counts;
    uint64_t own_ids;
    uint64_t *ids; /* of connections, given out so far */
    size_t own_open;
    size_t *open; /* connections of all edges that share */
    uint8_t scratch[EDGE_SCRATCH];
};

/* The client's socket, below TLS. */
struct sock {
    int fd;
    bool eof;        /* the peer's FIN was read */
    bool limited;    /* writes stop ... */
    bool for_good;   /* and not in a handshake alone, ... */
    uint64_t budget; /* ... after so many more bytes */
    bool in_limited; /* reads stop ... */
    uint64_t in_budget;
    uint64_t received;
    struct buf ahead; /* read already, and to be read again before the rest */
};

/* Our end of the socketpair to the HTTP engine. */
struct bridge {
    struct loop_watch watch; /* fd -1: detached */
    uint32_t interest;       /* 0: not watched */
    int engine_fd;
    bool deaf; /* the engine reads no more */
    bool fed;  /* in the list edge->fed */
    struct edge_conn *next_fed;
    struct buf unsent; /* request bytes that did not fit */
};

/* The request that is being received or answered. */
struct conn_request {
    struct framer framer;
    size_t searched; /* no end of the head before this in conn->in */
    struct buf raw;  /* as received, up to EDGE_RAW_LIMIT */
    uint64_t raw_size;
    bool whole; /* waits for the turn's end, to be offered as one piece */
    enum edge_tunnel tunnel; /* that it asks for */
};

/* Its reply. */
struct conn_reply {
    struct reply_plan plan;
    struct buf raw;  /* the plan's, our copy */
    bool withheld;   /* 1xx replies of the engine are not passed on */
    struct buf held; /* an incomplete head from the engine */
    struct framer framer;
    bool planned;
    bool begun;     /* the head of the final reply is known */
    bool complete;  /* all of it is in `out`, or sent */
    bool truncated; /* the engine went away before that */
    bool close;     /* the connection ends with it */
    bool blocked;   /* the client's socket is full */
    bool waiting;   /* for the pace timer */
    bool stalled;   /* by its plan, for as long as the client stays */
    uint64_t drip_left;
    struct span head; /* in the exchange's arena */
    struct buf out;   /* bytes for the client ... */
    size_t out_at;    /* ... from here */
    size_t interim;   /* bytes still to send of 1xx replies */
    uint64_t sent;    /* bytes of the final reply */
};

enum conn_phase {
    CONN_HANDSHAKE,
    CONN_TUNNEL,  /* waits for the first byte in it */
    CONN_IDLE,    /* between requests */
    CONN_HEAD,    /* first byte of a request seen, its head is incomplete */
    CONN_BODY,    /* the engine has the head */
    CONN_REPLY,   /* the request is whole, or we read no more of it */
    CONN_STALLED, /* silent on purpose */
    CONN_PAUSED,  /* goes on later */
    CONN_LINGER,  /* FIN sent, waiting for the peer's */
    CONN_RESET,   /* RST as soon as what was sent has arrived */
    CONN_DEAD,
};

/* How far the callbacks of a handshake have come. */
enum hello_stage {
    HELLO_NEW,
    HELLO_GREETED, /* the ClientHello was seen */
    HELLO_RESUME_ASKED,
    HELLO_APPLIED,
};

/* What comes after a pause. */
struct pause {
    void (*go_on)(struct edge_conn *conn);
    bool ends;
    enum reply_cut how;
};

struct edge_conn {
    struct edge *edge;
    struct edge_conn *next;
    struct edge_conn **link; /* what points here; of all connections */
    enum edge_port port;     /* in a tunnel: the one that it leads to */
    enum conn_phase phase;
    struct loop_watch watch;
    bool watched;
    uint32_t interest;
    struct loop_timer timer; /* may expire before the deadline */
    int64_t deadline;
    struct loop_timer pace; /* delay and drip */
    bool rested;            /* idle, and its engine given back */
    int64_t idle;           /* ns, by a plan; 0: as long as usual */
    bool fin;               /* the peer's FIN came, perhaps unread */
    unsigned reset_tries;
    struct sock sock;
    SSL *ssl;             /* NULL: plain HTTP */
    bool ssl_wants_write; /* to go on reading */
    enum hello_stage stage;
    bool certificate_asked;
    struct hello_plan hello;
    struct conn_plan fate; /* of a handshake, carried out by tls_handshake */
    int alert;             /* the client's; -1: none */
    bool plain_http;       /* in the place of a ClientHello */
    char *sni;
    enum edge_tunnel tunnel; /* that it is in */
    char *tunnel_to;
    struct pause pause;
    bool first_byte_passed; /* places that are come by once */
    bool reuse_passed;
    bool notify_passed;
    bool close_passed;
    bool answered; /* a reply was sent, the connection kept */
    bool idle_limited;
    int64_t idle_limit;      /* ns; without a request it then ends ... */
    enum reply_cut idle_how; /* ... like this */
    enum reply_cut in_how;   /* ... where sock.in_limited is used up */
    enum reply_cut out_how;  /* ... where sock.limited is */
    char peer[PEER_TEXT_SIZE];
    uint8_t hash[EVP_MAX_MD_SIZE]; /* of its certificate */
    struct conn_facts facts;
    void *kept;
    struct exchange *noted;
    struct exchange *exchange;
    struct buf in;  /* received, not yet taken */
    bool in_closed; /* no more will come */
    struct conn_request request;
    struct conn_reply reply;
    struct bridge bridge;
};

/* listener.c: sockets that listen. */
MUST_CHECK bool listeners_open(struct edge *edge, struct err *err);
/* Those of options.first. */
MUST_CHECK bool listeners_share(struct edge *edge, struct err *err);
MUST_CHECK bool listeners_start(struct edge *edge, struct err *err);
void listeners_close(struct edge *edge);
/* A descriptor has become free. */
void listeners_resume(struct edge *edge);
/* The port refuses connections for a while, or for good. */
void listeners_refuse(struct edge *edge, enum edge_port port,
                      const struct refuse_plan *plan);

/* accept.c: the beginning of a connection. */
void conn_accept(struct edge *edge, enum edge_port port, int fd,
                 const struct sockaddr *peer);

/* conn.c: the life of a connection. */
void conn_ready(struct loop_watch *watch, uint32_t events);
void conn_expired(struct loop_timer *timer);
/* The phase in which a connection waits for its next request. */
void conn_idle(struct edge_conn *conn);
/* The current phase ends after so many ns; negative: never. */
void conn_deadline(struct edge_conn *conn, int64_t delay);
/* To be called last by whoever was called by the loop. */
void conn_settle(struct edge_conn *conn);
static inline bool conn_alive(const struct edge_conn *conn)
{
    return conn->phase != CONN_DEAD;
}
/* A request is being received or answered. */
static inline bool conn_busy(const struct edge_conn *conn)
{
    return conn->phase >= CONN_HEAD && conn->phase <= CONN_REPLY;
}

/* place.c: what the upper layers want at a place of a connection's way. */
/* No: there is no need to ask. */
bool place_concerned(const struct edge_conn *conn, enum edge_place place);
/* Asks; what does not end the connection now is noted. */
void place_ask(struct edge_conn *conn, enum edge_place place,
               struct conn_plan *out_plan);
/* Something stands in the way of going on. */
static inline bool plan_stops(const struct conn_plan *plan)
{
    return plan->delay > 0 ||
           (plan->ends && !plan->received && !plan->sent && !plan->idle);
}
/* Ends or pauses it. */
void place_stop(struct edge_conn *conn, const struct conn_plan *plan,
                void (*go_on)(struct edge_conn *conn));
/* All in one. false: not now; where it pauses, go_on is called later. */
bool place_pass(struct edge_conn *conn, enum edge_place place,
                void (*go_on)(struct edge_conn *conn));
/* Ends a connection as a plan says, whatever it does. */
void place_end(struct edge_conn *conn, enum reply_cut how);
/* What was to arrive, or to be sent, before the end has been. */
void place_spent(struct edge_conn *conn, enum reply_cut how);
/* The pause is over. */
void place_resume(struct edge_conn *conn);

/* finish.c: the end of a connection. */
/* Ends the connection: FIN and the peer's FIN awaited, or RST. */
void conn_finish(struct edge_conn *conn, enum reply_cut how);
/* The peer is gone: ends the connection at once. Freed at the turn's end. */
void conn_drop(struct edge_conn *conn);
void conn_free(struct edge_conn *conn);
/* Sends the RST, or tries again soon. */
void conn_try_reset(struct edge_conn *conn);
/* Reads on until the peer's FIN. */
void conn_linger(struct edge_conn *conn);

/* bio.c: the socket below TLS. -1 with EAGAIN where it would block. */
ssize_t sock_recv(struct sock *sock, void *out, size_t size);
ssize_t sock_send(struct sock *sock, const void *data, size_t size);
BIO_METHOD *sock_bio_method(void);
BIO *sock_bio(BIO_METHOD *method, struct sock *sock);

/* tls.c: TLS, or none, on the socket. */
MUST_CHECK bool tls_open(struct edge *edge, struct err *err);
/* As the options say, for connections that come from here on. */
MUST_CHECK bool tls_versions(struct edge *edge, struct err *err);
void tls_close(struct edge *edge);
/* false: OpenSSL has no memory; the connection cannot go on. */
bool tls_attach(struct edge_conn *conn);
void tls_handshake(struct edge_conn *conn);
/* The same after a pause. */
void tls_again(struct edge_conn *conn);
void tls_failed(struct edge_conn *conn, const char *why);
enum tls_result {
    TLS_OK,
    TLS_AGAIN,
    TLS_CLOSED, /* by close_notify or FIN */
    TLS_BROKEN,
};
enum tls_result tls_read(struct edge_conn *conn, void *out, size_t size,
                         size_t *out_got);
enum tls_result tls_write(struct edge_conn *conn, struct span bytes,
                          size_t *out_put);
/* Bytes wait that the socket does not tell of. */
bool tls_pending(const struct edge_conn *conn);
void tls_notify_close(struct edge_conn *conn);

/* hello.c: OpenSSL's client-hello callback. */
int hello_callback(SSL *ssl, int *alert, void *ctx);
/* Where a certificate is about to be shown. */
int certificate_callback(SSL *ssl, void *ctx);
/* Which protocol is picked (RFC 7301). */
int alpn_callback(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                  const unsigned char *in, unsigned in_size, void *ctx);

/* request.c: what the client sends. */
void request_input(struct edge_conn *conn, struct span bytes);
/* Goes on with bytes that had to wait. */
void request_resume(struct edge_conn *conn);
/* Offers a whole request to the upper layers, else it goes to the engine. */
void request_offer(struct edge_conn *conn);
/* Puts the raw bytes into the exchange. */
void request_keep(struct edge_conn *conn);
void request_reset(struct edge_conn *conn);

/* bridge.c: the socketpair to the HTTP engine. */
MUST_CHECK bool bridge_open(struct edge_conn *conn, struct err *err);
void bridge_close(struct edge_conn *conn);
/* At the end of this turn the connection's request is offered, or the engine
 * has run and its reply is fetched. */
void bridge_feed(struct edge_conn *conn);
/* Writes to the engine; what does not fit is kept. */
void bridge_send(struct edge_conn *conn, struct span bytes);
void bridge_read(struct edge_conn *conn);
/* Asks the loop for what this connection wants of its bridge now. */
void bridge_settle(struct edge_conn *conn);

/* reply.c: what the engine says. */
void reply_input(struct edge_conn *conn, struct span bytes);
/* The engine will say no more. */
void reply_input_end(struct edge_conn *conn);
/* A reply of our own to what the engine never gets, and the connection ends. */
void reply_refuse(struct edge_conn *conn, const struct edge_refusal *refusal,
                  const char *why);
void reply_reset(struct edge_conn *conn);

/* output.c: what the client gets. */
void output_add(struct edge_conn *conn, struct span bytes);
void output_flush(struct edge_conn *conn);
/* Holds all back for so many ns. */
void output_wait(struct edge_conn *conn, int64_t delay);
void output_wait_over(struct loop_timer *pace);
/* More of the engine's bytes can be taken now. */
bool output_has_room(const struct edge_conn *conn);

/* tunnel.c: from a proxy's client to a server's. */
/* This reply to the current request opens the tunnel that it asks for. */
bool tunnel_opens(const struct edge_conn *conn, unsigned status);
/* The reply was sent. */
void tunnel_open(struct edge_conn *conn, enum edge_tunnel how);
/* The client's first bytes in it are here, or its FIN. */
void tunnel_input(struct edge_conn *conn);

/* record.c: the exchange of a request. */
void record_begin(struct edge_conn *conn);
/* Tells the upper layers how it ended; does nothing where there is none. */
void record_end(struct edge_conn *conn, enum sent_outcome outcome);
/* The same where the peer, or its time, is gone. */
void record_lost(struct edge_conn *conn);

/* edge.c */
/* At the end of this turn: run the engine, read replies, free the dead. */
void edge_at_turn_end(struct edge *edge);
void edge_map(struct edge *edge, int engine_fd, struct edge_conn *conn);
int64_t edge_idle_time(const struct edge *edge);
int64_t edge_handshake_time(const struct edge *edge);

#endif
