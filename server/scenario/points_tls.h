/* Points of TLS handshakes; see point.h. */
#ifndef SCENARIO_POINTS_TLS_H
#define SCENARIO_POINTS_TLS_H

#define POINTS_TLS(X)                                                          \
    X(TLS_HELLO, "tls.handshake", "a ClientHello is here", FACTS_TLS,          \
      SUBJECT_CONNECTION | SUBJECT_HELLO | SUBJECT_CERTIFICATE,                \
      "RFC 8446 4.1.2")                                                        \
    X(TLS_RESUME, "tls.resume", "the ClientHello offers to resume a session",  \
      FACTS_TLS, SUBJECT_CONNECTION | SUBJECT_HELLO | SUBJECT_CERTIFICATE,     \
      "RFC 8446 2.2, RFC 5077")                                                \
    X(TLS_CERTIFICATE, "tls.certificate",                                      \
      "a certificate is about to be sent: no session is resumed", FACTS_TLS,   \
      SUBJECT_CONNECTION | SUBJECT_CERTIFICATE, "RFC 8446 4.4.2")              \
    X(TLS_ESTABLISHED, "tls.established", "the handshake is complete",         \
      FACTS_TLS, SUBJECT_CONNECTION, "RFC 8446 4.4.4")                         \
    X(TLS_CLOSE, "tls.close", "the server is about to send close_notify",      \
      FACTS_TLS, SUBJECT_CONNECTION, "RFC 8446 6.1")

#endif
