/*
 * What a KRB-ERROR of the KDC means here, for the journal and the log. The
 * number alone would say less than is known: who asks, what the account is,
 * and whether the ticket is one of ours.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include <string.h>

#include "util/utf.h"
#include "wire/krb_keys.h"
#include "world/lockout.h"
#include "world/setting.h"

enum { ETEXT_MAX = 200 }; /* shown of an e-text */

/* Bytes of a peer, or of a scenario: no controls, and UTF-8. */
static const char *shown(struct arena *arena, struct span text)
{
    struct span some = span_slice(text, 0, ETEXT_MAX);
    bool is_text = utf8_is_text(some);
    AUTO_BUF out = {0};

    for (size_t i = 0; i < some.size; i++) {
        uint8_t c = some.data[i];
        bool c1 = c == 0xc2 && i + 1 < some.size && some.data[i + 1] < 0xa0;

        if (c < ' ' || c == 0x7f || c1 || (c >= 0x80 && !is_text)) {
            buf_add_u8(&out, '?');
            i += c1;
        } else {
            buf_add_u8(&out, c);
        }
    }
    return arena_text(arena, buf_span(&out));
}

/* ---- Meanings that depend ---- */

static bool is_tgs(const struct relay_request *request)
{
    return request->readable && request->req.type == KRB_TGS_REQ;
}

/* RFC 4120 section 3.1.3: whose sets have nothing in common. */
static const char *etype_why(const struct relay_request *request)
{
    const struct world *world = request->world;
    const struct kdc_exchange *kdc = request->ex->kdc;
    struct arena *arena = request->ex->arena;
    const char *service = request->ex->facts.service;
    AUTO_BUF out = {0};

    buf_add_text(&out, "no encryption type suits all: the client asked for ");
    buf_add_text(&out, kdc->etypes && *kdc->etypes ? kdc->etypes : "none");
    if (request->user && !is_tgs(request)) {
        buf_printf(&out, "; the account %s has %s", request->user->name,
                   setting_etypes_text(arena, request->user->etypes));
    }
    if (service && strncmp(service, "krbtgt/", strlen("krbtgt/")) != 0) {
        buf_printf(&out, "; the service %s has %s (krb5.etypes)", service,
                   setting_etypes_text(arena, world->krb5.etypes));
    }
    buf_printf(&out, "; the KDC permits %s (kdc.etypes)",
               setting_etypes_text(arena, world->kdc.etypes));
    return arena_text(arena, buf_span(&out));
}

/* KDC_ERR_CLIENT_REVOKED is one number for several states. */
static const char *revoked_why(const struct relay_request *request)
{
    const struct world *world = request->world;
    const struct user *user = request->user;
    int64_t now = request_time(request);

    if (user && user_is_locked(world, user, now)) {
        return user_locked_text(request->ex->arena, world, user, now);
    }
    if (user && user_state_now(user) == USER_DISABLED) {
        return "account disabled";
    }
    return "the account is disabled or locked";
}

static const char *integrity_why(const struct relay_request *request)
{
    if (!is_tgs(request) || !request->foreign) {
        return NULL;
    }
    return request->relay->spoiled
               ? "the ticket-granting ticket is closed with another key: a "
                 "step has changed it, or it is of an earlier run of lyncmock, "
                 "or another KDC's; get a new one (kinit)"
               : "the ticket-granting ticket is closed with another key: it is "
                 "of an earlier run of lyncmock, or another KDC's; get a new "
                 "one (kinit)";
}

/* What an error means, where it is no step of a good sign-in. */
static const struct meaning {
    int32_t code;
    const char *text; /* NULL: see `tell`; neither: all is well */
    const char *(*tell)(const struct relay_request *request);
} meanings[] = {
    {KDC_ERR_C_PRINCIPAL_UNKNOWN, "there is no such user", NULL},
    {KDC_ERR_S_PRINCIPAL_UNKNOWN, "nobody has registered this service", NULL},
    {KDC_ERR_ETYPE_NOSUPP, NULL, etype_why},
    {KDC_ERR_CLIENT_REVOKED, NULL, revoked_why},
    {KDC_ERR_KEY_EXPIRED, "the password has expired or must be changed", NULL},
    {KDC_ERR_PREAUTH_FAILED, "the password is wrong", NULL},
    {KDC_ERR_PREAUTH_REQUIRED, NULL, NULL},
    {KRB_AP_ERR_BAD_INTEGRITY, NULL, integrity_why},
    {KRB_AP_ERR_SKEW, "the client's clock is too far off", NULL},
    {KRB_ERR_RESPONSE_TOO_BIG, NULL, NULL},
    {KDC_ERR_WRONG_REALM, "the realm has another name, which the error tells",
     NULL},
    {KDC_ERR_MORE_PREAUTH_DATA_REQUIRED, NULL, NULL},
};

/* False: all is well, the client goes on from there. */
static bool meaning_of(const struct relay_request *request,
                       const char **out_text)
{
    *out_text = NULL;
    if (request->plan.error.forged) {
        *out_text = "forged by a step";
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
        if (meanings[i].code != request->ex->kdc->error) {
            continue;
        }
        *out_text =
            meanings[i].tell ? meanings[i].tell(request) : meanings[i].text;
        return meanings[i].tell || meanings[i].text;
    }
    return true;
}

static void explain(struct relay_request *request)
{
    struct exchange *ex = request->ex;
    const struct kdc_exchange *kdc = ex->kdc;
    const char *name = krb_error_text(ex->arena, kdc->error);
    /* "PREAUTH_FAILED" says no more than the name does; and krb5kdc says
     * "CLIENT LOCKED OUT" of those that are disabled, too. */
    bool quote = kdc->etext && !strstr(name, kdc->etext) &&
                 kdc->error != KDC_ERR_CLIENT_REVOKED;
    const char *text;

    if (!meaning_of(request, &text)) {
        return;
    }
    exchange_why(ex, "kdc.error", "%s%s%s%s%s%s", name, text ? ": " : "",
                 text ? text : "", quote ? "; e-text \"" : "",
                 quote ? kdc->etext : "", quote ? "\"" : "");
}

void relay_read_reply(struct relay_request *request, struct span reply)
{
    struct exchange *ex = request->ex;
    struct kdc_exchange *kdc = ex->kdc;
    struct krb_error error;
    struct krb_flaw flaw;

    kdc->reply = reply;
    kdc->answer = krb_message_name(krb_kind_of(reply));
    if (krb_kind_of(reply) == KRB_ERROR &&
        krb_decode_error(reply, &error, &flaw)) {
        kdc->is_error = true;
        kdc->error = error.code;
        kdc->error_name = krb_error_name(error.code);
        kdc->etext = error.text.size ? shown(ex->arena, error.text) : NULL;
        if (!ex->why) {
            explain(request);
        }
    }
}

void relay_tell_locked(struct relay_request *request)
{
    struct exchange *ex = request->ex;

    exchange_why_more(ex, "account.locked", "%s",
                      user_locking_text(ex->arena, request->user));
}
