/* Points of web tickets themselves; see point.h. */
#ifndef SCENARIO_POINTS_TICKET_H
#define SCENARIO_POINTS_TICKET_H

#define POINTS_TICKET(X)                                                       \
    X(TICKET_KEY, "ticket.key",                                                \
      "the proof key of a ticket is about to be made", FACTS_SOAP,             \
      SUBJECTS_SOAP, "WS-Trust 1.3 4.4.4")                                     \
    X(TICKET_SIGN, "ticket.sign",                                              \
      "a ticket is about to be written and signed", FACTS_SOAP | FACT_GRANT,   \
      SUBJECTS_SOAP | SUBJECT_TICKET, "protocol: webticket 5.3")               \
    X(TICKET_PRESENT, "ticket.present",                                        \
      "a client presents a ticket, which is about to be opened", FACTS_HTTP,   \
      SUBJECTS_DISCOVER, "protocol: discover 3.6")                             \
    X(TICKET_AUDIENCE, "ticket.audience",                                      \
      "a ticket's audience is about to be compared with what it opens",        \
      FACTS_HTTP, SUBJECTS_DISCOVER, "[MS-OCAUTHWS] 1.3.1")                    \
    X(TICKET_VERDICT, "ticket.verdict",                                        \
      "a ticket that was presented is accepted or refused",                    \
      FACTS_KNOWN | FACT_TICKET | FACTS_VERDICT,                               \
      SUBJECTS_DISCOVER | SUBJECT_VERDICT, "protocol: discover 2.12")          \
    X(TICKET_CHALLENGE, "ticket.challenge",                                    \
      "a 401 is about to say where tickets are to be had",                     \
      FACTS_KNOWN | FACT_TICKET, SUBJECTS_DISCOVER, "protocol: discover 3.1")

#endif
