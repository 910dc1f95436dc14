/* What a world says of web tickets, and of how the User resource asks for them;
 * a part of world.h. */
#ifndef WORLD_TICKETS_H
#define WORLD_TICKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/plans.h"

/* What AppliesTo must have in common with the URL that gets the ticket. */
enum audience_check {
    AUDIENCE_ANY,
    AUDIENCE_POOL,    /* a host of the same pool */
    AUDIENCE_SERVICE, /* ... and the same IIS application */
    AUDIENCE_URL,     /* the very URL */
};

enum ticket_format {
    TICKET_SAML,
    TICKET_CWT,
};

enum key_kind {
    KEY_P256,
    KEY_RSA2048,
};

struct ticket_settings {
    enum ticket_format format; /* where the client does not say */
    int64_t lifetime;          /* ns */
    int64_t guest_lifetime;    /* ns; of those for guests */
    enum key_kind key;         /* of the signer */
    bool sha1;                 /* RSA only: rsa-sha1 instead of rsa-sha256 */
    const char *audience;      /* NULL: AppliesTo of the request */
    int64_t clock;             /* ns; moves issue and expiry */
    struct ticket_lies lies;
};

/* The challenge of the OAuth family (protocol: discover 3.2). Texts: NULL: as
 * it should be; "omit": not there. */
struct oauth_settings {
    const char *trusted_issuers;
    const char *client_id;
    const char *authorization_uri;
    enum oauth_href {
        OAUTH_HREF_QUOTED,
        OAUTH_HREF_UNQUOTED,
        OAUTH_HREF_EMPTY,
        OAUTH_HREF_OMIT,
    } href;
    enum oauth_grants {
        OAUTH_GRANTS_GOOD,
        OAUTH_GRANTS_DOUBLED,
        OAUTH_GRANTS_REVERSED,
        OAUTH_GRANTS_PASSIVE,
        OAUTH_GRANTS_OMIT,
    } grants;
    bool one_line;
};

#endif
