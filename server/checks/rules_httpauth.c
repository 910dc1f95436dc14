/*
 * Rules of authentication in HTTP: RFC 9110 section 11, RFC 4559, protocol:
 * webticket 7.3 rows 26 to 34, discover 7 CC-29. Some are seen broken in
 * services/gate.c.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/ntlm_seen.h"
#include "checks/rule.h"

#define OFFERED(scheme) (1u << SCHEME_##scheme)

/* ---- The header field itself ---- */

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
                     "what follows the scheme %s is neither one token68 "
                     "(letters, digits, -._~+/ and = at its end) nor a list of "
                     "name=value",
                     scheme);
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

/* ---- Which scheme, where ---- */

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

static bool had_last_leg(struct check *check)
{
    return ntlm_seen(check)->type == NTLMSSP_AUTHENTICATE;
}

static bool check_weaker(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    const struct auth_service *service;

    if (seen->type != NTLMSSP_NEGOTIATE ||
        !(seen->offered & OFFERED(NEGOTIATE))) {
        return false;
    }
    service = auth_service_of_host(auth_history(check->history),
                                   auth_digest(0, check->ex->request.host));
    if (service) {
        check_breach(check, "Authorization", span_text(seen->sent.scheme),
                     "NTLM is used, and the client holds a ticket for HTTP/%s, "
                     "which Negotiate takes",
                     check->ex->request.host);
    }
    return true;
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

/* Of 401s to requests without credentials, which are what offers are, too. */
static bool check_bare(struct check *check)
{
    struct auth_offer *offer;
    uint64_t path;

    if (check->traits & TRAIT_AUTHORIZATION) {
        ntlm_seen(check);
        ntlm_offer(check);
        return false;
    }
    if (!sent_header(check, "WWW-Authenticate")) {
        return false; /* no credentials of HTTP are wanted */
    }
    offer = ntlm_offer(check);
    path = auth_digest(0, check->ex->request.target);
    offer->bare = path == offer->path ? offer->bare + 1 : 1;
    offer->path = path;
    if (offer->schemes && offer->bare > AUTH_BARE) {
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "request %u for this in a row that has no "
                     "credentials and gets 401: one that is answered so is "
                     "tried again with Authorization, or not at all",
                     offer->bare);
    }
    return true;
}

static bool check_odd_case(struct check *check)
{
    struct auth_history *auth = auth_history(check->history);
    bool say = false;

    for (size_t i = 0; i < AUTH_OFFERS; i++) {
        say = say || auth->offers[i].odd;
        if (auth->offers[i].odd && !auth->offers[i].answered) {
            check_breach(check, "WWW-Authenticate", SPAN_NONE,
                         "schemes were offered in another letter case than "
                         "usual, and the client never answered: names of "
                         "schemes and of header fields are compared without "
                         "regard to case");
            return true;
        }
    }
    return say;
}

/* ---- The handshake and its connection ---- */

static bool closes(const struct request *request)
{
    const char *value = headers_get(&request->headers, "Connection");

    if (strcmp(request->version, "HTTP/1.0") == 0) {
        return !value || strcasecmp(value, "keep-alive") != 0;
    }
    return value && strcasecmp(value, "close") == 0;
}

static bool check_kept_open(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    if (seen->type != NTLMSSP_NEGOTIATE) {
        return false;
    }
    if (closes(&check->ex->request)) {
        const char *value =
            headers_get(&check->ex->request.headers, "Connection");

        check_breach(check, value ? "Connection" : "request line",
                     span_text(value ? value : check->ex->request.version),
                     "the connection ends behind the challenge, which is worth "
                     "nothing on another one: all legs belong on one that is "
                     "kept");
    }
    return true;
}

/* Who the last leg says it is; NULL: nobody, or not to be seen here. */
static const char *account_of(struct check *check, const struct ntlm_seen *seen)
{
    const struct ntlmssp_authenticate *m = &seen->answer;
    bool wide;

    if (seen->scheme == SCHEME_BASIC && seen->result == HTTPAUTH_OK) {
        size_t colon = span_find(seen->sent.token, span_text(":"), 0);

        return colon != SIZE_MAX
                   ? arena_text(check->arena,
                                span_slice(seen->sent.token, 0, colon))
                   : NULL;
    }
    if (!seen->last_leg || seen->type != NTLMSSP_AUTHENTICATE ||
        !seen->readable || !m->user.length) {
        return seen->has_ap ? check->ex->facts.user : NULL;
    }
    wide = m->user.bytes.size >= 2 && m->user.bytes.data[1] == 0;
    return arena_printf(check->arena, "%s\\%s",
                        ntlmssp_text(check->arena, m->domain.bytes, wide),
                        ntlmssp_text(check->arena, m->user.bytes, wide));
}

static bool check_refused_again(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    const char *account = account_of(check, seen);
    struct auth_account *row;

    if (!account || !*account || check->ex->sent.status == 0) {
        return false;
    }
    row = auth_account_of(
        auth_history(check->history),
        auth_digest(auth_digest(0, account), check->ex->request.host));
    if (!(check->traits & TRAIT_UNAUTHORIZED)) {
        row->refused = 0;
    } else if (!seen->token_out.size && ++row->refused > AUTH_REFUSALS) {
        check_breach(check, "Authorization", span_text(account),
                     "%s was refused %u times in a row, and is tried again: "
                     "after the first refusal the user is asked, or the "
                     "attempt ends",
                     account, row->refused);
    }
    return true;
}

static bool check_reuse(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    if (seen->type != NTLMSSP_NEGOTIATE && !seen->has_ap) {
        return false;
    }
    if (seen->before.proven && !seen->before.told) {
        check_breach(check, "Authorization", span_text(seen->sent.scheme),
                     "a new handshake on a connection that is authenticated "
                     "already, and was told so (Persistent-Auth: true): a "
                     "request without Authorization is right");
    }
    return true;
}

static bool check_body(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    const struct request *request = &check->ex->request;

    if (!seen->last_leg || strcmp(request->method, "POST") != 0) {
        return false;
    }
    if (!request->body.size && headers_get(&request->headers, "Content-Type")) {
        const char *length = headers_get(&request->headers, "Content-Length");

        check_breach(check, "Content-Length", span_text(length),
                     "the last leg of the handshake has no body: it is the "
                     "request that counts, and carries the whole body again");
    }
    return true;
}

static bool check_purpose(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);
    const struct request *request = &check->ex->request;
    const char *action = headers_get(&request->headers, "SOAPAction");

    if (seen->before.leg == 0 || seen->conn->leg == 1) {
        return false;
    }
    if (seen->before.purpose !=
        auth_digest(auth_digest(0, request->path), action)) {
        check_breach(check, "request line", span_text(request->target),
                     "this leg of the handshake asks for %s%s%s, and the one "
                     "before it for something else: all legs repeat the same "
                     "request",
                     request->path, action ? ", SOAPAction " : "",
                     action ? action : "");
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
        .id = "HA-027",
        .level = FINDING_SHOULD,
        .title = "All legs of a handshake are on one connection",
        .section = "RFC 4559 section 6",
        .doc = "The challenge belongs to the connection on which it was sent. "
               "A pool of connections that hands out another one for the next "
               "leg breaks every sign-in, mostly under load alone.",
        .good = "type 1, 401 with a challenge, type 3: one connection",
        .bad = "type 3 on a connection that has seen no type 1",
        .on = TRAIT_AUTHORIZATION,
        .check = had_last_leg,
    },
    {
        .id = "HA-028",
        .level = FINDING_PRACTICE,
        .title = "Negotiate is used where it is offered and there is a ticket",
        .section = "RFC 4559 section 3",
        .doc = "A client that holds a Kerberos ticket for the service and "
               "signs in with NTLM all the same gives up that it knows the "
               "server, and domains that have switched NTLM off refuse it.",
        .good = "TGS-REQ for HTTP/lyncweb.contoso.test, then Negotiate",
        .bad = "TGS-REQ for HTTP/lyncweb.contoso.test, then NTLM",
        .on = TRAIT_AUTHORIZATION,
        .check = check_weaker,
    },
    {
        .id = "HA-029",
        .level = FINDING_SHOULD,
        .title = "After a refusal the same account is not tried for ever",
        .section = "RFC 9110 section 15.5.2",
        .doc = "Where the 401 has the same challenge as before, a client "
               "should show its user what came. One that goes on by itself "
               "locks the account, mostly after three to five wrong passwords, "
               "and on every device of the user at once.",
        .good = "401 to the last leg, then a question to the user",
        .bad = "four sign-ins of one account, refused one after the other",
        .on = TRAIT_AUTHORIZATION,
        .check = check_refused_again,
    },
    {
        .id = "HA-031",
        .level = FINDING_PRACTICE,
        .title = "A connection that is authenticated is used again",
        .section = "RFC 4559 section 6",
        .doc = "Persistent-Auth: true says that later requests on this "
               "connection need no handshake. A client that begins one all the "
               "same doubles its round trips and burdens the domain "
               "controller.",
        .good = "GET without Authorization on the same connection",
        .bad = "GET with Authorization: NTLM type 1 on the same connection",
        .on = TRAIT_AUTHORIZATION,
        .check = check_reuse,
    },
    {
        .id = "HA-032",
        .level = FINDING_ROBUSTNESS,
        .title = "The last leg carries the whole body",
        .section = "RFC 4559 section 6",
        .doc = "Data should be sent once authentication is complete: a client "
               "may leave the body out of the first legs, and must send it "
               "with the last one, which is the request that is carried out.",
        .good = "type 1 with Content-Length: 0, type 3 with the whole body",
        .bad = "type 3 with Content-Type: text/xml and Content-Length: 0",
        .on = TRAIT_AUTHORIZATION,
        .check = check_body,
    },
    {
        .id = "HA-033",
        .level = FINDING_ROBUSTNESS,
        .title = "Names of schemes are read without regard to letter case",
        .section = "RFC 9110 section 11.1",
        .doc = "A scheme is named by a case-insensitive token, and so are "
               "header fields. Front ends and proxies write them as they "
               "like; a client that looks for \"NTLM\" finds no way to sign "
               "in.",
        .good = "www-authenticate: ntlm, answered by Authorization: NTLM ...",
        .bad = "www-authenticate: ntlm, and the client gives up",
        .on = TRAIT_SESSION,
        .check = check_odd_case,
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
        .id = "HA-035",
        .level = FINDING_PRACTICE,
        .title = "All legs of a handshake repeat the same request",
        .section = "RFC 4559 section 4.2",
        .doc = "The client tries the same request again with a token added. "
               "Some pools of Lync took an authentication for the SOAP action "
               "alone with which it began.",
        .good = "type 1 and type 3 with the same path and SOAPAction",
        .bad = "type 1 with HEAD of another path, type 3 with the POST",
        .on = TRAIT_AUTHORIZATION,
        .check = check_purpose,
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
        .id = "HA-037",
        .level = FINDING_SHOULD,
        .title = "A handshake does not begin on a connection that ends",
        .section = "RFC 4559 section 6",
        .doc = "Connection: close, or HTTP/1.0 without keep-alive, in the "
               "first leg has the server close behind its challenge; the "
               "answer then comes on a connection that knows no challenge.",
        .good = "Connection: keep-alive",
        .bad = "Connection: close",
        .on = TRAIT_AUTHORIZATION,
        .check = check_kept_open,
    },
    {
        .id = "HA-038",
        .level = FINDING_PRACTICE,
        .title = "A request that got 401 is not repeated without credentials",
        .section = "RFC 9110 section 15.5.2",
        .doc = "A request that lacks credentials gets the same 401 each time. "
               "A client that has none to show tells its user, and one that "
               "has remembers that this host wants them.",
        .good = "401, then the same request with Authorization",
        .bad = "four times the same request, four times 401",
        .on = TRAIT_HTTP | TRAIT_UNAUTHORIZED,
        .check = check_bare,
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
