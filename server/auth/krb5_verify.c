/*
 * Judges an AP-REQ (RFC 4120 section 3.2.3, RFC 4121 section 4.1), see
 * krb5_parts.h. MIT's krb5_rd_req opens it and compares names and times; what
 * it does not know - which names are ours, channel, replays, accounts - is
 * judged here.
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

enum { CHECKSUM_GSS = 0x8003 }; /* RFC 4121 section 4.1.1 */

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
    offer->message = frame.message;
    return true;
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
        out->verdict = AUTH_REFUSED;
        out->reason = AUTH_REASON_BAD_TOKEN;
        out->why = arena_printf(ctx->arena, "%s came where an AP-REQ belongs",
                                krb_message_name(kind));
        judged->error = KRB5_ERR_MESSAGE_TYPE;
        return false;
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
    const struct krb_keys *keys = krb5_acceptor_keys(ctx->krb5, ctx->world);
    const char *name = krb_name_short(ctx->arena, &ticket->service);
    int32_t etype = ticket->enc_part.etype;

    out->report.spn = name;
    judged->service = krb5_acceptor_service(ctx->krb5, name);
    if (!judged->service ||
        !span_equal(ticket->service.realm, span_text(ctx->world->realm))) {
        return AUTH_REASON_SERVICE_NAME;
    }
    if (!(krb_etype_bit(etype) & ctx->world->krb5.etypes) ||
        !krb_keys_find(keys, etype)) {
        return AUTH_REASON_ETYPE;
    }
    return ticket->enc_part.has_kvno && ticket->enc_part.kvno != keys->kvno
               ? AUTH_REASON_KEY_VERSION
               : AUTH_REASON_NONE;
}

/* The library's numbers, where ours tell more or Windows sends another. */
static enum auth_reason reason_of(krb5_error_code code,
                                  struct krb5_judged *judged)
{
    switch (code) {
    case 0:
        return AUTH_REASON_NONE;
    case KRB5KRB_AP_ERR_SKEW:
        return AUTH_REASON_CLOCK_SKEW;
    case KRB5KRB_AP_ERR_TKT_EXPIRED:
        return AUTH_REASON_TICKET_EXPIRED;
    case KRB5KRB_AP_ERR_TKT_NYV:
    case KRB5KRB_AP_ERR_TKT_INVALID:
        return AUTH_REASON_TICKET_NOT_YET;
    case KRB5KRB_AP_ERR_BADMATCH:
        judged->error = KRB5_ERR_BAD_MATCH;
        return AUTH_REASON_MODIFIED;
    case KRB5KRB_AP_ERR_BAD_INTEGRITY:
    case KRB5KRB_AP_ERR_NOT_US:
        /* Or the authenticator: look_into tells the two apart. */
        return AUTH_REASON_SERVICE_KEY;
    case KRB5_NOPERM_ETYPE:
    case KRB5_PROG_ETYPE_NOSUPP:
        return AUTH_REASON_ETYPE;
    default:
        return AUTH_REASON_MODIFIED;
    }
}

static int64_t seconds(krb5_timestamp time)
{
    /* The library counts to 2106 in 32 bits without a sign. */
    return (int64_t)(uint32_t)time;
}

/*
 * RFC 4121 section 4.1.1 wants a checksum of this form. Clients that are no
 * GSS-API send another or none, and Windows takes those: they want what the
 * AP-REQ's options say, and are bound to no channel.
 */
static void read_checksum(struct krb5_judged *judged, krb5_flags options)
{
    const krb5_checksum *sum = judged->authenticator->checksum;

    judged->mutual = options & KRB5_AP_MUTUAL;
    if (sum && sum->checksum_type == CHECKSUM_GSS) {
        judged->has_checksum = krb_decode_gss_checksum(
            span_of(sum->contents, sum->length), &judged->checksum);
    }
    if (judged->has_checksum && judged->checksum.flags & KRB5_GSS_MUTUAL) {
        judged->mutual = true;
    }
}

static struct krb_name name_of(krb5_const_principal principal)
{
    struct krb_name name = {
        .type = principal->type,
        .realm = span_of(principal->realm.data, principal->realm.length),
    };

    while (name.count < KRB_COMPONENTS_MAX &&
           (krb5_int32)name.count < principal->length) {
        const krb5_data *part = &principal->data[name.count];

        name.components[name.count++] = span_of(part->data, part->length);
    }
    return name;
}

static void report(const struct auth_context *ctx,
                   const struct krb5_judged *judged, struct auth_outcome *out)
{
    const krb5_enc_tkt_part *part = judged->ticket->enc_part2;
    const krb5_ticket_times *times = &part->times;
    const struct krb_encrypted *closed = &judged->offer.ap.ticket.enc_part;
    struct krb_name client = name_of(part->client);
    int64_t starts = seconds(times->starttime);

    krb5_name_client(ctx, &client, out);
    out->report.krb5.etype = closed->etype;
    out->report.krb5.kvno = closed->has_kvno ? closed->kvno : 0;
    out->report.krb5.session_etype = part->session->enctype;
    out->report.krb5.ticket_flags = (uint32_t)part->flags;
    out->report.krb5.gss_flags = judged->checksum.flags;
    out->report.krb5.mutual = judged->mutual;
    out->report.krb5.delegated = judged->checksum.flags & KRB5_GSS_DELEG;
    out->report.krb5.auth_time = seconds(times->authtime);
    out->report.krb5.start_time = starts ? starts : seconds(times->authtime);
    out->report.krb5.end_time = seconds(times->endtime);
    out->report.krb5.renew_till = seconds(times->renew_till);
    out->report.krb5.skew =
        seconds(judged->authenticator->ctime) - judged->now / ENV_NS_PER_SEC;
}

/* The replay cache of the library is a file: ours is asked instead, and flags
 * without DO_TIME leave that one alone. */
static krb5_error_code rd_req(const struct auth_context *ctx,
                              struct krb5_judged *judged, krb5_flags *options)
{
    struct krb5_acceptor *acceptor = ctx->krb5;
    krb5_context context = acceptor->context;
    struct span message = judged->offer.message;
    krb5_data data = {.length = (unsigned)message.size,
                      .data = (char *)(uintptr_t)message.data};
    krb5_error_code code = krb5_auth_con_init(context, &judged->auth);

    if (code == 0) {
        code = krb5_auth_con_setflags(context, judged->auth, 0);
    }
    if (code == 0) {
        code = krb5_rd_req(context, &judged->auth, &data, NULL,
                           ctx->world->krb5.wrong_key ? acceptor->other_keytab
                                                      : acceptor->keytab,
                           options, &judged->ticket);
    }
    if (code == 0) {
        code = krb5_auth_con_getauthenticator(context, judged->auth,
                                              &judged->authenticator);
    }
    return code;
}

static enum auth_reason open_request(const struct auth_context *ctx,
                                     struct krb5_judged *judged,
                                     struct auth_outcome *out)
{
    krb5_flags options = 0;
    krb5_error_code code = rd_req(ctx, judged, &options);
    enum auth_reason reason = reason_of(code, judged);

    if (reason == AUTH_REASON_NONE) {
        read_checksum(judged, options);
        report(ctx, judged, out);
    } else if (reason == AUTH_REASON_MODIFIED) {
        const char *text = krb5_get_error_message(ctx->krb5->context, code);

        auth_note(ctx, out, "krb5.error", "%s", text);
        krb5_free_error_message(ctx->krb5->context, text);
    }
    return reason;
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
    struct krb_name client = name_of(judged->ticket->enc_part2->client);

    if (!span_equal(client.realm, span_text(ctx->world->realm))) {
        return AUTH_REASON_REALM;
    }
    out->user = find_user(ctx, &client);
    return out->user ? auth_account_check(ctx, out->user)
                     : AUTH_REASON_UNKNOWN_USER;
}

/* Absent and all zero are the same: RFC 4121 section 4.1.1.2. */
static enum auth_binding binding_of(const struct auth_context *ctx,
                                    const struct krb5_judged *judged)
{
    struct span sent = judged->checksum.bindings;
    uint8_t right[AUTH_BINDING_SIZE];

    if (!judged->has_checksum || auth_binding_is_none(sent)) {
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
 * pass that nothing can be compared with.
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
        good = binding != AUTH_BINDING_MISMATCHED || !tls;
        break;
    case CHANNEL_BINDING_REQUIRE:
        good = binding == AUTH_BINDING_MATCHED;
        break;
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

/*
 * What was refused before all of it was known, opened with our own keys: for
 * `why`, and to tell a ticket that does not open from an authenticator that
 * does not.
 */
static enum auth_reason look_into(const struct auth_context *ctx,
                                  struct krb5_judged *judged,
                                  enum auth_reason reason,
                                  struct auth_outcome *out)
{
    const struct krb5_acceptor *acceptor = ctx->krb5;

    krb5_open(ctx, &judged->offer, &judged->opened);
    krb5_open_report(ctx, judged, out);
    if (judged->opened.keys == &acceptor->keys) {
        out->user = find_user(ctx, &judged->opened.part.client);
    }
    return reason == AUTH_REASON_SERVICE_KEY &&
                   judged->opened.keys ==
                       krb5_acceptor_keys(acceptor, ctx->world)
               ? AUTH_REASON_MODIFIED
               : reason;
}

void krb5_judge(const struct auth_context *ctx, struct krb5_judged *judged,
                struct auth_outcome *out)
{
    enum auth_reason reason = check_outside(ctx, judged, out);

    if (reason == AUTH_REASON_NONE) {
        reason = open_request(ctx, judged, out);
    }
    if (reason == AUTH_REASON_NONE) {
        reason = check_inside(ctx, judged, out);
    } else {
        reason = look_into(ctx, judged, reason, out);
    }
    out->reason = reason;
    out->verdict = reason == AUTH_REASON_NONE ? AUTH_ACCEPTED : AUTH_REFUSED;
    if (out->verdict == AUTH_ACCEPTED && ctx->world->krb5.replay_cache) {
        krb5_replay_add(ctx->krb5->replay, judged->digest,
                        env_monotonic(ctx->env));
    }
}

void krb5_judged_clear(struct krb5_acceptor *acceptor,
                       struct krb5_judged *judged)
{
    krb5_context context = acceptor->context;

    if (judged->authenticator) {
        krb5_free_authenticator(context, judged->authenticator);
    }
    if (judged->ticket) {
        krb5_free_ticket(context, judged->ticket);
    }
    if (judged->auth) {
        krb5_auth_con_free(context, judged->auth);
    }
    judged->authenticator = NULL;
    judged->ticket = NULL;
    judged->auth = NULL;
}
