/* Points of HTTP authentication: offers, NTLM, Negotiate, Basic; see point.h.
 */
#ifndef SCENARIO_POINTS_AUTH_H
#define SCENARIO_POINTS_AUTH_H

#define POINTS_AUTH(X)                                                         \
    X(AUTH_CREDENTIALS, "auth.credentials",                                    \
      "a request brings credentials in its Authorization header", FACTS_HTTP,  \
      SUBJECTS_HTTP, "RFC 9110 11.6.2")                                        \
    X(AUTH_STANDING, "auth.standing",                                          \
      "a request comes on a connection that is authenticated", FACTS_KNOWN,    \
      SUBJECTS_HTTP | SUBJECT_VERDICT, "RFC 4559 6")                           \
    X(AUTH_OFFER, "auth.offer", "a 401 is about to offer its schemes",         \
      FACTS_LEG, SUBJECTS_HTTP | SUBJECT_OFFER, "RFC 9110 11.6.1")             \
    X(AUTH_NOT_OFFERED, "auth.not-offered",                                    \
      "credentials of a scheme that is not offered are refused", FACTS_HTTP,   \
      SUBJECTS_HTTP, "RFC 9110 11.6.2")                                        \
    X(NTLM_NEGOTIATE, "ntlm.negotiate",                                        \
      "an NTLM NEGOTIATE, the first leg, was read", FACTS_LEG,                 \
      SUBJECTS_HTTP | SUBJECT_NTLM_LEG, "[MS-NLMP] 2.2.1.1")                   \
    X(NTLM_RESTART, "ntlm.restart",                                            \
      "a NEGOTIATE comes where its handshake awaited AUTHENTICATE", FACTS_LEG, \
      SUBJECTS_HTTP, "[MS-NLMP] 3.2.5.1.1")                                    \
    X(NTLM_CHALLENGE, "ntlm.challenge",                                        \
      "an NTLM challenge is about to be built", FACTS_LEG,                     \
      SUBJECTS_HTTP | SUBJECT_CHALLENGE | SUBJECT_OFFER,                       \
      "[MS-NLMP] 3.2.5.1.1")                                                   \
    X(NTLM_AUTHENTICATE, "ntlm.authenticate",                                  \
      "an NTLM AUTHENTICATE, the last leg, was read and is about to be "       \
      "judged",                                                                \
      FACTS_LEG | FACTS_WHO, SUBJECTS_HTTP | SUBJECT_NTLM_LEG,                 \
      "[MS-NLMP] 2.2.1.3")                                                     \
    X(NTLM_OUT_OF_TURN, "ntlm.out-of-turn",                                    \
      "an AUTHENTICATE comes where no challenge was sent", FACTS_LEG,          \
      SUBJECTS_HTTP | SUBJECT_NTLM_LEG, "[MS-NLMP] 3.2.5.1.2")                 \
    X(NTLM_VERDICT, "ntlm.verdict", "a handshake is accepted or refused",      \
      FACTS_LEG | FACTS_WHO | FACTS_VERDICT,                                   \
      SUBJECTS_HTTP | SUBJECT_VERDICT | SUBJECT_OFFER, "[MS-NLMP] 3.2.5.1.2")  \
    X(NEGOTIATE_INIT, "negotiate.init", "SPNEGO is about to pick a mechanism", \
      FACTS_LEG, SUBJECTS_HTTP | SUBJECT_SPNEGO, "RFC 4178 4.2")               \
    X(NEGOTIATE_CONTINUE, "negotiate.continue",                                \
      "a NegTokenResp of the client was read", FACTS_LEG, SUBJECTS_HTTP,       \
      "RFC 4178 4.2.2")                                                        \
    X(NEGOTIATE_RAW, "negotiate.raw",                                          \
      "a token with no SPNEGO around it was read", FACTS_LEG, SUBJECTS_HTTP,   \
      "[MS-SPNG] 3.2.5.2")                                                     \
    X(NEGOTIATE_TICKET, "negotiate.ticket",                                    \
      "a Kerberos AP-REQ is about to be judged", FACTS_LEG, SUBJECTS_HTTP,     \
      "RFC 4120 3.2.3")                                                        \
    X(NEGOTIATE_ANSWER, "negotiate.answer",                                    \
      "a Kerberos AP-REQ was judged and is about to be answered",              \
      FACTS_LEG | FACTS_WHO | FACTS_VERDICT, SUBJECTS_HTTP | SUBJECT_AP,       \
      "RFC 4121 4.1")                                                          \
    X(NEGOTIATE_VERDICT, "negotiate.verdict",                                  \
      "a sign-in by Kerberos is accepted or refused",                          \
      FACTS_LEG | FACTS_WHO | FACTS_VERDICT,                                   \
      SUBJECTS_HTTP | SUBJECT_VERDICT | SUBJECT_OFFER, "RFC 4559 4.2")         \
    X(BASIC_CREDENTIALS, "basic.credentials",                                  \
      "a name and password of HTTP Basic are about to be judged",              \
      FACTS_HTTP | FACT_AUTH, SUBJECTS_HTTP, "RFC 7617 2")                     \
    X(BASIC_VERDICT, "basic.verdict",                                          \
      "a name and password of HTTP Basic are accepted or refused",             \
      FACTS_KNOWN | FACTS_VERDICT,                                             \
      SUBJECTS_HTTP | SUBJECT_VERDICT | SUBJECT_OFFER, "RFC 7617 2")           \
    X(PLAIN_ANSWER, "plain.answer",                                            \
      "an endpoint below /auth tells what it saw", FACTS_LEG | FACTS_WHO,      \
      SUBJECTS_HTTP, "docs/auth-endpoints.md")

#endif
