/*
 * Windows authentication over HTTP and the pipeline around it: what is
 * offered, what a handshake does to its connection, what is committed.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/conn_auth.h"
#include "services/services.h"
#include "sessions_fixture.h"
#include "util/env.h"

/* A NEGOTIATE message as curl sends it: UNICODE, OEM, NTLM, ESS ... */
#define TYPE1 "TlRMTVNTUAABAAAABoIIAAAAAAAAAAAAAAAAAAAAAAA="
/* An AUTHENTICATE message of empty fields, 64 bytes. */
#define TYPE3                                                                  \
    "TlRMTVNTUAADAAAAAAAAAEAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAEAAAAAAAAAAQAAAAAAA" \
    "AABAAAAAAYIIAA=="

static const char service_path[] = "/WebTicket/WebTicketService.svc";

struct fixture {
    struct env env;
    struct world *world;
    struct services_context services;
    struct conn_auth *auth;
    struct exchange *ex;
};

static int64_t fake_time;

static int64_t fake_clock(struct env *env UNUSED)
{
    return fake_time;
}

static int set_up(void **state)
{
    static struct fixture f;
    struct err err;

    f = (struct fixture){.world = world_good(), .auth = conn_auth_new()};
    env_system(&f.env, 1);
    fake_time = INT64_C(1400000000) * ENV_NS_PER_SEC;
    f.env.now = fake_clock;
    f.env.monotonic = fake_clock;
    assert_true(world_finish(f.world, &err));
    f.services = (struct services_context){
        .sessions = sessions_playing(f.world), .env = &f.env};
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    exchange_unref(f->ex);
    conn_auth_unref(f->auth);
    sessions_free(f->services.sessions);
    world_unref(f->world);
    return 0;
}

static void never_called(void *ctx UNUSED)
{
    fail_msg("a reply that was not pending was resumed");
}

/* One request on the fixture's connection; the reply is in f->ex. */
static unsigned ask(struct fixture *f, const char *method, const char *path,
                    const char *authorization)
{
    struct conn_facts conn = {.id = 1, .tls = true, .peer = "127.0.0.1:1"};
    struct exchange *ex;

    exchange_unref(f->ex);
    ex = exchange_new(1, &conn);
    f->ex = ex;
    ex->request = (struct request){
        .method = method,
        .target = path,
        .path = path,
        .query = "",
        .version = "HTTP/1.1",
        .host = "lyncweb.contoso.test",
        .port = "",
    };
    if (authorization) {
        headers_add(&ex->request.headers, ex->arena, "Authorization",
                    authorization);
    }
    assert_int_equal(
        services_run(&f->services, ex, f->auth, never_called, NULL),
        SERVICES_DONE);
    return ex->reply.status;
}

/* The WWW-Authenticate lines, joined by "|". */
static const char *offers(struct fixture *f)
{
    char *all = arena_strdup(f->ex->arena, "");
    const struct headers *headers = &f->ex->reply.headers;

    for (size_t i = 0; i < headers->count; i++) {
        if (strcmp(headers->items[i].name, "WWW-Authenticate") == 0) {
            all = arena_printf(f->ex->arena, "%s%s%s", all, *all ? "|" : "",
                               headers->items[i].value);
        }
    }
    return all;
}

static const char *finding(struct fixture *f)
{
    return f->ex->findings ? f->ex->findings->rule : "";
}

static void offers_what_the_world_offers(void **state)
{
    struct fixture *f = *state;
    struct err err;

    assert_int_equal(ask(f, "POST", service_path, NULL), 401);
    assert_string_equal(offers(f), "Negotiate|NTLM");
    assert_true(world_set(f->world, "offer.windows", "NTLM,Negotiate", &err));
    assert_int_equal(ask(f, "POST", service_path, NULL), 401);
    assert_string_equal(offers(f), "NTLM|Negotiate");
    assert_true(world_set(f->world, "offer.one-line", "yes", &err));
    assert_int_equal(ask(f, "POST", service_path, NULL), 401);
    assert_string_equal(offers(f), "NTLM, Negotiate");
}

static void refuses_what_is_no_token(void **state)
{
    static const struct {
        const char *authorization;
        const char *rule;
    } rows[] = {
        {"Basic YWxpY2U6UGFzc3cwcmQh", "HA-025"},
        {"", "HA-025"},
        {"NTLM", "HA-024"},
        {"NTLM !!!", "HA-024"},
        {"NTLM YWJj", "HA-026"},
        {"NTLM " TYPE3, "HA-027"},
        {"Negotiate YWJj", "HA-026"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("  \"%s\"\n", rows[i].authorization);
        assert_int_equal(ask(f, "POST", service_path, rows[i].authorization),
                         401);
        assert_string_equal(offers(f), "Negotiate|NTLM");
        assert_string_equal(finding(f), rows[i].rule);
        assert_null(f->auth->user);
    }
}

static void a_challenge_names_its_scheme_alone(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, "POST", service_path, "ntlm " TYPE1), 401);
    assert_int_equal(strncmp(offers(f), "NTLM TlRMTVNTUAACAAAA", 21), 0);
    assert_null(strchr(offers(f), '|'));
    assert_null(headers_get(&f->ex->reply.headers, "Connection"));
    assert_int_equal(f->ex->facts.leg, 1);
    /* This answer to it is wrong, but it is in turn. */
    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE3), 401);
    assert_string_equal(finding(f), "");
    assert_int_equal(f->ex->facts.leg, 2);
    assert_non_null(strstr(f->ex->why, "anonymous logon"));
    /* The handshake is over: the same again is out of turn. */
    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE3), 401);
    assert_string_equal(finding(f), "HA-027");
}

static void a_challenge_that_never_went_out_is_no_challenge(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE1), 401);
    f->auth->armed = false; /* as when another reply took its place */
    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE3), 401);
    assert_string_equal(finding(f), "HA-027");
}

static void a_handshake_waits_for_a_minute(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE1), 401);
    fake_time += 60 * ENV_NS_PER_SEC;
    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE3), 401);
    assert_string_equal(finding(f), "");
    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE1), 401);
    fake_time += 61 * ENV_NS_PER_SEC;
    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE3), 401);
    assert_string_equal(finding(f), "HA-027");
}

static void another_scheme_starts_afresh(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE1), 401);
    assert_int_equal(ask(f, "POST", service_path, "Negotiate " TYPE3), 401);
    assert_string_equal(finding(f), "HA-027");
}

/* Also where the scheme comes back: the challenge was for a leg that is over.
 */
static void a_scheme_that_goes_takes_its_handshake_along(void **state)
{
    struct fixture *f = *state;
    struct err err;

    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE1), 401);
    assert_non_null(f->auth->handle);
    assert_true(world_set(f->world, "offer.windows", "Negotiate", &err));
    /* What another scheme brings has nothing to do with it. */
    assert_int_equal(ask(f, "POST", service_path, "Basic YTpi"), 401);
    assert_non_null(f->auth->handle);
    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE3), 401);
    assert_string_equal(finding(f), "HA-025");
    assert_null(f->auth->handle);
    assert_true(world_set(f->world, "offer.windows", "NTLM", &err));
    assert_int_equal(ask(f, "POST", service_path, "NTLM " TYPE3), 401);
    assert_string_equal(finding(f), "HA-027");
}

/* docs/auth-endpoints.md: one identity a connection. */
static void a_door_wants_a_scheme_that_it_offers(void **state)
{
    struct fixture *f = *state;
    const struct auth_outcome outcome = {.user = world_user(f->world, "alice"),
                                         .mechanism = "ntlm"};

    conn_auth_establish(f->auth, f->world, auth_method("ntlm"), &outcome);
    assert_int_equal(ask(f, "GET", "/auth/ntlm", NULL), 200);
    assert_int_equal(ask(f, "GET", "/auth/any", NULL), 200);
    assert_int_equal(ask(f, "GET", "/auth/negotiate", NULL), 401);
    assert_string_equal(offers(f), "Negotiate");
    assert_string_equal(f->ex->remarks->key, "auth.other-scheme");
    assert_int_equal(ask(f, "GET", "/auth/ntlm", NULL), 200);
    f->world->offer.windows_count = 1;
    assert_int_equal(ask(f, "POST", service_path, NULL), 401);
    assert_string_equal(offers(f), "Negotiate");
    assert_int_equal(f->auth->requests, 5);
}

static void basic_proves_nothing_for_the_connection(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, "GET", "/auth/any", "NTLM " TYPE1), 401);
    assert_int_equal(ask(f, "GET", "/auth/any", "basic YWxpY2U6UGFzc3cwcmQh"),
                     200);
    assert_null(headers_get(&f->ex->reply.headers, "Persistent-Auth"));
    assert_string_equal(f->ex->facts.auth, "basic");
    assert_int_equal(f->ex->facts.leg, 0);
    assert_null(f->auth->user);
    /* Nor did it end the handshake: this answer is in turn. */
    assert_int_equal(ask(f, "GET", "/auth/any", "NTLM " TYPE3), 401);
    assert_non_null(strstr(f->ex->why, "anonymous logon"));
}

static void what_is_withdrawn_is_not_there(void **state)
{
    struct fixture *f = *state;
    struct err err;

    assert_true(world_set(f->world, "offer.plain", "no", &err));
    assert_int_equal(ask(f, "GET", "/auth/basic", NULL), 404);
    assert_string_equal(offers(f), "");
    assert_string_equal(f->ex->remarks->key, "unexpected");
}

static void routes(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, "GET", "/nowhere", NULL), 404);
    assert_int_equal(ask(f, "DELETE", service_path, NULL), 405);
    assert_non_null(headers_get(&f->ex->reply.headers, "Allow"));
    assert_int_equal(ask(f, "POST", "/webticket/WEBTICKETSERVICE.SVC", NULL),
                     401);
    /* Advertised, not emulated. */
    assert_int_equal(ask(f, "POST", "/Reach/sip.svc", NULL), 503);
    assert_string_equal(f->ex->remarks->key, "not-emulated");
    assert_int_equal(ask(f, "GET", "/reach/SIP.svc/mex", NULL), 503);
    assert_int_equal(ask(f, "GET", "/Reach/sip.svcs", NULL), 404);
    assert_int_equal(ask(f, "GET", "/Reach", NULL), 404);
    assert_int_equal(ask(f, "GET", "/auth/ntlm/more", NULL), 401);
    assert_int_equal(ask(f, "GET", "/auth/ntlmmore", NULL), 404);
    /* "/" is the Root of lyncdiscover names alone. */
    assert_int_equal(ask(f, "GET", "/", NULL), 404);
}

int main(void)
{
#define GATE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        GATE_TEST(offers_what_the_world_offers),
        GATE_TEST(refuses_what_is_no_token),
        GATE_TEST(a_challenge_names_its_scheme_alone),
        GATE_TEST(a_challenge_that_never_went_out_is_no_challenge),
        GATE_TEST(a_handshake_waits_for_a_minute),
        GATE_TEST(another_scheme_starts_afresh),
        GATE_TEST(a_scheme_that_goes_takes_its_handshake_along),
        GATE_TEST(a_door_wants_a_scheme_that_it_offers),
        GATE_TEST(basic_proves_nothing_for_the_connection),
        GATE_TEST(what_is_withdrawn_is_not_there),
        GATE_TEST(routes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
