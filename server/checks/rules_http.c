/* Rules of HTTP messages and their fields: RFC 9110, RFC 9112. How a request
 * is framed has a sheet of its own, rules_framing.c. */
#include "config.h"

#include <strings.h>

#include "checks/history.h"
#include "checks/http_seen.h"
#include "checks/rule.h"
#include "util/env.h"

enum { HOPS_MAX = 10, RETRY_SLACK_MS = 500 };

static bool is_method(const struct check *check, const char *method)
{
    return strcmp(check->ex->request.method, method) == 0;
}

/* Fields that are no lists, beside Host and Content-Length. */
static bool check_singletons(struct check *check)
{
    static const struct {
        enum field field;
        const char *name;
    } single[] = {
        {FIELD_CONTENT_TYPE, "Content-Type"},
        {FIELD_AUTHORIZATION, "Authorization"},
        {FIELD_USER_AGENT, "User-Agent"},
        {FIELD_REFERER, "Referer"},
        {FIELD_IF_MODIFIED_SINCE, "If-Modified-Since"},
    };
    const struct http_seen *seen = http_seen(check);

    for (size_t i = 0; seen->repeated && i < ARRAY_SIZE(single); i++) {
        if (seen->repeated & 1u << single[i].field) {
            check_breach(
                check, single[i].name, span_text(seen->values[single[i].field]),
                "%s came more than once: it is no list", single[i].name);
        }
    }
    return true;
}

static bool check_cookie_once(struct check *check)
{
    const struct http_seen *seen = http_seen(check);

    if (!http_has(seen, FIELD_COOKIE)) {
        return false;
    }
    if (seen->repeated & 1u << FIELD_COOKIE) {
        check_breach(check, "Cookie", span_text(seen->values[FIELD_COOKIE]),
                     "two Cookie headers: all pairs go into one, with \"; \" "
                     "between");
    }
    return true;
}

static bool check_values(struct check *check)
{
    const struct http_seen *seen = http_seen(check);

    if (seen->odd_name) {
        check_breach(check, seen->odd_name, span_text(seen->odd_value),
                     "%s has a byte that is neither visible ASCII nor a blank: "
                     "it is encoded, or does not belong there",
                     seen->odd_name);
    }
    return true;
}

static bool check_expectation(struct check *check)
{
    const struct http_seen *seen = http_seen(check);
    const char *value = seen->values[FIELD_EXPECT];

    if (!value || strcasecmp(value, "100-continue") != 0) {
        return false;
    }
    if (!http_has(seen, FIELD_TRANSFER_ENCODING) &&
        (!http_has(seen, FIELD_CONTENT_LENGTH) ||
         strcmp(seen->values[FIELD_CONTENT_LENGTH], "0") == 0)) {
        check_breach(check, "Expect", span_text(value),
                     "a request without a body waits for leave to send one");
    }
    return true;
}

static bool check_body_of_get(struct check *check)
{
    bool reads = is_method(check, "GET") || is_method(check, "HEAD");

    if (reads && (check->traits & TRAIT_BODY)) {
        check_breach(check, "body", check->ex->request.body,
                     "a %s carries %zu bytes of body: it has no meaning there",
                     check->ex->request.method, check->ex->request.body.size);
    }
    return reads;
}

static bool check_content_type(struct check *check)
{
    if (!http_has(http_seen(check), FIELD_CONTENT_TYPE)) {
        check_breach(check, "Content-Type", SPAN_NONE,
                     "the body has no Content-Type: SOAP 1.1 is text/xml, SOAP "
                     "1.2 application/soap+xml, a form "
                     "application/x-www-form-urlencoded");
    }
    return true;
}

static bool check_length_of_post(struct check *check)
{
    const struct http_seen *seen = http_seen(check);

    if (!is_method(check, "POST")) {
        return false;
    }
    if (!http_has(seen, FIELD_CONTENT_LENGTH) &&
        !http_has(seen, FIELD_TRANSFER_ENCODING)) {
        check_breach(check, "Content-Length", SPAN_NONE,
                     "a POST says how long its body is, be it 0 as in the "
                     "first leg of NTLM");
    }
    return true;
}

static bool check_agent(struct check *check)
{
    if (!discover_is_first(check)) {
        return false; /* once for each connection is enough */
    }
    if (!http_has(http_seen(check), FIELD_USER_AGENT)) {
        check_breach(check, "User-Agent", SPAN_NONE,
                     "the request does not say which client it is from");
    }
    return true;
}

/* ---- What an earlier answer said ---- */

static bool check_retry_after(struct check *check)
{
    const struct tries *tries = discover_tries(check);
    int64_t early;

    if (!tries || !tries->retry) {
        return false;
    }
    early = tries->retry - check->ex->began_monotonic;
    if (early > RETRY_SLACK_MS * (ENV_NS_PER_SEC / 1000)) {
        check_breach(check, NULL, span_text(check->ex->request.target),
                     "the last answer, %u, said in Retry-After when to come "
                     "again; this is %.1f s too early",
                     tries->status, (double)early / (double)ENV_NS_PER_SEC);
    }
    return true;
}

static bool check_circles(struct check *check)
{
    const struct announced *from = discover_announced(check);

    if (!from || !(from->flags & ANNOUNCED_LOCATION)) {
        return false;
    }
    if (from->hops > HOPS_MAX) {
        check_breach(check, "Location", span_text(from->text),
                     "this is the redirect number %u in a row: a client stops "
                     "after %d",
                     from->hops, HOPS_MAX);
    }
    return true;
}

/* The world's documents carry no validator, unless a step gives one. */
static bool check_conditions(struct check *check)
{
    const struct http_seen *seen = http_seen(check);
    enum field field = http_has(seen, FIELD_IF_NONE_MATCH)
                           ? FIELD_IF_NONE_MATCH
                           : FIELD_IF_MODIFIED_SINCE;

    if (http_has(seen, field) && !check->ex->step) {
        check_breach(check,
                     field == FIELD_IF_NONE_MATCH ? "If-None-Match"
                                                  : "If-Modified-Since",
                     span_text(seen->values[field]),
                     "discovery answers say Cache-Control: no-cache and carry "
                     "no validator: nothing of them is kept for a condition");
    }
    return true;
}

static const char *name_end(const char *pair)
{
    return pair + strcspn(pair, "=") + 1;
}

static bool check_cookies(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const char *sent = NULL;
    bool concerned = false;

    for (size_t i = 0; i < COOKIES_MAX && i < history->cookie_count; i++) {
        const struct cookie *cookie = &history->cookies[i];
        size_t size = (size_t)(name_end(cookie->pair) - cookie->pair);
        const char *name =
            arena_text(check->arena, span_of(cookie->pair, size));

        if (strcmp(cookie->host, check->ex->request.host) != 0) {
            continue;
        }
        concerned = true;
        sent = http_seen(check)->values[FIELD_COOKIE];
        if (!sent || !strstr(sent, name)) {
            check_breach(check, "Cookie", span_text(sent),
                         "this host gave the cookie \"%s\"; a load balancer "
                         "finds the front end again by it",
                         cookie->pair);
        }
    }
    return concerned;
}

static bool check_userinfo(struct check *check)
{
    const char *host = http_seen(check)->values[FIELD_HOST];

    if (host && strchr(host, '@')) {
        check_breach(check, "Host", span_text(host),
                     "user and password of a URL are not part of Host");
    }
    return true;
}

const struct rule rules_http[] = {
    {
        .id = "HT-001",
        .level = FINDING_MUST,
        .title = "What is sent is an HTTP request",
        .section = "RFC 9110 section 2.2; RFC 9112 sections 2.1 and 3",
        .doc = "A sender must not generate what the grammar does not have. "
               "The bytes could not be read as a request at all: a request "
               "line, headers of a name and a colon, an empty line. A real "
               "front end closes the connection there, and the user sees a "
               "network error. A head that is only over a limit of the server "
               "is no breach.",
        .good = "GET /?sipuri=alice@contoso.test HTTP/1.1",
        .bad = "GET /?sipuri=alice lee@contoso.test HTTP/1.1",
        .on = TRAIT_BYTES,
    },
    {
        .id = "HT-002",
        .level = FINDING_MUST,
        .title = "Each HTTP/1.1 request carries exactly one Host",
        .section = "RFC 9112 section 3.2",
        .doc = "IIS refuses a request without Host, or with two of them, "
               "before any service sees it: 400, Invalid Hostname.",
        .good = "Host: lyncdiscover.contoso.test",
        .bad = "Host: lyncdiscover.contoso.test and, in a second line, Host: "
               "10.0.0.7",
        .on = TRAIT_HTTP,
    },
    {
        .id = "HT-012",
        .level = FINDING_MUST,
        .title = "A field that is no list comes once",
        .section = "RFC 9110 section 5.3",
        .doc = "A sender must not repeat a field unless its values can be "
               "joined with commas. Of two Authorization headers IIS takes "
               "one, and nobody says which.",
        .good = "Authorization: NTLM TlRM...",
        .bad = "Authorization: NTLM TlRM... and Authorization: Bearer cwt=...",
        .on = TRAIT_HTTP,
        .check = check_singletons,
    },
    {
        .id = "HT-013",
        .level = FINDING_MUST,
        .title = "All cookies go into one header",
        .section = "RFC 6265 section 5.4",
        .doc = "A user agent must not attach more than one Cookie header. The "
               "load balancer's cookie in the second one is not found by many "
               "of them.",
        .good = "Cookie: MS-WSMAN=a; other=b",
        .bad = "Cookie: other=b and, in another line, Cookie: MS-WSMAN=a",
        .on = TRAIT_HTTP,
        .check = check_cookie_once,
    },
    {
        .id = "HT-014",
        .level = FINDING_SHOULD,
        .title = "Header values are visible ASCII",
        .section = "RFC 9110 section 5.5",
        .doc = "Other bytes are opaque to a recipient; a user name in UTF-8 "
               "or Latin-1 in a header arrives differently at each of them.",
        .good = "X-User-Identity: j%C3%B6rg@contoso.test",
        .bad = "X-User-Identity: j\\xc3\\xb6rg@contoso.test",
        .on = TRAIT_HTTP,
        .check = check_values,
    },
    {
        .id = "HT-015",
        .level = FINDING_MUST,
        .title = "100-continue is expected only where a body follows",
        .section = "RFC 9110 section 10.1.1",
        .doc = "A client must not expect 100 (Continue) in a request without "
               "content: it may wait for ever, and so may a proxy between.",
        .good = "Expect: 100-continue and Content-Length: 1204",
        .bad = "Expect: 100-continue and Content-Length: 0",
        .on = TRAIT_HTTP,
        .check = check_expectation,
    },
    {
        .id = "HT-016",
        .level = FINDING_SHOULD,
        .title = "GET and HEAD carry no body",
        .section = "RFC 9110 section 9.3.1",
        .doc = "A body has no meaning there; some proxies drop the "
               "connection, others the bytes.",
        .good = "GET / HTTP/1.1 and no Content-Length",
        .bad = "GET / HTTP/1.1, Content-Length: 2, {}",
        .on = TRAIT_HTTP,
        .check = check_body_of_get,
    },
    {
        .id = "HT-017",
        .level = FINDING_SHOULD,
        .title = "A body says what it is",
        .section = "RFC 9110 section 8.3",
        .doc = "A sender of content should name its type. WCF answers 415 "
               "without, or reads the body as something else.",
        .good = "Content-Type: text/xml; charset=utf-8",
        .bad = "a POST with a body and no Content-Type",
        .on = TRAIT_HTTP | TRAIT_BODY,
        .check = check_content_type,
    },
    {
        .id = "HT-018",
        .level = FINDING_SHOULD,
        .title = "A POST says how long it is",
        .section = "RFC 9110 section 8.6",
        .doc = "A user agent should send Content-Length where the method has "
               "a body, also when it is empty. HTTP.sys answers 411 without.",
        .good = "POST ... Content-Length: 0",
        .bad = "POST ... with neither Content-Length nor Transfer-Encoding",
        .on = TRAIT_HTTP,
        .check = check_length_of_post,
    },
    {
        .id = "HT-019",
        .level = FINDING_SHOULD,
        .title = "The client says who it is",
        .section = "RFC 9110 section 10.1.5",
        .doc = "A user agent should send User-Agent in each request. Lync's "
               "reverse proxies and version policies look at it, and support "
               "finds nothing in the log of IIS without.",
        .good = "User-Agent: UCCAPI/15.0.4569.1503 OC/15.0.4569.1503",
        .bad = "a request without User-Agent",
        .on = TRAIT_HTTP,
        .check = check_agent,
    },
    {
        .id = "HT-025",
        .level = FINDING_SHOULD,
        .title = "Retry-After is waited for",
        .section = "RFC 9110 section 10.2.3",
        .doc = "The header says how long a client ought to wait. Phones that "
               "come back at once keep a pool down that is starting.",
        .good = "503, Retry-After: 2, and the same request two seconds later",
        .bad = "503, Retry-After: 2, and the same request at once",
        .on = TRAIT_HTTP,
        .check = check_retry_after,
    },
    {
        .id = "HT-026",
        .level = FINDING_SHOULD,
        .title = "Redirects of HTTP are followed ten times at most",
        .section = "RFC 9110 section 15.4",
        .doc = "A client should detect redirects that lead in circles, and "
               "stop. Else it asks for ever, and its user waits for ever.",
        .good = "an error after ten answers of 302",
        .bad = "an eleventh request to where Location leads",
        .on = TRAIT_HTTP,
        .check = check_circles,
    },
    {
        .id = "HT-027",
        .level = FINDING_PRACTICE,
        .title = "Discovery is asked without conditions",
        .section = "protocol: discover 7, CC-56",
        .doc = "Answers of discovery are not to be kept, and carry no "
               "validator; a 304 would leave a client with servers of "
               "yesterday.",
        .good = "GET /?sipuri=alice@contoso.test without If-None-Match",
        .bad = "If-Modified-Since: Sat, 02 Nov 2013 10:00:00 GMT",
        .on = TRAIT_HTTP | TRAIT_DISCOVER,
        .check = check_conditions,
    },
    {
        .id = "HT-028",
        .level = FINDING_PRACTICE,
        .title = "Cookies come back to the host that gave them",
        .section = "protocol: discover 7, CC-57",
        .doc = "A load balancer finds the front end of a client by its cookie "
               "MS-WSMAN. Without it each request meets another machine, "
               "which knows nothing of tickets and handshakes.",
        .good = "Cookie: MS-WSMAN=a1b2",
        .bad = "no Cookie, though Set-Cookie: MS-WSMAN=a1b2; path=/ came",
        .on = TRAIT_HTTP,
        .check = check_cookies,
    },
    {
        .id = "HT-029",
        .level = FINDING_MUST,
        .title = "Host has no user name",
        .section = "RFC 9112 section 3.2; RFC 9110 section 4.2.4",
        .doc = "Host must be the authority of the URL without its userinfo: "
               "passwords in URLs end in logs and histories.",
        .good = "Host: lyncweb.contoso.test",
        .bad = "Host: alice:secret@lyncweb.contoso.test",
        .on = TRAIT_HTTP,
        .check = check_userinfo,
    },
    {.id = NULL},
};
