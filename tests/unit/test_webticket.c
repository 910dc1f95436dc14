/* The web ticket service: an RST in, an RSTR or the right error out. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "endpoint.h"
#include "sipe.h"
#include "ticket/p_sha1.h"
#include "util/base64.h"
#include "wire/diagnostics.h"
#include "wire/uris.h"

#define PATH    "/WebTicket/WebTicketService.svc"
#define SERVICE "https://lyncweb.contoso.test/CertProv/a.svc/WebTicket_Proof"
/* Client entropy 00 .. 1f. */
#define ENTROPY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define HOUR    (3600 * ENV_NS_PER_SEC)

extern const struct service service_webticket;

static struct endpoint e;

/* The parts of a request that the tests vary; NULL leaves one out. */
struct wish {
    const char *action;
    const char *token_type;
    const char *request_type;
    const char *applies_to;
    const char *claim;
    const char *entropy;
    const char *key_type;
    const char *more; /* children */
};

static const struct wish good = {
    .action = "\"" ACTION_ISSUE "\"",
    .token_type = URI_TOKEN_SAML,
    .request_type = URI_TRUST_200502 "/Issue",
    .applies_to = SERVICE,
    .claim = "sip:alice@contoso.test",
    .entropy = ENTROPY,
    .key_type = URI_TRUST "/SymmetricKey",
};

static void add(struct buf *out, const char *template, const char *text)
{
    const struct xml_hole holes[] = {
        {"", text ? text : "", false},
        {NULL, NULL, false},
    };

    if (text) {
        xml_fill(out, template, holes);
    }
}

static void add_rst(struct buf *out, const struct wish *wish)
{
    add(out, "<t:RequestSecurityToken xmlns:t=\"{}\" Context=\"ctx&quot;1\">",
        URI_TRUST);
    add(out, "\n <t:TokenType>{}</t:TokenType>", wish->token_type);
    add(out, "\n <t:RequestType>{}</t:RequestType>", wish->request_type);
    add(out,
        "\n <p:AppliesTo xmlns:p=\"" URI_WSP "\"><a:EndpointReference"
        " xmlns:a=\"" URI_WSA "\"><a:Address>{}</a:Address>"
        "</a:EndpointReference></p:AppliesTo>",
        wish->applies_to);
    add(out,
        "\n <t:Claims xmlns:c=\"" URI_AUTH
        "\"><c:ClaimType Uri=\"" URI_SIP_CLAIM
        "\"><c:Value>{}</c:Value></c:ClaimType></t:Claims>",
        wish->claim);
    add(out, "\n <t:Entropy><t:BinarySecret>{}</t:BinarySecret></t:Entropy>",
        wish->entropy);
    add(out, "\n <t:KeyType>{}</t:KeyType>", wish->key_type);
    buf_add_text(out, wish->more ? wish->more : "");
    buf_add_text(out, "</t:RequestSecurityToken>");
}

static void post(const char *user, const char *action, struct span body)
{
    struct exchange *ex = endpoint_request(&e);

    headers_add(&ex->request.headers, ex->arena, "Content-Type", "text/xml");
    if (action) {
        headers_add(&ex->request.headers, ex->arena, "SOAPAction", action);
    }
    ex->request.body = arena_copy(ex->arena, body);
    endpoint_call(&e, PATH, METHOD_POST, user);
}

static void ask(const char *user, const struct wish *wish)
{
    AUTO_BUF body = {0};

    buf_add_text(&body,
                 "<?xml version=\"1.0\"?>\r\n<s:Envelope xmlns:s=\"" URI_SOAP11
                 "\"><s:Body>\n");
    add_rst(&body, wish);
    buf_add_text(&body, "\n</s:Body></s:Envelope>");
    post(user, wish->action, buf_span(&body));
}

/* Opens the assertion that sipe would take out of the reply. */
static struct ticket open_ticket(void)
{
    struct arena *arena = e.ex->arena;
    const char *assertion =
        sipe_extract(arena, endpoint_body(&e), "Assertion", true);
    struct ticket ticket;

    assert_int_equal(e.ex->reply.status, 200);
    assert_non_null(assertion);
    assert_int_equal(ticket_open(e.signer.keys, arena,
                                 base64_text(arena, span_text(assertion)),
                                 SIGNER_NOW, &e.world->pools[0], &ticket),
                     TICKET_VALID);
    return ticket;
}

static void test_proof(void **state)
{
    struct arena *arena;
    const char *body;
    struct ticket ticket;
    struct span client;
    struct span server;
    uint8_t key[32];

    (void)state;
    ask("alice", &good);
    arena = e.ex->arena;
    body = endpoint_body(&e);
    ticket = open_ticket();
    assert_string_equal(ticket.sip, "sip:alice@contoso.test");
    assert_string_equal(ticket.audience, SERVICE);
    assert_string_equal(ticket.issuer, "https://lyncweb.contoso.test" PATH);
    assert_true(ticket.expires == SIGNER_NOW + 8 * HOUR);
    assert_true(base64_decode(arena, span_text(ENTROPY), &client));
    assert_true(base64_decode(
        arena, span_text(sipe_extract(arena, body, "BinarySecret", false)),
        &server));
    assert_int_equal(server.size, 32);
    p_sha1(client, server, key, sizeof(key));
    assert_true(span_equal(ticket.proof_key, span_of(key, sizeof(key))));
    assert_non_null(strstr(body, " Context=\"ctx&quot;1\">"));
    assert_non_null(strstr(body, "<TokenType>" URI_TOKEN_SAML "<"));
    assert_non_null(strstr(body, "<Address>" SERVICE "</Address>"));
    assert_null(strstr(body, "<s:Header>"));
    assert_string_equal(
        sipe_extract(arena, sipe_extract(arena, body, "Lifetime", false),
                     "Expires", false),
        "2014-05-14T00:53:20Z");
    assert_string_equal(
        sipe_attribute(arena, sipe_extract(arena, body, "Assertion", true),
                       "AssertionID"),
        ticket.id);
    assert_non_null(strstr(body, "#SAMLAssertionID\">SamlSecurityToken-"));
}

static void test_headers_and_journal(void **state)
{
    bool secret = false;

    (void)state;
    ask("alice", &good);
    assert_string_equal(endpoint_header(&e, "Content-Type"),
                        "text/xml; charset=utf-8");
    assert_string_equal(endpoint_header(&e, "Cache-Control"), "private");
    assert_string_not_equal(endpoint_header(&e, "X-MS-Server-Fqdn"), "");
    assert_string_equal(e.ex->facts.action, ACTION_ISSUE);
    assert_string_equal(endpoint_remark(&e, "ticket.format"), "saml");
    assert_string_equal(endpoint_remark(&e, "ticket.key"), "proof");
    assert_string_equal(endpoint_remark(&e, "ticket.audience"), SERVICE);
    assert_string_equal(endpoint_remark(&e, "ticket.expires"),
                        "2014-05-14T00:53:20Z");
    assert_string_equal(endpoint_remark(&e, "rst.context"), "ctx\"1");
    assert_string_equal(endpoint_remark(&e, "rst.claim"),
                        "sip:alice@contoso.test");
    for (const struct remark *r = e.ex->remarks; r; r = r->next) {
        bool hidden = strcmp(r->key, "ticket.text") == 0 ||
                      strcmp(r->key, "ticket.proof-key") == 0;

        assert_int_equal(r->secret, hidden);
        secret |= hidden;
    }
    assert_true(secret);
}

/* Two answers to one request have ids, entropies and keys of their own. */
static void test_fresh(void **state)
{
    AUTO(arena) arena = arena_new();
    const char *first;

    (void)state;
    ask("alice", &good);
    first = arena_strdup(arena, endpoint_body(&e));
    ask("alice", &good);
    assert_string_not_equal(
        sipe_extract(arena, first, "BinarySecret", false),
        sipe_extract(arena, endpoint_body(&e), "BinarySecret", false));
    assert_string_not_equal(
        sipe_attribute(arena, first, "AssertionID"),
        sipe_attribute(arena, endpoint_body(&e), "AssertionID"));
}

static void test_key_given(void **state)
{
    struct wish wish = good;
    struct ticket ticket;
    struct span key;

    (void)state;
    wish.entropy = NULL;
    wish.more = "<t:KeySize>128</t:KeySize>";
    ask("alice", &wish);
    ticket = open_ticket();
    assert_true(
        base64_decode(e.ex->arena,
                      span_text(sipe_extract(e.ex->arena, endpoint_body(&e),
                                             "BinarySecret", false)),
                      &key));
    assert_int_equal(key.size, 16);
    assert_true(span_equal(key, ticket.proof_key));
    assert_null(strstr(endpoint_body(&e), "PSHA1"));
}

static void test_bearer(void **state)
{
    static const struct {
        const char *key_type;
        const char *entropy;
        bool bearer;
    } rows[] = {
        {URI_TRUST "/Bearer", NULL, true},
        {URI_TRUST "/Bearer", ENTROPY, true},
        {URI_NO_PROOF_KEY, NULL, true},
        {URI_TRUST "/PublicKey", NULL, true},
        {NULL, NULL, true},
        {NULL, ENTROPY, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct wish wish = good;

        wish.key_type = rows[i].key_type;
        wish.entropy = rows[i].entropy;
        ask("alice", &wish);
        assert_int_equal(open_ticket().proof_key.size, rows[i].bearer ? 0 : 32);
        assert_true((strstr(endpoint_body(&e), "BinarySecret") == NULL) ==
                    rows[i].bearer);
    }
}

static void test_cwt(void **state)
{
    struct wish wish = good;
    struct ticket ticket;
    const char *text;

    (void)state;
    wish.token_type = URI_TOKEN_CWT;
    wish.claim = NULL;
    ask("bob", &wish);
    assert_int_equal(e.ex->reply.status, 200);
    text = sipe_extract(e.ex->arena, endpoint_body(&e), "UserToken", false);
    assert_non_null(text);
    assert_int_equal(strncmp(text, "cwt=AAEB", 8), 0);
    assert_int_equal(ticket_open(e.signer.keys, e.ex->arena, text, SIGNER_NOW,
                                 &e.world->pools[0], &ticket),
                     TICKET_VALID);
    assert_memory_equal(ticket.sid, world_user(e.world, "bob")->sid, 28);
    assert_null(strstr(endpoint_body(&e), "BinarySecret"));
    assert_null(strstr(endpoint_body(&e), "AssertionID"));
}

/* Where the client names no type the world decides. */
static void test_default_format(void **state)
{
    struct wish wish = good;

    (void)state;
    wish.token_type = NULL;
    ask("alice", &wish);
    assert_non_null(strstr(endpoint_body(&e), "<TokenType>" URI_TOKEN_SAML));
    e.world->ticket.format = TICKET_CWT;
    ask("alice", &wish);
    assert_non_null(strstr(endpoint_body(&e), "<TokenType>" URI_TOKEN_CWT));
    e.world->ticket.format = TICKET_SAML;
}

static void test_lifetime(void **state)
{
    int64_t usual = e.world->ticket.lifetime;

    (void)state;
    e.world->ticket.lifetime = 90 * ENV_NS_PER_SEC;
    ask("alice", &good);
    assert_true(open_ticket().expires == SIGNER_NOW + 90 * ENV_NS_PER_SEC);
    e.world->ticket.lifetime = usual;
}

static void test_soap12_and_addressing(void **state)
{
    AUTO_BUF body = {0};
    const char *reply;

    (void)state;
    buf_add_text(&body,
                 "<s:Envelope xmlns:s=\"" URI_SOAP12 "\" xmlns:a=\"" URI_WSA
                 "\"><s:Header><a:Action>" ACTION_ISSUE "</a:Action>"
                 "<a:MessageID>uuid:7</a:MessageID></s:Header><s:Body>");
    add_rst(&body, &good);
    buf_add_text(&body, "</s:Body></s:Envelope>");
    post("alice", NULL, buf_span(&body));
    reply = endpoint_body(&e);
    open_ticket();
    assert_string_equal(endpoint_header(&e, "Content-Type"),
                        "application/soap+xml; charset=utf-8");
    assert_non_null(strstr(reply, ">" ACTION_ISSUE_FINAL "</a:Action>"));
    assert_non_null(strstr(reply, ">uuid:7</a:RelatesTo>"));
}

/* ---- Errors ---- */

static void assert_fault(const char *uri, const char *code, const char *id)
{
    const char *body = endpoint_body(&e);
    struct arena *arena = e.ex->arena;

    assert_int_equal(e.ex->reply.status, 500);
    assert_string_equal(endpoint_header(&e, "Content-Type"),
                        "text/xml; charset=utf-8");
    assert_non_null(
        strstr(body, arena_printf(arena, "<faultcode xmlns:a=\"%s\">a:%s<", uri,
                                  code)));
    if (id) {
        assert_string_equal(sipe_extract(arena, body, "ErrorId", false), id);
        assert_int_equal(
            strncmp(endpoint_header(&e, "X-Ms-diagnostics"), id, strlen(id)),
            0);
    } else {
        assert_null(strstr(body, "<detail>"));
    }
}

static void test_actions(void **state)
{
    static const char *const none =
        "http://schemas.microsoft.com/ws/2005/05/addressing/none";
    struct wish wish = good;

    (void)state;
    wish.action = NULL;
    ask("alice", &wish);
    assert_fault(none, "ActionNotSupported", NULL);
    wish.action = "urn:other";
    ask("alice", &wish);
    assert_fault(none, "ActionNotSupported", NULL);
    assert_non_null(strstr(endpoint_body(&e), "'urn:other'"));
    wish.action = ACTION_ISSUE;
    ask("alice", &wish);
    assert_int_equal(e.ex->reply.status, 200);
    /* webticket 11.2: the action is looked at before the user. */
    wish.action = NULL;
    ask("nosip", &wish);
    assert_fault(none, "ActionNotSupported", NULL);
}

static void test_not_soap(void **state)
{
    static const struct {
        const char *body;
        const char *remark;
    } rows[] = {
        {"", "soap.xml"},
        {"hello", "soap.xml"},
        {"<!DOCTYPE a><a/>", "soap.xml"},
        {"<a/>", "soap.envelope"},
        {"<s:Envelope xmlns:s='" URI_SOAP11 "'/>", "soap.envelope"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        post("alice", good.action, span_text(rows[i].body));
        assert_int_equal(e.ex->reply.status, 400);
        assert_string_not_equal(endpoint_remark(&e, rows[i].remark), "");
        assert_string_not_equal(endpoint_header(&e, "X-MS-Server-Fqdn"), "");
    }
}

static void test_not_enabled(void **state)
{
    (void)state;
    ask("nosip", &good);
    assert_int_equal(e.ex->reply.status, 403);
    assert_int_equal(
        strncmp(endpoint_header(&e, "X-Ms-diagnostics"), "28000;", 6), 0);
    assert_null(strstr(endpoint_body(&e), "Assertion"));
}

static void test_bad_requests(void **state)
{
    static const struct {
        struct wish change;
        const char *code;
    } rows[] = {
        {{.request_type = URI_TRUST "/Renew"}, "InvalidRequest"},
        {{.request_type = ""}, "InvalidRequest"},
        {{.token_type = "urn:other"}, "BadRequest"},
        {{.key_type = "urn:other"}, "BadRequest"},
        {{.entropy = "!"}, "InvalidRequest"},
        {{.entropy = ""}, "InvalidRequest"},
        {{.more = "<t:KeySize>1</t:KeySize>"}, "InvalidRequest"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct wish *change = &rows[i].change;
        struct wish wish = good;

#define CHANGE(part) wish.part = change->part ? change->part : wish.part
        CHANGE(request_type);
        CHANGE(token_type);
        CHANGE(key_type);
        CHANGE(entropy);
        CHANGE(more);
#undef CHANGE
        ask("alice", &wish);
        assert_fault(URI_TRUST, rows[i].code, NULL);
    }
    post("alice", good.action,
         span_text("<s:Envelope xmlns:s='" URI_SOAP11
                   "'><s:Body><a/></s:Body></s:Envelope>"));
    assert_fault(URI_TRUST, "InvalidRequest", NULL);
    post("alice", good.action,
         span_text("<s:Envelope xmlns:s='" URI_SOAP11
                   "'><s:Body/></s:Envelope>"));
    assert_fault(URI_TRUST, "InvalidRequest", NULL);
}

static void test_claims(void **state)
{
    static const struct {
        const char *user;
        const char *claim;
        bool good;
    } rows[] = {
        {"alice", "sip:alice@contoso.test", true},
        {"alice", "SIP:Alice@CONTOSO.test", true},
        {"alice", "alice@contoso.test", true},
        {"alice", NULL, true},
        {"j\xc3\xb6rg", "sip:J\xc3\x96RG@contoso.test", true},
        {"alice", "sip:bob@contoso.test", false},
        {"alice", "sip:alice@fabrikam.test", false},
        {"alice", "", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct wish wish = good;

        wish.claim = rows[i].claim;
        ask(rows[i].user, &wish);
        if (rows[i].good) {
            assert_int_equal(e.ex->reply.status, 200);
        } else {
            assert_fault(URI_TRUST, "RequestFailed", "28030");
        }
    }
}

static void test_applies_to(void **state)
{
    static const struct {
        const char *address;
        bool within;
    } rows[] = {
        {NULL, true},
        {"https://lyncweb.contoso.test/a", true},
        {"https://LYNCINT.contoso.test:4443/a", true},
        {"https://lyncweb2.contoso.test/a", false},
        {"https://elsewhere.test/a", false},
        {"urn:other", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct wish wish = good;

        wish.applies_to = rows[i].address;
        ask("alice", &wish);
        assert_int_equal(e.ex->reply.status, 200);
        assert_true((*endpoint_remark(&e, "rst.applies-to") == '\0') ==
                    rows[i].within);
        e.world->strict_applies_to = true;
        ask("alice", &wish);
        e.world->strict_applies_to = false;
        if (rows[i].within) {
            assert_int_equal(e.ex->reply.status, 200);
        } else {
            assert_fault(URI_TRUST, "InvalidScope", NULL);
        }
    }
}

/* Names and marks in a request come out of the reply as they went in. */
static void test_escapes(void **state)
{
    struct wish wish = good;

    (void)state;
    wish.applies_to = "https://lyncweb.contoso.test/a?b=<&\">";
    ask("alice", &wish);
    assert_string_equal(open_ticket().audience, wish.applies_to);
    assert_non_null(strstr(endpoint_body(&e), "/a?b=&lt;&amp;&quot;&gt;</A"));
}

static void test_diagnostics_table(void **state)
{
    AUTO(arena) arena = arena_new();
    const struct diagnostic *row = diagnostic(DIAGNOSTIC_NO_TOKEN);

    (void)state;
    assert_null(diagnostic(1));
    assert_non_null(row);
    assert_string_equal(row->fault_code, "FailedAuthentication");
    /* protocol: webticket 6.3, its sample. */
    assert_string_equal(
        diagnostic_detail(arena, row->id, row->reason),
        "<OCSDiagnosticsFault xmlns=\"" URI_AF "\""
        " xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">"
        "<Ms-Diagnostics-Fault><ErrorId>28020</ErrorId>"
        "<Reason>No valid security token.</Reason></Ms-Diagnostics-Fault>"
        "<NameValuePairs xmlns:a=\"http://schemas.microsoft.com/2003/10/"
        "Serialization/Arrays\"/></OCSDiagnosticsFault>");
}

static int start(void **state)
{
    (void)state;
    endpoint_start(&e, &service_webticket);
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
        cmocka_unit_test(test_proof),
        cmocka_unit_test(test_headers_and_journal),
        cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_key_given),
        cmocka_unit_test(test_bearer),
        cmocka_unit_test(test_cwt),
        cmocka_unit_test(test_default_format),
        cmocka_unit_test(test_lifetime),
        cmocka_unit_test(test_soap12_and_addressing),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_not_soap),
        cmocka_unit_test(test_not_enabled),
        cmocka_unit_test(test_bad_requests),
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_applies_to),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_diagnostics_table),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
