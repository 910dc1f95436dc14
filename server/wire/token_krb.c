/* Kerberos messages as JSON, see token.h. */
#include "config.h"

#include "wire/token_krb.h"

#include <string.h>

#include "wire/der.h"
#include "wire/krb_error.h"
#include "wire/spnego.h"

void krb_tell_flaw(const struct krb_telling *t, const struct krb_flaw *flaw)
{
    token_tell_flaw(t->view, t->json,
                    arena_printf(t->arena, "%s %s", flaw->field, flaw->why),
                    flaw->offset);
}

void krb_tell_type(const struct krb_telling *t, const char *member,
                   const char *name, int32_t number)
{
    if (name) {
        json_text(t->json, member, name);
    } else {
        json_number(t->json, member, number);
    }
}

void krb_tell_flags(const struct krb_telling *t, const char *member,
                    uint32_t flags, const char *(*name)(unsigned bit))
{
    json_text(t->json, member, arena_printf(t->arena, "0x%08x", flags));
    json_open_named(
        t->json,
        arena_printf(t->arena, "%.*sNames", (int)strlen(member) - 1, member),
        '[');
    for (unsigned bit = 0; bit < 32; bit++) {
        /* RFC 4121 counts from the other end than RFC 4120. */
        uint32_t mask =
            name == krb_gss_flag_name ? 1u << bit : 0x80000000 >> bit;

        if (flags & mask) {
            json_text(t->json, NULL,
                      name(bit) ? name(bit)
                                : arena_printf(t->arena, "bit %u", bit));
        }
    }
    json_close(t->json, ']');
}

void krb_tell_time(const struct krb_telling *t, const char *member,
                   int64_t time)
{
    json_text(t->json, member, krb_time_text(t->arena, time));
}

void krb_tell_name(const struct krb_telling *t, const char *member,
                   const struct krb_name *name)
{
    if (name->count || name->realm.size) {
        json_text(t->json, member, krb_name_text(t->arena, name));
    }
}

/* ---- AP-REQ and AP-REP ---- */

static void tell_ap_req(const struct krb_telling *t, struct span message,
                        enum kcrypt_usage usage)
{
    struct krb_ap_req req;
    struct krb_block key;
    struct krb_flaw flaw;

    if (!krb_decode_ap_req(message, &req, &flaw)) {
        krb_tell_flaw(t, &flaw);
        return;
    }
    krb_tell_flags(t, "apOptions", req.options, krb_ap_option_name);
    json_open_named(t->json, "ticket", '{');
    krb_tell_ticket(t, &req.ticket, &key);
    json_close(t->json, '}');
    json_open_named(t->json, "authenticator", '{');
    krb_tell_authenticator(t, &req.authenticator, usage, &key);
    json_close(t->json, '}');
}

static void tell_enc_part(const struct krb_telling *t,
                          const struct krb_encrypted *part)
{
    json_open_named(t->json, "encPart", '{');
    krb_tell_encrypted(t, part);
    json_close(t->json, '}');
}

static void tell_ap_rep(const struct krb_telling *t, struct span message)
{
    struct krb_encrypted part;
    struct krb_flaw flaw;

    if (krb_decode_ap_rep(message, &part, &flaw)) {
        tell_enc_part(t, &part);
    } else {
        krb_tell_flaw(t, &flaw);
    }
}

/* ---- To and from the KDC ---- */

static void tell_padata(const struct krb_telling *t, const char *member,
                        const struct krb_padata_list *list)
{
    json_open_named(t->json, member, '[');
    for (size_t i = 0; i < list->count; i++) {
        const struct krb_padata *one = &list->items[i];

        json_open(t->json, '{');
        krb_tell_type(t, "type", krb_padata_name(one->type), one->type);
        json_number(t->json, "size", (int64_t)one->value.size);
        if (one->type == KRB_PA_TGS_REQ) {
            json_open_named(t->json, "apReq", '{');
            tell_ap_req(t, one->value, KCRYPT_TGS_REQ_AUTHENTICATOR);
            json_close(t->json, '}');
        }
        json_close(t->json, '}');
    }
    json_close(t->json, ']');
}

static void tell_kdc_req(const struct krb_telling *t, struct span message)
{
    struct krb_kdc_req req;
    struct krb_flaw flaw;

    if (!krb_decode_kdc_req(message, &req, &flaw)) {
        krb_tell_flaw(t, &flaw);
        return;
    }
    tell_padata(t, "padata", &req.padata);
    krb_tell_flags(t, "kdcOptions", req.options, krb_kdc_option_name);
    krb_tell_name(t, "client", &req.client);
    krb_tell_name(t, "service", &req.service);
    krb_tell_time(t, "till", req.till);
    json_number(t->json, "nonce", req.nonce);
    json_open_named(t->json, "etypes", '[');
    for (size_t i = 0; i < req.etype_count; i++) {
        krb_tell_type(t, NULL, krb_etype_name(req.etypes[i]), req.etypes[i]);
    }
    json_close(t->json, ']');
}

static void tell_kdc_rep(const struct krb_telling *t, struct span message)
{
    struct krb_kdc_rep rep;
    struct krb_block key;
    struct krb_flaw flaw;

    if (!krb_decode_kdc_rep(message, &rep, &flaw)) {
        krb_tell_flaw(t, &flaw);
        return;
    }
    tell_padata(t, "padata", &rep.padata);
    krb_tell_name(t, "client", &rep.client);
    json_open_named(t->json, "ticket", '{');
    krb_tell_ticket(t, &rep.ticket, &key);
    json_close(t->json, '}');
    tell_enc_part(t, &rep.enc_part);
}

/* Of some errors the data are METHOD-DATA (RFC 4120 section 5.9.1), of others
 * what Windows has to say; it is no secret. */
static void tell_error_data(const struct krb_telling *t, struct span data)
{
    struct krb_padata_list methods;
    struct krb_flaw flaw;

    if (data.size == 0) {
        return;
    }
    if (krb_decode_method_data(data, &methods, &flaw)) {
        tell_padata(t, "methods", &methods);
    } else {
        json_hex(t->json, "eData", data);
    }
}

static void tell_error(const struct krb_telling *t, struct span message)
{
    struct krb_error error;
    struct krb_flaw flaw;

    if (!krb_decode_error(message, &error, &flaw)) {
        krb_tell_flaw(t, &flaw);
        return;
    }
    json_number(t->json, "code", error.code);
    if (krb_error_name(error.code)) {
        json_text(t->json, "name", krb_error_name(error.code));
    }
    if (error.has_client_time) {
        krb_tell_time(t, "ctime", error.client_time);
        json_number(t->json, "cusec", error.cusec);
    }
    krb_tell_time(t, "stime", error.server_time);
    json_number(t->json, "susec", error.susec);
    krb_tell_name(t, "client", &error.client);
    krb_tell_name(t, "service", &error.service);
    if (error.text.size) {
        json_bytes(t->json, "eText", error.text);
    }
    tell_error_data(t, error.data);
}

/* ---- Any of them ---- */

static void tell_message(const struct krb_telling *t, struct span message)
{
    enum krb_message kind = krb_kind_of(message);

    json_text(t->json, "type", krb_message_name(kind));
    switch (kind) {
    case KRB_AS_REQ:
    case KRB_TGS_REQ:
        tell_kdc_req(t, message);
        break;
    case KRB_AS_REP:
    case KRB_TGS_REP:
        tell_kdc_rep(t, message);
        break;
    case KRB_AP_REQ:
        tell_ap_req(t, message, KCRYPT_AP_REQ_AUTHENTICATOR);
        break;
    case KRB_AP_REP:
        tell_ap_rep(t, message);
        break;
    case KRB_ERROR:
        tell_error(t, message);
        break;
    case KRB_NONE:
        json_number(t->json, "size", (int64_t)message.size);
        token_tell_flaw(t->view, t->json, "is none of Kerberos' messages", 0);
        break;
    }
}

static void tell_gss_token(const struct krb_telling *t, struct span token)
{
    const struct spnego_mech *mech;
    struct krb_gss_token gss;
    struct krb_flaw flaw;

    if (!krb_decode_gss_token(token, &gss, &flaw)) {
        krb_tell_flaw(t, &flaw);
        return;
    }
    mech = spnego_mech_of(gss.oid);
    json_text(t->json, "mech",
              mech ? mech->name : der_oid_text(t->arena, gss.oid));
    json_text(t->json, "tokId", arena_printf(t->arena, "0x%04x", gss.id));
    tell_message(t, gss.message);
}

static void tell_proxied(const struct krb_telling *t,
                         const struct krb_proxy_message *proxied)
{
    json_text(t->json, "type", "KDC-PROXY-MESSAGE");
    if (proxied->realm.size) {
        json_bytes(t->json, "targetDomain", proxied->realm);
    }
    json_open_named(t->json, "message", '{');
    tell_message(t, proxied->message);
    json_close(t->json, '}');
}

void token_describe_krb(struct arena *arena, struct span token,
                        const struct token_view *view, struct json *json)
{
    struct krb_telling t = {arena, view, json};
    struct krb_proxy_message proxied;
    struct krb_flaw flaw;

    json_text(json, "kind", "kerberos");
    if (token.size && token.data[0] == DER_APPLICATION_0) {
        tell_gss_token(&t, token);
    } else if (krb_decode_proxy_message(token, &proxied, &flaw)) {
        tell_proxied(&t, &proxied);
    } else {
        tell_message(&t, token);
    }
}
