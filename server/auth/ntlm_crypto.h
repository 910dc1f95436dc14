/*
 * The formulas of NTLM ([MS-NLMP] 3.3 and 3.4.5.1, and section 6), one
 * function each, under the document's names. They know no messages.
 */
#ifndef AUTH_NTLM_CRYPTO_H
#define AUTH_NTLM_CRYPTO_H

#include <stdint.h>

#include "util/span.h"

enum {
    NTLM_HASH_SIZE = 16, /* of MD4, MD5, HMAC-MD5: all keys have this size */
    NTLM_NONCE_SIZE = 8, /* of ServerChallenge and ClientChallenge */
    NTLM_V1_SIZE = 24,   /* of LM and NTLMv1 responses */
};

/* 3.3.1: of the password in UTF-16LE. */
void ntlm_ntowf_v1(struct span password_utf16,
                   uint8_t out_hash[NTLM_HASH_SIZE]);
/* 3.3.1: of the password in OEM characters; 14 of them count. */
void ntlm_lmowf_v1(struct span password_oem, uint8_t out_hash[NTLM_HASH_SIZE]);
/* 3.3.2: user in upper case; both in UTF-16LE. */
void ntlm_ntowf_v2(const uint8_t ntowf_v1[NTLM_HASH_SIZE],
                   struct span user_utf16, struct span domain_utf16,
                   uint8_t out_hash[NTLM_HASH_SIZE]);

/* Section 6, DESL: LM and NTLMv1 responses. */
void ntlm_desl(const uint8_t key[NTLM_HASH_SIZE],
               const uint8_t challenge[NTLM_NONCE_SIZE],
               uint8_t out_response[NTLM_V1_SIZE]);
/* 3.3.1: what replaces the challenge under extended session security. */
void ntlm_ess_challenge(const uint8_t server[NTLM_NONCE_SIZE],
                        const uint8_t client[NTLM_NONCE_SIZE],
                        uint8_t out_challenge[NTLM_NONCE_SIZE]);
/* 3.3.2: NTProofStr, over `temp`; over ClientChallenge, it is LMv2. */
void ntlm_v2_proof(const uint8_t ntowf_v2[NTLM_HASH_SIZE],
                   const uint8_t server_challenge[NTLM_NONCE_SIZE],
                   struct span temp, uint8_t out_proof[NTLM_HASH_SIZE]);

/* SessionBaseKey of 3.3.1 and of 3.3.2. */
void ntlm_v1_session_base_key(const uint8_t ntowf_v1[NTLM_HASH_SIZE],
                              uint8_t out_key[NTLM_HASH_SIZE]);
void ntlm_v2_session_base_key(const uint8_t ntowf_v2[NTLM_HASH_SIZE],
                              const uint8_t proof[NTLM_HASH_SIZE],
                              uint8_t out_key[NTLM_HASH_SIZE]);

/* 3.4.5.1, NTLMv1 without and with extended session security; NTLMv2 takes
 * the SessionBaseKey as it is. `flags`: LM_KEY and NON_NT_SESSION_KEY. */
void ntlm_kxkey_v1(const uint8_t session_base_key[NTLM_HASH_SIZE],
                   const uint8_t lmowf[NTLM_HASH_SIZE],
                   const uint8_t lm_response[NTLM_V1_SIZE], uint32_t flags,
                   uint8_t out_key[NTLM_HASH_SIZE]);
void ntlm_kxkey_v1_ess(const uint8_t session_base_key[NTLM_HASH_SIZE],
                       const uint8_t server_challenge[NTLM_NONCE_SIZE],
                       const uint8_t lm_response[NTLM_V1_SIZE],
                       uint8_t out_key[NTLM_HASH_SIZE]);
/* Section 6, RC4K: EncryptedRandomSessionKey from its plain text and back. */
void ntlm_rc4k(const uint8_t key[NTLM_HASH_SIZE],
               const uint8_t in[NTLM_HASH_SIZE], uint8_t out[NTLM_HASH_SIZE]);

/* 3.1.5.1.2: MIC over the three messages, with zeros where it stands itself
 * (at NTLMSSP_MIC_OFFSET, the message must reach that far). */
void ntlm_mic(const uint8_t exported_session_key[NTLM_HASH_SIZE],
              struct span negotiate, struct span challenge,
              struct span authenticate, uint8_t out_mic[NTLM_HASH_SIZE]);

#endif
