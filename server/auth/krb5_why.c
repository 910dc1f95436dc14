/*
 * What a ticket says, as notes, and what is wrong with one that was refused, in
 * one sentence: which ingredient, what it is and what it should be. See
 * krb5_parts.h.
 */
#include "config.h"

#include "auth/krb5_parts.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "auth/binding.h"
#include "util/base64.h"
#include "util/env.h"
#include "util/nearest.h"
#include "util/number.h"
#include "util/utf.h"
#include "world/lockout.h"
#include "world/world.h"

/* "aes256-cts-hmac-sha1-96 (18)" */
static const char *etype_text(struct arena *arena, int32_t etype)
{
    const char *name = krb_etype_name(etype);
    char room[NUMBER_TEXT];
    const char *number = number_text(room, etype);

    return name ? arena_printf(arena, "%s (%s)", name, number)
                : arena_strdup(arena, number);
}

/* "forwardable pre-authent" */
static const char *flags_text(struct arena *arena, uint32_t flags)
{
    AUTO_BUF text = {0};

    for (unsigned bit = 0; bit < 32; bit++) {
        const char *name = krb_ticket_flag_name(bit);

        if (!(flags & UINT32_C(0x80000000) >> bit)) {
            continue;
        }
        buf_add_text(&text, text.size ? " " : "");
        if (name) {
            buf_add_text(&text, name);
        } else {
            buf_add_number(&text, bit);
        }
    }
    return arena_text(arena, buf_span(&text));
}

static void note_delegation(const struct auth_context *ctx,
                            struct auth_outcome *out)
{
    if (out->report.krb5.delegated) {
        auth_note(ctx, out, "krb5.delegation",
                  "credentials came along, and are not used");
    }
    if (out->report.krb5.gss_flags & KRB_GSS_DCE_STYLE) {
        auth_note(ctx, out, "krb5.dce-style",
                  "asked for, and not done: the AP-REP is the last token");
    }
}

static void note_ticket(const struct auth_context *ctx,
                        const struct krb_ticket *ticket,
                        struct auth_outcome *out)
{
    char room[NUMBER_TEXT];

    auth_note(ctx, out, "krb5.service", "%s",
              krb_name_text(ctx->arena, &ticket->service));
    auth_note(ctx, out, "krb5.etype", "%s",
              etype_text(ctx->arena, ticket->enc_part.etype));
    if (ticket->enc_part.has_kvno) {
        auth_note(ctx, out, "krb5.kvno", "%s",
                  number_text(room, ticket->enc_part.kvno));
    }
}

void krb5_note(const struct auth_context *ctx, const struct krb5_judged *judged,
               struct auth_outcome *out)
{
    const struct auth_krb5_report *krb5 = &out->report.krb5;
    char room[NUMBER_TEXT];

    note_ticket(ctx, &judged->offer.ap.ticket, out);
    if (!krb5->present) {
        return;
    }
    auth_note(ctx, out, "krb5.client", "%s", krb5->client);
    auth_note(ctx, out, "krb5.session-etype", "%s",
              etype_text(ctx->arena, krb5->session_etype));
    auth_note(ctx, out, "krb5.flags", "%s",
              flags_text(ctx->arena, krb5->ticket_flags));
    auth_note(ctx, out, "krb5.mutual", "%s", krb5->mutual ? "yes" : "no");
    auth_note(ctx, out, "krb5.ticket-ends", "%s",
              krb_time_text(ctx->arena, krb5->end_time));
    auth_note(ctx, out, "krb5.skew", "%s%s s", krb5->skew < 0 ? "" : "+",
              number_text(room, krb5->skew));
    note_delegation(ctx, out);
}

/* ---- One sentence for each reason ---- */

struct why {
    const struct auth_context *ctx;
    const struct krb5_judged *judged;
    const struct krb_ticket *ticket;
    const struct krb5_opened *opened;
    const char *service; /* of the ticket, as it has it */
    struct auth_outcome *out;
};

static const char *span_quoted(struct arena *arena, struct span text)
{
    return utf8_is_text(text) ? arena_text(arena, text) : "(no text)";
}

/* Both realms, and why they are not the same. */
static const char *realm_why(const struct why *w, const char *whose,
                             struct span realm)
{
    struct arena *arena = w->ctx->arena;
    const char *ours = w->ctx->world->realm;
    const char *theirs = span_quoted(arena, realm);

    return arena_printf(arena, "the %s is of the realm %s, ours is %s%s", whose,
                        theirs, ours,
                        strcasecmp(theirs, ours) == 0
                            ? ": Kerberos minds letter case, and realms are "
                              "written in capitals"
                            : "");
}

/* The SPN of a host of the world that this may be a slip for; NULL: none. */
static const char *nearest_spn(const struct why *w)
{
    struct nearest nearest;
    const char *host;

    nearest_init(&nearest, w->service);
    for (size_t i = 0; (host = world_name(w->ctx->world, i)) != NULL; i++) {
        if (world_registers(w->ctx->world, host)) {
            nearest_try(&nearest, span_text(arena_printf(w->ctx->arena,
                                                         "HTTP/%s", host)));
        }
    }
    return nearest.best.size ? (const char *)nearest.best.data : NULL;
}

static const char *name_why(const struct why *w)
{
    struct arena *arena = w->ctx->arena;
    const char *near = nearest_spn(w);

    if (w->judged->service) {
        return realm_why(w, "ticket", w->ticket->service.realm);
    }
    return arena_printf(
        arena, "the ticket is for %s, which is no SPN of ours%s%s", w->service,
        near ? "; the nearest is " : "", near ? near : "");
}

static const char *keys_text(const struct why *w)
{
    const struct krb_keys *keys =
        &krb5_acceptor_keys(w->ctx->krb5, w->ctx->world)->keys;
    AUTO_BUF text = {0};

    for (size_t i = 0; i < keys->count; i++) {
        int32_t etype = keys->items[i].etype;

        if (krb_etype_bit(etype) & w->ctx->world->krb5.etypes) {
            buf_printf(&text, "%s%s", text.size ? ", " : "",
                       etype_text(w->ctx->arena, etype));
        }
    }
    return arena_strdup(w->ctx->arena, text.size ? buf_text(&text) : "nothing");
}

static const char *etype_why(const struct why *w)
{
    struct arena *arena = w->ctx->arena;

    return arena_printf(arena,
                        "the ticket is closed with %s, and the service has "
                        "keys of %s (krb5.etypes)",
                        etype_text(arena, w->ticket->enc_part.etype),
                        keys_text(w));
}

static const char *version_why(const struct why *w)
{
    const struct krb5_keyset *set =
        krb5_acceptor_keys(w->ctx->krb5, w->ctx->world);
    const struct krb_keys *keys = &set->keys;
    uint32_t kvno = w->ticket->enc_part.kvno;

    return arena_printf(
        w->ctx->arena,
        "the ticket is closed with key version %" PRIu32
        ", the service has version %" PRIu32 ": %s%s",
        kvno, keys->kvno,
        kvno > keys->kvno ? "its keytab is older than the account's password"
                          : "the client has an old ticket (klist purge, kinit)",
        w->opened->keys == set ? "; the key itself is the same" : "");
}

/* What a support engineer would look for, in the order of likelihood. */
static const char *key_why(const struct why *w)
{
    struct arena *arena = w->ctx->arena;
    const char *etype = etype_text(arena, w->ticket->enc_part.etype);

    if (w->opened->keys == &w->ctx->krb5->own) {
        return arena_printf(arena,
                            "the ticket for %s is closed with the key that the "
                            "KDC has, and the service has another, as "
                            "krb5.wrong-key of this world says; in a domain "
                            "two accounts have this SPN, or the keytab is old",
                            w->service);
    }
    /* A key is made anew in each run; where all else fits and no step changes
     * tickets, nothing else can be. */
    return arena_printf(
        arena,
        "the ticket for %s is closed with another %s key than the "
        "service has: %s",
        w->service, etype,
        w->ctx->world->krb5.wrong_key || krb5_acceptor_doubts(w->ctx->krb5)
            ? "two accounts may have this SPN, the keytab is old, or the "
              "ticket is of an earlier run of lyncmock (kinit)"
            : "it is of an earlier run of lyncmock, whose keys were others: "
              "get a new one (kinit); or two accounts have this SPN, or the "
              "keytab is old");
}

/* What is wrong with times is wrong with a clock where the authenticator shows
 * it; "" where it does not. */
static const char *clocks_text(const struct why *w)
{
    int64_t skew = w->out->report.krb5.skew;

    if (!w->opened->has_authenticator ||
        (skew <= KRB5_SKEW_MAX && skew >= -KRB5_SKEW_MAX)) {
        return "";
    }
    return arena_printf(
        w->ctx->arena,
        "the service's clock is %" PRId64 " s %s the client's%s; ",
        skew < 0 ? -skew : skew, skew < 0 ? "ahead of" : "behind",
        w->ctx->world->krb5.clock ? " (krb5.clock)" : "");
}

static const char *skew_why(const struct why *w)
{
    int64_t skew = w->out->report.krb5.skew;

    if (!w->opened->has_authenticator) {
        return NULL;
    }
    return arena_printf(w->ctx->arena,
                        "the client's clock is %" PRId64
                        " s %s the service's, and %d s are allowed",
                        skew < 0 ? -skew : skew,
                        skew < 0 ? "behind" : "ahead of", KRB5_SKEW_MAX);
}

static const char *expired_why(const struct why *w)
{
    int64_t now = w->judged->now / ENV_NS_PER_SEC;
    int64_t ends = w->opened->part.end_time;

    if (!w->opened->keys) {
        return NULL;
    }
    return arena_printf(
        w->ctx->arena,
        "%sthe ticket ended at %s, %" PRId64 " s ago by the service's clock",
        clocks_text(w), krb_time_text(w->ctx->arena, ends), now - ends);
}

static const char *not_yet_why(const struct why *w)
{
    const struct krb_ticket_part *part = &w->opened->part;
    int64_t now = w->judged->now / ENV_NS_PER_SEC;
    int64_t starts = krb5_starts(part);

    if (!w->opened->keys) {
        return NULL;
    }
    if (starts - now <= KRB5_SKEW_MAX) {
        return "the ticket has the flag invalid: it is postdated, and nobody "
               "had it validated";
    }
    return arena_printf(
        w->ctx->arena,
        "%sthe ticket begins at %s, in %" PRId64 " s by the service's clock",
        clocks_text(w), krb_time_text(w->ctx->arena, starts), starts - now);
}

static const char *replay_why(const struct why *w)
{
    int64_t ago = env_monotonic(w->ctx->env) - w->judged->replayed_at;

    return arena_printf(w->ctx->arena,
                        "the same authenticator was accepted %" PRId64
                        " s ago: each request needs one of its own",
                        ago / ENV_NS_PER_SEC);
}

static const char *modified_why(const struct why *w)
{
    struct arena *arena = w->ctx->arena;
    const struct krb5_opened *opened = w->opened;

    if (!opened->keys) {
        return NULL;
    }
    if (!opened->has_authenticator) {
        return "the ticket opens, but the authenticator is not made with the "
               "session key that is in it";
    }
    if (w->judged->error != KRB_AP_ERR_BADMATCH) {
        return NULL;
    }
    return arena_printf(arena, "the authenticator is of %s, the ticket of %s",
                        krb_name_text(arena, &opened->authenticator.client),
                        krb_name_text(arena, &opened->part.client));
}

static const char *binding_why(const struct why *w)
{
    struct arena *arena = w->ctx->arena;
    uint8_t right[AUTH_BINDING_SIZE];

    if (!w->ctx->certificate_hash.size) {
        return "a channel binding is required, and without TLS there is "
               "nothing to be bound to";
    }
    if (w->out->report.channel_binding == AUTH_BINDING_ABSENT &&
        w->ctx->world->krb5.channel_binding == CHANNEL_BINDING_ALLOW) {
        return "the client says that it binds itself to channels "
               "(KERB_AP_OPTIONS_CBT, [MS-KILE] 3.2.5.8), and is bound to none";
    }
    if (w->out->report.channel_binding == AUTH_BINDING_ABSENT) {
        return "the client is bound to no channel, and krb5.channel-binding "
               "requires it";
    }
    auth_channel_bindings(w->ctx->certificate_hash, right);
    return arena_printf(arena,
                        "the client is bound to another channel: it sent the "
                        "hash %s, the certificate of this connection gives %s",
                        hex_text(arena, w->judged->checksum.bindings),
                        hex_text(arena, span_of(right, sizeof(right))));
}

static const char *spn_why(const struct why *w)
{
    return arena_printf(w->ctx->arena,
                        "the ticket is for %s, and the request went to %s "
                        "(krb5.check-spn)",
                        w->service, w->ctx->host ? w->ctx->host : "no host");
}

static const char *client_why(const struct why *w)
{
    const char *client = w->out->report.krb5.client;

    return client ? arena_printf(w->ctx->arena,
                                 "the ticket is of %s, and the world has no "
                                 "such account",
                                 client)
                  : NULL;
}

static const char *client_realm_why(const struct why *w)
{
    return realm_why(w, "client", span_text(w->out->report.domain));
}

static const char *broken_why(const struct why *w)
{
    const struct krb5_opened *opened = w->opened;
    struct arena *arena = w->ctx->arena;

    if (opened->broken) {
        return arena_printf(arena,
                            "the %s's key fits, and what it opens is no %s: "
                            "%s %s, at offset %zu",
                            opened->broken, opened->broken, opened->flaw.field,
                            opened->flaw.why, opened->flaw.offset);
    }
    return arena_printf(arena,
                        "the authenticator's checksum says that it is of "
                        "GSS-API (0x8003), and its %zu bytes are not: 24 or "
                        "more, the first four 10 00 00 00 (RFC 4121 4.1.1)",
                        opened->authenticator.checksum.bytes.size);
}

/* Of which account state speaks for itself: no more than the reason. */
static const char *state_why(const struct why *w)
{
    if (w->out->reason == AUTH_REASON_LOCKED && w->out->user) {
        return user_locked_text(w->ctx->arena, w->ctx->world, w->out->user,
                                w->ctx->now);
    }
    return arena_printf(w->ctx->arena, "%s: %s",
                        auth_reason_text(w->out->reason),
                        w->out->report.krb5.client);
}

static const struct {
    enum auth_reason reason;
    const char *(*tell)(const struct why *w);
} sentences[] = {
    {AUTH_REASON_BAD_TOKEN, broken_why},
    {AUTH_REASON_SERVICE_NAME, name_why},
    {AUTH_REASON_ETYPE, etype_why},
    {AUTH_REASON_KEY_VERSION, version_why},
    {AUTH_REASON_SERVICE_KEY, key_why},
    {AUTH_REASON_CLOCK_SKEW, skew_why},
    {AUTH_REASON_TICKET_EXPIRED, expired_why},
    {AUTH_REASON_TICKET_NOT_YET, not_yet_why},
    {AUTH_REASON_REPLAY, replay_why},
    {AUTH_REASON_MODIFIED, modified_why},
    {AUTH_REASON_REALM, client_realm_why},
    {AUTH_REASON_UNKNOWN_USER, client_why},
    {AUTH_REASON_DISABLED, state_why},
    {AUTH_REASON_LOCKED, state_why},
    {AUTH_REASON_EXPIRED, state_why},
    {AUTH_REASON_MUST_CHANGE, state_why},
    {AUTH_REASON_CHANNEL_BINDING, binding_why},
    {AUTH_REASON_SPN, spn_why},
};

void krb5_why(const struct auth_context *ctx, const struct krb5_judged *judged,
              struct auth_outcome *out)
{
    struct why w = {
        .ctx = ctx,
        .judged = judged,
        .ticket = &judged->offer.ap.ticket,
        .opened = &judged->opened,
        .out = out,
    };

    if (out->verdict == AUTH_ACCEPTED) {
        return;
    }
    w.service = krb_name_short(ctx->arena, &w.ticket->service);
    for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
        if (sentences[i].reason == out->reason) {
            out->why = sentences[i].tell(&w);
        }
    }
}
