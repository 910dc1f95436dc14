/* Rules of requests to lyncdiscover: [MS-OCDISCWS]; protocol: discover 7. What
 * comes after what is in rules_discover_order.c. */
#include "config.h"

#include <strings.h>

#include "checks/history.h"
#include "checks/http_seen.h"
#include "checks/rule.h"
#include "util/url.h"
#include "world/world.h"

#define AUTODISCOVER_TYPE "application/vnd.microsoft.rtc.autodiscover+"

static const char *parameter(struct check *check, const char *name)
{
    return url_query(check->arena, check->ex->request.query, name);
}

static const char *sipuri_of(struct check *check)
{
    (void)http_seen(check);
    if (!check->http->sipuri_read) {
        check->http->sipuri_read = true;
        check->http->sipuri = parameter(check, "sipuri");
    }
    return check->http->sipuri;
}

/* The first of its types in Accept; NULL: there is none. */
static const char *autodiscover_type(struct check *check)
{
    const char *accept = http_seen(check)->values[FIELD_ACCEPT];

    for (; accept && *accept; accept += *accept == ',') {
        accept += strspn(accept, " \t");
        if (strncasecmp(accept, AUTODISCOVER_TYPE, strlen(AUTODISCOVER_TYPE)) ==
            0) {
            return accept;
        }
        accept += strcspn(accept, ",");
    }
    return NULL;
}

/*
 * protocol: discover 2.2: applications of UCWA and the remote PowerShell leave
 * it out, and ask for other types, or by another parameter. Who follows a link
 * takes it as it is.
 */
static bool check_sipuri(struct check *check)
{
    if (!autodiscover_type(check) || discover_announced(check)) {
        return false;
    }
    if (!sipuri_of(check)) {
        if (parameter(check, "originalDomain") || parameter(check, "Domain")) {
            return false;
        }
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "a request for Root carries sipuri: "
                     "\"?sipuri=alice@contoso.test\"");
    }
    return true;
}

/* The address without "sip:" and parameters; NULL: there is none. */
static const char *address_of(struct check *check)
{
    const char *sipuri = sipuri_of(check);

    if (sipuri && strncasecmp(sipuri, "sip:", 4) == 0) {
        sipuri += 4;
    }
    return sipuri ? arena_text(check->arena,
                               span_of(sipuri, strcspn(sipuri, ";?")))
                  : NULL;
}

static bool check_address(struct check *check)
{
    const char *address = address_of(check);
    const char *at = address ? strchr(address, '@') : NULL;

    if (!address) {
        return false;
    }
    if (!at || at == address || !at[1] || strpbrk(address, " <>\"")) {
        check_breach(check, "sipuri", span_text(address),
                     "sipuri is the user's SIP address, user@domain, with or "
                     "without sip:");
    }
    return true;
}

static bool check_domain(struct check *check)
{
    const char *address = address_of(check);
    const char *host = check->ex->request.host;
    const char *domain = address ? strchr(address, '@') : NULL;

    if (!domain || discover_announced(check) ||
        (!discover_is_internal_host(host) &&
         !discover_is_external_host(host))) {
        return false;
    }
    if (strcasecmp(domain + 1, strchr(host, '.') + 1) != 0) {
        check_breach(check, "sipuri", span_text(address),
                     "the host asked is of another domain than the address: "
                     "it would be lyncdiscover.%s",
                     domain + 1);
    }
    return true;
}

static bool check_version(struct check *check)
{
    const char *type = autodiscover_type(check);
    size_t size;

    if (!type) {
        return false;
    }
    size = strcspn(type, ",");
    if (!memmem(type, size, "v=1", 3) && !memmem(type, size, "V=1", 3)) {
        check_breach(check, "Accept", span_of(type, size),
                     "the type is asked for without its version: \";v=1\"");
    }
    return true;
}

static bool check_accept(struct check *check)
{
    const char *accept = http_seen(check)->values[FIELD_ACCEPT];

    if (!accept) {
        check_breach(check, "Accept", SPAN_NONE,
                     "the client does not say which form it reads: XML, JSON "
                     "and two forms of UCWA are given under one URL");
    }
    return true;
}

/* Cookies are a load balancer's, and no credentials. */
static bool check_anonymous(struct check *check)
{
    const struct http_seen *seen = http_seen(check);
    enum field field = http_has(seen, FIELD_WEB_TICKET) ? FIELD_WEB_TICKET
                                                        : FIELD_AUTHORIZATION;

    if (http_has(seen, field)) {
        check_breach(check,
                     field == FIELD_WEB_TICKET ? "X-MS-WebTicket"
                                               : "Authorization",
                     SPAN_NONE,
                     "Root is asked by anybody: nobody wants credentials "
                     "there, and they may be another server's");
    }
    return true;
}

static bool check_method(struct check *check)
{
    const char *method = check->ex->request.method;

    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        check_breach(check, "request line", span_text(method),
                     "resources of Autodiscover are read, with GET");
    }
    return true;
}

/* favicon.ico is a browser's own idea. */
static bool check_path(struct check *check)
{
    const char *host = check->ex->request.host;
    const char *path = check->ex->request.path;

    if (!discover_is_internal_host(host) && !discover_is_external_host(host)) {
        return false;
    }
    if (!check->ex->facts.operation && !check->ex->step &&
        check->ex->sent.status == 404 &&
        strcasecmp(path, "/favicon.ico") != 0) {
        check_breach(check, "request line", span_text(path),
                     "nothing is served at this path of %s: discovery begins "
                     "at \"/\"",
                     host);
    }
    return true;
}

static bool check_scheme(struct check *check)
{
    const char *value = http_seen(check)->values[FIELD_AUTHORIZATION];

    if (!value) {
        return false;
    }
    if (strncasecmp(value, "Bearer", 6) != 0 &&
        !check->history->discover.windows_offered) {
        check_breach(check, "Authorization",
                     span_of(value, strcspn(value, " ")),
                     "User takes a web ticket, in X-MS-WebTicket or as Bearer; "
                     "no 401 of it has offered another scheme");
    }
    return true;
}

static bool is_guid(const char *text)
{
    size_t size = strlen(text);

    if (size == 38 && text[0] == '{' && text[37] == '}') {
        text++;
        size -= 2;
    }
    for (size_t i = 0; i < size; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? text[i] != '-'
                 : !strchr("0123456789abcdefABCDEF", text[i])) {
            return false;
        }
    }
    return size == 36;
}

static bool check_request_id(struct check *check)
{
    const char *id = http_seen(check)->values[FIELD_REQUEST_ID];

    if (!id) {
        return false;
    }
    if (!is_guid(id)) {
        check_breach(check, "client-request-id", span_text(id),
                     "client-request-id is a GUID: that finds the request in "
                     "the server's logs");
    }
    return true;
}

static bool below(const char *path, const char *folder)
{
    return strncasecmp(path, folder, strlen(folder)) == 0;
}

/* Services that User names for both locations. */
static bool is_service(const char *path)
{
    return below(path, "/Reach/") || below(path, "/Scheduler") ||
           below(path, "/ucwa/");
}

/* The server's word is in the User answer; discover 5: the phones' links of
 * Ucwa and Mcx are external ones everywhere. */
static bool check_location(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const struct request *request = &check->ex->request;
    const struct pool *pool;
    bool internal;
    bool external;

    if (history->located == LOCATED_NOWHERE || !is_service(request->path)) {
        return false;
    }
    pool = world_pool_of(check->world, request->host);
    internal = strcmp(pool_web(pool, LOCATION_INTERNAL), request->host) == 0;
    external = strcmp(pool_web(pool, LOCATION_EXTERNAL), request->host) == 0;
    if (internal == external || (external && below(request->path, "/ucwa"))) {
        return false;
    }
    if (internal != (history->located == LOCATED_INTERNAL)) {
        check_breach(check, "Host", span_text(request->host),
                     "User said AccessLocation=\"%s\", and this is the %s "
                     "name of a pool",
                     internal ? "External" : "Internal",
                     internal ? "internal" : "external");
    }
    return true;
}

extern const struct rule rules_discover[];
const struct rule rules_discover[] = {
    {
        .id = "LD-001",
        .level = FINDING_MUST,
        .title = "A request for Root carries sipuri",
        .section = "MS-OCDISCWS 3.1.5.2",
        .doc = "All requests for Root must have the query parameter sipuri: "
               "without it a Director or a hosting provider does not know "
               "whose pool is meant. Silent for UCWA applications, which ask "
               "for other types, and for links that a server gave.",
        .good = "GET /?sipuri=alice@contoso.test",
        .bad = "GET /",
        .on = TRAIT_HTTP | TRAIT_ROOT,
        .check = check_sipuri,
    },
    {
        .id = "LD-002",
        .level = FINDING_PRACTICE,
        .title = "sipuri is a SIP address",
        .section = "MS-OCDISCWS 2.2.3.1; protocol: discover 2.2",
        .doc = "user@domain, with or without sip:. An account name such as "
               "CONTOSO\\alice is no address; nothing is found by it.",
        .good = "?sipuri=alice@contoso.test",
        .bad = "?sipuri=CONTOSO%5Calice",
        .on = TRAIT_HTTP | TRAIT_ROOT,
        .check = check_address,
    },
    {
        .id = "LD-003",
        .level = FINDING_PRACTICE,
        .title = "The domain of the address is the one that is asked",
        .section = "protocol: discover 7, CC-02",
        .doc = "lyncdiscover.D is asked about users of D. A client that takes "
               "D from the user's UPN instead of his SIP address asks a "
               "server that does not know him.",
        .good = "lyncdiscover.contoso.test/?sipuri=alice@contoso.test",
        .bad = "lyncdiscover.contoso.test/?sipuri=alice@fabrikam.test",
        .on = TRAIT_HTTP | TRAIT_ROOT,
        .check = check_domain,
    },
    {
        .id = "LD-004",
        .level = FINDING_PRACTICE,
        .title = "The version is asked for with the type",
        .section = "protocol: discover 7, CC-21",
        .doc = "The media types of Autodiscover have a version: v=1. Without "
               "it a later server may answer in another form.",
        .good = "Accept: application/vnd.microsoft.rtc.autodiscover+xml;v=1",
        .bad = "Accept: application/vnd.microsoft.rtc.autodiscover+xml",
        .on = TRAIT_HTTP | TRAIT_DISCOVER,
        .check = check_version,
    },
    {
        .id = "LD-005",
        .level = FINDING_PRACTICE,
        .title = "The client says which form it reads",
        .section = "RFC 9110 section 12.5.1; protocol: discover 2.4",
        .doc = "Four forms stand behind one URL; which one comes without "
               "Accept depends on the server's version.",
        .good = "Accept: application/json",
        .bad = "no Accept",
        .on = TRAIT_HTTP | TRAIT_DISCOVER,
        .check = check_accept,
    },
    {
        .id = "LD-006",
        .level = FINDING_PRACTICE,
        .title = "Root is asked without credentials",
        .section = "protocol: discover 7, CC-12",
        .doc = "The first answer comes from whoever owns the name, or the "
               "Wi-Fi. Credentials and tickets go to the servers that it "
               "leads to, once they are trusted.",
        .good = "GET /?sipuri=alice@contoso.test",
        .bad = "the same with Authorization or X-MS-WebTicket",
        .on = TRAIT_HTTP | TRAIT_ROOT,
        .check = check_anonymous,
    },
    {
        .id = "LD-007",
        .level = FINDING_PRACTICE,
        .title = "Resources of Autodiscover are read with GET",
        .section = "protocol: discover 2.1",
        .doc = "GET alone is documented. A POST is answered with 405.",
        .good = "GET /Autodiscover/AutodiscoverService.svc/root/user",
        .bad = "POST /Autodiscover/AutodiscoverService.svc/root/user",
        .on = TRAIT_HTTP | TRAIT_DISCOVER,
        .check = check_method,
    },
    {
        .id = "LD-008",
        .level = FINDING_PRACTICE,
        .title = "Discovery begins at the top of its name",
        .section = "protocol: discover 7, CC-10",
        .doc = "lyncdiscover.D serves \"/\", the path of the service and "
               "XFrame. Another path is a 404, which means: not installed "
               "here.",
        .good = "https://lyncdiscover.contoso.test/?sipuri=...",
        .bad = "https://lyncdiscover.contoso.test/root?sipuri=...",
        .on = TRAIT_HTTP,
        .check = check_path,
    },
    {
        .id = "LD-009",
        .level = FINDING_SHOULD,
        .title = "User is asked with a web ticket and nothing else",
        .section = "MS-OCAUTHWS 1.5; MS-OCDISCWS 2.2.2.2; protocol: "
                   "webticket 7.3 (34)",
        .doc = "A 401 with X-MS-WebTicketURL sends the client to the ticket "
               "service. NTLM or Kerberos at User itself leads nowhere, and "
               "shows the user's credentials to another server. Silent where "
               "a 401 there has offered a scheme.",
        .good = "X-MS-WebTicket: opaque=...",
        .bad = "Authorization: NTLM TlRM...",
        .on = TRAIT_HTTP | TRAIT_USER,
        .check = check_scheme,
    },
    {
        .id = "LD-010",
        .level = FINDING_PRACTICE,
        .title = "client-request-id is a GUID",
        .section = "protocol: discover 7, CC-60",
        .doc = "The server writes it to its logs and sends it back; support "
               "looks for it there.",
        .good = "client-request-id: 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        .bad = "client-request-id: 42",
        .on = TRAIT_HTTP,
        .check = check_request_id,
    },
    {
        .id = "LD-011",
        .level = FINDING_SHOULD,
        .title = "AccessLocation chooses between internal and external",
        .section = "MS-OCDISCWS 3.2.1.3; protocol: discover 7, CC-48",
        .doc = "Outside, internal names do not resolve or lead nowhere; "
               "inside, external ones make a hairpin that many firewalls do "
               "not turn. Silent for Mcx and Ucwa of phones, which are "
               "external everywhere.",
        .good = "External: https://lyncweb.contoso.test/Reach/sip.svc",
        .bad = "External: https://lyncint.contoso.test/Reach/sip.svc",
        .on = TRAIT_HTTP,
        .check = check_location,
    },
    {.id = NULL},
};
