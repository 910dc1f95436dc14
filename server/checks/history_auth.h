/*
 * What rules of authentication remember of a session: a ring of connections,
 * each with the challenge that waits for its answer, and short rings of values
 * that must not come twice. All of it is bounded, see the numbers below.
 */
#ifndef CHECKS_HISTORY_AUTH_H
#define CHECKS_HISTORY_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"

enum {
    AUTH_CONNS = 128,           /* connections remembered of a session */
    AUTH_CHALLENGE_MAX = 16384, /* bytes of a challenge; longer ones are not */
    AUTH_NONCES = 64,
    AUTH_NONCE_SIZE = 8,
    AUTH_AUTHENTICATORS = 64,
    AUTH_AUTHENTICATOR_SIZE = 32, /* of the cipher's first bytes */
    AUTH_ACCOUNTS = 32,
    AUTH_PRINCIPALS = 32,
    AUTH_SERVICES = 32,
    AUTH_OFFERS = 32,
    AUTH_BARE = 3,     /* requests without credentials: more are too many */
    AUTH_REFUSALS = 3, /* of one account: more are too many */
};

/* One connection, as far as authentication goes. */
struct auth_conn {
    uint64_t id;          /* 0: the place is free */
    uint64_t used;        /* when it was last looked at, by the clock below */
    struct buf challenge; /* of NTLM, as it went out; empty: none waits */
    uint32_t asked;       /* flags of the NEGOTIATE before it */
    bool lied;            /* a step has changed the answer before */
    bool request_mic;     /* SPNEGO's last answer said so */
    bool proven;          /* signed in, and told that this lasts */
    bool told;            /* 401 was sent on it since */
    bool unproven_server; /* a final answer had no token that was asked for */
    unsigned leg;         /* of a handshake under way; 0: none is */
    uint64_t purpose;     /* of its first leg: path and SOAPAction, a digest */
};

/* Sign-ins of one account that were refused, one after the other. */
struct auth_account {
    uint64_t digest;
    unsigned refused;
};

/* A client principal, as the KDC has seen it. */
struct auth_principal {
    uint64_t digest;
    unsigned naked;    /* AS-REQs without a proof that one is wanted of */
    unsigned refused;  /* proofs that were wrong, one after the other */
    bool too_big;      /* an answer did not fit into a datagram ... */
    uint64_t exchange; /* ... here, and no request by TCP came since */
};

/* A service ticket that the KDC gave out. */
struct auth_service {
    uint64_t digest; /* of the TGT and the service */
    uint64_t host;   /* of the host in HTTP/host; 0: no such name */
    unsigned given;
};

/* What a host has offered, in its last 401 that had a scheme in it. */
struct auth_offer {
    uint64_t digest;  /* of the host */
    unsigned schemes; /* bits, 1 << enum auth_scheme */
    bool odd;         /* none of them in the usual letter case */
    bool answered;    /* credentials came */
    uint64_t path;    /* of the requests without any, in a row: a digest */
    unsigned bare;
};

struct auth_nonce {
    uint8_t client[AUTH_NONCE_SIZE];
    uint8_t server[AUTH_NONCE_SIZE];
};

struct auth_history {
    struct auth_conn conns[AUTH_CONNS];
    uint64_t clock;
    bool unproven; /* some connection's server has not proven itself */
    struct auth_nonce nonces[AUTH_NONCES];
    unsigned nonce_count;
    uint8_t authenticators[AUTH_AUTHENTICATORS][AUTH_AUTHENTICATOR_SIZE];
    unsigned authenticator_count;
    struct auth_account accounts[AUTH_ACCOUNTS];
    unsigned account_count;
    struct auth_principal principals[AUTH_PRINCIPALS];
    unsigned principal_count;
    struct auth_service services[AUTH_SERVICES];
    unsigned service_count;
    struct auth_offer offers[AUTH_OFFERS];
    unsigned offer_count;
};

struct history;

/* The session's, made at the first call. */
struct auth_history *auth_history(struct history *history);
void auth_history_free(struct auth_history *auth);

/* The connection's, in place of the longest unused one where it is new. */
struct auth_conn *auth_conn_of(struct auth_history *auth, uint64_t id);
/* The connection's if it is remembered; auth may be NULL. */
struct auth_conn *auth_conn_peek(struct auth_history *auth, uint64_t id);
/* The same for values that stand for themselves; the oldest one goes. */
struct auth_account *auth_account_of(struct auth_history *auth,
                                     uint64_t digest);
struct auth_principal *auth_principal_of(struct auth_history *auth,
                                         uint64_t digest);
struct auth_service *auth_service_of(struct auth_history *auth,
                                     uint64_t digest);
struct auth_offer *auth_offer_of(struct auth_history *auth, uint64_t digest);
/* A ticket for HTTP on this host, if one was given out; NULL: none. */
const struct auth_service *auth_service_of_host(const struct auth_history *auth,
                                                uint64_t host);
/* Whether it was there already; it is there afterwards. Short of the full
 * size: it counts as new. */
bool auth_authenticator_seen(struct auth_history *auth, struct span cipher);
/* The same nonce of the client's for another one of the server's. */
bool auth_nonce_seen(struct auth_history *auth, struct span client,
                     struct span server);

/* A number for a text, without regard to letter case; for tables here. */
uint64_t auth_digest(uint64_t before, const char *text);

#endif
