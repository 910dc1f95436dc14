/* Points of the KDC; see point.h. */
#ifndef SCENARIO_POINTS_KDC_H
#define SCENARIO_POINTS_KDC_H

#define POINTS_KDC(X)                                                          \
    X(KDC_AS, "kdc.as", "a client asks the KDC for a ticket-granting ticket",  \
      FACTS_KDC, SUBJECT_KDC, "RFC 4120 3.1")                                  \
    X(KDC_PREAUTH, "kdc.preauth",                                              \
      "such a request comes without proof of the password", FACTS_KDC,         \
      SUBJECT_KDC, "RFC 4120 5.2.7")                                           \
    X(KDC_TGS, "kdc.tgs", "a client asks the KDC for a service ticket",        \
      FACTS_KDC, SUBJECT_KDC, "RFC 4120 3.3")                                  \
    X(KDC_RENEW, "kdc.renew", "such a request wants a ticket renewed",         \
      FACTS_KDC, SUBJECT_KDC, "RFC 4120 2.3")                                  \
    X(KDC_AS_REPLY, "kdc.as-reply",                                            \
      "the KDC's good answer to kdc.as is here and about to be relayed",       \
      FACTS_KDC, SUBJECT_KDC, "RFC 4120 5.4.2")                                \
    X(KDC_TGS_REPLY, "kdc.tgs-reply",                                          \
      "the KDC's good answer to kdc.tgs is here and about to be relayed",      \
      FACTS_KDC, SUBJECT_KDC, "RFC 4120 5.4.2")                                \
    X(KDC_ERROR, "kdc.error",                                                  \
      "an error of the KDC's own is here and about to be relayed", FACTS_KDC,  \
      SUBJECT_KDC, "RFC 4120 5.9.1")                                           \
    X(KDC_PROXY, "kdc.proxy", "a request comes to the KDC proxy over HTTPS",   \
      FACTS_HTTP, SUBJECTS_HTTP, "MS-KKDCP 3.2.5")                             \
    X(KDC_PROXY_ANSWER, "kdc.proxy-answer",                                    \
      "the proxy has the KDC's answer and is about to wrap it", FACTS_HTTP,    \
      SUBJECT_REPLY | SUBJECT_CLOCK, "MS-KKDCP 3.2.5.2")

#endif
