/*
 * What is known at a point of the way: the words that a scenario's `when`
 * speaks about. Text facts are NULL while unknown; nothing here is owned.
 */
#ifndef WIRE_FACTS_H
#define WIRE_FACTS_H

#include <stdint.h>

#include "util/span.h"

/* Facts of one TCP connection. tls_version and tls_cipher point to what lives
 * as long as the program. */
struct conn_facts {
    uint64_t id;      /* 1, 2, 3 ... within the run */
    bool tls;         /* as on the HTTPS listener */
    const char *peer; /* "127.0.0.1:40112", "[::1]:40112" */
    unsigned local_port;
    bool proxied;       /* accepted on the proxy's port */
    const char *tunnel; /* where CONNECT has led it since, "HOST:PORT"; or NULL
                         */
    const char *sni;    /* lower case; NULL: none sent */
    const char *tls_version; /* "TLSv1.3" */
    const char *tls_cipher;
    bool tls_resumed;
    bool tls_resume_offered; /* the ClientHello named an earlier session */
    unsigned tls_offered;    /* its highest version, 0x0304; 0: no such thing */
    /*
     * RFC 5929 section 4: the hash that "tls-server-end-point" channel
     * bindings carry, of the certificate this connection was given.
     */
    struct span certificate_hash;
};

struct headers;
struct xml_body;

/* Of a web ticket that a client shows. */
struct ticket_facts {
    const char *format; /* saml, cwt; NULL: no ticket could be read */
    const char *user;   /* account key of the world; NULL: a guest, nobody */
    const char *pool;   /* FQDN of the pool that issued it */
    int64_t age;        /* ns since it was issued */
    int64_t left;       /* ns until it expires; negative: it has */
};

struct facts {
    const struct conn_facts *conn;
    uint64_t exchange; /* its id; 0: there is none */
    const char *host;  /* Host without its port, lower case */
    const char *method;
    const char *path;      /* percent-decoded, as sent */
    const char *client;    /* User-Agent */
    const char *operation; /* discover.root, webticket.issue ... */
    const char *auth;      /* ntlm, negotiate+ntlm, webticket ... */
    int leg;               /* of a handshake, from 1; 0 outside of one */
    const char *user;      /* account key of the world */
    const char *account;   /* as the client wrote it: "CONTOSO\\alice" */
    const char *domain;    /* of that: "CONTOSO"; "": it has none */
    const char *action;    /* SOAP action */
    const char *ticket;    /* none, valid, expired, garbage ... */
    const char *grant;     /* grant_type of OAuth, as sent */
    const char *verdict;   /* on credentials: accepted, refused */
    const char *reason;    /* of a refusal: wrong-password, locked ... */
    const char *status;    /* of the planned reply, "200" */
    const char *service;   /* asked of the KDC: "HTTP/lyncweb.contoso.test" */
    const char *transport; /* to the KDC: udp, tcp, proxy */
    const char *site;      /* which serves the host: internal, external */
    const char *query;     /* as sent, without "?" */
    const char *form;      /* of the answer: xml, json */
    uint64_t connection;   /* its number within the session; 0: not counted */
    struct ticket_facts shown;     /* the web ticket of the request */
    const struct headers *headers; /* of the request */
    struct xml_body *xml; /* the request's, read when asked; NULL: none */
};

#endif
