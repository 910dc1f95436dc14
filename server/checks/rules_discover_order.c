/* Rules of what comes after what in discovery: links that are followed and
 * links that are not, errors, refusals. [MS-OCDISCWS] 3.1.5 and 3.2; protocol:
 * discover 1 and 7. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/history.h"
#include "checks/http_seen.h"
#include "checks/rule.h"
#include "util/env.h"
#include "world/world.h"

enum {
    HOPS_MAX = 10,
    TRIES_PER_URL = 3,
    REFUSALS_MAX = 6,
    FRESH_SECONDS = 60,
    FORBIDDEN = 403,
    BAD_GATEWAY = 502,
};

static bool is_recent(const struct check *check, int64_t at)
{
    return at && check->ex->began_monotonic - at <
                     FRESH_SECONDS * (int64_t)ENV_NS_PER_SEC;
}

/* ---- Names ---- */

/* Whoever was outside and comes in an hour later begins inside again. */
static bool check_internal_first(struct check *check)
{
    const struct discover_history *history = &check->history->discover;

    if (!discover_is_internal_host(check->ex->request.host) ||
        history->internal) {
        return false;
    }
    if (is_recent(check, history->external)) {
        check_breach(check, "Host", span_text(check->ex->request.host),
                     "lyncdiscover was asked before lyncdiscoverinternal: "
                     "inside, that finds the way from outside");
    }
    return true;
}

static bool check_one_method(struct check *check)
{
    const struct discover_history *history = &check->history->discover;

    if (!discover_is_external_host(check->ex->request.host) ||
        !is_recent(check, history->internal)) {
        return false;
    }
    if (is_recent(check, history->unused_root)) {
        check_breach(check, "Host", span_text(check->ex->request.host),
                     "lyncdiscoverinternal has given a good Root, and no link "
                     "of it was followed: the next name is for when both its "
                     "requests have failed");
    }
    return true;
}

/* ---- Redirects ---- */

/* A URL that a link had, but for its query. */
static bool check_as_it_is(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const char *host = check->ex->request.host;
    const struct announced *near;

    if (!history->redirects || discover_announced(check) ||
        discover_is_internal_host(host) || discover_is_external_host(host)) {
        return discover_announced(check) != NULL;
    }
    near = discover_nearly(check);
    if (!near || near->kind != LINK_REDIRECT) {
        return false;
    }
    check_breach(check, "request line", span_text(check->ex->request.target),
                 "the link said \"%s\": its parameters are neither dropped nor "
                 "added to",
                 near->text);
    return true;
}

static bool check_depth(struct check *check)
{
    const struct announced *from = discover_announced(check);

    if (!from || from->kind != LINK_REDIRECT ||
        (from->flags & ANNOUNCED_LOCATION)) {
        return false;
    }
    if (from->hops > HOPS_MAX) {
        check_breach(check, "Redirect", span_text(from->text),
                     "this is the Redirect number %u in a row: a client stops "
                     "after %d",
                     from->hops, HOPS_MAX);
    }
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text);
    size_t length = strlen(end);

    return size >= length && strcasecmp(text + size - length, end) == 0;
}

static bool check_other_domain(struct check *check)
{
    const struct announced *from = discover_announced(check);

    if (!from || !(from->flags & ANNOUNCED_LOCATION)) {
        return false;
    }
    if (!ends_with(from->host, check->world->domain)) {
        check_breach(check, "Location", span_text(from->host),
                     "a 302 leads out of the domain, and was followed: whoever "
                     "owns the Wi-Fi sends such ones");
    }
    return true;
}

static bool check_downgrade(struct check *check)
{
    const struct announced *from = discover_announced(check);

    if (!from || from->kind != LINK_REDIRECT) {
        return false;
    }
    if (!(from->flags & ANNOUNCED_PLAIN)) {
        check_breach(check, "Redirect", span_text(from->text),
                     "a Redirect within TLS led out of it, and was followed");
    }
    return true;
}

/* ---- User ---- */

static bool check_user_link(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const struct announced *newest;

    if (!history->roots || history->blind) {
        return false;
    }
    newest = discover_newest(check, LINK_USER);
    if (!discover_announced(check) && newest) {
        check_breach(check, "request line", span_text(discover_url(check)),
                     "no answer has named this URL; the link to User was %s",
                     newest->text);
    }
    return true;
}

static bool check_root_first(struct check *check)
{
    const struct discover_history *history = &check->history->discover;

    if (!history->roots && !history->blind && !discover_announced(check)) {
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "User was asked, and Root was not: its link says where "
                     "User is");
    }
    return true;
}

static bool check_type(struct check *check)
{
    const struct announced *from = discover_announced(check);

    if (!from || (from->kind != LINK_USER && from->kind != LINK_REDIRECT)) {
        return false;
    }
    if (from->flags & ANNOUNCED_WRONG_TYPE) {
        check_breach(check, "request line", span_text(from->text),
                     "this link stood in an answer whose Content-Type was none "
                     "that Accept had asked for");
    }
    return true;
}

static bool check_plain_root(struct check *check)
{
    const struct announced *from = discover_announced(check);

    if (!from || from->kind != LINK_USER) {
        return false;
    }
    if (from->flags & ANNOUNCED_PLAIN) {
        check_breach(check, "request line", span_text(from->text),
                     "this link came over plain HTTP, where a Root leads to "
                     "HTTPS and says nothing else");
    }
    return true;
}

/* ---- Refusals and errors ---- */

static bool check_refusals(struct check *check)
{
    unsigned refused = check->history->discover.refused_tickets;

    if (!(check->traits & TRAIT_TICKET)) {
        return false;
    }
    if (refused >= REFUSALS_MAX) {
        check_breach(check, "X-MS-WebTicket", SPAN_NONE,
                     "%u tickets in a row were refused, and here comes the "
                     "next",
                     refused);
    }
    return true;
}

static bool gives_up_cache(unsigned status)
{
    return status == FORBIDDEN || status == BAD_GATEWAY;
}

static bool check_tries(struct check *check)
{
    const struct tries *tries = discover_tries(check);

    if (!tries ||
        ((check->traits & TRAIT_USER) && gives_up_cache(tries->status))) {
        return false;
    }
    if (tries->failed >= TRIES_PER_URL &&
        check->ex->began_monotonic - tries->first < TRIES_SPAN) {
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "this URL has failed %u times within %.1f s, the last "
                     "time with %u: three attempts, then the next method",
                     tries->failed,
                     (double)(check->ex->began_monotonic - tries->first) /
                         (double)ENV_NS_PER_SEC,
                     tries->status);
    }
    return true;
}

static bool check_cache(struct check *check)
{
    const struct tries *tries = discover_tries(check);

    if (!tries || !gives_up_cache(tries->status)) {
        return false;
    }
    if (!tries->root_since) {
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "the last answer here was %u, and the same URL is asked "
                     "again: what was cached is dropped, and discovery begins "
                     "at Root",
                     tries->status);
    }
    return true;
}

/* ---- What never came ---- */

/* Some resource was reached since, so the client went on in some way. */
static bool went_on(const struct discover_history *history,
                    const struct announced *from)
{
    for (size_t i = 0; i < ANNOUNCED_MAX && i < history->count; i++) {
        const struct announced *url = &history->urls[i];

        if (url->asked && url->at >= from->at && url != from) {
            return true;
        }
    }
    return false;
}

static bool is_ours(const struct check *check, const struct announced *url)
{
    return world_has_host(check->world, url->host) &&
           strncmp(url->text, "https:", 6) == 0;
}

/* As the product says it, and to a place that is here. */
static bool is_honest_redirect(const struct check *check,
                               const struct announced *url)
{
    return url->kind == LINK_REDIRECT &&
           !(url->flags &
             (ANNOUNCED_LOCATION | ANNOUNCED_CHANGED | ANNOUNCED_WRONG_TYPE)) &&
           is_ours(check, url);
}

static bool check_followed(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    bool concerned = false;

    for (size_t i = 0; i < ANNOUNCED_MAX && i < history->count; i++) {
        const struct announced *url = &history->urls[i];

        if (!is_honest_redirect(check, url) ||
            (url->flags & ANNOUNCED_TO_USER)) {
            continue;
        }
        concerned = true;
        if (!url->asked && !history->roots && !went_on(history, url)) {
            check_breach(check, "Redirect", span_text(url->text),
                         "Root said Redirect, and %s was never asked",
                         url->text);
        }
    }
    return concerned;
}

static bool check_user_followed(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    bool concerned = false;

    for (size_t i = 0; i < ANNOUNCED_MAX && i < history->count; i++) {
        const struct announced *url = &history->urls[i];

        if (!is_honest_redirect(check, url) ||
            !(url->flags & ANNOUNCED_TO_USER)) {
            continue;
        }
        concerned = true;
        if (!url->asked) {
            check_breach(check, "Redirect", span_text(url->text),
                         "User said that this user is homed elsewhere, and %s "
                         "was never asked",
                         url->text);
        }
    }
    return concerned;
}

/* A document that a step has dressed otherwise, and that can still be read. */
static bool check_understood(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const struct announced *user = discover_newest(check, LINK_USER);

    if (!user || !(user->flags & ANNOUNCED_DRESSED) ||
        (user->flags & (ANNOUNCED_PLAIN | ANNOUNCED_WRONG_TYPE)) ||
        history->redirects || !is_ours(check, user)) {
        return false;
    }
    if (!user->asked && !went_on(history, user)) {
        check_breach(check, "Root", span_text(user->text),
                     "the scenario has changed how Root is written; its link "
                     "to User could be read, and was not followed");
    }
    return true;
}

extern const struct rule rules_discover_order[];
const struct rule rules_discover_order[] = {
    {
        .id = "LD-012",
        .level = FINDING_PRACTICE,
        .title = "lyncdiscoverinternal is tried before lyncdiscover",
        .section = "protocol: discover 7, CC-03",
        .doc = "Inside both names may resolve. Who takes the external one "
               "first is led through the reverse proxy, gets external links, "
               "and fails where the firewall turns no hairpins.",
        .good = "lyncdiscoverinternal.contoso.test, then lyncdiscover",
        .bad = "lyncdiscover.contoso.test, then lyncdiscoverinternal",
        .on = TRAIT_HTTP | TRAIT_ROOT,
        .check = check_internal_first,
    },
    {
        .id = "LD-013",
        .level = FINDING_SHOULD,
        .title = "The next name is for when both requests of one have failed",
        .section = "MS-OCDISCWS 3.2.1.1; protocol: discover 1.3",
        .doc = "http and https of one name are one method. A client that asks "
               "all names and takes what comes last ends up outside.",
        .good = "the link to User of the first good Root",
        .bad = "a good Root of lyncdiscoverinternal, then lyncdiscover",
        .on = TRAIT_HTTP | TRAIT_ROOT,
        .check = check_one_method,
    },
    {
        .id = "LD-014",
        .level = FINDING_PRACTICE,
        .title = "A Redirect is followed as it is written",
        .section = "protocol: discover 7, CC-14",
        .doc = "The href is the whole URL: sipuri or originalDomain in it are "
               "what the next server needs, and what is not in it was left "
               "out on purpose.",
        .good = "href=\".../root?sipuri=alice@contoso.test\" and that request",
        .bad = "GET .../root without what stood behind \"?\"",
        .on = TRAIT_HTTP | TRAIT_ROOT,
        .check = check_as_it_is,
    },
    {
        .id = "LD-015",
        .level = FINDING_ROBUSTNESS,
        .title = "Ten Redirects in a row are the most",
        .section = "protocol: discover 7, CC-15",
        .doc = "Two servers that send each other's users away make a circle; "
               "on the premises and hosted do, where one setting is wrong.",
        .good = "an error after ten Redirects",
        .bad = "an eleventh request to where Redirect leads",
        .on = TRAIT_HTTP | TRAIT_ROOT,
        .check = check_depth,
    },
    {
        .id = "LD-016",
        .level = FINDING_ROBUSTNESS,
        .title = "A 302 out of the domain is not followed",
        .section = "protocol: discover 7, CC-08",
        .doc = "Hotels and captive portals answer like this. Discovery treats "
               "it as a failure and goes to the next name; a Redirect in the "
               "body is what moves users.",
        .good = "the next name after 302 to portal.hotel.test",
        .bad = "GET https://portal.hotel.test/login",
        .on = TRAIT_HTTP,
        .check = check_other_domain,
    },
    {
        .id = "LD-017",
        .level = FINDING_ROBUSTNESS,
        .title = "A Redirect from HTTPS to HTTP is not followed",
        .section = "protocol: discover 6, F-31",
        .doc = "The certificate of the first server says nothing of who "
               "answers then.",
        .good = "the next name",
        .bad = "GET http://lyncweb.contoso.test/...",
        .on = TRAIT_HTTP | TRAIT_PLAIN,
        .check = check_downgrade,
    },
    {
        .id = "LD-018",
        .level = FINDING_MUST,
        .title = "The URL of User is the one of the link",
        .section = "MS-OCDISCWS 3.1.5.3",
        .doc = "The client must find the URL of User in the href of the Link "
               "in Root's answer. One that is built from a template works "
               "until a pool has other names, or paths.",
        .good = "GET of the href of <Link token=\"User\" href=\"...\"/>",
        .bad = "GET of \"/root/user\" on the host that was asked for Root",
        .on = TRAIT_HTTP | TRAIT_USER,
        .check = check_user_link,
    },
    {
        .id = "LD-019",
        .level = FINDING_PRACTICE,
        .title = "Root is asked before User",
        .section = "MS-OCDISCWS 3.1.5.3; protocol: discover 5.0",
        .doc = "User was asked though this server has not said where it is. "
               "It may be a URL of an earlier run that was kept: that is no "
               "breach of the document, but not what this run shows.",
        .good = "GET of Root, then of its link to User",
        .bad = "GET of .../root/user as the first request",
        .on = TRAIT_HTTP | TRAIT_USER,
        .check = check_root_first,
    },
    {
        .id = "LD-020",
        .level = FINDING_ROBUSTNESS,
        .title = "An answer of another type is no success",
        .section = "protocol: discover 7, CC-22",
        .doc = "A login page, or another service, answers 200 as well. What "
               "is not of a type that was asked for is not searched for "
               "links.",
        .good = "the next name after Content-Type: text/html",
        .bad = "a request to a link in an answer of type text/xml",
        .on = TRAIT_HTTP | TRAIT_DISCOVER,
        .check = check_type,
    },
    {
        .id = "LD-021",
        .level = FINDING_SHOULD,
        .title = "Of a Root over plain HTTP only Redirect is used",
        .section = "MS-OCDISCWS 3.1.5.2; protocol: discover 7, CC-23",
        .doc = "Over HTTP the server answers with a Redirect and nothing "
               "else. Other links there are an attacker's, or a mistake.",
        .good = "GET of the Redirect's href",
        .bad = "GET of a User link that came over http",
        .on = TRAIT_HTTP | TRAIT_USER,
        .check = check_plain_root,
    },
    {
        .id = "LD-022",
        .level = FINDING_ROBUSTNESS,
        .title = "Refused tickets end the attempt",
        .section = "protocol: discover 7, CC-37",
        .doc = "A second 401 to a fresh ticket will not become better. Six in "
               "a row are the most that any client was seen to try.",
        .good = "an error after the second 401",
        .bad = "a seventh ticket",
        .on = TRAIT_HTTP | TRAIT_USER,
        .check = check_refusals,
    },
    {
        .id = "LD-023",
        .level = FINDING_ROBUSTNESS,
        .title = "A URL that fails is tried three times",
        .section = "protocol: discover 7, CC-09 and CC-41",
        .doc = "404 from User means: not enabled for Lync. 503 means: later. "
               "Neither is answered by asking again at once, and again.",
        .good = "one to three attempts, then an error or the next name",
        .bad = "four requests for one URL that fails, within ten seconds",
        .on = TRAIT_HTTP | TRAIT_DISCOVER,
        .check = check_tries,
    },
    {
        .id = "LD-024",
        .level = FINDING_PRACTICE,
        .title = "403 and 502 drop what was discovered",
        .section = "protocol: discover 7, CC-55",
        .doc = "The pool was moved, or is no longer published. Clients drop "
               "the URL they have and begin at Root; who keeps it fails until "
               "somebody deletes his cache.",
        .good = "GET of Root after 403 from User",
        .bad = "the same GET of User after 403",
        .on = TRAIT_HTTP | TRAIT_USER,
        .check = check_cache,
    },
    {
        .id = "LD-025",
        .level = FINDING_SHOULD,
        .title = "A Redirect in Root is followed",
        .section = "MS-OCDISCWS 3.1.5.2",
        .doc = "Its href is the next hop that the client should request. "
               "Without it nobody is found whose pool is not the first one. "
               "Judged at the end; silent where the other request of the name "
               "came to links of its own.",
        .good = "GET of the href, exactly",
        .bad = "no request to the href",
        .on = TRAIT_SESSION,
        .check = check_followed,
    },
    {
        .id = "LD-026",
        .level = FINDING_SHOULD,
        .title = "A Redirect in User is followed",
        .section = "MS-OCDISCWS 3.1.5.3; MS-OCDISCWS 2.2.5.5",
        .doc = "The user is homed on another pool. There the way begins "
               "again, with a ticket of that pool.",
        .good = "GET of Root at the other pool, 401, a new ticket",
        .bad = "no request to the other pool",
        .on = TRAIT_SESSION,
        .check = check_user_followed,
    },
    {
        .id = "LD-027",
        .level = FINDING_ROBUSTNESS,
        .title = "Root is understood however it is written",
        .section = "MS-OCDISCWS 2.2.5; protocol: discover 7, CC-18 and CC-19",
        .doc = "Unknown tokens, comments, a byte order mark, other prefixes, "
               "other order, token names in other letter case: none of that "
               "changes what a document says.",
        .good = "GET of the link to User",
        .bad = "no request after a Root that a step has dressed otherwise",
        .on = TRAIT_SESSION,
        .check = check_understood,
    },
    {.id = NULL},
};
