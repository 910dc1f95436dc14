/* What a sign-in tells of itself as data, and that a copy outlives it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth_fixture.h"
#include "ntlm_client.h"
#include "services/conn_auth.h"

static int set_up(void **state)
{
    return auth_set_up(state, "ntlm");
}

static const struct auth_report *sign_in(struct fixture *f,
                                         struct ntlm_client *client)
{
    step(f, client_negotiate(client));
    step(f, client_authenticate(client, f->outcome.token_out));
    assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
    return &f->outcome.report;
}

static void tells_what_was_sent(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "Alice", PASSWORD);
    const struct auth_report *report;

    client.domain = "contoso.TEST";
    client.spn = "HTTP/lyncweb.contoso.test";
    report = sign_in(f, &client);
    assert_string_equal(report->domain, "contoso.TEST");
    assert_string_equal(report->name, "Alice");
    assert_string_equal(report->workstation, "TESTER");
    assert_string_equal(report->spn, "HTTP/lyncweb.contoso.test");
    assert_true(report->ntlm.present);
    assert_string_equal(report->ntlm.response, "NTLMv2");
    assert_int_equal(report->ntlm.flags, client.agreed);
    assert_int_equal(report->ntlm.timestamp, AUTH_TIMESTAMP_ECHOED);
    assert_int_equal(report->ntlm.mic, AUTH_MIC_VERIFIED);
    client.spn = NULL;
    client.own_clock = true;
    client.mic = CLIENT_MIC_NONE;
    report = sign_in(f, &client);
    assert_null(report->spn);
    assert_int_equal(report->ntlm.timestamp, AUTH_TIMESTAMP_OWN);
    assert_int_equal(report->ntlm.mic, AUTH_MIC_ABSENT);
    f->world->ntlm.timestamp = false;
    report = sign_in(f, &client);
    assert_int_equal(report->ntlm.timestamp, AUTH_TIMESTAMP_NONE);
}

static void tells_of_the_channel(void **state)
{
    static const struct {
        enum client_binding sent;
        bool tls;
        enum client_response response;
        enum auth_binding told;
        const char *text;
    } rows[] = {
        {CLIENT_BINDING_NONE, true, CLIENT_V2, AUTH_BINDING_ABSENT, "absent"},
        {CLIENT_BINDING_ZERO, true, CLIENT_V2, AUTH_BINDING_ABSENT, "absent"},
        {CLIENT_BINDING_RIGHT, true, CLIENT_V2, AUTH_BINDING_MATCHED,
         "matched"},
        {CLIENT_BINDING_WRONG, true, CLIENT_V2, AUTH_BINDING_MISMATCHED,
         "mismatched"},
        {CLIENT_BINDING_RIGHT, false, CLIENT_V2, AUTH_BINDING_NOT_CHECKED,
         "not checked"},
        {CLIENT_BINDING_NONE, true, CLIENT_V1, AUTH_BINDING_NOT_CHECKED,
         "not checked"},
    };
    struct fixture *f = *state;
    struct span hash = f->ctx.certificate_hash;

    f->world->ntlm.v1 = true;
    f->world->ntlm.v1_ess = true;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

        f->ctx.certificate_hash = rows[i].tls ? hash : SPAN_NONE;
        client.binding = rows[i].sent;
        client.response = rows[i].response;
        client.certificate_hash = hash;
        assert_int_equal(sign_in(f, &client)->channel_binding, rows[i].told);
        assert_string_equal(auth_binding_text(rows[i].told), rows[i].text);
    }
}

/* [MS-NLMP] 3.4.5.3 */
static void tells_the_strength_of_the_key(void **state)
{
    static const struct {
        uint32_t flags;
        unsigned bits;
    } rows[] = {
        {NTLMSSP_ESS | NTLMSSP_128 | NTLMSSP_56, 128},
        {NTLMSSP_ESS | NTLMSSP_56, 56},
        {NTLMSSP_ESS, 40},
        {NTLMSSP_LM_KEY | NTLMSSP_56, 56},
        {NTLMSSP_LM_KEY, 40},
        {0, 128},
    };
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(ntlm_key_bits(rows[i].flags), rows[i].bits);
    }
    assert_int_equal(sign_in(f, &client)->ntlm.key_bits, 128);
    client.flags &= ~(uint32_t)NTLMSSP_128;
    assert_int_equal(sign_in(f, &client)->ntlm.key_bits, 56);
}

static void a_connection_keeps_it(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct conn_auth *auth = conn_auth_new();

    client.spn = "HTTP/lyncweb.contoso.test";
    sign_in(f, &client);
    conn_auth_establish(auth, f->world, f->method, &f->outcome);
    /* Arenas are wiped: whatever was not copied would be gone. */
    arena_free(f->arena);
    f->arena = arena_new();
    assert_ptr_equal(auth->proven_by, f->method);
    assert_string_equal(auth->mechanism, "ntlm");
    assert_string_equal(auth->report.domain, "CONTOSO");
    assert_string_equal(auth->report.name, "alice");
    assert_string_equal(auth->report.workstation, "TESTER");
    assert_string_equal(auth->report.spn, "HTTP/lyncweb.contoso.test");
    conn_auth_reset(auth);
    assert_null(auth->user);
    assert_null(auth->report.name);
    conn_auth_unref(auth);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_what_was_sent),
        TEST(tells_of_the_channel),
        TEST(tells_the_strength_of_the_key),
        TEST(a_connection_keeps_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
