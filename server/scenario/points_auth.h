/* Points of HTTP authentication: offers, NTLM, Negotiate, Basic; see point.h.
 */
#ifndef SCENARIO_POINTS_AUTH_H
#define SCENARIO_POINTS_AUTH_H

#define POINTS_AUTH(X)                                                         \
    X(AUTH_OFFER, "auth.offer", "a 401 is about to offer its schemes",         \
      FACTS_LEG, SUBJECTS_HTTP, "RFC 9110 11.6.1")                             \
    X(NTLM_CHALLENGE, "ntlm.challenge",                                        \
      "an NTLM challenge is about to be built", FACTS_LEG,                     \
      SUBJECTS_HTTP | SUBJECT_CHALLENGE, "[MS-NLMP] 3.2.5.1.1")                \
    X(NTLM_VERDICT, "ntlm.verdict", "a handshake is accepted or refused",      \
      FACTS_LEG | FACTS_WHO | FACTS_VERDICT, SUBJECTS_HTTP,                    \
      "[MS-NLMP] 3.2.5.1.2")                                                   \
    X(NEGOTIATE_INIT, "negotiate.init", "SPNEGO is about to pick a mechanism", \
      FACTS_LEG, SUBJECTS_HTTP | SUBJECT_SPNEGO, "RFC 4178 4.2")               \
    X(NEGOTIATE_ANSWER, "negotiate.answer",                                    \
      "a Kerberos AP-REQ was judged and is about to be answered",              \
      FACTS_LEG | FACTS_WHO | FACTS_VERDICT, SUBJECTS_HTTP | SUBJECT_AP,       \
      "RFC 4121 4.1")                                                          \
    X(NEGOTIATE_VERDICT, "negotiate.verdict",                                  \
      "a sign-in by Kerberos is accepted or refused",                          \
      FACTS_LEG | FACTS_WHO | FACTS_VERDICT, SUBJECTS_HTTP, "RFC 4559 4.2")    \
    X(BASIC_VERDICT, "basic.verdict",                                          \
      "a name and password of HTTP Basic are accepted or refused",             \
      FACTS_KNOWN | FACTS_VERDICT, SUBJECTS_HTTP, "RFC 7617 2")                \
    X(PLAIN_ANSWER, "plain.answer",                                            \
      "an endpoint below /auth tells what it saw", FACTS_LEG | FACTS_WHO,      \
      SUBJECTS_HTTP, "docs/auth-endpoints.md")

#endif
