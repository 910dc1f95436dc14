/* Judges the client's answer ([MS-NLMP] 3.2.5.1.2), see ntlm.h. */
#include "config.h"

#include "auth/ntlm.h"

#include <string.h>

#include "auth/ntlm_why.h"
#include "util/mem.h"
#include "util/utf.h"
#include "world/world.h"

static const char *form_name(enum ntlm_form form)
{
    switch (form) {
    case NTLM_FORM_NONE:
        return "none";
    case NTLM_FORM_LM:
        return "LM";
    case NTLM_FORM_V1:
        return "NTLMv1";
    case NTLM_FORM_V1_ESS:
        return "NTLMv1 with extended session security";
    case NTLM_FORM_V2:
        return "NTLMv2";
    case NTLM_FORM_BROKEN:
        return "of no known size";
    }
    return "?";
}

static void invalid(const struct auth_context *ctx, struct auth_outcome *out,
                    const struct ntlmssp_flaw *flaw)
{
    auth_note(ctx, out, "ntlm.error", "%s %s, at offset %zu", flaw->field,
              flaw->why, flaw->offset);
    out->verdict = AUTH_INVALID;
    out->reason = AUTH_REASON_BAD_TOKEN;
}

static void refuse(struct auth_outcome *out, enum auth_reason reason)
{
    out->verdict = AUTH_REFUSED;
    out->reason = reason;
}

static size_t offset_in(struct span whole, struct span part)
{
    return part.size ? (size_t)(part.data - whole.data) : 0;
}

/* The NTLMv2 response within the message; false: it is malformed. */
static bool decode_v2(struct ntlm_answer *answer, struct ntlmssp_flaw *flaw)
{
    struct span response = answer->message.nt_response.bytes;

    if (ntlmssp_decode_v2_response(response, &answer->v2, flaw) != NTLMSSP_OK) {
        flaw->offset += offset_in(answer->token, response);
        return false;
    }
    if (ntlmssp_av_check(answer->v2.av_pairs, flaw) != NTLMSSP_OK) {
        flaw->offset += offset_in(answer->token, answer->v2.av_pairs);
        return false;
    }
    return true;
}

/*
 * 2.2.1.3: names are in the negotiated character set. wget sets UNICODE in
 * type 3 although it had asked for OEM, and its names are OEM: two bytes a
 * character always have a NUL in a name that a Latin keyboard can type.
 */
static uint32_t agreed_flags(const struct ntlm_handle *handle,
                             const struct ntlmssp_authenticate *m)
{
    struct span user = m->user.bytes;
    bool granted = handle->offer.flags & NTLMSSP_UNICODE;

    if (!m->has_flags) {
        /* Clients of the 1990s stop before the flags; the challenge's hold. */
        return handle->offer.flags;
    }
    if (!granted && (m->flags & NTLMSSP_UNICODE) && user.size &&
        !memchr(user.data, 0, user.size)) {
        return (m->flags & ~(uint32_t)NTLMSSP_UNICODE) | NTLMSSP_OEM;
    }
    return m->flags;
}

bool ntlm_answer_read(const struct ntlm_handle *handle,
                      const struct auth_context *ctx,
                      struct ntlm_answer *answer, struct ntlmssp_flaw *flaw)
{
    struct ntlmssp_authenticate *m = &answer->message;
    bool unicode;

    if (ntlmssp_decode_authenticate(answer->token, m, flaw) != NTLMSSP_OK) {
        return false;
    }
    answer->flags = agreed_flags(handle, m);
    unicode = answer->flags & NTLMSSP_UNICODE;
    answer->domain = ntlmssp_text(ctx->arena, m->domain.bytes, unicode);
    answer->user = ntlmssp_text(ctx->arena, m->user.bytes, unicode);
    answer->form = ntlm_form_of(m, answer->flags);
    if (answer->form == NTLM_FORM_BROKEN) {
        *flaw = (struct ntlmssp_flaw){
            offset_in(answer->token, m->nt_response.bytes),
            "NtChallengeResponse", "has the size of no version"};
        return false;
    }
    return answer->form != NTLM_FORM_V2 || decode_v2(answer, flaw);
}

static void note_answer(const struct ntlm_handle *handle,
                        const struct auth_context *ctx,
                        const struct ntlm_answer *answer,
                        struct auth_outcome *out)
{
    const struct ntlmssp_authenticate *m = &answer->message;
    uint32_t surplus = answer->flags & ~handle->offer.flags;
    const char *workstation = ntlmssp_text(ctx->arena, m->workstation.bytes,
                                           answer->flags & NTLMSSP_UNICODE);

    out->report = (struct auth_report){
        .domain = answer->domain,
        .name = answer->user,
        .workstation = workstation,
        .ntlm = {.present = true,
                 .response = form_name(answer->form),
                 .flags = answer->flags},
    };
    auth_note(ctx, out, "ntlm.flags", "%s",
              ntlmssp_flags_text(ctx->arena, answer->flags));
    if (surplus) {
        auth_note(ctx, out, "ntlm.flags-not-offered", "%s",
                  ntlmssp_flags_text(ctx->arena, surplus));
    }
    auth_note(ctx, out, "ntlm.domain", "%s", answer->domain);
    auth_note(ctx, out, "ntlm.user", "%s", answer->user);
    auth_note(ctx, out, "ntlm.workstation", "%s", workstation);
    if (m->has_version && (answer->flags & NTLMSSP_VERSION)) {
        auth_note(ctx, out, "ntlm.version", "%s",
                  ntlmssp_version_text(ctx->arena, &m->version));
    }
    auth_note(ctx, out, "ntlm.response", "%s", form_name(answer->form));
}

/* For whom a client's old version is a riddle. */
static const char *form_advice(enum ntlm_form form)
{
    switch (form) {
    case NTLM_FORM_V1:
        return "NTLMv1 response; --set ntlm.v1=yes allows it";
    case NTLM_FORM_V1_ESS:
        return "NTLMv1 response with extended session security; --set "
               "ntlm.v1-ess=yes allows it";
    case NTLM_FORM_LM:
        return "LM response alone; no setting allows it";
    case NTLM_FORM_NONE:
    case NTLM_FORM_V2:
    case NTLM_FORM_BROKEN:
        break;
    }
    return NULL;
}

/* Which versions of the response this world takes; LM alone proves nothing. */
static enum auth_reason check_form(const struct ntlm_settings *settings,
                                   enum ntlm_form form)
{
    switch (form) {
    case NTLM_FORM_NONE:
        return AUTH_REASON_ANONYMOUS;
    case NTLM_FORM_LM:
    case NTLM_FORM_BROKEN:
        return AUTH_REASON_VERSION;
    case NTLM_FORM_V1:
        return settings->v1 ? AUTH_REASON_NONE : AUTH_REASON_VERSION;
    case NTLM_FORM_V1_ESS:
        return settings->v1_ess ? AUTH_REASON_NONE : AUTH_REASON_VERSION;
    case NTLM_FORM_V2:
        return AUTH_REASON_NONE;
    }
    return AUTH_REASON_VERSION;
}

/*
 * curl sends the bytes of a UTF-8 name as one UTF-16 character each where the
 * challenge chose Unicode; a name found nowhere is read that way too.
 */
static const struct user *find_user(const struct auth_context *ctx,
                                    const struct ntlm_answer *answer)
{
    const struct ntlmssp_authenticate *m = &answer->message;
    const struct user *user =
        world_account(ctx->world, answer->domain, answer->user);
    struct span name;
    struct span domain;

    if (user || !(answer->flags & NTLMSSP_UNICODE) ||
        !ntlm_name_bytes(ctx->arena, m->user.bytes, true, &name) ||
        !ntlm_name_bytes(ctx->arena, m->domain.bytes, true, &domain) ||
        !utf8_is_text(name) || !utf8_is_text(domain)) {
        return user;
    }
    return world_account(ctx->world, arena_text(ctx->arena, domain),
                         arena_text(ctx->arena, name));
}

static enum auth_reason judge_account(const struct ntlm_handle *handle,
                                      const struct auth_context *ctx,
                                      const struct ntlm_answer *answer,
                                      const struct user *user,
                                      struct ntlm_proof *proof)
{
    /* An unknown user takes as long as a known one with a wrong password. */
    const char *password = user ? user_password_now(user) : "no such user";

    ntlm_prove(ctx->arena, answer, &handle->offer, password, proof);
    return auth_account_judge(ctx, user, proof->proven);
}

static enum auth_reason judge_binding(const struct ntlm_handle *handle,
                                      const struct auth_context *ctx,
                                      const struct ntlm_answer *answer,
                                      const struct ntlm_proof *proof,
                                      struct auth_outcome *out)
{
    /* All three are looked at, so that the journal has them all. */
    bool mic = ntlm_check_mic(handle, ctx, answer, proof, out);
    bool channel = ntlm_check_channel(ctx, answer, out);
    bool spn = ntlm_check_spn(ctx, answer, out);

    ntlm_note_echo(handle, ctx, answer, out);
    if (!mic) {
        return AUTH_REASON_MIC;
    }
    if (!channel) {
        return AUTH_REASON_CHANNEL_BINDING;
    }
    return spn ? AUTH_REASON_NONE : AUTH_REASON_SPN;
}

static enum auth_reason judge(struct ntlm_handle *handle,
                              const struct auth_context *ctx,
                              const struct ntlm_answer *answer,
                              struct ntlm_proof *proof,
                              struct auth_outcome *out)
{
    enum auth_reason reason = check_form(&ctx->world->ntlm, answer->form);

    if (reason != AUTH_REASON_NONE) {
        out->why = form_advice(answer->form);
        return reason;
    }
    out->user = find_user(ctx, answer);
    reason = judge_account(handle, ctx, answer, out->user, proof);
    out->counts = reason == AUTH_REASON_WRONG_PASSWORD;
    if (proof->proven && out->user) {
        auth_note(ctx, out, "ntlm.hash-form", "%s", proof->hash_form);
    }
    if (reason == AUTH_REASON_NONE) {
        reason = judge_binding(handle, ctx, answer, proof, out);
    }
    return reason;
}

struct auth_context ntlm_reach_claimed(const struct ntlm_handle *handle,
                                       const struct auth_context *ctx,
                                       struct span token)
{
    struct ntlm_answer answer = {.token = token};
    const struct user *user = NULL;
    const char *account = NULL;
    struct auth_context own = *ctx;
    struct ntlmssp_flaw flaw;

    if (!ctx->reach) {
        return own;
    }
    if (ntlm_answer_read(handle, ctx, &answer, &flaw)) {
        user = find_user(ctx, &answer);
        account = *answer.domain ? arena_printf(ctx->arena, "%s\\%s",
                                                answer.domain, answer.user)
                                 : answer.user;
    }
    own.world =
        ctx->reach(ctx->plan, AUTH_MOMENT_NTLM_AUTHENTICATE, user, account);
    return own;
}

void ntlm_verify(struct ntlm_handle *handle, const struct auth_context *ctx,
                 struct span token, struct auth_outcome *out)
{
    struct ntlm_answer answer = {.token = token};
    struct ntlm_proof proof = {0};
    struct ntlmssp_flaw flaw = {0};
    enum auth_reason reason;

    if (!ntlm_answer_read(handle, ctx, &answer, &flaw)) {
        invalid(ctx, out, &flaw);
        return;
    }
    note_answer(handle, ctx, &answer, out);
    reason = judge(handle, ctx, &answer, &proof, out);
    if (reason != AUTH_REASON_NONE) {
        refuse(out, reason);
        ntlm_why(handle, ctx, &answer, &proof, out);
    } else {
        out->verdict = AUTH_ACCEPTED;
        out->reason = AUTH_REASON_NONE;
        out->counts = true;
        ntlm_session_init(&handle->session, proof.exported_session_key,
                          answer.flags);
        handle->has_session = true;
        out->report.ntlm.key_bits = ntlm_key_bits(answer.flags);
    }
    mem_wipe(&proof, sizeof(proof));
}
