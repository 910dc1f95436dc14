/* The metadata document: every way to ask, and what pidgin-sipe looks up. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "endpoint.h"
#include "wire/uris.h"

#define PATH "/WebTicket/WebTicketService.svc"

extern const struct service service_mex;

static struct endpoint e;

static const char *const wsdl[] = {URI_WSDL, NULL};
static const char *const wsp[] = {URI_WSP, NULL};
static const char *const sp11[] = {URI_SP, NULL};
static const char *const sp12[] = {URI_SP_200702, NULL};
static const char *const http[] = {
    "http://schemas.microsoft.com/ws/06/2004/policy/http", NULL};
static const char *const soap[] = {"http://schemas.xmlsoap.org/wsdl/soap/",
                                   NULL};

static xmlDoc *parse(const char *text)
{
    struct xml_report report;
    xmlDoc *doc = NULL;

    if (xml_parse(span_text(text), &doc, &report) != XML_OK) {
        fail_msg("%d:%d: %s", report.line, report.column, report.text);
    }
    return doc;
}

static xmlDoc *get(const char *path)
{
    endpoint_request(&e);
    endpoint_call(&e, path, METHOD_GET, NULL);
    assert_int_equal(e.ex->reply.status, 200);
    assert_string_equal(endpoint_header(&e, "Content-Type"),
                        "text/xml; charset=utf-8");
    return parse(endpoint_body(&e));
}

static void offer(const char *first, const char *second)
{
    e.world->offer.windows[0] = first;
    e.world->offer.windows[1] = second;
    e.world->offer.windows_count = (first ? 1u : 0u) + (second ? 1u : 0u);
}

/* The child with this value in an attribute, whatever its namespace. */
static const xmlNode *named(const xmlNode *parent, const char *element,
                            const char *attribute, const char *value)
{
    for (const xmlNode *n = xml_first(parent); n; n = xml_next(n)) {
        xmlChar *found = xmlGetProp(n, (const xmlChar *)attribute);
        bool same = found && strcmp((const char *)found, value) == 0;

        xmlFree(found);
        if (same && xml_is(n, NULL, element)) {
            return n;
        }
    }
    return NULL;
}

static const xmlNode *policy_of(const xmlDoc *doc, const char *port)
{
    const xmlNode *policy = named(xml_root(doc), "Policy", "Id",
                                  arena_printf(e.ex->arena, "%s_policy", port));

    return xml_child(xml_child(policy, wsp, "ExactlyOne"), wsp, "All");
}

static const char *address_of(const xmlDoc *doc, const char *name)
{
    const xmlNode *service = xml_child(xml_root(doc), wsdl, "service");
    const xmlNode *port = named(service, "port", "name", name);

    return xml_attribute(e.ex->arena, xml_child(port, soap, "address"),
                         "location");
}

/* protocol: webticket 8.3: direct children of the root, one service. */
static void test_document(void **state)
{
    static const char *const paths[] = {PATH "/mex", PATH};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        AUTO(xml_doc) doc = get(paths[i]);
        size_t services = 0;

        assert_true(xml_is(xml_root(doc), wsdl, "definitions"));
        for (const xmlNode *n = xml_first(xml_root(doc)); n; n = xml_next(n)) {
            services += xml_is(n, wsdl, "service");
            assert_false(xml_is(n, wsdl, "import"));
        }
        assert_int_equal(services, 1);
        assert_string_equal(address_of(doc, "WebTicketServiceWinNegotiate"),
                            "https://lyncweb.contoso.test" PATH);
        assert_string_equal(endpoint_remark(&e, "mex.form"), "GET");
        assert_string_not_equal(endpoint_header(&e, "X-MS-Server-Fqdn"), "");
    }
}

static void test_what_is_offered(void **state)
{
    static const struct {
        const char *first;
        const char *second;
        const char *negotiate; /* assertion at WinNegotiate; NULL: no port */
        const char *ntlm;
    } rows[] = {
        {"Negotiate", "NTLM", "NegotiateAuthentication", "NtlmAuthentication"},
        {"NTLM", "Negotiate", "NegotiateAuthentication", "NtlmAuthentication"},
        {"Negotiate", NULL, "NegotiateAuthentication", NULL},
        {"NTLM", NULL, "NtlmAuthentication", "NtlmAuthentication"},
        {NULL, NULL, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(xml_doc) doc = NULL;
        const xmlNode *negotiate;
        const xmlNode *ntlm;

        offer(rows[i].first, rows[i].second);
        doc = get(PATH "/mex");
        negotiate = policy_of(doc, "WebTicketServiceWinNegotiate");
        ntlm = policy_of(doc, "WebTicketServiceWinNtlm");
        assert_true((negotiate != NULL) == (rows[i].negotiate != NULL));
        assert_true((ntlm != NULL) == (rows[i].ntlm != NULL));
        assert_true((address_of(doc, "WebTicketServiceWinNtlm") != NULL) ==
                    (rows[i].ntlm != NULL));
        if (negotiate) {
            assert_non_null(xml_child(negotiate, http, rows[i].negotiate));
        }
        if (ntlm) {
            assert_non_null(xml_child(ntlm, http, rows[i].ntlm));
        }
    }
    offer("Negotiate", "NTLM");
}

/* protocol: webticket 3.5: what each port asks for, and nothing of others. */
static void test_soap_ports(void **state)
{
    static const struct {
        bool newer;
        const char *const *sp;
        const char *include;
    } rows[] = {
        {false, sp11, URI_SP "/IncludeToken/AlwaysToRecipient"},
        {true, sp12, URI_SP_200702 "/IncludeToken/AlwaysToRecipient"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(xml_doc) doc = NULL;
        const char *const *sp = rows[i].sp;
        const xmlNode *auth;
        const xmlNode *anon;
        const xmlNode *tokens;
        const xmlNode *token;

        e.world->mex.policy_200702 = rows[i].newer;
        doc = get(PATH "/mex");
        auth = policy_of(doc, "WebTicketServiceAuth");
        anon = policy_of(doc, "WebTicketServiceAnon");
        tokens = xml_child(auth, sp, "SignedSupportingTokens");
        token = xml_first(xml_child(tokens, wsp, "Policy"));
        assert_true(xml_is(token, sp, "UsernameToken"));
        assert_non_null(named(xml_first(tokens), "UsernameToken",
                              "IncludeToken", rows[i].include));
        assert_non_null(xml_child(xml_child(token, wsp, "Policy"), sp,
                                  "WssUsernameToken10"));
        assert_non_null(xml_child(auth, sp, "TransportBinding"));
        assert_non_null(xml_child(auth, sp, "Wss10"));
        assert_non_null(xml_child(anon, sp, "TransportBinding"));
        assert_null(xml_next(xml_first(anon)));
        assert_null(xml_child(policy_of(doc, "WebTicketServiceWinNegotiate"),
                              sp, "SignedSupportingTokens"));
        assert_string_equal(address_of(doc, "WebTicketServiceAuth"),
                            "https://lyncweb.contoso.test" PATH "/Auth");
        assert_string_equal(address_of(doc, "WebTicketServiceAnon"),
                            "https://lyncweb.contoso.test" PATH "/Anon");
    }
    e.world->mex.policy_200702 = false;
}

/* A port is there exactly when it is offered, whatever the others are. */
static void test_soap_ports_offered(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 8; bits++) {
        AUTO(xml_doc) doc = NULL;

        e.world->offer.soap = bits & 1;
        e.world->offer.anonymous = bits & 2;
        offer(bits & 4 ? "NTLM" : NULL, NULL);
        doc = get(PATH "/mex");
        assert_true((address_of(doc, "WebTicketServiceAuth") != NULL) ==
                    e.world->offer.soap);
        assert_true((policy_of(doc, "WebTicketServiceAuth") != NULL) ==
                    e.world->offer.soap);
        assert_true((address_of(doc, "WebTicketServiceAnon") != NULL) ==
                    e.world->offer.anonymous);
        assert_true((policy_of(doc, "WebTicketServiceAnon") != NULL) ==
                    e.world->offer.anonymous);
        assert_true((address_of(doc, "WebTicketServiceWinNtlm") != NULL) ==
                    ((bits & 4) != 0));
    }
    e.world->offer.soap = true;
    e.world->offer.anonymous = true;
    offer("Negotiate", "NTLM");
}

/* Every port has its policy, its binding, and they refer to each other. */
static void test_ports_hang_together(void **state)
{
    AUTO(xml_doc) doc = get(PATH "/mex");
    const xmlNode *root = xml_root(doc);
    const xmlNode *service = xml_child(root, wsdl, "service");

    (void)state;
    for (const xmlNode *n = xml_first(service); n; n = xml_next(n)) {
        struct arena *arena = e.ex->arena;
        const char *name = xml_attribute(arena, n, "name");
        const xmlNode *binding = named(root, "binding", "name", name);

        assert_string_equal(xml_attribute(arena, n, "binding"),
                            arena_printf(arena, "tns:%s", name));
        assert_string_equal(
            xml_attribute(arena, xml_child(binding, wsp, "PolicyReference"),
                          "URI"),
            arena_printf(arena, "#%s_policy", name));
        assert_string_equal(xml_attribute(arena, binding, "type"),
                            "tns:IWebTicketService");
        assert_non_null(policy_of(doc, name));
    }
}

static void test_policy_namespaces(void **state)
{
    AUTO(xml_doc) older = get(PATH "/mex");
    AUTO(xml_doc) newer = NULL;

    (void)state;
    assert_non_null(xml_child(policy_of(older, "WebTicketServiceWinNegotiate"),
                              sp11, "TransportBinding"));
    assert_non_null(strstr(endpoint_body(&e), "RequireClientCertificate"));
    e.world->mex.policy_200702 = true;
    newer = get(PATH "/mex");
    e.world->mex.policy_200702 = false;
    assert_non_null(xml_child(policy_of(newer, "WebTicketServiceWinNegotiate"),
                              sp12, "TransportBinding"));
    assert_null(strstr(endpoint_body(&e), URI_SP));
    assert_null(strstr(endpoint_body(&e), "RequireClientCertificate"));
}

/* The address follows the name, the site and the port that the client used. */
static void test_addresses(void **state)
{
    static const struct {
        const char *host;
        const char *port;
        const char *address;
    } rows[] = {
        {"lyncweb.contoso.test", "8443",
         "https://lyncweb.contoso.test:8443" PATH},
        {"lyncint.contoso.test", "", "https://lyncint.contoso.test" PATH},
        {"lyncweb2.contoso.test", "443",
         "https://lyncweb2.contoso.test:443" PATH},
    };

    (void)state;
    e.world->location = LOCATION_BOTH;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(xml_doc) doc = NULL;
        struct exchange *ex = endpoint_request(&e);
        const char *address;

        ex->request.host = rows[i].host;
        ex->request.port = rows[i].port;
        endpoint_call(&e, PATH "/mex", METHOD_GET, NULL);
        doc = parse(endpoint_body(&e));
        address = address_of(doc, "WebTicketServiceWinNtlm");
        assert_non_null(address);
        assert_string_equal(address, rows[i].address);
    }
    e.world->location = LOCATION_EXTERNAL;
}

/* ---- By POST ---- */

static void post(const char *action, const char *body)
{
    struct exchange *ex = endpoint_request(&e);

    if (action) {
        headers_add(&ex->request.headers, ex->arena, "SOAPAction", action);
    }
    ex->request.body = span_text(body);
    endpoint_call(&e, PATH "/mex", METHOD_POST, NULL);
}

static const xmlNode *definitions_in(const xmlDoc *doc)
{
    const xmlNode *body = xml_child(xml_root(doc), NULL, "Body");
    const xmlNode *section =
        xml_child(xml_child(body, NULL, "Metadata"), NULL, "MetadataSection");

    return xml_child(section, wsdl, "definitions");
}

/* protocol: webticket 3.2, form 3. */
static void test_transfer_get(void **state)
{
    AUTO(xml_doc) doc = NULL;

    (void)state;
    post(NULL, "<s:Envelope xmlns:s='" URI_SOAP12 "' xmlns:a='" URI_WSA
               "'><s:Header><a:Action s:mustUnderstand='1'>" ACTION_TRANSFER_GET
               "</a:Action><a:MessageID>urn:uuid:5"
               "</a:MessageID><a:To>https://lyncweb.contoso.test/</a:To>"
               "</s:Header><s:Body/></s:Envelope>");
    assert_int_equal(e.ex->reply.status, 200);
    assert_string_equal(endpoint_header(&e, "Content-Type"),
                        "application/soap+xml; charset=utf-8");
    doc = parse(endpoint_body(&e));
    assert_non_null(definitions_in(doc));
    assert_non_null(strstr(endpoint_body(&e),
                           ">" ACTION_TRANSFER_GET_RESPONSE "</a:Action>"));
    assert_non_null(strstr(endpoint_body(&e), ">urn:uuid:5</a:RelatesTo>"));
    assert_non_null(strstr(endpoint_body(&e),
                           "Dialect=\"" URI_WSDL "\" Identifier=\""
                           "http://tempuri.org/\""));
    assert_string_equal(endpoint_remark(&e, "mex.form"), "WS-Transfer Get");
}

#define GET_METADATA(children)                                                 \
    "<s:Envelope xmlns:s='" URI_SOAP11                                         \
    "'><s:Body><x:GetMetadata xmlns:x='" URI_WSX "'>" children                 \
    "</x:GetMetadata></s:Body></s:Envelope>"

static void test_get_metadata(void **state)
{
    static const struct {
        const char *body;
        bool found;
    } rows[] = {
        {GET_METADATA(""), true},
        {GET_METADATA("<x:Dialect> " URI_WSDL " </x:Dialect>"), true},
        {GET_METADATA("<x:Identifier>http://tempuri.org/</x:Identifier>"),
         true},
        {GET_METADATA("<x:Dialect>http://www.w3.org/2001/XMLSchema"
                      "</x:Dialect>"),
         false},
        {GET_METADATA("<x:Identifier>urn:other</x:Identifier>"), false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(xml_doc) doc = NULL;

        post(ACTION_GET_METADATA, rows[i].body);
        assert_int_equal(e.ex->reply.status, 200);
        assert_string_equal(endpoint_header(&e, "Content-Type"),
                            "text/xml; charset=utf-8");
        doc = parse(endpoint_body(&e));
        assert_true((definitions_in(doc) != NULL) == rows[i].found);
    }
}

static void test_bad_posts(void **state)
{
    (void)state;
    post(ACTION_TRANSFER_GET, "");
    assert_int_equal(e.ex->reply.status, 400);
    post(ACTION_TRANSFER_GET, "<!DOCTYPE a><a/>");
    assert_int_equal(e.ex->reply.status, 400);
    post("urn:other", GET_METADATA(""));
    assert_int_equal(e.ex->reply.status, 500);
    assert_non_null(strstr(endpoint_body(&e), ":ActionNotSupported<"));
    post(NULL, GET_METADATA(""));
    assert_int_equal(e.ex->reply.status, 500);
}

static int start(void **state)
{
    (void)state;
    endpoint_start(&e, &service_mex);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    endpoint_stop(&e);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_what_is_offered),
        cmocka_unit_test(test_soap_ports),
        cmocka_unit_test(test_soap_ports_offered),
        cmocka_unit_test(test_ports_hang_together),
        cmocka_unit_test(test_policy_namespaces),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_transfer_get),
        cmocka_unit_test(test_get_metadata),
        cmocka_unit_test(test_bad_posts),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
