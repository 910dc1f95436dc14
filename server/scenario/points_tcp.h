/* Points of connections; see point.h. */
#ifndef SCENARIO_POINTS_TCP_H
#define SCENARIO_POINTS_TCP_H

#define POINTS_TCP(X)                                                          \
    X(TCP_ACCEPT, "tcp.accept", "a TCP connection was accepted", FACTS_TCP,    \
      SUBJECT_CONNECTION, "RFC 9293 3.5")                                      \
    X(TCP_FIRST_BYTE, "tcp.first-byte",                                        \
      "the first byte from the client waits to be read", FACTS_TCP,            \
      SUBJECT_CONNECTION, "RFC 9293 3.10.4")                                   \
    X(TCP_IDLE, "tcp.idle",                                                    \
      "a reply was sent, and the connection is kept for the next request",     \
      FACTS_TLS, SUBJECT_CONNECTION, "RFC 9112 9.3")                           \
    X(TCP_REUSE, "tcp.reuse",                                                  \
      "the first byte of a further request came on a kept connection",         \
      FACTS_TLS, SUBJECT_CONNECTION, "RFC 9112 9.3.1")                         \
    X(TCP_CLIENT_FIN, "tcp.client-fin",                                        \
      "the client has closed its side between requests", FACTS_TLS,            \
      SUBJECT_CONNECTION, "RFC 9293 3.6")                                      \
    X(TCP_CLOSE, "tcp.close", "the server is about to close its side",         \
      FACTS_TLS, SUBJECT_CONNECTION, "RFC 9293 3.6, RFC 9112 9.6")

#endif
