/*
 * The points: every place where a scenario can change behaviour, in one table
 * by layer. Each says which facts `when` may ask for there and what a fault
 * may lay hands on.
 */
#ifndef SCENARIO_POINT_H
#define SCENARIO_POINT_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario/points_auth.h"
#include "scenario/points_discover.h"
#include "scenario/points_http.h"
#include "scenario/points_kdc.h"
#include "scenario/points_mex.h"
#include "scenario/points_oauth.h"
#include "scenario/points_proxy.h"
#include "scenario/points_soap.h"
#include "scenario/points_tcp.h"
#include "scenario/points_ticket.h"
#include "scenario/points_tls.h"
#include "scenario/points_webticket.h"
#include "util/span.h"

/* What is known at a point; the words of `when`. See wire/facts.h. */
enum fact {
    FACT_HOST = 1u << 0,
    FACT_METHOD = 1u << 1,
    FACT_PATH = 1u << 2,
    FACT_CLIENT = 1u << 3, /* User-Agent */
    FACT_HEADER = 1u << 4,
    FACT_AUTH = 1u << 5, /* ntlm, negotiate+ntlm, usertoken, webticket ... */
    FACT_LEG = 1u << 6,
    FACT_USER = 1u << 7,
    FACT_ACTION = 1u << 8,         /* SOAP action */
    FACT_TICKET = 1u << 9,         /* none, valid, expired ... */
    FACT_GRANT = 1u << 10,         /* grant_type of OAuth */
    FACT_VERDICT = 1u << 11,       /* accepted, refused */
    FACT_REASON = 1u << 12,        /* wrong-password, locked ... */
    FACT_STATUS = 1u << 13,        /* of the reply as planned, "503" */
    FACT_SERVICE = 1u << 14,       /* that a ticket is asked for */
    FACT_TRANSPORT = 1u << 15,     /* udp, tcp, proxy */
    FACT_ACCOUNT = 1u << 16,       /* as the client wrote it: CONTOSO\\alice */
    FACT_DOMAIN = 1u << 17,        /* of that: CONTOSO; "" where it has none */
    FACT_SITE = 1u << 18,          /* internal, external */
    FACT_QUERY = 1u << 19,         /* parameters, decoded */
    FACT_CONNECTION = 1u << 20,    /* its number within the session, from 1 */
    FACT_XPATH = 1u << 21,         /* holds on the body, an XML document */
    FACT_FORM = 1u << 22,          /* xml, json: of the answer to come */
    FACT_TICKET_FORMAT = 1u << 23, /* of the ticket shown: saml, cwt */
    FACT_TICKET_USER = 1u << 24,
    FACT_TICKET_POOL = 1u << 25, /* that issued it */
    FACT_TICKET_AGE = 1u << 26,  /* at least so old */
    FACT_TICKET_LEFT = 1u << 27, /* good for so long at most */

    FACTS_NONE = 0,
    FACTS_TCP = FACT_CONNECTION,
    FACTS_TLS = FACTS_TCP | FACT_HOST, /* the name in the ClientHello */
    FACTS_HTTP = FACTS_TLS | FACT_METHOD | FACT_PATH | FACT_QUERY |
                 FACT_CLIENT | FACT_HEADER | FACT_SITE,
    FACTS_WHO = FACT_USER | FACT_ACCOUNT | FACT_DOMAIN,
    FACTS_LEG = FACTS_HTTP | FACT_AUTH | FACT_LEG,
    FACTS_KNOWN = FACTS_HTTP | FACT_AUTH | FACTS_WHO,
    FACTS_BODY =
        FACTS_HTTP | FACT_ACTION | FACT_XPATH, /* an envelope is read */
    FACTS_SOAP = FACTS_KNOWN | FACTS_BODY,
    FACTS_OAUTH = FACTS_KNOWN | FACT_GRANT,
    FACTS_TICKET = FACT_TICKET | FACT_TICKET_FORMAT | FACT_TICKET_USER |
                   FACT_TICKET_POOL | FACT_TICKET_AGE | FACT_TICKET_LEFT,
    FACTS_VERDICT = FACT_VERDICT | FACT_REASON,
    FACTS_KDC = FACT_USER | FACT_SERVICE | FACT_TRANSPORT,
};

/* What there is to change; a fault names what it needs. */
enum subject_kind {
    SUBJECT_CONNECTION = 1u << 0,   /* a connection: how it goes on, or ends */
    SUBJECT_HELLO = 1u << 1,        /* a TLS handshake, nothing answered yet */
    SUBJECT_REPLY = 1u << 2,        /* a reply: status, headers, body, bytes */
    SUBJECT_CLOCK = 1u << 3,        /* the world's clock, from here on */
    SUBJECT_WORLD = 1u << 4,        /* what the world says, for this exchange */
    SUBJECT_CHALLENGE = 1u << 5,    /* ... where an NTLM challenge is built */
    SUBJECT_TICKET = 1u << 6,       /* ... where a ticket is issued */
    SUBJECT_SOAP = 1u << 7,         /* a client that awaits SOAP: faults fit */
    SUBJECT_DISCOVER = 1u << 8,     /* a client that awaits Autodiscover */
    SUBJECT_KDC = 1u << 9,          /* a request to the KDC */
    SUBJECT_SPNEGO = 1u << 10,      /* a NegTokenInit: which mechanism */
    SUBJECT_AP = 1u << 11,          /* an AP-REQ: what is answered */
    SUBJECT_ACCOUNT = 1u << 12,     /* wherever FACT_USER is: the account */
    SUBJECT_DOCUMENT = 1u << 13,    /* a reply that may be XML or JSON; so are
                                       those of SOAP and DISCOVER */
    SUBJECT_CERTIFICATE = 1u << 14, /* the server's, not sent yet */
    SUBJECT_VERDICT = 1u << 15,     /* credentials were judged: the verdict */
    SUBJECT_OFFER = 1u << 16,       /* WWW-Authenticate is in the reply */
    SUBJECT_NTLM_LEG = 1u << 17, /* a leg of NTLM: what it is answered with */
    SUBJECT_OAUTH = 1u << 18,    /* a client that awaits an OAuth answer */

    SUBJECTS_HTTP = SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_WORLD,
    SUBJECTS_SOAP = SUBJECTS_HTTP | SUBJECT_SOAP,
    SUBJECTS_OAUTH = SUBJECT_OAUTH | SUBJECT_DOCUMENT,
    SUBJECTS_DISCOVER = SUBJECTS_HTTP | SUBJECT_DISCOVER,
};

/*
 * All of them, by layer: constant, the name that users see, what happens
 * there, facts, subjects, and the document that describes it. One layer is one
 * file, so that each stays short.
 */
/* clang-format off */
#define SCENARIO_POINTS(X) \
    POINTS_TCP(X)          \
    POINTS_TLS(X)          \
    POINTS_PROXY(X)        \
    POINTS_HTTP(X)         \
    POINTS_DISCOVER(X)     \
    POINTS_MEX(X)          \
    POINTS_SOAP(X)         \
    POINTS_AUTH(X)         \
    POINTS_KDC(X)          \
    POINTS_WEBTICKET(X)    \
    POINTS_TICKET(X)       \
    POINTS_OAUTH(X)
/* clang-format on */

enum point {
#define POINT_ENUM(id, name, title, facts, subjects, spec) POINT_##id,
    SCENARIO_POINTS(POINT_ENUM)
#undef POINT_ENUM
        POINT_COUNT
};

struct point_info {
    const char *name;
    const char *title;
    unsigned facts;    /* enum fact */
    unsigned subjects; /* enum subject_kind */
    const char *spec;  /* document and section */
};

const struct point_info *point_info(enum point point);
/* "ntlm" of "ntlm.challenge"; by value. */
struct span point_layer(enum point point);
/* Does Kerberos alone lead there? POINT_COUNT: no. */
bool point_of_kerberos(enum point point);
/* The point of this name; POINT_COUNT: there is none. */
enum point point_named(const char *name);

#endif
