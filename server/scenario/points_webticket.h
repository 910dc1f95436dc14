/* Points of the web ticket service; see point.h. */
#ifndef SCENARIO_POINTS_WEBTICKET_H
#define SCENARIO_POINTS_WEBTICKET_H

#define POINTS_WEBTICKET(X)                                                    \
    X(WEBTICKET_WINDOWS, "webticket.windows",                                  \
      "a ticket request comes behind Windows authentication", FACTS_SOAP,      \
      SUBJECTS_SOAP, "[MS-OCAUTHWS] 3.2.4.1")                                  \
    X(WEBTICKET_PASSWORD, "webticket.password",                                \
      "a ticket request with a password in SOAP was read",                     \
      FACTS_BODY | FACT_AUTH, SUBJECTS_SOAP,                                   \
      "WSS UsernameToken Profile 1.0 3.1")                                     \
    X(WEBTICKET_GUEST, "webticket.guest",                                      \
      "a ticket request of a meeting's guest was read",                        \
      FACTS_BODY | FACT_AUTH, SUBJECTS_SOAP, "protocol: webticket 4.5")        \
    X(WEBTICKET_NOT_OFFERED, "webticket.not-offered",                          \
      "a port of the ticket service that the world does not offer is asked",   \
      FACTS_HTTP, SUBJECTS_SOAP, "protocol: webticket 2.4")                    \
    X(USERTOKEN_VERDICT, "usertoken.verdict",                                  \
      "a password in SOAP is accepted or refused", FACTS_SOAP | FACTS_VERDICT, \
      SUBJECTS_SOAP | SUBJECT_VERDICT, "WSS UsernameToken Profile 1.0")        \
    X(ANONYMOUS_VERDICT, "anonymous.verdict",                                  \
      "a meeting's guest is let in or refused", FACTS_SOAP | FACTS_VERDICT,    \
      SUBJECTS_SOAP | SUBJECT_VERDICT, "protocol: webticket 4.5")              \
    X(WEBTICKET_NO_SIP, "webticket.no-sip",                                    \
      "a user who is not enabled for Lync is refused", FACTS_SOAP,             \
      SUBJECTS_SOAP, "protocol: webticket 6.4")                                \
    X(WEBTICKET_REQUEST, "webticket.request", "a ticket request is decoded",   \
      FACTS_SOAP, SUBJECTS_SOAP, "[MS-OCAUTHWS] 3.2.4.1")                      \
    X(WEBTICKET_CLAIMS, "webticket.claims",                                    \
      "the SIP address that a request claims is about to be compared",         \
      FACTS_SOAP, SUBJECTS_SOAP, "protocol: webticket 6.4")                    \
    X(WEBTICKET_AUDIENCE, "webticket.audience",                                \
      "AppliesTo is about to be compared with the pool", FACTS_SOAP,           \
      SUBJECTS_SOAP, "WS-Trust 1.3 4.1")                                       \
    X(WEBTICKET_ISSUE, "webticket.issue", "a ticket is about to be issued",    \
      FACTS_SOAP, SUBJECTS_SOAP | SUBJECT_TICKET, "[MS-OCAUTHWS] 3.2.4.1")     \
    X(WEBTICKET_RESPONSE, "webticket.response",                                \
      "the ticket's answer is built", FACTS_SOAP,                              \
      SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_SOAP, "[MS-OCAUTHWS] 3.2.4.1")   \
    X(WEBTICKET_FAULT, "webticket.fault",                                      \
      "a ticket request is refused with a SOAP fault", FACTS_SOAP,             \
      SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_SOAP, "protocol: webticket 6.3")

#endif
