/*
 * Where krb5kdc does not answer as the domain controllers do that clients meet:
 * the relay does so itself.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include <string.h>
#include <strings.h>

#include "util/utf.h"
#include "wire/krb_keys.h"
#include "world/names.h"

enum { OPTION_CANONICALIZE = 0x00010000 }; /* RFC 6806 section 3 */

/* Of one component, as users have it: others are services. */
static bool is_plain(const struct krb_name *name)
{
    return name->count == 1;
}

/*
 * A reload has taken it away, and a principal stays in the realm for good.
 * MIT's KDC would go on to serve it. Of a session but the default one nothing
 * was in the realm from the start; whoever has a TGT may ask for its services.
 */
int32_t relay_is_gone(const struct relay_request *request)
{
    const char *service = request->ex->facts.service;

    if (request->scenario == request->relay->first || !request->readable) {
        return 0;
    }
    if (!request->user && !request->foreign &&
        (request->req.type == KRB_TGS_REQ
             ? request->session == request->relay->options.session
             : is_plain(&request->req.client))) {
        return KDC_ERR_C_PRINCIPAL_UNKNOWN;
    }
    return service && strncasecmp(service, "HTTP/", strlen("HTTP/")) == 0 &&
                   !world_has_spn(request->world, service)
               ? KDC_ERR_S_PRINCIPAL_UNKNOWN
               : 0;
}

/*
 * RFC 4120 section 3.1.3: KDC_ERR_ETYPE_NOSUPP where the client offers no type
 * that the user has a key of. krb5kdc asks for proof of the password first, in
 * a list of ways that names no type, and MIT's client then speaks of a failure
 * of pre-authentication. protocol: kerberos 2.2
 */
bool relay_lacks_etype(const struct relay_request *request)
{
    const struct world *world = request->world;
    unsigned usable;

    if (!request->readable || !request->user ||
        request->req.type != KRB_AS_REQ) {
        return false;
    }
    usable = request->user->etypes & world->kdc.etypes;
    for (size_t i = 0; i < request->req.etype_count; i++) {
        if (krb_etype_bit(request->req.etypes[i]) & usable) {
            return false;
        }
    }
    return true;
}

/*
 * krb5kdc has an error of its own for a service whose keys are of no type that
 * it permits, and its number is the generic one. Active Directory says
 * KDC_ERR_ETYPE_NOSUPP. protocol: kerberos 2.2
 */
bool relay_lacks_service_key(struct span reply)
{
    struct krb_error error;
    struct krb_flaw flaw;

    return krb_kind_of(reply) == KRB_ERROR &&
           krb_decode_error(reply, &error, &flaw) &&
           error.code == KRB_ERR_GENERIC &&
           span_equal(error.text, span_text("FINDING_SERVER_KEY"));
}

static bool is_realm(const struct relay_request *request, struct span name)
{
    const char *realm = request->world->realm;

    return name.size == strlen(realm) &&
           strncasecmp((const char *)name.data, realm, name.size) == 0;
}

static bool is_domain(const struct relay_request *request, struct span name)
{
    return utf8_is_text(name) &&
           world_is_domain(request->world,
                           arena_text(request->ex->arena, name));
}

/*
 * Active Directory takes the realm in any letter case, and the domain's NetBIOS
 * name for it, and says the right one in its answer. protocol: kerberos 1.1.
 * DEVIATES: a client that asked for `canonicalize` is told the right realm by
 * an error (RFC 6806 section 7) and goes on from there; so is one with an
 * enterprise name. Others take an answer with another realm than theirs for a
 * wrong one, and a NetBIOS name leads them nowhere.
 */
bool relay_refers(struct relay_request *request)
{
    struct span right = span_text(request->world->realm);
    struct span realm = request->req.service.realm;
    bool canonicalize = request->req.options & OPTION_CANONICALIZE ||
                        request->req.client.type == KRB_NT_ENTERPRISE;

    if (!request->readable || request->req.type != KRB_AS_REQ ||
        !request->user || span_equal(realm, right) ||
        !is_domain(request, realm) ||
        (is_realm(request, realm) && !canonicalize)) {
        return false;
    }
    request->req.client.realm = right;
    return true;
}

static void put_realm(const struct relay_request *request, uint8_t *copy,
                      struct span name)
{
    const struct span message = request->ex->kdc->request;

    memcpy(copy + (name.data - message.data), request->world->realm, name.size);
}

/* Upper and lower case are of one length, so nothing else of it changes. */
void relay_mend_realm(struct relay_request *request)
{
    const struct krb_kdc_req *req = &request->req;
    const struct span message = request->ex->kdc->request;
    const struct krb_name *service = &req->service;
    struct span right = span_text(request->world->realm);
    uint8_t *copy;

    if (!request->readable || req->type != KRB_AS_REQ ||
        !is_realm(request, service->realm) ||
        span_equal(service->realm, right)) {
        return;
    }
    copy = arena_alloc(request->ex->arena, message.size);
    memcpy(copy, message.data, message.size);
    put_realm(request, copy, service->realm);
    if (service->count == 2 && is_realm(request, service->components[1])) {
        put_realm(request, copy, service->components[1]);
    }
    request->message = span_of(copy, message.size);
}
