/*
 * Rules of the message that asks for a web ticket: SOAP 1.1 and 1.2 over HTTP,
 * WS-Addressing. What is in its body is judged in rules_rst.c.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/checks.h"
#include "checks/soap_seen.h"
#include "util/url.h"
#include "wire/uris.h"

#define ON_RST (TRAIT_RST | TRAIT_BODY)

static const char *const addressing_uris[] = {URI_WSA, URI_WSA_200408, NULL};

static bool is_soap_11(const struct soap_seen *seen)
{
    return seen && seen->soap.version == SOAP_1_1;
}

static const char *header(const struct check *check, const char *name)
{
    return headers_get(&check->ex->request.headers, name);
}

static const char *name_of(const xmlNode *node)
{
    return (const char *)node->name;
}

/* ---- The document ---- */

/* The decoder reports it (services/soap_reply.c). */
static bool is_answered(struct check *check)
{
    return check->ex->sent.status != 401;
}

/* soap_decode lets nothing else than Header and Body be there. */
static bool check_order(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);

    if (!seen || !seen->soap.header) {
        return false;
    }
    if (!xml_next(seen->soap.header)) {
        check_breach(check, "/Envelope/Header", SPAN_NONE,
                     "Header stands behind Body; it must be the first child "
                     "of Envelope");
    }
    return true;
}

static bool check_qualified(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);

    if (!seen || !xml_first(seen->soap.header)) {
        return false;
    }
    for (const xmlNode *n = xml_first(seen->soap.header); n; n = xml_next(n)) {
        if (!n->ns) {
            check_breach(check, "/Envelope/Header/*",
                         soap_quote(check, name_of(n)),
                         "the header entry %s is in no namespace; each must be "
                         "in one",
                         name_of(n));
            break; /* thousands may follow, each of them looked up */
        }
    }
    return true;
}

/* ---- Over HTTP ---- */

static bool check_media_type(struct check *check)
{
    const char *type = header(check, "Content-Type");
    size_t length = type ? strcspn(type, "; \t") : 0;

    if (!is_soap_11(soap_judged(check))) {
        return false;
    }
    if (length != strlen("text/xml") ||
        strncasecmp(type, "text/xml", length) != 0) {
        check_breach(check, "Content-Type", span_text(type),
                     "the media type of SOAP 1.1 is text/xml, not %s",
                     type ? type : "none");
    }
    return true;
}

static bool check_action_header(struct check *check)
{
    if (!is_soap_11(soap_judged(check))) {
        return false;
    }
    if (!header(check, "SOAPAction")) {
        check_breach(check, "SOAPAction", SPAN_NONE,
                     "there is no SOAPAction header; SOAP 1.1 over HTTP wants "
                     "it: SOAPAction: \"%s\"",
                     ACTION_ISSUE);
    }
    return true;
}

static bool check_action(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);
    const char *action;

    if (!seen) {
        return false;
    }
    action =
        soap_action(check->arena, &seen->soap, &check->ex->request.headers);
    if (!action) {
        return false;
    }
    if (strcmp(action, ACTION_ISSUE) != 0 &&
        strcmp(action, ACTION_ISSUE_200502) != 0) {
        check_breach(check, "SOAPAction", span_text(action),
                     "the action of IssueToken is %s, not %s", ACTION_ISSUE,
                     action);
    }
    return true;
}

/* "utf-8" of `charset="utf-8"` or `encoding='utf-8'`; empty: not said. */
static struct span value_behind(struct span text, const char *label)
{
    size_t at = span_find(text, span_text(label), 0);
    struct span value;
    size_t length = 0;

    if (at == SIZE_MAX) {
        return SPAN_NONE;
    }
    value = span_slice(text, at + strlen(label), 40);
    if (value.size && strchr("\"'", value.data[0])) {
        value = span_slice(value, 1, value.size);
    }
    while (length < value.size && !strchr("\"'; \t?>", value.data[length])) {
        length++;
    }
    return span_slice(value, 0, length);
}

static struct span declared_encoding(struct span body)
{
    struct span start = span_slice(body, 0, 128);
    size_t end = span_find(start, span_text("?>"), 0);

    if (!span_starts(start, "<?xml") || end == SIZE_MAX) {
        return SPAN_NONE;
    }
    return value_behind(span_slice(start, 0, end), "encoding=");
}

static bool check_charset(struct check *check)
{
    struct span said =
        value_behind(span_text(header(check, "Content-Type")), "charset=");
    struct span declared = declared_encoding(check->ex->request.body);

    if (!is_answered(check) || !said.size || !declared.size) {
        return false;
    }
    if (said.size != declared.size ||
        strncasecmp((const char *)said.data, (const char *)declared.data,
                    said.size) != 0) {
        check_breach(check, "Content-Type", declared,
                     "Content-Type says charset=%.*s, the XML declaration "
                     "encoding=\"%.*s\"; the header counts, so the document "
                     "is read wrongly",
                     (int)said.size, (const char *)said.data,
                     (int)declared.size, (const char *)declared.data);
    }
    return true;
}

/* ---- WS-Addressing ---- */

static bool check_action_agrees(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);
    const char *sent = header(check, "SOAPAction");
    struct soap bare;
    const char *action;

    if (!is_soap_11(seen) || !sent || !seen->soap.action ||
        strcmp(seen->soap.addressing, URI_WSA) != 0) {
        return false;
    }
    bare = (struct soap){.version = SOAP_1_1};
    action = soap_action(check->arena, &bare, &check->ex->request.headers);
    if (action && strcmp(action, seen->soap.action) != 0) {
        check_breach(check, "SOAPAction", span_text(sent),
                     "SOAPAction says %s, wsa:Action %s; SOAPAction is the "
                     "same or empty",
                     action, seen->soap.action);
    }
    return true;
}

static bool check_action_there(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);

    if (!seen || !seen->soap.addressing) {
        return false;
    }
    if (!seen->soap.action || !*seen->soap.action) {
        check_breach(check, "/Envelope/Header", SPAN_NONE,
                     "there are WS-Addressing headers, and no Action among "
                     "them, which is required");
    }
    return true;
}

static size_t count_headers(const struct soap_seen *seen, const char *name)
{
    size_t count = 0;

    for (const xmlNode *n = xml_first(seen->soap.header); n; n = xml_next(n)) {
        count += xml_is(n, addressing_uris, name);
    }
    return count;
}

static bool check_addressed_once(struct check *check)
{
    static const char *const names[] = {"To", "ReplyTo", "FaultTo", "Action",
                                        "MessageID"};
    const struct soap_seen *seen = soap_judged(check);

    if (!seen || !seen->soap.addressing) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (count_headers(seen, names[i]) > 1) {
            check_breach(check, "/Envelope/Header", soap_quote(check, names[i]),
                         "there are two %s headers of WS-Addressing; each is "
                         "there once at most",
                         names[i]);
        }
    }
    return true;
}

static bool is_this_port(const struct check *check, const char *to)
{
    const struct request *request = &check->ex->request;
    struct url url;

    return url_parse(check->arena, to, &url) &&
           strcmp(url.host, request->host) == 0 &&
           strcasecmp(url.path, request->path) == 0;
}

static bool check_to(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);
    const char *to = seen ? seen->soap.to : NULL;

    if (!to || strcmp(to, URI_WSA "/anonymous") == 0) {
        return false;
    }
    if (!is_this_port(check, to)) {
        check_breach(check, "/Envelope/Header/To", soap_quote(check, to),
                     "wsa:To is %s; the message was sent to https://%s%s", to,
                     check->ex->request.host, check->ex->request.path);
    }
    return true;
}

/* ---- The sheet ---- */

const struct rule rules_soap[] = {
    {
        .id = "WT-001",
        .level = FINDING_MUST,
        .title = "What is posted to a SOAP port is a SOAP envelope",
        .section = "SOAP 1.1 section 4; SOAP 1.2 part 1 section 5",
        .doc =
            "The body must be well-formed XML whose root is Envelope in the "
            "namespace of SOAP 1.1 or 1.2, with one Body. What is none never "
            "reaches the service: the answer is a page of HTML with 400, "
            "and nothing in it says why.",
        .good = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/"
                "envelope/\"><s:Body>...</s:Body></s:Envelope>",
        .bad = "<RequestSecurityToken xmlns=\"...\">...",
        .on = ON_RST,
        .check = is_answered,
    },
    {
        .id = "WT-002",
        .level = FINDING_MUST,
        .title = "A SOAP message has no document type declaration",
        .section = "SOAP 1.1 section 3; SOAP 1.2 part 1 section 5",
        .doc = "A DTD can name entities that make a small document huge or "
               "read files of the server, so SOAP forbids all of them. The "
               "message is refused before it is read.",
        .good = "<?xml version=\"1.0\"?><s:Envelope ...>",
        .bad = "<?xml version=\"1.0\"?><!DOCTYPE s:Envelope><s:Envelope ...>",
        .on = ON_RST,
        .check = is_answered,
    },
    {
        .id = "WT-003",
        .level = FINDING_MUST,
        .title = "A SOAP message has no processing instructions",
        .section = "SOAP 1.1 section 3",
        .doc = "An XML declaration at the very beginning is allowed; anything "
               "else of the form <?name ...?> is not, and libraries that add a "
               "stylesheet or an application's mark make the message invalid.",
        .good = "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope ...>",
        .bad = "<?xml version=\"1.0\"?><?mso-application progid=\"x\"?>"
               "<s:Envelope ...>",
        .on = ON_RST,
        .check = is_answered,
    },
    {
        .id = "WT-004",
        .level = FINDING_MUST,
        .title = "Header comes before Body",
        .section = "SOAP 1.1 section 4",
        .doc = "If there is a Header it must be the first child of Envelope. "
               "Streaming readers have passed the Body when they find the "
               "headers that say how to read it.",
        .good = "<s:Envelope><s:Header>...</s:Header><s:Body>...</s:Body>",
        .bad = "<s:Envelope><s:Body>...</s:Body><s:Header>...</s:Header>",
        .on = ON_RST,
        .check = check_order,
    },
    {
        .id = "WT-005",
        .level = FINDING_MUST,
        .title = "Each header entry is in a namespace",
        .section = "SOAP 1.1 section 4.2; SOAP 1.2 part 1 section 5.2.1",
        .doc = "All immediate children of Header must be namespace-qualified: "
               "a server cannot know whose an unqualified Security is, and "
               "passes it by.",
        .good = "<Security xmlns=\"http://docs.oasis-open.org/wss/2004/01/"
                "oasis-200401-wss-wssecurity-secext-1.0.xsd\">",
        .bad = "<Security>",
        .on = ON_RST,
        .check = check_qualified,
    },
    {
        .id = "WT-006",
        .level = FINDING_MUST,
        .title = "SOAP 1.1 is sent as text/xml",
        .section = "SOAP 1.1 section 6",
        .doc = "HTTP applications must use the media type text/xml for SOAP "
               "1.1. Services of WCF answer 415 to another one before they "
               "look at the message.",
        .good = "Content-Type: text/xml; charset=utf-8",
        .bad = "Content-Type: application/x-www-form-urlencoded",
        .on = ON_RST,
        .check = check_media_type,
    },
    {
        .id = "WT-007",
        .level = FINDING_MUST,
        .title = "SOAP 1.1 over HTTP carries a SOAPAction header",
        .section = "SOAP 1.1 section 6.1.1",
        .doc = "A client must use the header in each SOAP request over HTTP. "
               "The web ticket service finds its operation by it.",
        .good = "SOAPAction: \"" ACTION_ISSUE "\"",
        .bad = "no SOAPAction at all",
        .on = ON_RST,
        .check = check_action_header,
    },
    {
        .id = "WT-008",
        .level = FINDING_SHOULD,
        .title = "The action of a request for a ticket is RST/Issue",
        .section = "[MS-OCAUTHWS] 3.2.4.1; WS-Trust 1.3 section 3.1",
        .doc = "Another one is answered with the fault ActionNotSupported, on "
               "the port for passwords only after the password was found "
               "good.",
        .good = "SOAPAction: \"" ACTION_ISSUE "\"",
        .bad = "SOAPAction: \"http://tempuri.org/IWebTicketService/"
               "IssueToken\"",
        .on = ON_RST,
        .check = check_action,
    },
    {
        .id = "WT-009",
        .level = FINDING_MUST,
        .title = "SOAPAction and wsa:Action say the same",
        .section = "WS-Addressing 1.0 SOAP Binding section 4.2",
        .doc =
            "With WS-Addressing the header field must be either the value "
            "of wsa:Action in quotation marks or empty; else a strict server "
            "answers InvalidAddressingHeader.",
        .good = "SOAPAction: \"urn:a\" beside <wsa:Action>urn:a</wsa:Action>",
        .bad = "SOAPAction: \"urn:a\" beside <wsa:Action>urn:b</wsa:Action>",
        .on = ON_RST,
        .check = check_action_agrees,
    },
    {
        .id = "WT-010",
        .level = FINDING_MUST,
        .title = "A message with WS-Addressing headers has an Action",
        .section = "WS-Addressing 1.0 Core section 3.2",
        .doc = "Action is the one header that is REQUIRED. A message with To "
               "and MessageID alone is answered with "
               "MessageAddressingHeaderRequired.",
        .good = "<wsa:Action>" ACTION_ISSUE "</wsa:Action>",
        .bad = "<s:Header><wsa:MessageID>urn:uuid:1</wsa:MessageID></s:Header>",
        .on = ON_RST,
        .check = check_action_there,
    },
    {
        .id = "WT-011",
        .level = FINDING_MUST,
        .title = "Each WS-Addressing header is there once at most",
        .section = "WS-Addressing 1.0 SOAP Binding section 3.2.2",
        .doc = "A message must not contain more than one To, ReplyTo, FaultTo, "
               "Action or MessageID for one recipient. Which of two is meant, "
               "nobody can tell.",
        .good = "<wsa:MessageID>urn:uuid:1</wsa:MessageID>",
        .bad = "<wsa:MessageID>urn:uuid:1</wsa:MessageID><wsa:MessageID>"
               "urn:uuid:2</wsa:MessageID>",
        .on = ON_RST,
        .check = check_addressed_once,
    },
    {
        .id = "WT-012",
        .level = FINDING_SHOULD,
        .title = "wsa:To is the address of the port that is asked",
        .section = "WS-Addressing 1.0 Core section 3.2",
        .doc = "To is the address of the intended receiver. WCF compares it "
               "with the address it listens at, and answers "
               "DestinationUnreachable where they differ: mostly an internal "
               "name behind a reverse proxy, or a port that was left out of "
               "one of the two.",
        .good = "<wsa:To>https://lyncweb.contoso.test/WebTicket/"
                "WebTicketService.svc</wsa:To>",
        .bad = "<wsa:To>https://pool01.contoso.test/</wsa:To>",
        .on = ON_RST,
        .check = check_to,
    },
    {
        .id = "WT-013",
        .level = FINDING_SHOULD,
        .title = "charset and the encoding of the document agree",
        .section = "RFC 7303 section 3",
        .doc = "The charset of Content-Type beats what the XML declaration "
               "says. Where the two differ, names and passwords with letters "
               "beyond ASCII come out wrong.",
        .good = "Content-Type: text/xml; charset=utf-8 and <?xml "
                "version=\"1.0\" encoding=\"utf-8\"?>",
        .bad = "Content-Type: text/xml; charset=utf-8 and <?xml "
               "version=\"1.0\" encoding=\"iso-8859-1\"?>",
        .on = ON_RST,
        .check = check_charset,
    },
    {.id = NULL},
};
