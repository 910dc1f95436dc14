/* The port for passwords in SOAP: who gets a ticket, and what others are told.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "endpoint.h"
#include "sipe.h"
#include "util/base64.h"
#include "wire/uris.h"

#define PATH     "/WebTicket/WebTicketService.svc/Auth"
#define PASSWORD "Passw0rd!"
#define NOBODY   "No valid security token."
#define EXPIRED  "The password has expired."

extern const struct service service_usertoken;

static struct endpoint e;

/* ---- Requests ---- */

#define RST(more)                                                              \
    "<RequestSecurityToken xmlns=\"" URI_TRUST "\">" more                      \
    "<RequestType>" URI_TRUST_200502 "/Issue</RequestType>"                    \
    "</RequestSecurityToken>"
#define RST_CWT RST("<TokenType>" URI_TOKEN_CWT "</TokenType>")

static void post(const char *action, const char *header, const char *body)
{
    struct exchange *ex = endpoint_request(&e);

    headers_add(&ex->request.headers, ex->arena, "Content-Type", "text/xml");
    if (action) {
        headers_add(&ex->request.headers, ex->arena, "SOAPAction", action);
    }
    ex->request.body = span_text(
        arena_printf(ex->arena,
                     "<s:Envelope xmlns:s=\"" URI_SOAP11 "\">%s<s:Body>%s"
                     "</s:Body></s:Envelope>",
                     header, body));
    endpoint_call(&e, PATH, METHOD_POST, NULL);
}

#define SECURITY(token)                                                        \
    "<w:Security xmlns:w=\"" URI_WSSE "\" s:mustUnderstand=\"1\">" token       \
    "</w:Security>"
#define HEADER(token) "<s:Header>" SECURITY(token) "</s:Header>"
#define TEXT          " Type=\"" URI_PASSWORD_TEXT "\""

/* The texts as they are. */
static const char *token(const char *name, const char *password)
{
    AUTO_BUF out = {0};
    const struct xml_hole holes[] = {
        {"name", name, false},
        {"password", password, false},
        {NULL, NULL, false},
    };

    xml_fill(&out,
             HEADER("<w:UsernameToken><w:Username>{name}</w:Username>"
                    "<w:Password" TEXT ">{password}</w:Password>"
                    "</w:UsernameToken>"),
             holes);
    return arena_text(e.ex->arena, buf_span(&out));
}

static void ask_as_written(const char *name, const char *password)
{
    AUTO(arena) arena = arena_new();

    endpoint_request(&e);
    post(ACTION_ISSUE, arena_strdup(arena, token(name, password)), RST_CWT);
}

static void ask_bytes(struct span name, struct span password)
{
    AUTO(arena) arena = arena_new();

    ask_as_written(base64_text(arena, name), base64_text(arena, password));
}

/* As clients do. */
static void ask(const char *name, const char *password)
{
    ask_bytes(span_text(name), span_text(password));
}

static bool has_finding(const char *rule)
{
    if (!e.ex->dispatched) {
        endpoint_end(&e, PATH, "webticket.issue");
    }
    for (const struct finding *f = e.ex->findings; f; f = f->next) {
        if (strcmp(f->rule, rule) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- Answers ---- */

static struct ticket open_ticket(void)
{
    struct arena *arena = e.ex->arena;
    const char *text =
        sipe_extract(arena, endpoint_body(&e), "UserToken", false);
    struct ticket ticket;

    assert_int_equal(e.ex->reply.status, 200);
    assert_non_null(text);
    assert_int_equal(ticket_open(e.signer.keys, arena, text, SIGNER_NOW,
                                 &e.world->pools[0], &ticket),
                     TICKET_VALID);
    return ticket;
}

static void assert_fault(const char *code, const char *reason, const char *id)
{
    struct arena *arena = e.ex->arena;
    const char *body = endpoint_body(&e);

    assert_int_equal(e.ex->reply.status, 500);
    assert_non_null(strstr(body, arena_printf(arena, ">a:%s<", code)));
    assert_non_null(strstr(body, reason));
    assert_null(strstr(body, "UserToken"));
    if (id) {
        const char *header = endpoint_header(&e, "X-Ms-diagnostics");

        assert_string_equal(sipe_extract(arena, body, "ErrorId", false), id);
        assert_string_equal(sipe_extract(arena, body, "Reason", false), reason);
        assert_int_equal(strncmp(header, id, strlen(id)), 0);
        assert_non_null(strstr(header, reason));
    } else {
        assert_null(strstr(body, "<detail>"));
    }
}

static void assert_refused(const char *reason, const char *why)
{
    assert_fault("FailedAuthentication", reason, "28020");
    assert_string_equal(endpoint_remark(&e, "auth.refused"), why);
    assert_non_null(e.ex->why);
    assert_string_equal(e.ex->facts.verdict, "refused");
    assert_non_null(e.ex->facts.reason);
}

/* ---- Good ones ---- */

static void test_tickets(void **state)
{
    static const char *const names[] = {"CONTOSO\\alice", "alice@contoso.test",
                                        "alice", "contoso.test\\ALICE",
                                        "sip:alice@contoso.test"};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        ask(names[i], PASSWORD);
        assert_memory_equal(open_ticket().sid,
                            world_user(e.world, "alice")->sid, USER_SID_SIZE);
        assert_string_equal(e.ex->facts.user, "alice");
        assert_string_equal(e.ex->facts.auth, "usertoken");
        assert_string_equal(e.ex->facts.action, ACTION_ISSUE);
        assert_string_equal(e.ex->facts.verdict, "accepted");
        assert_null(e.ex->facts.reason);
        assert_string_equal(endpoint_remark(&e, "password.name"), names[i]);
        assert_null(e.ex->findings);
        assert_null(e.ex->why);
    }
    ask("j\xc3\xb6rg", "P\xc3\xa4ssw\xc3\xb6rd1");
    open_ticket();
    assert_null(e.ex->findings);
    ask("away", PASSWORD);
    open_ticket();
}

static void test_saml(void **state)
{
    AUTO(arena) arena = arena_new();

    (void)state;
    endpoint_request(&e);
    post(ACTION_ISSUE, arena_strdup(arena, token("alice", PASSWORD)), RST(""));
    assert_int_equal(e.ex->reply.status, 200);
    assert_non_null(strstr(endpoint_body(&e), ">sip:alice@contoso.test<"));
    assert_string_equal(endpoint_remark(&e, "ticket.format"), "saml");
}

/* protocol: webticket 4.3: taken, and found to be unusual. */
static void test_clear(void **state)
{
    (void)state;
    ask_as_written("CONTOSO\\alice", PASSWORD);
    open_ticket();
    assert_true(has_finding("WT-022"));
    ask_as_written("\n  alice\n", PASSWORD);
    open_ticket();
    /* Four letters: base64 of something, and a name. */
    ask_as_written("away", PASSWORD);
    open_ticket();
    assert_true(has_finding("WT-022"));
    /* The name in base64, the password not. */
    ask_as_written("YWxpY2U=", PASSWORD);
    open_ticket();
    assert_true(has_finding("WT-022"));
    /* White space belongs to a password. */
    ask_as_written("alice", " " PASSWORD);
    assert_refused(NOBODY, "wrong password");
    /* Base64 may be folded, and may lack its padding. */
    ask_as_written(" YWxp\n Y2U\n", "UGFzc3cw\r\ncmQh");
    open_ticket();
    assert_null(e.ex->findings);
}

/* A name that is base64 of something, but is an account's as it stands. */
static void test_name_that_could_be_base64(void **state)
{
    struct err err;

    (void)state;
    ask_as_written("YWJj", PASSWORD);
    assert_refused(NOBODY, "unknown user");
    assert_string_equal(e.ex->facts.reason, "unknown-user");
    assert_string_equal(endpoint_remark(&e, "password.name"), "abc");
    assert_true(world_set(e.world, "user.YWJj.state", "good", &err));
    assert_true(world_finish(e.world, &err));
    ask_as_written("YWJj", PASSWORD);
    open_ticket();
    assert_string_equal(e.ex->facts.user, "YWJj");
    assert_true(world_set(e.world, "user.abc.state", "good", &err));
    assert_true(world_finish(e.world, &err));
    ask_as_written("YWJj", "UGFzc3cwcmQh");
    open_ticket();
    assert_string_equal(e.ex->facts.user, "abc");
}

/* What is found says what the name was, and nothing of the password. */
static void test_finding_is_no_leak(void **state)
{
    const struct finding *found;

    (void)state;
    ask_as_written("CONTOSO\\alice", PASSWORD);
    found = e.ex->findings;
    assert_non_null(found);
    assert_true(span_equal(found->evidence, span_text("CONTOSO\\alice")));
    assert_null(found->next);
    for (const struct remark *r = e.ex->remarks; r; r = r->next) {
        assert_true(r->secret || !strstr(r->text, PASSWORD));
    }
}

/* ---- Refused ---- */

static void test_refused(void **state)
{
    static const struct {
        const char *name;
        const char *password;
        const char *reason;
        const char *why;
    } rows[] = {
        {"alice", "wrong", NOBODY, "wrong password"},
        {"alice", "", NOBODY, "wrong password"},
        {"alice", "passw0rd!", NOBODY, "wrong password"},
        {"nobody", PASSWORD, NOBODY, "unknown user"},
        {"nobody", "", NOBODY, "unknown user"},
        {"", PASSWORD, NOBODY, "unknown user"},
        {"", "", NOBODY, "unknown user"},
        {"FABRIKAM\\alice", PASSWORD, NOBODY, "unknown user"},
        {"disabled", PASSWORD, "The account is disabled.", "account disabled"},
        {"expired", PASSWORD, EXPIRED, "password expired"},
        {"mustchange", PASSWORD, EXPIRED, "password must be changed"},
        {"locked", PASSWORD, NOBODY, "account locked out"},
        {"locked", "wrong", NOBODY, "account locked out"},
        {"disabled", "wrong", NOBODY, "wrong password"},
        {"expired", "wrong", NOBODY, "wrong password"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ask(rows[i].name, rows[i].password);
        assert_refused(rows[i].reason, rows[i].why);
    }
    e.world->usertoken_tells = false;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ask(rows[i].name, rows[i].password);
        assert_refused(NOBODY, rows[i].why);
    }
    e.world->usertoken_tells = true;
}

static void test_encodings(void **state)
{
    static const struct {
        struct span name;
        struct span password;
        const char *why;
    } rows[] = {
#define BYTES(text) {(const uint8_t *)(text), sizeof(text) - 1}
        {BYTES("j\xf6rg"), BYTES("P\xc3\xa4ssw\xc3\xb6rd1"), "unknown user"},
        {BYTES("j\xc3\xb6rg"), BYTES("P\xe4ssw\xf6rd1"), "wrong password"},
        {BYTES("a\0l\0i\0c\0e\0"), BYTES(PASSWORD), "unknown user"},
        {BYTES("\xff\xfe\x61\0l\0"), BYTES(PASSWORD), "unknown user"},
        {BYTES("alice"), BYTES("P\0a\0s\0s\0w\0\x30\0r\0d\0!\0"),
         "wrong password"},
        {BYTES("alice\0"), BYTES(PASSWORD), "unknown user"},
        {BYTES("alice\0x"), BYTES(PASSWORD), "unknown user"},
        {BYTES("alice"), BYTES(PASSWORD "\0"), "wrong password"},
        {BYTES("alice"), BYTES(PASSWORD "\0x"), "wrong password"},
        {BYTES("alice\n"), BYTES(PASSWORD), "unknown user"},
        {BYTES("\xc0\xe1lice"), BYTES(PASSWORD), "unknown user"},
#undef BYTES
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ask_bytes(rows[i].name, rows[i].password);
        assert_refused(NOBODY, rows[i].why);
        assert_true(has_finding("WT-022"));
    }
}

static void test_long(void **state)
{
    static char text[300];

    (void)state;
    for (size_t size = 254; size <= 257; size++) {
        memset(text, 'a', size);
        text[size] = '\0';
        ask(text, PASSWORD);
        assert_refused(NOBODY, "unknown user");
        ask("alice", text);
        assert_refused(NOBODY, "wrong password");
        ask_as_written(text, text);
        assert_refused(NOBODY, "unknown user");
    }
}

/* protocol: webticket 6.4: credentials that are not there are wrong ones. */
static void test_incomplete(void **state)
{
    static const struct {
        const char *header;
        const char *flaw;
    } rows[] = {
        {"", "There is no Security."},
        {"<s:Header/>", "There is no Security."},
        {"<s:Header><Security/></s:Header>", "There is no Security."},
        {HEADER(""), "There is no UsernameToken."},
        {HEADER("<w:UsernameToken/>"), "There is no Username."},
        {HEADER("<w:UsernameToken><w:Username>YWxpY2U=</w:Username>"
                "</w:UsernameToken>"),
         "There is no Password."},
        {HEADER("<w:UsernameToken><w:Password>UGFzc3cwcmQh</w:Password>"
                "</w:UsernameToken>"),
         "There is no Username."},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        post(ACTION_ISSUE, rows[i].header, RST_CWT);
        assert_fault("FailedAuthentication", NOBODY, "28020");
        assert_string_equal(e.ex->why, rows[i].flaw);
        assert_int_equal(has_finding("WT-021"), i < 3);
        assert_null(e.ex->facts.user);
    }
}

#define GOOD_TOKEN                                                             \
    "<w:UsernameToken><w:Username>YWxpY2U=</w:Username>"                       \
    "<w:Password>UGFzc3cwcmQh</w:Password></w:UsernameToken>"

static void test_twice(void **state)
{
    static const char *const headers[] = {
        "<s:Header>" SECURITY(GOOD_TOKEN) SECURITY(GOOD_TOKEN) "</s:Header>",
        HEADER(GOOD_TOKEN GOOD_TOKEN),
        HEADER("<w:UsernameToken><w:Username>YWxpY2U=</w:Username>"
               "<w:Username>Ym9i</w:Username>"
               "<w:Password>UGFzc3cwcmQh</w:Password></w:UsernameToken>"),
        HEADER("<w:UsernameToken><w:Username>YWxpY2U=</w:Username>"
               "<w:Password>x</w:Password>"
               "<w:Password>UGFzc3cwcmQh</w:Password></w:UsernameToken>"),
    };

    (void)state;
    post(ACTION_ISSUE, HEADER(GOOD_TOKEN), RST_CWT);
    open_ticket();
    for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
        post(ACTION_ISSUE, headers[i], RST_CWT);
        assert_fault("InvalidSecurity", "more than one", NULL);
        /* WSS 1.1 section 5 has a MUST for headers alone. */
        assert_int_equal(has_finding("WT-026"), i == 0);
        assert_int_equal(has_finding("WT-027"), i > 0);
    }
}

static void test_digest(void **state)
{
    (void)state;
    post(ACTION_ISSUE,
         HEADER("<w:UsernameToken><w:Username>alice</w:Username>"
                "<w:Password Type=\"" URI_PASSWORD_DIGEST "\">x</w:Password>"
                "<w:Nonce>eA==</w:Nonce></w:UsernameToken>"),
         RST_CWT);
    assert_fault("UnsupportedSecurityToken", "password digest", NULL);
    assert_true(has_finding("WT-028"));
}

static void test_details(void **state)
{
    (void)state;
    post(ACTION_ISSUE,
         "<s:Header><w:Security xmlns:w=\"" URI_WSSE "\">" GOOD_TOKEN
         "</w:Security></s:Header>",
         RST_CWT);
    open_ticket();
    assert_true(has_finding("WT-021"));
    post(ACTION_ISSUE,
         HEADER("<w:UsernameToken><w:Username>YWxpY2U=</w:Username>"
                "<w:Password Type=\"urn:x\">UGFzc3cwcmQh</w:Password>"
                "<w:Nonce>eA==</w:Nonce><c:Created xmlns:c=\"" URI_WSU
                "\">2014-05-13T16:53:20Z</c:Created></w:UsernameToken>"),
         RST_CWT);
    open_ticket();
    assert_false(has_finding("WT-021"));
    assert_true(has_finding("WT-028"));
    assert_string_equal(endpoint_remark(&e, "usertoken.ignored"),
                        "Nonce, Created");
}

/* protocol: webticket 2.3: tools tell good passwords by this order. */
static void test_action(void **state)
{
    AUTO(arena) arena = arena_new();
    const char *good;
    const char *bad;

    (void)state;
    endpoint_request(&e);
    good = arena_strdup(arena, token("YWxpY2U=", "UGFzc3cwcmQh"));
    bad = arena_strdup(arena, token("YWxpY2U=", "eA=="));
    post(NULL, good, RST_CWT);
    assert_fault("ActionNotSupported", "Action ''", NULL);
    post("urn:other", good, "<x/>");
    assert_fault("ActionNotSupported", "Action 'urn:other'", NULL);
    post(NULL, bad, RST_CWT);
    assert_refused(NOBODY, "wrong password");
    post(ACTION_ISSUE, bad, "<x/>");
    assert_refused(NOBODY, "wrong password");
    post(ACTION_ISSUE, good, "<x/>");
    assert_fault("InvalidRequest", "no RequestSecurityToken", NULL);
    post(ACTION_ISSUE, good, "");
    assert_fault("InvalidRequest", "no RequestSecurityToken", NULL);
}

static void test_not_enabled(void **state)
{
    (void)state;
    ask("nosip", PASSWORD);
    assert_fault("FailedAuthentication", "User is not SIP enabled.", "28000");
}

static void test_claim(void **state)
{
    AUTO(arena) arena = arena_new();

    (void)state;
    endpoint_request(&e);
    post(ACTION_ISSUE, arena_strdup(arena, token("alice", PASSWORD)),
         RST("<Claims><c:ClaimType xmlns:c=\"" URI_AUTH
             "\" Uri=\"" URI_SIP_CLAIM
             "\"><c:Value>sip:bob@contoso.test</c:Value></c:ClaimType>"
             "</Claims>"));
    assert_fault("RequestFailed",
                 "The SIP URI in the claim type requirements "
                 "of the web ticket request does not match "
                 "the SIP URI associated with the presented "
                 "credentials.",
                 "28030");
}

/* What counts is what was sent: effects. */
static void test_lockout(void **state)
{
    (void)state;
    e.world->lockout_threshold = 2;
    ask("bob", "wrong");
    ask("bob", "wrong");
    ask("bob", PASSWORD);
    open_ticket();
    for (int i = 0; i < 2; i++) {
        ask("bob", "wrong");
        assert_refused(NOBODY, "wrong password");
        exchange_commit(e.ex);
    }
    assert_non_null(
        strstr(e.ex->why, "; bob is locked: 2 wrong passwords in a row"));
    ask("bob", PASSWORD);
    assert_refused(NOBODY, "account locked out (wrong passwords: 2 of "
                           "lockout-threshold 2)");
    ask("alice", "wrong");
    exchange_commit(e.ex);
    ask("alice", PASSWORD);
    exchange_commit(e.ex);
    ask("alice", "wrong");
    exchange_commit(e.ex);
    ask("alice", PASSWORD);
    open_ticket();
    e.world->lockout_threshold = 0;
}

static void test_get(void **state)
{
    (void)state;
    endpoint_request(&e);
    endpoint_call(&e, PATH, METHOD_GET, NULL);
    assert_int_equal(e.ex->reply.status, 400);
    assert_int_equal(e.ex->reply.body.size, 0);
    assert_string_equal(endpoint_header(&e, "X-MS-Server-Fqdn"),
                        "fe01.contoso.test");
}

static void test_not_offered(void **state)
{
    static const unsigned methods[] = {METHOD_POST, METHOD_GET};

    (void)state;
    e.world->offer.soap = false;
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        endpoint_request(&e);
        endpoint_call(&e, PATH, methods[i], NULL);
        assert_int_equal(e.ex->reply.status, 403);
        assert_non_null(strstr(endpoint_header(&e, "X-Ms-diagnostics"),
                               "No authentication method configured for the "
                               "URL in the request"));
    }
    e.world->offer.soap = true;
}

static int start(void **state)
{
    (void)state;
    endpoint_start(&e, &service_usertoken);
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
        cmocka_unit_test(test_tickets),
        cmocka_unit_test(test_saml),
        cmocka_unit_test(test_clear),
        cmocka_unit_test(test_name_that_could_be_base64),
        cmocka_unit_test(test_finding_is_no_leak),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_incomplete),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_action),
        cmocka_unit_test(test_not_enabled),
        cmocka_unit_test(test_claim),
        cmocka_unit_test(test_lockout),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_not_offered),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
