/* How the gate says no, see gate_reply.h. */
#include "config.h"

#include "services/gate_reply.h"

#include <strings.h>

#include "auth/auth.h"
#include "services/reach.h"
#include "wire/diagnostics.h"
#include "wire/httpauth.h"

const struct gate_farewell gate_no_farewell;

const char *gate_scheme_at(const struct call *call, size_t index)
{
    const struct offer *offer = &call->world->offer;

    switch (call->gate) {
    case GATE_WINDOWS:
        return index < offer->windows_count ? offer->windows[index] : NULL;
    case GATE_OWN:
        return call->route->schemes[index];
    case GATE_NONE:
        break;
    }
    return NULL;
}

/* "NTLM", or with what the method adds: "Basic realm=..." */
static const char *offer_of(const struct call *call, const char *scheme)
{
    const struct auth_method *method = auth_method_of_scheme(scheme);

    return method && method->parameters
               ? arena_printf(call->arena, "%s %s", scheme,
                              method->parameters(call->arena, call->world))
               : scheme;
}

/*
 * IIS names every scheme that is on in a line of its own; one line with commas
 * is a setting, because it trips clients (protocol: discover 8.7). Where a
 * refusal has a token it stands behind the name of its scheme.
 */
static void add_offers(struct call *call, const struct gate_farewell *farewell)
{
    const char *scheme;
    const char *line = NULL;

    for (size_t i = 0; (scheme = gate_scheme_at(call, i)) != NULL; i++) {
        bool last = farewell->scheme && !strcasecmp(farewell->scheme, scheme);
        const char *offer =
            last ? httpauth_encode(call->arena, scheme, farewell->token)
                 : offer_of(call, scheme);

        if (!call->world->offer.one_line) {
            exchange_header(call->ex, "WWW-Authenticate", "%s", offer);
        } else {
            line =
                line ? arena_printf(call->arena, "%s, %s", line, offer) : offer;
        }
    }
    if (line) {
        exchange_header(call->ex, "WWW-Authenticate", "%s", line);
    }
}

enum gate_verdict gate_refuse_with(struct call *call,
                                   const struct gate_farewell *farewell)
{
    call_reach(call, POINT_AUTH_OFFER);
    product_error_page(call, 401);
    add_offers(call, farewell);
    if (call->route->refused) {
        call->route->refused(call);
    }
    return GATE_CLOSED;
}

enum gate_verdict gate_refuse(struct call *call)
{
    return gate_refuse_with(call, &gate_no_farewell);
}

/* A 401 must name a scheme (RFC 9110 section 11.6.1); where the world has none
 * the port is switched off (protocol: webticket 11.2, step 3). */
enum gate_verdict gate_refuse_all(struct call *call)
{
    call_reach(call, POINT_AUTH_OFFER);
    product_error_page(call, 403);
    product_diagnostics(call, DIAGNOSTIC_AUTH_NOT_ALLOWED);
    return GATE_CLOSED;
}

/* webticket 6.5: only the scheme of the handshake, with its token. */
enum gate_verdict gate_challenge(struct call *call, const char *scheme,
                                 struct span token)
{
    product_error_page(call, 401);
    exchange_header(call->ex, "WWW-Authenticate", "%s",
                    httpauth_encode(call->arena, scheme, token));
    return GATE_CLOSED;
}
