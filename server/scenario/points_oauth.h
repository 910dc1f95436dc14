/* Points of OAuth grants; see point.h. */
#ifndef SCENARIO_POINTS_OAUTH_H
#define SCENARIO_POINTS_OAUTH_H

#define POINTS_OAUTH(X)                                                        \
    X(OAUTH_CHALLENGE, "oauth.challenge",                                      \
      "a 401 is about to name the OAuth token endpoint and its grants",        \
      FACTS_KNOWN | FACT_TICKET, SUBJECTS_DISCOVER, "protocol: discover 3.2")  \
    X(OAUTH_REQUEST, "oauth.request", "a form with an OAuth grant is decoded", \
      FACTS_HTTP | FACT_GRANT, SUBJECTS_HTTP | SUBJECTS_OAUTH,                 \
      "protocol: discover 4")                                                  \
    X(OAUTH_WINDOWS, "oauth.windows",                                          \
      "a grant is about to be proven by HTTP authentication",                  \
      FACTS_HTTP | FACT_GRANT, SUBJECTS_HTTP | SUBJECTS_OAUTH,                 \
      "protocol: discover 4")                                                  \
    X(OAUTH_PASSIVE, "oauth.passive",                                          \
      "a passive grant is about to be led to its page",                        \
      FACTS_HTTP | FACT_GRANT, SUBJECTS_HTTP | SUBJECTS_OAUTH,                 \
      "protocol: discover 4")                                                  \
    X(OAUTH_RENEW, "oauth.renew",                                              \
      "a guest shows an old token to be the same guest again",                 \
      FACTS_HTTP | FACT_AUTH | FACT_GRANT, SUBJECTS_HTTP | SUBJECTS_OAUTH,     \
      "protocol: discover 4")                                                  \
    X(OAUTH_VERDICT, "oauth.verdict",                                          \
      "a password or conference key of a grant is accepted or refused",        \
      FACTS_OAUTH | FACTS_VERDICT,                                             \
      SUBJECTS_HTTP | SUBJECT_VERDICT | SUBJECTS_OAUTH, "RFC 6749 4.3.2")      \
    X(OAUTH_ISSUE, "oauth.issue", "a token is about to be issued for a grant", \
      FACTS_OAUTH, SUBJECTS_HTTP | SUBJECT_TICKET | SUBJECTS_OAUTH,            \
      "protocol: discover 4")                                                  \
    X(OAUTH_RESPONSE, "oauth.response", "the token's answer is built",         \
      FACTS_OAUTH, SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECTS_OAUTH,             \
      "RFC 6749 5.1")                                                          \
    X(OAUTH_ERROR, "oauth.error", "a grant is refused with an error",          \
      FACTS_OAUTH, SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECTS_OAUTH,             \
      "RFC 6749 5.2")

#endif
