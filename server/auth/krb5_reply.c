/*
 * What an AP-REQ is answered with: AP-REP or KRB-ERROR (RFC 4120 sections 5.5.2
 * and 5.9.1, RFC 4121 section 4.1), see krb5_parts.h.
 */
#include "config.h"

#include "auth/krb5_parts.h"

#include <string.h>

#include "util/env.h"
#include "util/mem.h"
#include "wire/plans.h"
#include "world/world.h"

enum { MICROSECOND = 1000 /* ns */, MICROSECONDS = 1000000 };

/* In the frame of the token that it answers, or in none. */
static struct span framed(const struct auth_context *ctx,
                          const struct krb5_offer *offer, unsigned id,
                          struct span message)
{
    AUTO_BUF out = {0};

    if (offer->oid.size == 0) {
        return arena_copy(ctx->arena, message);
    }
    krb_encode_gss_token(&out, offer->oid, id, message);
    return arena_copy(ctx->arena, buf_span(&out));
}

/* False: the bytes are no key of this type. A client chooses its subkey. */
static bool copy_key(krb5_context context, struct krb_key *out,
                     const krb5_keyblock *block)
{
    size_t bytes = 0;
    size_t size = 0;

    if (krb5_c_keylengths(context, block->enctype, &bytes, &size) != 0 ||
        block->length != size || size > sizeof(out->bytes)) {
        return false;
    }
    *out = (struct krb_key){.etype = block->enctype, .size = size};
    memcpy(out->bytes, block->contents, size);
    return true;
}

/* The initiator's subkey, or the ticket's key. */
static const krb5_keyblock *initiator_key(const struct krb5_judged *judged)
{
    return judged->authenticator->subkey ? judged->authenticator->subkey
                                         : judged->ticket->enc_part2->session;
}

/*
 * Whether the AP-REP brings a subkey of ours, as those of Windows and MIT do
 * (RFC 4121 section 2). The tokens of RC4 know the initiator's key alone (RFC
 * 4757 section 7).
 */
static bool has_subkey(const struct krb5_judged *judged)
{
    return judged->mutual && initiator_key(judged)->enctype != KRB_ETYPE_RC4;
}

/* The library has the initiator's subkey for both until it makes another. */
static bool keep_subkey(krb5_context context, const struct krb5_judged *judged,
                        struct krb5_session *session)
{
    krb5_keyblock *key = NULL;
    bool kept;

    if (krb5_auth_con_getsendsubkey(context, judged->auth, &key) != 0 || !key) {
        return false;
    }
    kept = copy_key(context, &session->acceptor, key);
    krb5_free_keyblock(context, key);
    return kept;
}

/* Without an AP-REP both count from the initiator's number. */
static void keep_sequence(krb5_context context,
                          const struct krb5_judged *judged,
                          struct krb5_session *session)
{
    krb5_int32 number = (krb5_int32)judged->authenticator->seq_number;

    if (judged->mutual) {
        krb5_auth_con_getlocalseqnumber(context, judged->auth, &number);
    }
    session->sequence = (uint32_t)number;
}

static bool make_ap_rep(const struct auth_context *ctx,
                        struct krb5_judged *judged, struct span *out_token)
{
    krb5_context context = ctx->krb5->context;
    krb5_int32 flags = KRB5_AUTH_CONTEXT_DO_SEQUENCE;
    krb5_data reply = {0};

    flags |= has_subkey(judged) ? KRB5_AUTH_CONTEXT_USE_SUBKEY : 0;
    krb5_auth_con_setflags(context, judged->auth, flags);
    if (krb5_mk_rep(context, judged->auth, &reply) != 0) {
        return false;
    }
    *out_token = framed(ctx, &judged->offer, KRB_TOKEN_AP_REP,
                        span_of(reply.data, reply.length));
    krb5_free_data_contents(context, &reply);
    return true;
}

bool krb5_reply_accept(const struct auth_context *ctx,
                       struct krb5_judged *judged,
                       struct krb5_session *out_session, struct span *out_token)
{
    krb5_context context = ctx->krb5->context;
    struct krb5_session session = {0};
    struct span token = SPAN_NONE;

    if (!copy_key(context, &session.initiator, initiator_key(judged)) ||
        (judged->mutual && !make_ap_rep(ctx, judged, &token)) ||
        (has_subkey(judged) && !keep_subkey(context, judged, &session))) {
        return false;
    }
    keep_sequence(context, judged, &session);
    *out_session = session;
    *out_token = token;
    mem_wipe(&session, sizeof(session));
    return true;
}

/* What Windows sends: 41 where MIT says 31, for a ticket that does not open. */
static int32_t code_of(enum auth_reason reason)
{
    switch (reason) {
    case AUTH_REASON_SERVICE_KEY:
    case AUTH_REASON_MODIFIED:
        return KRB5_ERR_MODIFIED;
    case AUTH_REASON_SERVICE_NAME:
    case AUTH_REASON_SPN:
        return KRB5_ERR_NOT_US;
    case AUTH_REASON_KEY_VERSION:
        return KRB5_ERR_KEY_VERSION;
    case AUTH_REASON_ETYPE:
        return KRB5_ERR_ETYPE;
    case AUTH_REASON_REALM:
        return KRB5_ERR_WRONG_REALM;
    case AUTH_REASON_CLOCK_SKEW:
        return KRB5_ERR_SKEW;
    case AUTH_REASON_TICKET_EXPIRED:
        return KRB5_ERR_EXPIRED;
    case AUTH_REASON_TICKET_NOT_YET:
        return KRB5_ERR_NOT_YET;
    case AUTH_REASON_REPLAY:
        return KRB5_ERR_REPEAT;
    case AUTH_REASON_UNKNOWN_USER:
        return KRB5_ERR_CLIENT_UNKNOWN;
    case AUTH_REASON_DISABLED:
    case AUTH_REASON_LOCKED:
        return KRB5_ERR_CLIENT_REVOKED;
    case AUTH_REASON_EXPIRED:
    case AUTH_REASON_MUST_CHANGE:
        return KRB5_ERR_KEY_EXPIRED;
    case AUTH_REASON_NONE:
    case AUTH_REASON_BAD_TOKEN:
    case AUTH_REASON_OUT_OF_TURN:
    case AUTH_REASON_WRONG_PASSWORD:
    case AUTH_REASON_ANONYMOUS:
    case AUTH_REASON_VERSION:
    case AUTH_REASON_MIC:
    case AUTH_REASON_CHANNEL_BINDING:
    case AUTH_REASON_MECH_LIST_MIC:
    case AUTH_REASON_MECHANISM:
    case AUTH_REASON_FORGED:
    case AUTH_REASON_COUNT:
        break;
    }
    return KRB5_ERR_GENERIC;
}

/* The ticket's service, or ours where the token has none. */
static struct krb_name service_of(const struct auth_context *ctx,
                                  const struct krb5_offer *offer)
{
    struct krb_name name = {.type = KRB_NT_SRV_INST,
                            .realm = span_text(ctx->world->realm),
                            .count = 2};

    if (offer->decoded && offer->ap.ticket.service.count > 0) {
        return offer->ap.ticket.service;
    }
    name.components[0] = span_text("HTTP");
    name.components[1] = span_text(ctx->host ? ctx->host : "localhost");
    return name;
}

static struct span error_token(const struct auth_context *ctx,
                               const struct krb5_offer *offer,
                               struct krb_error *error, int64_t clock)
{
    int64_t micro = clock / MICROSECOND;
    AUTO_BUF out = {0};

    error->server_time = micro / MICROSECONDS;
    error->susec = (int32_t)(micro % MICROSECONDS);
    error->service = service_of(ctx, offer);
    krb_encode_error(&out, error);
    return framed(ctx, offer, KRB_TOKEN_ERROR, buf_span(&out));
}

/*
 * [MS-KILE] 2.2.2 KERB-ERROR-DATA: of the type KERB_AP_ERR_TYPE_SKEW_RECOVERY,
 * by which a Windows service says that the client may try again with the time
 * of this message.
 */
static const uint8_t skew_recovery[] = {0x30, 0x05, 0xa1, 0x03,
                                        0x02, 0x01, 0x02};

struct span krb5_reply_error(const struct auth_context *ctx,
                             const struct krb5_judged *judged,
                             enum auth_reason reason)
{
    struct krb_error error = {
        .code = judged->error ? judged->error : code_of(reason),
    };

    if (error.code == KRB5_ERR_SKEW) {
        error.data = span_of(skew_recovery, sizeof(skew_recovery));
    }
    if (error.code == KRB5_ERR_GENERIC) {
        error.text = span_text(auth_reason_text(reason));
    }
    return error_token(ctx, &judged->offer, &error, judged->now);
}

struct span krb5_forge_error(const struct auth_context *ctx, struct span token,
                             const struct negotiate_plan *plan)
{
    struct krb5_judged judged = {0};
    struct auth_outcome dropped = {0};
    struct krb_error error = {
        .code = plan->error_code,
        .text = span_text(plan->error_text),
    };

    /* For the frame and the name in it; a token that is none gets an error in
     * no frame. */
    if (!krb5_unwrap(ctx, token, &judged, &dropped)) {
        judged.offer.decoded = false;
    }
    return error_token(ctx, &judged.offer, &error,
                       env_now(ctx->env) + plan->error_clock);
}
