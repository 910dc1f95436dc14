/*
 * What a request to the KDC says, for `when` and the journal. An AS-REQ names
 * its user; in a TGS-REQ it is the TGT within that does, and we have its key.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include <string.h>
#include <strings.h>

#include "kdc/ticket_open.h"
#include "scenario/sessions.h"
#include "util/guard.h"
#include "util/mem.h"

/* Those that prove a password, or what stands for it (RFC 4120 section 5.2.7,
 * RFC 4556, RFC 6113, RFC 9588). */
static const int32_t proofs[] = {
    KRB_PA_ENC_TIMESTAMP,
    KRB_PA_PK_AS_REQ,
    KRB_PA_FX_FAST, /* where it is behind armor */
    KRB_PA_ENCRYPTED_CHALLENGE,
    KRB_PA_SPAKE,
};

static void add_word(struct buf *out, const char *name, int32_t number)
{
    buf_add_text(out, out->size ? " " : "");
    if (name) {
        buf_add_text(out, name);
    } else {
        buf_printf(out, "%d", (int)number);
    }
}

static const char *padata_text(struct arena *arena,
                               const struct krb_kdc_req *req)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < req->padata.count; i++) {
        int32_t type = req->padata.items[i].type;

        add_word(&out, krb_padata_name(type), type);
    }
    return arena_text(arena, buf_span(&out));
}

static const char *etypes_text(struct arena *arena,
                               const struct krb_kdc_req *req)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < req->etype_count; i++) {
        add_word(&out, krb_etype_name(req->etypes[i]), req->etypes[i]);
    }
    return arena_text(arena, buf_span(&out));
}

static bool proves(const struct krb_kdc_req *req)
{
    for (size_t i = 0; i < req->padata.count; i++) {
        for (size_t k = 0; k < ARRAY_SIZE(proofs); k++) {
            if (req->padata.items[i].type == proofs[k]) {
                return true;
            }
        }
    }
    return false;
}

/*
 * "alice" of a realm, or as an enterprise name "alice@contoso.test" (RFC 6806
 * section 5). Other forms are no user of ours.
 */
static const struct user *find_user(const struct world *world,
                                    struct arena *arena,
                                    const struct krb_name *name,
                                    const char **out_text)
{
    const char *text;
    const char *realm;

    if (name->count != 1 || !name->components[0].size ||
        memchr(name->components[0].data, 0, name->components[0].size)) {
        return NULL;
    }
    text = arena_text(arena, name->components[0]);
    /* NetBIOS names are no principals to Active Directory, nor to krb5kdc. */
    *out_text = strchr(text, '\\') ? NULL : text;
    realm = arena_text(arena, name->realm);
    return world_account(world, name->type == KRB_NT_ENTERPRISE ? "" : realm,
                         text);
}

/* The TGT within PA-TGS-REQ (RFC 4120 section 5.4.1), whoever sent it. */
static void read_tgt(struct relay_request *request, struct span value)
{
    struct arena *arena = request->ex->arena;
    struct krb_ticket_part part;
    struct krb_ap_req ap_req;
    struct krb_flaw flaw;
    const char *why = NULL;
    const char *text;

    if (!krb_decode_ap_req(value, &ap_req, &flaw)) {
        exchange_remark(request->ex, "kdc.tgt", "no AP-REQ: %s %s", flaw.field,
                        flaw.why);
        return;
    }
    if (!kdc_ticket_open(request->relay->crypt, request->relay->options.krbtgt,
                         &ap_req.ticket, arena, &part, &why)) {
        exchange_remark(request->ex, "kdc.tgt", "%s", why);
        request->foreign = true;
        return;
    }
    request->user = find_user(request->world, arena, &part.client, &text);
    request->ex->kdc->client = krb_name_text(arena, &part.client);
}

static void read_client(struct relay_request *request)
{
    const struct krb_kdc_req *req = &request->req;
    struct arena *arena = request->ex->arena;

    if (req->type == KRB_AS_REQ) {
        request->user =
            find_user(request->world, arena, &req->client, &request->name);
        request->preauth = proves(req);
        request->ex->kdc->client =
            req->client.count ? krb_name_text(arena, &req->client) : NULL;
        return;
    }
    for (size_t i = 0; i < req->padata.count; i++) {
        if (req->padata.items[i].type == KRB_PA_TGS_REQ) {
            read_tgt(request, req->padata.items[i].value);
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

static const char *host_of(const char *service)
{
    return service && strncasecmp(service, "HTTP/", strlen("HTTP/")) == 0
               ? service + strlen("HTTP/")
               : NULL;
}

/* "contoso.test" of a user principal name, which has an "@" in it. */
static const char *domain_of(struct arena *arena, const struct krb_name *client)
{
    const char *at =
        client->count == 1
            ? strrchr(arena_text(arena, client->components[0]), '@')
            : NULL;

    return at ? at + 1 : NULL;
}

/*
 * Whose test it is: a TGS-REQ is that of the host whose ticket is asked for, an
 * AS-REQ that of the domain of a user principal name. Any other is the default
 * session's: all have one realm. Other threads ask the registry as well.
 */
static void choose_session(struct relay_request *request)
{
    const struct relay_options *options = &request->relay->options;
    struct session *session = options->session;
    const char *name;
    GUARDED;

    if (!options->sessions) {
        return;
    }
    if (request->req.type == KRB_AS_REQ) {
        name = domain_of(request->ex->arena, &request->req.client);
        session = name ? sessions_of_domain(options->sessions, name) : session;
    } else {
        name = host_of(request->ex->facts.service);
        session = name ? sessions_of(options->sessions, name) : session;
    }
    if (session != request->session) {
        request_belong(request, session);
    }
}

void relay_read(struct relay_request *request)
{
    struct exchange *ex = request->ex;
    struct kdc_exchange *kdc = ex->kdc;
    struct krb_flaw flaw;

    request->message = kdc->request;
    kdc->message = krb_message_name(krb_kind_of(kdc->request));
    if (!krb_decode_kdc_req(kdc->request, &request->req, &flaw)) {
        exchange_remark(ex, "kdc.flaw", "%s, byte %zu: %s", flaw.field,
                        flaw.offset, flaw.why);
        return;
    }
    request->readable = true;
    kdc->etypes = etypes_text(ex->arena, &request->req);
    kdc->padata = padata_text(ex->arena, &request->req);
    read_service(request);
    choose_session(request);
    read_client(request);
    ex->facts.user = request->user ? request->user->name : NULL;
}
