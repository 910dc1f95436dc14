/* What the probe reads out of answers: typed in after docs/protocol. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/challenge.h"
#include "probe/discovery.h"
#include "probe/rstr_read.h"
#include "probe/trouble.h"
#include "probe/wsdl.h"
#include "util/base64.h"
#include "util/env.h"
#include "wire/ntlmssp_av.h"
#include "wire/xml.h"

/* ---- discovery ---- */

#define HREF "https://lyncweb.contoso.test/root/user"

static void reads_every_form_of_root(void **state UNUSED)
{
    static const struct {
        const char *body;
        const char *form;
        const char *location;
        const char *user;
        const char *redirect;
    } rows[] = {
        {"<AutodiscoverResponse AccessLocation='Internal'><Root>"
         "<Link token='Domain' href='https://a/'/>"
         "<Link href='" HREF "' token='user'/></Root></AutodiscoverResponse>",
         "XML", "Internal", HREF, NULL},
        {"\xef\xbb\xbf <?xml version='1.0'?><AutodiscoverResponse><Root>"
         "<Link token='Redirect' href='" HREF "'/></Root>"
         "</AutodiscoverResponse>",
         "XML", NULL, NULL, HREF},
        {"{\"AccessLocation\":\"External\",\"Root\":{\"Links\":[{\"href\":"
         "\"https:\\/\\/lyncweb.contoso.test\\/root\\/user\",\"token\":"
         "\"User\"}]}}",
         "JSON", "External", HREF, NULL},
        {"{\"root\":{\"links\":{\"href\":\"" HREF "\",\"token\":"
         "\"Redirect\"}}}",
         "JSON", NULL, NULL, HREF},
        {"{\"_links\":{\"self\":{\"href\":\"x\"},\"user\":{\"href\":\"" HREF
         "\"}}}",
         "UCWA JSON", NULL, HREF, NULL},
        {"<resource rel='root' xmlns='http://schemas.microsoft.com/rtc/2012/03/"
         "ucwa'><link rel='redirect' href='" HREF "'/></resource>",
         "UCWA XML", NULL, NULL, HREF},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        struct discovery found;
        const char *problem = NULL;
        const char *user;
        const char *redirect;

        print_message("%s\n", rows[i].body);
        assert_true(
            discovery_parse(arena, span_text(rows[i].body), &found, &problem));
        assert_string_equal(found.form, rows[i].form);
        assert_int_equal(found.resource, RESOURCE_ROOT);
        user = discovery_link(&found, "User");
        redirect = discovery_link(&found, "Redirect");
        assert_string_equal(user ? user : "-",
                            rows[i].user ? rows[i].user : "-");
        assert_string_equal(redirect ? redirect : "-",
                            rows[i].redirect ? rows[i].redirect : "-");
        assert_string_equal(found.location ? found.location : "-",
                            rows[i].location ? rows[i].location : "-");
    }
}

static void reads_sip_servers(void **state UNUSED)
{
    static const char *const bodies[] = {
        "<AutodiscoverResponse><User>"
        "<SipClientInternalAccess fqdn='pool01' port='5061'/>"
        "<SipClientExternalAccess fqdn='sip' port='70000'/>"
        "</User></AutodiscoverResponse>",
        "{\"User\":{\"SipClientInternalAccess\":{\"fqdn\":\"pool01\","
        "\"port\":5061},\"SipClientExternalAccess\":{\"fqdn\":\"sip\","
        "\"port\":70000}}}",
    };

    for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
        AUTO(arena) arena = arena_new();
        struct discovery found;
        const char *problem = NULL;

        assert_true(
            discovery_parse(arena, span_text(bodies[i]), &found, &problem));
        assert_int_equal(found.resource, RESOURCE_USER);
        assert_string_equal(found.internal.fqdn, "pool01");
        assert_int_equal(found.internal.port, 5061);
        assert_string_equal(found.external.fqdn, "sip");
        assert_int_equal(found.external.port, 0);
    }
}

static void says_what_is_no_discovery(void **state UNUSED)
{
    static const struct {
        const char *body;
        const char *problem;
    } rows[] = {
        {"", "empty"},
        {"hello", "neither XML nor JSON"},
        {"<html/>", "its root is <html>"},
        {"<AutodiscoverResponse/>", "without Root, Domain or User"},
        {"<!DOCTYPE a><AutodiscoverResponse><Root/></AutodiscoverResponse>",
         "no XML"},
        {"{", "no JSON"},
        {"{}", "JSON without"},
        {"{\"Root\":[]}", "JSON without"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        struct discovery found;
        const char *problem = "";

        print_message("%s\n", rows[i].body);
        assert_false(
            discovery_parse(arena, span_text(rows[i].body), &found, &problem));
        assert_non_null(strstr(problem, rows[i].problem));
    }
}

static void bounds_the_links(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF body = {0};
    struct discovery found;
    const char *problem = NULL;

    buf_add_text(&body, "<AutodiscoverResponse><User>");
    for (int i = 0; i < DISCOVERY_LINKS_MAX + 5; i++) {
        buf_printf(&body, "<Link token='t%d' href='h'/>", i);
    }
    buf_add_text(&body, "</User></AutodiscoverResponse>");
    assert_true(discovery_parse(arena, buf_span(&body), &found, &problem));
    assert_int_equal(found.link_count, DISCOVERY_LINKS_MAX);
    assert_null(discovery_link(&found, "t100"));
    assert_non_null(discovery_link(&found, "T99"));
}

/* ---- metadata ---- */

#define WSDL_OPEN                                                              \
    "<w:definitions xmlns:w='http://schemas.xmlsoap.org/wsdl/' "               \
    "xmlns:p='http://schemas.xmlsoap.org/ws/2004/09/policy' "                  \
    "xmlns:u='http://docs.oasis-open.org/wss/2004/01/"                         \
    "oasis-200401-wss-wssecurity-utility-1.0.xsd' xmlns:t='urn:t'>"
#define PORT(name, binding)                                                    \
    "<w:service><w:port name='" name "' binding='t:" binding "'>"              \
    "<address location='https://x/" name "'/></w:port></w:service>"            \
    "</w:definitions>"

static void chooses_a_port(void **state UNUSED)
{
    static const struct {
        const char *body;
        const char *client;
        const char *port; /* NULL: none will do */
        const char *policy;
        bool fits;
    } rows[] = {
        {WSDL_OPEN
         "<p:Policy u:Id='webticketservicewinntlm_POLICY'><p:All>"
         "<NtlmAuthentication/><TransportBinding/></p:All></p:Policy>" PORT(
             "WebTicketServiceWinNtlm", "x"),
         "ios-ntlm", "WebTicketServiceWinNtlm", "NTLM, TLS", true},
        {WSDL_OPEN
         "<p:Policy u:Id='one'><NtlmAuthentication/></p:Policy>"
         "<p:Policy u:Id='two'><NegotiateAuthentication/></p:Policy>"
         "<w:binding name='b'><p:PolicyReference URI='#two'/></w:binding>" PORT(
             "Other", "b"),
         "pc-internal-kerberos", "Other", "Negotiate", true},
        {WSDL_OPEN "<p:Policy u:Id='one'><UsernameToken/></p:Policy>"
                   "<w:binding name='b'><p:PolicyReference URI='#one'/>"
                   "</w:binding>" PORT("Forms", "b"),
         "soap", "Forms", "UsernameToken", true},
        {WSDL_OPEN "<p:Policy u:Id='one'><UsernameToken/></p:Policy>"
                   "<w:binding name='b'><p:PolicyReference URI='#one'/>"
                   "</w:binding>" PORT("Forms", "b"),
         "ntlm", NULL, NULL, false},
        {WSDL_OPEN PORT("WebTicketServiceAuth", "b"), "web-app-soap",
         "WebTicketServiceAuth", "no policy", false},
        {WSDL_OPEN
         "<p:Policy u:Id='Any_policy'><TransportBinding/></p:Policy>" PORT(
             "Any", "b"),
         "web-app-guest", "Any", "TLS", true},
        {WSDL_OPEN "<p:Policy u:Id='Any_policy'><TransportBinding/><OAuth/>"
                   "</p:Policy>" PORT("Any", "b"),
         "web-app-guest", NULL, NULL, false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        const struct client *client = client_named(rows[i].client);
        const struct wsdl_port *port;
        const char *problem = NULL;
        struct wsdl wsdl;

        print_message("%s: %s\n", rows[i].client, rows[i].body);
        assert_true(
            wsdl_parse(arena, span_text(rows[i].body), &wsdl, &problem));
        assert_false(wsdl.wrapped);
        port = wsdl_choose(&wsdl, client);
        if (!rows[i].port) {
            assert_null(port);
            continue;
        }
        assert_string_equal(port->name, rows[i].port);
        assert_string_equal(wsdl_policy_text(arena, port), rows[i].policy);
        assert_int_equal(wsdl_fits(port, client), rows[i].fits);
    }
}

static void prefers_the_first_name(void **state UNUSED)
{
    static const char body[] =
        WSDL_OPEN "<w:service>"
                  "<w:port name='WebTicketServiceWinNtlm'>"
                  "<a:address xmlns:a='urn:a' location='https://x/2'/></w:port>"
                  "<w:port name='WebTicketServiceWinNegotiate'>"
                  "<address location='https://x/1'/></w:port>"
                  "<w:port name='NoAddress'/></w:service></w:definitions>";
    AUTO(arena) arena = arena_new();
    struct wsdl wsdl;
    const char *problem = NULL;

    assert_true(wsdl_parse(arena, span_text(body), &wsdl, &problem));
    assert_int_equal(wsdl.port_count, 2);
    assert_string_equal(wsdl_choose(&wsdl, client_named("ntlm"))->address,
                        "https://x/1");
    assert_string_equal(
        wsdl_choose(&wsdl, client_named("pc-internal-kerberos"))->address,
        "https://x/1");
    /* The port of NTLM alone is none for Kerberos. */
    wsdl.port_count = 1;
    assert_null(wsdl_choose(&wsdl, client_named("pc-internal-kerberos")));
}

/* ---- refusals ---- */

static void reads_diagnostics(void **state UNUSED)
{
    static const struct {
        const char *value;
        unsigned id; /* 0: it must be refused */
        const char *source;
        const char *reason;
        const char *code;
    } rows[] = {
        {"28020;source=\"fe\";reason=\"No valid; token.\"", 28020, "fe",
         "No valid; token.", NULL},
        {"28000;\"fe\";\"Not enabled.\";\"wsse:FailedAuthentication\"", 28000,
         "fe", "Not enabled.", "FailedAuthentication"},
        {"28000; Reason = x", 28000, NULL, "x", NULL},
        {"28033", 28033, NULL, NULL, NULL},
        {"28033;", 28033, NULL, NULL, NULL},
        {"28020;reason=\"open", 28020, NULL, "open", NULL},
        {"28020;faultcode=\"wst:RequestFailed\";other=\"x\"", 28020, NULL, NULL,
         "RequestFailed"},
        {"28020;;;;;;;", 28020, "", "", ""},
        {"", 0, NULL, NULL, NULL},
        {"words", 0, NULL, NULL, NULL},
        {"28020 words", 0, NULL, NULL, NULL},
        {"99999999999999999999;", 0, NULL, NULL, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        struct trouble got = {0};
        bool good = trouble_header(arena, rows[i].value, &got);
        const char *const pairs[][2] = {
            {got.source, rows[i].source},
            {got.reason, rows[i].reason},
            {got.code, rows[i].code},
        };

        print_message("%s\n", rows[i].value);
        assert_int_equal(good, rows[i].id != 0);
        assert_int_equal(got.id, rows[i].id);
        for (size_t j = 0; j < ARRAY_SIZE(pairs); j++) {
            assert_string_equal(pairs[j][0] ? pairs[j][0] : "(none)",
                                pairs[j][1] ? pairs[j][1] : "(none)");
        }
    }
}

#define FAULT_11(detail)                                                       \
    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>" \
    "<s:Fault><faultcode>a:FailedAuthentication</faultcode>"                   \
    "<faultstring>No.</faultstring>" detail "</s:Fault></s:Body></s:Envelope>"

static void reads_faults(void **state UNUSED)
{
    static const struct {
        const char *body;
        unsigned id;
        const char *code;
        const char *reason; /* NULL: no fault */
    } rows[] = {
        {FAULT_11("<detail><OCSDiagnosticsFault><Ms-Diagnostics-Fault><ErrorId>"
                  "28020</ErrorId><Reason>Told.</Reason></Ms-Diagnostics-Fault>"
                  "</OCSDiagnosticsFault></detail>"),
         28020, "FailedAuthentication", "Told."},
        {FAULT_11(""), 0, "FailedAuthentication", "No."},
        {FAULT_11("<detail><OCSDiagnosticsFault><Ms-Diagnostics-Fault><ErrorId>"
                  "many</ErrorId></Ms-Diagnostics-Fault></OCSDiagnosticsFault>"
                  "</detail>"),
         0, "FailedAuthentication", "No."},
        {"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'>"
         "<s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
         "<s:Value>w:BadRequest</s:Value></s:Subcode></s:Code><s:Reason>"
         "<s:Text>Bad.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>",
         0, "BadRequest", "Bad."},
        {"<html/>", 0, NULL, NULL},
        {"401 - Unauthorized", 0, NULL, NULL},
        {"", 0, NULL, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        struct trouble got = {0};
        bool good = trouble_fault(arena, span_text(rows[i].body), &got);

        print_message("%s\n", rows[i].body);
        assert_int_equal(good, rows[i].reason != NULL);
        if (good) {
            assert_int_equal(got.id, rows[i].id);
            assert_string_equal(got.code, rows[i].code);
            assert_string_equal(got.reason, rows[i].reason);
        }
    }
}

static void explains_refusals(void **state UNUSED)
{
    static const struct {
        struct trouble trouble;
        const char *meaning;
    } rows[] = {
        {{.id = 28000}, "not enabled for Lync"},
        {{.id = 28020, .reason = "No valid security token."},
         "wrong user name or password"},
        /* Words of the reason are more telling than the number. */
        {{.id = 28020, .reason = "The account is disabled."}, "disabled"},
        {{.code = "ActionNotSupported"}, "SOAP action"},
        {{.id = 1, .reason = "Something else."}, NULL},
        {{0}, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *meaning = trouble_meaning(&rows[i].trouble);

        if (rows[i].meaning) {
            assert_non_null(meaning);
            assert_non_null(strstr(meaning, rows[i].meaning));
        } else {
            assert_null(meaning);
            assert_null(trouble_advice(&rows[i].trouble));
        }
    }
}

/* ---- challenges ---- */

/* [MS-NLMP] 2.2.1.2: no TargetInfo, or one with the pairs given. */
static struct span ntlm_challenge(struct arena *arena, struct span target,
                                  uint32_t flags, struct span target_info)
{
    struct ntlmssp_challenge message = {
        .flags = flags,
        .has_target_info = target_info.size > 0,
    };
    size_t at = message.has_target_info ? 48 : 32;
    AUTO_BUF out = {0};

    ntlmssp_field_set(&message.target_name, target, &at);
    ntlmssp_field_set(&message.target_info, target_info, &at);
    ntlmssp_encode_challenge(&out, &message);
    return arena_copy(arena, buf_span(&out));
}

static void expect_ntlm(struct arena *arena, struct span message,
                        const char *domain, bool timestamp)
{
    struct http_answer answer = {.ntlm_challenge = base64_text(arena, message)};
    struct challenge_ntlm told;

    assert_true(challenge_ntlm(arena, &answer, &told));
    assert_string_equal(told.domain, domain);
    assert_int_equal(told.timestamp, timestamp);
}

static void reads_ntlm_challenges(void **state UNUSED)
{
    static const char *const none[] = {NULL, "", "*", "TlRM", "TlRMTVNTUAAC"};
    AUTO(arena) arena = arena_new();
    AUTO_BUF pairs = {0};

    expect_ntlm(arena,
                ntlm_challenge(arena, span_text("OLD"), NTLMSSP_OEM, SPAN_NONE),
                "OLD", false);
    ntlmssp_av_add_text(&pairs, NTLMSSP_AV_NB_DOMAIN_NAME, "CONTOSO");
    expect_ntlm(
        arena,
        ntlm_challenge(arena, span_text("OLD"), NTLMSSP_OEM, buf_span(&pairs)),
        "CONTOSO", false);
    ntlmssp_av_add(&pairs, NTLMSSP_AV_TIMESTAMP, span_text("8 bytes."));
    ntlmssp_av_add(&pairs, NTLMSSP_AV_EOL, SPAN_NONE);
    expect_ntlm(arena,
                ntlm_challenge(arena, span_text("O\0L\0D"), NTLMSSP_UNICODE,
                               buf_span(&pairs)),
                "CONTOSO", true);
    for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
        struct http_answer answer = {.ntlm_challenge = none[i]};
        struct challenge_ntlm told;

        assert_false(challenge_ntlm(arena, &answer, &told));
    }
}

static void reads_challenges(void **state UNUSED)
{
    static const struct {
        const char *value;
        const char *schemes;
        bool ntlm;
        const char *href;
    } rows[] = {
        {"NTLM", "NTLM", true, NULL},
        {"Negotiate, NTLM", "Negotiate,", true, NULL},
        {"NTLMv2", "NTLMv2", false, NULL},
        {"MsRtcOAuth href=\"https://a/b\",grant_type=\"password\"",
         "MsRtcOAuth", false, "https://a/b"},
        {"Bearer client_id=\"4\",MsRtcOAuth href=https://a/b,grant_type=\"x\"",
         "Bearer", false, "https://a/b"},
        {"MsRtcOAuth grant_type=\"password\"", "MsRtcOAuth", false, NULL},
        {"MsRtcOAuth href=\"open", "MsRtcOAuth", false, "open"},
        {"MsRtcOAuth href", "MsRtcOAuth", false, NULL},
        {"", "", false, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        struct http_answer answer = {
            .field_count = 1,
            .fields = {{"www-authenticate", rows[i].value}},
        };
        const char *href = challenge_oauth(arena, &answer, "href");

        print_message("%s\n", rows[i].value);
        assert_string_equal(challenge_schemes(arena, &answer), rows[i].schemes);
        assert_int_equal(challenge_offers(&answer, "NTLM"), rows[i].ntlm);
        assert_string_equal(href ? href : "-",
                            rows[i].href ? rows[i].href : "-");
    }
}

/* ---- tickets ---- */

#define NOW   (INT64_C(1370088000) * ENV_NS_PER_SEC) /* 2013-06-01T12:00:00Z */
#define TRUST "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
#define SAML                                                                   \
    "<saml:Assertion "                                                         \
    "xmlns:saml='urn:oasis:names:tc:SAML:1.0:assertion'>x"                     \
    "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/></saml:Assertion>"

static char *rstr(struct arena *arena, const char *token, const char *rest)
{
    return arena_printf(
        arena,
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'>"
        "<s:Body><RequestSecurityTokenResponseCollection xmlns='" TRUST "'>"
        "<RequestSecurityTokenResponse Context='c'>"
        "<RequestedSecurityToken>%s</RequestedSecurityToken>%s"
        "</RequestSecurityTokenResponse>"
        "</RequestSecurityTokenResponseCollection></s:Body></s:Envelope>",
        token, rest);
}

#define LIFE(created, expires)                                                 \
    "<Lifetime><Created>" created "</Created><Expires>" expires                \
    "</Expires></Lifetime>"
#define GOOD_LIFE LIFE("2013-06-01T12:00:00Z", "2013-06-01T20:00:00Z")

static void reads_tickets(void **state UNUSED)
{
    static const struct {
        const char *token;
        const char *rest;
        const char *text;    /* NULL: there must be none */
        const char *warning; /* NULL: none; else words of the first one */
    } rows[] = {
        {"<UserToken>cwt=AAEB</UserToken>", GOOD_LIFE, "cwt=AAEB", NULL},
        {SAML, GOOD_LIFE, SAML, "another kind"},
        {"<UserToken>cwt=AAEB</UserToken>", "", "cwt=AAEB", "no Lifetime"},
        {"<UserToken>cwt=AAEB</UserToken>",
         LIFE("2013-06-01T04:00:00Z", "2013-06-01T12:00:00Z"), "cwt=AAEB",
         "expired"},
        {"<UserToken>cwt=AAEB</UserToken>",
         LIFE("2013-06-01T12:00:00Z", "2013-06-01T12:00:59Z"), "cwt=AAEB",
         "less than 60 s"},
        {"<UserToken>cwt=AAEB</UserToken>",
         LIFE("2013-06-01T12:05:01Z", "2013-06-01T20:00:00Z"), "cwt=AAEB",
         "from the future"},
        {"<UserToken>cwt=AAEB</UserToken>", LIFE("", "soon"), "cwt=AAEB",
         "no Lifetime"},
        {"<UserToken>cwt=A B</UserToken>", GOOD_LIFE, NULL, NULL},
        {"<UserToken>AAEB</UserToken>", GOOD_LIFE, NULL, NULL},
        {"<UserToken/>", GOOD_LIFE, NULL, NULL},
        {"", GOOD_LIFE, NULL, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        const struct rstr_expectation expected = {
            .context = "c",
            .applies_to = "a",
            .kind = TOKEN_CWT,
            .now = NOW,
        };
        const char *body = rstr(arena, rows[i].token, rows[i].rest);
        const char *problem = NULL;
        struct ticket ticket;
        bool good =
            rstr_read(arena, span_text(body), &expected, &ticket, &problem);

        print_message("%s %s\n", rows[i].token, rows[i].rest);
        assert_int_equal(good, rows[i].text != NULL);
        if (!good) {
            assert_non_null(problem);
            continue;
        }
        assert_string_equal(ticket.text, rows[i].text);
        assert_int_equal(ticket.warning_count, rows[i].warning != NULL);
        if (rows[i].warning) {
            assert_non_null(strstr(ticket.warnings[0], rows[i].warning));
        }
    }
}

/* webticket 5.4: entropies 00..1f and 20..3f. */
static void computes_the_proof_key(void **state UNUSED)
{
    static const char vector[] =
        "df59132c2af6d230e4337732076a14561694be12838cc00203d63c816653d75b";
    AUTO(arena) arena = arena_new();
    uint8_t client[32];
    uint8_t server[32];
    struct ticket ticket;
    const char *problem = NULL;
    const char *rest;
    const struct rstr_expectation expected = {
        .context = "c",
        .applies_to = "a",
        .kind = TOKEN_SAML,
        .entropy = span_of(client, sizeof(client)),
        .now = NOW,
    };

    for (uint8_t i = 0; i < 32; i++) {
        client[i] = i;
        server[i] = (uint8_t)(i + 32);
    }
    rest = arena_printf(
        arena, "%s<Entropy><BinarySecret>%s</BinarySecret></Entropy>",
        GOOD_LIFE, base64_text(arena, span_of(server, sizeof(server))));
    assert_true(rstr_read(arena, span_text(rstr(arena, SAML, rest)), &expected,
                          &ticket, &problem));
    assert_true(ticket.has_key);
    assert_string_equal(hex_text(arena, span_of(ticket.key, 32)), vector);
    assert_int_equal(ticket.warning_count, 0);

    assert_true(rstr_read(arena, span_text(rstr(arena, SAML, GOOD_LIFE)),
                          &expected, &ticket, &problem));
    assert_false(ticket.has_key);
    assert_non_null(strstr(ticket.warnings[0], "no proof key"));
}

static int setup(void **state UNUSED)
{
    xml_init();
    return 0;
}

static int teardown(void **state UNUSED)
{
    xml_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_form_of_root),
        cmocka_unit_test(reads_sip_servers),
        cmocka_unit_test(says_what_is_no_discovery),
        cmocka_unit_test(bounds_the_links),
        cmocka_unit_test(chooses_a_port),
        cmocka_unit_test(prefers_the_first_name),
        cmocka_unit_test(reads_diagnostics),
        cmocka_unit_test(reads_faults),
        cmocka_unit_test(explains_refusals),
        cmocka_unit_test(reads_challenges),
        cmocka_unit_test(reads_ntlm_challenges),
        cmocka_unit_test(reads_tickets),
        cmocka_unit_test(computes_the_proof_key),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
