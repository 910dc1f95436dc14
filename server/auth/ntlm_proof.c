/*
 * Whether the client knew the password ([MS-NLMP] 3.3), see ntlm.h.
 *
 * NTOWFv2 mixes user and domain into the hash, so a server must read both the
 * way the client did. The document says "as sent"; Windows clients that were
 * given no domain hash an empty one while sending another, some hash it in
 * upper case, and curl hashes bytes where Unicode is meant. All these
 * readings are tried in turn, always all of them when none fits, so that a
 * wrong password and an unknown user cost the same.
 */
#include "config.h"

#include "auth/ntlm.h"

#include <string.h>

#include "util/mem.h"
#include "util/utf.h"

enum domain_reading {
    DOMAIN_AS_SENT,
    DOMAIN_EMPTY,
    DOMAIN_UPPER,
};

struct reading {
    const char *name;
    bool bytes; /* each byte one character, as curl does */
    enum domain_reading domain;
};

static const struct reading readings[] = {
    {"as sent", false, DOMAIN_AS_SENT},
    {"empty domain", false, DOMAIN_EMPTY},
    {"upper-case domain", false, DOMAIN_UPPER},
    {"bytes as characters", true, DOMAIN_AS_SENT},
    {"bytes as characters, empty domain", true, DOMAIN_EMPTY},
};

struct attempt {
    struct arena *arena;
    const struct ntlm_answer *answer;
    const struct ntlm_offer *offer;
    const char *password;
    uint8_t ntowf[NTLM_HASH_SIZE];
    uint8_t session_base_key[NTLM_HASH_SIZE];
};

enum ntlm_form ntlm_form_of(const struct ntlmssp_authenticate *message,
                            uint32_t flags)
{
    static const uint8_t zeros[NTLM_V1_SIZE - NTLM_NONCE_SIZE];
    struct span lm = message->lm_response.bytes;
    struct span nt = message->nt_response.bytes;
    struct span padding = span_slice(lm, NTLM_NONCE_SIZE, lm.size);

    if (nt.size == 0) {
        /* 3.2.5.1.2: an anonymous client sends nothing, or one zero. */
        return lm.size <= 1 ? NTLM_FORM_NONE : NTLM_FORM_LM;
    }
    if (nt.size < NTLM_V1_SIZE) {
        return NTLM_FORM_BROKEN;
    }
    if (nt.size > NTLM_V1_SIZE) {
        return NTLM_FORM_V2;
    }
    /* 3.3.1: ClientChallenge and 16 zeros. The flag alone says little: old
     * clients repeat the flags of the challenge. */
    return (flags & NTLMSSP_ESS) &&
                   span_equal(padding, span_of(zeros, sizeof(zeros)))
               ? NTLM_FORM_V1_ESS
               : NTLM_FORM_V1;
}

static void widen(struct buf *out, struct span bytes, bool upper)
{
    for (size_t i = 0; i < bytes.size; i++) {
        uint8_t c = bytes.data[i];

        if (upper && c >= 'a' && c <= 'z') {
            c = (uint8_t)(c - 'a' + 'A');
        }
        buf_add_u16le(out, c);
    }
}

bool ntlm_name_bytes(struct arena *arena, struct span name, bool unicode,
                     struct span *out_bytes)
{
    AUTO_BUF bytes = {0};
    struct reader rd = rd_init(name);

    if (!unicode) {
        *out_bytes = name;
        return true;
    }
    while (rd_left(&rd) > 1) {
        uint16_t unit = rd_u16le(&rd);

        if (unit > UINT8_MAX) {
            return false;
        }
        buf_add_u8(&bytes, (uint8_t)unit);
    }
    *out_bytes = arena_copy(arena, buf_span(&bytes));
    return true;
}

/* User (upper case) and domain in UTF-16LE, by this reading. */
static void read_names(const struct attempt *a, const struct reading *reading,
                       struct buf *user, struct buf *domain)
{
    const struct ntlm_answer *answer = a->answer;
    bool unicode = answer->flags & NTLMSSP_UNICODE;
    const char *text = answer->domain;
    struct span bytes = SPAN_NONE;

    if (reading->bytes) {
        ntlm_name_bytes(a->arena, answer->message.user.bytes, unicode, &bytes);
        widen(user, bytes, true);
    } else {
        utf16le_add(user, span_text(utf8_upper(a->arena, answer->user)));
    }
    if (reading->domain == DOMAIN_EMPTY) {
        return;
    }
    if (reading->bytes) {
        bytes = SPAN_NONE;
        ntlm_name_bytes(a->arena, answer->message.domain.bytes, unicode,
                        &bytes);
        widen(domain, bytes, false);
        return;
    }
    if (reading->domain == DOMAIN_UPPER) {
        text = utf8_upper(a->arena, text);
    }
    utf16le_add(domain, span_text(text));
}

static void hash_password(struct attempt *a, bool bytes)
{
    AUTO_BUF wide = {0};

    if (bytes) {
        widen(&wide, span_text(a->password), false);
    } else {
        utf16le_add(&wide, span_text(a->password));
    }
    ntlm_ntowf_v1(buf_span(&wide), a->ntowf);
    if (wide.size) {
        mem_wipe(wide.data, wide.size);
    }
}

/* 3.3.2 */
static bool fits_v2(struct attempt *a, const struct reading *reading)
{
    AUTO_BUF user = {0};
    AUTO_BUF domain = {0};
    const struct ntlmssp_v2_response *v2 = &a->answer->v2;
    uint8_t key[NTLM_HASH_SIZE];
    uint8_t proof[NTLM_HASH_SIZE];
    bool fits;

    read_names(a, reading, &user, &domain);
    ntlm_ntowf_v2(a->ntowf, buf_span(&user), buf_span(&domain), key);
    ntlm_v2_proof(key, a->offer->server_challenge, v2->temp, proof);
    ntlm_v2_session_base_key(key, proof, a->session_base_key);
    fits = mem_equal_secret(proof, v2->proof.data, sizeof(proof));
    mem_wipe(key, sizeof(key));
    mem_wipe(proof, sizeof(proof));
    return fits;
}

/* 3.3.1; user and domain play no part. */
static bool fits_v1(struct attempt *a)
{
    const struct ntlmssp_authenticate *message = &a->answer->message;
    uint8_t challenge[NTLM_NONCE_SIZE];
    uint8_t response[NTLM_V1_SIZE];
    bool fits;

    memcpy(challenge, a->offer->server_challenge, sizeof(challenge));
    if (a->answer->form == NTLM_FORM_V1_ESS) {
        ntlm_ess_challenge(a->offer->server_challenge,
                           message->lm_response.bytes.data, challenge);
    }
    ntlm_desl(a->ntowf, challenge, response);
    ntlm_v1_session_base_key(a->ntowf, a->session_base_key);
    fits = mem_equal_secret(response, message->nt_response.bytes.data,
                            sizeof(response));
    mem_wipe(response, sizeof(response));
    return fits;
}

/* 3.4.5.1 */
static void key_exchange_key(struct attempt *a, uint8_t out[NTLM_HASH_SIZE])
{
    const struct ntlm_answer *answer = a->answer;
    struct span lm = answer->message.lm_response.bytes;
    uint8_t lm_response[NTLM_V1_SIZE] = {0};
    uint8_t lmowf[NTLM_HASH_SIZE];

    if (answer->form == NTLM_FORM_V2) {
        memcpy(out, a->session_base_key, NTLM_HASH_SIZE);
        return;
    }
    if (lm.size == sizeof(lm_response)) {
        memcpy(lm_response, lm.data, sizeof(lm_response));
    }
    if (answer->form == NTLM_FORM_V1_ESS) {
        ntlm_kxkey_v1_ess(a->session_base_key, a->offer->server_challenge,
                          lm_response, out);
        return;
    }
    ntlm_lmowf_v1(span_text(a->password), lmowf);
    ntlm_kxkey_v1(a->session_base_key, lmowf, lm_response, answer->flags, out);
    mem_wipe(lmowf, sizeof(lmowf));
}

/*
 * 3.2.5.1.2: with key exchange the client chose the key and sent it under
 * ours. The flag without a key is an older reading of the document (no SIGN or
 * SEAL, no key); then ours is the key.
 */
static void export_key(struct attempt *a, struct ntlm_proof *proof)
{
    struct span sent = a->answer->message.session_key.bytes;
    uint8_t *key = proof->key_exchange_key;

    key_exchange_key(a, key);
    if ((a->answer->flags & NTLMSSP_KEY_EXCH) && sent.size == NTLM_HASH_SIZE) {
        ntlm_rc4k(key, sent.data, proof->exported_session_key);
    } else {
        memcpy(proof->exported_session_key, key, NTLM_HASH_SIZE);
    }
}

void ntlm_prove(struct arena *arena, const struct ntlm_answer *answer,
                const struct ntlm_offer *offer, const char *password,
                struct ntlm_proof *out_proof)
{
    struct attempt a = {
        .arena = arena,
        .answer = answer,
        .offer = offer,
        .password = password,
    };

    *out_proof = (struct ntlm_proof){0};
    for (size_t i = 0; i < ARRAY_SIZE(readings); i++) {
        const struct reading *reading = &readings[i];

        hash_password(&a, reading->bytes);
        if (answer->form == NTLM_FORM_V2 ? fits_v2(&a, reading) : fits_v1(&a)) {
            out_proof->proven = true;
            out_proof->hash_form = reading->name;
            export_key(&a, out_proof);
            break;
        }
    }
    mem_wipe(&a, sizeof(a));
}
