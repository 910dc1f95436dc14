/*
 * Opens an AP-REQ (RFC 4120 sections 5.3 and 5.5.1) with MIT's crypto library,
 * see krb5_parts.h. All of it that opens is opened, also of one that is
 * refused: the journal says what a client had in its hands.
 */
#include "config.h"

#include "auth/krb5_parts.h"

#include "util/kcrypt.h"
#include "util/utf.h"

enum {
    AP_OPTIONS_CBT = 0x40, /* [MS-KILE] 3.2.5.8, of the second byte */
};

static bool open_with(const struct auth_context *ctx, krb5_key key,
                      krb5_keyusage usage, const struct krb_encrypted *closed,
                      struct span *out_plain)
{
    size_t size = closed->cipher.size;
    char *room = arena_alloc(ctx->arena, size);
    krb5_data plain = {.length = (unsigned)size, .data = room};
    const krb5_enc_data cipher = {
        .enctype = closed->etype,
        .ciphertext = {.length = (unsigned)size,
                       .data = (char *)(uintptr_t)closed->cipher.data},
    };

    if (krb5_k_decrypt(ctx->krb5->context, key, usage, NULL, &cipher, &plain) !=
        0) {
        return false;
    }
    *out_plain = span_of(plain.data, plain.length);
    return true;
}

/* The key fits, and the client or its KDC wrote something else there. */
static bool broken(struct krb5_opened *opened, const char *what)
{
    opened->broken = what;
    return false;
}

static bool open_ticket(const struct auth_context *ctx,
                        const struct krb_encrypted *closed,
                        const struct krb5_keyset *set,
                        struct krb5_opened *opened)
{
    struct span plain;

    for (size_t i = 0; i < set->keys.count; i++) {
        if (set->keys.items[i].etype == closed->etype) {
            return open_with(ctx, set->ready[i], KCRYPT_TICKET, closed,
                             &plain) &&
                   (krb_decode_ticket_part(plain, &opened->part,
                                           &opened->flaw) ||
                    broken(opened, "ticket"));
        }
    }
    return false;
}

static bool open_authenticator(const struct auth_context *ctx,
                               const struct krb5_offer *offer,
                               struct krb5_opened *opened)
{
    const struct krb_block *key = &opened->part.key;
    const krb5_keyblock block = {
        .enctype = key->type,
        .length = (unsigned)key->bytes.size,
        .contents = (krb5_octet *)(uintptr_t)key->bytes.data,
    };
    struct span plain;

    return krb5_is_key(ctx->krb5->context, &block) &&
           krb5_k_create_key(ctx->krb5->context, &block, &opened->session) ==
               0 &&
           open_with(ctx, opened->session, KCRYPT_AP_REQ_AUTHENTICATOR,
                     &offer->ap.authenticator, &plain) &&
           (krb_decode_authenticator(plain, &opened->authenticator,
                                     &opened->flaw) ||
            broken(opened, "authenticator"));
}

int64_t krb5_starts(const struct krb_ticket_part *part)
{
    return part->has_start_time && part->start_time ? part->start_time
                                                    : part->auth_time;
}

bool krb5_is_key(krb5_context context, const krb5_keyblock *block)
{
    size_t bytes = 0;
    size_t size = 0;

    return block->enctype != ENCTYPE_ARCFOUR_HMAC_EXP &&
           krb5_c_keylengths(context, block->enctype, &bytes, &size) == 0 &&
           block->length == size && size <= KRB_KEY_MAX;
}

void krb5_open(const struct auth_context *ctx, const struct krb5_offer *offer,
               struct krb5_opened *out_opened)
{
    const struct krb5_acceptor *acceptor = ctx->krb5;
    const struct krb5_keyset *const tried[] = {&acceptor->own,
                                               &acceptor->other};

    *out_opened = (struct krb5_opened){0};
    for (size_t i = 0; i < ARRAY_SIZE(tried) && !out_opened->keys; i++) {
        if (open_ticket(ctx, &offer->ap.ticket.enc_part, tried[i],
                        out_opened)) {
            out_opened->keys = tried[i];
        }
    }
    if (out_opened->keys) {
        out_opened->has_authenticator =
            open_authenticator(ctx, offer, out_opened);
    }
}

void krb5_opened_clear(struct krb5_acceptor *acceptor,
                       struct krb5_opened *opened)
{
    krb5_k_free_key(acceptor->context, opened->session);
    opened->session = NULL;
}

static bool has_cbt(const struct krb_authdata *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct krb_block *item = &list->items[i];

        if (item->type == KRB_AD_AP_OPTIONS && item->bytes.size == 4) {
            return item->bytes.data[1] & AP_OPTIONS_CBT;
        }
    }
    return false;
}

bool krb5_expects_binding(const struct krb_authenticator *authenticator)
{
    struct krb_authdata list;
    struct krb_authdata inner;
    struct krb_flaw flaw;

    if (!authenticator->authorization_data.size ||
        !krb_decode_authdata(authenticator->authorization_data, &list, &flaw)) {
        return false;
    }
    for (size_t i = 0; i < list.count; i++) {
        if (list.items[i].type == KRB_AD_IF_RELEVANT &&
            krb_decode_authdata(list.items[i].bytes, &inner, &flaw) &&
            has_cbt(&inner)) {
            return true;
        }
    }
    return has_cbt(&list);
}

static void name_client(const struct auth_context *ctx,
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
    name_client(ctx, &part->client, out);
    report->etype = closed->etype;
    report->kvno = closed->has_kvno ? closed->kvno : 0;
    report->session_etype = part->key.type;
    report->ticket_flags = part->flags;
    report->auth_time = part->auth_time;
    report->start_time = krb5_starts(part);
    report->end_time = part->end_time;
    report->renew_till = part->has_renew_till ? part->renew_till : 0;
    report->mutual = judged->mutual;
    report->gss_flags = judged->checksum.flags;
    report->delegated = judged->checksum.flags & KRB_GSS_DELEG;
    if (opened->has_authenticator) {
        report->skew =
            opened->authenticator.client_time - judged->now / ENV_NS_PER_SEC;
    }
}
