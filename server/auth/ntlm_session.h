/*
 * Session security of NTLM ([MS-NLMP] 3.4): signing and sealing once a
 * handshake has agreed on a key. SPNEGO's mechListMIC is such a signature.
 */
#ifndef AUTH_NTLM_SESSION_H
#define AUTH_NTLM_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <nettle/arcfour.h>

#include "auth/ntlm_crypto.h"
#include "util/span.h"

enum { NTLM_SIGNATURE_SIZE = 16 }; /* NTLMSSP_MESSAGE_SIGNATURE, 2.2.2.9 */

/* Who sends. */
enum ntlm_side {
    NTLM_CLIENT,
    NTLM_SERVER,
};

struct ntlm_direction {
    uint8_t sign_key[NTLM_HASH_SIZE];
    struct arcfour_ctx handle; /* of RC4, keyed with the sealing key */
    uint32_t sequence;
};

struct ntlm_session {
    uint32_t flags;
    /* Without extended session security, client's stands for both. */
    struct ntlm_direction directions[2];
};

/* 3.4.5.2, SIGNKEY, with extended session security. */
void ntlm_sign_key(const uint8_t exported_session_key[NTLM_HASH_SIZE],
                   enum ntlm_side side, uint8_t out_key[NTLM_HASH_SIZE]);
/* How strong the sealing key is that these flags agree on: 40, 56 or 128. */
unsigned ntlm_key_bits(uint32_t flags);
/* 3.4.5.3, SEALKEY; returns the key's size, 8 or 16. */
size_t ntlm_seal_key(const uint8_t exported_session_key[NTLM_HASH_SIZE],
                     uint32_t flags, enum ntlm_side side,
                     uint8_t out_key[NTLM_HASH_SIZE]);

void ntlm_session_init(struct ntlm_session *session,
                       const uint8_t exported_session_key[NTLM_HASH_SIZE],
                       uint32_t flags);
void ntlm_session_clear(struct ntlm_session *session);

/* 3.4.2, SIGN: the next message of this side. */
void ntlm_session_sign(struct ntlm_session *session, enum ntlm_side side,
                       struct span message,
                       uint8_t out_signature[NTLM_SIGNATURE_SIZE]);
/* 3.4.3, SEAL: out_sealed has the size of message. */
void ntlm_session_seal(struct ntlm_session *session, enum ntlm_side side,
                       struct span message, uint8_t *out_sealed,
                       uint8_t out_signature[NTLM_SIGNATURE_SIZE]);
/* Whether this signature is that of the next message of this side. */
bool ntlm_session_verify(struct ntlm_session *session, enum ntlm_side side,
                         struct span message, struct span signature);

#endif
