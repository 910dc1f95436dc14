/*
 * Rules of Authorization: its form, and where which credentials belong (RFC
 * 9110 section 11, RFC 4559). Some are seen broken in services/gate.c.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/ntlm_seen.h"
#include "checks/rule.h"

#define OFFERED(scheme) (1u << SCHEME_##scheme)

static bool is_token68(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789-._~+/");

    return length > 0 && strspn(text + length, "=") == strlen(text + length);
}

static bool is_token(const char *text, size_t length)
{
    return length > 0 &&
           strspn(text, "!#$%&'*+-.^_`|~ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "abcdefghijklmnopqrstuvwxyz0123456789") >= length;
}

/* name=value, and more of them behind commas: enough to tell it from what is
 * neither form. */
static bool is_parameters(const char *text)
{
    size_t length = strcspn(text, " =");

    return is_token(text, length) &&
           text[length + strspn(text + length, " ")] == '=';
}

static bool check_grammar(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    const char *scheme = seen->sent.scheme;
    const char *rest = seen->sent.text;

    if (!is_token(scheme, strlen(scheme))) {
        check_breach(check, "Authorization", span_text(seen->value),
                     "the value does not begin with a scheme; \"Scheme "
                     "credentials\" is right");
    } else if (*rest && !is_token68(rest) && !is_parameters(rest)) {
        check_breach(check, "Authorization", span_text(rest),
                     "what follows the scheme is neither one token68 "
                     "(letters, digits, -._~+/ and = at its end) nor a list of "
                     "name=value");
    }
    return true;
}

static bool check_once(struct check *check)
{
    const struct headers *headers = &check->ex->request.headers;
    const char *last = NULL;
    unsigned count = 0;

    for (size_t i = 0; i < headers->count; i++) {
        if (strcasecmp(headers->items[i].name, "Authorization") == 0) {
            last = headers->items[i].value;
            count++;
        }
    }
    if (count > 1) {
        check_breach(check, "Authorization", span_text(last),
                     "Authorization came %u times; a field that is no list has "
                     "one line in a request",
                     count);
    }
    return true;
}

static bool check_proxy_field(struct check *check)
{
    const char *value =
        headers_get(&check->ex->request.headers, "Proxy-Authorization");

    if (value) {
        check_breach(check, "Proxy-Authorization", span_text(value),
                     "credentials for a proxy came to the server: they belong "
                     "into the CONNECT request, and no further");
    }
    return true;
}

/* The part of a URI between "//" and the next "/", if it has an "@". */
static struct span userinfo_of(const char *uri)
{
    const char *start = strstr(uri, "://");
    const char *host = start ? start + 3 : NULL;
    size_t length = host ? strcspn(host, "/?#") : 0;
    const char *at = host ? memchr(host, '@', length) : NULL;

    return at ? span_of(host, (size_t)(at - host) + 1) : SPAN_NONE;
}

static bool check_userinfo(struct check *check)
{
    const struct request *request = &check->ex->request;
    static const char *const names[] = {"Referer", "Origin", "Host"};
    struct span found = userinfo_of(request->target);
    const char *where = "request target";

    if (span_find(check->ex->raw, span_text("@"), 0) == SIZE_MAX) {
        return true; /* most have none anywhere */
    }
    for (size_t i = 0; !found.size && i < ARRAY_SIZE(names); i++) {
        const char *value = headers_get(&request->headers, names[i]);

        where = names[i];
        if (value && strcmp(names[i], "Host") == 0) {
            const char *at = strchr(value, '@');

            found = at ? span_of(value, (size_t)(at - value) + 1) : SPAN_NONE;
        } else if (value) {
            found = userinfo_of(value);
        }
    }
    if (found.size) {
        check_breach(check, where, found,
                     "a URI carries user information: credentials belong into "
                     "Authorization, and the \"@\" away");
    }
    return true;
}

static bool is_sign_in(const struct ntlm_seen *seen)
{
    return seen->scheme != SCHEME_OTHER;
}

/* Seen broken in services/gate.c. */
static bool had_token(struct check *check)
{
    return is_sign_in(ntlm_seen(check));
}

static bool had_scheme(struct check *check)
{
    return *ntlm_seen(check)->sent.scheme != '\0';
}

static bool check_basic_last(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    if (seen->scheme != SCHEME_BASIC) {
        return false;
    }
    if (seen->offered & (OFFERED(NEGOTIATE) | OFFERED(NTLM))) {
        check_breach(check, "Authorization", span_text(seen->sent.scheme),
                     "the password goes over the wire with Basic, and %s was "
                     "offered, which shows it to nobody",
                     seen->offered & OFFERED(NEGOTIATE) ? "Negotiate" : "NTLM");
    }
    return true;
}

static bool check_plain(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    if (!seen->last_leg || seen->scheme == SCHEME_BASIC) {
        return false;
    }
    if (!check->ex->conn->tls) {
        check_breach(check, "Authorization", span_text(seen->sent.scheme),
                     "%s over plain http: whoever is on the way can pass the "
                     "token on as his own, or take over the connection; https "
                     "is right",
                     seen->sent.scheme);
    }
    return true;
}

/* Where no credentials of HTTP come, that is as it should be. */
static bool check_unasked(struct check *check)
{
    struct ntlm_seen *seen;

    if (!(check->traits & TRAIT_AUTHORIZATION)) {
        return true;
    }
    seen = ntlm_seen(check);
    if (is_sign_in(seen) && sent_header(check, "X-MS-WebTicketURL") &&
        !sent_header(check, "WWW-Authenticate")) {
        check_breach(
            check, "Authorization", span_text(seen->sent.scheme),
            "%s is sent to a resource that takes web tickets and has "
            "offered no HTTP authentication: the ticket of the service "
            "that X-MS-WebTicketURL names is right, in X-MS-WebTicket",
            seen->sent.scheme);
    }
    return true;
}

const struct rule rules_httpauth[] = {
    {
        .id = "HA-020",
        .level = FINDING_MUST,
        .title = "Authorization is a scheme and its credentials",
        .section = "RFC 9110 sections 2.2, 11.4",
        .doc = "The grammar is a scheme, and behind a blank either one token68 "
               "or a list of name=value; a sender must not generate anything "
               "else. Line breaks within a long base64 text, or text around "
               "it, are the usual cause. Servers see no credentials at all, or "
               "400.",
        .good = "Authorization: NTLM TlRMTVNTUAABAAAA",
        .bad = "Authorization: NTLM TlRM TVNTUAABAAAA",
        .on = TRAIT_AUTHORIZATION,
        .check = check_grammar,
    },
    {
        .id = "HA-021",
        .level = FINDING_MUST,
        .title = "A request has one Authorization",
        .section = "RFC 9110 section 5.3",
        .doc = "A sender must not generate several lines of a field that is no "
               "list. Which of two a server takes is anybody's guess, and "
               "proxies join them with a comma.",
        .good = "Authorization: Negotiate YII...",
        .bad = "Authorization: Negotiate YII... and, in a second line, "
               "Authorization: NTLM TlRM...",
        .on = TRAIT_AUTHORIZATION,
        .check = check_once,
    },
    {
        .id = "HA-022",
        .level = FINDING_MUST,
        .title = "No URI within a message carries user information",
        .section = "RFC 9110 section 4.2.4",
        .doc = "A sender must not generate the userinfo of a URI, nor its "
               "\"@\", in a target or a field: it ends up in logs, and "
               "recipients are told to take it for an attack.",
        .good = "Host: lyncweb.contoso.test",
        .bad = "Host: alice:secret@lyncweb.contoso.test",
        .on = TRAIT_HTTP,
        .check = check_userinfo,
    },
    {
        .id = "HA-023",
        .level = FINDING_SHOULD,
        .title = "Credentials for a proxy go to the proxy alone",
        .section = "RFC 9110 section 11.7.2",
        .doc = "Proxy-Authorization is for the next proxy that has asked. A "
               "client that sets it on all requests hands its proxy password "
               "to every server that it talks to through a tunnel.",
        .good = "Proxy-Authorization in CONNECT alone",
        .bad = "Proxy-Authorization in a request within the tunnel",
        .on = TRAIT_HTTP,
        .check = check_proxy_field,
    },
    {
        .id = "HA-024",
        .level = FINDING_SHOULD,
        .title = "Credentials of a sign-in are one base64 token",
        .section = "RFC 4559 section 4.2",
        .doc = "NTLM, Negotiate and Basic each have one token in base64 behind "
               "the scheme, padded, in the alphabet with + and /. A scheme "
               "alone is what servers send, not clients.",
        .good = "Authorization: NTLM TlRMTVNTUAABAAAA",
        .bad = "Authorization: NTLM",
        .on = TRAIT_AUTHORIZATION,
        .check = had_token,
    },
    {
        .id = "HA-025",
        .level = FINDING_SHOULD,
        .title = "The scheme is one of those that the server offers",
        .section = "RFC 9110 section 11.6.2",
        .doc = "WWW-Authenticate lists what is taken. A client that sends "
               "another scheme is refused with the same list, and often tries "
               "for ever.",
        .good = "WWW-Authenticate: NTLM, answered by Authorization: NTLM ...",
        .bad = "WWW-Authenticate: NTLM, answered by Authorization: Digest ...",
        .on = TRAIT_AUTHORIZATION,
        .check = had_scheme,
    },
    {
        .id = "HA-026",
        .level = FINDING_SHOULD,
        .title = "The token is one of the scheme that it stands behind",
        .section = "RFC 4559 section 4.2",
        .doc = "Behind NTLM stands a message of NTLM, behind Negotiate one of "
               "SPNEGO, or of a mechanism that it carries. Whatever else it is "
               "says nothing to the server.",
        .good = "Authorization: Negotiate YIIB... (60 82 ...)",
        .bad = "Authorization: Negotiate YWxpY2U6c2VjcmV0 (alice:secret)",
        .on = TRAIT_AUTHORIZATION,
        .check = had_token,
    },
    {
        .id = "HA-034",
        .level = FINDING_SHOULD,
        .title = "No HTTP credentials where a web ticket is wanted",
        .section = "MS-OCAUTHWS 1.5",
        .doc = "A resource that answers with X-MS-WebTicketURL and without "
               "WWW-Authenticate takes tickets. NTLM or Basic sent there ends "
               "in 401 again, and shows a password or its proof to a service "
               "that has no use for it.",
        .good = "X-MS-WebTicket: cwt ...",
        .bad = "Authorization: NTLM ... to the user resource of Autodiscover",
        .on = TRAIT_HTTP | TRAIT_USER,
        .check = check_unasked,
    },
    {
        .id = "HA-036",
        .level = FINDING_PRACTICE,
        .title = "NTLM and Negotiate go over TLS",
        .section = "RFC 4559 section 6",
        .doc = "Neither scheme protects what follows: over plain http somebody "
               "on the way can use the connection that the user has signed in "
               "on, or pass the token on to another service.",
        .good = "https://lyncweb.contoso.test/",
        .bad = "http://lyncweb.contoso.test/",
        .on = TRAIT_AUTHORIZATION,
        .check = check_plain,
    },
    {
        .id = "HA-039",
        .level = FINDING_PRACTICE,
        .title = "Basic is the last choice",
        .section = "RFC 7617 section 4",
        .doc = "Where the server offers NTLM or Negotiate as well, a client "
               "that picks Basic hands the password itself over, for no gain.",
        .good = "WWW-Authenticate: Negotiate, NTLM, Basic: Negotiate is taken",
        .bad = "WWW-Authenticate: Negotiate, NTLM, Basic: Basic is taken",
        .on = TRAIT_AUTHORIZATION,
        .check = check_basic_last,
    },
    {.id = NULL},
};
