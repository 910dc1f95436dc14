/*
 * A proxy that wants a name and a password (RFC 9110, 11.7; RFC 7617), where
 * the world says so: an account of the world, with each request.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "services/proxy.h"
#include "services/reach.h"
#include "services/verdict.h"
#include "util/utf.h"
#include "wire/httpauth.h"

/* RFC 7617, 2: the first colon ends the name. */
static bool read_credentials(struct call *call, const char **out_name,
                             const char **out_password)
{
    const char *value =
        headers_get(&call->ex->request.headers, "Proxy-Authorization");
    struct httpauth sent;
    char *text;

    if (!value || httpauth_decode(call->arena, value, &sent) != HTTPAUTH_OK ||
        strcasecmp(sent.scheme, "Basic") != 0 || !utf8_valid(sent.token) ||
        span_find(sent.token, span_text(":"), 0) == SIZE_MAX ||
        memchr(sent.token.data, '\0', sent.token.size)) {
        return false;
    }
    text = arena_text(call->arena, sent.token);
    *out_name = text;
    *out_password = strchr(text, ':') + 1;
    text[strcspn(text, ":")] = '\0';
    return true;
}

static void refuse(struct call *call, const char *why)
{
    proxy_page(call, 407, why);
    exchange_why(call->ex, "proxy.auth", "%s", why);
}

bool proxy_lets_pass(struct call *call)
{
    struct auth_outcome outcome;
    const char *name;
    const char *password;

    if (call->world->proxy_auth == PROXY_AUTH_NONE) {
        return true;
    }
    if (!read_credentials(call, &name, &password)) {
        refuse(call, "the proxy wants a name and a password, by Basic");
        return false;
    }
    outcome = verdict_password(call, "basic", name, password);
    call_reach(call, POINT_PROXY_VERDICT);
    verdict_settle(call, &outcome);
    if (outcome.verdict != AUTH_ACCEPTED) {
        refuse(call, arena_printf(call->arena,
                                  "the proxy does not let \"%s\" pass: %s",
                                  name, call->ex->facts.reason));
    }
    return outcome.verdict == AUTH_ACCEPTED;
}
