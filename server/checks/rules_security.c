/*
 * Rules of WS-Security: the Security header, UsernameToken and Timestamp of a
 * request for a web ticket. What needs the accounts of the world is seen by a
 * decoder (services/credentials.c).
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checks/checks.h"
#include "checks/soap_seen.h"
#include "util/env.h"
#include "util/stamp.h"
#include "wire/uris.h"

#define ON_RST    (TRAIT_RST | TRAIT_BODY)
#define SECURITY  "/Envelope/Header/Security"
#define TIMESTAMP SECURITY "/Timestamp"
#define WSS       "WSS SOAP Message Security 1.1 section "
#define UTP       "WSS UsernameToken Profile 1.0 section 3.1"

enum {
    CLOCK_TOLERANCE = 5 * 60, /* s: protocol: webticket 4.1 */
    ACTORS_MAX = 32,
};

static const char *const utility_uris[] = {URI_WSU, NULL};
static const char *const security_uris[] = {URI_WSSE, NULL};

/* ---- Credentials ---- */

/* A message that is judged, at the port for passwords in SOAP. */
static const struct soap_seen *with_password(struct check *check)
{
    return soap_at_port(check, "/Auth") ? soap_judged(check) : NULL;
}

/* Where the decoder reports what it sees. */
static bool is_met(struct check *check)
{
    const struct soap_seen *seen = with_password(check);

    return seen && seen->token.password;
}

static bool check_header(struct check *check)
{
    const struct soap_seen *seen = with_password(check);

    if (!seen) {
        return false;
    }
    if (!soap_security(seen)) {
        check_breach(check, "/Envelope/Header", SPAN_NONE,
                     "there is no Security header: the credentials belong "
                     "there");
    } else if (!seen->token.must_understand) {
        check_breach(check, SECURITY, soap_quote(check, "Security"),
                     "the Security header lacks mustUnderstand=\"1\" in the "
                     "namespace of the envelope");
    }
    return true;
}

static bool check_type(struct check *check)
{
    const struct soap_seen *seen = with_password(check);
    const char *type = seen ? seen->token.type : NULL;

    if (!seen || !seen->token.password) {
        return false;
    }
    if (type && strcmp(type, URI_PASSWORD_TEXT) != 0) {
        check_breach(check, SECURITY "/UsernameToken/Password/@Type",
                     soap_quote(check, type),
                     "the Type of Password is %s; the service takes "
                     "#PasswordText",
                     type);
    }
    return true;
}

static bool has_token(const struct soap_seen *seen)
{
    return seen->is_soap &&
           xml_child(soap_security(seen), security_uris, "UsernameToken");
}

/* By http all is refused, so it need not be a port of the service. */
static bool check_secure(struct check *check)
{
    const struct headers *headers = &check->ex->request.headers;
    const char *type = headers_get(headers, "Content-Type");

    if (!type || !strstr(type, "xml") || !soap_seen(check)->is_soap) {
        return false;
    }
    if (has_token(soap_seen(check))) {
        check_breach(check, SECURITY "/UsernameToken",
                     soap_quote(check, "UsernameToken"),
                     "a UsernameToken was sent by plain http; the password in "
                     "it is known to all on the way");
    }
    return true;
}

/* Of guests a UsernameToken carries the conference's key (webticket 4.5). */
static bool check_port(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);

    if (!seen || !has_token(seen)) {
        return false;
    }
    if (!soap_at_port(check, "/Auth") && !soap_at_port(check, "/Anon")) {
        check_breach(check, SECURITY "/UsernameToken",
                     soap_quote(check, "UsernameToken"),
                     "a UsernameToken was sent to %s, which does not ask for "
                     "one; passwords in SOAP go to .../Auth",
                     check->ex->request.path);
    }
    return true;
}

static bool check_complete(struct check *check)
{
    const struct soap_seen *seen = with_password(check);

    if (!seen || !soap_security(seen)) {
        return false;
    }
    switch (seen->flaw) {
    case USERTOKEN_NO_TOKEN:
    case USERTOKEN_NO_NAME:
    case USERTOKEN_NO_PASSWORD:
        check_breach(check, SECURITY, soap_quote(check, "UsernameToken"),
                     "Security holds no UsernameToken with Username and "
                     "Password, which is what this port asks for");
        break;
    case USERTOKEN_TWICE:
        check_breach(check, SECURITY, soap_quote(check, "UsernameToken"),
                     "there are two of what a UsernameToken has one of");
        break;
    case USERTOKEN_GOOD:
    case USERTOKEN_NO_SECURITY:
    case USERTOKEN_TWO_HEADERS:
    case USERTOKEN_DIGEST:
        break;
    }
    return true;
}

/* ---- The header ---- */

/* "": the last receiver, which is the server. */
static const char *actor_of(const struct check *check,
                            const struct soap_seen *seen, const xmlNode *node)
{
    bool newer = seen->soap.version == SOAP_1_2;
    const char *actor =
        xml_attribute_of(check->arena, node, newer ? URI_SOAP12 : URI_SOAP11,
                         newer ? "role" : "actor");

    return actor ? actor : "";
}

/* Each is compared with all before it, so no more than a few are. */
static bool is_any_repeated(const struct check *check,
                            const struct soap_seen *seen, const xmlNode *node)
{
    const char *actors[ACTORS_MAX];
    size_t count = 0;

    for (; node && count < ACTORS_MAX; node = xml_next(node)) {
        if (!xml_is(node, security_uris, "Security")) {
            continue;
        }
        actors[count] = actor_of(check, seen, node);
        for (size_t i = 0; i < count; i++) {
            if (strcmp(actors[i], actors[count]) == 0) {
                return true;
            }
        }
        count++;
    }
    return false;
}

static bool check_one_header(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);
    const xmlNode *node = seen ? soap_security(seen) : NULL;

    if (!node) {
        return false;
    }
    if (is_any_repeated(check, seen, node)) {
        check_breach(check, SECURITY, soap_quote(check, "Security"),
                     "there are two Security headers for one receiver");
    }
    return true;
}

/* ---- Timestamp ---- */

static const xmlNode *timestamp(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);

    return seen ? xml_child(soap_security(seen), utility_uris, "Timestamp")
                : NULL;
}

static bool is_near(int64_t time, int64_t now)
{
    return time > now - CLOCK_TOLERANCE * ENV_NS_PER_SEC &&
           time < now + CLOCK_TOLERANCE * ENV_NS_PER_SEC;
}

/* A scenario may have moved the world's clock: the real one will do, too. */
static bool check_clock(struct check *check)
{
    const xmlNode *node = timestamp(check);
    const char *text =
        xml_text(check->arena, xml_child(node, utility_uris, "Created"));
    int64_t created;

    if (!text || !stamp_parse(text, &created)) {
        return false;
    }
    if (!is_near(created, check->ex->began) &&
        !is_near(created, check->ex->date)) {
        check_breach(check, TIMESTAMP "/Created", soap_quote(check, text),
                     "the message was made at %s, and it is %s: more than five "
                     "minutes, so a strict server refuses it",
                     text, stamp_iso(check->arena, check->ex->began));
    }
    return true;
}

static bool is_utc(const char *text)
{
    size_t length = strlen(text);

    return length && (text[length - 1] == 'Z' ||
                      (length > 6 && strcmp(text + length - 6, "+00:00") == 0));
}

static bool check_utc(struct check *check)
{
    const xmlNode *node = timestamp(check);

    if (!node) {
        return false;
    }
    for (const xmlNode *n = xml_first(node); n; n = xml_next(n)) {
        const char *text = xml_text(check->arena, n);

        if (!is_utc(text)) {
            check_breach(check, TIMESTAMP, soap_quote(check, text),
                         "%s is %s; times are in UTC, with a Z behind them",
                         (const char *)n->name, text);
            break; /* thousands may follow, each of them looked up */
        }
    }
    return true;
}

static size_t count(const xmlNode *parent, const char *name)
{
    size_t found = 0;

    for (const xmlNode *n = xml_first(parent); n; n = xml_next(n)) {
        found += xml_is(n, utility_uris, name);
    }
    return found;
}

static bool check_timestamp_once(struct check *check)
{
    const xmlNode *node = timestamp(check);

    if (!node) {
        return false;
    }
    if (count(soap_security(soap_seen(check)), "Timestamp") > 1 ||
        count(node, "Created") > 1 || count(node, "Expires") > 1) {
        check_breach(check, TIMESTAMP, soap_quote(check, "Timestamp"),
                     "there are two of Timestamp, or of Created or Expires in "
                     "it; each is there once at most");
    }
    return true;
}

/* ---- The sheet ---- */

const struct rule rules_security[] = {
    {
        .id = "WT-021",
        .level = FINDING_SHOULD,
        .title = "Credentials in SOAP are in a Security header that must be "
                 "understood",
        .section = WSS "5; SOAP 1.1 section 4.2.3",
        .doc = "Without mustUnderstand a server that does not know WS-Security "
               "may pass the header by, and treat the message as one of "
               "nobody.",
        .good = "<wsse:Security s:mustUnderstand=\"1\">",
        .bad = "<wsse:Security>",
        .on = ON_RST,
        .check = check_header,
    },
    {
        .id = "WT-022",
        .level = FINDING_PRACTICE,
        .title = "Username and Password are base64 of UTF-8",
        .section = "protocol: webticket 4.3",
        .doc = "Clients of the product encode both, in spite of #PasswordText. "
               "lyncmock takes clear text, too; a password that happens to be "
               "valid base64 is then read as something else.",
        .good = "<wsse:Username>Q09OVE9TT1xhbGljZQ==</wsse:Username>",
        .bad = "<wsse:Username>CONTOSO\\alice</wsse:Username>",
        .on = ON_RST,
        .check = is_met,
    },
    {
        .id = "WT-023",
        .level = FINDING_SHOULD,
        .title = "A password in SOAP is sent over TLS alone",
        .section = UTP "; RFC 4559 section 6",
        .doc = "#PasswordText, base64 or not, is readable by everybody on the "
               "way: the profile wants a secure transport for it. The service "
               "refuses plain http, but by then the password is out.",
        .good = "POST https://lyncweb.contoso.test/WebTicket/"
                "WebTicketService.svc/Auth",
        .bad = "POST http://lyncweb.contoso.test/WebTicket/"
               "WebTicketService.svc/Auth",
        .on = TRAIT_PLAIN | TRAIT_BODY,
        .check = check_secure,
    },
    {
        .id = "WT-024",
        .level = FINDING_SHOULD,
        .title = "A password in SOAP goes to the port that asks for it",
        .section = "[MS-OCAUTHWS] 3.2; protocol: webticket 2.1",
        .doc = "Each port takes the credentials that its policy names. On the "
               "port for Windows authentication a UsernameToken proves "
               "nothing, and the password is given away for nothing.",
        .good = "UsernameToken to .../WebTicketService.svc/Auth",
        .bad = "UsernameToken to .../WebTicketService.svc",
        .on = ON_RST,
        .check = check_port,
    },
    {
        .id = "WT-025",
        .level = FINDING_PRACTICE,
        .title = "A Timestamp was made within five minutes",
        .section = WSS "10; protocol: webticket 4.1",
        .doc = "Receivers drop messages that are stale or from the future; "
               "five minutes is what WCF allows. It is the client's clock, or "
               "a Timestamp that is made once and sent with every message.",
        .good = "<wsu:Created> of this moment",
        .bad = "<wsu:Created> of when the program started",
        .on = ON_RST,
        .check = check_clock,
    },
    {
        .id = "WT-026",
        .level = FINDING_MUST,
        .title = "There is one Security header for one receiver",
        .section = WSS "5; WS-I Basic Security Profile 1.1 R3206, R3210",
        .doc = "Two Security headers must not have the same actor or role, and "
               "only one may have none. The server answers InvalidSecurity.",
        .good = "<s:Header><wsse:Security>...</wsse:Security></s:Header>",
        .bad = "<wsse:Security>...</wsse:Security><wsse:Security>..."
               "</wsse:Security>",
        .on = ON_RST,
        .check = check_one_header,
    },
    {
        .id = "WT-027",
        .level = FINDING_SHOULD,
        .title = "UsernameToken has one Username and one Password",
        .section = UTP,
        .doc = "The port for passwords takes nothing else. What lacks a part "
               "is refused like a wrong password, 28020, so the user is told "
               "to type it again.",
        .good = "<wsse:UsernameToken><wsse:Username>...<wsse:Password>...",
        .bad = "<wsse:UsernameToken><wsse:Username>...</wsse:UsernameToken>",
        .on = ON_RST,
        .check = check_complete,
    },
    {
        .id = "WT-028",
        .level = FINDING_PRACTICE,
        .title = "The Type of Password is #PasswordText",
        .section = UTP "; protocol: webticket 4.3",
        .doc = "The service checks passwords against the directory, which "
               "cannot be done with a digest: it gets the fault "
               "UnsupportedSecurityToken. Other types are unknown.",
        .good = "Type=\"" URI_PASSWORD_TEXT "\"",
        .bad = "Type=\"" URI_PASSWORD_DIGEST "\"",
        .on = ON_RST,
        .check = check_type,
    },
    {
        .id = "WT-029",
        .level = FINDING_MUST,
        .title = "Times of a Timestamp are in UTC",
        .section = WSS "10; WS-I Basic Security Profile 1.1 R3217, R3223",
        .doc = "All times must be in UTC. A local time without a zone is hours "
               "away from what was meant, and works for people in Iceland.",
        .good = "<wsu:Created>2013-06-01T12:00:00Z</wsu:Created>",
        .bad = "<wsu:Created>2013-06-01T14:00:00+02:00</wsu:Created>",
        .on = ON_RST,
        .check = check_utc,
    },
    {
        .id = "WT-030",
        .level = FINDING_SHOULD,
        .title = "Security has one Timestamp, and that one Created and Expires",
        .section = WSS "10",
        .doc = "Timestamp may be present once in a header, and each of its "
               "parts once. Of two a receiver takes one, or refuses both.",
        .good = "<wsu:Timestamp><wsu:Created/><wsu:Expires/></wsu:Timestamp>",
        .bad = "<wsu:Timestamp>...</wsu:Timestamp><wsu:Timestamp>..."
               "</wsu:Timestamp>",
        .on = ON_RST,
        .check = check_timestamp_once,
    },
    {.id = NULL},
};
