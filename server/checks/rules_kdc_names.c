/*
 * Rules of what is asked of the KDC: names, tickets, renewal (RFC 4120 section
 * 3.3, RFC 6806).
 */
#include "config.h"

#include <strings.h>

#include "checks/history.h"
#include "checks/history_auth.h"
#include "checks/rule.h"
#include "util/base64.h"
#include "wire/krb.h"
#include "wire/krb_error.h"
#include "world/world.h"

enum {
    OPTION_RENEW = 1u << 1,         /* RFC 4120 section 5.4.1: bit 30 of 32 */
    OPTION_CANONICALIZE = 1u << 16, /* RFC 6806 section 3: bit 15 */
    TICKETS_MAX = 3,
};

static bool read_request(struct check *check, struct krb_kdc_req *out)
{
    struct krb_flaw flaw;

    return krb_decode_kdc_req(check->ex->kdc->request, out, &flaw);
}

static bool read_as(struct check *check, struct krb_kdc_req *out)
{
    return read_request(check, out) && out->type == KRB_AS_REQ &&
           check->ex->kdc->client;
}

static bool answered(const struct check *check, int32_t error)
{
    const struct kdc_exchange *kdc = check->ex->kdc;

    return check->ex->sent.outcome == SENT_WHOLE && kdc->is_error &&
           kdc->error == error;
}

static bool got_ticket(const struct check *check)
{
    enum krb_message kind = krb_kind_of(check->ex->kdc->reply);

    return check->ex->sent.outcome == SENT_WHOLE &&
           (kind == KRB_AS_REP || kind == KRB_TGS_REP);
}

static bool check_enterprise(struct check *check)
{
    struct krb_kdc_req req;

    if (!read_as(check, &req) || req.client.type != KRB_NT_ENTERPRISE) {
        return false;
    }
    if (!(req.options & OPTION_CANONICALIZE)) {
        check_breach(
            check, "req-body.kdc-options", span_text(check->ex->kdc->client),
            "the client's name is an enterprise name, and canonicalize "
            "is not set in kdc-options (0x%08x): the answer is for "
            "another name than the one asked for",
            req.options);
    }
    return true;
}

/* "HTTP/host"; NULL: of another form. */
static const char *web_host(struct check *check, const struct krb_kdc_req *req)
{
    const struct krb_name *name = &req->service;

    return name->count == 2 &&
                   strcasecmp(arena_text(check->arena, name->components[0]),
                              "HTTP") == 0
               ? arena_text(check->arena, name->components[1])
               : NULL;
}

static bool check_service(struct check *check)
{
    struct krb_kdc_req req;
    const char *host;

    if (!read_request(check, &req) || req.type != KRB_TGS_REQ) {
        return false;
    }
    host = web_host(check, &req);
    if (!host) {
        return false;
    }
    if (answered(check, KDC_ERR_S_PRINCIPAL_UNKNOWN) &&
        !check->ex->kdc->forged && !world_has_host(check->world, host)) {
        check_breach(check, "req-body.sname",
                     span_text(check->ex->facts.service),
                     "a ticket for HTTP/%s is asked for, and that is no name "
                     "of the deployment: the host of the URL belongs there, "
                     "whole and without its port",
                     host);
    }
    return true;
}

/* Some bytes of the TGT that is shown: another device has another one. */
static const char *ticket_shown(struct check *check,
                                const struct krb_kdc_req *req)
{
    enum { ENOUGH = 24 };
    struct krb_ap_req ap;
    struct krb_flaw flaw;

    for (size_t i = 0; i < req->padata.count; i++) {
        if (req->padata.items[i].type == KRB_PA_TGS_REQ &&
            krb_decode_ap_req(req->padata.items[i].value, &ap, &flaw)) {
            return hex_text(check->arena,
                            span_slice(ap.ticket.enc_part.cipher, 0, ENOUGH));
        }
    }
    return "";
}

static bool check_cached(struct check *check)
{
    const struct kdc_exchange *kdc = check->ex->kdc;
    struct auth_service *row;
    struct krb_kdc_req req;
    const char *host;

    if (!read_request(check, &req) || req.type != KRB_TGS_REQ ||
        !got_ticket(check) || !kdc->service) {
        return false;
    }
    row = auth_service_of(
        auth_history(check->history),
        auth_digest(auth_digest(0, ticket_shown(check, &req)), kdc->service));
    host = web_host(check, &req);
    row->host = host ? auth_digest(0, host) : 0;
    if (++row->given > TICKETS_MAX) {
        check_breach(check, "req-body.sname", span_text(kdc->service),
                     "ticket number %u for %s: one is good until it expires, "
                     "and is kept that long",
                     row->given, kdc->service);
    }
    return true;
}

static bool check_renewal(struct check *check)
{
    struct krb_kdc_req req;

    if (!read_request(check, &req) || req.type != KRB_TGS_REQ ||
        !(req.options & OPTION_RENEW)) {
        return false;
    }
    if ((answered(check, KDC_ERR_BADOPTION) ||
         answered(check, KRB_AP_ERR_TKT_EXPIRED)) &&
        !check->ex->kdc->forged) {
        check_breach(check, "req-body.kdc-options", SPAN_NONE,
                     "renewal is asked for (0x%08x), and the ticket is not "
                     "renewable, or over already (%s): a new AS-REQ is right",
                     req.options, check->ex->kdc->error_name);
    }
    return true;
}

const struct rule rules_kdc_names[] = {
    {
        .id = "KB-047",
        .level = FINDING_SHOULD,
        .title = "An enterprise name comes with canonicalize",
        .section = "RFC 6806 section 5",
        .doc = "alice@contoso.test is no principal: the KDC finds the account "
               "and answers with its name. Without the option a client that "
               "compares the names refuses what it gets.",
        .good = "NT-ENTERPRISE, kdc-options 0x00010000",
        .bad = "NT-ENTERPRISE, kdc-options 0",
        .on = TRAIT_KDC,
        .check = check_enterprise,
    },
    {
        .id = "KB-048",
        .level = FINDING_PRACTICE,
        .title = "The service asked for is HTTP and the host of the URL",
        .section = "RFC 4559 section 4.1",
        .doc = "The name is HTTP/ and the host "
               "name of the ticket service's URL. Short names, addresses and "
               "ports are services that nobody has registered.",
        .good = "HTTP/lyncweb.contoso.test",
        .bad = "HTTP/lyncweb, HTTP/10.0.0.7, HTTP/lyncweb.contoso.test:443",
        .on = TRAIT_KDC,
        .check = check_service,
    },
    {
        .id = "KB-049",
        .level = FINDING_PRACTICE,
        .title = "A service ticket is kept and used again",
        .section = "RFC 4120 section 3.3.1",
        .doc = "A ticket is good for hours. A client that fetches one for each "
               "request doubles the time that it takes, and burdens the KDC.",
        .good = "one TGS-REQ for HTTP/lyncweb.contoso.test a day",
        .bad = "one TGS-REQ for each POST",
        .on = TRAIT_KDC,
        .check = check_cached,
    },
    {
        .id = "KB-050",
        .level = FINDING_PRACTICE,
        .title = "Only a ticket that is renewable, and still good, is renewed",
        .section = "RFC 4120 section 3.3.3",
        .doc = "The KDC renews tickets whose flag says so, before they have "
               "expired. A client that tries with others gets "
               "KDC_ERR_BADOPTION, and must sign in anew.",
        .good = "RENEW with a ticket that has the flag renewable",
        .bad = "RENEW with one that has not",
        .on = TRAIT_KDC,
        .check = check_renewal,
    },
    {.id = NULL},
};
