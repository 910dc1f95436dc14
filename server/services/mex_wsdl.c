/*
 * The metadata of the web ticket service, see mex_wsdl.h. Its shape is the
 * template of protocol: webticket 3.8: everything in one document, policies
 * and the one service as direct children of the root, no imports, because
 * pidgin-sipe follows none (webticket 8.3). A world may want it otherwise.
 */
#include "config.h"

#include "services/mex_wsdl.h"

#include <string.h>
#include <strings.h>

#include "services/issue.h"
#include "services/reach.h"
#include "wire/uris.h"
#include "wire/xml.h"

#define URI_HTTP_POLICY "http://schemas.microsoft.com/ws/06/2004/policy/http"
#define URI_MESSAGE     "http://schemas.microsoft.com/Message"

#define SAID(member) offsetof(struct mex_settings, member)

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

/* Ports of the product that are not emulated here. */
static bool offers_nowhere(const struct world *world UNUSED)
{
    return false;
}

/* As WCF has it for a user name over transport security (webticket 3.5). */
static const char username_token[] =
    "<sp:SignedSupportingTokens xmlns:sp=\"{sp}\"><wsp:Policy>"
    "<sp:UsernameToken"
    " sp:IncludeToken=\"{sp}/IncludeToken/AlwaysToRecipient\">"
    "<wsp:Policy><sp:WssUsernameToken10/></wsp:Policy></sp:UsernameToken>"
    "</wsp:Policy></sp:SignedSupportingTokens>"
    "<sp:Wss10 xmlns:sp=\"{sp}\"><wsp:Policy/></sp:Wss10>";

static const char x509_token[] =
    "<sp:EndorsingSupportingTokens xmlns:sp=\"{sp}\"><wsp:Policy>"
    "<sp:X509Token sp:IncludeToken=\"{sp}/IncludeToken/AlwaysToRecipient\">"
    "<wsp:Policy><sp:WssX509V3Token10/></wsp:Policy></sp:X509Token>"
    "</wsp:Policy></sp:EndorsingSupportingTokens>";

static const char issued_token[] =
    "<sp:SignedSupportingTokens xmlns:sp=\"{sp}\"><wsp:Policy>"
    "<sp:IssuedToken"
    " sp:IncludeToken=\"{sp}/IncludeToken/AlwaysToRecipient\">"
    "<sp:RequestSecurityTokenTemplate/></sp:IssuedToken>"
    "</wsp:Policy></sp:SignedSupportingTokens>";

/*
 * One row for each kind of authentication. sipe takes its address from
 * WebTicketServiceWinNegotiate alone and knows no WinNtlm, so the port of that
 * name is there whenever any Windows scheme is; its policy says which one.
 * Both are at the bare address (protocol: webticket 2.1, E3 and E4). The last
 * three are there where a world lies alone.
 */
static const struct mex_port {
    const char *name;
    const char *path; /* below WEBTICKET_PATH */
    bool (*offered)(const struct world *world);
    size_t said; /* offset of the enum mex_port_said in a mex_settings */
    /* What the policy says in front of the transport binding ... */
    const char *(*assertions)(const struct world *world);
    const char *layout;
    const char *tokens; /* ... and behind it, as a template */
} ports[] = {
    {"WebTicketServiceWinNegotiate", "", offers_windows, SAID(negotiate),
     windows_assertion, "Strict", ""},
    {"WebTicketServiceWinNtlm", "", offers_ntlm, SAID(ntlm), ntlm_assertion,
     "Strict", ""},
    {"WebTicketServiceAuth", "/Auth", offers_soap, SAID(auth), no_assertion,
     "Lax", username_token},
    {"WebTicketServiceAnon", "/Anon", offers_anonymous, SAID(anon),
     no_assertion, "Strict", ""},
    {"WebTicketServiceCert", "/Cert", offers_nowhere, SAID(cert), no_assertion,
     "Lax", x509_token},
    {"WebTicketServicePin", "/Pin", offers_nowhere, SAID(pin), no_assertion,
     "Lax", username_token},
    {"WsFedBearer", "/WsFed_bearer", offers_nowhere, SAID(fed), no_assertion,
     "Lax", issued_token},
};

static bool is_in(const struct mex_port *port, const struct world *world)
{
    enum mex_port_said said;

    memcpy(&said, (const char *)&world->mex + port->said, sizeof(said));
    return said == MEX_PORT_AUTO ? port->offered(world) : said == MEX_PORT_YES;
}

static bool is_windows(const struct mex_port *port)
{
    return !*port->path;
}

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
    "{reference}"
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

/* Where the metadata says that this port is. */
static const char *address_of(struct call *call, const struct mex_port *port)
{
    const struct mex_settings *mex = &call->world->mex;
    const char *path =
        arena_printf(call->arena, WEBTICKET_PATH "%s", port->path);
    const char *url = call_web_url(call, path);

    if (mex->host && *mex->host) {
        url = arena_printf(call->arena, "https://%s%s", mex->host, path);
    }
    return mex->http
               ? arena_printf(call->arena, "http%s", url + strlen("https"))
               : url;
}

static const char *reference_of(struct call *call, const struct mex_port *port)
{
    return call->world->mex.no_policies
               ? ""
               : arena_printf(call->arena,
                              "<wsp:PolicyReference URI=\"#%s_policy\"/>",
                              port->name);
}

static void add_port(struct buf *out, struct call *call, const char *template,
                     const struct mex_port *port)
{
    bool newer = call->world->mex.policy_200702;
    const char *sp = newer ? URI_SP_200702 : URI_SP;
    const struct xml_hole holes[] = {
        {"port", port->name, false},
        {"address", address_of(call, port), false},
        {"reference", reference_of(call, port), true},
        {"assertions", port->assertions(call->world), true},
        {"layout", port->layout, false},
        {"tokens", fill_tokens(call->arena, port, sp), true},
        {"sp", sp, false},
        {"https-token", newer ? https_token_12 : https_token_11, true},
        {NULL, NULL, false},
    };

    xml_fill(out, template, holes);
}

/* The template once for each port of these kinds that is in the document. */
static void add_ports(struct buf *out, struct call *call, const char *template,
                      bool windows, bool others)
{
    for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
        if (is_in(&ports[i], call->world) &&
            (is_windows(&ports[i]) ? windows : others)) {
            add_port(out, call, template, &ports[i]);
        }
    }
}

static void add_service(struct buf *out, struct call *call, const char *name,
                        bool windows, bool others)
{
    buf_printf(out, "<wsdl:service name=\"%s\">", name);
    add_ports(out, call, endpoint, windows, others);
    buf_add_text(out, "</wsdl:service>");
}

/* protocol: webticket 8.3: sipe reads the first service alone, so the one that
 * it needs is the second. */
static void add_services(struct buf *out, struct call *call, bool two)
{
    call_reach(call, POINT_MEX_ADDRESS);
    if (two) {
        add_service(out, call, "WebTicketServiceOthers", false, true);
        add_service(out, call, "WebTicketService", true, false);
    } else {
        add_service(out, call, "WebTicketService", true, true);
    }
}

/* As WCF splits its documents: the service here, all else over there. */
static void add_import(struct buf *out, struct call *call)
{
    const struct xml_hole holes[] = {
        {"location", call_web_url(call, WEBTICKET_PATH "?" MEX_WSDL_IMPORTED),
         false},
        {NULL, NULL, false},
    };

    xml_fill(out,
             "<wsdl:import namespace=\"http://tempuri.org/\""
             " location=\"{location}\"/>",
             holes);
}

/* What bindings are made of: all but where they are. */
static void add_contract(struct buf *out, struct call *call)
{
    call_reach(call, POINT_MEX_POLICY);
    if (!call->world->mex.no_policies) {
        add_ports(out, call, policy, true, true);
    }
    buf_add_text(out, contract);
    add_ports(out, call, binding, true, true);
}

void mex_wsdl_add(struct buf *out, struct call *call, bool imported)
{
    enum mex_document shape;

    call_reach(call, POINT_MEX_PORTS);
    shape = call->world->mex.document;
    buf_add_text(out, head);
    if (imported) {
        add_contract(out, call);
    } else if (shape == MEX_IMPORT) {
        add_import(out, call);
        add_services(out, call, false);
    } else if (shape != MEX_EMPTY) {
        add_contract(out, call);
        add_services(out, call, shape == MEX_TWO_SERVICES);
    }
    buf_add_text(out, "</wsdl:definitions>");
}
