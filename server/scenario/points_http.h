/* Points of requests and replies; see point.h. */
#ifndef SCENARIO_POINTS_HTTP_H
#define SCENARIO_POINTS_HTTP_H

#define POINTS_HTTP(X)                                                         \
    X(HTTP_REQUEST, "http.request", "a request is read and routed",            \
      FACTS_HTTP, SUBJECTS_HTTP, "RFC 9112 3")                                 \
    X(HTTP_RESPONSE, "http.response", "a reply is planned, whatever it is",    \
      FACTS_SOAP | FACT_FORM | FACT_LEG | FACTS_TICKET | FACT_GRANT |          \
          FACTS_VERDICT | FACT_STATUS,                                         \
      SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_DOCUMENT, "RFC 9112 4")

#endif
