/* Points of TLS handshakes; see point.h. */
#ifndef SCENARIO_POINTS_TLS_H
#define SCENARIO_POINTS_TLS_H

#define POINTS_TLS(X)                                                          \
    X(TLS_HELLO, "tls.handshake", "a ClientHello is here", FACTS_TLS,          \
      SUBJECT_HELLO, "RFC 8446 4.1.2")

#endif
