/* Points of requests and replies; see point.h. */
#ifndef SCENARIO_POINTS_HTTP_H
#define SCENARIO_POINTS_HTTP_H

#define POINTS_HTTP(X)                                                         \
    X(HTTP_HEAD, "http.head", "a request's head is read, its body is not yet", \
      FACTS_HTTP, SUBJECTS_HTTP, "RFC 9110 9.3.3")                             \
    X(HTTP_CONTINUE, "http.continue",                                          \
      "a client waits for 100 before it sends its body", FACTS_HTTP,           \
      SUBJECTS_HTTP, "RFC 9110 10.1.1")                                        \
    X(HTTP_CHUNKED, "http.chunked", "a request's body comes in chunks",        \
      FACTS_HTTP, SUBJECTS_HTTP, "RFC 9112 7.1")                               \
    X(HTTP_PROXIED, "http.proxied",                                            \
      "a request is written as to a proxy: a whole URL, or CONNECT",           \
      FACTS_HTTP, SUBJECTS_HTTP, "RFC 9112 3.2.2")                             \
    X(HTTP_UNKNOWN_HOST, "http.unknown-host", "Host is no name of this world", \
      FACTS_HTTP, SUBJECTS_HTTP, "RFC 9110 7.4")                               \
    X(HTTP_REQUEST, "http.request", "a request is read and routed",            \
      FACTS_HTTP, SUBJECTS_HTTP, "RFC 9112 3")                                 \
    X(HTTP_NOT_FOUND, "http.not-found",                                        \
      "nothing of this world serves the path", FACTS_HTTP, SUBJECTS_HTTP,      \
      "RFC 9110 15.5.5")                                                       \
    X(HTTP_WRONG_METHOD, "http.wrong-method",                                  \
      "what serves the path does not know the method", FACTS_HTTP,             \
      SUBJECTS_HTTP, "RFC 9110 15.5.6")                                        \
    X(HTTP_PLAIN, "http.plain-http",                                           \
      "what wants https is asked for over plain HTTP", FACTS_HTTP,             \
      SUBJECTS_HTTP, "protocol: discover 2.11")                                \
    X(HTTP_UNEMULATED, "http.unemulated",                                      \
      "a link was followed to what is not emulated", FACTS_HTTP,               \
      SUBJECTS_HTTP, "protocol: discover 2.1")                                 \
    X(HTTP_BAD_HOST, "http.bad-host", "a request has no Host, or several",     \
      FACTS_TLS, SUBJECT_REPLY, "RFC 9112 3.2")                                \
    X(HTTP_MALFORMED, "http.malformed", "what was sent is no HTTP request",    \
      FACTS_TLS, SUBJECT_REPLY, "RFC 9112 2.2")                                \
    X(HTTP_TOO_LONG, "http.too-long",                                          \
      "a request's head is longer than the limit", FACTS_TLS, SUBJECT_REPLY,   \
      "RFC 6585 5")                                                            \
    X(HTTP_TOO_LARGE, "http.too-large",                                        \
      "a request's body is larger than the limit", FACTS_TLS, SUBJECT_REPLY,   \
      "RFC 9110 15.5.14")                                                      \
    X(HTTP_RESPONSE, "http.response", "a reply is planned, whatever it is",    \
      FACTS_SOAP | FACT_FORM | FACT_LEG | FACTS_TICKET | FACT_GRANT |          \
          FACTS_VERDICT | FACT_STATUS,                                         \
      SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_DOCUMENT, "RFC 9112 4")

#endif
