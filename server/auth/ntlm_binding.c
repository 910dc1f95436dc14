/*
 * What ties an answer to this challenge, this TLS channel and this service:
 * MIC, MsvAvChannelBindings, MsvAvTargetName ([MS-NLMP] 3.2.5.1.2), and
 * whether the challenge's AV pairs came back. See ntlm.h.
 */
#include "config.h"

#include "auth/ntlm.h"

#include <string.h>

#include "auth/binding.h"
#include "checks/checks.h"
#include "util/base64.h"
#include "util/mem.h"
#include "util/utf.h"
#include "world/world.h"

static struct span av_pairs(const struct ntlm_answer *answer)
{
    return answer->form == NTLM_FORM_V2 ? answer->v2.av_pairs : SPAN_NONE;
}

static const char *judge_mic(const struct ntlm_handle *handle,
                             const struct ntlm_answer *answer,
                             const struct ntlm_proof *proof)
{
    uint8_t right[NTLM_HASH_SIZE];
    bool same;

    if (!answer->message.has_mic) {
        return "announced but absent";
    }
    ntlm_mic(proof->exported_session_key, buf_span(&handle->negotiate),
             buf_span(&handle->challenge), answer->token, right);
    same = mem_equal_secret(right, answer->message.mic, sizeof(right));
    mem_wipe(right, sizeof(right));
    return same ? NULL : "wrong";
}

/* NT-057 is the one of a MIC that is announced and absent, or zero. */
static void find_mic(const struct auth_context *ctx,
                     const struct ntlm_answer *answer, struct auth_outcome *out)
{
    struct span mic = span_of(answer->message.mic, NTLMSSP_MIC_SIZE);
    struct finding finding;

    if (!answer->message.has_mic || span_is_zero(mic)) {
        return;
    }
    finding = check_finding(
        "NT-058", arena_copy(ctx->arena, mic),
        "the MIC is not the one of the three messages as they were sent, with "
        "the session key that the response implies");
    finding.where = "Authorization: NTLM type 3, MIC at offset 72";
    auth_find(ctx, out, &finding);
}

/*
 * MsvAvFlags says whether there is a MIC. It is not demanded by default: raw
 * gss-ntlmssp without SIGN sends none although it got a timestamp, and curl
 * never does.
 */
bool ntlm_check_mic(const struct ntlm_handle *handle,
                    const struct auth_context *ctx,
                    const struct ntlm_answer *answer,
                    const struct ntlm_proof *proof, struct auth_outcome *out)
{
    const char *flaw = NULL;

    if (!(ntlmssp_av_flags(av_pairs(answer)) & NTLMSSP_AV_FLAG_MIC)) {
        bool field =
            answer->message.has_mic &&
            !span_is_zero(span_of(answer->message.mic, NTLMSSP_MIC_SIZE));

        out->report.ntlm.mic = field ? AUTH_MIC_UNANNOUNCED : AUTH_MIC_ABSENT;
        auth_note(ctx, out, "ntlm.mic", "%s",
                  auth_mic_text(out->report.ntlm.mic));
        return !ctx->world->ntlm.require_mic;
    }
    flaw = judge_mic(handle, answer, proof);
    if (flaw) {
        find_mic(ctx, answer, out);
    }
    out->report.ntlm.mic = flaw ? AUTH_MIC_WRONG : AUTH_MIC_VERIFIED;
    auth_note(ctx, out, "ntlm.mic", "%s", flaw ? flaw : "verified");
    return !flaw;
}

/* Absent and all zero are the same: "no channel binding" (2.2.2.1). */
static bool has_binding(const struct ntlm_answer *answer,
                        struct span *out_value)
{
    return ntlmssp_av_find(av_pairs(answer), NTLMSSP_AV_CHANNEL_BINDINGS,
                           out_value) &&
           !span_is_zero(*out_value);
}

/* NTLMv1 has no place for a binding; without TLS there is no channel. */
static enum auth_binding binding_of(const struct auth_context *ctx,
                                    const struct ntlm_answer *answer,
                                    const char *state)
{
    if (answer->form != NTLM_FORM_V2 || !ctx->certificate_hash.size) {
        return AUTH_BINDING_NOT_CHECKED;
    }
    if (strcmp(state, "absent") == 0) {
        return AUTH_BINDING_ABSENT;
    }
    return strcmp(state, "right") == 0 ? AUTH_BINDING_MATCHED
                                       : AUTH_BINDING_MISMATCHED;
}

static void find_binding(const struct auth_context *ctx, struct span value,
                         const uint8_t *right, struct auth_outcome *out)
{
    struct finding finding = check_finding(
        "NT-061", value,
        arena_printf(ctx->arena,
                     "the channel binding is of another channel; with the "
                     "certificate that this connection was given it is %s",
                     hex_text(ctx->arena, span_of(right, NTLM_HASH_SIZE))));

    finding.where = "Authorization: NTLM type 3, MsvAvChannelBindings";
    auth_find(ctx, out, &finding);
}

/*
 * "require" means what it says: without TLS there is nothing to be bound to,
 * and the sign-in is refused.
 */
bool ntlm_check_channel(const struct auth_context *ctx,
                        const struct ntlm_answer *answer,
                        struct auth_outcome *out)
{
    enum channel_binding mode = ctx->world->ntlm.channel_binding;
    struct span value = SPAN_NONE;
    bool present = has_binding(answer, &value);
    uint8_t right[NTLM_HASH_SIZE];
    const char *state = "right";

    if (ctx->certificate_hash.size) {
        auth_channel_bindings(ctx->certificate_hash, right);
    }
    if (!present) {
        state = "absent";
    } else if (!ctx->certificate_hash.size) {
        state = "present without TLS";
    } else if (value.size != sizeof(right) ||
               !mem_equal_secret(value.data, right, sizeof(right))) {
        state = "wrong";
        find_binding(ctx, value, right, out);
    }
    auth_note(ctx, out, "ntlm.channel-binding", "%s", state);
    out->report.channel_binding = binding_of(ctx, answer, state);
    switch (mode) {
    case CHANNEL_BINDING_NONE:
        return true;
    case CHANNEL_BINDING_ALLOW:
        return strcmp(state, "wrong") != 0;
    case CHANNEL_BINDING_REQUIRE:
        return strcmp(state, "right") == 0;
    }
    return false;
}

bool ntlm_check_spn(const struct auth_context *ctx,
                    const struct ntlm_answer *answer, struct auth_outcome *out)
{
    struct span value = SPAN_NONE;
    const char *spn;

    if (!ntlmssp_av_find(av_pairs(answer), NTLMSSP_AV_TARGET_NAME, &value)) {
        auth_note(ctx, out, "ntlm.spn", "absent");
        return !ctx->world->ntlm.check_spn;
    }
    spn = utf16le_text(ctx->arena, value);
    auth_note(ctx, out, "ntlm.spn", "%s", spn);
    out->report.spn = spn;
    return !ctx->world->ntlm.check_spn || auth_spn_names(spn, ctx->host);
}

static void note_timestamp(const struct ntlm_handle *handle,
                           const struct auth_context *ctx,
                           const struct ntlm_answer *answer,
                           struct auth_outcome *out)
{
    struct span sent = SPAN_NONE;
    struct reader rd;
    bool echoed;

    if (!ntlmssp_av_find(buf_span(&handle->offer.target_info),
                         NTLMSSP_AV_TIMESTAMP, &sent)) {
        auth_note(ctx, out, "ntlm.timestamp", "none was sent");
        return;
    }
    /* 3.1.5.1.2: a client SHOULD use the server's time where it got one. */
    rd = rd_init(sent);
    echoed = rd_u64le(&rd) == answer->v2.timestamp;
    auth_note(ctx, out, "ntlm.timestamp", "%s",
              echoed ? "the server's" : "the client's own");
    out->report.ntlm.timestamp =
        echoed ? AUTH_TIMESTAMP_ECHOED : AUTH_TIMESTAMP_OWN;
}

void ntlm_note_echo(const struct ntlm_handle *handle,
                    const struct auth_context *ctx,
                    const struct ntlm_answer *answer, struct auth_outcome *out)
{
    struct reader rd = rd_init(buf_span(&handle->offer.target_info));
    struct ntlmssp_av sent;
    const char *altered = NULL;

    if (answer->form != NTLM_FORM_V2) {
        return;
    }
    while (!altered && ntlmssp_av_next(&rd, &sent) == NTLMSSP_OK &&
           sent.id != NTLMSSP_AV_EOL) {
        struct span got = SPAN_NONE;

        if (!ntlmssp_av_find(answer->v2.av_pairs, sent.id, &got) ||
            !span_equal(got, sent.value)) {
            altered = ntlmssp_av_name(sent.id);
        }
    }
    if (altered) {
        auth_note(ctx, out, "ntlm.target-info", "not echoed: %s", altered);
    } else {
        auth_note(ctx, out, "ntlm.target-info", "echoed");
    }
    note_timestamp(handle, ctx, answer, out);
}
