/*
 * The Kerberos acceptor in pieces: krb5.c is the method, krb5_acceptor.c holds
 * the keys, krb5_open.c opens an AP-REQ, krb5_verify.c judges it, krb5_why.c
 * says what is wrong with it, krb5_breach.c what the client did, krb5_reply.c
 * makes AP-REP and KRB-ERROR, krb5_mic.c signatures, krb5_replay.c remembers.
 */
#ifndef AUTH_KRB5_PARTS_H
#define AUTH_KRB5_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include <krb5/krb5.h>

#include "auth/auth.h"
#include "auth/handle.h"
#include "auth/krb5.h"
#include "auth/krb5_mic.h"
#include "auth/krb5_replay.h"
#include "wire/krb.h"
#include "wire/krb_error.h"

/* An account's keys, and what the library has derived from them so far. */
struct krb5_keyset {
    struct krb_keys keys;
    krb5_key ready[KRB_KEYS_MAX];
};

struct krb5_acceptor {
    krb5_context context;
    struct krb5_keyset own;   /* as the KDC has them */
    struct krb5_keyset other; /* of the same types, and they open nothing */
    struct krb5_replay *replay;
    bool tickets_change; /* see krb5_acceptor_doubt */
};

/* An AP-REQ as it came. */
struct krb5_offer {
    struct span oid; /* of the frame around it; empty: there is none */
    unsigned id;     /* of that: TOK_ID */
    struct span message;
    struct krb_ap_req ap;
    bool decoded; /* `ap` holds */
};

/* What is within, as far as it opens; krb5_opened_clear when done. */
struct krb5_opened {
    const struct krb5_keyset *keys; /* which opened it; NULL: none of ours */
    struct krb_ticket_part part;    /* where there are `keys` */
    krb5_key session;               /* NULL: the ticket's is no key */
    bool has_authenticator;         /* it opened with that */
    struct krb_authenticator authenticator;
    const char *broken; /* "ticket", "authenticator": the key fits, and what it
                         * opened is none; NULL: neither */
    struct krb_flaw flaw; /* of that */
};

/* What was found out about it. */
struct krb5_judged {
    struct krb5_offer offer;
    int64_t now;         /* of the service's clock, ns */
    const char *service; /* our SPN that it is for; NULL: none of ours */
    struct krb5_opened opened;
    struct krb_gss_checksum checksum;
    bool has_checksum;    /* of the form that RFC 4121 wants */
    bool broken_checksum; /* of its type, and not of its form */
    bool mutual;
    int64_t replayed_at; /* monotonic; when the same came before */
    uint8_t digest[KRB5_REPLAY_DIGEST_SIZE];
    int32_t error; /* of the KRB-ERROR; 0: what the reason implies */
};

struct krb5_handle {
    struct auth_handle base;
    struct krb5_acceptor *acceptor; /* of the last AP-REQ */
    bool has_session;
    struct krb5_session session;
};

/* ---- krb5_acceptor.c ---- */

/* See krb5_acceptor_doubt. */
static inline bool krb5_acceptor_doubts(const struct krb5_acceptor *acceptor)
{
    return __atomic_load_n(&acceptor->tickets_change, __ATOMIC_RELAXED);
}

/* The keys that this world's service has. */
const struct krb5_keyset *
krb5_acceptor_keys(const struct krb5_acceptor *acceptor,
                   const struct world *world);

/* ---- krb5_verify.c ---- */

/* Takes the frame off; false: why in `out`, which says invalid or refused. */
bool krb5_unwrap(const struct auth_context *ctx, struct span token,
                 struct krb5_judged *judged, struct auth_outcome *out);
/* Sets verdict, reason, user, report and notes. */
void krb5_judge(const struct auth_context *ctx, struct krb5_judged *judged,
                struct auth_outcome *out);

/* ---- krb5_open.c ---- */

/* Opens ticket and authenticator with whatever key of ours fits, even one that
 * the service should not have. */
void krb5_open(const struct auth_context *ctx, const struct krb5_offer *offer,
               struct krb5_opened *out_opened);
/* Whether the client says that it binds itself to each channel of TLS
 * ([MS-KILE] 3.2.5.8: KERB_AP_OPTIONS_CBT). */
bool krb5_expects_binding(const struct krb_authenticator *authenticator);
/* When the ticket begins (RFC 4120 section 5.3: absent, it is authtime; so it
 * is to MIT where it says 1970). */
int64_t krb5_starts(const struct krb_ticket_part *part);
/* Whether these bytes are a key of this type, which is none of 40 bits. */
bool krb5_is_key(krb5_context context, const krb5_keyblock *block);
void krb5_opened_clear(struct krb5_acceptor *acceptor,
                       struct krb5_opened *opened);
/* Fills the report from it, as far as it is open. */
void krb5_open_report(const struct auth_context *ctx,
                      const struct krb5_judged *judged,
                      struct auth_outcome *out);

/* ---- krb5_breach.c: each tells the rules that it finds broken ---- */

void krb5_breach_opened(const struct auth_context *ctx,
                        const struct krb5_judged *judged,
                        struct auth_outcome *out);
void krb5_breach_binding(const struct auth_context *ctx,
                         const struct krb5_judged *judged,
                         struct auth_outcome *out);

/* ---- krb5_why.c ---- */

/* What was refused: which ingredient is wrong, as `why`. */
void krb5_why(const struct auth_context *ctx, const struct krb5_judged *judged,
              struct auth_outcome *out);
/* What is known of it, accepted or not. */
void krb5_note(const struct auth_context *ctx, const struct krb5_judged *judged,
               struct auth_outcome *out);

/* ---- krb5_reply.c ---- */

/* Who we are, for a client that wants to know, and the session's keys. */
bool krb5_reply_accept(const struct auth_context *ctx,
                       const struct krb5_judged *judged,
                       struct krb5_session *out_session,
                       struct span *out_token);
/* The KRB-ERROR that fits the outcome's reason. */
struct span krb5_reply_error(const struct auth_context *ctx,
                             const struct krb5_judged *judged,
                             enum auth_reason reason);

#endif
