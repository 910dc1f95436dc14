/*
 * Over what a wrong MIC was made ([MS-NLMP] 3.1.5.1.2): HMAC-MD5 with the
 * ExportedSessionKey over the three messages, the MIC's own bytes zero. See
 * ntlm_why.h.
 */
#include "config.h"

#include "auth/ntlm_why.h"

#include <string.h>

#include <nettle/hmac.h>

#include "util/mem.h"

enum { MIC_END = NTLMSSP_MIC_OFFSET + NTLMSSP_MIC_SIZE };

struct key {
    uint8_t bytes[NTLM_HASH_SIZE];
    const char *says; /* NULL: the right one */
};

/* The three messages in a form that somebody may have hashed. */
struct shape {
    struct span parts[5];
    const char *says;
};

enum { KEYS_MAX = 6, SHAPES_MAX = 14 };

struct mic_hunt {
    struct arena *arena;
    const struct ntlm_handle *handle;
    const struct ntlm_answer *answer;
    struct key keys[KEYS_MAX];
    size_t key_count;
    struct shape shapes[SHAPES_MAX];
    size_t shape_count;
};

static void hash(const struct key *key, const struct shape *shape,
                 uint8_t out[NTLM_HASH_SIZE])
{
    struct hmac_md5_ctx ctx;

    hmac_md5_set_key(&ctx, NTLM_HASH_SIZE, key->bytes);
    for (size_t i = 0; i < ARRAY_SIZE(shape->parts); i++) {
        hmac_md5_update(&ctx, shape->parts[i].size, shape->parts[i].data);
    }
    hmac_md5_digest(&ctx, NTLM_HASH_SIZE, out);
    mem_wipe(&ctx, sizeof(ctx));
}

static void add_key(struct mic_hunt *h, const uint8_t bytes[NTLM_HASH_SIZE],
                    const char *says)
{
    struct key *key = &h->keys[h->key_count++];

    memcpy(key->bytes, bytes, NTLM_HASH_SIZE);
    key->says = says;
}

static void add_keys(struct mic_hunt *h, const struct ntlm_proof *proof)
{
    static const uint8_t zeros[NTLM_HASH_SIZE];
    struct span sent = h->answer->message.session_key.bytes;
    uint8_t key[NTLM_HASH_SIZE];

    add_key(h, proof->exported_session_key, NULL);
    /* RC4K is its own inverse, but for its key. */
    add_key(h, proof->key_exchange_key,
            "KeyExchangeKey, not ExportedSessionKey, which the client chose "
            "and sent under it");
    if (sent.size == NTLM_HASH_SIZE) {
        add_key(h, sent.data,
                "EncryptedRandomSessionKey as it was sent, not the key in it");
    }
    ntlm_sign_key(proof->exported_session_key, NTLM_CLIENT, key);
    add_key(h, key, "the client's signing key, not ExportedSessionKey");
    add_key(h, zeros, "a key of zeros");
    mem_wipe(key, sizeof(key));
}

static void add_shape(struct mic_hunt *h, struct shape shape)
{
    h->shapes[h->shape_count++] = shape;
}

/* Type 3 with these 16 bytes where the MIC stands; empty: without its place. */
static void add_type3(struct mic_hunt *h, struct span one, struct span two,
                      struct span mic, const char *says)
{
    struct span token = h->answer->token;

    add_shape(
        h, (struct shape){{one, two, span_slice(token, 0, NTLMSSP_MIC_OFFSET),
                           mic, span_slice(token, MIC_END, token.size)},
                          says});
}

/* Some hash a message of which the MIC was already put in once. */
static void add_twice(struct mic_hunt *h, struct span one, struct span two,
                      struct span zeros)
{
    struct span token = h->answer->token;
    const struct shape right = {{one, two,
                                 span_slice(token, 0, NTLMSSP_MIC_OFFSET),
                                 zeros, span_slice(token, MIC_END, token.size)},
                                NULL};
    uint8_t *first = arena_alloc(h->arena, NTLM_HASH_SIZE);

    hash(&h->keys[0], &right, first);
    add_type3(h, one, two, span_of(first, NTLM_HASH_SIZE),
              "the last message with a MIC in it: its 16 bytes must be zero "
              "while it is made");
}

/* The challenge as somebody writes it who has read and forgotten the bytes. */
static struct span written_again(struct mic_hunt *h, bool version)
{
    struct ntlmssp_challenge message;
    struct ntlmssp_flaw flaw;
    AUTO_BUF out = {0};
    size_t at = version ? NTLMSSP_CHALLENGE_FIXED : NTLMSSP_CHALLENGE_FIXED - 8;

    if (ntlmssp_decode_challenge(buf_span(&h->handle->challenge), &message,
                                 &flaw) != NTLMSSP_OK) {
        return SPAN_NONE;
    }
    message.has_version = version;
    ntlmssp_field_set(&message.target_name, message.target_name.bytes, &at);
    ntlmssp_field_set(&message.target_info, message.target_info.bytes, &at);
    ntlmssp_encode_challenge(&out, &message);
    return arena_copy(h->arena, buf_span(&out));
}

static void add_shapes(struct mic_hunt *h)
{
    static const uint8_t none[NTLMSSP_MIC_SIZE];
    struct span zeros = span_of(none, sizeof(none));
    struct span one = buf_span(&h->handle->negotiate);
    struct span two = buf_span(&h->handle->challenge);
    struct span bare = span_slice(one, 0, 32);

    add_type3(h, one, two, zeros, "the right bytes");
    add_type3(h, SPAN_NONE, two, zeros,
              "the messages without the first one: all three belong in it");
    add_type3(h, one, SPAN_NONE, zeros,
              "the messages without the challenge: all three belong in it");
    add_type3(h, SPAN_NONE, SPAN_NONE, zeros,
              "the last message alone: all three belong in it");
    add_type3(h, two, one, zeros, "the messages in another order");
    add_type3(h, one, two, SPAN_NONE,
              "the last message without the MIC's 16 bytes: they are in it, "
              "and zero");
    add_twice(h, one, two, zeros);
    add_type3(h, one, written_again(h, false), zeros,
              "the challenge as the client would write it, without Version: "
              "the bytes that came belong in it");
    add_type3(h, one, written_again(h, true), zeros,
              "the challenge as the client would write it: the bytes that "
              "came belong in it");
    add_type3(h, bare, two, zeros,
              "the first message without its Version: the bytes that were "
              "sent belong in it");
    add_shape(h, (struct shape){{one, two},
                                "the messages without the last one: all three "
                                "belong in it"});
}

static const char *found(const struct mic_hunt *h, const struct key *key,
                         const struct shape *shape)
{
    const bool wrong_bytes = shape != &h->shapes[0];

    return arena_printf(
        h->arena, "password matches; the MIC is %s%s%s%s ([MS-NLMP] 3.1.5.1.2)",
        key->says ? "made with " : "", key->says ? key->says : "",
        wrong_bytes ? key->says ? ", over " : "over " : "",
        wrong_bytes ? shape->says : "");
}

/* The right key with each shape first: of two wrongs the one that is one. */
static const char *hunt(struct mic_hunt *h)
{
    uint8_t mic[NTLM_HASH_SIZE];

    for (size_t k = 0; k < h->key_count; k++) {
        for (size_t s = 0; s < h->shape_count; s++) {
            hash(&h->keys[k], &h->shapes[s], mic);
            if (mem_equal_secret(mic, h->answer->message.mic, sizeof(mic))) {
                return found(h, &h->keys[k], &h->shapes[s]);
            }
        }
    }
    return NULL;
}

static bool announced(const struct ntlm_answer *answer)
{
    return answer->form == NTLM_FORM_V2 &&
           (ntlmssp_av_flags(answer->v2.av_pairs) & NTLMSSP_AV_FLAG_MIC);
}

const char *ntlm_why_mic(const struct auth_context *ctx,
                         const struct ntlm_handle *handle,
                         const struct ntlm_answer *answer,
                         const struct ntlm_proof *proof)
{
    struct mic_hunt *h;
    const char *why;

    if (!announced(answer)) {
        return "password matches; ntlm.require-mic wants a MIC, and MsvAvFlags "
               "does not announce one: bit 0x2, and 16 bytes at offset 72 "
               "([MS-NLMP] 3.1.5.1.2)";
    }
    if (!answer->message.has_mic) {
        return "password matches; MsvAvFlags announces a MIC, and the message "
               "has no room for it: 16 bytes at offset 72, behind Version "
               "([MS-NLMP] 2.2.1.3)";
    }
    if (span_is_zero(span_of(answer->message.mic, NTLMSSP_MIC_SIZE))) {
        return "password matches; MsvAvFlags announces a MIC, and its 16 bytes "
               "are zero: it was never put in ([MS-NLMP] 3.1.5.1.2)";
    }
    h = ARENA_NEW(ctx->arena, struct mic_hunt);
    h->arena = ctx->arena;
    h->handle = handle;
    h->answer = answer;
    add_keys(h, proof);
    add_shapes(h);
    why = hunt(h);
    mem_wipe(h->keys, sizeof(h->keys));
    return why ? why
               : "password matches; the MIC is over other bytes than the three "
                 "messages, or made with another key: something changed a "
                 "message on its way, or behind the MIC ([MS-NLMP] 3.1.5.1.2)";
}
