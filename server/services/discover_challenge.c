/*
 * What a 401 of the User resource says of where tickets are to be had
 * (protocol: discover 3.1 to 3.3), see discover.h.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "services/autodiscover.h"
#include "services/discover.h"
#include "services/oauth.h"
#include "services/reach.h"

#define WEB_TICKET_SERVICE "/WebTicket/WebTicketService.svc"
/* discover 3.2: the id that every Lync server calls itself by. */
#define LYNC_CLIENT_ID "00000004-0000-0ff1-ce00-000000000000"

/*
 * discover 3.1, family A. The page has no Negotiate, NTLM or Basic beside it:
 * they would make clients authenticate to the wrong place (discover 8.3).
 */
static void challenge_web_ticket(struct call *call)
{
    exchange_header(call->ex, "X-MS-WebTicketURL", "%s",
                    call_web_url(call, WEB_TICKET_SERVICE));
    exchange_header(call->ex, "X-MS-WebTicketSupported", "cwt,saml");
}

/* One of several attributes; text NULL: the usual one, "omit": none of it. */
static const char *attribute(struct call *call, const char *line,
                             const char *name, const char *text,
                             const char *usual)
{
    const char *value = text ? text : usual;

    if (!value || strcmp(value, "omit") == 0) {
        return line;
    }
    return arena_printf(call->arena, "%s%s%s=\"%s\"", line, *line ? ", " : "",
                        name, value);
}

static const char *bearer_challenge(struct call *call)
{
    const struct oauth_settings *oauth = &call->world->oauth;
    const char *line =
        attribute(call, "", "trusted_issuers", oauth->trusted_issuers, "");

    line = attribute(call, line, "client_id", oauth->client_id, LYNC_CLIENT_ID);
    line = attribute(call, line, "authorization_uri", oauth->authorization_uri,
                     NULL);
    return arena_printf(call->arena, "Bearer%s%s", *line ? " " : "", line);
}

/* discover 3.2, family B. There is no OAuth partner to be trusted here; what
 * else was seen is a setting. */
static void challenge_oauth(struct call *call)
{
    const char *bearer = bearer_challenge(call);
    const char *ours = oauth_challenge(call);

    if (call->world->oauth.one_line) {
        exchange_header(call->ex, "WWW-Authenticate", "%s,%s", bearer, ours);
        return;
    }
    exchange_header(call->ex, "WWW-Authenticate", "%s", bearer);
    exchange_header(call->ex, "WWW-Authenticate", "%s", ours);
}

static unsigned families_of(const struct call *call)
{
    bool oauth = strncasecmp(call->ex->request.path, AUTODISCOVER_OAUTH_USER,
                             strlen(AUTODISCOVER_OAUTH_USER)) == 0;

    return oauth ? call->world->oauth_user_challenge
                 : call->world->user_challenge;
}

void discover_add_challenge(struct call *call)
{
    unsigned families = families_of(call);

    if (families & CHALLENGE_WEBTICKET) {
        challenge_web_ticket(call);
    }
    if (families & CHALLENGE_OAUTH) {
        challenge_oauth(call);
    }
}

void discover_challenge(struct call *call)
{
    call_reach(call, POINT_TICKET_CHALLENGE);
    if (families_of(call) & CHALLENGE_OAUTH) {
        call_reach(call, POINT_OAUTH_CHALLENGE);
    }
    discover_add_challenge(call);
}
