/*
 * What the server tells its KDC keeper, and what that answers: messages on a
 * SOCK_SEQPACKET pair, one message a packet. The first goes from the server
 * and holds the whole realm; later ones change one user or add one name of the
 * service. End-of-file from the
 * server means that it has ended, in whatever way: the keeper then ends the
 * KDC and removes what it made.
 *
 * Numbers are little-endian; texts are UTF-8 behind their length. Both sides
 * are of one build: a version that differs is an error and nothing else.
 */
#ifndef KEEPER_PROTOCOL_H
#define KEEPER_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/span.h"
#include "wire/krb_keys.h"

enum {
    KEEPER_VERSION = 2,
    /* The descriptor that the keeper finds its end of the pair at. */
    KEEPER_FD = 3,
    /* Of one message; a realm of some thousand users fits. The kernel sends no
     * packet that is greater than the socket's SO_SNDBUF. */
    KEEPER_MESSAGE_MAX = 4 * 1024 * 1024,
};

/* What the KDC says of a user: error codes of RFC 4120 section 7.5.9. */
enum keeper_state {
    KEEPER_GOOD,
    KEEPER_REVOKED,    /* disabled or locked: KDC_ERR_CLIENT_REVOKED, 18 */
    KEEPER_KEY_EXPIRED /* expired, or must change: KDC_ERR_KEY_EXPIRED, 23 */
};

/*
 * One user. Each name is an entry of its own with the same keys: the account
 * name, and what clients send as an enterprise name (RFC 6806 section 5),
 * "alice@contoso.test". The salt is always the realm and the first name.
 */
struct keeper_user {
    const char *const *names; /* account name first; ends with NULL */
    const char *password;     /* UTF-8 */
    unsigned etypes;          /* enum krb_etype_bit; none: all but RC4 */
    enum keeper_state state;
    const char *ccache; /* file to write a TGT to; NULL: none. In KEEPER_REALM
                         * alone: the server waits for it. */
};

struct keeper_realm {
    const char *realm;           /* "CONTOSO.TEST" */
    unsigned etypes;             /* that the KDC permits at all */
    int64_t ticket_lifetime;     /* s */
    int64_t renewable_lifetime;  /* s; 0: not renewable */
    bool preauth;                /* users must prove their password first */
    struct krb_keys krbtgt;      /* made by the server, which opens TGTs */
    struct krb_keys service;     /* one account for all SPNs */
    const char *const *services; /* "HTTP/lyncweb.contoso.test"; NULL ends */
    const struct keeper_user *users;
    size_t user_count;
    const char *krb5kdc; /* the program */
    /* A folder of the server's: the keeper removes it and the files therein,
     * too, when the server has gone without doing so. */
    const char *run_dir;
    const char *service_keytab; /* file to write; NULL: none */
    const char *user_keytab;    /* all users' keys; NULL: none */
};

enum keeper_message_kind {
    KEEPER_REALM,   /* server: begin */
    KEEPER_USER,    /* server: this user is like this from now on */
    KEEPER_SERVICE, /* server: the service has this SPN as well */
    KEEPER_READY,   /* keeper: the KDC answers at this port */
    KEEPER_DONE,    /* keeper: the KDC knows of user or service */
    KEEPER_ERROR,   /* keeper: what went wrong, and that it ends now */
};

struct keeper_message {
    enum keeper_message_kind kind;
    uint32_t serial; /* of the server's; KEEPER_DONE says the same */
    struct keeper_realm realm;
    struct keeper_user user;
    const char *service; /* of KEEPER_SERVICE: "HTTP/LYNCWEB.contoso.test" */
    uint16_t port;       /* of KEEPER_READY: TCP on 127.0.0.1 */
    const char *text;    /* of KEEPER_ERROR: one sentence */
};

/* The number of the server's next message; 0 is none. */
static inline uint32_t keeper_next_serial(uint32_t *last)
{
    ++*last;
    *last += *last == 0;
    return *last;
}

void keeper_encode(struct buf *out, const struct keeper_message *message);
/* Texts and keys are copied to the arena. False: no message of this version. */
MUST_CHECK bool keeper_decode(struct arena *arena, struct span packet,
                              struct keeper_message *out_message,
                              struct err *err);

#endif
