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
      FACTS_HTTP, SUBJECTS_HTTP, "protocol: discover 2.10")

#endif
