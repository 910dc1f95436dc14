/*
 * Authentication method: Kerberos (RFC 4120 section 3.2, RFC 4121 section 4.1),
 * as SPNEGO carries it, or GSS-API alone. One token in, one out: an AP-REQ, and
 * an AP-REP or a KRB-ERROR. The pieces are named in krb5_parts.h.
 *
 * What is not done: the three legs of DCE style, and credentials that are
 * delegated are counted, not used.
 */
#include "config.h"

#include "auth/krb5.h"

#include "auth/krb5_parts.h"
#include "util/env.h"
#include "util/mem.h"
#include "world/world.h"

/* The session of the token before is forgotten. */
static void reset(struct krb5_handle *handle)
{
    mem_wipe(&handle->session, sizeof(handle->session));
    handle->has_session = false;
    handle->acceptor = NULL;
}

static void accept(struct krb5_handle *handle, const struct auth_context *ctx,
                   struct krb5_judged *judged, struct auth_outcome *out)
{
    if (!krb5_reply_accept(ctx, judged, &handle->session, &out->token_out)) {
        out->verdict = AUTH_REFUSED;
        out->reason = AUTH_REASON_MODIFIED;
        out->why = "the authenticator's subkey is no key of its encryption "
                   "type";
        return;
    }
    handle->acceptor = ctx->krb5;
    handle->has_session = true;
}

static void judge(struct krb5_handle *handle, const struct auth_context *before,
                  struct span token, struct auth_outcome *out)
{
    const struct auth_context own =
        auth_reach(before, AUTH_MOMENT_NEGOTIATE_TICKET);
    const struct auth_context *ctx = &own;
    struct krb5_judged judged = {
        .now = env_now(ctx->env) + ctx->world->krb5.clock,
    };

    if (krb5_unwrap(ctx, token, &judged, out)) {
        krb5_judge(ctx, &judged, out);
        krb5_note(ctx, &judged, out);
        krb5_why(ctx, &judged, out);
        if (out->verdict == AUTH_ACCEPTED) {
            accept(handle, ctx, &judged, out);
        }
    }
    if (out->verdict == AUTH_REFUSED) {
        out->token_out = krb5_reply_error(ctx, &judged, out->reason);
    }
    krb5_opened_clear(ctx->krb5, &judged.opened);
}

static void step(struct auth_handle *base, const struct auth_context *ctx,
                 struct span token_in, struct auth_outcome *out)
{
    struct krb5_handle *handle = (struct krb5_handle *)base;

    *out = (struct auth_outcome){
        .verdict = AUTH_INVALID,
        .mechanism = "krb5",
        .notes = out->notes,
    };
    reset(handle);
    if (!ctx->krb5) {
        auth_note(ctx, out, "krb5.error", "there is no Kerberos here");
        out->verdict = AUTH_REFUSED;
        out->reason = AUTH_REASON_MECHANISM;
        return;
    }
    judge(handle, ctx, token_in, out);
}

static void end(struct auth_handle *base)
{
    struct krb5_handle *handle = (struct krb5_handle *)base;

    if (handle) {
        reset(handle);
        mem_free(handle);
    }
}

static bool integrity_ready(const struct auth_handle *base)
{
    return ((const struct krb5_handle *)base)->has_session;
}

static struct span get_mic(struct auth_handle *base, struct arena *arena,
                           struct span message)
{
    struct krb5_handle *handle = (struct krb5_handle *)base;

    return krb5_mic_make(handle->acceptor->context, &handle->session,
                         KRB5_ACCEPTOR, handle->session.sequence++, arena,
                         message);
}

static bool verify_mic(struct auth_handle *base, struct span message,
                       struct span mic)
{
    struct krb5_handle *handle = (struct krb5_handle *)base;

    return krb5_mic_verify(handle->acceptor->context, &handle->session,
                           KRB5_INITIATOR, message, mic);
}

static const struct auth_integrity integrity = {
    .ready = integrity_ready,
    .get_mic = get_mic,
    .verify_mic = verify_mic,
};

static struct auth_handle *begin(void)
{
    struct krb5_handle *handle = NEW(struct krb5_handle);

    handle->base.integrity = &integrity;
    return &handle->base;
}

const struct auth_method auth_method_krb5 = {
    .name = "krb5",
    .spec = "RFC 4120, RFC 4121, [MS-KILE]",
    .doc = "Kerberos tickets of the world's own KDC, within Negotiate.",
    .begin = begin,
    .step = step,
    .end = end,
};
