/*
 * Authentication method: NTLM ([MS-NLMP] 3.2). Three tokens: NEGOTIATE in,
 * CHALLENGE out, AUTHENTICATE in. The pieces are named in ntlm.h.
 */
#include "config.h"

#include "auth/ntlm.h"

#include "auth/ntlm_why.h"
#include "util/mem.h"
#include "wire/plans.h"

/* Back to the start; keys and challenge are forgotten. */
static void reset(struct ntlm_handle *handle)
{
    ntlm_session_clear(&handle->session);
    handle->has_session = false;
    buf_reset(&handle->negotiate);
    buf_reset(&handle->challenge);
    buf_reset(&handle->offer.target_info);
    mem_wipe(handle->offer.server_challenge,
             sizeof(handle->offer.server_challenge));
    handle->state = NTLM_AWAIT_NEGOTIATE;
}

static void note_negotiate(const struct auth_context *ctx,
                           const struct ntlmssp_negotiate *message,
                           struct auth_outcome *out)
{
    auth_note(ctx, out, "ntlm.flags", "%s",
              ntlmssp_flags_text(ctx->arena, message->flags));
    /* 2.2.1.1: both are OEM, whatever the flags ask for. */
    if (message->domain.bytes.size) {
        auth_note(ctx, out, "ntlm.domain", "%s",
                  ntlmssp_text(ctx->arena, message->domain.bytes, false));
    }
    if (message->workstation.bytes.size) {
        auth_note(ctx, out, "ntlm.workstation", "%s",
                  ntlmssp_text(ctx->arena, message->workstation.bytes, false));
    }
    if (message->has_version && (message->flags & NTLMSSP_VERSION)) {
        auth_note(ctx, out, "ntlm.version", "%s",
                  ntlmssp_version_text(ctx->arena, &message->version));
    }
}

static void invalid(const struct auth_context *ctx, struct auth_outcome *out,
                    const char *why)
{
    auth_note(ctx, out, "ntlm.error", "%s", why);
    out->verdict = AUTH_INVALID;
    out->reason = AUTH_REASON_BAD_TOKEN;
}

/* What steps want of this leg; asked once, since the next one is another. */
static enum ntlm_turn take_turn(const struct auth_context *ctx)
{
    enum ntlm_turn turn = ctx->ntlm ? ctx->ntlm->turn : NTLM_TURN_GOOD;

    if (ctx->ntlm) {
        ctx->ntlm->turn = NTLM_TURN_GOOD;
    }
    return turn;
}

static void refuse_on_purpose(struct ntlm_handle *handle,
                              struct auth_outcome *out)
{
    out->verdict = AUTH_REFUSED;
    out->reason = AUTH_REASON_FORGED;
    handle->state = NTLM_FINISHED;
}

static void send_challenge(struct ntlm_handle *handle,
                           const struct auth_context *ctx,
                           struct auth_outcome *out)
{
    out->token_out = arena_copy(ctx->arena, buf_span(&handle->challenge));
    out->verdict = AUTH_CONTINUE;
    out->reason = AUTH_REASON_NONE;
    handle->state = NTLM_AWAIT_AUTHENTICATE;
}

/* A NEGOTIATE starts afresh, wherever the handshake stood. */
static void on_negotiate(struct ntlm_handle *handle,
                         const struct auth_context *ctx, struct span token,
                         struct auth_outcome *out)
{
    bool again = handle->state == NTLM_AWAIT_AUTHENTICATE;
    struct ntlmssp_negotiate message;
    struct ntlmssp_flaw flaw;
    struct auth_context own;

    reset(handle);
    auth_note(ctx, out, "ntlm.message", "NEGOTIATE");
    if (ntlmssp_decode_negotiate(token, &message, &flaw) != NTLMSSP_OK) {
        invalid(ctx, out,
                arena_printf(ctx->arena, "%s %s, at offset %zu", flaw.field,
                             flaw.why, flaw.offset));
        return;
    }
    note_negotiate(ctx, &message, out);
    buf_add(&handle->negotiate, token);
    own = auth_reach(ctx, AUTH_MOMENT_NTLM_NEGOTIATE);
    if (again) {
        own = auth_reach(&own, AUTH_MOMENT_NTLM_RESTART);
    }
    if (take_turn(&own) == NTLM_TURN_BARE) {
        refuse_on_purpose(handle, out);
        return;
    }
    ntlm_challenge(handle, &own, &message, out);
    send_challenge(handle, ctx, out);
}

/* The last leg was read: does a step want something else than a verdict? */
static bool diverted(struct ntlm_handle *handle, const struct auth_context *ctx,
                     struct auth_outcome *out)
{
    struct ntlmssp_negotiate asked = {0};
    struct ntlmssp_flaw flaw;

    switch (take_turn(ctx)) {
    case NTLM_TURN_GOOD:
        return false;
    case NTLM_TURN_BARE:
        refuse_on_purpose(handle, out);
        return true;
    case NTLM_TURN_AGAIN:
        if (handle->challenge.size) {
            send_challenge(handle, ctx, out);
            return true;
        }
        break;
    case NTLM_TURN_CHALLENGE:
        break;
    }
    if (ntlmssp_decode_negotiate(buf_span(&handle->negotiate), &asked, &flaw) !=
        NTLMSSP_OK) {
        asked = (struct ntlmssp_negotiate){0}; /* none went before */
    }
    ntlm_challenge(handle, ctx, &asked, out);
    send_challenge(handle, ctx, out);
    return true;
}

static void out_of_turn(struct ntlm_handle *handle,
                        const struct auth_context *ctx, struct span token,
                        struct auth_outcome *out)
{
    struct ntlm_answer answer = {.token = token};
    struct auth_context own = auth_reach(ctx, AUTH_MOMENT_NTLM_OUT_OF_TURN);
    struct ntlmssp_flaw flaw;

    out->verdict = AUTH_REFUSED;
    out->reason = AUTH_REASON_OUT_OF_TURN;
    if (!diverted(handle, &own, out) &&
        ntlm_answer_read(handle, &own, &answer, &flaw)) {
        ntlm_why_out_of_turn(&own, &answer, out);
    }
}

/* One answer to each challenge: right or wrong, the handshake is over. */
static void on_authenticate(struct ntlm_handle *handle,
                            const struct auth_context *ctx, struct span token,
                            struct auth_outcome *out)
{
    struct auth_context own;

    auth_note(ctx, out, "ntlm.message", "AUTHENTICATE");
    if (handle->state != NTLM_AWAIT_AUTHENTICATE) {
        out_of_turn(handle, ctx, token, out);
        return;
    }
    own = ntlm_reach_claimed(handle, ctx, token);
    if (!diverted(handle, &own, out)) {
        handle->state = NTLM_FINISHED;
        ntlm_verify(handle, &own, token, out);
    }
}

static void step(struct auth_handle *base, const struct auth_context *ctx,
                 struct span token_in, struct auth_outcome *out)
{
    struct ntlm_handle *handle = (struct ntlm_handle *)base;
    enum ntlmssp_type type = ntlmssp_type_of(token_in);

    *out = (struct auth_outcome){
        .verdict = AUTH_INVALID,
        .mechanism = "ntlm",
        .notes = out->notes,
    };
    if (token_in.size > NTLM_TOKEN_MAX) {
        reset(handle);
        invalid(ctx, out, "longer than 64 KiB");
        return;
    }
    switch (type) {
    case NTLMSSP_NEGOTIATE:
        on_negotiate(handle, ctx, token_in, out);
        break;
    case NTLMSSP_AUTHENTICATE:
        on_authenticate(handle, ctx, token_in, out);
        break;
    case NTLMSSP_CHALLENGE:
        reset(handle);
        invalid(ctx, out, "a client sends no CHALLENGE");
        break;
    case NTLMSSP_NONE:
        reset(handle);
        invalid(ctx, out, "not an NTLM message");
        break;
    }
}

static void end(struct auth_handle *base)
{
    struct ntlm_handle *handle = (struct ntlm_handle *)base;

    if (!handle) {
        return;
    }
    reset(handle);
    buf_clear(&handle->negotiate);
    buf_clear(&handle->challenge);
    buf_clear(&handle->offer.target_info);
    mem_free(handle);
}

static bool integrity_ready(const struct auth_handle *base)
{
    return ((const struct ntlm_handle *)base)->has_session;
}

static struct span get_mic(struct auth_handle *base, struct arena *arena,
                           struct span message)
{
    struct ntlm_handle *handle = (struct ntlm_handle *)base;
    uint8_t *mic = arena_alloc(arena, NTLM_SIGNATURE_SIZE);

    ntlm_session_sign(&handle->session, NTLM_SERVER, message, mic);
    return span_of(mic, NTLM_SIGNATURE_SIZE);
}

static bool verify_mic(struct auth_handle *base, struct span message,
                       struct span mic)
{
    struct ntlm_handle *handle = (struct ntlm_handle *)base;

    return ntlm_session_verify(&handle->session, NTLM_CLIENT, message, mic);
}

static const struct auth_integrity integrity = {
    .ready = integrity_ready,
    .get_mic = get_mic,
    .verify_mic = verify_mic,
};

static struct auth_handle *begin(void)
{
    struct ntlm_handle *handle = NEW(struct ntlm_handle);

    handle->base.integrity = &integrity;
    return &handle->base;
}

const struct auth_method auth_method_ntlm = {
    .name = "ntlm",
    .scheme = "NTLM",
    .spec = "[MS-NLMP], [MS-NTHT]",
    .doc = "NTLMv2, and NTLMv1 where the world allows it.",
    .begin = begin,
    .step = step,
    .end = end,
};
