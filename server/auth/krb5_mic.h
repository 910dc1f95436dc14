/*
 * Message integrity codes of the Kerberos mechanism, once a handshake agreed
 * on keys: what GSS_GetMIC makes. SPNEGO's mechListMIC is such a one. AES: RFC
 * 4121 section 4.2.6.1; RC4: RFC 4757 section 7.2.
 */
#ifndef AUTH_KRB5_MIC_H
#define AUTH_KRB5_MIC_H

#include <stdbool.h>
#include <stdint.h>

#include <krb5/krb5.h>

#include "util/arena.h"
#include "util/span.h"
#include "wire/krb_keys.h"

enum krb5_side {
    KRB5_INITIATOR, /* the client */
    KRB5_ACCEPTOR,
};

struct krb5_session {
    struct krb_key initiator; /* its subkey, or the session key */
    struct krb_key acceptor; /* size 0: the AP-REP had none, or there is none */
    uint64_t sequence;       /* of the acceptor's next message */
};

/* The token of the side's next message, in the arena. */
struct span krb5_mic_make(krb5_context context,
                          const struct krb5_session *session,
                          enum krb5_side side, uint64_t sequence,
                          struct arena *arena, struct span message);
/*
 * Whether this is the side's token for the message. Its sequence number is not
 * looked at: a handshake has one message, and which number it bears tells
 * nothing more.
 */
bool krb5_mic_verify(krb5_context context, const struct krb5_session *session,
                     enum krb5_side side, struct span message,
                     struct span token);

#endif
