/*
 * Rules of how a web ticket is carried: [MS-OCDISCWS] 2.2.2.2, RFC 6750,
 * protocol: discover 3.6. Whether it is the right one is judged in
 * rules_ticket_use.c.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/checks.h"
#include "checks/ticket_seen.h"
#include "util/number.h"

enum { QUOTED = 12 }; /* bytes of a ticket that a finding may show */

static struct span some_of(const char *value)
{
    return span_slice(span_text(value), 0, QUOTED);
}

/* What the header has, that is for tickets alone. */
static const char *web_ticket(const struct check *check)
{
    return headers_get(&check->ex->request.headers, "X-MS-WebTicket");
}

static bool check_form(struct check *check)
{
    struct ticket_shown shown;

    if (!web_ticket(check) || !ticket_shown(check, &shown)) {
        return false;
    }
    if (!shown.labelled || shown.form == TICKET_FORM_OTHER) {
        check_breach(check, "X-MS-WebTicket", some_of(shown.value),
                     "the value is %s; it is opaque= with an assertion in "
                     "base64, or cwt= as the answer had it",
                     shown.form == TICKET_FORM_OTHER ? "no ticket"
                                                     : "a bare ticket");
    }
    return true;
}

/* Standard alphabet, padded, in one piece: what pidgin-sipe sends. */
static bool is_plain_base64(const char *text)
{
    size_t length = strlen(text);

    return length % 4 == 0 && !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                 "abcdefghijklmnopqrstuvwxyz"
                                                 "0123456789+/=")];
}

static bool check_base64(struct check *check)
{
    struct ticket_shown shown;

    if (!ticket_shown(check, &shown) || !shown.labelled ||
        shown.form != TICKET_FORM_OPAQUE) {
        return false;
    }
    if (strncasecmp(shown.value, "opaque=", strlen("opaque=")) != 0 ||
        !is_plain_base64(shown.value + strlen("opaque="))) {
        check_breach(check, shown.header, some_of(shown.value),
                     "the assertion behind opaque= is in some other base64 "
                     "than the standard one: + and /, padded, no line breaks, "
                     "not percent-encoded");
    }
    return true;
}

/* ---- Where it is carried ---- */

static bool check_bearer_secure(struct check *check)
{
    const char *bearer = ticket_bearer(check->ex);

    if (!bearer) {
        return false;
    }
    if (check->traits & TRAIT_PLAIN) {
        check_breach(check, "Authorization", some_of(bearer),
                     "a Bearer token was sent by plain http: whoever sees it "
                     "is this user until it expires");
    }
    return true;
}

static bool check_ticket_secure(struct check *check)
{
    const char *value = web_ticket(check);

    if (!value) {
        return false;
    }
    if (check->traits & TRAIT_PLAIN) {
        check_breach(check, "X-MS-WebTicket", some_of(value),
                     "a web ticket was sent by plain http: whoever sees it is "
                     "this user until it expires");
    }
    return true;
}

/* A ticket, or a parameter that is for tokens. */
static bool check_address(struct check *check)
{
    static const char *const words[] = {"cwt=", "opaque=", "access_token="};
    const char *query = check->ex->request.query;

    if (!*query) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        const char *found = strcasestr(query, words[i]);

        if (found && (found == query || strchr("&=", found[-1]))) {
            check_breach(check, "request target", some_of(found),
                         "a ticket is in the URL, which ends up in logs, in "
                         "histories and in Referer");
            break;
        }
    }
    return true;
}

static size_t count_web_tickets(const struct headers *headers)
{
    size_t count = 0;

    for (size_t i = 0; i < headers->count; i++) {
        count += strcasecmp(headers->items[i].name, "X-MS-WebTicket") == 0;
    }
    return count;
}

static bool check_one(struct check *check)
{
    size_t count = count_web_tickets(&check->ex->request.headers);

    count += ticket_bearer(check->ex) != NULL;
    if (!count) {
        return false;
    }
    if (count > 1) {
        check_breach(check, "X-MS-WebTicket", SPAN_NONE,
                     "the request shows %zu tickets; which of them counts is "
                     "the server's choice",
                     count);
    }
    return true;
}

static bool check_not_credential(struct check *check)
{
    const char *operation = check->ex->facts.operation;
    bool is_service = (check->traits & (TRAIT_MEX | TRAIT_RST)) != 0;
    bool is_root = (check->traits & TRAIT_ROOT) != 0;

    if (is_service || is_root) {
        check_breach(check, NULL, SPAN_NONE,
                     "a ticket was shown at %s, which asks nobody for one",
                     operation);
    }
    return true;
}

/* RFC 6750 2.1: b64token; the product's has its label and so an "=" within. */
static bool is_token(const char *text)
{
    return *text && !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "abcdefghijklmnopqrstuvwxyz"
                                       "0123456789-._~+/=")];
}

static bool check_bearer(struct check *check)
{
    const char *bearer = ticket_bearer(check->ex);

    if (!bearer) {
        return false;
    }
    if (!is_token(bearer)) {
        check_breach(check, "Authorization", some_of(bearer),
                     "behind Bearer stands %s; it is one token, with no "
                     "quotes, blanks or commas",
                     *bearer ? "something else than a token" : "nothing");
    }
    return true;
}

/* ---- The sheet ---- */

/* services/proof.c judges it, where it knows the key. */
static bool is_proof(struct check *check)
{
    const struct remark *remark = check->ex->remarks;

    while (remark && strcmp(remark->key, "ticket.proof") != 0) {
        remark = remark->next;
    }
    return remark &&
           (span_starts(span_text(remark->text), "made with") ||
            span_starts(span_text(remark->text), "the signature is not"));
}

const struct rule rules_ticket[] = {
    {
        .id = "TK-001",
        .level = FINDING_SHOULD,
        .title = "X-MS-WebTicket says what kind of ticket it carries",
        .section = "[MS-OCDISCWS] 2.2.2.2; protocol: discover 3.6",
        .doc = "opaque= stands before an assertion in base64, cwt= before a "
               "compact ticket, which has that label already as it comes from "
               "the service. lyncmock reads a bare value, too.",
        .good = "X-MS-WebTicket: opaque=PHNhbWw6QXNzZXJ0aW9u...",
        .bad = "X-MS-WebTicket: PHNhbWw6QXNzZXJ0aW9u...",
        .on = TRAIT_HTTP | TRAIT_TICKET,
        .check = check_form,
    },
    {
        .id = "TK-002",
        .level = FINDING_PRACTICE,
        .title = "An assertion is carried in standard base64",
        .section = "protocol: discover 3.6; RFC 4648 section 4",
        .doc = "With + and /, padded, in one line. The alphabet for URLs is "
               "that of compact tickets alone, and a line break of MIME's "
               "kind ends the header.",
        .good = "opaque=PHNhbWw6...Pg==",
        .bad = "opaque=PHNhbWw6...Pg",
        .on = TRAIT_HTTP | TRAIT_TICKET,
        .check = check_base64,
    },
    {
        .id = "TK-006",
        .level = FINDING_MUST,
        .title = "A Bearer token is sent over TLS alone",
        .section = "RFC 6750 section 5.3",
        .doc = "Clients must always use TLS for requests with bearer tokens: "
               "a token proves nothing but that somebody has it.",
        .good = "GET https://lyncweb.contoso.test/... with Authorization: "
                "Bearer cwt=...",
        .bad = "the same to http://lyncweb.contoso.test/...",
        .on = TRAIT_HTTP | TRAIT_AUTHORIZATION,
        .check = check_bearer_secure,
    },
    {
        .id = "TK-007",
        .level = FINDING_SHOULD,
        .title = "A web ticket is sent over TLS alone",
        .section = "[MS-OCAUTHWS] 1.3.1; RFC 6750 section 5.3",
        .doc = "In X-MS-WebTicket it is a bearer token under another name. "
               "Mostly it happens where a client follows a link to http, or "
               "asks both schemes at once and adds its ticket to both.",
        .good = "GET https://lyncdiscover.contoso.test/... with the ticket",
        .bad = "GET http://lyncdiscover.contoso.test/... with the ticket",
        .on = TRAIT_HTTP | TRAIT_TICKET,
        .check = check_ticket_secure,
    },
    {
        .id = "TK-008",
        .level = FINDING_SHOULD,
        .title = "Tickets are not passed in URLs",
        .section = "RFC 6750 section 5.3",
        .doc = "Bearer tokens should not be passed in page URLs, since those "
               "are logged by every server and proxy on the way.",
        .good = "X-MS-WebTicket: cwt=...",
        .bad = "GET /Autodiscover/...?cwt=AAEBHA...",
        .on = TRAIT_HTTP,
        .check = check_address,
    },
    {
        .id = "TK-009",
        .level = FINDING_SHOULD,
        .title = "A request shows one ticket",
        .section = "RFC 6750 section 2; protocol: discover 2.12",
        .doc = "Of X-MS-WebTicket and Authorization: Bearer the first counts "
               "here; elsewhere it may be the other one. Two headers of one "
               "name are joined by proxies, and what comes out is no ticket.",
        .good = "one X-MS-WebTicket",
        .bad = "X-MS-WebTicket and Authorization: Bearer",
        .on = TRAIT_HTTP | TRAIT_TICKET,
        .check = check_one,
    },
    {
        .id = "TK-017",
        .level = FINDING_PRACTICE,
        .title = "A ticket is shown where one is asked for",
        .section = "[MS-OCAUTHWS] 3.2; protocol: discover 5",
        .doc = "The Root resource, the metadata and the ticket service ask "
               "nobody for a ticket; the last one takes other proofs of who "
               "one is. A ticket on each request is given to more servers than "
               "need to see it.",
        .good = "the ticket on the User resource alone",
        .bad = "the ticket on Root, metadata and User",
        .on = TRAIT_HTTP | TRAIT_TICKET,
        .check = check_not_credential,
    },
    {
        .id = "TK-018",
        .level = FINDING_SHOULD,
        .title = "The proof of possession is made with the computed key",
        .section = "WS-Trust 1.3 section 4.4.4; protocol: webticket 5.4 and "
                   "7.4",
        .doc = "A ticket with a key is shown with a signature: an HMAC over "
               "SignedInfo, whose key is P_SHA1 of the client's entropy, as "
               "the secret, and of the server's, as the seed, both as bytes, "
               "and as long as KeySize says. With another key no service "
               "takes the ticket, and none says why.",
        .good = "SignatureValue: HMAC-SHA1(P_SHA1(client, server), SignedInfo)",
        .bad = "SignatureValue: HMAC-SHA1(the server's entropy, SignedInfo)",
        .on = TRAIT_HTTP | TRAIT_BODY,
        .check = is_proof,
    },
    {
        .id = "TK-019",
        .level = FINDING_SHOULD,
        .title = "Behind Bearer stands one token",
        .section = "RFC 6750 section 2.1",
        .doc = "A scheme, a blank, and a token of letters, digits and "
               "-._~+/=. An empty one comes from a client that has no ticket "
               "and sends the header all the same.",
        .good = "Authorization: Bearer cwt=AAEBHA...",
        .bad = "Authorization: Bearer \"cwt=AAEBHA...\"",
        .on = TRAIT_HTTP | TRAIT_AUTHORIZATION,
        .check = check_bearer,
    },
    {.id = NULL},
};
