/*
 * Rules of what a client does with the tickets that it got: the one that was
 * really sent is what counts, as a fault may have damaged or renamed it.
 * protocol: webticket 5, discover 3.6.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/checks.h"
#include "checks/history_ticket.h"
#include "util/duration.h"
#include "util/env.h"
#include "util/url.h"
#include "world/world.h"

#define ON_TICKET (TRAIT_HTTP | TRAIT_TICKET)

enum {
    REFUSED_IN_ROW = 6,  /* as many as known clients try */
    TICKETS = 5,         /* the fifth for one service within ... */
    TICKETS_WITHIN = 10, /* ... s */
    BARE_TIMES = 3,
};

static const struct ticket_history *history(const struct check *check)
{
    return check->history->tickets;
}

/* The ticket that is shown, if this server gave it out; else NULL. */
static const struct ticket_kept *known(struct check *check,
                                       struct ticket_shown *out_shown)
{
    return ticket_shown(check, out_shown)
               ? ticket_history_find(history(check), out_shown)
               : NULL;
}

/* ---- The same bytes ---- */

static bool check_bytes(struct check *check, bool saml, const char *what)
{
    struct ticket_shown shown;
    const struct ticket_kept *kept = known(check, &shown);

    if (!kept || kept->saml != saml) {
        return false;
    }
    if (!ticket_kept_is(history(check), kept, shown.text)) {
        check_breach(check, shown.header, SPAN_NONE,
                     "exchange %llu gave out this %s with %zu bytes, and it "
                     "comes back altered, with %zu; it is to be copied byte "
                     "for byte",
                     (unsigned long long)kept->exchange, what, kept->size,
                     shown.text.size);
    }
    return true;
}

static bool check_assertion(struct check *check)
{
    return check_bytes(check, true, "assertion");
}

static bool check_compact(struct check *check)
{
    return check_bytes(check, false, "ticket");
}

/* ---- The right place ---- */

/* "/Autodiscover/" of "/Autodiscover/AutodiscoverService.svc/root". */
static size_t service_length(const char *path)
{
    const char *end = *path ? strchr(path + 1, '/') : NULL;

    return end ? (size_t)(end - path) + 1 : strlen(path);
}

/* Names of one pool are one place, and so is all below one service; the ticket
 * service itself stands for all of them (protocol: webticket 4.3). */
static bool is_audience(const struct check *check, const struct url *url)
{
    const struct request *request = &check->ex->request;
    size_t length = service_length(url->path);

    return world_pool_of(check->world, url->host) ==
               world_pool_of(check->world, request->host) &&
           (strncasecmp(url->path, "/WebTicket/", strlen("/WebTicket/")) == 0 ||
            (length == service_length(request->path) &&
             strncasecmp(url->path, request->path, length) == 0));
}

static bool check_audience(struct check *check)
{
    struct ticket_shown shown;
    const struct ticket_kept *kept = known(check, &shown);
    struct url url;

    if (!kept || !kept->saml ||
        (check->traits & (TRAIT_ROOT | TRAIT_MEX | TRAIT_RST)) ||
        !url_parse(check->arena, kept->audience, &url)) {
        return false;
    }
    if (!is_audience(check, &url)) {
        check_breach(check, shown.header, SPAN_NONE,
                     "the ticket was asked for with AppliesTo %s, and is shown "
                     "at https://%s%s; each service wants one of its own",
                     kept->audience, check->ex->request.host,
                     check->ex->request.path);
    }
    return true;
}

static bool check_pool(struct check *check)
{
    const char *host = check->ex->request.host;
    struct ticket_shown shown;
    const struct ticket_kept *kept = known(check, &shown);

    if (!kept || !world_has_host(check->world, host) ||
        !world_has_host(check->world, kept->host)) {
        return false;
    }
    if (world_pool_of(check->world, host) !=
            world_pool_of(check->world, kept->host) &&
        !ticket_history_sent(history(check), host, kept->host)) {
        check_breach(check, shown.header, SPAN_NONE,
                     "the ticket is from %s, and %s is of another pool, which "
                     "answers 28032; behind a redirect a client asks the "
                     "ticket service of the new pool",
                     kept->host, host);
    }
    return true;
}

/* ---- The right time ---- */

/*
 * By the time that really went by: what a scenario did to the server's clock,
 * no client can know.
 */
static bool check_expiry(struct check *check)
{
    struct ticket_shown shown;
    const struct ticket_kept *kept = known(check, &shown);
    int64_t age;

    if (!kept || !kept->lifetime) {
        return false;
    }
    age = check->ex->began_monotonic - kept->at;
    if (age > kept->lifetime) {
        check_breach(check, shown.header, SPAN_NONE,
                     "the ticket was for %lld s, and is shown %lld s after it "
                     "was given out; clients renew theirs a minute before it "
                     "ends",
                     (long long)(kept->lifetime / ENV_NS_PER_SEC),
                     (long long)(age / ENV_NS_PER_SEC));
    }
    return true;
}

static bool check_refused(struct check *check)
{
    struct ticket_shown shown;
    uint64_t earlier;

    if (!ticket_shown(check, &shown) || !shown.text.size) {
        return false;
    }
    earlier = ticket_history_refused(history(check), check, &shown);
    if (earlier) {
        check_breach(check, shown.header, SPAN_NONE,
                     "exchange %llu refused this very ticket here; after a 401 "
                     "it is thrown away, and a new one asked for",
                     (unsigned long long)earlier);
    }
    return true;
}

static bool check_loop(struct check *check)
{
    unsigned before = history(check) ? history(check)->refused_in_row : 0;

    if (before >= REFUSED_IN_ROW) {
        check_breach(check, NULL, SPAN_NONE,
                     "%u tickets in a row were refused, and here is the next; "
                     "it is not the ticket, so tell the user",
                     before);
    }
    return true;
}

/* ---- How many ---- */

static bool check_hot_loop(struct check *check)
{
    const struct ticket_kept *kept;
    struct ticket_told told;
    struct mark asked;
    size_t before = 0;

    if (!ticket_told(check, &told)) {
        return false;
    }
    if (!history(check)) {
        return true;
    }
    asked = ticket_history_asked(check, told.saml);
    for (size_t i = 0; (kept = ticket_kept_at(history(check), i)) != NULL;
         i++) {
        before += marks_equal(&kept->asked, &asked) &&
                  check->ex->began_monotonic - kept->at <
                      TICKETS_WITHIN * ENV_NS_PER_SEC;
    }
    if (before + 1 >= TICKETS) {
        check_breach(check, NULL, SPAN_NONE,
                     "this is ticket %zu for the same user and service within "
                     "%d seconds; a ticket is kept as long as it lives, and "
                     "one that lives too short is used once",
                     before + 1, TICKETS_WITHIN);
    }
    return true;
}

/* Does the answer say where to get one? */
static bool check_asks(struct check *check)
{
    const struct exchange *ex = check->ex;
    unsigned before;

    if ((check->traits & TRAIT_TICKET) || ex->sent.status != 401 ||
        !headers_get(&ex->reply.headers, "X-MS-WebTicketURL")) {
        return false;
    }
    before = ticket_history_bare(check);
    if (before + 1 >= BARE_TIMES) {
        check_breach(check, NULL, SPAN_NONE,
                     "asked %u times without a ticket, and told each time in "
                     "X-MS-WebTicketURL where to get one; it was not asked "
                     "there",
                     before + 1);
    }
    return true;
}

/* ---- The sheet ---- */

const struct rule rules_ticket_use[] = {
    {
        .id = "TK-003",
        .level = FINDING_SHOULD,
        .title = "An assertion is passed on byte for byte",
        .section = "XML Signature section 8.1.3; protocol: webticket 5.3",
        .doc = "It is signed: a client that parses it and writes it again "
               "changes prefixes, the order of attributes or white space, and "
               "the signature no longer fits. What was really sent is what is "
               "compared, so a damaged assertion is to be passed on damaged.",
        .good = "the bytes from <saml:Assertion to </saml:Assertion> in base64",
        .bad = "the same element from an XML library's printer",
        .on = ON_TICKET,
        .check = check_assertion,
    },
    {
        .id = "TK-004",
        .level = FINDING_SHOULD,
        .title = "A compact ticket is passed on as it came",
        .section = "[MS-OCAUTHWS] 1.3.1; protocol: webticket 5.6",
        .doc = "Tickets are opaque. What cuts, decodes or encodes one anew "
               "breaks its MAC, and the answer is 28032 or 28072.",
        .good = "X-MS-WebTicket: cwt=, as between <UserToken> and "
                "</UserToken>",
        .bad = "a ticket that was cut off at 255 characters",
        .on = ON_TICKET,
        .check = check_compact,
    },
    {
        .id = "TK-005",
        .level = FINDING_SHOULD,
        .title = "An assertion is shown to the service it was asked for",
        .section = "[MS-OCAUTHWS] 1.3.1; protocol: webticket 6.4",
        .doc = "AppliesTo becomes the audience. A service that is not meant "
               "answers 28077, and has seen a ticket that it could use "
               "elsewhere. Compact tickets have no audience.",
        .good = "AppliesTo https://lyncweb.contoso.test/Autodiscover/..., "
                "shown there",
        .bad = "AppliesTo https://lyncweb.contoso.test/CertProv/..., shown at "
               "/Autodiscover/...",
        .on = ON_TICKET,
        .check = check_audience,
    },
    {
        .id = "TK-010",
        .level = FINDING_SHOULD,
        .title = "A ticket is not used after its time",
        .section = "WS-Trust 1.3 section 4.1; protocol: webticket 5.5",
        .doc = "Lifetime says how long it is good. pidgin-sipe renews its "
               "ticket when less than a minute is left.",
        .good = "a new request a minute before Expires",
        .bad = "the old ticket until somebody answers 28033",
        .on = ON_TICKET,
        .check = check_expiry,
    },
    {
        .id = "TK-011",
        .level = FINDING_SHOULD,
        .title = "A ticket that was refused is thrown away",
        .section = "[MS-OCDISCWS] 3.1.5.3; protocol: webticket 6.4",
        .doc = "A 401 to a ticket (28032, 28033, 28072 ...) says: get another. "
               "It happens that a client keeps the ticket in its store, and "
               "never signs in again until the store is wiped.",
        .good = "401, a new request to X-MS-WebTicketURL, the new ticket",
        .bad = "401, and the same ticket again",
        .on = ON_TICKET,
        .check = check_refused,
    },
    {
        .id = "TK-012",
        .level = FINDING_ROBUSTNESS,
        .title = "When new tickets are refused as well, the client stops",
        .section = "protocol: webticket 6.4",
        .doc = "A second 401 to a fresh ticket is not cured by a third ticket. "
               "Known clients give up after six at most.",
        .good = "after two tickets an error that says what the server said",
        .bad = "seven tickets, one after the other",
        .on = ON_TICKET,
        .check = check_loop,
    },
    {
        .id = "TK-013",
        .level = FINDING_ROBUSTNESS,
        .title = "A ticket is kept, and not asked for again at once",
        .section = "protocol: webticket 5.5",
        .doc = "A ticket that lives shorter than the margin a client renews "
               "with is at its end as it comes: a client that does not see "
               "that asks for one ticket after the other.",
        .good = "one ticket, used until a minute before its end",
        .bad = "a new ticket for each request",
        .on = TRAIT_RST,
        .check = check_hot_loop,
    },
    {
        .id = "TK-015",
        .level = FINDING_SHOULD,
        .title = "A ticket goes to hosts of the pool that issued it",
        .section = "protocol: webticket 5.6; RFC 9110 section 15.4",
        .doc = "Tickets are good on their own pool. A client that was "
               "redirected drops the ticket, as it drops Authorization, and "
               "asks the new pool for one.",
        .good = "redirected to lync2.contoso.test: no ticket, 401, a new one",
        .bad = "redirected to lync2.contoso.test with the ticket of "
               "lyncweb.contoso.test",
        .on = ON_TICKET,
        .check = check_pool,
    },
    {
        .id = "TK-016",
        .level = FINDING_SHOULD,
        .title = "Told where to get a ticket, a client asks there",
        .section = "[MS-OCDISCWS] 3.1.5.3; [MS-OCAUTHWS] 1.5",
        .doc = "The 401 of the User resource carries X-MS-WebTicketURL. A "
               "client that looks at WWW-Authenticate alone finds nothing, and "
               "asks the same again.",
        .good = "401, then a request to the URL in X-MS-WebTicketURL",
        .bad = "the same GET three times",
        .on = TRAIT_USER,
        .check = check_asks,
    },
    {.id = NULL},
};
