/* The formulas of NTLM, see ntlm_crypto.h. */
#include "config.h"

#include "auth/ntlm_crypto.h"

#include <assert.h>
#include <string.h>

#include <nettle/arcfour.h>
#include <nettle/des.h>
#include <nettle/hmac.h>
#include <nettle/md4.h>
#include <nettle/md5.h>

#include "util/mem.h"
#include "wire/ntlmssp.h"

enum {
    DES_PART = 7, /* bytes of key material in one DES key */
    LM_PASSWORD = 2 * DES_PART,
};

static void md4(struct span data, uint8_t out[NTLM_HASH_SIZE])
{
    struct md4_ctx ctx;

    md4_init(&ctx);
    md4_update(&ctx, data.size, data.data);
    md4_digest(&ctx, NTLM_HASH_SIZE, out);
    mem_wipe(&ctx, sizeof(ctx));
}

/* HMAC-MD5 over some parts, in their order. */
static void hmac(const uint8_t key[NTLM_HASH_SIZE], const struct span *parts,
                 size_t count, uint8_t out[NTLM_HASH_SIZE])
{
    struct hmac_md5_ctx ctx;

    hmac_md5_set_key(&ctx, NTLM_HASH_SIZE, key);
    for (size_t i = 0; i < count; i++) {
        hmac_md5_update(&ctx, parts[i].size, parts[i].data);
    }
    hmac_md5_digest(&ctx, NTLM_HASH_SIZE, out);
    mem_wipe(&ctx, sizeof(ctx));
}

/* Section 6, DES(K, D): 56 bits of key, spread over eight bytes of which DES
 * ignores the lowest bit. */
static void des(const uint8_t part[DES_PART], const uint8_t in[DES_BLOCK_SIZE],
                uint8_t out[DES_BLOCK_SIZE])
{
    uint8_t key[DES_KEY_SIZE];
    struct des_ctx ctx;
    uint64_t bits = 0;

    for (size_t i = 0; i < DES_PART; i++) {
        bits = bits << 8 | part[i];
    }
    for (size_t i = 0; i < sizeof(key); i++) {
        key[i] = (uint8_t)((bits >> (49 - 7 * i) & 0x7f) << 1);
    }
    /* A weak key is reported, and set all the same: NTLM has no say in it. */
    (void)des_set_key(&ctx, key);
    des_encrypt(&ctx, DES_BLOCK_SIZE, out, in);
    mem_wipe(&ctx, sizeof(ctx));
    mem_wipe(key, sizeof(key));
    mem_wipe(&bits, sizeof(bits));
}

void ntlm_ntowf_v1(struct span password_utf16, uint8_t out_hash[NTLM_HASH_SIZE])
{
    md4(password_utf16, out_hash);
}

void ntlm_lmowf_v1(struct span password_oem, uint8_t out_hash[NTLM_HASH_SIZE])
{
    static const uint8_t text[] = {'K', 'G', 'S', '!', '@', '#', '$', '%'};
    uint8_t password[LM_PASSWORD] = {0};

    for (size_t i = 0; i < LM_PASSWORD && i < password_oem.size; i++) {
        uint8_t c = password_oem.data[i];

        password[i] = c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
    }
    des(password, text, out_hash);
    des(password + DES_PART, text, out_hash + DES_BLOCK_SIZE);
    mem_wipe(password, sizeof(password));
}

void ntlm_ntowf_v2(const uint8_t ntowf_v1[NTLM_HASH_SIZE],
                   struct span user_utf16, struct span domain_utf16,
                   uint8_t out_hash[NTLM_HASH_SIZE])
{
    const struct span parts[] = {user_utf16, domain_utf16};

    hmac(ntowf_v1, parts, ARRAY_SIZE(parts), out_hash);
}

void ntlm_desl(const uint8_t key[NTLM_HASH_SIZE],
               const uint8_t challenge[NTLM_NONCE_SIZE],
               uint8_t out_response[NTLM_V1_SIZE])
{
    uint8_t padded[3 * DES_PART] = {0};

    memcpy(padded, key, NTLM_HASH_SIZE);
    for (size_t i = 0; i < 3; i++) {
        des(padded + i * DES_PART, challenge,
            out_response + i * DES_BLOCK_SIZE);
    }
    mem_wipe(padded, sizeof(padded));
}

void ntlm_ess_challenge(const uint8_t server[NTLM_NONCE_SIZE],
                        const uint8_t client[NTLM_NONCE_SIZE],
                        uint8_t out_challenge[NTLM_NONCE_SIZE])
{
    struct md5_ctx ctx;

    md5_init(&ctx);
    md5_update(&ctx, NTLM_NONCE_SIZE, server);
    md5_update(&ctx, NTLM_NONCE_SIZE, client);
    md5_digest(&ctx, NTLM_NONCE_SIZE, out_challenge);
}

void ntlm_v2_proof(const uint8_t ntowf_v2[NTLM_HASH_SIZE],
                   const uint8_t server_challenge[NTLM_NONCE_SIZE],
                   struct span temp, uint8_t out_proof[NTLM_HASH_SIZE])
{
    const struct span parts[] = {span_of(server_challenge, NTLM_NONCE_SIZE),
                                 temp};

    hmac(ntowf_v2, parts, ARRAY_SIZE(parts), out_proof);
}

void ntlm_v1_session_base_key(const uint8_t ntowf_v1[NTLM_HASH_SIZE],
                              uint8_t out_key[NTLM_HASH_SIZE])
{
    md4(span_of(ntowf_v1, NTLM_HASH_SIZE), out_key);
}

void ntlm_v2_session_base_key(const uint8_t ntowf_v2[NTLM_HASH_SIZE],
                              const uint8_t proof[NTLM_HASH_SIZE],
                              uint8_t out_key[NTLM_HASH_SIZE])
{
    const struct span part = span_of(proof, NTLM_HASH_SIZE);

    hmac(ntowf_v2, &part, 1, out_key);
}

void ntlm_kxkey_v1(const uint8_t session_base_key[NTLM_HASH_SIZE],
                   const uint8_t lmowf[NTLM_HASH_SIZE],
                   const uint8_t lm_response[NTLM_V1_SIZE], uint32_t flags,
                   uint8_t out_key[NTLM_HASH_SIZE])
{
    uint8_t second[DES_PART] = {
        lmowf[DES_PART], 0xbd, 0xbd, 0xbd, 0xbd, 0xbd, 0xbd};

    if (flags & NTLMSSP_LM_KEY) {
        des(lmowf, lm_response, out_key);
        des(second, lm_response, out_key + DES_BLOCK_SIZE);
    } else if (flags & NTLMSSP_NON_NT_SESSION_KEY) {
        memcpy(out_key, lmowf, 8);
        memset(out_key + 8, 0, NTLM_HASH_SIZE - 8);
    } else {
        memcpy(out_key, session_base_key, NTLM_HASH_SIZE);
    }
    mem_wipe(second, sizeof(second));
}

void ntlm_kxkey_v1_ess(const uint8_t session_base_key[NTLM_HASH_SIZE],
                       const uint8_t server_challenge[NTLM_NONCE_SIZE],
                       const uint8_t lm_response[NTLM_V1_SIZE],
                       uint8_t out_key[NTLM_HASH_SIZE])
{
    const struct span parts[] = {span_of(server_challenge, NTLM_NONCE_SIZE),
                                 span_of(lm_response, NTLM_NONCE_SIZE)};

    hmac(session_base_key, parts, ARRAY_SIZE(parts), out_key);
}

void ntlm_rc4k(const uint8_t key[NTLM_HASH_SIZE],
               const uint8_t in[NTLM_HASH_SIZE], uint8_t out[NTLM_HASH_SIZE])
{
    struct arcfour_ctx ctx;

    arcfour_set_key(&ctx, NTLM_HASH_SIZE, key);
    arcfour_crypt(&ctx, NTLM_HASH_SIZE, out, in);
    mem_wipe(&ctx, sizeof(ctx));
}

void ntlm_mic(const uint8_t exported_session_key[NTLM_HASH_SIZE],
              struct span negotiate, struct span challenge,
              struct span authenticate, uint8_t out_mic[NTLM_HASH_SIZE])
{
    static const uint8_t zeros[NTLMSSP_MIC_SIZE];
    const size_t end = NTLMSSP_MIC_OFFSET + NTLMSSP_MIC_SIZE;
    const struct span parts[] = {
        negotiate,
        challenge,
        span_slice(authenticate, 0, NTLMSSP_MIC_OFFSET),
        span_of(zeros, sizeof(zeros)),
        span_slice(authenticate, end, authenticate.size),
    };

    assert(authenticate.size >= end);
    hmac(exported_session_key, parts, ARRAY_SIZE(parts), out_mic);
}
