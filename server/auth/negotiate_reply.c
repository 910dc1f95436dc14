/* SPNEGO's answers and mechListMIC (RFC 4178 section 5), see negotiate.h. */
#include "config.h"

#include "auth/negotiate.h"

#include "auth/krb5.h"
#include "checks/checks.h"
#include "wire/krb_error.h"
#include "world/world.h"

void negotiate_reply(struct negotiate_handle *handle,
                     const struct auth_context *ctx, struct spnego_resp *resp,
                     enum spnego_state state, struct auth_outcome *out)
{
    AUTO_BUF token = {0};

    resp->has_state = true;
    resp->state = state;
    resp->has_mech = handle->carrier && !handle->mech_told;
    if (resp->has_mech) {
        resp->supported_mech = *handle->carrier->oid;
        handle->mech_told = true;
    }
    spnego_encode_resp(&token, resp);
    out->token_out = arena_copy(ctx->arena, buf_span(&token));
    auth_note(ctx, out, "spnego.state", "%s", spnego_state_name(state));
}

void negotiate_refuse(struct negotiate_handle *handle,
                      const struct auth_context *ctx, enum auth_reason reason,
                      struct span token, struct auth_outcome *out)
{
    struct spnego_resp resp = {
        .has_token = token.size > 0,
        .response_token = token,
    };

    negotiate_reply(handle, ctx, &resp, SPNEGO_REJECT, out);
    out->verdict = AUTH_REFUSED;
    out->reason = reason;
    out->counts = out->counts && reason == AUTH_REASON_WRONG_PASSWORD;
    handle->state = NEGOTIATE_FINISHED;
}

static bool ready(const struct negotiate_handle *handle)
{
    const struct auth_integrity *integrity = handle->inner->integrity;

    return integrity && integrity->ready(handle->inner);
}

static void find_mic(const struct auth_context *ctx, struct span mic,
                     struct auth_outcome *out)
{
    struct finding finding = check_finding(
        "KB-012", arena_copy(ctx->arena, mic),
        "mechListMIC is not the mechanism's MIC over the MechTypeList that "
        "NegTokenInit had, as it was encoded there");

    finding.where = "Authorization: Negotiate, NegTokenResp.mechListMIC";
    auth_find(ctx, out, &finding);
}

/* Whether the client's MIC, if there is one, is right; notes what it saw. */
static bool check_mic(struct negotiate_handle *handle,
                      const struct auth_context *ctx, struct span mic,
                      struct auth_outcome *out)
{
    const struct auth_integrity *integrity = handle->inner->integrity;

    if (mic.size == 0) {
        auth_note(ctx, out, "spnego.mech-list-mic", "%s",
                  handle->mic_required ? "absent where required" : "absent");
        return !handle->mic_required;
    }
    if (ready(handle) &&
        integrity->verify_mic(handle->inner, buf_span(&handle->mech_types),
                              mic)) {
        auth_note(ctx, out, "spnego.mech-list-mic", "verified");
        return true;
    }
    auth_note(ctx, out, "spnego.mech-list-mic", "wrong");
    if (ready(handle)) {
        find_mic(ctx, mic, out);
    }
    return false;
}

/* Ours, where it is due or a step wants it. */
static void add_mic(struct negotiate_handle *handle,
                    const struct auth_context *ctx, bool due,
                    struct spnego_resp *resp)
{
    enum negotiate_mic say = handle->mic_say;
    struct span mic;

    if ((!due && say != NEGOTIATE_MIC_SEND && say != NEGOTIATE_MIC_WRONG) ||
        say == NEGOTIATE_MIC_OMIT || !ready(handle)) {
        return;
    }
    mic = handle->inner->integrity->get_mic(handle->inner, ctx->arena,
                                            buf_span(&handle->mech_types));
    if (say == NEGOTIATE_MIC_WRONG && mic.size) {
        uint8_t *other = arena_alloc(ctx->arena, mic.size);

        memcpy(other, mic.data, mic.size);
        other[mic.size - 1] ^= 0xff;
        mic = span_of(other, mic.size);
    }
    resp->has_mic = mic.size > 0;
    resp->mech_list_mic = mic;
}

/* The verdict waits for the client's MIC; exchange and arena will be others. */
static void keep(struct negotiate_handle *handle,
                 const struct auth_context *ctx, struct spnego_resp *resp,
                 struct auth_outcome *out)
{
    arena_free(handle->kept_arena);
    handle->kept_arena = arena_new();
    handle->kept = (struct auth_outcome){
        .mechanism = out->mechanism,
        .user = out->user,
        .report = auth_report_copy(handle->kept_arena, &out->report),
        .counts = out->counts,
    };
    auth_note(ctx, out, "spnego.mech-list-mic", "to come");
    add_mic(handle, ctx, true, resp);
    negotiate_reply(handle, ctx, resp, SPNEGO_ACCEPT_INCOMPLETE, out);
    out->verdict = AUTH_CONTINUE;
    out->counts = false;
    handle->state = NEGOTIATE_AWAIT_MIC;
}

/*
 * RFC 4178 section 5. NTLM's last token is the client's, and its MIC comes
 * along; ours goes back with accept-completed. Kerberos' last token is ours
 * where the client wants mutual authentication: our MIC goes along with that,
 * and the client's comes after. Where the client got its first choice both may
 * be left out. protocol: kerberos 5.3
 */
void negotiate_complete(struct negotiate_handle *handle,
                        const struct auth_context *ctx, struct span mic,
                        struct auth_outcome *out)
{
    struct spnego_resp resp = {
        .has_token = out->token_out.size > 0,
        .response_token = out->token_out,
    };

    if (handle->mic_required && mic.size == 0 && handle->last_word) {
        keep(handle, ctx, &resp, out);
        return;
    }
    if (!check_mic(handle, ctx, mic, out)) {
        negotiate_refuse(handle, ctx, AUTH_REASON_MECH_LIST_MIC, SPAN_NONE,
                         out);
        return;
    }
    add_mic(handle, ctx, mic.size > 0, &resp);
    negotiate_reply(handle, ctx, &resp, SPNEGO_ACCEPT_COMPLETED, out);
    handle->state = NEGOTIATE_FINISHED;
}

void negotiate_await(struct negotiate_handle *handle,
                     const struct auth_context *ctx, struct span mic,
                     struct auth_outcome *out)
{
    const struct auth_outcome *kept = &handle->kept;
    struct spnego_resp resp = {0};

    out->mechanism = kept->mechanism;
    out->report = auth_report_copy(ctx->arena, &kept->report);
    out->user = world_user(ctx->world, kept->user->name);
    if (!out->user || !check_mic(handle, ctx, mic, out)) {
        negotiate_refuse(handle, ctx, AUTH_REASON_MECH_LIST_MIC, SPAN_NONE,
                         out);
        return;
    }
    out->verdict = AUTH_ACCEPTED;
    out->reason = AUTH_REASON_NONE;
    out->counts = kept->counts;
    negotiate_reply(handle, ctx, &resp, SPNEGO_ACCEPT_COMPLETED, out);
    handle->state = NEGOTIATE_FINISHED;
}

/* "KRB_AP_ERR_SKEW: forged by a step": why the AP-REQ itself is to blame for
 * nothing. */
static const char *forged_why(struct arena *arena,
                              const struct negotiate_plan *plan)
{
    const char *text = plan->error.text;

    return arena_printf(arena, "%s: forged by a step%s%s%s",
                        krb_error_text(arena, plan->error.code),
                        text ? "; e-text \"" : "", text ? text : "",
                        text ? "\"" : "");
}

static void forge(const struct auth_context *ctx, struct span token,
                  const struct negotiate_plan *plan, struct auth_outcome *out)
{
    if (out->verdict == AUTH_ACCEPTED && ctx->krb5) {
        krb5_forget(ctx, token);
    }
    out->verdict = AUTH_REFUSED;
    out->reason = AUTH_REASON_FORGED;
    out->why = plan->error.forged ? forged_why(ctx->arena, plan) : NULL;
    out->counts = false;
    out->token_out = plan->error.forged && ctx->krb5
                         ? krb5_forge_error(ctx, token, plan)
                         : SPAN_NONE;
}

static void corrupt(const struct auth_context *ctx, struct span *token)
{
    uint8_t *other = arena_alloc(ctx->arena, token->size);

    memcpy(other, token->data, token->size);
    other[token->size - 1] ^= 0xff; /* in the cipher's checksum */
    *token = span_of(other, token->size);
}

void negotiate_obey(struct negotiate_handle *handle,
                    const struct auth_context *ctx, struct span token,
                    struct auth_outcome *out)
{
    const struct negotiate_plan *plan = NULL;

    handle->last_word = out->token_out.size > 0;
    if (ctx->before_answer && negotiate_is_kerberos(handle->carrier) &&
        (out->verdict == AUTH_ACCEPTED || out->verdict == AUTH_REFUSED)) {
        plan = ctx->before_answer(ctx->plan, out);
    }
    if (!plan) {
        return;
    }
    if (plan->mech_list_mic != NEGOTIATE_MIC_GOOD) {
        handle->mic_say = plan->mech_list_mic;
    }
    if (plan->error.forged || plan->reject) {
        forge(ctx, token, plan, out);
    } else if (out->verdict == AUTH_ACCEPTED && out->token_out.size) {
        if (plan->mutual_token == NEGOTIATE_MUTUAL_OMIT) {
            out->token_out = SPAN_NONE;
        } else if (plan->mutual_token == NEGOTIATE_MUTUAL_CORRUPT) {
            corrupt(ctx, &out->token_out);
        }
    }
}
