/*
 * The sockets: TCP and TLS listeners, connections, and the bytes on them. A
 * request that came whole is offered to the upper layers as it is. Decrypted
 * bytes of others go, one request at a time, through a socketpair to an HTTP
 * engine in the same thread; its reply comes back the same way. What is really
 * sent may be changed byte by byte on the way out.
 *
 * The edge knows nothing of HTTP but where a message ends (framer.h), and
 * nothing of scenarios: both reach it through a table of hooks.
 */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "edge/bind.h"
#include "edge/loop.h"
#include "util/attr.h"
#include "util/err.h"
#include "util/span.h"
#include "wire/exchange.h"
#include "wire/facts.h"
#include "wire/plans.h"

struct edge;
struct edge_conn;

enum {
    EDGE_HEADER_LIMIT = 64 * 1024, /* request line and header block */
    EDGE_BODY_LIMIT = 1024 * 1024,
    EDGE_RAW_LIMIT = 128 * 1024, /* raw bytes kept per request */
    EDGE_HANDSHAKE_SECONDS = 60, /* TLS handshakes and request heads */
    EDGE_IDLE_SECONDS = 120,     /* keep-alive, as IIS does */
    EDGE_CONNECTIONS_LIMIT = 20000,
    EDGE_LISTEN_BACKLOG = 1024,
};

/* Places on a connection's way where the upper layers have a say, in the order
 * in which it comes by. */
enum edge_place {
    EDGE_PROXY_ACCEPT, /* at the proxy's port; there EDGE_ACCEPT is where ... */
    EDGE_TUNNEL,       /* ... a tunnel has been opened, right behind this */
    EDGE_ACCEPT,
    EDGE_FIRST_BYTE,   /* it waits, unread */
    EDGE_HELLO,        /* a ClientHello is here */
    EDGE_RESUME,       /* it offers to resume a session */
    EDGE_CERTIFICATE,  /* one is about to be sent: nothing is resumed */
    EDGE_ESTABLISHED,  /* the client's Finished is here */
    EDGE_IDLE,         /* a reply was sent, the next request awaited */
    EDGE_REUSE,        /* the first byte of a further request is here */
    EDGE_CLIENT_FIN,   /* between requests */
    EDGE_CLOSE_NOTIFY, /* about to be sent */
    EDGE_CLOSE,        /* the FIN is about to be sent */
};

/* Certificate and key for a name; borrowed until the hook's caller returns. */
struct edge_identity {
    X509 *certificate;
    EVP_PKEY *key;
    X509 *intermediate; /* sent behind it; NULL: none */
    struct span hash;   /* tls-server-end-point; sessions are resumed only
                           under the same one */
    /* Called once they are no longer needed; NULL: nothing is. */
    void (*release)(void *held);
    void *held;
};

/* A refusal before anybody has read the request. */
struct edge_refusal {
    enum edge_refused {
        EDGE_REFUSED_MALFORMED, /* no HTTP, or not to be read in one way */
        EDGE_REFUSED_HEAD,      /* over header_limit */
        EDGE_REFUSED_BODY,      /* over body_limit */
        EDGE_REFUSED_BUSY,      /* no descriptors are left */
    } what;
    unsigned status;
    const char *reason;
    const char *type;   /* of the body; NULL: text/plain */
    const char *server; /* NULL: no such header */
    const char *body;   /* NULL: why */
};

/*
 * Hooks. All are called on the loop's thread; all but `identity`, `attach`,
 * `request_begin` and `request_end` may be NULL.
 */
struct edge_hooks {
    void *ctx;

    /* Asked before `reached`, which is left out where this says no. NULL: it
     * is never left out. */
    bool (*concerned)(void *ctx, const struct edge_conn *conn,
                      enum edge_place place);
    /* hello: from EDGE_HELLO to EDGE_CERTIFICATE, with what was planned before;
     * else NULL. The name in the ClientHello is among the facts by then. */
    void (*reached)(void *ctx, struct edge_conn *conn, enum edge_place place,
                    struct conn_plan *plan, struct hello_plan *hello);
    /* sni: lower case, NULL where none was sent. false: the handshake fails
     * with internal_error. */
    bool (*identity)(void *ctx, const char *sni, const struct hello_plan *plan,
                     struct edge_identity *out);

    /*
     * Gives the HTTP engine its end of a socketpair. The engine closes it,
     * on failure too. It finds its way back with edge_conn_facts ->
     * edge_conn_of(fd).
     */
    bool (*attach)(void *ctx, struct edge_conn *conn, int fd);
    /*
     * A request that came whole: ex->raw is all of it. true: it will be
     * answered by edge_conn_reply, now or later, and the engine never sees
     * it. May be NULL: the engine gets every request.
     */
    bool (*request)(void *ctx, struct edge_conn *conn, struct exchange *ex);
    /* Bytes were written to, or room was made in, a socketpair: the engine
     * should run. Called at most once a turn. */
    void (*run)(void *ctx);

    /* First byte of a request: returns the exchange, whose reference the
     * edge holds until after request_end. */
    struct exchange *(*request_begin)(void *ctx, struct edge_conn *conn);
    /* The reply to conn's exchange is sent, cut or lost: ex->sent, ex->raw
     * and ex->raw_size are filled in. Who keeps a reference beyond this finds
     * facts in ex->conn that live as long as the exchange. */
    void (*request_end)(void *ctx, struct edge_conn *conn, struct exchange *ex);
    /* The edge, or the engine, is about to refuse what is no request that it
     * takes. May call edge_conn_plan: then those bytes are sent instead. */
    void (*refused)(void *ctx, struct edge_conn *conn, struct exchange *ex,
                    const struct edge_refusal *refusal);
    /* A TLS handshake failed: one sentence. */
    void (*handshake_failed)(void *ctx, struct edge_conn *conn,
                             const char *why);
    /* It is complete. */
    void (*handshake_done)(void *ctx, struct edge_conn *conn);
    void (*closed)(void *ctx, struct edge_conn *conn);
    /* A tunnel is open: from here on the connection is another one, to a
     * server, and nobody on it has proven anything. */
    void (*tunnelled)(void *ctx, struct edge_conn *conn);
};

enum { EDGE_TEAM_MAX = 64 };

/* What connections come in by; a tunnel leads from the last to the others. */
enum edge_port { EDGE_PORT_HTTP, EDGE_PORT_HTTPS, EDGE_PORT_PROXY, EDGE_PORTS };

/* What is spoken in a tunnel. */
enum edge_tunnel {
    EDGE_TUNNEL_NONE,
    EDGE_TUNNEL_ANY, /* TLS where it begins like that, else HTTP */
    EDGE_TUNNEL_TLS,
    EDGE_TUNNEL_PLAIN,
};

struct edge_team {
    struct edge *edges[EDGE_TEAM_MAX];
    size_t count;
    uint64_t turn;
};

struct edge_options {
    const char *const *addresses; /* "127.0.0.1", "::1"; ends with NULL */
    int http_port;                /* 0: ephemeral; -1: no such listener */
    int https_port;
    bool proxy; /* there is such a listener ... */
    int proxy_port;
    int tls_minimum; /* TLS1_VERSION ... TLS1_3_VERSION */
    int tls_maximum;
    /* BIND_LISTEN: clients are let in. Else nobody is, and why not: HTTP and
     * HTTPS, IPv4 and IPv6. */
    enum bind_kind ports[2];
    enum bind_kind families[2];
    const char *keylog;  /* NULL: no key log file */
    size_t header_limit; /* 0: EDGE_HEADER_LIMIT, and so on */
    bool header_431;     /* a longer one gets 431, and not what HTTP.sys says */
    size_t body_limit;
    size_t connections_limit;
    bool surplus_reset; /* those beyond it get a RST, not a FIN */
    int handshake_seconds;
    int idle_seconds;
    /* Another edge, of another loop, whose listeners and session tickets this
     * one shares; it outlives this one. NULL: it has its own. */
    const struct edge *first;
    /* Of `edges` that share the machine's descriptors; 0: this one alone. */
    size_t edges;
    /* Those, in which each connection that one accepts goes to the next in
     * turn; whoever is made joins. NULL: none. */
    struct edge_team *team;
    /* Ids given out, and connections open, of all of them; NULL: its own. */
    uint64_t *conn_ids;
    size_t *conns_open;
};

/*
 * Binds all listeners: each port number is the same on all addresses. A port
 * in use is an error, even by a socket with SO_REUSEPORT. ::1 that the machine
 * does not have is left out and said once at info level. Nothing is accepted
 * before edge_start.
 */
MUST_CHECK bool edge_new(const struct edge_options *options, struct loop *loop,
                         struct edge **out_edge, struct err *err);
void edge_hook(struct edge *edge, const struct edge_hooks *hooks);
MUST_CHECK bool edge_start(struct edge *edge, struct err *err);
/* What may change while it runs; connections that are there keep the old. */
struct edge_tuning {
    int tls_minimum;
    int tls_maximum;
    bool header_431;
};
MUST_CHECK bool edge_tune(struct edge *edge, const struct edge_tuning *tuning,
                          struct err *err);

/* Stops listening; ends all connections and exchanges. */
void edge_free(struct edge *edge);

/* The port really bound; 0: no such listener. */
int edge_http_port(const struct edge *edge);
int edge_https_port(const struct edge *edge);
int edge_proxy_port(const struct edge *edge);

/* BIND_LISTEN: it lets clients in, now. Not of the proxy's port. */
enum bind_kind edge_listens(const struct edge *edge, enum edge_port port);

const struct conn_facts *edge_conn_facts(const struct edge_conn *conn);
/* The exchange whose reply is awaited or on its way; NULL between requests. */
struct exchange *edge_conn_exchange(struct edge_conn *conn);
/* A slot for the upper layers: authentication state. Not freed by the edge:
 * the `closed` hook does that. */
void edge_conn_keep(struct edge_conn *conn, void *state);
void *edge_conn_kept(const struct edge_conn *conn);
/* A second slot: the exchange of the handshake. */
void edge_conn_note(struct edge_conn *conn, struct exchange *handshake);
struct exchange *edge_conn_noted(const struct edge_conn *conn);
/* What the handshake was to be like; borrowed. */
const struct hello_plan *edge_conn_hello(const struct edge_conn *conn);
/* How it went, and what came of the client; texts live in the arena. What was
 * planned is left out. */
void edge_conn_tell(const struct edge_conn *conn, struct arena *arena,
                    struct tls_exchange *out);
/* The request says that it is the last one of its connection. */
bool edge_conn_is_last(const struct edge_conn *conn);
/*
 * The connection behind an engine's descriptor (the one given to attach); NULL
 * once the edge has detached it, though the engine has not closed it yet.
 */
struct edge_conn *edge_conn_of(struct edge *edge, int engine_fd);

/* What to do to the reply that the engine is about to write for the current
 * exchange; to be called before the engine runs again. */
void edge_conn_plan(struct edge_conn *conn, const struct reply_plan *plan);

/* The reply to a request that the `request` hook has taken: plan->raw, to be
 * called while its exchange has not ended. */
void edge_conn_reply(struct edge_conn *conn, const struct reply_plan *plan);
/*
 * The request gets its reply though its body is still to come: takes it from
 * the engine; edge_conn_reply is to follow. Such a connection ends with it.
 */
void edge_conn_early(struct edge_conn *conn);
/*
 * The current request, on a connection to the proxy's port, is CONNECT. Where
 * the reply that is sent has a status 2xx, the connection goes on as one to
 * this host and port (RFC 9110, 9.3.6): no byte is copied, the same socket
 * carries TLS or HTTP from then on. To be called before the reply.
 */
void edge_conn_tunnel(struct edge_conn *conn, enum edge_tunnel how,
                      const char *target);
/* The engine's 1xx replies to the current request are not passed on. */
void edge_conn_withhold(struct edge_conn *conn);

struct edge_counts {
    uint64_t accepted;
    size_t open;
    size_t attached;  /* with an engine side */
    uint64_t refused; /* over the limit, or no descriptors */
};
struct edge_counts edge_counts(const struct edge *edge);

AUTO_DEFINE(edge, struct edge *, edge_free)

#endif
