/*
 * What rules of discovery, metadata, TLS, HTTP and OAuth remember of a session:
 * which URLs the server has really announced, what came of earlier requests,
 * connections and their certificates. Everything is bounded: the oldest goes.
 */
#ifndef CHECKS_HISTORY_DISCOVER_H
#define CHECKS_HISTORY_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checks/links.h"
#include "util/span.h"

struct check;
struct exchange;

enum {
    ANNOUNCED_MAX = 96,
    TRIES_MAX = 32,
    CONNECTIONS_MAX = 64, /* a power of two */
    COOKIES_MAX = 8,
    NAMES_MAX = 16,
    MEMO_MAX = 8 * 1024,
    GRANTS_MAX = 1024,
};

/* Failures of one URL that are further apart are not counted together, ns. */
#define TRIES_SPAN (10 * INT64_C(1000000000))

enum announced_flag {
    ANNOUNCED_PLAIN = 1u << 0,      /* over HTTP without TLS */
    ANNOUNCED_WRONG_TYPE = 1u << 1, /* no Content-Type that was asked for */
    ANNOUNCED_CHANGED = 1u << 2,    /* a step had a hand in it */
    ANNOUNCED_LOCATION = 1u << 3,   /* by a 3xx */
    ANNOUNCED_TO_USER = 1u << 4,    /* a User answer, not a Root */
    /* A step has changed how the answer is written, and no URL in it. */
    ANNOUNCED_DRESSED = 1u << 5,
};

/* A URL that an answer named. */
struct announced {
    char *text; /* "https://host/path?query", decoded, without a port */
    char *port; /* "": none was written */
    char *host; /* of it */
    enum link_kind kind;
    unsigned flags; /* enum announced_flag: those of every time */
    unsigned hops;  /* redirects on the way to it, this one counted */
    int64_t at;     /* monotonic */
    bool asked;     /* since */
};

/* A URL that fails. */
struct tries {
    uint64_t key;
    unsigned status; /* the last one; 0: none */
    unsigned failed; /* in a row */
    int64_t first;   /* monotonic: when the first of these began */
    int64_t retry;   /* not before; 0: nothing was said */
    bool root_since; /* a Root was asked meanwhile */
};

struct connection_seen {
    uint64_t id;
    uint64_t requests;
    const char *certificate; /* its profile; NULL: the world's */
};

struct cookie {
    char *host;
    char *pair; /* "MS-WSMAN=..." */
};

/* A server name that clients ask TLS for. */
struct name_seen {
    char *name;
    unsigned full;    /* handshakes that resumed nothing */
    unsigned offered; /* those that offered to resume */
    unsigned failed;  /* in a row */
    int64_t first;    /* monotonic: the first of the row */
    bool distrusted;  /* the client refused the certificate */
};

/* The last document that was read: another that is equal says nothing new. */
struct memo {
    char *body;
    size_t size;
    unsigned flags;
    bool metadata;
};

struct discover_history {
    struct announced urls[ANNOUNCED_MAX];
    size_t count; /* of urls, ever */
    size_t redirects;
    /* An answer could not be read here: what was announced is not known. */
    bool blind;
    struct memo memo;
    struct tries tries[TRIES_MAX];
    size_t failing;
    struct connection_seen connections[CONNECTIONS_MAX];
    struct cookie cookies[COOKIES_MAX];
    size_t cookie_count; /* ever */
    struct name_seen names[NAMES_MAX];
    size_t name_count;

    int64_t internal; /* monotonic: a lyncdiscoverinternal was first asked */
    int64_t external; /* the same of lyncdiscover; 0: never */
    /* The last good Root of lyncdiscoverinternal, nothing asked since. */
    int64_t unused_root;
    uint64_t roots;           /* answered with a link to User */
    uint64_t metadata;        /* documents read */
    uint64_t services;        /* announcements of a web ticket service */
    unsigned refused_tickets; /* in a row */
    bool windows_offered;     /* by a 401 of User */
    enum {
        LOCATED_NOWHERE,
        LOCATED_INTERNAL,
        LOCATED_EXTERNAL,
    } located;               /* AccessLocation of the last User */
    char grants[GRANTS_MAX]; /* of the last MsRtcOAuth */
    uint64_t form;           /* hash of the last that was refused */
    unsigned forms_refused;  /* equal ones in a row */
    uint64_t guest;          /* connection that a guest's token went to */

    const struct exchange *looked; /* whose URL was looked up ... */
    struct announced *found;       /* ... and what it is */
};

/* An exchange has been judged: remembers it. */
void discover_learn(struct check *check);
/* Frees and empties it. */
void discover_forget(struct discover_history *history);

/* What announced the URL of this request; NULL: nothing did. */
struct announced *discover_announced(struct check *check);
/* Something announced the same host and path, with another query. */
struct announced *discover_nearly(struct check *check);
/* Has an announcement of this kind been made? The newest; NULL: no. */
const struct announced *discover_newest(const struct check *check,
                                        enum link_kind kind);
/* Something that was announced with this URL or later was asked, so the client
 * went on in some way. */
bool discover_went_on(const struct discover_history *history,
                      const struct announced *from);
/* An https URL of a host of this world. */
bool discover_is_ours(const struct check *check, const struct announced *url);
/* The failures of this request's URL so far; NULL: none. */
const struct tries *discover_tries(const struct check *check);
/* Whether the request is the first of its connection. */
bool discover_is_first(const struct check *check);
/* The profile of the certificate that this connection was given. */
const char *discover_certificate(const struct check *check);
const struct name_seen *discover_name(const struct check *check,
                                      const char *name);
/* The URL of this request, for messages. */
const char *discover_url(struct check *check);
/* The session's memory of a name, made where there is none; NULL: no room. */
struct name_seen *discover_name_of(struct discover_history *history,
                                   const char *name);
/* Remembers what an answer named. */
void discover_announce(struct check *check, const struct link *link,
                       unsigned flags);
uint64_t discover_hash(struct span bytes, uint64_t from);
/* Of method and URL. */
uint64_t discover_key(const struct exchange *ex);
/* "lyncdiscoverinternal.D" and "lyncdiscover.D". */
bool discover_is_internal_host(const char *host);
bool discover_is_external_host(const char *host);

#endif
