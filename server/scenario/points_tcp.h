/* Points of connections; see point.h. */
#ifndef SCENARIO_POINTS_TCP_H
#define SCENARIO_POINTS_TCP_H

#define POINTS_TCP(X)                                                          \
    X(TCP_ACCEPT, "tcp.accept", "a TCP connection was accepted", FACTS_TCP,    \
      SUBJECT_ACCEPT, "RFC 9293 3.5")

#endif
