/* Points of the web ticket service; see point.h. */
#ifndef SCENARIO_POINTS_WEBTICKET_H
#define SCENARIO_POINTS_WEBTICKET_H

#define POINTS_WEBTICKET(X)                                                    \
    X(WEBTICKET_REQUEST, "webticket.request", "a ticket request is decoded",   \
      FACTS_SOAP, SUBJECTS_SOAP, "[MS-OCAUTHWS] 3.2.4.1")                      \
    X(WEBTICKET_ISSUE, "webticket.issue", "a ticket is about to be issued",    \
      FACTS_SOAP, SUBJECTS_SOAP | SUBJECT_TICKET, "[MS-OCAUTHWS] 3.2.4.1")     \
    X(WEBTICKET_RESPONSE, "webticket.response",                                \
      "the ticket's answer is built", FACTS_SOAP,                              \
      SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_SOAP, "[MS-OCAUTHWS] 3.2.4.1")   \
    X(USERTOKEN_VERDICT, "usertoken.verdict",                                  \
      "a password in SOAP is accepted or refused", FACTS_SOAP | FACTS_VERDICT, \
      SUBJECTS_SOAP, "WSS UsernameToken Profile 1.0")                          \
    X(ANONYMOUS_VERDICT, "anonymous.verdict",                                  \
      "a meeting's guest is let in or refused", FACTS_SOAP | FACTS_VERDICT,    \
      SUBJECTS_SOAP, "protocol: webticket 4.5")

#endif
