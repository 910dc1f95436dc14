/*
 * A challenge that is not as it should be: fields of the message and AV pairs
 * as a step says them ([MS-NLMP] 2.2.1.2, 2.2.2.1), and challenges that went
 * out before. The server goes by the good one but where it sent another
 * ServerChallenge on purpose; see struct ntlm_plan.
 */
#include "config.h"

#include "auth/ntlm.h"

#include <string.h>

#include "util/base64.h"
#include "wire/plans.h"

/* Where the fields of a CHALLENGE stand, 2.2.1.2. */
enum {
    AT_SIGNATURE = 0,
    AT_TYPE = 8,
    AT_NAME = 12,
    AT_FLAGS = 20,
    AT_SERVER_CHALLENGE = 24,
    AT_RESERVED = 32,
    AT_INFO = 40,
    AT_VERSION = 48,
    /* Within the fields of a name or a list. */
    FIELD_MAX_LENGTH = 2,
    FIELD_OFFSET = 4,
};

/* ---- AV pairs ---- */

static void add_word(struct buf *out, struct arena *arena, const char *word,
                     struct span good)
{
    struct span value = SPAN_NONE;
    uint16_t id;
    bool own;

    if (ntlmssp_av_read(arena, word, &id, &value, &own) &&
        (own || id == NTLMSSP_AV_EOL || ntlmssp_av_find(good, id, &value))) {
        ntlmssp_av_add(out, id, value);
    }
}

void ntlm_lie_pairs(struct buf *out, struct arena *arena, const char *words,
                    struct span good)
{
    while (*words) {
        size_t length;

        words += strspn(words, " ,");
        length = strcspn(words, " ,");
        if (length) {
            add_word(out, arena, arena_text(arena, span_of(words, length)),
                     good);
        }
        words += length;
    }
}

/* ---- Fields ---- */

/* As far as the message goes. */
static void patch(struct buf *message, size_t at, struct span bytes)
{
    for (size_t i = 0; i < bytes.size && at + i < message->size; i++) {
        message->data[at + i] = bytes.data[i];
    }
}

static void patch_number(struct buf *message, size_t at, size_t size,
                         uint32_t number)
{
    for (size_t i = 0; i < size && at + i < message->size; i++) {
        message->data[at + i] = (uint8_t)(number >> (8 * i));
    }
}

static void patch_hex(struct buf *message, struct arena *arena, size_t at,
                      const char *text)
{
    struct span bytes;

    if (text && hex_decode(arena, text, &bytes)) {
        patch(message, at, bytes);
    }
}

static void patch_numbers(struct buf *message, const struct ntlm_message *asked)
{
    const struct {
        bool given;
        size_t at;
        size_t size;
        uint32_t number;
    } rows[] = {
        {asked->type_given, AT_TYPE, 4, asked->type},
        {asked->flags_given, AT_FLAGS, 4, asked->flags},
        {asked->name_length_given, AT_NAME, 2, asked->name_length},
        {asked->name_max_given, AT_NAME + FIELD_MAX_LENGTH, 2, asked->name_max},
        {asked->name_offset_given, AT_NAME + FIELD_OFFSET, 4,
         asked->name_offset},
        {asked->info_length_given, AT_INFO, 2, asked->info_length},
        {asked->info_max_given, AT_INFO + FIELD_MAX_LENGTH, 2, asked->info_max},
        {asked->info_offset_given, AT_INFO + FIELD_OFFSET, 4,
         asked->info_offset},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (rows[i].given) {
            patch_number(message, rows[i].at, rows[i].size, rows[i].number);
        }
    }
}

static void shape(struct buf *message, struct arena *arena,
                  const struct ntlm_message *asked)
{
    struct span whole;

    patch_hex(message, arena, AT_SIGNATURE, asked->signature);
    patch_hex(message, arena, AT_RESERVED, asked->reserved);
    patch_hex(message, arena, AT_VERSION, asked->version);
    patch_numbers(message, asked);
    for (unsigned i = 0; i < asked->padding; i++) {
        buf_add_u8(message, 0);
    }
    if (asked->truncate_given && asked->truncate < message->size) {
        message->size = asked->truncate;
    }
    if (asked->bytes && hex_decode(arena, asked->bytes, &whole)) {
        buf_reset(message);
        buf_add(message, whole);
    }
}

/* ---- Challenges that went out before ---- */

/* 2.2.1.2: what the client's answer is made for, and the server judges. */
static void take_challenge(struct ntlm_handle *handle, struct span message)
{
    struct span nonce =
        span_slice(message, AT_SERVER_CHALLENGE, NTLM_NONCE_SIZE);

    if (nonce.size == NTLM_NONCE_SIZE) {
        memcpy(handle->offer.server_challenge, nonce.data, nonce.size);
    }
}

/* Where none went before this one is stale all the same: the server judges by
 * a nonce that nobody was told. */
static void replay(struct ntlm_handle *handle, const struct auth_context *ctx,
                   const struct ntlm_plan *plan, struct auth_outcome *out)
{
    if (plan->last.size) {
        buf_reset(&handle->challenge);
        buf_add(&handle->challenge, plan->last);
    }
    if (plan->replay == NTLM_REPLAY_REPEATED) {
        take_challenge(handle, plan->last);
    } else if (!plan->last.size) {
        handle->offer.server_challenge[0] ^= 0xff;
    }
    auth_note(ctx, out, "ntlm.challenge", "%s",
              plan->last.size ? "one that went out before"
                              : "no other went out before this one");
}

void ntlm_obey(struct ntlm_handle *handle, const struct auth_context *ctx,
               struct auth_outcome *out)
{
    struct ntlm_plan *plan = ctx->ntlm;

    if (plan->replay != NTLM_REPLAY_NONE) {
        replay(handle, ctx, plan, out);
    }
    if (plan->message) {
        shape(&handle->challenge, ctx->arena, plan->message);
    }
    plan->sent = arena_copy(ctx->arena, buf_span(&handle->challenge));
}
