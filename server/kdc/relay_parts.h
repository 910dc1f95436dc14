/*
 * What the relay's files share. A request comes in some way (TCP, UDP, the
 * proxy), takes the same path whatever that was, and its answer leaves the way
 * it came.
 */
#ifndef KDC_RELAY_PARTS_H
#define KDC_RELAY_PARTS_H

#include <sys/queue.h>

#include "edge/bind.h"
#include "edge/loop.h"
#include "kdc/relay.h"
#include "scenario/session.h"
#include "util/buf.h"
#include "util/env.h"
#include "wire/exchange.h"
#include "wire/krb.h"
#include "wire/krb_error.h"

enum {
    /* At once to krb5kdc, which drops the oldest of more than 45. */
    RELAY_BACKEND_LIMIT = 16,
    RELAY_STALL_SECONDS = 3600,    /* connections silent on purpose */
    RELAY_LINGER_SECONDS = 2,      /* for the peer's FIN after ours */
    RELAY_DATAGRAM_MAX = 65507,    /* IPv4: 64 KiB less the headers */
    RELAY_DATAGRAM_ROOM = 65536,   /* the largest that comes */
    RELAY_GARBAGE_SIZE = 64,       /* where a step says no other */
    RELAY_GARBAGE_MAX = 64 * 1024, /* whatever it says */
};

#define CONTAINER(pointer, type, member)                                       \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

struct relay_request;

/* How requests come and answers leave. */
struct relay_way {
    const char *transport; /* "tcp", "udp", "proxy" */
    bool datagram;
    size_t reply_max; /* larger ones are too big for it */
    /* Each is called once at most, and calls request_end at once or later. */
    void (*answer)(struct relay_request *request, struct span reply);
    /* No answer ever comes: a step says so. */
    void (*drop)(struct relay_request *request);
    void (*reset)(struct relay_request *request);
    /* No answer comes because there is no KDC. */
    void (*fail)(struct relay_request *request);
};

enum relay_stage {
    RELAY_READ,    /* neither of those below */
    RELAY_SYNCING, /* sync has not called back yet */
    RELAY_QUEUED,  /* for a connection to krb5kdc */
    RELAY_ASKING,  /* krb5kdc has it */
    RELAY_HELD,    /* the answer waits for its time */
    RELAY_LEAVING, /* its way has the answer */
};

/* One request on its way; freed by request_end. */
struct relay_request {
    struct relay *relay;
    TAILQ_ENTRY(relay_request) all;
    TAILQ_ENTRY(relay_request) queued;
    const struct relay_way *way;
    void *origin;        /* the way's own */
    struct exchange *ex; /* NULL: ended while syncing */
    /* The test that it belongs to, and what that plays: kept by the exchange,
     * though a reload may come meanwhile. */
    struct session *session;
    struct scenario *scenario;
    struct world *world;
    enum relay_stage stage;
    bool readable; /* `req` holds what was asked */
    struct krb_kdc_req req;
    const struct user *user; /* who asks; NULL: nobody known */
    const char *name;        /* of the user, as the AS-REQ has it */
    struct span message;     /* what krb5kdc is to get */
    bool preauth;            /* an AS-REQ with proof of a password */
    bool judged;             /* the answer is krb5kdc's verdict */
    bool foreign;            /* a TGS-REQ whose TGT our key does not open */
    struct kdc_plan plan;
    struct loop_timer timer; /* for krb5kdc, then for the plan's delay */
    /* The connection to krb5kdc. */
    struct loop_watch backend; /* fd -1: none */
    struct buf out;
    size_t out_at;
    struct buf in;
};

TAILQ_HEAD(relay_requests, relay_request);

struct relay_conn;
TAILQ_HEAD(relay_conns, relay_conn);

/* A socket that clients know. */
struct relay_socket {
    struct loop_watch watch;
    struct relay *relay;
    enum bind_kind kind;
    bool watched;
};

struct relay {
    struct relay_options options;
    struct kcrypt *crypt;
    struct scenario *first; /* of the start: the realm was made of it */
    int port;
    struct relay_socket *sockets;
    size_t sockets_count;
    bool ending;
    bool waiting; /* no connection is accepted */
    bool handing; /* backend_next is at work */
    bool spoiled; /* a step has changed tickets of an AS-REP */
    struct loop_timer accept_again;
    uint16_t backend; /* 0: there is none */
    uint64_t conn_ids;
    uint64_t exchange_ids;   /* where there is no journal */
    struct relay_conns idle; /* the longest idle first */
    struct relay_conns busy;
    size_t conns_count;
    size_t conns_limit;
    struct relay_requests requests;
    size_t requests_count;
    struct relay_requests queue; /* for krb5kdc, oldest first */
    size_t asking;
    uint8_t *datagram; /* room for one that comes */
};

/* ---- relay_accept.c, relay_tcp.c, relay_udp.c ---- */

/* A socket has something. */
void tcp_ready(struct loop_watch *watch, uint32_t events);
void tcp_accept_again(struct loop_timer *timer);
void udp_ready(struct loop_watch *watch, uint32_t events);
/* A connection has come; takes the descriptor. */
void tcp_open(struct relay *relay, int fd, const struct sockaddr *peer);
/* Ends the one that has been idle for longest, if any is. */
void tcp_close_oldest(struct relay *relay);
/* Ends all connections; requests of theirs have ended before. */
void tcp_close_all(struct relay *relay);

/* ---- relay.c ---- */

MUST_CHECK bool relay_accept(struct relay *relay, struct err *err);
/* New ones wait. */
void relay_stop_accepting(struct relay *relay);

/* ---- relay_request.c ---- */

/* Of an answer that was sent, to one whose FIN has come: that may have been
 * his goodbye, and then he answers by a RST. */
enum sent_outcome relay_outcome(int fd);

/* Opens the exchange of a request whose first byte is here. */
struct exchange *relay_exchange(struct relay *relay, const char *transport,
                                const struct conn_facts *conn);
/* Gives it what came; the message begins behind the prefix. */
void relay_exchange_take(struct exchange *ex, struct span raw, size_t prefix);
/* Journals it; the caller's reference goes. */
void relay_exchange_end(struct relay *relay, struct exchange *ex,
                        enum sent_outcome outcome, uint64_t bytes);
/* Takes the exchange. NULL: too many requests are under way, it has ended. */
struct relay_request *request_new(struct relay *relay,
                                  const struct relay_way *way, void *origin,
                                  struct exchange *ex);
/* Lets it go its path; its way may be called before this returns. */
void request_go(struct relay_request *request);
/* The same, to be answered with this error. */
void request_refuse(struct relay_request *request, int32_t code);
/* The way is done with it, or its client has gone. It is freed. */
void request_end(struct relay_request *request, enum sent_outcome outcome,
                 uint64_t bytes);
/* From here on it is of this session: at first the default one. */
void request_belong(struct relay_request *request, struct session *session);
/* By its world's clock, ns. */
int64_t request_time(const struct relay_request *request);
/* The relay ends. */
void request_abandon(struct relay_request *request);
/* krb5kdc's answer, in the exchange's arena; empty: none, and why. */
void request_answered(struct relay_request *request, struct span reply,
                      const char *why_not);

/* ---- relay_backend.c ---- */

/* Hands it to krb5kdc as soon as that has room. */
void backend_ask(struct relay_request *request);
/* Takes it back. */
void backend_stop(struct relay_request *request);
/* Hands on what waits. */
void backend_next(struct relay *relay);

/* ---- relay_read.c ---- */

/* Fills in request->req, ->user, facts and the exchange's kdc. */
void relay_read(struct relay_request *request);

/* ---- relay_why.c ---- */

/* The answer, for the journal and for counting, and what an error means. */
void relay_read_reply(struct relay_request *request, struct span reply);
/* It was sent, and locks the account. */
void relay_tell_locked(struct relay_request *request);

/* ---- relay_natural.c ---- */

/* What is asked for, or who asks, is in the realm since the start, and no
 * longer in the world: the error of the KDC that does not know it. 0: no. */
int32_t relay_is_gone(const struct relay_request *request);
/* The client of an AS-REQ offers no type that the user has a key of. */
bool relay_lacks_etype(const struct relay_request *request);
/* krb5kdc's answer says that the service has no key of a type it permits. */
bool relay_lacks_service_key(struct span reply);
/* An AS-REQ has the realm in another letter case: krb5kdc gets it in the one it
 * knows. */
void relay_mend_realm(struct relay_request *request);
/* Its client can be told another name of the realm: in req.client. */
bool relay_refers(struct relay_request *request);

/* ---- relay_reply.c ---- */

/* Lets the steps of the point write the plan. */
void relay_plan(struct relay_request *request);
/* The same once krb5kdc has answered. */
void relay_plan_reply(struct relay_request *request, struct span reply);
/* A KRB-ERROR with the request's names. */
struct span relay_error(struct relay_request *request, int32_t code,
                        const char *text, int64_t clock);
/* The answer that the plan has in place of krb5kdc's; false: none. */
bool relay_forge(struct relay_request *request, struct span *out_reply);
/* What the plan makes of krb5kdc's answer. */
struct span relay_rewrite(struct relay_request *request, struct span reply);

#endif
