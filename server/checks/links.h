/*
 * URLs in answers that were really sent: links of a discovery document in any
 * of its forms, addresses of metadata. A scan, not a parser: it must find what
 * a client can find, also where a fault has changed the document.
 */
#ifndef CHECKS_LINKS_H
#define CHECKS_LINKS_H

#include "util/arena.h"
#include "util/span.h"

enum link_kind {
    LINK_OTHER,
    LINK_USER,     /* User, OAuth, Self */
    LINK_REDIRECT, /* also the Location of a 3xx */
    LINK_SERVICE,  /* X-MS-WebTicketURL, or the issuer in metadata */
    LINK_PORT,     /* soap:address */
    LINK_TOKEN,    /* of MsRtcOAuth */
};

struct link {
    enum link_kind kind;
    const char *url; /* as a client understands it; may be relative */
};

enum { LINKS_MAX = 32, LINK_SIZE_MAX = 1024 };

/* Of a discovery document; how many there are. */
size_t links_of_discovery(struct arena *arena, struct span body,
                          struct link *out_links);
/* Of metadata. */
size_t links_of_metadata(struct arena *arena, struct span body,
                         struct link *out_links);
/* The value of AccessLocation; NULL: there is none. */
const char *links_location(struct arena *arena, struct span body);

#endif
