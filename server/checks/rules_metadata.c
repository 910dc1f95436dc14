/* Rules of metadata exchange, and of where tickets are asked for:
 * [MS-OCAUTHWS] 1.3.1.1 and 1.5; WS-Transfer; protocol: webticket 3 and 7.1. */
#include "config.h"

#include <strings.h>

#include "checks/history.h"
#include "checks/http_seen.h"
#include "checks/rule.h"
#include "util/env.h"
#include "wire/uris.h"

enum { TRIES_PER_URL = 3 };

static bool is_post(const struct check *check)
{
    return strcmp(check->ex->request.method, "POST") == 0;
}

static bool check_no_credentials(struct check *check)
{
    const struct http_seen *seen = http_seen(check);
    enum field field = http_has(seen, FIELD_WEB_TICKET) ? FIELD_WEB_TICKET
                                                        : FIELD_AUTHORIZATION;
    const char *value = seen->values[field];

    if (value) {
        check_breach(check,
                     field == FIELD_WEB_TICKET ? "X-MS-WebTicket"
                                               : "Authorization",
                     span_of(value, strcspn(value, " =")),
                     "metadata is for everybody: no credentials belong here");
    }
    return true;
}

/* The URL that was announced, without what stands behind the service. */
static bool is_below(const char *text, const char *service)
{
    size_t size = strlen(service);

    return strncasecmp(text, service, size) == 0 &&
           (text[size] == '\0' || text[size] == '/' || text[size] == '?');
}

/* host and path as announced URLs have them. */
static const char *own_url(struct check *check)
{
    const struct request *request = &check->ex->request;

    return arena_printf(check->arena, "%s://%s%s",
                        check->ex->conn->tls ? "https" : "http", request->host,
                        request->path);
}

static const struct announced *service_of(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const char *text = own_url(check);

    for (size_t i = 0; i < ANNOUNCED_MAX && i < history->count; i++) {
        const struct announced *url = &history->urls[i];

        if (url->kind == LINK_SERVICE && is_below(text, url->text)) {
            return url;
        }
    }
    return NULL;
}

static bool check_service(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const struct announced *newest;

    if (!history->services || history->blind) {
        return false;
    }
    newest = discover_newest(check, LINK_SERVICE);
    if (newest && !service_of(check)) {
        check_breach(check, "request line", span_text(discover_url(check)),
                     "the 401 named %s in X-MS-WebTicketURL: metadata is had "
                     "there",
                     newest->text);
    }
    return true;
}

static bool check_metadata_first(struct check *check)
{
    const struct discover_history *history = &check->history->discover;

    if (!history->metadata && !history->blind) {
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "a ticket was asked for before any metadata was read: "
                     "which port takes which credentials is said there");
    }
    return true;
}

static bool is_port(struct check *check)
{
    const struct announced *from = discover_announced(check);

    return from && (from->kind == LINK_PORT || from->kind == LINK_SERVICE);
}

/* What X-MS-WebTicketURL itself names is a port that all servers have. */
static bool check_port(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const struct announced *newest;

    if (!history->metadata || history->blind) {
        return false;
    }
    newest = discover_newest(check, LINK_PORT);
    if (newest && !is_port(check)) {
        check_breach(check, "request line", span_text(discover_url(check)),
                     "no port of the metadata has this address; one had %s",
                     newest->text);
    }
    return true;
}

/* Without any metadata: at least the service is the one that was named. */
static bool check_ticket_service(struct check *check)
{
    const struct discover_history *history = &check->history->discover;

    if (!history->services || history->metadata || history->blind) {
        return false;
    }
    if (!service_of(check)) {
        check_breach(check, "request line", span_text(discover_url(check)),
                     "the 401 named %s in X-MS-WebTicketURL: tickets are had "
                     "there",
                     discover_newest(check, LINK_SERVICE)
                         ? discover_newest(check, LINK_SERVICE)->text
                         : "another URL");
    }
    return true;
}

static bool check_transfer_action(struct check *check)
{
    const char *action = check->ex->facts.action;

    if (!is_post(check)) {
        return false;
    }
    if (!action || (strcmp(action, ACTION_TRANSFER_GET) != 0 &&
                    strcmp(action, ACTION_GET_METADATA) != 0)) {
        check_breach(check, "Action", span_text(action),
                     "the action is \"" ACTION_TRANSFER_GET
                     "\", or that of GetMetadata");
    }
    return true;
}

static bool check_tries(struct check *check)
{
    const struct tries *tries = discover_tries(check);

    if (!tries) {
        return false;
    }
    if (tries->failed >= TRIES_PER_URL &&
        check->ex->began_monotonic - tries->first < TRIES_SPAN) {
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "metadata has failed %u times within %.1f s, the last "
                     "time with %u",
                     tries->failed,
                     (double)(check->ex->began_monotonic - tries->first) /
                         (double)ENV_NS_PER_SEC,
                     tries->status);
    }
    return true;
}

static bool check_secure(struct check *check)
{
    if (check->traits & TRAIT_PLAIN) {
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "metadata was asked for without TLS: the addresses in it "
                     "are where credentials go");
    }
    return true;
}

/* ---- At the end ---- */

static bool any_asked(const struct discover_history *history,
                      enum link_kind kind)
{
    for (size_t i = 0; i < ANNOUNCED_MAX && i < history->count; i++) {
        if (history->urls[i].kind == kind && history->urls[i].asked) {
            return true;
        }
    }
    return false;
}

static bool check_understood(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const struct announced *port = discover_newest(check, LINK_PORT);

    if (!port || !(port->flags & ANNOUNCED_DRESSED)) {
        return false;
    }
    if (!any_asked(history, LINK_PORT) && !any_asked(history, LINK_SERVICE)) {
        check_breach(check, "soap:address", span_text(port->text),
                     "the scenario has changed how the metadata is written; "
                     "its ports could be read, and none was used");
    }
    return true;
}

extern const struct rule rules_metadata[];
const struct rule rules_metadata[] = {
    {
        .id = "MX-001",
        .level = FINDING_PRACTICE,
        .title = "Metadata is asked for without credentials",
        .section = "protocol: webticket 7.1 (4)",
        .doc = "It is public. Credentials that are sent unasked reach whoever "
               "answers, and a ticket that is shown here was had before its "
               "service was known.",
        .good = "GET /WebTicket/WebTicketService.svc/mex",
        .bad = "the same with Authorization: NTLM ...",
        .on = TRAIT_HTTP | TRAIT_MEX,
        .check = check_no_credentials,
    },
    {
        .id = "MX-002",
        .level = FINDING_SHOULD,
        .title = "Metadata is asked for at the announced service",
        .section = "MS-OCAUTHWS 1.5; protocol: webticket 7.1 (2 and 10)",
        .doc = "A client needs the URL of the web ticket service, and reads it "
               "from X-MS-WebTicketURL or from the issuer in the metadata of "
               "a service. It may be another host than the one that was asked.",
        .good = "X-MS-WebTicketURL and /mex",
        .bad = "/WebTicket/WebTicketService.svc/mex on the discovery host",
        .on = TRAIT_HTTP | TRAIT_MEX,
        .check = check_service,
    },
    {
        .id = "MX-003",
        .level = FINDING_PRACTICE,
        .title = "Metadata is read before a ticket is asked for",
        .section = "MS-OCAUTHWS 1.3.1.1; protocol: discover 7, CC-26",
        .doc = "It says which ports there are and what each of them takes. "
               "Phones were seen to post to well-known paths; where an "
               "administrator has switched one off, they fail.",
        .good = "GET .../mex, then POST to the port's address",
        .bad = "POST to /WebTicket/WebTicketService.svc at once",
        .on = TRAIT_HTTP | TRAIT_RST,
        .check = check_metadata_first,
    },
    {
        .id = "MX-004",
        .level = FINDING_SHOULD,
        .title = "The port's address is the one of the metadata",
        .section = "MS-OCAUTHWS 1.3.1.1; protocol: webticket 7.1 (5)",
        .doc = "soap:address is where a port is, with its host, port number "
               "and path. What is built from habit misses a port that was "
               "taken away, or moved.",
        .good = "POST to the location of WebTicketServiceAuth",
        .bad = "POST to a path that no port has",
        .on = TRAIT_HTTP | TRAIT_RST,
        .check = check_port,
    },
    {
        .id = "MX-005",
        .level = FINDING_SHOULD,
        .title = "Tickets are asked for at the announced service",
        .section = "MS-OCAUTHWS 1.5; protocol: discover 7, CC-25",
        .doc = "Where no metadata is read, X-MS-WebTicketURL is all that says "
               "where the service is: another pool's tickets are refused.",
        .good = "POST below the URL of X-MS-WebTicketURL",
        .bad = "POST to the same path on another host",
        .on = TRAIT_HTTP | TRAIT_RST,
        .check = check_ticket_service,
    },
    {
        .id = "MX-006",
        .level = FINDING_SHOULD,
        .title = "A posted request for metadata has the action of its protocol",
        .section = "WS-Transfer section 3.1; WS-MetadataExchange section 4.1",
        .doc = "The action is that of WS-Transfer Get, or of GetMetadata. "
               "Another one is answered with the fault ActionNotSupported.",
        .good = ACTION_TRANSFER_GET,
        .bad = "http://tempuri.org/GetMetadata",
        .on = TRAIT_HTTP | TRAIT_MEX,
        .check = check_transfer_action,
    },
    {
        .id = "MX-007",
        .level = FINDING_ROBUSTNESS,
        .title = "Metadata that fails is tried three times",
        .section = "protocol: discover 7, CC-09",
        .doc = "A service without metadata will not have some at the fourth "
               "attempt.",
        .good = "one to three attempts, then an error",
        .bad = "four requests that fail, within ten seconds",
        .on = TRAIT_HTTP | TRAIT_MEX,
        .check = check_tries,
    },
    {
        .id = "MX-008",
        .level = FINDING_PRACTICE,
        .title = "Metadata is asked for within TLS",
        .section = "protocol: webticket 2.3",
        .doc = "Who changes an address in it on the way gets the credentials.",
        .good = "GET https://lyncweb.contoso.test/.../mex",
        .bad = "GET http://lyncweb.contoso.test/.../mex",
        .on = TRAIT_HTTP | TRAIT_MEX,
        .check = check_secure,
    },
    {
        .id = "MX-009",
        .level = FINDING_ROBUSTNESS,
        .title = "Metadata is understood however it is written",
        .section = "protocol: webticket 7.1 (9)",
        .doc = "Ports in another order, more of them, other prefixes and "
               "policies that nobody knows change nothing of what a port's "
               "name and address say.",
        .good = "POST to the port by its name",
        .bad = "no request after metadata that a step has dressed otherwise",
        .on = TRAIT_SESSION,
        .check = check_understood,
    },
    {.id = NULL},
};
