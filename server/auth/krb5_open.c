/*
 * Opens an AP-REQ that was refused (RFC 4120 sections 5.3 and 5.5.1), see
 * krb5_parts.h: for the journal, which says what a client had in its hands.
 */
#include "config.h"

#include "auth/krb5_parts.h"

#include "util/mem.h"
#include "util/utf.h"

static bool open_with(const struct auth_context *ctx,
                      const struct kcrypt_key *key, enum kcrypt_usage usage,
                      struct span cipher, struct span *out_plain)
{
    AUTO_BUF plain = {0};

    if (kcrypt_decrypt(ctx->krb5->kcrypt, key, usage, cipher, &plain) !=
        KCRYPT_OK) {
        return false;
    }
    /* The arena wipes what it held. */
    *out_plain = arena_copy(ctx->arena, buf_span(&plain));
    mem_wipe(plain.data, plain.size);
    return true;
}

static bool open_ticket(const struct auth_context *ctx,
                        const struct krb_encrypted *closed,
                        const struct krb_keys *keys,
                        struct krb_ticket_part *out_part)
{
    const struct krb_key *key = krb_keys_find(keys, closed->etype);
    struct span plain;
    struct krb_flaw flaw;

    return key &&
           open_with(
               ctx,
               &(struct kcrypt_key){key->etype, span_of(key->bytes, key->size)},
               KCRYPT_TICKET, closed->cipher, &plain) &&
           krb_decode_ticket_part(plain, out_part, &flaw);
}

static bool open_authenticator(const struct auth_context *ctx,
                               const struct krb5_offer *offer,
                               const struct krb_block *session,
                               struct krb_authenticator *out_authenticator)
{
    struct span plain;
    struct krb_flaw flaw;

    return open_with(ctx, &(struct kcrypt_key){session->type, session->bytes},
                     KCRYPT_AP_REQ_AUTHENTICATOR,
                     offer->ap.authenticator.cipher, &plain) &&
           krb_decode_authenticator(plain, out_authenticator, &flaw);
}

void krb5_open(const struct auth_context *ctx, const struct krb5_offer *offer,
               struct krb5_opened *out_opened)
{
    const struct krb5_acceptor *acceptor = ctx->krb5;
    const struct krb_keys *const tried[] = {&acceptor->keys,
                                            &acceptor->other_keys};

    *out_opened = (struct krb5_opened){0};
    for (size_t i = 0; i < ARRAY_SIZE(tried) && !out_opened->keys; i++) {
        if (open_ticket(ctx, &offer->ap.ticket.enc_part, tried[i],
                        &out_opened->part)) {
            out_opened->keys = tried[i];
        }
    }
    if (out_opened->keys) {
        out_opened->has_authenticator = open_authenticator(
            ctx, offer, &out_opened->part.key, &out_opened->authenticator);
    }
}

void krb5_name_client(const struct auth_context *ctx,
                      const struct krb_name *client, struct auth_outcome *out)
{
    out->report.krb5.present = true;
    out->report.krb5.client = krb_name_text(ctx->arena, client);
    out->report.domain = utf8_is_text(client->realm)
                             ? arena_text(ctx->arena, client->realm)
                             : NULL;
    out->report.name = krb_name_short(ctx->arena, client);
}

void krb5_open_report(const struct auth_context *ctx,
                      const struct krb5_judged *judged,
                      struct auth_outcome *out)
{
    const struct krb5_opened *opened = &judged->opened;
    const struct krb_ticket_part *part = &opened->part;
    const struct krb_encrypted *closed = &judged->offer.ap.ticket.enc_part;
    struct auth_krb5_report *report = &out->report.krb5;

    if (!opened->keys) {
        return;
    }
    krb5_name_client(ctx, &part->client, out);
    report->etype = closed->etype;
    report->kvno = closed->has_kvno ? closed->kvno : 0;
    report->session_etype = part->key.type;
    report->ticket_flags = part->flags;
    report->auth_time = part->auth_time;
    report->start_time =
        part->has_start_time ? part->start_time : part->auth_time;
    report->end_time = part->end_time;
    report->renew_till = part->has_renew_till ? part->renew_till : 0;
    report->mutual = judged->offer.ap.options & KRB5_AP_MUTUAL;
    if (opened->has_authenticator) {
        report->skew =
            opened->authenticator.client_time - judged->now / ENV_NS_PER_SEC;
    }
}
