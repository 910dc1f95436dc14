/* Points of Autodiscover; see point.h. */
#ifndef SCENARIO_POINTS_DISCOVER_H
#define SCENARIO_POINTS_DISCOVER_H

#define POINTS_DISCOVER(X)                                                     \
    X(DISCOVER_ROOT, "discover.root", "the Root resource is answered",         \
      FACTS_HTTP | FACT_FORM, SUBJECTS_DISCOVER, "[MS-OCDISCWS] 3.1.5.2")      \
    X(DISCOVER_DOMAIN, "discover.domain", "the Domain resource is answered",   \
      FACTS_HTTP | FACT_FORM, SUBJECTS_DISCOVER, "[MS-OCDISCWS] 3.1.5")        \
    X(DISCOVER_USER, "discover.user", "the User resource is answered",         \
      FACTS_KNOWN | FACTS_TICKET | FACT_FORM, SUBJECTS_DISCOVER,               \
      "[MS-OCDISCWS] 3.1.5.3")                                                 \
    X(DISCOVER_XFRAME, "discover.xframe", "the XFrame page is answered",       \
      FACTS_HTTP, SUBJECTS_HTTP, "protocol: discover 2.10")                    \
    X(DISCOVER_HTTP, "discover.http",                                          \
      "plain HTTP is about to be led to the Root on HTTPS",                    \
      FACTS_HTTP | FACT_FORM, SUBJECTS_DISCOVER, "protocol: discover 1.3")     \
    X(DISCOVER_LOOKUP, "discover.lookup",                                      \
      "the user that sipuri names is looked up",                               \
      FACTS_HTTP | FACT_USER | FACT_FORM, SUBJECTS_DISCOVER,                   \
      "protocol: discover 2.2")                                                \
    X(DISCOVER_REDIRECT, "discover.redirect",                                  \
      "somebody homed elsewhere is about to be sent there",                    \
      FACTS_KNOWN | FACTS_TICKET | FACT_FORM, SUBJECTS_DISCOVER,               \
      "protocol: discover 2.7")                                                \
    X(DISCOVER_HOME, "discover.home",                                          \
      "the home of a good ticket's user is looked up",                         \
      FACTS_KNOWN | FACTS_TICKET | FACT_FORM, SUBJECTS_DISCOVER,               \
      "[MS-OCDISCWS] 3.1.5.3")                                                 \
    X(DISCOVER_NOT_FOUND, "discover.not-found",                                \
      "User is about to answer 404: nobody knows the home",                    \
      FACTS_KNOWN | FACTS_TICKET, SUBJECTS_HTTP, "protocol: discover 2.11")    \
    X(DISCOVER_SERVERS, "discover.servers",                                    \
      "the SIP servers are about to be listed",                                \
      FACTS_KNOWN | FACTS_TICKET | FACT_FORM, SUBJECTS_DISCOVER,               \
      "protocol: discover 2.9")                                                \
    X(DISCOVER_LINKS, "discover.links", "the links are about to be listed",    \
      FACTS_KNOWN | FACTS_TICKET | FACT_FORM, SUBJECTS_DISCOVER,               \
      "protocol: discover 2.6")                                                \
    X(DISCOVER_FORM, "discover.form",                                          \
      "the form of a discovery answer is about to be chosen",                  \
      FACTS_KNOWN | FACTS_TICKET | FACT_FORM, SUBJECTS_DISCOVER,               \
      "protocol: discover 2.4")                                                \
    X(DISCOVER_RESPONSE, "discover.response",                                  \
      "a discovery answer is written: Root, Domain, User or Redirect",         \
      FACTS_KNOWN | FACTS_TICKET | FACT_FORM,                                  \
      SUBJECT_REPLY | SUBJECT_CLOCK | SUBJECT_DISCOVER, "[MS-OCDISCWS] 2.2.5")

#endif
