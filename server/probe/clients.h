/*
 * The clients that the probe can play, one row each: what a client of that
 * kind asks, in which order, and what it does with the answers.
 * protocol: discover 1.2 and 5, webticket 10. What those documents do not know
 * is marked GUESS in the table.
 */
#ifndef PROBE_CLIENTS_H
#define PROBE_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
    TOKEN_SAML,
    TOKEN_CWT,
};

/* How a ticket goes to the User resource. */
enum carrier {
    CARRY_OPAQUE, /* X-MS-WebTicket: opaque=<base64 of the assertion> */
    CARRY_HEADER, /* X-MS-WebTicket: cwt=... */
    CARRY_BEARER, /* Authorization: Bearer cwt=... */
};

/* How a client proves who it is. */
enum credentials {
    CREDENTIALS_NTLM,
    CREDENTIALS_KERBEROS, /* HTTP Negotiate with a ticket of a KDC */
    CREDENTIALS_USERNAME, /* UsernameToken in the SOAP header */
    CREDENTIALS_MEETING,  /* a guest: address and key of a meeting */
    CREDENTIALS_OAUTH,    /* /WebTicket/oauthtoken, grant "password" */
};

/* Where a client goes when it has read the User resource. */
enum next_stop {
    NEXT_SIP,
    NEXT_UCWA,
};

struct client {
    const char *name;
    const char *title;
    const char *const *hosts; /* first labels, in order; ends with NULL */
    bool discovers;           /* else: the first host is the web host */
    bool http_twin;           /* asks http beside https */
    const char *accept;
    const char *user_agent;
    const char *expects; /* AccessLocation of its network; NULL: either */
    enum credentials credentials;
    enum token_kind token;
    enum carrier carrier;
    const char *const *ports; /* of the ticket service, the best first */
    const char *known_path;   /* where it posts without metadata; or NULL */
    bool applies_to_port;     /* AppliesTo is the ticket service itself */
    bool wants_key;           /* sends entropy, and expects a proof key */
    bool srv_records;         /* goes on with SRV when discovery fails */
    enum next_stop next;
};

/* Does HTTP carry its credentials, at the Windows port? */
bool client_is_windows(const struct client *client);
/* NULL past the end. */
const struct client *client_at(size_t index);
/* NULL: no such client. */
const struct client *client_named(const char *name);
/* The nearest name, for a message; NULL where none comes near. */
const char *client_near(const char *name);

#endif
