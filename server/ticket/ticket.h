/*
 * Web tickets: what the web ticket service issues and the other services
 * open. Two shapes (protocol: webticket 1.2): a signed SAML 1.1 assertion and
 * a compact web ticket (CWT). Both are verified by their signature and dates,
 * not by looking them up.
 */
#ifndef TICKET_TICKET_H
#define TICKET_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/err.h"
#include "util/span.h"
#include "world/world.h"

struct env;

/* Once per process, after xml_init; at its end, before xml_cleanup. */
MUST_CHECK bool ticket_init(struct err *err);
void ticket_shutdown(void);

/* Keys of a session: the signer's certificate and key, MAC and wrapping keys.
 */
struct ticket_keys;

/* The signer's key and certificate, PEM; borrowed for the call. One reference.
 */
MUST_CHECK bool ticket_keys_new(struct span signer_key,
                                struct span signer_certificate,
                                struct ticket_keys **out_keys, struct err *err);
struct ticket_keys *ticket_keys_ref(struct ticket_keys *keys);
void ticket_keys_free(struct ticket_keys *keys); /* gives one reference back */

struct ticket {
    const char *id; /* AssertionID, or the CWT's GUID; see ticket_id */
    enum ticket_format format;
    const char *user;   /* account key of the world; NULL for a guest */
    const char *sip;    /* "sip:alice@contoso.test"; see ticket_guest_sip */
    const uint8_t *sid; /* 28 bytes; CWT; NULL for a guest */
    /*
     * A meeting's guest instead of a user (CWT): the GUID of an anonymous
     * identity, which renewal keeps, and the conference URI it is good for.
     * Both NULL: a user's ticket.
     */
    const char *guest;
    const char *meeting;
    const char *issuer;   /* URL of the service that issues it */
    const char *pool;     /* FQDN of its pool: a CWT's MAC covers it */
    const char *audience; /* AppliesTo; NULL: any (CWT) */
    int64_t issued;       /* ns since 1970 */
    int64_t expires;
    struct span proof_key;   /* empty: a bearer ticket */
    struct ticket_lies lies; /* what is wrong with it, as it is issued */
    /* Set by ticket_open: one sentence that says what is wrong; NULL: valid. */
    const char *detail;
};

/*
 * A new id, as the format wants it. It comes from env_random: call it on the
 * loop's thread, where draws have an order.
 */
char *ticket_id(enum ticket_format format, struct env *env,
                struct arena *arena);

/* How SIP calls the guest of this GUID, "sip:<guid>@anonymous.invalid". */
char *ticket_guest_sip(struct arena *arena, const char *guest);

/*
 * Makes the text that goes into RequestedSecurityToken: for SAML the whole
 * saml:Assertion element, namespace-self-contained and byte for byte what the
 * client must give back; for CWT "cwt=...". sha1: rsa-sha1 where the signer
 * has an RSA key. May run in the crypto worker.
 */
MUST_CHECK bool ticket_issue(const struct ticket_keys *keys, bool sha1,
                             struct arena *arena, const struct ticket *ticket,
                             struct span *out_text, struct err *err);

enum ticket_flaw {
    TICKET_VALID,
    TICKET_GARBAGE,       /* no ticket at all: 28032 */
    TICKET_BAD_SIGNATURE, /* tampered with, or from another run: 28032 */
    TICKET_EXPIRED,       /* 28033 */
    TICKET_NOT_YET_VALID,
    TICKET_OTHER_POOL,     /* issued by another pool: 28032 */
    TICKET_WRONG_AUDIENCE, /* 28077; for the caller, who knows the request */
};

/*
 * Opens what a client presented: the value of X-MS-WebTicket or what follows
 * "Bearer ". Understood: opaque=<base64 of an assertion>, opaque=cwt=...,
 * cwt=..., each also percent-encoded (protocol: discover 3.6). A ticket is
 * good on the pool that issued it alone (webticket 5.6); pool NULL skips that
 * check of an assertion. out_ticket is filled as far as it could be read even
 * where the answer is not TICKET_VALID.
 */
enum ticket_flaw ticket_open(const struct ticket_keys *keys,
                             struct arena *arena, const char *presented,
                             int64_t now, const struct pool *pool,
                             struct ticket *out_ticket);

AUTO_DEFINE(ticket_keys, struct ticket_keys *, ticket_keys_free)

#endif
