/*
 * A request's head as rules of HTTP ask about it, read in one pass: so that a
 * rule more costs a bit that is tested, and no walk through the headers.
 */
#ifndef CHECKS_HTTP_SEEN_H
#define CHECKS_HTTP_SEEN_H

#include <stdbool.h>

#include "util/span.h"

struct check;

enum field {
    FIELD_TE,
    FIELD_HOST,
    FIELD_ACCEPT,
    FIELD_COOKIE,
    FIELD_EXPECT,
    FIELD_REFERER,
    FIELD_UPGRADE,
    FIELD_CONNECTION,
    FIELD_USER_AGENT,
    FIELD_CONTENT_TYPE,
    FIELD_AUTHORIZATION,
    FIELD_IF_NONE_MATCH,
    FIELD_CONTENT_LENGTH,
    FIELD_WEB_TICKET, /* X-MS-WebTicket */
    FIELD_TRANSFER_ENCODING,
    FIELD_IF_MODIFIED_SINCE,
    FIELD_REQUEST_ID, /* client-request-id */
    FIELD_COUNT,      /* any other */
};

struct http_seen {
    unsigned present;      /* a bit for each enum field */
    unsigned repeated;     /* those that came more than once */
    const char *odd_name;  /* of a field with a byte out of place ... */
    const char *odd_value; /* ... in its value; NULL: there is none */
    struct span folded;    /* a line that goes on another (obs-fold) */
    struct span bare_cr;   /* a CR that ends no line, and what is behind */
    const char *values[FIELD_COUNT]; /* the first of each; NULL: none */
    const char *sipuri; /* of the query; read when a rule asks first */
    bool sipuri_read;
};

/* The exchange's, read at the first call. It is a request of HTTP. */
const struct http_seen *http_seen(struct check *check);

static inline bool http_has(const struct http_seen *seen, enum field field)
{
    return (seen->present & 1u << field) != 0;
}

/* Is this one of the items between commas? Letter case does not matter. */
bool http_lists(const char *list, const char *item);

#endif
