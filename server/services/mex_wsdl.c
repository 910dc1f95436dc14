/*
 * The metadata of the web ticket service, see mex_wsdl.h. Its shape is the
 * template of protocol: webticket 3.8: everything in one document, policies
 * and the one service as direct children of the root, no imports, because
 * pidgin-sipe follows none (webticket 8.3).
 */
#include "config.h"

#include "services/mex_wsdl.h"

#include <strings.h>

#include "services/issue.h"
#include "wire/uris.h"
#include "wire/xml.h"

#define URI_HTTP_POLICY "http://schemas.microsoft.com/ws/06/2004/policy/http"
#define URI_MESSAGE     "http://schemas.microsoft.com/Message"

/* ---- The ports ---- */

static bool offers(const struct world *world, const char *scheme)
{
    for (size_t i = 0; i < world->offer.windows_count; i++) {
        if (strcasecmp(world->offer.windows[i], scheme) == 0) {
            return true;
        }
    }
    return false;
}

static bool offers_windows(const struct world *world)
{
    return world->offer.windows_count > 0;
}

static bool offers_ntlm(const struct world *world)
{
    return offers(world, "NTLM");
}

#define HTTP_AUTHENTICATION(name)                                              \
    "<http:" name "Authentication xmlns:http=\"" URI_HTTP_POLICY "\"/>"

static const char *windows_assertion(const struct world *world)
{
    return offers(world, "Negotiate") ? HTTP_AUTHENTICATION("Negotiate")
                                      : HTTP_AUTHENTICATION("Ntlm");
}

static const char *ntlm_assertion(const struct world *world UNUSED)
{
    return HTTP_AUTHENTICATION("Ntlm");
}

static const char *no_assertion(const struct world *world UNUSED)
{
    return "";
}

static bool offers_soap(const struct world *world)
{
    return world->offer.soap;
}

static bool offers_anonymous(const struct world *world)
{
    return world->offer.anonymous;
}

/* As WCF has it for a user name over transport security (webticket 3.5). */
static const char username_token[] =
    "<sp:SignedSupportingTokens xmlns:sp=\"{sp}\"><wsp:Policy>"
    "<sp:UsernameToken"
    " sp:IncludeToken=\"{sp}/IncludeToken/AlwaysToRecipient\">"
    "<wsp:Policy><sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken>"
    "</wsp:Policy></sp:SignedSupportingTokens>"
    "<sp:Wss10 xmlns:sp=\"{sp}\"><wsp:Policy/></sp:Wss10>";

/*
 * One row for each kind of authentication. sipe takes its address from
 * WebTicketServiceWinNegotiate alone and knows no WinNtlm, so the port of that
 * name is there whenever any Windows scheme is; its policy says which one.
 * Both are at the bare address (protocol: webticket 2.1, E3 and E4).
 */
static const struct mex_port {
    const char *name;
    const char *path; /* below WEBTICKET_PATH */
    bool (*offered)(const struct world *world);
    /* What the policy says in front of the transport binding ... */
    const char *(*assertions)(const struct world *world);
    const char *layout;
    const char *tokens; /* ... and behind it, as a template */
} ports[] = {
    {"WebTicketServiceWinNegotiate", "", offers_windows, windows_assertion,
     "Strict", ""},
    {"WebTicketServiceWinNtlm", "", offers_ntlm, ntlm_assertion, "Strict", ""},
    {"WebTicketServiceAuth", "/Auth", offers_soap, no_assertion, "Lax",
     username_token},
    {"WebTicketServiceAnon", "/Anon", offers_anonymous, no_assertion, "Strict",
     ""},
};

/* ---- The document ---- */

static const char head[] =
    "<wsdl:definitions name=\"WebTicketService\""
    " targetNamespace=\"http://tempuri.org/\""
    " xmlns:wsdl=\"" URI_WSDL "\""
    " xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\""
    " xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\""
    " xmlns:wsu=\"" URI_WSU "\""
    " xmlns:wsp=\"" URI_WSP "\""
    " xmlns:wsx=\"" URI_WSX "\""
    " xmlns:wsaw=\"http://www.w3.org/2006/05/addressing/wsdl\""
    " xmlns:wsam=\"http://www.w3.org/2007/05/addressing/metadata\""
    " xmlns:wsa10=\"" URI_WSA "\""
    " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
    " xmlns:tns=\"http://tempuri.org/\">";

/* sipe builds the Id from the port's name (protocol: webticket 3.4). */
static const char policy[] =
    "<wsp:Policy wsu:Id=\"{port}_policy\"><wsp:ExactlyOne><wsp:All>"
    "{assertions}"
    "<sp:TransportBinding xmlns:sp=\"{sp}\"><wsp:Policy>"
    "<sp:TransportToken><wsp:Policy>{https-token}</wsp:Policy>"
    "</sp:TransportToken>"
    "<sp:AlgorithmSuite><wsp:Policy><sp:Basic256/></wsp:Policy>"
    "</sp:AlgorithmSuite>"
    "<sp:Layout><wsp:Policy><sp:{layout}/></wsp:Policy></sp:Layout>"
    "</wsp:Policy></sp:TransportBinding>{tokens}"
    "</wsp:All></wsp:ExactlyOne></wsp:Policy>";

/* WS-SecurityPolicy 1.1 has an attribute here, 1.2 a nested policy. */
static const char https_token_11[] =
    "<sp:HttpsToken RequireClientCertificate=\"false\"/>";
static const char https_token_12[] =
    "<sp:HttpsToken><wsp:Policy/></sp:HttpsToken>";

/* The body is free: WCF's contract for an untyped message (webticket 3.3). */
static const char contract[] =
    "<wsdl:types><xsd:schema targetNamespace=\"" URI_MESSAGE "\""
    " elementFormDefault=\"qualified\">"
    "<xsd:complexType name=\"MessageBody\"><xsd:sequence>"
    "<xsd:any minOccurs=\"0\" maxOccurs=\"unbounded\" namespace=\"##any\"/>"
    "</xsd:sequence></xsd:complexType></xsd:schema></wsdl:types>"
    "<wsdl:message name=\"IWebTicketService_IssueToken_InputMessage\">"
    "<wsdl:part name=\"rst\" type=\"q1:MessageBody\""
    " xmlns:q1=\"" URI_MESSAGE "\"/></wsdl:message>"
    "<wsdl:message name=\"IWebTicketService_IssueToken_OutputMessage\">"
    "<wsdl:part name=\"IssueTokenResult\" type=\"q2:MessageBody\""
    " xmlns:q2=\"" URI_MESSAGE "\"/></wsdl:message>"
    "<wsdl:portType name=\"IWebTicketService\">"
    "<wsdl:operation name=\"IssueToken\">"
    "<wsdl:input wsaw:Action=\"" ACTION_ISSUE "\""
    " message=\"tns:IWebTicketService_IssueToken_InputMessage\"/>"
    "<wsdl:output wsaw:Action=\"" ACTION_ISSUE_FINAL "\""
    " message=\"tns:IWebTicketService_IssueToken_OutputMessage\"/>"
    "</wsdl:operation></wsdl:portType>";

static const char binding[] =
    "<wsdl:binding name=\"{port}\" type=\"tns:IWebTicketService\">"
    "<wsp:PolicyReference URI=\"#{port}_policy\"/>"
    "<soap:binding transport=\"http://schemas.xmlsoap.org/soap/http\"/>"
    "<wsdl:operation name=\"IssueToken\">"
    "<soap:operation soapAction=\"" ACTION_ISSUE "\" style=\"document\"/>"
    "<wsdl:input><soap:body use=\"literal\"/></wsdl:input>"
    "<wsdl:output><soap:body use=\"literal\"/></wsdl:output>"
    "</wsdl:operation></wsdl:binding>";

static const char endpoint[] =
    "<wsdl:port name=\"{port}\" binding=\"tns:{port}\">"
    "<soap:address location=\"{address}\"/></wsdl:port>";

static const char *fill_tokens(struct arena *arena, const struct mex_port *port,
                               const char *sp)
{
    const struct xml_hole holes[] = {{"sp", sp, false}, {NULL, NULL, false}};
    AUTO_BUF out = {0};

    xml_fill(&out, port->tokens, holes);
    return arena_text(arena, buf_span(&out));
}

/* The template once for each port that this world offers. */
static void add_ports(struct buf *out, struct call *call, const char *template)
{
    bool newer = call->world->policy_200702;
    const char *sp = newer ? URI_SP_200702 : URI_SP;

    for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
        const struct mex_port *port = &ports[i];
        char *path = arena_printf(call->arena, WEBTICKET_PATH "%s", port->path);
        const struct xml_hole holes[] = {
            {"port", port->name, false},
            {"address", call_web_url(call, path), false},
            {"assertions", port->assertions(call->world), true},
            {"layout", port->layout, false},
            {"tokens", fill_tokens(call->arena, port, sp), true},
            {"sp", sp, false},
            {"https-token", newer ? https_token_12 : https_token_11, true},
            {NULL, NULL, false},
        };

        if (port->offered(call->world)) {
            xml_fill(out, template, holes);
        }
    }
}

void mex_wsdl_add(struct buf *out, struct call *call)
{
    buf_add_text(out, head);
    add_ports(out, call, policy);
    buf_add_text(out, contract);
    add_ports(out, call, binding);
    buf_add_text(out, "<wsdl:service name=\"WebTicketService\">");
    add_ports(out, call, endpoint);
    buf_add_text(out, "</wsdl:service></wsdl:definitions>");
}
