/*
 * Rules of a sign-in over HTTP from its offer to its end: which scheme, which
 * connection, how often (RFC 4559, RFC 9110 sections 11 and 15.5.2).
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/history.h"
#include "checks/ntlm_seen.h"
#include "checks/rule.h"

#define OFFERED(scheme) (1u << SCHEME_##scheme)

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

const struct rule rules_handshake[] = {
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
    {.id = NULL},
};
