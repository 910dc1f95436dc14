/* Points of the KDC; see point.h. */
#ifndef SCENARIO_POINTS_KDC_H
#define SCENARIO_POINTS_KDC_H

#define POINTS_KDC(X)                                                          \
    X(KDC_AS, "kdc.as", "a client asks the KDC for a ticket-granting ticket",  \
      FACTS_KDC, SUBJECT_KDC, "RFC 4120 3.1")                                  \
    X(KDC_TGS, "kdc.tgs", "a client asks the KDC for a service ticket",        \
      FACTS_KDC, SUBJECT_KDC, "RFC 4120 3.3")                                  \
    X(KDC_PROXY, "kdc.proxy", "a request comes to the KDC proxy over HTTPS",   \
      FACTS_HTTP, SUBJECTS_HTTP, "MS-KKDCP 3.2.5")

#endif
