/* Rules of Redirects, in discovery's answers and in HTTP: [MS-OCDISCWS] 3.1.5;
 * protocol: discover 1.4, 2.7 and 7. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/history.h"
#include "checks/rule.h"
#include "world/world.h"

enum { HOPS_MAX = 10 };

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

/* ---- What never came ---- */

/* As the product says it, and to a place that is here. */
static bool is_honest_redirect(const struct check *check,
                               const struct announced *url)
{
    return url->kind == LINK_REDIRECT &&
           !(url->flags &
             (ANNOUNCED_LOCATION | ANNOUNCED_CHANGED | ANNOUNCED_WRONG_TYPE)) &&
           discover_is_ours(check, url);
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
        if (!url->asked && !history->roots && !discover_went_on(history, url)) {
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

extern const struct rule rules_redirect[];
const struct rule rules_redirect[] = {
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
    {.id = NULL},
};
