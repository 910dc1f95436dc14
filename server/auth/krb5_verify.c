/*
 * Judges an AP-REQ (RFC 4120 section 3.2.3, RFC 4121 section 4.1; protocol:
 * kerberos 4.1), see krb5_parts.h. What MIT's krb5_rd_req checks is checked
 * here, in its order, and what it does not know: which names are ours, channel,
 * replays, accounts. Not that function itself, since of a request that it
 * refuses it tells nothing, it looks for plug-ins in the file system each time,
 * and it takes twice as long.
 */
#include "config.h"

#include "auth/krb5_parts.h"

#include <string.h>

#include "auth/binding.h"
#include "util/mem.h"
#include "util/utf.h"
#include "wire/der.h"
#include "wire/spnego.h"
#include "world/world.h"

static bool invalid(const struct auth_context *ctx, struct auth_outcome *out,
                    const char *why)
{
    auth_note(ctx, out, "krb5.error", "%s", why);
    out->verdict = AUTH_INVALID;
    out->reason = AUTH_REASON_BAD_TOKEN;
    return false;
}

static bool malformed(const struct auth_context *ctx, struct auth_outcome *out,
                      const struct krb_flaw *flaw)
{
    return invalid(ctx, out,
                   arena_printf(ctx->arena, "%s %s, at offset %zu", flaw->field,
                                flaw->why, flaw->offset));
}

/* RFC 4121 section 4.1. Some clients send an AP-REQ as it is, within SPNEGO
 * and without the frame; Windows takes that. */
static bool unframe(const struct auth_context *ctx, struct span token,
                    struct krb5_offer *offer, struct auth_outcome *out)
{
    struct krb_gss_token frame;
    struct krb_flaw flaw;

    offer->message = token;
    if (token.size == 0 || token.data[0] != DER_APPLICATION_0) {
        return true;
    }
    if (!krb_decode_gss_token(token, &frame, &flaw)) {
        return malformed(ctx, out, &flaw);
    }
    if (!span_equal(frame.oid, SPNEGO_OID_KRB5) &&
        !span_equal(frame.oid, SPNEGO_OID_MS_KRB5)) {
        return invalid(ctx, out,
                       arena_printf(ctx->arena,
                                    "a token of the mechanism %s, not of "
                                    "Kerberos",
                                    der_oid_text(ctx->arena, frame.oid)));
    }
    offer->oid = frame.oid;
    offer->id = frame.id;
    offer->message = frame.message;
    return true;
}

static bool wrong_type(struct krb5_judged *judged, struct auth_outcome *out,
                       const char *why)
{
    out->verdict = AUTH_REFUSED;
    out->reason = AUTH_REASON_BAD_TOKEN;
    out->why = why;
    judged->error = KRB_AP_ERR_MSG_TYPE;
    return false;
}

bool krb5_unwrap(const struct auth_context *ctx, struct span token,
                 struct krb5_judged *judged, struct auth_outcome *out)
{
    struct krb5_offer *offer = &judged->offer;
    struct krb_flaw flaw;
    enum krb_message kind;

    if (!unframe(ctx, token, offer, out)) {
        return false;
    }
    kind = krb_kind_of(offer->message);
    if (kind == KRB_NONE) {
        return invalid(ctx, out, "not a Kerberos message");
    }
    auth_note(ctx, out, "krb5.message", "%s", krb_message_name(kind));
    if (kind != KRB_AP_REQ) {
        return wrong_type(judged, out,
                          arena_printf(ctx->arena,
                                       "%s came where an AP-REQ belongs",
                                       krb_message_name(kind)));
    }
    if (offer->oid.size && offer->id != KRB_TOKEN_AP_REQ) {
        return wrong_type(judged, out,
                          arena_printf(ctx->arena,
                                       "the token says 0x%04x in front of its "
                                       "AP-REQ, where 0x0100 belongs (RFC 4121 "
                                       "4.1)",
                                       offer->id));
    }
    if (!krb_decode_ap_req(offer->message, &offer->ap, &flaw)) {
        return malformed(ctx, out, &flaw);
    }
    offer->decoded = true;
    return true;
}

/* What can be told before anything is decrypted. */
static enum auth_reason check_outside(const struct auth_context *ctx,
                                      struct krb5_judged *judged,
                                      struct auth_outcome *out)
{
    const struct krb_ticket *ticket = &judged->offer.ap.ticket;
    const struct krb_keys *keys =
        &krb5_acceptor_keys(ctx->krb5, ctx->world)->keys;
    const char *name = krb_name_short(ctx->arena, &ticket->service);
    int32_t etype = ticket->enc_part.etype;

    out->report.spn = name;
    judged->service = world_has_spn(ctx->world, name) ? name : NULL;
    if (!judged->service ||
        !span_equal(ticket->service.realm, span_text(ctx->world->realm))) {
        return AUTH_REASON_SERVICE_NAME;
    }
    if (!(krb_etype_bit(etype) & ctx->world->krb5.etypes) ||
        !krb_keys_find(keys, etype)) {
        return AUTH_REASON_ETYPE;
    }
    /* 0 says as little as none does: MIT and Heimdal take it for that. */
    return ticket->enc_part.has_kvno && ticket->enc_part.kvno != 0 &&
                   ticket->enc_part.kvno != keys->kvno
               ? AUTH_REASON_KEY_VERSION
               : AUTH_REASON_NONE;
}

static bool same_name(const struct krb_name *a, const struct krb_name *b)
{
    if (a->count != b->count || !span_equal(a->realm, b->realm)) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!span_equal(a->components[i], b->components[i])) {
            return false;
        }
    }
    return true;
}

/* What is skewed may be so to either side, for tickets and clients alike. The
 * flag comes last, as with MIT; its number is that of RFC 4120 section 3.2.3.
 */
static enum auth_reason check_times(const struct krb5_judged *judged)
{
    const struct krb_ticket_part *part = &judged->opened.part;
    int64_t now = judged->now / ENV_NS_PER_SEC;
    int64_t skew = judged->opened.authenticator.client_time - now;

    if (krb5_starts(part) - now > KRB5_SKEW_MAX) {
        return AUTH_REASON_TICKET_NOT_YET;
    }
    if (now - part->end_time > KRB5_SKEW_MAX) {
        return AUTH_REASON_TICKET_EXPIRED;
    }
    if (skew > KRB5_SKEW_MAX || skew < -KRB5_SKEW_MAX) {
        return AUTH_REASON_CLOCK_SKEW;
    }
    return part->flags & KRB_TICKET_INVALID ? AUTH_REASON_TICKET_NOT_YET
                                            : AUTH_REASON_NONE;
}

/* Does it open with the keys that the service has, and fit together? */
static enum auth_reason check_opened(const struct auth_context *ctx,
                                     struct krb5_judged *judged)
{
    const struct krb5_opened *opened = &judged->opened;

    if (opened->broken) {
        return AUTH_REASON_BAD_TOKEN;
    }
    if (opened->keys != krb5_acceptor_keys(ctx->krb5, ctx->world)) {
        return AUTH_REASON_SERVICE_KEY;
    }
    if (!opened->has_authenticator) {
        return AUTH_REASON_MODIFIED;
    }
    if (!same_name(&opened->authenticator.client, &opened->part.client)) {
        judged->error = KRB_AP_ERR_BADMATCH;
        return AUTH_REASON_MODIFIED;
    }
    return check_times(judged);
}

/*
 * RFC 4121 section 4.1.1 wants a checksum of this form. Clients that are no
 * GSS-API send another type or none, and Windows takes those: they want what
 * the AP-REQ's options say, and are bound to no channel. One of GSS-API's type
 * that is not of this form is refused, as by MIT and Heimdal.
 */
static void read_checksum(struct krb5_judged *judged)
{
    const struct krb_authenticator *authenticator =
        &judged->opened.authenticator;

    judged->mutual = judged->offer.ap.options & KRB_AP_MUTUAL_REQUIRED;
    if (judged->opened.has_authenticator && authenticator->has_checksum &&
        authenticator->checksum.type == KRB_GSS_CHECKSUM) {
        judged->has_checksum = krb_decode_gss_checksum(
            authenticator->checksum.bytes, &judged->checksum);
        judged->broken_checksum = !judged->has_checksum;
    }
    if (judged->has_checksum && judged->checksum.flags & KRB_GSS_MUTUAL) {
        judged->mutual = true;
    }
}

static enum auth_reason check_replay(const struct auth_context *ctx,
                                     struct krb5_judged *judged)
{
    if (!ctx->world->krb5.replay_cache) {
        return AUTH_REASON_NONE;
    }
    krb5_replay_digest(judged->offer.ap.authenticator.cipher, judged->digest);
    return krb5_replay_seen(ctx->krb5->replay, judged->digest,
                            env_monotonic(ctx->env), &judged->replayed_at)
               ? AUTH_REASON_REPLAY
               : AUTH_REASON_NONE;
}

/* The account of a principal of one part; an enterprise name is one with an
 * "@" in it. */
static const struct user *find_user(const struct auth_context *ctx,
                                    const struct krb_name *client)
{
    struct span name = client->components[0];

    if (client->count != 1 || !utf8_is_text(name)) {
        return NULL;
    }
    return world_account(ctx->world, NULL, arena_text(ctx->arena, name));
}

/*
 * A ticket is good until it expires, whatever has become of the account: in
 * Active Directory the service does not ask again. Lync's front end does, by
 * its own list of users, and lets no account in that was disabled meanwhile;
 * so the state of now counts here, as in all methods.
 */
static enum auth_reason check_client(const struct auth_context *ctx,
                                     const struct krb5_judged *judged,
                                     struct auth_outcome *out)
{
    const struct krb_name *client = &judged->opened.part.client;

    if (!span_equal(client->realm, span_text(ctx->world->realm))) {
        return AUTH_REASON_REALM;
    }
    out->user = find_user(ctx, client);
    return out->user ? auth_account_check(ctx, out->user)
                     : AUTH_REASON_UNKNOWN_USER;
}

/* Absent and all zero are the same: RFC 4121 section 4.1.1.2. */
static enum auth_binding binding_of(const struct auth_context *ctx,
                                    const struct krb5_judged *judged)
{
    struct span sent = judged->checksum.bindings;
    uint8_t right[AUTH_BINDING_SIZE];

    if (!judged->has_checksum || span_is_zero(sent)) {
        return AUTH_BINDING_ABSENT;
    }
    if (!ctx->certificate_hash.size) {
        return AUTH_BINDING_MISMATCHED;
    }
    auth_channel_bindings(ctx->certificate_hash, right);
    return sent.size == sizeof(right) &&
                   mem_equal_secret(sent.data, right, sizeof(right))
               ? AUTH_BINDING_MATCHED
               : AUTH_BINDING_MISMATCHED;
}

/*
 * "require" means what it says: without TLS there is nothing to be bound to,
 * and the sign-in is refused. As for NTLM, "allow" without TLS lets a binding
 * pass that nothing can be compared with. With it, a client that says it binds
 * itself must have done so, as MIT wants it: its token was made for elsewhere.
 */
static enum auth_reason check_channel(const struct auth_context *ctx,
                                      const struct krb5_judged *judged,
                                      struct auth_outcome *out)
{
    enum auth_binding binding = binding_of(ctx, judged);
    bool tls = ctx->certificate_hash.size > 0;
    bool good = true;

    switch (ctx->world->krb5.channel_binding) {
    case CHANNEL_BINDING_NONE:
        break;
    case CHANNEL_BINDING_ALLOW:
        good = !tls || binding == AUTH_BINDING_MATCHED ||
               (binding == AUTH_BINDING_ABSENT &&
                !krb5_expects_binding(&judged->opened.authenticator));
        break;
    case CHANNEL_BINDING_REQUIRE:
        good = binding == AUTH_BINDING_MATCHED;
        break;
    }
    if (tls && binding == AUTH_BINDING_MISMATCHED) {
        krb5_breach_binding(ctx, judged, out);
    }
    auth_note(ctx, out, "krb5.channel-binding", "%s",
              tls || binding == AUTH_BINDING_ABSENT ? auth_binding_text(binding)
                                                    : "present without TLS");
    out->report.channel_binding = tls ? binding : AUTH_BINDING_NOT_CHECKED;
    return good ? AUTH_REASON_NONE : AUTH_REASON_CHANNEL_BINDING;
}

static enum auth_reason check_spn(const struct auth_context *ctx,
                                  const struct krb5_judged *judged)
{
    return ctx->world->krb5.check_spn &&
                   !auth_spn_names(judged->service, ctx->host)
               ? AUTH_REASON_SPN
               : AUTH_REASON_NONE;
}

/* Once it is open, all is looked at, so that the journal has it all. */
static enum auth_reason check_inside(const struct auth_context *ctx,
                                     struct krb5_judged *judged,
                                     struct auth_outcome *out)
{
    const enum auth_reason found[] = {
        check_replay(ctx, judged),
        judged->broken_checksum ? AUTH_REASON_BAD_TOKEN : AUTH_REASON_NONE,
        check_client(ctx, judged, out),
        check_channel(ctx, judged, out),
        check_spn(ctx, judged),
    };

    for (size_t i = 0; i < ARRAY_SIZE(found); i++) {
        if (found[i] != AUTH_REASON_NONE) {
            return found[i];
        }
    }
    return AUTH_REASON_NONE;
}

/* Opened first, so that of one that is refused the client is known, too. */
static enum auth_reason judge(const struct auth_context *ctx,
                              struct krb5_judged *judged,
                              struct auth_outcome *out)
{
    enum auth_reason reason = check_outside(ctx, judged, out);

    krb5_open(ctx, &judged->offer, &judged->opened);
    read_checksum(judged);
    krb5_open_report(ctx, judged, out);
    krb5_breach_opened(ctx, judged, out);
    if (reason == AUTH_REASON_NONE) {
        reason = check_opened(ctx, judged);
    }
    if (reason == AUTH_REASON_NONE) {
        return check_inside(ctx, judged, out);
    }
    if (judged->opened.keys == &ctx->krb5->own) {
        out->user = find_user(ctx, &judged->opened.part.client);
    }
    return reason;
}

void krb5_judge(const struct auth_context *ctx, struct krb5_judged *judged,
                struct auth_outcome *out)
{
    out->reason = judge(ctx, judged, out);
    if (out->reason == AUTH_REASON_NONE && ctx->world->krb5.replay_cache &&
        !krb5_replay_add(ctx->krb5->replay, judged->digest,
                         env_monotonic(ctx->env), &judged->replayed_at)) {
        out->reason = AUTH_REASON_REPLAY;
    }
    out->verdict =
        out->reason == AUTH_REASON_NONE ? AUTH_ACCEPTED : AUTH_REFUSED;
}

void krb5_forget(const struct auth_context *ctx, struct span token)
{
    struct krb5_judged judged = {0};
    struct auth_outcome dropped = {0};

    if (krb5_unwrap(ctx, token, &judged, &dropped)) {
        krb5_replay_digest(judged.offer.ap.authenticator.cipher, judged.digest);
        krb5_replay_undo(ctx->krb5->replay, judged.digest);
    }
}
