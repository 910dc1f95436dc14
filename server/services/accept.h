/* Which body a discovery answer takes (protocol: discover 2.4 and 2.6). */
#ifndef SERVICES_ACCEPT_H
#define SERVICES_ACCEPT_H

#include "wire/exchange.h"
#include "world/world.h"

/* Content-Type of the forms A and B. */
#define ACCEPT_TYPE_XML  "application/vnd.microsoft.rtc.autodiscover+xml; v=1"
#define ACCEPT_TYPE_JSON "application/vnd.microsoft.rtc.autodiscover+json; v=1"

enum body_form {
    BODY_XML,       /* A: AutodiscoverResponse */
    BODY_JSON,      /* B: the same as JSON */
    BODY_UCWA_JSON, /* C: _links */
    BODY_UCWA_XML,  /* D: resource and link */
};

struct body_choice {
    enum body_form form;
    const char *type; /* Content-Type */
};

/* All Accept headers of the request, judged as this world's product does. */
struct body_choice accept_choose(enum negotiation negotiation,
                                 const struct headers *headers);

/* "xml", "json", "ucwa-json", "ucwa-xml", for the journal. */
const char *body_form_name(enum body_form form);

#endif
