/*
 * Endpoints. An endpoint is one file in this folder that ends in one `const
 * struct service service_<name>`, and one word in SERVICES (local.mk).
 */
#ifndef SERVICES_SERVICE_H
#define SERVICES_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario/point.h"
#include "util/env.h"
#include "wire/exchange.h"
#include "wire/plans.h"
#include "world/world.h"

struct auth_report;
struct conn_auth;
struct diagnostic;
struct due;
struct edge;
struct kdc;
struct krb5_acceptor;
struct loop;
struct session;
struct sessions;
struct soap;
struct ticket_keys;

/* What a running server gives its endpoints. Borrowed. */
struct services_context {
    struct sessions *sessions;
    struct env *env;
    struct ticket_keys *ticket_keys; /* of sessions that keep none */
    struct pki *pki;                 /* NULL: nothing is known of leaves */
    struct krb5_acceptor *krb5;      /* NULL: no Kerberos is served */
    struct kdc *kdc;                 /* NULL: the same */
    /* For work that may not hold up the loop; NULL: do it inline. */
    struct loop *loop;
    struct edge *edge; /* what the proxy leads to; NULL: it is not asked */
    /* Where https answers: the port for links in plain HTTP answers. */
    int https_port;
    int http_port; /* the other one; 0: there is none */
};

/* Which HTTP schemes open the door before the handler is called. */
enum gate {
    GATE_NONE,    /* none: the handler judges by itself, or nobody does */
    GATE_WINDOWS, /* those that the world offers at its Windows port */
    GATE_OWN,     /* those that the route names */
};

/* One request on its way; lives in the exchange's arena. */
struct call {
    struct exchange *ex;
    const struct services_context *services;
    /* The test that this request belongs to, and what it plays: both are kept
     * until the exchange is freed. */
    struct session *session;
    struct scenario *scenario;
    struct env *env; /* whose randomness is the session's */
    const struct ticket_keys *ticket_keys; /* the session's */
    struct world *world; /* the scenario's, or one of this exchange's own */
    struct arena *arena; /* the exchange's */
    const struct route *route;
    enum location site;      /* which site serves this host */
    const struct pool *pool; /* which pool serves this host */
    const char *port;        /* of URLs: ":8443", or "" */
    int64_t now;             /* the world's clock */
    struct conn_auth *auth;  /* who the connection is; the gate's business */
    enum gate gate;          /* the gate that was passed, or refused */
    /* Set by the gate once it is open. */
    const struct user *user;
    const char *mechanism;
    const struct auth_report *report;
    bool standing; /* an earlier request proved it: the connection is known */
    /* The handshake's last token, sent along with the handler's reply. */
    const char *auth_scheme; /* NULL: no handshake ended here */
    struct span auth_token;
    bool kept_out; /* proven for this request alone: Persistent-Auth: false */
    struct negotiate_plan negotiate; /* what steps want of SPNEGO */
    struct ntlm_plan ntlm;           /* ... of an NTLM leg */
    bool forced;                     /* a step gave the verdict */
    struct verdict_plan verdict;     /* ... of a verdict, see verdict.h */
    /* What steps do to the reply once it is planned; see reach.h. */
    struct due *due;
    bool applying;       /* they are at it: what they plan reaches no point */
    int64_t clock_moved; /* ns; by steps */
    bool by_proxy; /* no server sees the request: this is the proxy's answer */
    const struct soap *soap; /* the request's envelope; NULL: none so far */
    /* Where a handler that answered CALL_PENDING goes on. */
    void *pending;
    /* Goes on with a call that is pending; on the loop's thread. */
    void (*resume)(struct call *call);
};

enum call_result {
    CALL_DONE,    /* the reply is planned */
    CALL_PENDING, /* call->resume, later, calls the handler again */
};

enum method_set {
    METHOD_GET = 1u << 0,
    METHOD_HEAD = 1u << 1,
    METHOD_POST = 1u << 2,
    METHOD_OTHER = 1u << 3, /* all else, as OPTIONS and PROPFIND */
    METHOD_ANY = METHOD_GET | METHOD_HEAD | METHOD_POST | METHOD_OTHER,
};

struct route {
    const char *path;      /* compared without regard to case */
    bool discover_host;    /* only on lyncdiscover*. names */
    bool below;            /* serves all that is below the path as well */
    unsigned methods;      /* others get 405 and Allow */
    const char *operation; /* "discover.root" */
    enum point point;      /* where a scenario can change it */
    enum gate gate;
    /* For GATE_OWN: "NTLM" ..., in the order of the 401; ends with NULL. */
    const char *const *schemes;
    bool plain_http; /* served on the HTTP listener as well */
    /* Whether this world has taken it away: then 404. NULL: never. */
    bool (*withdrawn)(const struct world *world);
    /* Puts a body of its own into a 401 of the gate. NULL: the page of IIS. */
    void (*refused)(struct call *call);
    enum call_result (*handle)(struct call *call);
};

struct service {
    const char *name;           /* "discover" */
    const char *spec;           /* document and section */
    const char *doc;            /* one sentence */
    const struct route *routes; /* ends with path NULL */
};

/* ---- What endpoints share (product.c) ---- */

/*
 * The product's response headers for a good answer (protocol: discover 2.5):
 * Cache-Control: no-cache and its companions, Server, X-MS-Server-Fqdn ...
 */
void product_headers(struct call *call);
/* The same for 401 and 500 answers: Cache-Control: private, no Expires. */
void product_error_headers(struct call *call);
/*
 * Starts the reply afresh: an IIS error page with this status and the headers
 * above (protocol: discover 2.11). Further headers come behind it. The macro
 * notes the source line, which the journal shows.
 */
void product_error_page_at(struct call *call, unsigned status, const char *file,
                           int line);
#define product_error_page(call, status)                                       \
    product_error_page_at((call), (status), __FILE__, __LINE__)
/*
 * X-Ms-diagnostics in the world's grammar (protocol: webticket 6.2), id and
 * text from the table in diagnostics.c.
 */
void product_diagnostics(struct call *call, unsigned id);
/* The same with another reason than the table's. */
void product_diagnostics_saying(struct call *call, unsigned id,
                                const char *reason);
/* The same with a row of one's own, and another source where it is not NULL. */
void product_diagnostics_row(struct call *call, const struct diagnostic *row,
                             const char *source, bool positional);
/*
 * The answer at a port of the web ticket service that the world does not offer
 * (protocol: webticket 2.4).
 */
void product_not_offered_at(struct call *call, const char *file, int line);
#define product_not_offered(call)                                              \
    product_not_offered_at((call), __FILE__, __LINE__)
/*
 * Absolute URL on this host name: https, and the port that the client's Host
 * carried (or world.public_port); `path` begins with "/".
 */
char *call_url(struct call *call, const char *host, const char *path);
/* The same on the web name of this call's pool and site. */
char *call_web_url(struct call *call, const char *path);
/* Sets site and pool as call->world has them for the host that was asked. */
void call_place(struct call *call);

#endif
