/*
 * What a world says of signing in: which ways it offers, how NTLM, Kerberos and
 * guests are judged; a part of world.h. tickets.h has what follows.
 */
#ifndef WORLD_SIGNIN_H
#define WORLD_SIGNIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/krb_keys.h"

enum { WORLD_SCHEMES_MAX = 4 };

struct offer {
    /* "Negotiate", "NTLM", in this order; none: Windows port withdrawn. */
    const char *windows[WORLD_SCHEMES_MAX];
    size_t windows_count;
    bool one_line; /* one comma-separated WWW-Authenticate */
    bool plain;    /* the endpoints below /auth, for any HTTP client */
    bool soap;
    bool anonymous;
    enum kerberos_offer {
        KERBEROS_NO,
        KERBEROS_YES,  /* no KDC on the machine: nothing is served */
        KERBEROS_AUTO, /* ... : it is served without */
    } kerberos;        /* Negotiate may be answered with Kerberos */
};

enum channel_binding {
    CHANNEL_BINDING_NONE,  /* not looked at */
    CHANNEL_BINDING_ALLOW, /* checked where the client sends one */
    CHANNEL_BINDING_REQUIRE,
};

/* Each field of the NTLM challenge can be set (MS-NLMP 2.2.1.2). */
struct ntlm_settings {
    bool v1;     /* accept NTLMv1 responses */
    bool v1_ess; /* accept NTLMv1 with extended session security */
    bool require_mic;
    enum channel_binding channel_binding;
    bool check_spn;               /* MsvAvTargetName must name this host */
    bool timestamp;               /* send MsvAvTimestamp */
    int64_t timestamp_skew;       /* ns */
    uint32_t flags_set;           /* forced on in the challenge */
    uint32_t flags_clear;         /* forced off */
    bool flags_masked;            /* offer only what type 1 asked for */
    const char *target_name;      /* NULL: the NetBIOS domain */
    const char *server_challenge; /* 16 hexadecimal digits; NULL: random */
    /* TargetInfo (MS-NLMP 2.2.2.1). NULL: the world's name; "omit": no such
     * pair; "": one without a text. */
    const char *netbios_domain;
    const char *netbios_computer;
    const char *dns_domain;
    const char *dns_computer;
    const char *dns_tree;
};

/* How Kerberos tickets are judged (RFC 4120 section 3.2.3). */
struct krb5_settings {
    unsigned etypes; /* enum krb_etype_bit: keys of the service */
    int64_t clock;   /* ns; the service's clock, from the real time */
    bool replay_cache;
    bool per_request; /* the connection is not authenticated by it */
    bool check_spn;   /* the ticket must be for the host that was asked */
    bool wrong_key;   /* the service has another key than the KDC believes */
    enum channel_binding channel_binding;
    /* Host names whose SPN nobody has registered, with commas; "*": none is;
     * NULL: all are. */
    const char *unregistered;
};

struct kdc_settings {
    unsigned etypes;   /* enum krb_etype_bit: permitted at all */
    int64_t lifetime;  /* ns; of tickets */
    int64_t renewable; /* ns; 0: not renewable */
    bool preauth;      /* users prove their password first */
    bool absent;       /* nothing listens at the KDC's port */
    bool udp;          /* answered over UDP as well */
};

/* Where a guest's request names its meeting; protocol: webticket 4.5. */
enum anonymous_uri {
    ANONYMOUS_URI_ANYWHERE,  /* in the text of some element */
    ANONYMOUS_URI_CLAIMS,    /* in Claims of the RST */
    ANONYMOUS_URI_USERTOKEN, /* as Username */
};

enum anonymous_key {
    ANONYMOUS_KEY_CHECK, /* where the request has one */
    ANONYMOUS_KEY_REQUIRE,
    ANONYMOUS_KEY_IGNORE,
};

/* TokenType of the answer to a guest. */
enum anonymous_type {
    ANONYMOUS_TYPE_ASKED, /* as in the request; without one, user-cwt-1 */
    ANONYMOUS_TYPE_USER,  /* ...:user-cwt-1 */
    ANONYMOUS_TYPE_ANON,  /* ...:anon-cwt-1 */
};

#endif
