/*
 * Authentication method: Negotiate, which is SPNEGO (RFC 4178, [MS-SPNG]) over
 * HTTP (RFC 4559). It picks the first mechanism of the client's list that this
 * server has, hands the tokens within to that method, and protects the choice
 * with mechListMIC. NTLM with nothing around it is answered in kind.
 */
#include "config.h"

#include "auth/auth.h"
#include "auth/handle.h"
#include "util/buf.h"
#include "util/mem.h"
#include "wire/der.h"
#include "wire/spnego.h"
#include "world/world.h"

/* Of a token; Kerberos tokens with large PACs come close. */
enum { TOKEN_MAX = 65536 };

enum state {
    AWAIT_INIT,
    AWAIT_RESP,
    RAW, /* no SPNEGO around the tokens */
    FINISHED,
};

/* Which method carries out a mechanism. */
struct carrier {
    const struct span *oid;
    const char *method;
    const char *mechanism; /* for the outcome */
    bool kerberos;         /* needs world->offer.kerberos */
};

static const struct carrier carriers[] = {
    {&SPNEGO_OID_KRB5, "krb5", "negotiate+krb5", true},
    {&SPNEGO_OID_MS_KRB5, "krb5", "negotiate+krb5", true},
    {&SPNEGO_OID_NTLM, "ntlm", "negotiate+ntlm", false},
};

struct negotiate_handle {
    struct auth_handle base;
    enum state state;
    const struct carrier *carrier;
    const struct auth_method *method;
    struct auth_handle *inner;
    struct buf mech_types; /* as the client sent them: what the MIC covers */
    bool mech_told;        /* supportedMech is in the first reply only */
    bool mic_required;     /* the choice was not the client's first */
};

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
    handle->state = AWAIT_INIT;
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

static const char *mech_text(const struct auth_context *ctx, struct span oid)
{
    const struct spnego_mech *mech = spnego_mech_of(oid);

    return mech ? mech->name : der_oid_text(ctx->arena, oid);
}

static const struct carrier *carrier_of(const struct auth_context *ctx,
                                        struct span oid)
{
    for (size_t i = 0; i < ARRAY_SIZE(carriers); i++) {
        const struct carrier *carrier = &carriers[i];

        if (span_equal(*carrier->oid, oid) && auth_method(carrier->method) &&
            (!carrier->kerberos ||
             (ctx->krb5 && ctx->world->offer.kerberos != KERBEROS_NO))) {
            return carrier;
        }
    }
    return NULL;
}

static void start_mechanism(struct negotiate_handle *handle,
                            const struct carrier *carrier)
{
    handle->carrier = carrier;
    handle->method = auth_method(carrier->method);
    handle->inner = handle->method->begin();
}

/* Completes a reply and makes it the outcome's token. */
static void reply(struct negotiate_handle *handle,
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

static void refuse(struct negotiate_handle *handle,
                   const struct auth_context *ctx, enum auth_reason reason,
                   struct auth_outcome *out)
{
    struct spnego_resp resp = {0};

    reply(handle, ctx, &resp, SPNEGO_REJECT, out);
    out->verdict = AUTH_REFUSED;
    out->reason = reason;
    out->counts = out->counts && reason == AUTH_REASON_WRONG_PASSWORD;
    handle->state = FINISHED;
}

/*
 * RFC 4178 section 5, from the side of an acceptor whose mechanism ended with
 * the client's token: the client's MIC comes along with that token, ours goes
 * back with accept-completed. Where the client got its first choice both may
 * be left out.
 */
static void complete(struct negotiate_handle *handle,
                     const struct auth_context *ctx, struct span mic,
                     struct spnego_resp *resp, struct auth_outcome *out)
{
    const struct auth_integrity *integrity = handle->inner->integrity;
    struct span covered = buf_span(&handle->mech_types);
    bool ready = integrity && integrity->ready(handle->inner);

    if (mic.size == 0) {
        auth_note(ctx, out, "spnego.mech-list-mic", "%s",
                  handle->mic_required ? "absent where required" : "absent");
    } else if (ready && integrity->verify_mic(handle->inner, covered, mic)) {
        auth_note(ctx, out, "spnego.mech-list-mic", "verified");
        resp->has_mic = true;
        resp->mech_list_mic =
            integrity->get_mic(handle->inner, ctx->arena, covered);
    } else {
        auth_note(ctx, out, "spnego.mech-list-mic", "wrong");
    }
    if (!resp->has_mic && (mic.size || handle->mic_required)) {
        refuse(handle, ctx, AUTH_REASON_MECH_LIST_MIC, out);
        return;
    }
    reply(handle, ctx, resp, SPNEGO_ACCEPT_COMPLETED, out);
    handle->state = FINISHED;
}

/* One token of the mechanism, and the reply around its answer. */
static void carry(struct negotiate_handle *handle,
                  const struct auth_context *ctx, struct span token,
                  struct span mic, struct auth_outcome *out)
{
    struct spnego_resp resp = {0};

    handle->method->step(handle->inner, ctx, token, out);
    out->mechanism = handle->carrier->mechanism;
    resp.has_token = out->token_out.size > 0;
    resp.response_token = out->token_out;
    switch (out->verdict) {
    case AUTH_CONTINUE:
        reply(handle, ctx, &resp, SPNEGO_ACCEPT_INCOMPLETE, out);
        handle->state = AWAIT_RESP;
        break;
    case AUTH_ACCEPTED:
        complete(handle, ctx, mic, &resp, out);
        break;
    case AUTH_REFUSED:
        refuse(handle, ctx, out->reason, out);
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
        buf_printf(&text, "%s%s", i ? " " : "", mech_text(ctx, init->mechs[i]));
    }
    auth_note(ctx, out, "spnego.mechs", "%s", buf_text(&text));
}

/* The first mechanism of the client's list that can be had; its place. */
static const struct carrier *choose(const struct auth_context *ctx,
                                    const struct spnego_init *init,
                                    size_t *out_place)
{
    for (size_t i = 0; i < init->mech_count; i++) {
        const struct carrier *carrier = carrier_of(ctx, init->mechs[i]);

        if (carrier) {
            *out_place = i;
            return carrier;
        }
    }
    return NULL;
}

/*
 * The optimistic token is for the client's first mechanism. Where another is
 * chosen it is dropped unread, the client is told which and that a MIC is
 * wanted (RFC 4178 section 4.2.2, request-mic), and begins that mechanism
 * with its next token.
 */
static void on_init(struct negotiate_handle *handle,
                    const struct auth_context *ctx, struct span token,
                    struct auth_outcome *out)
{
    struct spnego_init init;
    struct spnego_flaw flaw;
    struct spnego_resp resp = {0};
    const struct carrier *carrier;
    size_t place = 0;

    reset(handle);
    auth_note(ctx, out, "spnego.token", "NegTokenInit");
    if (spnego_decode_init(token, &init, &flaw) != SPNEGO_OK) {
        invalid(handle, ctx, out, flaw_text(ctx, &flaw));
        return;
    }
    note_mechs(ctx, &init, out);
    carrier = choose(ctx, &init, &place);
    if (!carrier) {
        refuse(handle, ctx, AUTH_REASON_MECHANISM, out);
        return;
    }
    start_mechanism(handle, carrier);
    buf_add(&handle->mech_types, init.mech_types);
    auth_note(ctx, out, "spnego.mech", "%s", mech_text(ctx, *carrier->oid));
    if (place == 0 && init.has_token) {
        carry(handle, ctx, init.mech_token, init.mech_list_mic, out);
        return;
    }
    handle->mic_required = place > 0;
    reply(handle, ctx, &resp,
          place > 0 ? SPNEGO_REQUEST_MIC : SPNEGO_ACCEPT_INCOMPLETE, out);
    out->mechanism = carrier->mechanism;
    out->verdict = AUTH_CONTINUE;
    handle->state = AWAIT_RESP;
}

static void on_resp(struct negotiate_handle *handle,
                    const struct auth_context *ctx, struct span token,
                    struct auth_outcome *out)
{
    struct spnego_resp resp;
    struct spnego_flaw flaw;

    auth_note(ctx, out, "spnego.token", "NegTokenResp");
    if (spnego_decode_resp(token, &resp, &flaw) != SPNEGO_OK) {
        invalid(handle, ctx, out, flaw_text(ctx, &flaw));
        return;
    }
    if (handle->state != AWAIT_RESP) {
        out->verdict = AUTH_REFUSED;
        out->reason = AUTH_REASON_OUT_OF_TURN;
        return;
    }
    if (resp.has_state && resp.state == SPNEGO_REJECT) {
        invalid(handle, ctx, out, "the client rejects the negotiation");
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
                   const struct auth_context *ctx, struct span oid,
                   struct span token, struct auth_outcome *out)
{
    const struct carrier *carrier = carrier_of(ctx, oid);

    auth_note(ctx, out, "spnego.token", "raw %s", mech_text(ctx, oid));
    if (!carrier) {
        reset(handle);
        out->verdict = AUTH_REFUSED;
        out->reason = AUTH_REASON_MECHANISM;
        return;
    }
    if (handle->state != RAW || handle->carrier->method != carrier->method) {
        reset(handle);
        start_mechanism(handle, carrier);
        handle->state = RAW;
    }
    handle->method->step(handle->inner, ctx, token, out);
    out->mechanism = carrier->mechanism;
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
    if (token_in.size > TOKEN_MAX) {
        invalid(handle, ctx, out, "longer than 64 KiB");
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
