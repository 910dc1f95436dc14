/*
 * The User resource: the servers and services of the one whom the web ticket
 * names. Whoever has no ticket is told where to get one.
 *
 * protocol: discover 2.9, 2.11, 2.12 and 3; [MS-OCDISCWS] 3.1.5.3.
 */
#include "config.h"

#include "services/discover.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "services/audience.h"
#include "services/issued.h"
#include "services/oauth.h"
#include "services/reach.h"
#include "services/verdict.h"
#include "ticket/ticket.h"
#include "util/guard.h"
#include "util/url.h"
#include "wire/diagnostics.h"

/* ---- The ticket ---- */

enum carrier {
    CARRIER_NONE,
    CARRIER_WEB_TICKET, /* X-MS-WebTicket */
    CARRIER_BEARER,     /* Authorization: Bearer */
};

struct presented {
    enum carrier carrier;
    const char *text; /* as it came; NULL: a step has judged it */
    enum ticket_flaw flaw;
    struct ticket ticket;
};

static const char *bearer_token(const struct headers *headers)
{
    static const char scheme[] = "Bearer";
    const char *value = headers_get(headers, "Authorization");
    size_t length = strlen(scheme);

    if (!value || strncasecmp(value, scheme, length) != 0 ||
        (value[length] != ' ' && value[length] != '\0')) {
        return NULL;
    }
    value += length;
    return value + strspn(value, " ");
}

static void judge(struct call *call, const char *text, bool ask,
                  struct presented *presented)
{
    struct ticket *ticket = &presented->ticket;
    unsigned held = guard_pause();

    presented->text = text;
    presented->flaw = ticket_open(call->ticket_keys, call->arena, text,
                                  call->now, call->pool, ticket);
    guard_resume(held);
    if (presented->flaw != TICKET_VALID) {
        return;
    }
    if (ask) {
        call_reach(call, POINT_TICKET_AUDIENCE);
    }
    if (!audience_fits(call, ticket->audience)) {
        presented->flaw = TICKET_WRONG_AUDIENCE;
        ticket->detail = arena_printf(
            call->arena, "The ticket is for %s, not for this resource.",
            ticket->audience);
    }
}

/* discover 2.12: X-MS-WebTicket, else a Bearer token, else nothing. ask: steps
 * are asked, which they are once. */
static struct presented take_ticket(struct call *call, bool ask)
{
    const struct headers *headers = &call->ex->request.headers;
    const char *web_ticket = headers_get(headers, "X-MS-WebTicket");
    const char *bearer = bearer_token(headers);
    struct presented presented = {.flaw = TICKET_GARBAGE};

    if (ask && (web_ticket || bearer)) {
        call_reach(call, POINT_TICKET_PRESENT);
    }
    if (web_ticket) {
        presented.carrier = CARRIER_WEB_TICKET;
        judge(call, web_ticket, ask, &presented);
    } else if (bearer) {
        presented.carrier = CARRIER_BEARER;
        judge(call, bearer, ask, &presented);
    }
    return presented;
}

/* The ticket's user in this world; NULL: nobody that we know, or a guest. */
static const struct user *ticket_user(const struct call *call,
                                      const struct ticket *ticket)
{
    const struct user *user = NULL;

    if (ticket->user) {
        user = world_user(call->world, ticket->user);
    }
    if (!user && ticket->sip) {
        user = world_sip_user(call->world, ticket->sip);
    }
    if (!user && ticket->sid) {
        user = world_sid_user(call->world, ticket->sid);
    }
    return user;
}

static const char *const flaw_words[] = {
    [TICKET_VALID] = "valid",
    [TICKET_GARBAGE] = "garbage",
    [TICKET_BAD_SIGNATURE] = "bad-signature",
    [TICKET_OTHER_POOL] = "other-pool",
    [TICKET_WRONG_AUDIENCE] = "wrong-audience",
    [TICKET_NOT_YET_VALID] = "not-yet-valid",
    [TICKET_EXPIRED] = "expired",
};

static const char *flaw_word(const struct presented *presented)
{
    return presented->carrier == CARRIER_NONE ? "none"
                                              : flaw_words[presented->flaw];
}

/* What a step makes of a ticket, whatever it is worth. */
static void force(struct call *call, struct presented *presented)
{
    struct ticket *ticket = &presented->ticket;
    struct verdict_plan plan;

    if (!verdict_take(call, &plan)) {
        return;
    }
    presented->text = NULL;
    if (plan.accepted) {
        presented->flaw = TICKET_VALID;
        ticket->user = plan.user ? plan.user : ticket->user;
        return;
    }
    presented->flaw = TICKET_GARBAGE;
    for (size_t i = 0; plan.reason && i < ARRAY_SIZE(flaw_words); i++) {
        if (strcmp(flaw_words[i], plan.reason) == 0) {
            presented->flaw = (enum ticket_flaw)i;
        }
    }
    ticket->detail =
        plan.reason
            ? arena_printf(call->arena, "%s, a step says so", plan.reason)
            : "a step says so";
}

/* The ticket was judged; who has none is not asked. */
static void reach_verdict(struct call *call, struct presented *presented)
{
    struct facts *facts = &call->ex->facts;
    bool valid = presented->flaw == TICKET_VALID;
    const struct user *user;

    facts->verdict = valid ? "accepted" : "refused";
    facts->reason = valid ? NULL : flaw_word(presented);
    call_reach(call, POINT_TICKET_VERDICT);
    force(call, presented);
    user = ticket_user(call, &presented->ticket);
    facts->user = user ? user->name : facts->user;
    facts->ticket = flaw_word(presented);
}

/* An assertion names its issuer; a compact ticket's MAC is made with the name
 * of a pool, so one that holds is this pool's. */
static const char *pool_of(struct call *call, const struct presented *presented)
{
    const struct ticket *ticket = &presented->ticket;
    struct url url;

    if (ticket->issuer && url_parse(call->arena, ticket->issuer, &url)) {
        return world_pool_of(call->world, url.host)->fqdn;
    }
    return presented->flaw == TICKET_BAD_SIGNATURE ? NULL : call->pool->fqdn;
}

/* What can be read of it, be it good or not. */
static void show_ticket(struct call *call, const struct presented *presented,
                        const struct user *user)
{
    const struct ticket *ticket = &presented->ticket;
    struct facts *facts = &call->ex->facts;

    facts->ticket = flaw_word(presented);
    if (presented->carrier == CARRIER_NONE || !ticket->id) {
        return;
    }
    facts->shown = (struct ticket_facts){
        .format = ticket->format == TICKET_CWT ? "cwt" : "saml",
        .user = user ? user->name : NULL,
        .pool = pool_of(call, presented),
        .age = call->now - ticket->issued,
        .left = ticket->expires - call->now,
    };
}

/*
 * The point knows whose ticket it is and what it is worth. A step there may
 * move the clock or the pool: then it is judged afresh.
 */
static struct presented reach_with_ticket(struct call *call)
{
    struct presented presented = take_ticket(call, true);
    const struct user *user = ticket_user(call, &presented.ticket);
    const struct world *world = call->world;
    struct facts *facts = &call->ex->facts;

    show_ticket(call, &presented, user);
    if (presented.carrier != CARRIER_NONE) {
        facts->auth = "webticket";
    }
    if (user) {
        facts->user = user->name;
    }
    discover_reach(call, POINT_DISCOVER_USER);
    if (call->world != world) {
        presented = take_ticket(call, false);
        show_ticket(call, &presented, user);
    }
    if (presented.carrier != CARRIER_NONE) {
        reach_verdict(call, &presented);
    }
    return presented;
}

static void say_why(struct call *call, const struct presented *presented)
{
    if (presented->text) {
        exchange_why(call->ex, "ticket.why", "%s",
                     issued_why(call, presented->text, presented->flaw,
                                &presented->ticket));
    }
}

static void remark_ticket(struct call *call, const struct presented *presented)
{
    const struct ticket *ticket = &presented->ticket;

    if (ticket->id) {
        exchange_remark(call->ex, "ticket.id", "%s", ticket->id);
    }
    if (ticket->guest) {
        exchange_remark(call->ex, "ticket.guest", "%s", ticket->sip);
        exchange_remark(call->ex, "ticket.meeting", "%s", ticket->meeting);
    }
    if (presented->carrier != CARRIER_NONE && presented->flaw != TICKET_VALID) {
        exchange_why(call->ex, "ticket.flaw", "%s", ticket->detail);
        say_why(call, presented);
    }
}

/* ---- The challenge ---- */

static unsigned diagnostic_of(enum ticket_flaw flaw)
{
    switch (flaw) {
    case TICKET_EXPIRED:
        return DIAGNOSTIC_TICKET_EXPIRED;
    case TICKET_WRONG_AUDIENCE:
        return DIAGNOSTIC_WRONG_AUDIENCE;
    case TICKET_VALID:
    case TICKET_GARBAGE:
    case TICKET_BAD_SIGNATURE:
    case TICKET_OTHER_POOL:
    case TICKET_NOT_YET_VALID:
        break;
    }
    return DIAGNOSTIC_TICKET_INVALID;
}

static void challenge(struct call *call, const struct presented *presented)
{
    product_error_page(call, 401);
    discover_challenge(call);
    if (presented->carrier != CARRIER_NONE) {
        product_diagnostics(call, diagnostic_of(presented->flaw));
    }
}

/* ---- The answer ---- */

/* discover 2.9: the four servers; clients dial the SipClient ones. */
static void add_accesses(struct autodiscover *doc, struct call *call)
{
    const struct world *world;
    const char *pool;

    discover_reach(call, POINT_DISCOVER_SERVERS);
    world = call->world;
    pool = call->pool->fqdn;
    autodiscover_access(doc, "SipServerInternalAccess", pool, 5061);
    autodiscover_access(doc, "SipClientInternalAccess", pool,
                        world->sip_internal_port);
    autodiscover_access(doc, "SipServerExternalAccess", world->sip_edge.fqdn,
                        world->sip_edge.server_port);
    autodiscover_access(doc, "SipClientExternalAccess", world->sip_edge.fqdn,
                        world->sip_edge.client_port);
}

/* Which of the pool's two web names a link carries. */
enum web {
    WEB_INTERNAL,
    WEB_EXTERNAL,
};

/* In the order of the published sample. Both Mcx links carry the external
 * name: the mobile clients of 2010 use it inside as well. */
static const struct {
    const char *token;
    enum web web;
    const char *path;
} user_links[] = {
    {"Internal/Autodiscover", WEB_INTERNAL, AUTODISCOVER_ROOT},
    {"External/Autodiscover", WEB_EXTERNAL, AUTODISCOVER_ROOT},
    {"Internal/AuthBroker", WEB_INTERNAL, "/Reach/sip.svc"},
    {"External/AuthBroker", WEB_EXTERNAL, "/Reach/sip.svc"},
    {"Internal/WebScheduler", WEB_INTERNAL, "/Scheduler"},
    {"External/WebScheduler", WEB_EXTERNAL, "/Scheduler"},
    {"Internal/Mcx", WEB_EXTERNAL, "/Mcx/McxService.svc"},
    {"External/Mcx", WEB_EXTERNAL, "/Mcx/McxService.svc"},
    {"Internal/Ucwa", WEB_INTERNAL, "/ucwa/v1/applications"},
    {"External/Ucwa", WEB_EXTERNAL, "/ucwa/v1/applications"},
    {"Ucwa", WEB_EXTERNAL, "/ucwa/v1/applications"},
    {"Internal/XFrame", WEB_INTERNAL, AUTODISCOVER_XFRAME},
    {"External/XFrame", WEB_EXTERNAL, AUTODISCOVER_XFRAME},
    {"XFrame", WEB_EXTERNAL, AUTODISCOVER_XFRAME},
};

static void add_links(struct autodiscover *doc, struct call *call)
{
    discover_reach(call, POINT_DISCOVER_LINKS);
    for (size_t i = 0; i < ARRAY_SIZE(user_links); i++) {
        enum location site = user_links[i].web == WEB_INTERNAL
                                 ? LOCATION_INTERNAL
                                 : LOCATION_EXTERNAL;

        autodiscover_link(
            doc, user_links[i].token,
            call_url(call, pool_web(call->pool, site), user_links[i].path));
    }
}

/*
 * discover 2.9: Self is the canonical URL, /root/user also where the OAuth
 * twin was asked. UCWA takes Bearer tokens at a path of its own.
 */
static void answer_user(struct call *call, enum carrier carrier)
{
    struct discover_query query = discover_query(call);
    const char *user = call_web_url(call, AUTODISCOVER_USER);
    struct autodiscover doc = discover_document(
        call, "User", discover_origin(call, query.original_domain, user));

    add_accesses(&doc, call);
    add_links(&doc, call);
    autodiscover_link(&doc, "Self", doc.self);
    autodiscover_rel(&doc, "applications",
                     call_web_url(call, carrier == CARRIER_BEARER
                                            ? "/ucwa/oauth/v1/applications"
                                            : "/ucwa/v1/applications"));
    autodiscover_rel(&doc, "xframe", call_web_url(call, AUTODISCOVER_XFRAME));
    discover_answer(call, &doc);
}

/*
 * Whose home is asked for: the user's. A meeting's guest has none; what he is
 * looking for is the organizer's, where the meeting is (discover 2.12).
 */
static const struct user *resident(const struct call *call,
                                   const struct ticket *ticket)
{
    const struct meeting *meeting;

    if (!ticket->guest) {
        return ticket_user(call, ticket);
    }
    meeting = world_meeting(call->world, ticket->meeting);
    return meeting ? world_user(call->world, meeting->organizer) : NULL;
}

/* discover 2.11: the home server is unknown, or there is no such user. */
static void answer_homeless(struct call *call, const struct user *user)
{
    call_reach(call, POINT_DISCOVER_NOT_FOUND);
    exchange_why(call->ex, "user.home", "%s",
                 user ? "unknown, or not enabled for Lync"
                      : "the ticket names nobody of this world");
    exchange_reply(call->ex, 404);
    product_error_headers(call);
}

static void answer_elsewhere(struct call *call, const char *url,
                             const char *why)
{
    struct discover_query query = discover_query(call);

    discover_redirect(call, "User",
                      discover_origin(call, query.original_domain, url), why);
}

static void answer_known(struct call *call, const struct presented *presented)
{
    const struct user *user;
    const struct world *world;
    const struct pool *home;

    discover_reach(call, POINT_DISCOVER_HOME);
    user = resident(call, &presented->ticket);
    world = call->world;
    if (!user || user_state_now(user) == USER_UNKNOWN ||
        user_state_now(user) == USER_NO_SIP || user->home == POOL_UNKNOWN) {
        answer_homeless(call, user);
        return;
    }
    if (user->home == POOL_HOSTED) {
        discover_reach(call, POINT_DISCOVER_REDIRECT);
        answer_elsewhere(call, world->hosted_url,
                         "the user is homed at the hosting provider");
        return;
    }
    assert(user->home >= 0 && (size_t)user->home < world->pool_count);
    home = &world->pools[user->home];
    if (home != call->pool) {
        discover_reach(call, POINT_DISCOVER_REDIRECT);
        answer_elsewhere(
            call, call_url(call, pool_web(home, call->site), AUTODISCOVER_ROOT),
            "the user is homed on another pool");
        return;
    }
    answer_user(call, presented->carrier);
}

enum call_result discover_user(struct call *call)
{
    struct presented presented = reach_with_ticket(call);

    if (!discover_lead_to_https(call)) {
        remark_ticket(call, &presented);
        if (presented.flaw == TICKET_VALID) {
            answer_known(call, &presented);
        } else {
            challenge(call, &presented);
        }
    }
    return CALL_DONE;
}
