/*
 * Where krb5kdc does not answer as the domain controllers do that clients meet:
 * the relay does so itself.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include "wire/krb_keys.h"

/*
 * RFC 4120 section 3.1.3: KDC_ERR_ETYPE_NOSUPP where the client offers no type
 * that the user has a key of. krb5kdc asks for proof of the password first, in
 * a list of ways that names no type, and MIT's client then speaks of a failure
 * of pre-authentication. protocol: kerberos 2.2
 */
bool relay_lacks_etype(const struct relay_request *request)
{
    const struct world *world = request->relay->options.world;
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
