/*
 * Authentication method: Negotiate, which is SPNEGO (RFC 4178, [MS-SPNG]) over
 * HTTP (RFC 4559). It picks the first mechanism of the client's list that this
 * server has, hands the tokens within to that method, and protects the choice
 * with mechListMIC. NTLM with nothing around it is answered in kind.
 */
#include "config.h"

#include "auth/negotiate.h"

#include "util/mem.h"
#include "world/world.h"

/* Of a token, where the world has no other limit for what carries it. */
enum { TOKEN_MAX = 65536 };

/* Drops the mechanism under way, back to the start. */
static void reset(struct negotiate_handle *handle)
{
    if (handle->inner) {
        handle->method->end(handle->inner);
    }
    handle->inner = NULL;
    handle->method = NULL;
    handle->carrier = NULL;
    handle->mech_told = false;
    handle->mic_required = false;
    handle->last_word = false;
    handle->mic_say = NEGOTIATE_MIC_GOOD;
    arena_free(handle->kept_arena);
    handle->kept_arena = NULL;
    handle->kept = (struct auth_outcome){0};
    handle->state = NEGOTIATE_AWAIT_INIT;
    buf_reset(&handle->mech_types);
}

static void invalid(struct negotiate_handle *handle,
                    const struct auth_context *ctx, struct auth_outcome *out,
                    const char *why)
{
    auth_note(ctx, out, "spnego.error", "%s", why);
    out->verdict = AUTH_INVALID;
    out->reason = AUTH_REASON_BAD_TOKEN;
    reset(handle);
}

static const char *flaw_text(const struct auth_context *ctx,
                             const struct spnego_flaw *flaw)
{
    return arena_printf(ctx->arena, "%s %s, at offset %zu", flaw->field,
                        flaw->why, flaw->offset);
}

/* One token of the mechanism, and the reply around its answer. */
static void carry(struct negotiate_handle *handle,
                  const struct auth_context *ctx, struct span token,
                  struct span mic, struct auth_outcome *out)
{
    struct spnego_resp resp = {0};

    handle->method->step(handle->inner, ctx, token, out);
    out->mechanism = handle->carrier->mechanism;
    negotiate_obey(handle, ctx, token, out);
    switch (out->verdict) {
    case AUTH_CONTINUE:
        resp.has_token = out->token_out.size > 0;
        resp.response_token = out->token_out;
        negotiate_reply(handle, ctx, &resp, SPNEGO_ACCEPT_INCOMPLETE, out);
        handle->state = NEGOTIATE_AWAIT_RESP;
        break;
    case AUTH_ACCEPTED:
        negotiate_complete(handle, ctx, mic, out);
        break;
    case AUTH_REFUSED:
        negotiate_refuse(handle, ctx, out->reason, out->token_out, out);
        break;
    case AUTH_INVALID:
        reset(handle);
        break;
    }
}

static void note_mechs(const struct auth_context *ctx,
                       const struct spnego_init *init, struct auth_outcome *out)
{
    AUTO_BUF text = {0};

    for (size_t i = 0; i < init->mech_count; i++) {
        buf_printf(&text, "%s%s", i ? " " : "",
                   negotiate_mech_text(ctx, init->mechs[i]));
    }
    auth_note(ctx, out, "spnego.mechs", "%s", buf_text(&text));
}

/* What a step says of the choice; the world may be another from there on. */
static struct negotiate_plan plan_of(struct auth_context *ctx)
{
    static const struct negotiate_plan good = {0};
    const struct negotiate_plan *plan = NULL;
    const struct world *world = NULL;

    if (ctx->before_mechanism) {
        plan = ctx->before_mechanism(ctx->plan, &world);
    }
    if (world) {
        ctx->world = world;
    }
    return plan ? *plan : good;
}

/*
 * The optimistic token is for the client's first mechanism. Where another is
 * chosen it is dropped unread, the client is told which and that a MIC is
 * wanted (RFC 4178 section 4.2.2, request-mic), and begins that mechanism
 * with its next token.
 */
static void choose(struct negotiate_handle *handle,
                   const struct auth_context *ctx,
                   const struct spnego_init *init,
                   const struct negotiate_plan *plan, struct auth_outcome *out)
{
    struct spnego_resp resp = {0};
    bool first = false;
    const struct carrier *carrier =
        negotiate_choose(ctx, init, plan->mech, &first);

    if (!carrier || plan->reject) {
        negotiate_refuse(handle, ctx,
                         plan->reject ? AUTH_REASON_FORGED
                                      : AUTH_REASON_MECHANISM,
                         SPAN_NONE, out);
        return;
    }
    negotiate_start(handle, carrier);
    handle->mic_say = plan->mech_list_mic;
    buf_add(&handle->mech_types, init->mech_types);
    auth_note(ctx, out, "spnego.mech", "%s",
              negotiate_mech_text(ctx, *carrier->oid));
    if (first && init->has_token && handle->method) {
        carry(handle, ctx, init->mech_token, init->mech_list_mic, out);
        return;
    }
    handle->mic_required = !first;
    negotiate_reply(handle, ctx, &resp,
                    first ? SPNEGO_ACCEPT_INCOMPLETE : SPNEGO_REQUEST_MIC, out);
    out->mechanism = carrier->mechanism;
    out->verdict = AUTH_CONTINUE;
    handle->state = NEGOTIATE_AWAIT_RESP;
}

static void on_init(struct negotiate_handle *handle,
                    const struct auth_context *ctx, struct span token,
                    struct auth_outcome *out)
{
    struct auth_context own = *ctx;
    struct negotiate_plan plan;
    struct spnego_init init;
    struct spnego_flaw flaw;

    reset(handle);
    auth_note(ctx, out, "spnego.token", "NegTokenInit");
    if (spnego_decode_init(token, &init, &flaw) != SPNEGO_OK) {
        invalid(handle, ctx, out, flaw_text(ctx, &flaw));
        return;
    }
    note_mechs(ctx, &init, out);
    plan = plan_of(&own);
    choose(handle, &own, &init, &plan, out);
}

static void on_resp(struct negotiate_handle *handle,
                    const struct auth_context *before, struct span token,
                    struct auth_outcome *out)
{
    struct auth_context own = *before;
    const struct auth_context *ctx = &own;
    struct spnego_resp resp;
    struct spnego_flaw flaw;

    auth_note(ctx, out, "spnego.token", "NegTokenResp");
    if (spnego_decode_resp(token, &resp, &flaw) != SPNEGO_OK) {
        invalid(handle, ctx, out, flaw_text(ctx, &flaw));
        return;
    }
    own = auth_reach(before, AUTH_MOMENT_NEGOTIATE_CONTINUE);
    if (handle->state != NEGOTIATE_AWAIT_RESP &&
        handle->state != NEGOTIATE_AWAIT_MIC) {
        out->verdict = AUTH_REFUSED;
        out->reason = AUTH_REASON_OUT_OF_TURN;
        return;
    }
    if (resp.has_state && resp.state == SPNEGO_REJECT) {
        invalid(handle, ctx, out, "the client rejects the negotiation");
        return;
    }
    if (handle->state == NEGOTIATE_AWAIT_MIC) {
        negotiate_await(handle, ctx, resp.mech_list_mic, out);
        return;
    }
    if (!handle->method) {
        negotiate_refuse(handle, ctx, AUTH_REASON_FORGED, SPAN_NONE, out);
        return;
    }
    if (!resp.has_token) {
        invalid(handle, ctx, out, "responseToken is absent");
        return;
    }
    carry(handle, ctx, resp.response_token, resp.mech_list_mic, out);
}

/*
 * A mechanism's token with nothing around it. [MS-SPNG] 3.2.5.2 has Windows
 * take raw NTLM; raw Kerberos is what GSS-API clients without SPNEGO send.
 * A raw token never continues what began within SPNEGO: that would be a way
 * around mechListMIC.
 */
static void on_raw(struct negotiate_handle *handle,
                   const struct auth_context *before, struct span oid,
                   struct span token, struct auth_outcome *out)
{
    const struct auth_context own =
        auth_reach(before, AUTH_MOMENT_NEGOTIATE_RAW);
    const struct auth_context *ctx = &own;
    const struct carrier *carrier = negotiate_carrier(ctx, oid);

    auth_note(ctx, out, "spnego.token", "raw %s",
              negotiate_mech_text(ctx, oid));
    if (!carrier) {
        reset(handle);
        out->verdict = AUTH_REFUSED;
        out->reason = AUTH_REASON_MECHANISM;
        return;
    }
    if (handle->state != NEGOTIATE_RAW ||
        handle->carrier->method != carrier->method) {
        reset(handle);
        negotiate_start(handle, carrier);
        handle->state = NEGOTIATE_RAW;
    }
    handle->method->step(handle->inner, ctx, token, out);
    out->mechanism = carrier->mechanism;
    negotiate_obey(handle, ctx, token, out);
}

/* A token comes in base64, four letters for three bytes, within a header. */
static size_t token_max(const struct world *world)
{
    size_t fits = world->header_limit / 4 * 3;

    return fits > TOKEN_MAX ? fits : TOKEN_MAX;
}

static void step(struct auth_handle *base, const struct auth_context *ctx,
                 struct span token_in, struct auth_outcome *out)
{
    struct negotiate_handle *handle = (struct negotiate_handle *)base;

    *out = (struct auth_outcome){
        .verdict = AUTH_INVALID,
        .mechanism = "negotiate",
        .notes = out->notes,
    };
    if (token_in.size > token_max(ctx->world)) {
        invalid(handle, ctx, out,
                arena_printf(ctx->arena, "longer than %zu bytes",
                             token_max(ctx->world)));
        return;
    }
    switch (spnego_kind_of(token_in)) {
    case SPNEGO_INIT:
        on_init(handle, ctx, token_in, out);
        break;
    case SPNEGO_RESP:
        on_resp(handle, ctx, token_in, out);
        break;
    case SPNEGO_RAW_NTLM:
        on_raw(handle, ctx, SPNEGO_OID_NTLM, token_in, out);
        break;
    case SPNEGO_RAW_KERBEROS:
        on_raw(handle, ctx, SPNEGO_OID_KRB5, token_in, out);
        break;
    case SPNEGO_UNKNOWN:
        invalid(handle, ctx, out, "neither SPNEGO nor a known mechanism");
        break;
    }
}

static struct auth_handle *begin(void)
{
    return &NEW(struct negotiate_handle)->base;
}

static void end(struct auth_handle *base)
{
    struct negotiate_handle *handle = (struct negotiate_handle *)base;

    if (!handle) {
        return;
    }
    reset(handle);
    buf_clear(&handle->mech_types);
    mem_free(handle);
}

const struct auth_method auth_method_negotiate = {
    .name = "negotiate",
    .scheme = "Negotiate",
    .spec = "RFC 4559, RFC 4178, [MS-SPNG]",
    .doc = "SPNEGO, which picks one of the mechanisms that the client lists.",
    .begin = begin,
    .step = step,
    .end = end,
};
