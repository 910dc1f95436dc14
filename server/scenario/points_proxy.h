/* Points of the proxy; see point.h. */
#ifndef SCENARIO_POINTS_PROXY_H
#define SCENARIO_POINTS_PROXY_H

#define POINTS_PROXY(X)                                                        \
    X(PROXY_ACCEPT, "proxy.accept",                                            \
      "a TCP connection to the proxy was accepted", FACTS_TCP,                 \
      SUBJECT_CONNECTION, "RFC 9293 3.5")                                      \
    X(PROXY_CONNECT, "proxy.connect", "a client asks the proxy for a tunnel",  \
      FACTS_HTTP, SUBJECTS_HTTP, "RFC 9110 9.3.6")                             \
    X(PROXY_REQUEST, "proxy.request",                                          \
      "a client asks the proxy for a whole URL", FACTS_HTTP, SUBJECTS_HTTP,    \
      "RFC 9112 3.2.2")                                                        \
    X(PROXY_VERDICT, "proxy.verdict",                                          \
      "the proxy has judged a name and a password",                            \
      FACTS_KNOWN | FACTS_VERDICT, SUBJECTS_HTTP | SUBJECT_VERDICT,            \
      "RFC 9110 11.7")                                                         \
    X(PROXY_TUNNEL, "proxy.tunnel", "a tunnel is open, nothing came through",  \
      FACTS_TLS, SUBJECT_CONNECTION, "RFC 9110 9.3.6")

#endif
