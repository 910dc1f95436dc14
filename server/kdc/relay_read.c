/*
 * What a request to the KDC says, for `when` and the journal. An AS-REQ names
 * its user; in a TGS-REQ it is the TGT within that does, and we have its key.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include <string.h>

#include "kdc/ticket.h"
#include "util/mem.h"

/* RFC 4120 section 7.5.2, RFC 6113, RFC 4556, the SPAKE draft. */
static const struct padata_name {
    int32_t type;
    const char *name;
    bool proof; /* of a password, or of what stands for it */
} padata_names[] = {
    {1, "PA-TGS-REQ", false},
    {2, "PA-ENC-TIMESTAMP", true},
    {16, "PA-PK-AS-REQ", true},
    {17, "PA-PK-AS-REP", false},
    {19, "PA-ETYPE-INFO2", false},
    {128, "PA-PAC-REQUEST", false},
    {129, "PA-FOR-USER", false},
    {130, "PA-FOR-X509-USER", false},
    {133, "PA-FX-COOKIE", false},
    {136, "PA-FX-FAST", false},
    {138, "PA-ENCRYPTED-CHALLENGE", true},
    {149, "PA-REQ-ENC-PA-REP", false},
    {150, "PA-AS-FRESHNESS", false},
    {151, "PA-SPAKE", true},
    {165, "PA-SUPPORTED-ETYPES", false},
    {167, "PA-PAC-OPTIONS", false},
};

static const struct padata_name *padata_find(int32_t type)
{
    for (size_t i = 0; i < ARRAY_SIZE(padata_names); i++) {
        if (padata_names[i].type == type) {
            return &padata_names[i];
        }
    }
    return NULL;
}

static const char *padata_text(struct arena *arena,
                               const struct krb_kdc_req *req)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < req->padata_count; i++) {
        const struct padata_name *known = padata_find(req->padata[i].type);

        buf_add_text(&out, i ? " " : "");
        if (known) {
            buf_add_text(&out, known->name);
        } else {
            buf_printf(&out, "%d", (int)req->padata[i].type);
        }
    }
    return arena_text(arena, buf_span(&out));
}

static const char *etypes_text(struct arena *arena,
                               const struct krb_kdc_req *req)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < req->etype_count; i++) {
        const char *name = krb_etype_name(req->etypes[i]);

        buf_add_text(&out, i ? " " : "");
        if (name) {
            buf_add_text(&out, name);
        } else {
            buf_printf(&out, "%d", (int)req->etypes[i]);
        }
    }
    return arena_text(arena, buf_span(&out));
}

static bool proves(const struct krb_kdc_req *req)
{
    for (size_t i = 0; i < req->padata_count; i++) {
        const struct padata_name *known = padata_find(req->padata[i].type);

        if (known && known->proof) {
            return true;
        }
    }
    return false;
}

/*
 * "alice" of a realm, or as an enterprise name "alice@contoso.test" (RFC 6806
 * section 5). Other forms are no user of ours.
 */
static const struct user *find_user(const struct relay *relay,
                                    struct arena *arena,
                                    const struct krb_name *name)
{
    const char *text;
    const char *realm;

    if (name->count != 1 ||
        memchr(name->components[0].data, 0, name->components[0].size)) {
        return NULL;
    }
    text = arena_text(arena, name->components[0]);
    realm = arena_text(arena, name->realm);
    return world_account(relay->options.world,
                         name->type == KRB_NT_ENTERPRISE ? "" : realm, text);
}

/* The TGT within PA-TGS-REQ (RFC 4120 section 5.4.1), whoever sent it. */
static void read_tgt(struct relay_request *request, struct span value)
{
    struct arena *arena = request->ex->arena;
    struct krb_ticket_part part;
    struct krb_ap_req ap_req;
    struct krb_flaw flaw;
    const char *why = NULL;

    if (!krb_decode_ap_req(value, &ap_req, &flaw)) {
        exchange_remark(request->ex, "kdc.tgt", "no AP-REQ: %s %s", flaw.field,
                        flaw.why);
        return;
    }
    if (!ticket_open(request->relay->crypt, request->relay->options.krbtgt,
                     &ap_req.ticket, arena, &part, &why)) {
        exchange_remark(request->ex, "kdc.tgt", "%s", why);
        return;
    }
    request->user = find_user(request->relay, arena, &part.client);
    request->ex->kdc->client = krb_name_text(arena, &part.client);
}

static void read_client(struct relay_request *request)
{
    const struct krb_kdc_req *req = &request->req;
    struct arena *arena = request->ex->arena;

    if (req->type == KRB_AS_REQ) {
        request->user = find_user(request->relay, arena, &req->client);
        request->preauth = proves(req);
        request->ex->kdc->client =
            req->client.count ? krb_name_text(arena, &req->client) : NULL;
        return;
    }
    for (size_t i = 0; i < req->padata_count; i++) {
        if (req->padata[i].type == 1) {
            read_tgt(request, req->padata[i].value);
            return;
        }
    }
}

static void read_service(struct relay_request *request)
{
    const struct krb_name *service = &request->req.service;
    struct arena *arena = request->ex->arena;

    if (service->count) {
        request->ex->kdc->service = krb_name_text(arena, service);
        request->ex->facts.service = krb_name_short(arena, service);
    }
}

void relay_read(struct relay_request *request)
{
    struct exchange *ex = request->ex;
    struct kdc_exchange *kdc = ex->kdc;
    struct krb_flaw flaw;

    kdc->message = krb_message_name(krb_kind_of(kdc->request));
    if (!krb_decode_kdc_req(kdc->request, &request->req, &flaw)) {
        exchange_remark(ex, "kdc.flaw", "%s, byte %zu: %s", flaw.field,
                        flaw.offset, flaw.why);
        return;
    }
    request->readable = true;
    kdc->etypes = etypes_text(ex->arena, &request->req);
    kdc->padata = padata_text(ex->arena, &request->req);
    read_client(request);
    read_service(request);
    ex->facts.user = request->user ? request->user->name : NULL;
}

void relay_read_reply(struct exchange *ex, struct span reply)
{
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
    }
}
