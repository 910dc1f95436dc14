/*
 * Rules of the OAuth token endpoint and of bearer tokens: RFC 6749, RFC 6750;
 * protocol: discover 4 and 7. Those without a check are seen by
 * services/oauthtoken.c and oauth_grants.c.
 */
#include "config.h"

#include <strings.h>

#include "checks/history.h"
#include "checks/http_seen.h"
#include "checks/rule.h"
#include "util/url.h"
#include "wire/form.h"
#include "world/world.h"

enum { FORMS_MAX = 3 };

#define GRANT_GUEST "urn:microsoft.rtc:anonmeeting"

static bool check_method(struct check *check)
{
    const char *method = check->ex->request.method;

    if (strcmp(method, "POST") != 0) {
        check_breach(check, "request line", span_text(method),
                     "a token is asked for with POST");
    }
    return true;
}

static bool check_query(struct check *check)
{
    static const char *const secrets[] = {"password", "client_secret",
                                          "username", "ms_rtc_renew"};
    const char *query = check->ex->request.query;

    for (size_t i = 0; *query && i < ARRAY_SIZE(secrets); i++) {
        if (url_query(check->arena, query, secrets[i])) {
            check_breach(check, "request line", span_text(secrets[i]),
                         "%s stands in the URL: it belongs into the body",
                         secrets[i]);
        }
    }
    return true;
}

static bool check_grant(struct check *check)
{
    const char *grants = check->history->discover.grants;
    const char *grant = check->ex->facts.grant;

    if (!*grants || !grant) {
        return false;
    }
    if (!http_lists(grants, grant)) {
        check_breach(check, "grant_type", span_text(grant),
                     "the challenge listed other grants: %s", grants);
    }
    return true;
}

static bool check_endpoint(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    const struct announced *newest = discover_newest(check, LINK_TOKEN);

    if (!newest || history->blind) {
        return false;
    }
    if (!discover_announced(check) &&
        strcasecmp(newest->host, check->ex->request.host) != 0) {
        check_breach(check, "request line", span_text(discover_url(check)),
                     "the challenge named %s in href", newest->text);
    }
    return true;
}

static bool check_loop(struct check *check)
{
    const struct discover_history *history = &check->history->discover;

    if (!history->forms_refused ||
        discover_hash(check->ex->request.body, 0) != history->form) {
        return false;
    }
    if (history->forms_refused >= FORMS_MAX) {
        check_breach(check, "body", SPAN_NONE,
                     "the same form was refused %u times in a row, and comes "
                     "again: accounts are locked by that",
                     history->forms_refused);
    }
    return true;
}

static bool read_form(struct check *check, struct form *out_form)
{
    size_t offset;

    return form_decode(check->arena, check->ex->request.body, false, out_form,
                       &offset) == FORM_OK;
}

/* On the same connection it is the same guest. */
static bool check_renewal(struct check *check)
{
    const char *grant = check->ex->facts.grant;
    struct form form;

    if (!grant || strcmp(grant, GRANT_GUEST) != 0 ||
        check->history->discover.guest != check->ex->conn->id ||
        !read_form(check, &form)) {
        return false;
    }
    if (!form_value(&form, "ms_rtc_renew")) {
        check_breach(check, "ms_rtc_renew", SPAN_NONE,
                     "this guest has a token already: without it in "
                     "ms_rtc_renew he becomes somebody else in the meeting");
    }
    return true;
}

/* ---- Bearer tokens ---- */

static bool has_bearer(struct check *check)
{
    const char *value = http_seen(check)->values[FIELD_AUTHORIZATION];

    return value && strncasecmp(value, "Bearer ", 7) == 0;
}

static bool check_bearer_secure(struct check *check)
{
    if (!has_bearer(check)) {
        return false;
    }
    if (check->traits & TRAIT_PLAIN) {
        check_breach(check, "Authorization", span_text("Bearer"),
                     "a bearer token went over the network in clear");
    }
    return true;
}

static bool has_token_in_query(struct check *check)
{
    const char *query = check->ex->request.query;

    return *query && url_query(check->arena, query, "access_token");
}

static bool check_bearer_query(struct check *check)
{
    if (has_token_in_query(check)) {
        check_breach(check, "request line", span_text("access_token"),
                     "a token in a URL ends in logs and histories: it belongs "
                     "into Authorization");
        return true;
    }
    return has_bearer(check);
}

static bool check_bearer_once(struct check *check)
{
    if (!has_bearer(check)) {
        return false;
    }
    if (has_token_in_query(check)) {
        check_breach(check, "request line", span_text("access_token"),
                     "the token is shown twice, in Authorization and in the "
                     "URL");
    }
    return true;
}

static bool check_bearer_host(struct check *check)
{
    const char *host = check->ex->request.host;

    if (!has_bearer(check)) {
        return false;
    }
    if (!world_has_host(check->world, host)) {
        check_breach(check, "Host", span_text(host),
                     "\"%s\" is no host of this deployment, and gets its "
                     "token",
                     host);
    }
    return true;
}

static bool check_ucwa(struct check *check)
{
    const struct http_seen *seen = http_seen(check);

    if (strncasecmp(check->ex->request.path, "/ucwa/", 6) != 0) {
        return false;
    }
    if (!http_has(seen, FIELD_AUTHORIZATION) &&
        !http_has(seen, FIELD_WEB_TICKET)) {
        check_breach(check, "Authorization", SPAN_NONE,
                     "each request to UCWA shows its token: the connection "
                     "proves nothing");
    }
    return true;
}

extern const struct rule rules_oauth[];
const struct rule rules_oauth[] = {
    {
        .id = "OA-001",
        .level = FINDING_SHOULD,
        .title = "A token is asked for with a form",
        .section = "RFC 6749 section 4.3.2",
        .doc = "The parameters are sent as application/x-www-form-urlencoded, "
               "and Content-Type says so. JSON is answered with "
               "invalid_request.",
        .good = "Content-Type: application/x-www-form-urlencoded",
        .bad = "Content-Type: application/json",
        .on = TRAIT_HTTP | TRAIT_OAUTH | TRAIT_BODY,
    },
    {
        .id = "OA-002",
        .level = FINDING_SHOULD,
        .title = "The form can be read",
        .section = "RFC 6749 appendix B",
        .doc = "Names and values are UTF-8, percent-encoded, of a sane length. "
               "A password with \"%\" or \"&\" in it is where clients forget.",
        .good = "password=50%25%26more",
        .bad = "password=50%&more",
        .on = TRAIT_HTTP | TRAIT_OAUTH | TRAIT_BODY,
    },
    {
        .id = "OA-003",
        .level = FINDING_MUST,
        .title = "No parameter comes twice",
        .section = "RFC 6749 section 3.2",
        .doc = "Request parameters must not be included more than once: "
               "nobody knows which one counts.",
        .good = "grant_type=password&username=alice&password=...",
        .bad = "grant_type=password&username=alice&username=bob&password=...",
        .on = TRAIT_HTTP | TRAIT_OAUTH | TRAIT_BODY,
    },
    {
        .id = "OA-004",
        .level = FINDING_MUST,
        .title = "What a grant needs is there",
        .section = "RFC 6749 section 4.3.2",
        .doc = "grant_type is required, and what belongs to it: username and "
               "password, or conference URI and key. A parameter without a "
               "value is one that is not there.",
        .good = "grant_type=password&username=alice&password=...",
        .bad = "grant_type=password&username=alice&password=",
        .on = TRAIT_HTTP | TRAIT_OAUTH,
    },
    {
        .id = "OA-005",
        .level = FINDING_PRACTICE,
        .title = "The Windows grant has neither user name nor password",
        .section = "protocol: discover 4; protocol: discover 7, CC-43",
        .doc = "HTTP Negotiate or NTLM proves who the user is. A password "
               "beside it is refused, and was sent for nothing.",
        .good = "grant_type=urn:microsoft.rtc:windows",
        .bad = "grant_type=urn:microsoft.rtc:windows&password=...",
        .on = TRAIT_HTTP | TRAIT_OAUTH | TRAIT_BODY,
    },
    {
        .id = "OA-006",
        .level = FINDING_PRACTICE,
        .title = "Parameters are separated by \"&\"",
        .section = "protocol: discover 4",
        .doc = "\"&amp;\" is how a page of documentation writes it in HTML: "
               "the form was copied from there.",
        .good = "grant_type=password&username=alice",
        .bad = "grant_type=password&amp;username=alice",
        .on = TRAIT_HTTP | TRAIT_OAUTH | TRAIT_BODY,
    },
    {
        .id = "OA-007",
        .level = FINDING_MUST,
        .title = "A token is asked for with POST",
        .section = "RFC 6749 section 3.2",
        .doc = "The client must use POST. A GET has its parameters in the URL, "
               "and those end in logs.",
        .good = "POST /WebTicket/oauthtoken",
        .bad = "GET /WebTicket/oauthtoken?grant_type=password&...",
        .on = TRAIT_HTTP | TRAIT_OAUTH,
        .check = check_method,
    },
    {
        .id = "OA-008",
        .level = FINDING_SHOULD,
        .title = "No credentials stand in the URL",
        .section = "RFC 6749 section 2.3.1",
        .doc = "Credentials are sent in the body alone. What is in a URL is "
               "kept by proxies, servers and browsers.",
        .good = "a body of username=alice&password=...",
        .bad = "POST /WebTicket/oauthtoken?username=alice&password=...",
        .on = TRAIT_HTTP | TRAIT_OAUTH,
        .check = check_query,
    },
    {
        .id = "OA-009",
        .level = FINDING_PRACTICE,
        .title = "The grant is one that the challenge lists",
        .section = "protocol: discover 7, CC-42",
        .doc = "MsRtcOAuth lists in grant_type what this pool takes. Another "
               "one is answered with unsupported_grant_type, after the user "
               "has typed his password.",
        .good = "grant_type=password, which the challenge has",
        .bad = "grant_type=password where the challenge has it no more",
        .on = TRAIT_HTTP | TRAIT_OAUTH,
        .check = check_grant,
    },
    {
        .id = "OA-010",
        .level = FINDING_PRACTICE,
        .title = "A token is asked for where the challenge says",
        .section = "protocol: discover 3.2",
        .doc = "href of MsRtcOAuth names the pool that will take the token. "
               "Another pool's is refused.",
        .good = "POST to the href of the challenge",
        .bad = "POST to the same path on the discovery host",
        .on = TRAIT_HTTP | TRAIT_OAUTH,
        .check = check_endpoint,
    },
    {
        .id = "OA-011",
        .level = FINDING_ROBUSTNESS,
        .title = "A refused grant is not repeated",
        .section = "protocol: discover 7, CC-47",
        .doc = "invalid_grant means that these credentials are wrong, or that "
               "a page in a browser is wanted. The same form again locks the "
               "account.",
        .good = "the user is asked, or sent to ms_rtc_passiveauthuri",
        .bad = "the same form a fourth time",
        .on = TRAIT_HTTP | TRAIT_OAUTH | TRAIT_BODY,
        .check = check_loop,
    },
    {
        .id = "OA-012",
        .level = FINDING_PRACTICE,
        .title = "A guest renews with the old token",
        .section = "protocol: discover 7, CC-45",
        .doc = "ms_rtc_renew keeps who the guest is in the meeting. Without "
               "it he is there twice until the first token expires.",
        .good = "ms_rtc_renew=cwt%3d...",
        .bad = "a second anonmeeting grant without ms_rtc_renew",
        .on = TRAIT_HTTP | TRAIT_OAUTH | TRAIT_BODY,
        .check = check_renewal,
    },
    {
        .id = "OA-013",
        .level = FINDING_MUST,
        .title = "Bearer tokens never leave TLS",
        .section = "RFC 6750 section 5.3",
        .doc = "Clients must always use TLS when they show a bearer token: "
               "whoever reads it is its bearer.",
        .good = "Authorization: Bearer cwt=... within TLS",
        .bad = "the same over http",
        .on = TRAIT_HTTP,
        .check = check_bearer_secure,
    },
    {
        .id = "OA-014",
        .level = FINDING_SHOULD,
        .title = "Bearer tokens are not part of a URL",
        .section = "RFC 6750 section 2.3",
        .doc = "They should not be passed in URLs, which are kept in logs and "
               "histories.",
        .good = "Authorization: Bearer cwt=...",
        .bad = "GET /...?access_token=cwt%3d...",
        .on = TRAIT_HTTP,
        .check = check_bearer_query,
    },
    {
        .id = "OA-015",
        .level = FINDING_MUST,
        .title = "A bearer token is shown in one way",
        .section = "RFC 6750 section 2",
        .doc = "Clients must not use more than one method to transmit the "
               "token in a request.",
        .good = "Authorization alone",
        .bad = "Authorization and access_token in the URL",
        .on = TRAIT_HTTP | TRAIT_AUTHORIZATION,
        .check = check_bearer_once,
    },
    {
        .id = "OA-016",
        .level = FINDING_PRACTICE,
        .title = "Bearer tokens go to the deployment that gave them",
        .section = "protocol: discover 7, CC-35",
        .doc = "A link in an answer may lead to a host of somebody else; the "
               "token stays at home.",
        .good = "Host: lyncweb.contoso.test",
        .bad = "Host: cdn.fabrikam.test",
        .on = TRAIT_HTTP | TRAIT_AUTHORIZATION,
        .check = check_bearer_host,
    },
    {
        .id = "OA-017",
        .level = FINDING_PRACTICE,
        .title = "Each request to UCWA shows a token",
        .section = "protocol: discover 7, CC-36",
        .doc = "UCWA authenticates requests, not connections.",
        .good = "POST /ucwa/oauth/v1/applications and Authorization",
        .bad = "POST /ucwa/oauth/v1/applications without",
        .on = TRAIT_HTTP,
        .check = check_ucwa,
    },
    {.id = NULL},
};
