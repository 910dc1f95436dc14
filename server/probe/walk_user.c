/* The User resource: its 401, the ticket, the way to the home pool. protocol:
 * discover 2.9, 2.11, 3.1 to 3.6. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "probe/challenge.h"
#include "probe/trust.h"
#include "probe/walk.h"
#include "util/base64.h"
#include "util/url.h"

#define STAGE STAGE_USER

static const char *carry(struct walk *walk, const struct ticket *ticket)
{
    if (ticket->kind == TOKEN_SAML) {
        return arena_printf(walk->arena, "X-MS-WebTicket: opaque=%s",
                            base64_text(walk->arena, span_text(ticket->text)));
    }
    return walk->client->carrier == CARRY_BEARER
               ? arena_printf(walk->arena, "Authorization: Bearer %s",
                              ticket->text)
               : arena_printf(walk->arena, "X-MS-WebTicket: %s", ticket->text);
}

static bool ask_user(struct walk *walk, const char *url,
                     const struct ticket *ticket, struct http_answer *answer)
{
    const char *fields[3] = {
        arena_printf(walk->arena, "Accept: %s", walk->client->accept)};
    const struct http_request request = {.url = url, .fields = fields};

    if (ticket) {
        fields[1] = carry(walk, ticket);
    }
    return walk_ask(walk, STAGE, &request, answer);
}

/* ---- The ticket that its 401 asks for ---- */

static bool get_ticket(struct walk *walk, const char *user_url,
                       const struct http_answer *challenge,
                       struct ticket *ticket)
{
    bool oauth = walk->client->credentials == CREDENTIALS_OAUTH;
    const char *service = oauth
                              ? challenge_oauth(walk->arena, challenge, "href")
                              : http_header(challenge, "X-MS-WebTicketURL");

    if ((!service || !*service) && challenge_offers(challenge, "Basic")) {
        return walk_refused(walk, STAGE, challenge, "refused");
    }
    if (!service || !*service) {
        return walk_fail(
            walk, STAGE,
            oauth ? "its 401 has no MsRtcOAuth with href (MS-OCDISCWS)"
                  : "its 401 does not name the ticket service "
                    "(X-MS-WebTicketURL)",
            NULL);
    }
    report_learned(walk->report, "tickets are at %s", service);
    if (!oauth && (challenge_offers(challenge, "NTLM") ||
                   challenge_offers(challenge, "Negotiate"))) {
        report_warn(walk->report, "the 401 offers Windows authentication too: "
                                  "pidgin-sipe tries that here");
    }
    if (!walk_safe(walk, STAGE, "the ticket service", user_url, service)) {
        return false;
    }
    return oauth ? walk_oauth(walk, service, ticket)
                 : walk_ticket(walk, service, user_url, ticket);
}

/* ---- Its answer to a ticket ---- */

/* webticket 6.4: one that is expired or not valid is given up for a new one,
 * once. */
static bool wants_new_ticket(struct walk *walk,
                             const struct http_answer *answer)
{
    struct trouble trouble;

    if (answer->status == 200 || !walk_trouble(walk, answer, &trouble) ||
        (trouble.id != TROUBLE_TICKET_EXPIRED &&
         trouble.id != TROUBLE_TICKET_INVALID &&
         trouble.id != TROUBLE_TICKET_RENEW)) {
        return false;
    }
    report_learned(walk->report, "the ticket is refused: %s",
                   walk_said(walk, &trouble));
    return true;
}

static bool refused(struct walk *walk, const struct http_answer *answer)
{
    switch (answer->status) {
    case 401:
        return walk_refused(walk, STAGE, answer,
                            "the fresh ticket is not accepted");
    case 404:
        /* discover 2.11: an empty 404 means just this. */
        return walk_refused(walk, STAGE, answer,
                            "the user has no home here: not enabled for Lync, "
                            "or unknown");
    default:
        return walk_refused(walk, STAGE, answer, "refused");
    }
}

static bool read_user(struct walk *walk, const struct http_answer *answer,
                      struct discovery *user)
{
    const char *problem;

    if (answer->status != 200) {
        return refused(walk, answer);
    }
    if (!discovery_parse(walk->arena, answer->body, user, &problem)) {
        return walk_fail(
            walk, STAGE,
            arena_printf(walk->arena, "the answer is no User: %s",
                         trouble_document(walk->arena, answer, problem)),
            NULL);
    }
    walk_judge_form(walk, answer, user);
    report_learned(walk->report, "%s", discovery_text(walk->arena, user));
    return true;
}

/* ---- What comes next ---- */

static bool is_inside(const struct walk *walk, const struct discovery *user)
{
    const char *location =
        user->location ? user->location : walk->client->expects;

    return location && strcasecmp(location, "Internal") == 0;
}

static const char *sip_stop(struct walk *walk, const struct discovery *user)
{
    const struct sip_server *server =
        is_inside(walk, user) ? &user->internal : &user->external;

    if (!server->fqdn || !server->port) {
        return NULL;
    }
    if (!trust_host(server->fqdn, walk->target->domain, walk->trust)) {
        report_warn(walk->report,
                    "the SIP server %s is outside of %s: a "
                    "desktop client asks whether to trust it",
                    server->fqdn, walk->target->domain);
    }
    return arena_printf(walk->arena, "%s:%d", server->fqdn, server->port);
}

/* Phones use Ucwa, which is the outside address; others go by location. */
static const char *ucwa_stop(struct walk *walk, const struct discovery *user)
{
    const char *link = discovery_link(user, "applications");

    if (!link) {
        link = discovery_link(user, "Ucwa");
    }
    return link ? link
                : discovery_link(user, is_inside(walk, user) ? "Internal/Ucwa"
                                                             : "External/Ucwa");
}

static void conclude(struct walk *walk, const char *url,
                     const struct discovery *user)
{
    struct url parts;

    walk->outcome.user_resource = user;
    if (url_parse(walk->arena, url, &parts)) {
        walk->outcome.pool = parts.host;
    }
    walk_judge_user(walk, user);
    walk->outcome.next_stop = walk->client->next == NEXT_SIP
                                  ? sip_stop(walk, user)
                                  : ucwa_stop(walk, user);
}

/* ---- One pool after the other ---- */

/* Asks without a ticket, gets one, asks with it; once more where the ticket
 * is refused as too old. */
static bool open_user(struct walk *walk, const char *url,
                      struct http_answer *answer)
{
    struct ticket *ticket = ARENA_NEW(walk->arena, struct ticket);

    walk->outcome.ticket = NULL;
    if (!ask_user(walk, url, NULL, answer)) {
        return false;
    }
    if (answer->status == 200) {
        report_warn(walk->report, "opened without a ticket, which it must not "
                                  "(MS-OCDISCWS 3.1.5.3)");
        return true;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        if (answer->status != 401) {
            return refused(walk, answer);
        }
        if (!get_ticket(walk, url, answer, ticket) ||
            !ask_user(walk, url, ticket, answer)) {
            return false;
        }
        walk->outcome.ticket = ticket;
        if (!wants_new_ticket(walk, answer)) {
            return true;
        }
    }
    return true;
}

bool walk_user(struct walk *walk, const char *user_url)
{
    struct discovery *user = ARENA_NEW(walk->arena, struct discovery);
    struct http_answer answer;
    const char *next;

    for (;;) {
        if (!open_user(walk, user_url, &answer) ||
            !read_user(walk, &answer, user)) {
            return false;
        }
        next = discovery_link(user, "Redirect");
        if (!next) {
            break;
        }
        if (!walk_redirect(walk, user_url, next, &user_url)) {
            return false;
        }
    }
    if (user->resource != RESOURCE_USER) {
        return walk_fail(walk, STAGE, "the answer is another resource", NULL);
    }
    conclude(walk, user_url, user);
    return true;
}
