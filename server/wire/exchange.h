/*
 * One thing a client asked and what it got. The edge opens it at the first
 * byte of a request, http fills in the request, services plans the reply, the
 * edge closes it with what was really sent. All that derives from it lives in
 * its arena.
 */
#ifndef WIRE_EXCHANGE_H
#define WIRE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/span.h"
#include "wire/facts.h"
#include "wire/finding.h"
#include "wire/plans.h"

struct session;
struct soap_message;

struct header {
    const char *name;
    const char *value;
};

/* In the order of the wire; names may repeat. Items live in the arena. */
struct headers {
    struct header *items;
    size_t count;
    size_t capacity;
};

struct request {
    const char *method;
    const char *target;  /* as sent: path and query */
    const char *path;    /* percent-decoded, letter case as sent */
    const char *query;   /* as sent, without "?"; "" where none */
    const char *version; /* "HTTP/1.1" */
    const char *host;    /* Host without port, lower case; "" where none */
    const char *port;    /* the port that Host carries; "" where none */
    struct headers headers;
    struct span body;
};

struct reply {
    unsigned status;
    struct headers headers; /* Content-Length and Date are http's business */
    /* Names that http shall not add by itself; "*": none at all. */
    struct headers without;
    struct span body;
    bool close;               /* "Connection: close", and mean it */
    struct write_plan *write; /* NULL: as RFC 9112 wants it */
    struct span raw;        /* not empty: exactly these bytes go out instead */
    struct reply_plan plan; /* what the edge does to the bytes of all that */
    const char *file;       /* the source line that chose this reply */
    int line;
};

/* Runs once the reply that was sent implies it, see exchange_effect. */
struct effect {
    struct effect *next;
    void (*commit)(void *data);
    void *data;
};

/* Runs when the exchange is freed, see exchange_keep. */
struct exchange_kept {
    struct exchange_kept *next;
    void (*release)(void *data);
    void *data;
};

struct remark {
    const struct remark *next;
    const char *key; /* "ntlm.type3", "ticket.id" ... */
    const char *text;
    bool secret; /* masked unless --log-secrets */
};

/* How an exchange ended, told by the edge. */
enum sent_outcome {
    SENT_WHOLE,
    SENT_CUT,     /* a fault cut the reply short */
    SENT_BROKEN,  /* the peer went away */
    SENT_NOTHING, /* the request never became whole */
};

struct sent {
    enum sent_outcome outcome;
    unsigned status;  /* of the status line that went out; 0: none */
    uint64_t bytes;   /* of the reply, head and body */
    struct span head; /* the reply's first bytes, up to a limit */
    int64_t turn;     /* monotonic: of the loop's turn in which it ended */
};

/* What kind of thing was asked. */
enum exchange_kind {
    EXCHANGE_HTTP,
    EXCHANGE_KDC, /* `kdc` tells it; request and reply stay empty */
    EXCHANGE_TCP, /* a connection to which something was done */
    EXCHANGE_TLS, /* a handshake: it failed, or something was done to it */
};

/* One request to the KDC and its answer, for the journal. */
struct kdc_exchange {
    const char *transport; /* "udp", "tcp", "proxy" */
    const char *message;   /* "AS-REQ"; NULL: none that can be read */
    const char *client;    /* "alice@CONTOSO.TEST"; NULL: unknown */
    const char *service;   /* "HTTP/lyncweb.contoso.test@CONTOSO.TEST" */
    const char *etypes;    /* as asked, names with blanks between */
    const char *padata;    /* types, the same way */
    struct span request;   /* without the length in front */
    struct span reply;     /* as sent; empty: none */
    const char *answer;    /* "AS-REP", "KRB-ERROR"; NULL: none */
    bool is_error;
    int32_t error; /* of a KRB-ERROR */
    const char *error_name;
    const char *etext; /* e-text, without control characters; NULL: none */
    bool forged;       /* the KDC was not asked, or its answer was changed */
};

/* A handshake, for the journal. */
struct tls_exchange {
    bool complete;
    bool plain_http;            /* what came instead of a ClientHello */
    int alert;                  /* the client's fatal one; -1: none */
    const char *alert_name;     /* "unknown CA" */
    const char *certificate;    /* the profile, where it is not the world's */
    const char *made_out_to;    /* where that is not what was asked */
    bool client_asked;          /* a certificate of the client was asked for */
    const char *client_subject; /* of what it sent; NULL: none */
    const char *client_issuer;
    struct span client_hash; /* SHA-256 */
};

struct exchange {
    struct arena *arena;
    unsigned references;
    enum exchange_kind kind;
    struct kdc_exchange *kdc; /* of EXCHANGE_KDC alone */
    struct tls_exchange *tls; /* of EXCHANGE_TLS alone */
    uint64_t id;              /* 1, 2, 3 ... within the run */
    int64_t began;            /* wall clock, ns; first byte of the request */
    int64_t began_monotonic;
    int64_t decided; /* monotonic: when the reply was chosen */
    int64_t date;    /* ns: the world's clock at that moment; 0: not chosen */
    int64_t ended;   /* monotonic: set by the journal; 0: still open */
    const struct conn_facts *conn;
    bool dispatched;   /* http understood it as a request */
    bool long_head;    /* refused for a limit of ours alone */
    struct span raw;   /* request bytes as received, up to a limit */
    uint64_t raw_size; /* how many there were */
    struct request request;
    struct reply reply;
    const struct reply *planned; /* the good one; NULL: it is `reply` */
    struct sent sent;
    struct facts facts;
    struct finding *findings;
    struct remark *remarks; /* newest first */
    const char *step;       /* the last step that applied, "FILE:LINE" */
    const char *why;        /* why the reply is no good one; NULL: it is */
    const char *unchanged;  /* what of a step changed nothing, and why */
    struct effect *effects;
    struct effect *at_end;
    struct exchange_kept *kept;
    /* The envelope in the body, once somebody has read it, until the end; see
     * soap_keep. */
    struct soap_message *soap;
    /* Whose test it belongs to; NULL: not known yet. Its name is `session`. */
    struct session *owner;
    const char *session;
    uint64_t era;              /* its how manieth scenario was played, or 0 */
    const bool *session_ended; /* changes with the session; NULL: it never is */
    uint64_t seed;             /* of its chance */
};

/* An exchange with one reference, an arena and a copy of the facts. */
struct exchange *exchange_new(uint64_t id, const struct conn_facts *conn);
struct exchange *exchange_ref(struct exchange *ex);
/* The facts as they are by now. */
void exchange_connection(struct exchange *ex, const struct conn_facts *conn);
void exchange_unref(struct exchange *ex);

/* `release` runs when the exchange is freed, the last kept first: for what it
 * has a reference to. */
void exchange_keep(struct exchange *ex, void (*release)(void *), void *data);

/* `commit` runs when the planned reply is really chosen; data: in the arena. */
void exchange_effect(struct exchange *ex, void (*commit)(void *), void *data);
void exchange_commit(struct exchange *ex);
/* `ended` runs when the exchange has ended and `sent` says how, in the order
 * of the calls; data: in the arena. */
void exchange_at_end(struct exchange *ex, void (*ended)(void *), void *data);
void exchange_end(struct exchange *ex);
/* Forgets effects and reason of a plan that another reply has replaced. */
void exchange_forget(struct exchange *ex);

/* A fact for the journal; the text is copied. */
void exchange_remark(struct exchange *ex, const char *key, const char *format,
                     ...) PRINTF(3, 4);
/* The same for a text of the exchange's arena, which stays where it is. */
void exchange_remark_text(struct exchange *ex, const char *key,
                          const char *text);
/* A fact, and the reason that the line on the log shows. */
void exchange_why(struct exchange *ex, const char *key, const char *format, ...)
    PRINTF(3, 4);
/* The same, behind the reason that is there already. */
void exchange_why_more(struct exchange *ex, const char *key, const char *format,
                       ...) PRINTF(3, 4);
/* A fact: a step applied, and nothing came of this part of it. The line on the
 * log shows it. */
void exchange_unchanged(struct exchange *ex, const char *key,
                        const char *format, ...) PRINTF(3, 4);
void exchange_secret(struct exchange *ex, const char *key, const char *text);
/* Notes the scenario's step that changes this exchange; `where` is borrowed. */
void exchange_step(struct exchange *ex, const char *where);
/* A client can break one rule in thousands of places of one message: no more
 * than EXCHANGE_FINDINGS_MAX of them are kept. */
enum { EXCHANGE_FINDINGS_MAX = 16 };
void exchange_finding(struct exchange *ex, const struct finding *finding);

void headers_add(struct headers *headers, struct arena *arena, const char *name,
                 const char *value);
/* The same for texts that live as long as the arena. */
void headers_put(struct headers *headers, struct arena *arena, const char *name,
                 const char *value);
/* Replaces all of this name by one, or adds it. */
void headers_set(struct headers *headers, struct arena *arena, const char *name,
                 const char *value);
void headers_remove(struct headers *headers, const char *name);
/* The first of this name (any case), or NULL. */
const char *headers_get(const struct headers *headers, const char *name);

/*
 * Starts a reply afresh: status, no headers, no body. The macro notes the
 * source line, which the journal shows.
 */
void exchange_reply_at(struct exchange *ex, unsigned status, const char *file,
                       int line);
#define exchange_reply(ex, status)                                             \
    exchange_reply_at((ex), (status), __FILE__, __LINE__)
void exchange_header(struct exchange *ex, const char *name, const char *format,
                     ...) PRINTF(3, 4);
/* RFC 9110 sections 15.2, 15.3.5 and 15.4.5. */
bool status_has_no_body(unsigned status);
/* How the reply is written, to be changed. */
struct write_plan *exchange_write(struct exchange *ex);
/* Sets Content-Type and body; the body is borrowed from the arena. */
void exchange_body(struct exchange *ex, const char *type, struct span body);

#endif
