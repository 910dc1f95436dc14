/*
 * The points: every place where a scenario can change behaviour, in one table
 * by layer. Each says which facts `when` may ask for there and what a fault
 * may lay hands on.
 */
#ifndef SCENARIO_POINT_H
#define SCENARIO_POINT_H

#include <stdbool.h>
#include <stddef.h>

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
    FACT_ACTION = 1u << 8,     /* SOAP action */
    FACT_TICKET = 1u << 9,     /* none, valid, expired ... */
    FACT_GRANT = 1u << 10,     /* grant_type of OAuth */
    FACT_VERDICT = 1u << 11,   /* accepted, refused */
    FACT_REASON = 1u << 12,    /* wrong-password, locked ... */
    FACT_STATUS = 1u << 13,    /* of the reply as planned, "503" */
    FACT_SERVICE = 1u << 14,   /* that a ticket is asked for */
    FACT_TRANSPORT = 1u << 15, /* udp, tcp, proxy */

    FACTS_NONE = 0,
    FACTS_TLS = FACT_HOST, /* the name in the ClientHello */
    FACTS_HTTP =
        FACT_HOST | FACT_METHOD | FACT_PATH | FACT_CLIENT | FACT_HEADER,
    FACTS_LEG = FACTS_HTTP | FACT_AUTH | FACT_LEG,
    FACTS_KNOWN = FACTS_HTTP | FACT_AUTH | FACT_USER,
    FACTS_SOAP = FACTS_KNOWN | FACT_ACTION,
    FACTS_OAUTH = FACTS_KNOWN | FACT_GRANT,
    FACTS_VERDICT = FACT_VERDICT | FACT_REASON,
    FACTS_KDC = FACT_USER | FACT_SERVICE | FACT_TRANSPORT,
};

/* What there is to change; a fault names what it needs. */
enum subject_kind {
    SUBJECT_ACCEPT = 1u << 0,    /* a connection before its first byte */
    SUBJECT_HELLO = 1u << 1,     /* a TLS handshake */
    SUBJECT_REPLY = 1u << 2,     /* a reply: status, headers, body, bytes */
    SUBJECT_CLOCK = 1u << 3,     /* the world's clock, from here on */
    SUBJECT_WORLD = 1u << 4,     /* what the world says, for this exchange */
    SUBJECT_CHALLENGE = 1u << 5, /* ... where an NTLM challenge is built */
    SUBJECT_TICKET = 1u << 6,    /* ... where a ticket is issued */
    SUBJECT_SOAP = 1u << 7,      /* a client that awaits SOAP: faults fit */
    SUBJECT_DISCOVER = 1u << 8,  /* a client that awaits Autodiscover */
    SUBJECT_KDC = 1u << 9,       /* a request to the KDC */
    SUBJECT_SPNEGO = 1u << 10,   /* a NegTokenInit: which mechanism */
    SUBJECT_AP = 1u << 11,       /* an AP-REQ: what is answered */
    SUBJECT_ACCOUNT = 1u << 12,  /* wherever FACT_USER is: the account */

    SUBJECTS_HTTP = SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_WORLD,
    SUBJECTS_SOAP = SUBJECTS_HTTP | SUBJECT_SOAP,
    SUBJECTS_DISCOVER = SUBJECTS_HTTP | SUBJECT_DISCOVER,
};

/*
 * Constant, the name that users see, what happens there, facts, subjects, and
 * the document that describes it.
 */
#define SCENARIO_POINTS(X)                                                     \
    X(TCP_ACCEPT, "tcp.accept", "a TCP connection was accepted", FACTS_NONE,   \
      SUBJECT_ACCEPT, "RFC 9293 3.5")                                          \
    X(TLS_HELLO, "tls.handshake", "a ClientHello is here", FACTS_TLS,          \
      SUBJECT_HELLO, "RFC 8446 4.1.2")                                         \
    X(HTTP_REQUEST, "http.request", "a request is read and routed",            \
      FACTS_HTTP, SUBJECTS_HTTP, "RFC 9112 3")                                 \
    X(HTTP_RESPONSE, "http.response", "a reply is planned, whatever it is",    \
      FACTS_SOAP | FACT_LEG | FACT_TICKET | FACT_GRANT | FACTS_VERDICT |       \
          FACT_STATUS,                                                         \
      SUBJECT_REPLY | SUBJECT_CLOCK, "RFC 9112 4")                             \
    X(DISCOVER_ROOT, "discover.root", "the Root resource is answered",         \
      FACTS_HTTP, SUBJECTS_DISCOVER, "[MS-OCDISCWS] 3.1.5.2")                  \
    X(DISCOVER_DOMAIN, "discover.domain", "the Domain resource is answered",   \
      FACTS_HTTP, SUBJECTS_DISCOVER, "[MS-OCDISCWS] 3.1.5")                    \
    X(DISCOVER_USER, "discover.user", "the User resource is answered",         \
      FACTS_KNOWN | FACT_TICKET, SUBJECTS_DISCOVER, "[MS-OCDISCWS] 3.1.5.3")   \
    X(DISCOVER_XFRAME, "discover.xframe", "the XFrame page is answered",       \
      FACTS_HTTP, SUBJECTS_HTTP, "protocol: discover 2.10")                    \
    X(MEX_GET, "mex.get", "the metadata document is answered",                 \
      FACTS_HTTP | FACT_ACTION, SUBJECTS_SOAP, "[MS-OCAUTHWS] 1.3.1.1")        \
    X(AUTH_OFFER, "auth.offer", "a 401 is about to offer its schemes",         \
      FACTS_LEG, SUBJECTS_HTTP, "RFC 9110 11.6.1")                             \
    X(NTLM_CHALLENGE, "ntlm.challenge",                                        \
      "an NTLM challenge is about to be "                                      \
      "built",                                                                 \
      FACTS_LEG, SUBJECTS_HTTP | SUBJECT_CHALLENGE, "[MS-NLMP] 3.2.5.1.1")     \
    X(NTLM_VERDICT, "ntlm.verdict", "a handshake is accepted or refused",      \
      FACTS_LEG | FACT_USER | FACTS_VERDICT, SUBJECTS_HTTP,                    \
      "[MS-NLMP] 3.2.5.1.2")                                                   \
    X(NEGOTIATE_INIT, "negotiate.init", "SPNEGO is about to pick a mechanism", \
      FACTS_LEG, SUBJECTS_HTTP | SUBJECT_SPNEGO, "RFC 4178 4.2")               \
    X(NEGOTIATE_ANSWER, "negotiate.answer",                                    \
      "a Kerberos AP-REQ was judged and is about to be answered",              \
      FACTS_LEG | FACT_USER | FACTS_VERDICT, SUBJECTS_HTTP | SUBJECT_AP,       \
      "RFC 4121 4.1")                                                          \
    X(NEGOTIATE_VERDICT, "negotiate.verdict",                                  \
      "a sign-in by Kerberos is accepted or refused",                          \
      FACTS_LEG | FACT_USER | FACTS_VERDICT, SUBJECTS_HTTP, "RFC 4559 4.2")    \
    X(KDC_AS, "kdc.as", "a client asks the KDC for a ticket-granting ticket",  \
      FACTS_KDC, SUBJECT_KDC, "RFC 4120 3.1")                                  \
    X(KDC_TGS, "kdc.tgs", "a client asks the KDC for a service ticket",        \
      FACTS_KDC, SUBJECT_KDC, "RFC 4120 3.3")                                  \
    X(KDC_PROXY, "kdc.proxy", "a request comes to the KDC proxy over HTTPS",   \
      FACTS_HTTP, SUBJECTS_HTTP, "MS-KKDCP 3.2.5")                             \
    X(BASIC_VERDICT, "basic.verdict",                                          \
      "a name and password of HTTP Basic are accepted or refused",             \
      FACTS_KNOWN | FACTS_VERDICT, SUBJECTS_HTTP, "RFC 7617 2")                \
    X(PLAIN_ANSWER, "plain.answer",                                            \
      "an endpoint below /auth tells what it saw", FACTS_LEG | FACT_USER,      \
      SUBJECTS_HTTP, "docs/auth-endpoints.md")                                 \
    X(USERTOKEN_VERDICT, "usertoken.verdict",                                  \
      "a password in SOAP is accepted or refused", FACTS_SOAP | FACTS_VERDICT, \
      SUBJECTS_SOAP, "WSS UsernameToken Profile 1.0")                          \
    X(ANONYMOUS_VERDICT, "anonymous.verdict",                                  \
      "a meeting's guest is let in or refused", FACTS_SOAP | FACTS_VERDICT,    \
      SUBJECTS_SOAP, "protocol: webticket 4.5")                                \
    X(OAUTH_REQUEST, "oauth.request", "a form with an OAuth grant is decoded", \
      FACTS_HTTP | FACT_GRANT, SUBJECTS_HTTP, "protocol: discover 4")          \
    X(OAUTH_VERDICT, "oauth.verdict",                                          \
      "a password or conference key of a grant is accepted or refused",        \
      FACTS_OAUTH | FACTS_VERDICT, SUBJECTS_HTTP, "RFC 6749 4.3.2")            \
    X(OAUTH_ISSUE, "oauth.issue", "a token is about to be issued for a grant", \
      FACTS_OAUTH, SUBJECTS_HTTP | SUBJECT_TICKET, "protocol: discover 4")     \
    X(OAUTH_RESPONSE, "oauth.response", "the token's answer is built",         \
      FACTS_OAUTH, SUBJECT_REPLY | SUBJECT_CLOCK, "RFC 6749 5.1")              \
    X(WEBTICKET_REQUEST, "webticket.request", "a ticket request is decoded",   \
      FACTS_SOAP, SUBJECTS_SOAP, "[MS-OCAUTHWS] 3.2.4.1")                      \
    X(WEBTICKET_ISSUE, "webticket.issue", "a ticket is about to be issued",    \
      FACTS_SOAP, SUBJECTS_SOAP | SUBJECT_TICKET, "[MS-OCAUTHWS] 3.2.4.1")     \
    X(WEBTICKET_RESPONSE, "webticket.response",                                \
      "the ticket's answer is built", FACTS_SOAP,                              \
      SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_SOAP, "[MS-OCAUTHWS] 3.2.4.1")

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
/* Does Kerberos alone lead there? */
bool point_of_kerberos(enum point point);
/* The point of this name; POINT_COUNT: there is none. */
enum point point_named(const char *name);

#endif
