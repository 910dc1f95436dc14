/*
 * What a scenario says to do at a point. The good answer is always planned
 * first; a step found here changes or replaces it. Without a scenario there
 * are no steps, and every exchange is good.
 */
#ifndef SCENARIO_SCENARIO_H
#define SCENARIO_SCENARIO_H

#include "wire/facts.h"

struct scenario;

/*
 * Every place where behaviour can be changed, by layer: constant, the name
 * that users see, and what happens there.
 */
#define SCENARIO_POINTS(X)                                                     \
    X(TCP_ACCEPT, "tcp.accept", "a TCP connection was accepted")               \
    X(TLS_HELLO, "tls.handshake", "a ClientHello is here")                     \
    X(HTTP_REQUEST, "http.request", "a request is read and routed")            \
    X(HTTP_RESPONSE, "http.response", "a reply is planned, whatever it is")    \
    X(DISCOVER_ROOT, "discover.root", "the Root resource is answered")         \
    X(DISCOVER_DOMAIN, "discover.domain", "the Domain resource is answered")   \
    X(DISCOVER_USER, "discover.user", "the User resource is answered")         \
    X(DISCOVER_XFRAME, "discover.xframe", "the XFrame page is answered")       \
    X(MEX_GET, "mex.get", "the metadata document is answered")                 \
    X(AUTH_OFFER, "auth.offer", "a 401 offers authentication schemes")         \
    X(NTLM_CHALLENGE, "ntlm.challenge",                                        \
      "a handshake is answered with a token")                                  \
    X(NTLM_VERDICT, "ntlm.verdict", "a handshake is accepted or refused")      \
    X(WEBTICKET_REQUEST, "webticket.request", "a ticket request is decoded")   \
    X(WEBTICKET_ISSUE, "webticket.issue", "a ticket is about to be issued")    \
    X(WEBTICKET_RESPONSE, "webticket.response", "the ticket's answer is built")

enum point {
#define POINT_ENUM(id, name, title) POINT_##id,
    SCENARIO_POINTS(POINT_ENUM)
#undef POINT_ENUM
        POINT_COUNT
};

/* A step that applies; the fields grow with the scenario language. */
struct step {
    const char *where; /* "FILE:LINE", for the journal */
};

/* The name users see, and what happens there. */
const char *point_name(enum point point);
const char *point_title(enum point point);

/* The step that applies at this point given these facts, or NULL. */
const struct step *scenario_at(struct scenario *scenario, enum point point,
                               const struct facts *facts);

#endif
