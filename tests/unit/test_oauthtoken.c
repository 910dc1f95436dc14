/*
 * The OAuth token endpoint by itself: what its tokens say, and where a
 * scenario can lay hands on it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "endpoint.h"
#include "scenario/session.h"
#include "ticket/ticket.h"

#define PATH "/WebTicket/oauthtoken"
#define BY_PASSWORD                                                            \
    "grant_type=password&username=CONTOSO%5Calice&password=Passw0rd%21"
#define AS_GUEST                                                               \
    "grant_type=urn:microsoft.rtc:anonmeeting&password=7Q2RVX4K&"              \
    "ms_rtc_conferenceuri=sip:alice@contoso.test;gruu;"                        \
    "opaque%3dapp:conf:focus:id:5LB7MRBC"

extern const struct service service_oauthtoken;

static struct endpoint endpoint;

static int set_up(void **state)
{
    endpoint_start(&endpoint, &service_oauthtoken);
    *state = &endpoint;
    return 0;
}

static int tear_down(void **state)
{
    endpoint_stop(*state);
    return 0;
}

static unsigned post(struct endpoint *e, const char *form)
{
    struct exchange *ex = endpoint_request(e);

    headers_add(&ex->request.headers, ex->arena, "Content-Type",
                "application/x-www-form-urlencoded");
    ex->request.body = span_text(form);
    endpoint_call(e, PATH, METHOD_POST, NULL);
    return ex->reply.status;
}

/* The access_token of the last answer; it outlives the exchange. */
static const char *access_token(struct endpoint *e)
{
    static const char start[] = "{\"access_token\":\"";
    const char *body = endpoint_body(e);

    assert_int_equal(strncmp(body, start, strlen(start)), 0);
    body += strlen(start);
    return arena_text(e->world->arena, span_of(body, strcspn(body, "\"")));
}

/* Opens it as any service would. */
static struct ticket token(struct endpoint *e)
{
    struct ticket ticket;

    assert_int_equal(ticket_open(e->services.ticket_keys, e->world->arena,
                                 access_token(e), endpoint_clock(&e->env),
                                 &e->world->pools[0], &ticket),
                     TICKET_VALID);
    return ticket;
}

static void a_users_token(void **state)
{
    struct endpoint *e = *state;
    const struct user *alice = world_user(e->world, "alice");
    struct ticket ticket;

    e->world->ticket.lifetime = 90 * ENV_NS_PER_SEC;
    assert_int_equal(post(e, BY_PASSWORD), 200);
    assert_non_null(strstr(endpoint_body(e), "\"expires_in\":90,"));
    ticket = token(e);
    assert_memory_equal(ticket.sid, alice->sid, USER_SID_SIZE);
    assert_null(ticket.guest);
    assert_int_equal(ticket.format, TICKET_CWT);
    assert_int_equal(ticket.expires - SIGNER_NOW + SIGNER_NOW % ENV_NS_PER_SEC,
                     90 * ENV_NS_PER_SEC);
    assert_string_equal(e->ex->facts.grant, "password");
    assert_string_equal(e->ex->facts.auth, "password");
    assert_string_equal(e->ex->facts.user, "alice");
}

static void a_guests_token(void **state)
{
    struct endpoint *e = *state;
    struct ticket ticket;
    const char *form;

    assert_int_equal(post(e, AS_GUEST), 200);
    assert_non_null(strstr(endpoint_body(e), "\"expires_in\":3600,"));
    assert_string_equal(e->ex->facts.auth, "anonymous");
    assert_null(e->ex->facts.user);
    ticket = token(e);
    assert_string_equal(ticket.meeting, e->world->meetings[0].uri);
    form = arena_printf(e->world->arena, "%s&ms_rtc_renew=%s", AS_GUEST,
                        access_token(e));
    assert_int_equal(post(e, AS_GUEST), 200);
    assert_string_not_equal(token(e).guest, ticket.guest);
    assert_int_equal(post(e, form), 200);
    assert_string_equal(token(e).guest, ticket.guest);
}

static void a_refusal_gives_no_token(void **state)
{
    struct endpoint *e = *state;

    assert_int_equal(post(e, BY_PASSWORD "x"), 400);
    assert_string_equal(endpoint_body(e), "{\"error\":\"invalid_grant\"}");
    assert_string_equal(endpoint_remark(e, "ticket.id"), "");
    assert_string_equal(endpoint_remark(e, "auth.refused"), "wrong password");
    assert_string_equal(endpoint_header(e, "Cache-Control"), "no-store");
    assert_string_equal(endpoint_header(e, "Pragma"), "no-cache");
}

static void the_token_is_a_secret(void **state)
{
    struct endpoint *e = *state;
    bool found = false;

    assert_int_equal(post(e, BY_PASSWORD), 200);
    for (const struct remark *r = e->ex->remarks; r; r = r->next) {
        bool text = strcmp(r->key, "ticket.text") == 0;

        found = found || text;
        assert_true(r->secret == text);
        assert_null(strstr(r->text, "Passw0rd"));
    }
    assert_true(found);
}

/* ---- Points ---- */

static void reach(struct endpoint *e, enum point at, const char *grant,
                  const char *user)
{
    static const char *grants[1];
    static const char *users[1];
    static struct step step;
    struct scenario *scenario = scenario_new(world_ref(e->world));

    grants[0] = grant;
    users[0] = user;
    step = (struct step){
        .where = "here:1",
        .at = at,
        .when = {.facts = FACT_GRANT | (user ? (unsigned)FACT_USER : 0),
                 .grant = {grants, 1},
                 .user = {users, 1}},
    };
    scenario->steps = &step;
    scenario->step_count = 1;
    scenario_index(scenario);
    sessions_free(e->services.sessions);
    e->services.sessions = sessions_new(scenario);
    scenario_unref(scenario);
}

static void scenarios_can_change_it(void **state)
{
    static const struct {
        enum point at;
        const char *grant;
        const char *user;
        const char *form;
        bool reached;
    } rows[] = {
        {POINT_OAUTH_REQUEST, "password", NULL, BY_PASSWORD, true},
        {POINT_OAUTH_REQUEST, "*:anonmeeting", NULL, BY_PASSWORD, false},
        {POINT_OAUTH_REQUEST, "*:anonmeeting", NULL, AS_GUEST, true},
        {POINT_OAUTH_REQUEST, "refresh*", NULL, "grant_type=refresh_token",
         true},
        {POINT_OAUTH_REQUEST, "*", NULL, "grant=password", false},
        {POINT_OAUTH_ISSUE, "password", "alice", BY_PASSWORD, true},
        {POINT_OAUTH_ISSUE, "password", "bob", BY_PASSWORD, false},
        {POINT_OAUTH_ISSUE, "password", NULL, BY_PASSWORD "x", false},
        {POINT_OAUTH_ISSUE, "*", NULL, AS_GUEST, true},
        {POINT_OAUTH_RESPONSE, "password", "alice", BY_PASSWORD, true},
        {POINT_OAUTH_RESPONSE, "password", NULL, BY_PASSWORD "x", false},
    };
    struct endpoint *e = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *told;

        reach(e, rows[i].at, rows[i].grant, rows[i].user);
        post(e, rows[i].form);
        told = endpoint_remark(e, "step");
        assert_int_equal(strncmp(told, point_info(rows[i].at)->name,
                                 strlen(point_info(rows[i].at)->name)) == 0,
                         rows[i].reached);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_users_token),
        TEST(a_guests_token),
        TEST(a_refusal_gives_no_token),
        TEST(the_token_is_a_secret),
        TEST(scenarios_can_change_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
