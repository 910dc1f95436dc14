/*
 * What an AP-REQ is answered with: AP-REP or KRB-ERROR (RFC 4120 sections 5.5.2
 * and 5.9.1, RFC 4121 section 4.1), see krb5_parts.h.
 */
#include "config.h"

#include "auth/krb5_parts.h"

#include <string.h>

#include "util/env.h"
#include "util/kcrypt.h"
#include "util/mem.h"
#include "wire/plans.h"
#include "world/world.h"

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
                     const struct krb_block *block)
{
    const krb5_keyblock key = {
        .enctype = block->type,
        .length = (unsigned)block->bytes.size,
    };

    if (!krb5_is_key(context, &key)) {
        return false;
    }
    *out = (struct krb_key){.etype = block->type, .size = block->bytes.size};
    memcpy(out->bytes, block->bytes.data, block->bytes.size);
    return true;
}

static const struct krb_block *initiator_key(const struct krb5_judged *judged)
{
    return judged->opened.authenticator.has_subkey
               ? &judged->opened.authenticator.subkey
               : &judged->opened.part.key;
}

/*
 * With an AP-REP comes a subkey of ours, as of Windows and MIT (RFC 4121
 * section 2). The tokens of RC4 know the initiator's key alone (RFC 4757
 * section 7); there its subkey goes back. Without an AP-REP both count from the
 * initiator's number. Ours is small, as some old clients take it for signed.
 */
static void make_ours(const struct krb5_judged *judged,
                      struct krb5_session *session)
{
    struct {
        uint8_t key[KRB_KEY_MAX];
        uint32_t number;
    } fresh; /* asked for at once: each time costs a microsecond */

    session->sequence = judged->opened.authenticator.sequence;
    if (!judged->mutual) {
        return;
    }
    env_secret(&fresh, sizeof(fresh));
    session->sequence = fresh.number & 0x3fffffff;
    if (session->initiator.etype != KRB_ETYPE_RC4) {
        session->acceptor = session->initiator;
        memcpy(session->acceptor.bytes, fresh.key, session->acceptor.size);
    }
    mem_wipe(&fresh, sizeof(fresh));
}

/* RFC 4120 section 5.5.2 */
static void add_part(struct buf *out, const struct krb5_judged *judged,
                     const struct krb5_session *session)
{
    const struct krb_authenticator *client = &judged->opened.authenticator;
    const struct krb_key *subkey =
        session->acceptor.size ? &session->acceptor : &session->initiator;
    const struct krb_ap_rep_part part = {
        .client_time = client->client_time,
        .cusec = client->cusec,
        .has_subkey = session->acceptor.size || client->has_subkey,
        .subkey = {subkey->etype, span_of(subkey->bytes, subkey->size)},
        .sequence = (uint32_t)session->sequence,
    };

    krb_encode_ap_rep_part(out, &part);
}

/* With the ticket's session key; in the arena. */
static bool encrypt_part(const struct auth_context *ctx, krb5_key key,
                         struct span plain, struct krb_encrypted *out)
{
    krb5_context context = ctx->krb5->context;
    krb5_enctype etype = krb5_k_key_enctype(context, key);
    const krb5_data in = {.length = (unsigned)plain.size,
                          .data = (char *)(uintptr_t)plain.data};
    krb5_enc_data cipher = {0};
    size_t size = 0;

    if (krb5_c_encrypt_length(context, etype, plain.size, &size) != 0) {
        return false;
    }
    cipher.ciphertext.length = (unsigned)size;
    cipher.ciphertext.data = arena_alloc(ctx->arena, size);
    if (krb5_k_encrypt(context, key, KCRYPT_AP_REP, NULL, &in, &cipher) != 0) {
        return false;
    }
    *out = (struct krb_encrypted){
        .etype = etype,
        .cipher = span_of(cipher.ciphertext.data, cipher.ciphertext.length),
    };
    return true;
}

/* The mutual token: who can read the authenticator has the service's key. */
static bool make_ap_rep(const struct auth_context *ctx,
                        const struct krb5_judged *judged,
                        const struct krb5_session *session,
                        struct span *out_token)
{
    struct krb_encrypted encrypted;
    AUTO_BUF part = {0};
    AUTO_BUF message = {0};
    bool made;

    add_part(&part, judged, session);
    made =
        encrypt_part(ctx, judged->opened.session, buf_span(&part), &encrypted);
    mem_wipe(part.data, part.size);
    if (!made) {
        return false;
    }
    krb_encode_ap_rep(&message, &encrypted);
    *out_token =
        framed(ctx, &judged->offer, KRB_TOKEN_AP_REP, buf_span(&message));
    return true;
}

bool krb5_reply_accept(const struct auth_context *ctx,
                       const struct krb5_judged *judged,
                       struct krb5_session *out_session, struct span *out_token)
{
    struct krb5_session session = {0};
    struct span token = SPAN_NONE;

    if (!copy_key(ctx->krb5->context, &session.initiator,
                  initiator_key(judged))) {
        return false;
    }
    make_ours(judged, &session);
    if (judged->mutual && !make_ap_rep(ctx, judged, &session, &token)) {
        return false;
    }
    *out_session = session;
    *out_token = token;
    mem_wipe(&session, sizeof(session));
    return true;
}

/* What Windows sends: 41 where MIT says 31, for a ticket that does not open.
 * protocol: kerberos 4.2 */
static int32_t code_of(enum auth_reason reason)
{
    switch (reason) {
    case AUTH_REASON_SERVICE_KEY:
    case AUTH_REASON_MODIFIED:
        return KRB_AP_ERR_MODIFIED;
    case AUTH_REASON_SERVICE_NAME:
    case AUTH_REASON_SPN:
        return KRB_AP_ERR_NOT_US;
    case AUTH_REASON_KEY_VERSION:
        return KRB_AP_ERR_BADKEYVER;
    case AUTH_REASON_ETYPE:
        return KDC_ERR_ETYPE_NOSUPP;
    case AUTH_REASON_REALM:
        return KDC_ERR_WRONG_REALM;
    case AUTH_REASON_CLOCK_SKEW:
        return KRB_AP_ERR_SKEW;
    case AUTH_REASON_TICKET_EXPIRED:
        return KRB_AP_ERR_TKT_EXPIRED;
    case AUTH_REASON_TICKET_NOT_YET:
        return KRB_AP_ERR_TKT_NYV;
    case AUTH_REASON_REPLAY:
        return KRB_AP_ERR_REPEAT;
    case AUTH_REASON_UNKNOWN_USER:
        return KDC_ERR_C_PRINCIPAL_UNKNOWN;
    case AUTH_REASON_DISABLED:
    case AUTH_REASON_LOCKED:
        return KDC_ERR_CLIENT_REVOKED;
    case AUTH_REASON_EXPIRED:
    case AUTH_REASON_MUST_CHANGE:
        return KDC_ERR_KEY_EXPIRED;
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
    return KRB_ERR_GENERIC;
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
    AUTO_BUF out = {0};

    krb_error_set_time(error, clock);
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

    if (error.code == KRB_AP_ERR_SKEW) {
        error.data = span_of(skew_recovery, sizeof(skew_recovery));
    }
    if (error.code == KRB_ERR_GENERIC) {
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
        .code = plan->error.code,
        .text = span_text(plan->error.text),
    };

    /* For the frame and the name in it; a token that is none gets an error in
     * no frame. */
    if (!krb5_unwrap(ctx, token, &judged, &dropped)) {
        judged.offer.decoded = false;
    }
    return error_token(ctx, &judged.offer, &error,
                       env_now(ctx->env) + plan->error.clock);
}
