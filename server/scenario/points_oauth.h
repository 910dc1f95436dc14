/* Points of OAuth grants; see point.h. */
#ifndef SCENARIO_POINTS_OAUTH_H
#define SCENARIO_POINTS_OAUTH_H

#define POINTS_OAUTH(X)                                                        \
    X(OAUTH_REQUEST, "oauth.request", "a form with an OAuth grant is decoded", \
      FACTS_HTTP | FACT_GRANT, SUBJECTS_HTTP | SUBJECT_DOCUMENT,               \
      "protocol: discover 4")                                                  \
    X(OAUTH_VERDICT, "oauth.verdict",                                          \
      "a password or conference key of a grant is accepted or refused",        \
      FACTS_OAUTH | FACTS_VERDICT, SUBJECTS_HTTP | SUBJECT_DOCUMENT,           \
      "RFC 6749 4.3.2")                                                        \
    X(OAUTH_ISSUE, "oauth.issue", "a token is about to be issued for a grant", \
      FACTS_OAUTH, SUBJECTS_HTTP | SUBJECT_TICKET | SUBJECT_DOCUMENT,          \
      "protocol: discover 4")                                                  \
    X(OAUTH_RESPONSE, "oauth.response", "the token's answer is built",         \
      FACTS_OAUTH, SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_DOCUMENT,           \
      "RFC 6749 5.1")

#endif
