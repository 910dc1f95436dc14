/* Tickets and authenticators as JSON, opened where there is a key, see
 * token_krb.h. */
#include "config.h"

#include "wire/token_krb.h"

#include "util/base64.h"
#include "util/mem.h"

void krb_tell_encrypted(const struct krb_telling *t,
                        const struct krb_encrypted *part)
{
    krb_tell_type(t, "etype", krb_etype_name(part->etype), part->etype);
    if (part->has_kvno) {
        json_number(t->json, "kvno", part->kvno);
    }
    json_number(t->json, "size", (int64_t)part->cipher.size);
}

static void tell_key(const struct krb_telling *t, const char *member,
                     const struct krb_block *key)
{
    json_open_named(t->json, member, '{');
    krb_tell_type(t, "type", krb_etype_name(key->type), key->type);
    json_number(t->json, "size", (int64_t)key->bytes.size);
    if (t->view->secrets) {
        json_hex(t->json, "hex", key->bytes);
    }
    json_close(t->json, '}');
}

/* ---- Authorization data ---- */

static void tell_element(const struct krb_telling *t,
                         const struct krb_block *element)
{
    krb_tell_type(t, "type", krb_authdata_name(element->type), element->type);
    json_number(t->json, "size", (int64_t)element->bytes.size);
}

/* RFC 4120 section 5.2.6.1: a list within. The PAC stands in one. */
static void tell_relevant(const struct krb_telling *t, struct span list)
{
    struct krb_authdata inner;
    struct krb_flaw flaw;

    if (!krb_decode_authdata(list, &inner, &flaw)) {
        krb_tell_flaw(t, &flaw);
        return;
    }
    json_open_named(t->json, "elements", '[');
    for (size_t i = 0; i < inner.count; i++) {
        json_open(t->json, '{');
        tell_element(t, &inner.items[i]);
        json_close(t->json, '}');
    }
    json_close(t->json, ']');
}

static void tell_authdata(const struct krb_telling *t, struct span list)
{
    struct krb_authdata data;
    struct krb_flaw flaw;

    if (list.size == 0) {
        return;
    }
    json_open_named(t->json, "authorizationData", '[');
    if (!krb_decode_authdata(list, &data, &flaw)) {
        data.count = 0;
        json_open(t->json, '{');
        krb_tell_flaw(t, &flaw);
        json_close(t->json, '}');
    }
    for (size_t i = 0; i < data.count; i++) {
        json_open(t->json, '{');
        tell_element(t, &data.items[i]);
        if (data.items[i].type == KRB_AD_IF_RELEVANT) {
            tell_relevant(t, data.items[i].bytes);
        }
        json_close(t->json, '}');
    }
    json_close(t->json, ']');
}

/* ---- The ticket ---- */

/* Empty: no key fits; out_why says so. */
static struct span open_ticket(const struct krb_telling *t,
                               const struct krb_encrypted *part,
                               const char **out_why)
{
    const struct krb_opener *opener = t->view->opener;

    *out_why = "there is no key of this encryption type";
    for (size_t i = 0; i < opener->count; i++) {
        enum kcrypt_result result;
        AUTO_BUF plain = {0};

        if (opener->keys[i].etype != part->etype) {
            continue;
        }
        result = kcrypt_decrypt(opener->kcrypt, &opener->keys[i], KCRYPT_TICKET,
                                part->cipher, &plain);
        if (result == KCRYPT_OK) {
            struct span copy = arena_copy(t->arena, buf_span(&plain));

            mem_wipe(plain.data, plain.size);
            return copy;
        }
        *out_why = kcrypt_result_text(result);
    }
    return SPAN_NONE;
}

static void tell_times(const struct krb_telling *t,
                       const struct krb_ticket_part *part)
{
    krb_tell_time(t, "authtime", part->auth_time);
    if (part->has_start_time) {
        krb_tell_time(t, "starttime", part->start_time);
    }
    krb_tell_time(t, "endtime", part->end_time);
    if (part->has_renew_till) {
        krb_tell_time(t, "renewTill", part->renew_till);
    }
}

static void tell_opened(const struct krb_telling *t, struct span plain,
                        struct krb_block *out_key)
{
    struct krb_ticket_part part;
    struct krb_flaw flaw;

    if (!krb_decode_ticket_part(plain, &part, &flaw)) {
        krb_tell_flaw(t, &flaw);
        return;
    }
    krb_tell_name(t, "client", &part.client);
    krb_tell_flags(t, "flags", part.flags, krb_ticket_flag_name);
    tell_key(t, "key", &part.key);
    tell_times(t, &part);
    if (part.addresses.size) {
        json_number(t->json, "caddrSize", (int64_t)part.addresses.size);
    }
    tell_authdata(t, part.authorization_data);
    *out_key = part.key;
}

void krb_tell_ticket(const struct krb_telling *t,
                     const struct krb_ticket *ticket, struct krb_block *out_key)
{
    struct span plain;
    const char *why;

    *out_key = (struct krb_block){0};
    krb_tell_name(t, "service", &ticket->service);
    krb_tell_encrypted(t, &ticket->enc_part);
    if (!t->view->opener) {
        return;
    }
    json_open_named(t->json, "opened", '{');
    plain = open_ticket(t, &ticket->enc_part, &why);
    if (plain.size) {
        tell_opened(t, plain, out_key);
    } else {
        json_text(t->json, "error", why);
    }
    json_close(t->json, '}');
}

/* ---- The authenticator ---- */

static void tell_checksum(const struct krb_telling *t,
                          const struct krb_block *checksum)
{
    struct krb_gss_checksum gss;

    json_open_named(t->json, "checksum", '{');
    krb_tell_type(t, "type", krb_checksum_name(checksum->type), checksum->type);
    json_number(t->json, "size", (int64_t)checksum->bytes.size);
    if (checksum->type == KRB_GSS_CHECKSUM) {
        /* Section 4.1.1.2: zeros stand for no bindings. */
        if (krb_decode_gss_checksum(checksum->bytes, &gss)) {
            krb_tell_flags(t, "flags", gss.flags, krb_gss_flag_name);
            json_text(t->json, "channelBindings",
                      span_is_zero(gss.bindings)
                          ? "none"
                          : hex_text(t->arena, gss.bindings));
        } else {
            json_text(t->json, "error", "is not of RFC 4121 section 4.1.1");
        }
    }
    json_close(t->json, '}');
}

static void tell_opened_authenticator(const struct krb_telling *t,
                                      struct span plain)
{
    struct krb_authenticator author;
    struct krb_flaw flaw;

    if (!krb_decode_authenticator(plain, &author, &flaw)) {
        krb_tell_flaw(t, &flaw);
        return;
    }
    krb_tell_name(t, "client", &author.client);
    krb_tell_time(t, "ctime", author.client_time);
    json_number(t->json, "cusec", author.cusec);
    if (author.has_checksum) {
        tell_checksum(t, &author.checksum);
    }
    if (author.has_subkey) {
        tell_key(t, "subkey", &author.subkey);
    }
    if (author.has_sequence) {
        json_number(t->json, "seqNumber", author.sequence);
    }
    tell_authdata(t, author.authorization_data);
}

void krb_tell_authenticator(const struct krb_telling *t,
                            const struct krb_encrypted *part,
                            enum kcrypt_usage usage,
                            const struct krb_block *session_key)
{
    struct kcrypt_key key = {session_key->type, session_key->bytes};
    enum kcrypt_result result;
    AUTO_BUF plain = {0};

    krb_tell_encrypted(t, part);
    if (!t->view->opener || session_key->bytes.size == 0) {
        return;
    }
    json_open_named(t->json, "opened", '{');
    result = kcrypt_decrypt(t->view->opener->kcrypt, &key, usage, part->cipher,
                            &plain);
    if (result == KCRYPT_OK) {
        tell_opened_authenticator(t, buf_span(&plain));
        mem_wipe(plain.data, plain.size);
    } else {
        json_text(t->json, "error", kcrypt_result_text(result));
    }
    json_close(t->json, '}');
}
