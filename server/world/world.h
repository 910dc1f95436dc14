/*
 * What is simulated: SIP domain, pools, users, location, what is offered. A
 * world is plain data. Once it is running it does not change; what changes
 * while it runs (counters of refused passwords) is in struct account_state.
 *
 * Facts that the protocol documents mark as guesses are settings here.
 */
#ifndef WORLD_WORLD_H
#define WORLD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/err.h"
#include "wire/profile.h"
#include "world/account.h"
#include "world/clock.h"
#include "world/documents.h"
#include "world/index.h"
#include "world/signin.h"
#include "world/tickets.h"

enum location {
    LOCATION_INTERNAL,
    LOCATION_EXTERNAL,
    LOCATION_BOTH, /* lyncdiscoverinternal and internal web: internal */
};

/* protocol: discover 9, "Two profiles". */
enum product {
    PRODUCT_LYNC2013,
    PRODUCT_SFB2015,
};

/* protocol: discover 2.4. */
enum negotiation {
    NEGOTIATION_RTM2013,
    NEGOTIATION_CU2013,
    NEGOTIATION_SFB2015,
};

enum {
    POOL_UNKNOWN = -1, /* home server unknown: User answers 404 */
    POOL_HOSTED = -2,  /* homed at the hosting provider */
    WORLD_POOLS_MAX = 8,
    WORLD_HEADER_LIMIT = 64 * 1024, /* request line and header block */
    WORLD_HEADER_LIMIT_MIN = 8 * 1024,
    WORLD_HEADER_LIMIT_MAX = 4 * 1024 * 1024,
    MEETING_URI_MAX = 255, /* a compact ticket has one byte for it */
};

/* ProtocolVersion on the wire (RFC 5246 6.2.1); OpenSSL's numbers, too. */
enum {
    WORLD_TLS_1_0 = 0x0301,
    WORLD_TLS_1_3 = 0x0304,
};

/* What the proxy asks of its clients. */
enum proxy_auth {
    PROXY_AUTH_NONE,
    PROXY_AUTH_BASIC,
};

enum header_status {
    HEADER_STATUS_400, /* with the page of Windows' HTTP.sys */
    HEADER_STATUS_431, /* RFC 6585 section 5 */
};

enum meeting_state {
    MEETING_OPEN,
    MEETING_ENDED,
};

/* A conference that guests may join. */
struct meeting {
    const char *id;        /* "5LB7MRBC" */
    const char *organizer; /* account name */
    const char *key;       /* conference key: what a guest proves himself by */
    enum meeting_state state;
    /* "sip:alice@contoso.test;gruu;opaque=app:conf:focus:id:5LB7MRBC" */
    const char *uri;
};

struct pool {
    const char *fqdn;         /* "pool01.contoso.test" */
    const char *server_fqdn;  /* the machine: X-MS-Server-Fqdn */
    const char *web_internal; /* "lyncint.contoso.test" */
    const char *web_external; /* "lyncweb.contoso.test" */
    /* Set by name; what is not follows from the domain. */
    struct {
        bool fqdn;
        bool server_fqdn;
        bool web_internal;
        bool web_external;
    } given;
};

/* The Access Edge, the same for all pools. */
struct sip_edge {
    const char *fqdn; /* "sip.contoso.test" */
    int client_port;  /* of SipClientExternalAccess */
    int server_port;  /* of SipServerExternalAccess */
};

enum challenge_family { /* protocol: discover 3.1 to 3.3 */
                        CHALLENGE_WEBTICKET = 1u << 0,
                        CHALLENGE_OAUTH = 1u << 1,
};

/* Whether a port lets clients in, as words of settings. */
enum port_state {
    PORT_OPEN,
    PORT_REFUSED, /* the kernel answers with RST */
    PORT_DROPPED, /* and here not at all */
};

struct world {
    struct arena *arena; /* owns all texts */
    unsigned references;
    const char *domain;       /* SIP and DNS domain, "contoso.test" */
    const char *netbios;      /* "CONTOSO" */
    const char *realm;        /* "CONTOSO.TEST" */
    const char *also;         /* accounts may name this domain, too; or NULL */
    const char *moved_from;   /* the domain that its scenario has; or NULL */
    const char *const *names; /* all DNS names; ends with NULL */
    enum location location;
    enum product product;
    enum negotiation negotiation;
    int public_port; /* in URLs; 0: what Host carries */
    struct pool pools[WORLD_POOLS_MAX];
    size_t pool_count;
    struct sip_edge sip_edge;
    int sip_internal_port;     /* of SipClientInternalAccess */
    const char *hosted_domain; /* homed at a provider; NULL: none */
    const char *hosted_url;    /* the provider's Root */
    struct user *users;
    size_t user_count;
    size_t user_room;
    struct name_index keys;     /* of users, by name ... */
    struct name_index accounts; /* ... and once finished, by account name */
    struct name_index sips;
    struct meeting *meetings;
    size_t meeting_count;
    unsigned lockout_threshold; /* 0: none */
    int64_t lockout_duration;   /* ns; 0: until the server ends */
    struct offer offer;
    struct krb5_settings krb5;
    struct kdc_settings kdc;
    unsigned header_limit; /* bytes of a request's head */
    enum proxy_auth proxy_auth;
    enum header_status header_status; /* of the answer to a longer one */
    struct ntlm_settings ntlm;
    struct ticket_settings ticket;
    unsigned user_challenge;       /* families on /root/user */
    unsigned oauth_user_challenge; /* on /root/oauth/user */
    enum discover_form discover_form;
    bool discover_type_asked; /* Content-Type is that of what was asked for */
    struct mex_settings mex;
    bool strict_applies_to; /* AppliesTo outside the pool is a fault */
    struct {
        enum anonymous_uri uri_in;
        enum anonymous_key key;
        enum anonymous_type type;
    } anonymous;
    bool usertoken_tells; /* whether an account is disabled or expired */
    struct oauth_settings oauth;
    bool diagnostics_positional;        /* the grammar of X-Ms-diagnostics */
    bool oauth_entities;                /* "&amp;" in a form of OAuth is "&" */
    enum audience_check check_audience; /* else 28077 */
    struct world_clock clock;
    struct {
        enum port_state ports[2];    /* HTTP, HTTPS */
        enum port_state families[2]; /* IPv4, IPv6 */
        unsigned connections;        /* at once; 0: as many as there is room */
    } tcp;
    struct {
        int minimum; /* TLS1_VERSION ... TLS1_3_VERSION */
        int maximum;
        enum key_kind key;
        enum cert_profile profile;
        int64_t clock;      /* ns; moves the validity of certificates */
        const char *keylog; /* NULL: none */
    } tls;
    /* Set by name; what is not follows from domain and product. */
    struct {
        bool netbios;
        bool realm;
        bool negotiation;
        bool user_challenge;
        bool pool_count;
        bool sip_edge;
        bool tls_key;
    } given;
};

/* The good world of contoso.test; one reference. */
struct world *world_good(void);
struct world *world_ref(struct world *world);
void world_unref(struct world *world);

/*
 * The user of this account name; a new one (good, homed on the first pool,
 * with the good world's password) where there is none yet. Before world_finish
 * only; it moves the other users in memory.
 */
struct user *world_add_user(struct world *world, const char *name);

/* The same for a meeting (open, no organizer, with the good meeting's key). */
struct meeting *world_add_meeting(struct world *world, const char *id);

/*
 * Sets one setting by its user-visible name ("ntlm.v1", "yes"). Names, types
 * and explanations stand in one table (settings.c). The error names the
 * nearest valid word.
 */
MUST_CHECK bool world_set(struct world *world, const char *name,
                          const char *value, struct err *err);
/* After the last world_set: checks what depends on each other, derives names.
 */
MUST_CHECK bool world_finish(struct world *world, struct err *err);
/*
 * After world_finish: the same world under another domain, that of a session.
 * Names in the old domain are moved to the new one. It stays one forest with
 * the base: NetBIOS name and realm are the base's, unless the world was given
 * others, and accounts may be written with the base's domain as well.
 */
MUST_CHECK bool world_move(struct world *world, const char *domain,
                           const struct world *base, struct err *err);

/* A host that a step names, moved as those of the world were. */
const char *world_here(const struct world *world, struct arena *arena,
                       const char *name);

/* Sets what was not set by name as the product has it; world_finish does. */
void world_follow_product(struct world *world);

/* One row of the table, for `lyncmock list` and the manual. */
struct setting_info {
    const char *name;
    const char *type; /* "yes|no", "duration", "none|allow|require" ... */
    const char *doc;
};
/* NULL past the end. */
const struct setting_info *world_setting(size_t index);

/* Is this host a name of the world? */
bool world_has_name(const struct world *world, const char *host);
/* The same, or localhost, or a loopback address. */
bool world_has_host(const struct world *world, const char *host);
/* All DNS names of the world, lower case; NULL past the end. */
const char *world_name(const struct world *world, size_t index);

/* Has somebody registered the SPN of this host? See krb5.unregistered. */
bool world_registers(const struct world *world, const char *host);
/* Is this the SPN of a host of the world, or of this machine itself, that is
 * registered, in whatever letter case? "HTTP/lyncweb.contoso.test" */
bool world_has_spn(const struct world *world, const char *spn);

/* Which site serves this host: internal or external, never both. */
enum location world_site(const struct world *world, const char *host);
/* Which pool serves this host; lyncdiscover names belong to the first. */
const struct pool *world_pool_of(const struct world *world, const char *host);
const char *pool_web(const struct pool *pool, enum location site);

/*
 * Finds an account by domain and name as a client writes them: NetBIOS or DNS
 * domain, none, or a UPN in `name`. Letter case does not matter. NULL: no such
 * user; the caller answers as slowly as for a known one.
 */
const struct user *world_account(const struct world *world, const char *domain,
                                 const char *name);
/* By SIP address, with or without "sip:"; percent-encoded or not. */
const struct user *world_sip_user(const struct world *world, const char *sip);
/* By the world's key, also those whose state is USER_UNKNOWN. */
const struct user *world_user(const struct world *world, const char *name);
/* By binary SID, USER_SID_SIZE bytes. */
const struct user *world_sid_user(const struct world *world,
                                  const uint8_t *sid);

/*
 * The meeting whose URI stands in this text, open or ended; NULL: none. Letter
 * case and percent-encoding do not matter, nor what stands around it; who is
 * named as organizer must be that (protocol: webticket 4.5).
 */
const struct meeting *world_meeting(const struct world *world, const char *uri);

/* All accounts are again as the world says. */
void world_reset_accounts(const struct world *world);
/* "CONTOSO\alice" */
char *user_account(struct arena *arena, const struct world *world,
                   const struct user *user);

AUTO_DEFINE(world, struct world *, world_unref)

#endif
