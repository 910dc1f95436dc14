/* The port for the guests of a meeting. */
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

#define PATH "/WebTicket/WebTicketService.svc/Anon"
#define URI  "sip:alice@contoso.test;gruu;opaque=app:conf:focus:id:5LB7MRBC"
#define KEY  "7Q2RVX4K"
#define HOUR (3600 * ENV_NS_PER_SEC)

extern const struct service service_anonymous;

static struct endpoint e;

/* ---- Requests ---- */

#define CLAIMS(value)                                                          \
    "<Claims><c:ClaimType xmlns:c=\"" URI_AUTH "\" Uri=\"urn:conference\">"    \
    "<c:Value>" value "</c:Value></c:ClaimType></Claims>"
#define RST(parts)                                                             \
    "<RequestSecurityToken xmlns=\"" URI_TRUST "\">" parts                     \
    "<RequestType>" URI_TRUST_200502 "/Issue</RequestType>"                    \
    "</RequestSecurityToken>"
#define TYPE(uri) "<TokenType>" uri "</TokenType>"
#define LOGIN(name, password)                                                  \
    "<s:Header><w:Security xmlns:w=\"" URI_WSSE "\"><w:UsernameToken>"         \
    "<w:Username>" name "</w:Username>" password                               \
    "</w:UsernameToken></w:Security></s:Header>"
#define PASSWORD(text) "<w:Password>" text "</w:Password>"

static void post(const char *header, const char *body)
{
    struct exchange *ex = endpoint_request(&e);

    headers_add(&ex->request.headers, ex->arena, "SOAPAction", ACTION_ISSUE);
    ex->request.body = span_text(
        arena_printf(ex->arena,
                     "<s:Envelope xmlns:s=\"" URI_SOAP11 "\">%s<s:Body>%s"
                     "</s:Body></s:Envelope>",
                     header, body));
    endpoint_call(&e, PATH, METHOD_POST, NULL);
}

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

static void assert_refused(const char *why)
{
    struct arena *arena = e.ex->arena;

    assert_int_equal(e.ex->reply.status, 500);
    assert_string_equal(
        sipe_extract(arena, endpoint_body(&e), "ErrorId", false), "28020");
    assert_non_null(strstr(endpoint_body(&e), "a:FailedAuthentication"));
    assert_null(strstr(endpoint_body(&e), "UserToken"));
    assert_non_null(strstr(e.ex->why, why));
}

/* ---- Tests ---- */

static void test_ticket(void **state)
{
    AUTO(arena) arena = arena_new();
    struct ticket ticket;
    const char *first;

    (void)state;
    post("", RST(TYPE(URI_TOKEN_CWT) CLAIMS(URI)));
    ticket = open_ticket();
    assert_string_equal(ticket.meeting, URI);
    assert_non_null(ticket.guest);
    assert_null(ticket.sid);
    assert_true(ticket.expires == SIGNER_NOW + HOUR);
    assert_string_equal(e.ex->facts.auth, "anonymous");
    assert_null(e.ex->facts.user);
    assert_string_equal(e.ex->facts.action, ACTION_ISSUE);
    assert_string_equal(endpoint_remark(&e, "anonymous.meeting"), URI);
    assert_string_equal(endpoint_remark(&e, "anonymous.guest"), ticket.sip);
    assert_null(e.ex->why);
    first = arena_strdup(arena, ticket.guest);
    post("", RST(TYPE(URI_TOKEN_CWT) CLAIMS(URI)));
    assert_string_not_equal(open_ticket().guest, first);
    e.world->ticket.guest_lifetime = 90 * ENV_NS_PER_SEC;
    post("", RST(CLAIMS(URI)));
    assert_true(open_ticket().expires == SIGNER_NOW + 90 * ENV_NS_PER_SEC);
    e.world->ticket.guest_lifetime = HOUR;
}

#define BASE64                                                                 \
    "c2lwOmFsaWNlQGNvbnRvc28udGVzdDtncnV1O29wYXF1ZT1hcHA6Y29uZjpmb2N1czppZDo1" \
    "TEI3TVJCQw=="

/* protocol: webticket 4.5: wherever it stands, as long as it may. */
static void test_places(void **state)
{
    static const struct {
        const char *header;
        const char *body;
        bool found[3]; /* by setting: anywhere, claims, usertoken */
    } rows[] = {
        {"", RST(CLAIMS(URI)), {true, true, false}},
        {"", RST(CLAIMS(BASE64)), {true, true, false}},
        {LOGIN(URI, ""), RST(""), {true, false, true}},
        {LOGIN(BASE64, ""), RST(""), {true, false, true}},
        {"", RST("<x>conference " URI ", please</x>"), {true, false, false}},
        {"", RST("<x><y/><y><z>" URI "</z></y></x>"), {true, false, false}},
        {"<s:Header><x>" URI "</x></s:Header>", RST(""), {true, false, false}},
        {"", RST("<x a=\"" URI "\"/>"), {false, false, false}},
        {"", RST(CLAIMS("sip:alice@contoso.test")), {false, false, false}},
        {"", RST(""), {false, false, false}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        for (size_t place = 0; place < 3; place++) {
            e.world->anonymous.uri_in = (enum anonymous_uri)place;
            post(rows[i].header, rows[i].body);
            if (rows[i].found[place]) {
                open_ticket();
            } else {
                assert_refused("no conference URI of a known meeting");
            }
        }
    }
    e.world->anonymous.uri_in = ANONYMOUS_URI_ANYWHERE;
}

static void test_key(void **state)
{
    static const struct {
        const char *header;
        bool good[3]; /* by setting: check, require, ignore */
    } rows[] = {
        {"", {true, false, true}},
        {LOGIN(URI, ""), {true, false, true}},
        {LOGIN(URI, PASSWORD(KEY)), {true, true, true}},
        {LOGIN(URI, PASSWORD("N1EyUlZYNEs=")), {true, true, true}},
        {LOGIN(URI, PASSWORD("7Q2RVX4L")), {false, false, true}},
        {LOGIN(URI, PASSWORD("7q2rvx4k")), {false, false, true}},
        {LOGIN(URI, PASSWORD("")), {false, false, true}},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        for (size_t key = 0; key < 3; key++) {
            e.world->anonymous.key = (enum anonymous_key)key;
            post(rows[i].header, RST(CLAIMS(URI)));
            if (rows[i].good[key]) {
                open_ticket();
            } else {
                assert_refused("the conference key is wrong");
            }
        }
    }
    e.world->anonymous.key = ANONYMOUS_KEY_CHECK;
}

static void test_no_meeting(void **state)
{
    (void)state;
    post("", RST(CLAIMS("sip:alice@contoso.test;gruu;"
                        "opaque=app:conf:focus:id:AAAAAAAA")));
    assert_refused("no conference URI of a known meeting");
    post("", RST(CLAIMS("sip:bob@contoso.test;gruu;"
                        "opaque=app:conf:focus:id:5LB7MRBC")));
    assert_refused("no conference URI of a known meeting");
    e.world->meetings[0].state = MEETING_ENDED;
    post("", RST(CLAIMS(URI)));
    assert_refused("the meeting has ended");
    e.world->meetings[0].state = MEETING_OPEN;
    post("", RST(CLAIMS(URI)));
    open_ticket();
}

static void test_token_types(void **state)
{
    static const struct {
        const char *body;
        const char *type[3]; /* by setting: asked, user, anon */
    } rows[] = {
#define ALL(uri) {(uri), URI_TOKEN_CWT, URI_TOKEN_ANON_CWT}
        {RST(CLAIMS(URI)), ALL(URI_TOKEN_CWT)},
        {RST(TYPE(URI_TOKEN_CWT) CLAIMS(URI)), ALL(URI_TOKEN_CWT)},
        {RST(TYPE(URI_TOKEN_ANON_CWT) CLAIMS(URI)), ALL(URI_TOKEN_ANON_CWT)},
        {RST(TYPE(URI_TOKEN_SAML) CLAIMS(URI)), ALL(URI_TOKEN_CWT)},
#undef ALL
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        for (size_t type = 0; type < 3; type++) {
            e.world->anonymous.type = (enum anonymous_type)type;
            post("", rows[i].body);
            open_ticket();
            assert_string_equal(sipe_extract(e.ex->arena, endpoint_body(&e),
                                             "TokenType", false),
                                rows[i].type[type]);
        }
    }
    e.world->anonymous.type = ANONYMOUS_TYPE_ASKED;
    post("", RST(TYPE("urn:other") CLAIMS(URI)));
    assert_non_null(strstr(endpoint_body(&e), ">a:BadRequest<"));
}

static void test_other_pool(void **state)
{
    (void)state;
    assert_string_equal(endpoint_remark(&e, "anonymous.pool"), "");
    world_add_user(e.world, "alice")->home = 1;
    post("", RST(CLAIMS(URI)));
    open_ticket();
    assert_string_not_equal(endpoint_remark(&e, "anonymous.pool"), "");
    world_add_user(e.world, "alice")->home = 0;
}

static void test_routes(void **state)
{
    (void)state;
    assert_null(endpoint_route(&e, PATH, METHOD_GET));
    e.world->offer.anonymous = false;
    post("", RST(CLAIMS(URI)));
    assert_int_equal(e.ex->reply.status, 403);
    assert_non_null(strstr(endpoint_header(&e, "X-Ms-diagnostics"),
                           "No authentication method configured for the URL"));
    e.world->offer.anonymous = true;
}

static int start(void **state)
{
    (void)state;
    endpoint_start(&e, &service_anonymous);
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
        cmocka_unit_test(test_ticket),      cmocka_unit_test(test_places),
        cmocka_unit_test(test_key),         cmocka_unit_test(test_no_meeting),
        cmocka_unit_test(test_token_types), cmocka_unit_test(test_other_pool),
        cmocka_unit_test(test_routes),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
