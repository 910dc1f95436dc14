/* Session security of NTLM, see ntlm_session.h. */
#include "config.h"

#include "auth/ntlm_session.h"

#include <string.h>

#include <nettle/hmac.h>
#include <nettle/md5.h>

#include "util/mem.h"
#include "wire/ntlmssp.h"

enum {
    CHECKSUM_SIZE = 8,
    WEAK_KEY_SIZE = 8,
    SIGNATURE_VERSION = 1,
};

static void put_u32le(uint8_t out[4], uint32_t value)
{
    for (size_t i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

/* Section 6, CRC32 (of Ethernet, ISO 3309). */
static uint32_t crc32_of(struct span data)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < data.size; i++) {
        crc ^= data.data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
        }
    }
    return ~crc;
}

/* MD5 over a key and one of the "magic constants" with its NUL. */
static void derive(struct span key, const char *constant,
                   uint8_t out_key[NTLM_HASH_SIZE])
{
    struct md5_ctx ctx;

    md5_init(&ctx);
    md5_update(&ctx, key.size, key.data);
    md5_update(&ctx, strlen(constant) + 1, (const uint8_t *)constant);
    md5_digest(&ctx, NTLM_HASH_SIZE, out_key);
    mem_wipe(&ctx, sizeof(ctx));
}

void ntlm_sign_key(const uint8_t exported_session_key[NTLM_HASH_SIZE],
                   enum ntlm_side side, uint8_t out_key[NTLM_HASH_SIZE])
{
    static const char *const constants[] = {
        [NTLM_CLIENT] =
            "session key to client-to-server signing key magic constant",
        [NTLM_SERVER] =
            "session key to server-to-client signing key magic constant",
    };

    derive(span_of(exported_session_key, NTLM_HASH_SIZE), constants[side],
           out_key);
}

unsigned ntlm_key_bits(uint32_t flags)
{
    if (flags & NTLMSSP_ESS) {
        return flags & NTLMSSP_128 ? 128 : flags & NTLMSSP_56 ? 56 : 40;
    }
    if (!(flags & NTLMSSP_LM_KEY)) {
        return 128;
    }
    return flags & NTLMSSP_56 ? 56 : 40;
}

static void seal_key_ess(const uint8_t exported_session_key[NTLM_HASH_SIZE],
                         uint32_t flags, enum ntlm_side side,
                         uint8_t out_key[NTLM_HASH_SIZE])
{
    static const char *const constants[] = {
        [NTLM_CLIENT] =
            "session key to client-to-server sealing key magic constant",
        [NTLM_SERVER] =
            "session key to server-to-client sealing key magic constant",
    };
    size_t size = flags & NTLMSSP_128 ? 16 : flags & NTLMSSP_56 ? 7 : 5;

    derive(span_of(exported_session_key, size), constants[side], out_key);
}

size_t ntlm_seal_key(const uint8_t exported_session_key[NTLM_HASH_SIZE],
                     uint32_t flags, enum ntlm_side side,
                     uint8_t out_key[NTLM_HASH_SIZE])
{
    if (flags & NTLMSSP_ESS) {
        seal_key_ess(exported_session_key, flags, side, out_key);
        return NTLM_HASH_SIZE;
    }
    memcpy(out_key, exported_session_key, NTLM_HASH_SIZE);
    if (!(flags & NTLMSSP_LM_KEY)) {
        return NTLM_HASH_SIZE;
    }
    if (flags & NTLMSSP_56) {
        out_key[7] = 0xa0;
    } else {
        out_key[5] = 0xe5;
        out_key[6] = 0x38;
        out_key[7] = 0xb0;
    }
    return WEAK_KEY_SIZE;
}

void ntlm_session_init(struct ntlm_session *session,
                       const uint8_t exported_session_key[NTLM_HASH_SIZE],
                       uint32_t flags)
{
    *session = (struct ntlm_session){.flags = flags};
    for (int side = NTLM_CLIENT; side <= NTLM_SERVER; side++) {
        struct ntlm_direction *direction = &session->directions[side];
        uint8_t key[NTLM_HASH_SIZE];
        size_t size = ntlm_seal_key(exported_session_key, flags,
                                    (enum ntlm_side)side, key);

        ntlm_sign_key(exported_session_key, (enum ntlm_side)side,
                      direction->sign_key);
        arcfour_set_key(&direction->handle, size, key);
        mem_wipe(key, sizeof(key));
    }
}

void ntlm_session_clear(struct ntlm_session *session)
{
    mem_wipe(session, sizeof(*session));
}

/* 3.4.4.2: with extended session security. */
static void mac_ess(struct ntlm_direction *direction, uint32_t flags,
                    struct span message, uint8_t out[NTLM_SIGNATURE_SIZE])
{
    struct hmac_md5_ctx ctx;
    uint8_t sequence[4];

    put_u32le(sequence, direction->sequence);
    hmac_md5_set_key(&ctx, NTLM_HASH_SIZE, direction->sign_key);
    hmac_md5_update(&ctx, sizeof(sequence), sequence);
    hmac_md5_update(&ctx, message.size, message.data);
    put_u32le(out, SIGNATURE_VERSION);
    hmac_md5_digest(&ctx, CHECKSUM_SIZE, out + 4);
    if (flags & NTLMSSP_KEY_EXCH) {
        arcfour_crypt(&direction->handle, CHECKSUM_SIZE, out + 4, out + 4);
    }
    memcpy(out + 12, sequence, sizeof(sequence));
    direction->sequence++;
    mem_wipe(&ctx, sizeof(ctx));
}

/*
 * 3.4.4.1: without. The handle encrypts RandomPad (zero), checksum and zero
 * for the sequence number, which is then mixed in.
 */
static void mac_crc(struct ntlm_direction *direction, struct span message,
                    uint8_t out[NTLM_SIGNATURE_SIZE])
{
    uint8_t sequence[4];

    put_u32le(out, SIGNATURE_VERSION);
    memset(out + 4, 0, NTLM_SIGNATURE_SIZE - 4);
    put_u32le(out + 8, crc32_of(message));
    arcfour_crypt(&direction->handle, NTLM_SIGNATURE_SIZE - 4, out + 4,
                  out + 4);
    put_u32le(sequence, direction->sequence);
    for (size_t i = 0; i < sizeof(sequence); i++) {
        out[12 + i] ^= sequence[i];
    }
    direction->sequence++;
}

static struct ntlm_direction *direction_of(struct ntlm_session *session,
                                           enum ntlm_side side)
{
    return &session
                ->directions[session->flags & NTLMSSP_ESS ? side : NTLM_CLIENT];
}

void ntlm_session_sign(struct ntlm_session *session, enum ntlm_side side,
                       struct span message,
                       uint8_t out_signature[NTLM_SIGNATURE_SIZE])
{
    struct ntlm_direction *direction = direction_of(session, side);

    if (session->flags & NTLMSSP_ESS) {
        mac_ess(direction, session->flags, message, out_signature);
    } else {
        mac_crc(direction, message, out_signature);
    }
}

void ntlm_session_seal(struct ntlm_session *session, enum ntlm_side side,
                       struct span message, uint8_t *out_sealed,
                       uint8_t out_signature[NTLM_SIGNATURE_SIZE])
{
    struct ntlm_direction *direction = direction_of(session, side);

    arcfour_crypt(&direction->handle, message.size, out_sealed, message.data);
    ntlm_session_sign(session, side, message, out_signature);
}

bool ntlm_session_verify(struct ntlm_session *session, enum ntlm_side side,
                         struct span message, struct span signature)
{
    uint8_t right[NTLM_SIGNATURE_SIZE];
    /* Without extended session security RandomPad is anybody's: senders zero
     * it before or after encryption (3.4.4.1 has both). */
    bool ess = session->flags & NTLMSSP_ESS;
    size_t from = ess ? 4 : 8;
    bool same;

    ntlm_session_sign(session, side, message, right);
    same = signature.size == sizeof(right) &&
           mem_equal_secret(right, signature.data, 4) &&
           mem_equal_secret(right + from, signature.data + from,
                            sizeof(right) - from);
    mem_wipe(right, sizeof(right));
    return same;
}
