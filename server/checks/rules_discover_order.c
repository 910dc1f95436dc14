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

/* A document that a step has dressed otherwise, and that can still be read. */
static bool check_understood(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const struct announced *user = discover_newest(check, LINK_USER);

    if (!user || !(user->flags & ANNOUNCED_DRESSED) ||
        (user->flags & (ANNOUNCED_PLAIN | ANNOUNCED_WRONG_TYPE)) ||
        history->redirects || !discover_is_ours(check, user)) {
        return false;
    }
    if (!user->asked && !discover_went_on(history, user)) {
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
        .section = "MS-OCDISCWS 3.1.5.3; protocol: discover 5",
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
