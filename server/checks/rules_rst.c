/*
 * Rules of RequestSecurityToken: WS-Trust 1.3 as [MS-OCAUTHWS] uses it. What
 * must differ from one request to the next is compared with history_ticket.h.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/checks.h"
#include "checks/history_ticket.h"
#include "checks/soap_seen.h"
#include "util/stamp.h"
#include "util/url.h"
#include "util/utf.h"
#include "wire/uris.h"
#include "world/world.h"

#define ON_RST     (TRAIT_RST | TRAIT_BODY)
#define CLAIMS     URI_AF ":authclaims"
#define AT         "//RequestSecurityToken/"
#define TRUST_ELSE "protocol: webticket 4.1"

static bool check_body(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);

    if (!seen) {
        return false;
    }
    if (seen->result == RST_NOT_AN_RST) {
        check_breach(check, "/Envelope/Body", SPAN_NONE,
                     "Body holds %s; IssueToken takes a RequestSecurityToken "
                     "in a namespace of WS-Trust",
                     seen->soap.body ? (const char *)seen->soap.body->name
                                     : "nothing");
    }
    return true;
}

static bool check_request_type(struct check *check)
{
    const struct rst *rst = rst_judged(check);

    if (!rst) {
        return false;
    }
    if (!rst->issue) {
        check_breach(check, AT "RequestType",
                     soap_quote(check, rst->request_type),
                     "RequestType is %s; it is " URI_TRUST_200502
                     "/Issue, or that of 200512",
                     rst->request_type ? rst->request_type : "not there");
    }
    return true;
}

static bool check_token_type(struct check *check)
{
    const struct rst *rst = rst_judged(check);

    if (!rst || rst->token == RST_TOKEN_ABSENT) {
        return false;
    }
    if (rst->token == RST_TOKEN_UNKNOWN) {
        check_breach(check, AT "TokenType", soap_quote(check, rst->token_type),
                     "the service issues no %s; it has " URI_TOKEN_SAML
                     " and " URI_TOKEN_CWT,
                     rst->token_type);
    }
    return true;
}

static bool check_scope(struct check *check)
{
    const struct rst *rst = rst_judged(check);

    if (!rst) {
        return false;
    }
    if (!rst->token_type && !rst->applies_to) {
        check_breach(check, "//RequestSecurityToken", SPAN_NONE,
                     "neither TokenType nor AppliesTo: what kind of ticket is "
                     "wanted, and for what, the service has to guess");
    }
    return true;
}

/* ---- AppliesTo ---- */

static bool check_applies_to(struct check *check)
{
    const struct rst *rst = rst_judged(check);
    struct url url;

    if (!rst || !rst->applies_to) {
        return false;
    }
    if (!url_parse(check->arena, rst->applies_to, &url) ||
        strcmp(url.scheme, "https") != 0) {
        check_breach(check, AT "AppliesTo", soap_quote(check, rst->applies_to),
                     "AppliesTo is %s; it is the absolute https URL of the "
                     "service that shall get the ticket, as it was announced",
                     rst->applies_to);
    }
    return true;
}

static bool check_pool(struct check *check)
{
    const struct rst *rst = rst_judged(check);
    const struct world *world = check->world;
    struct url url;

    if (!rst || !rst->applies_to ||
        !url_parse(check->arena, rst->applies_to, &url)) {
        return false;
    }
    if (ticket_history_sent(check->history->tickets, url.host,
                            check->ex->request.host)) {
        return true;
    }
    if (!world_has_host(world, url.host) ||
        world_pool_of(world, url.host) !=
            world_pool_of(world, check->ex->request.host)) {
        check_breach(check, AT "AppliesTo", soap_quote(check, rst->applies_to),
                     "%s is no host of the pool that was asked; a ticket is "
                     "good on the pool alone that issued it",
                     url.host);
    }
    return true;
}

/* ---- The rest of it ---- */

static bool check_once(struct check *check)
{
    const struct rst *rst = rst_judged(check);

    if (!rst) {
        return false;
    }
    for (size_t i = 0; i < rst->note_count; i++) {
        if (strncmp(rst->notes[i], "repeated", strlen("repeated")) == 0) {
            check_breach(check, "//RequestSecurityToken", SPAN_NONE,
                         "%s: the first is taken here, and nobody says that "
                         "others do so",
                         rst->notes[i]);
        }
    }
    return true;
}

static bool is_own(const struct user *user, const char *claim)
{
    const char *sip = strncasecmp(claim, "sip:", 4) == 0 ? claim + 4 : claim;

    return utf8_equal_nocase(sip, user->sip);
}

static bool check_claim(struct check *check)
{
    const struct rst *rst = rst_judged(check);
    const char *name = check->ex->facts.user;
    const struct user *user = name ? world_user(check->world, name) : NULL;

    if (!rst || !rst->claim_value || !user) {
        return false;
    }
    if (!is_own(user, rst->claim_value)) {
        check_breach(check, AT "Claims", soap_quote(check, rst->claim_value),
                     "the claim is %s, the one who signed in is sip:%s",
                     rst->claim_value, user->sip);
    }
    return true;
}

static bool check_dialect(struct check *check)
{
    const struct rst *rst = rst_judged(check);

    if (!rst || (!rst->claims_dialect && !rst->claim_value)) {
        return false;
    }
    if (!rst->claims_dialect || strcmp(rst->claims_dialect, CLAIMS) != 0) {
        check_breach(
            check, AT "Claims/@Dialect", soap_quote(check, rst->claims_dialect),
            "the Dialect of Claims is %s; clients write %s",
            rst->claims_dialect ? rst->claims_dialect : "not there", CLAIMS);
    }
    return true;
}

static bool check_lifetime(struct check *check)
{
    const struct rst *rst = rst_judged(check);
    int64_t created;
    int64_t expires;

    if (!rst || !rst->created || !rst->expires) {
        return false;
    }
    if (!stamp_parse(rst->created, &created) ||
        !stamp_parse(rst->expires, &expires)) {
        check_breach(check, AT "Lifetime", soap_quote(check, rst->created),
                     "Lifetime is from %s to %s; both are xsd:dateTime in UTC",
                     rst->created, rst->expires);
    } else if (expires <= created) {
        check_breach(check, AT "Lifetime/Expires",
                     soap_quote(check, rst->expires),
                     "Lifetime ends at %s, before it begins at %s",
                     rst->expires, rst->created);
    }
    return true;
}

/* ---- The sheet ---- */

const struct rule rules_rst[] = {
    {
        .id = "WT-014",
        .level = FINDING_SHOULD,
        .title = "Body holds a RequestSecurityToken",
        .section = "[MS-OCAUTHWS] 3.2; WS-Trust 1.3 section 3.1",
        .doc = "IssueToken is defined by WS-Trust: the child of Body is "
               "RequestSecurityToken in .../ws-sx/ws-trust/200512, or in its "
               "draft of 2005/02. Anything else gets the fault "
               "InvalidRequest.",
        .good = "<s:Body><RequestSecurityToken xmlns=\"" URI_TRUST "\">",
        .bad = "<s:Body><IssueToken xmlns=\"http://tempuri.org/\">",
        .on = ON_RST,
        .check = check_body,
    },
    {
        .id = "WT-015",
        .level = FINDING_SHOULD,
        .title = "RequestType is Issue",
        .section = "WS-Trust 1.3 section 3.1 and 4.1; " TRUST_ELSE,
        .doc = "RequestType is mandatory, and this service only issues: it "
               "renews and cancels nothing. Clients of the product write the "
               "value of 2005/02; that of 200512 is as good.",
        .good = "<RequestType>" URI_TRUST_200502 "/Issue</RequestType>",
        .bad = "<RequestType>Issue</RequestType>",
        .on = ON_RST,
        .check = check_request_type,
    },
    {
        .id = "WT-016",
        .level = FINDING_PRACTICE,
        .title = "TokenType is one that the service issues",
        .section = TRUST_ELSE,
        .doc = "There are two: the SAML 1.1 assertion that PC clients use, and "
               "the compact web ticket of phones and web pages. Another one "
               "gets the fault BadRequest.",
        .good = "<TokenType>" URI_TOKEN_CWT "</TokenType>",
        .bad = "<TokenType>urn:oasis:names:tc:SAML:2.0:assertion</TokenType>",
        .on = ON_RST,
        .check = check_token_type,
    },
    {
        .id = "WT-017",
        .level = FINDING_SHOULD,
        .title = "TokenType or AppliesTo says what is wanted",
        .section = "WS-Trust 1.3 section 4.1",
        .doc = "At least one of the two should be there. Without them the "
               "service hands out a ticket of whatever kind is its default, "
               "with an audience that no other service may take.",
        .good = "<AppliesTo>...<Address>https://lyncweb.contoso.test/...",
        .bad = "<RequestSecurityToken><RequestType>...</RequestType>"
               "</RequestSecurityToken>",
        .on = ON_RST,
        .check = check_scope,
    },
    {
        .id = "WT-018",
        .level = FINDING_PRACTICE,
        .title = "AppliesTo is the absolute https URL of a service",
        .section = TRUST_ELSE "; WS-Trust 1.3 section 4.1",
        .doc = "It becomes the audience of the ticket, and the service that "
               "gets the ticket compares it with its own address: so it is the "
               "URL that was announced, unchanged. A path or a name alone fits "
               "no service (28077).",
        .good = "<Address>https://lyncweb.contoso.test/Autodiscover/"
                "AutodiscoverService.svc/root/user</Address>",
        .bad = "<Address>/Autodiscover/AutodiscoverService.svc/root/user"
               "</Address>",
        .on = ON_RST,
        .check = check_applies_to,
    },
    {
        .id = "WT-019",
        .level = FINDING_PRACTICE,
        .title = "AppliesTo names a service of the pool that is asked",
        .section = "protocol: webticket 5.6 and 6.4",
        .doc = "A ticket is good on the pool that issued it alone. A client "
               "that was sent to another pool asks the web ticket service of "
               "that one.",
        .good = "asking lyncweb.contoso.test for a ticket for "
                "https://lyncweb.contoso.test/...",
        .bad = "asking lyncweb.contoso.test for a ticket for "
               "https://lyncweb.fabrikam.test/...",
        .on = ON_RST,
        .check = check_pool,
    },
    {
        .id = "WT-020",
        .level = FINDING_ROBUSTNESS,
        .title = "Each part of the request is there once",
        .section = "WS-Trust 1.3 section 3.1; " TRUST_ELSE,
        .doc = "Two TokenTypes or two AppliesTo are two requests in one. Which "
               "of them a server takes is not written down.",
        .good = "<KeyType>...</KeyType>",
        .bad = "<KeyType>...</KeyType><KeyType>...</KeyType>",
        .on = ON_RST,
        .check = check_once,
    },
    {
        .id = "WT-039",
        .level = FINDING_SHOULD,
        .title = "The claim is the address of the one who signed in",
        .section = "protocol: webticket 4.1 and 6.4",
        .doc = "The SIP address in Claims must be that of the account that "
               "authenticated, else the service answers 28030. It happens "
               "where a client signs in with the machine's account, and asks "
               "for the address that somebody typed.",
        .good = "<auth:Value>sip:alice@contoso.test</auth:Value>, signed in "
                "as CONTOSO\\alice",
        .bad = "<auth:Value>sip:bob@contoso.test</auth:Value>, signed in as "
               "CONTOSO\\alice",
        .on = ON_RST,
        .check = check_claim,
    },
    {
        .id = "WT-040",
        .level = FINDING_PRACTICE,
        .title = "Claims are in the dialect of the product",
        .section = TRUST_ELSE,
        .doc = "WS-Trust leaves the language of Claims to the Dialect; the "
               "product knows its own alone.",
        .good = "<Claims Dialect=\"" CLAIMS "\">",
        .bad = "<Claims>",
        .on = ON_RST,
        .check = check_dialect,
    },
    {
        .id = "WT-041",
        .level = FINDING_SHOULD,
        .title = "A Lifetime that is wished for begins before it ends",
        .section = "WS-Trust 1.3 section 4.1",
        .doc = "Created and Expires are xsd:dateTime in UTC. The service sets "
               "the lifetime itself; a wish that makes no sense is a clock or "
               "a time zone gone wrong.",
        .good = "<Created>2013-06-01T12:00:00Z</Created>"
                "<Expires>2013-06-01T20:00:00Z</Expires>",
        .bad = "<Created>2013-06-01T12:00:00Z</Created>"
               "<Expires>2013-06-01T11:00:00Z</Expires>",
        .on = ON_RST,
        .check = check_lifetime,
    },
    {.id = NULL},
};
