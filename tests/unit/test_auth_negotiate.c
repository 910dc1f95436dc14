/* The SPNEGO acceptor with NTLM inside: whole handshakes, good and bad. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth_fixture.h"
#include "ntlm_client.h"
#include "wire/der.h"
#include "wire/spnego.h"

/* mechListMIC of the client's last token. */
enum mic {
    MIC_NONE,
    MIC_RIGHT,
    MIC_WRONG,
    MIC_OF_OTHER_LIST,
};

static int set_up(void **state)
{
    return auth_set_up(state, "negotiate");
}

static struct spnego_init list_of(const struct span *mechs, size_t count)
{
    struct spnego_init init = {.framed = true, .mech_count = count};

    for (size_t i = 0; i < count; i++) {
        init.mechs[i] = mechs[i];
    }
    return init;
}

static void send_init(struct fixture *f, const struct spnego_init *init)
{
    AUTO_BUF token = {0};

    spnego_encode_init(&token, init);
    step(f, arena_copy(f->arena, buf_span(&token)));
}

static void send_resp(struct fixture *f, struct span token, struct span mic)
{
    struct spnego_resp resp = {
        .has_token = token.size > 0,
        .response_token = token,
        .has_mic = mic.size > 0,
        .mech_list_mic = mic,
    };
    AUTO_BUF out = {0};

    spnego_encode_resp(&out, &resp);
    step(f, arena_copy(f->arena, buf_span(&out)));
}

/* The server's last token. */
static struct spnego_resp replied(const struct fixture *f)
{
    struct spnego_resp resp = {0};
    struct spnego_flaw flaw;

    assert_int_equal(spnego_decode_resp(f->outcome.token_out, &resp, &flaw),
                     SPNEGO_OK);
    assert_true(resp.has_state);
    return resp;
}

static struct span mic_of(struct fixture *f, struct ntlm_client *client,
                          const struct spnego_init *init, enum mic kind)
{
    struct spnego_init other = *init;
    uint8_t *mic = arena_alloc(f->arena, NTLM_SIGNATURE_SIZE);
    AUTO_BUF list = {0};

    if (kind == MIC_NONE) {
        return SPAN_NONE;
    }
    other.mech_count -= kind == MIC_OF_OTHER_LIST;
    spnego_encode_mech_types(&list, &other);
    ntlm_session_sign(&client->session, NTLM_CLIENT, buf_span(&list), mic);
    mic[5] ^= kind == MIC_WRONG;
    return span_of(mic, NTLM_SIGNATURE_SIZE);
}

static void assert_server_mic(struct ntlm_client *client,
                              const struct spnego_init *init,
                              const struct spnego_resp *resp)
{
    AUTO_BUF list = {0};

    spnego_encode_mech_types(&list, init);
    assert_true(resp->has_mic);
    assert_true(ntlm_session_verify(&client->session, NTLM_SERVER,
                                    buf_span(&list), resp->mech_list_mic));
}

static void assert_accepted(const struct fixture *f)
{
    assert_string_equal(auth_reason_text(f->outcome.reason), "none");
    assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
    assert_string_equal(f->outcome.user->name, "alice");
    assert_string_equal(f->outcome.mechanism, "negotiate+ntlm");
}

/* NTLM first in the list, with its token: two legs, MIC optional. */
static void optimistic(void **state)
{
    static const struct {
        enum mic mic;
        bool accepted;
        const char *told;
    } rows[] = {
        {MIC_NONE, true, "absent"},
        {MIC_RIGHT, true, "verified"},
        {MIC_WRONG, false, "wrong"},
        {MIC_OF_OTHER_LIST, false, "wrong"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
        const size_t k = i / 2;
        const struct span mechs[] = {SPNEGO_OID_NTLM, SPNEGO_OID_KRB5};
        struct spnego_init init = list_of(mechs, 2);
        struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
        struct spnego_resp resp;
        struct span last;

        client.key_exchange = i % 2;
        init.has_token = true;
        init.mech_token = client_negotiate(&client);
        send_init(f, &init);
        assert_int_equal(f->outcome.verdict, AUTH_CONTINUE);
        assert_string_equal(note(f, "spnego.mechs"), "NTLMSSP Kerberos");
        assert_string_equal(note(f, "ntlm.message"), "NEGOTIATE");
        resp = replied(f);
        assert_int_equal(resp.state, SPNEGO_ACCEPT_INCOMPLETE);
        assert_true(resp.has_mech && resp.has_token && !resp.has_mic);
        assert_true(span_equal(resp.supported_mech, SPNEGO_OID_NTLM));
        last = client_authenticate(&client, resp.response_token);
        send_resp(f, last, mic_of(f, &client, &init, rows[k].mic));
        assert_string_equal(note(f, "spnego.mech-list-mic"), rows[k].told);
        resp = replied(f);
        assert_false(resp.has_mech); /* in the first reply only */
        if (!rows[k].accepted) {
            assert_refused(f, AUTH_REASON_MECH_LIST_MIC);
            assert_int_equal(resp.state, SPNEGO_REJECT);
            assert_false(f->outcome.counts);
            continue;
        }
        assert_accepted(f);
        assert_int_equal(resp.state, SPNEGO_ACCEPT_COMPLETED);
        assert_int_equal(resp.has_mic, rows[k].mic == MIC_RIGHT);
        if (resp.has_mic) {
            assert_server_mic(&client, &init, &resp);
        }
    }
}

/* Kerberos first, with its token; NTLM is chosen, and a MIC is a must. */
static void second_choice(void **state)
{
    static const struct {
        enum mic mic;
        bool accepted;
        const char *told;
    } rows[] = {
        {MIC_RIGHT, true, "verified"},
        {MIC_NONE, false, "absent where required"},
        {MIC_WRONG, false, "wrong"},
        {MIC_OF_OTHER_LIST, false, "wrong"},
    };
    const struct span mechs[] = {SPNEGO_OID_MS_KRB5, SPNEGO_OID_KRB5,
                                 SPNEGO_OID_NTLM};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct spnego_init init = list_of(mechs, 3);
        struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
        struct spnego_resp resp;
        struct span last;

        init.has_token = true;
        init.mech_token = span_text("a Kerberos token, dropped unread");
        send_init(f, &init);
        assert_int_equal(f->outcome.verdict, AUTH_CONTINUE);
        assert_string_equal(f->outcome.mechanism, "negotiate+ntlm");
        assert_string_equal(note(f, "spnego.mech"), "NTLMSSP");
        assert_string_equal(note(f, "spnego.state"), "request-mic");
        resp = replied(f);
        assert_int_equal(resp.state, SPNEGO_REQUEST_MIC);
        assert_true(span_equal(resp.supported_mech, SPNEGO_OID_NTLM));
        assert_false(resp.has_token);
        send_resp(f, client_negotiate(&client), SPAN_NONE);
        resp = replied(f);
        assert_int_equal(resp.state, SPNEGO_ACCEPT_INCOMPLETE);
        assert_false(resp.has_mech);
        last = client_authenticate(&client, resp.response_token);
        send_resp(f, last, mic_of(f, &client, &init, rows[i].mic));
        assert_string_equal(note(f, "spnego.mech-list-mic"), rows[i].told);
        if (rows[i].accepted) {
            resp = replied(f);
            assert_accepted(f);
            assert_server_mic(&client, &init, &resp);
        } else {
            assert_refused(f, AUTH_REASON_MECH_LIST_MIC);
        }
    }
}

/* NTLM first, but no token yet: the choice is the client's, no MIC needed. */
static void no_optimistic_token(void **state)
{
    const struct span mechs[] = {SPNEGO_OID_NTLM};
    struct fixture *f = *state;
    struct spnego_init init = list_of(mechs, 1);
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct spnego_resp resp;

    send_init(f, &init);
    assert_int_equal(replied(f).state, SPNEGO_ACCEPT_INCOMPLETE);
    assert_true(replied(f).has_mech);
    send_resp(f, client_negotiate(&client), SPAN_NONE);
    resp = replied(f);
    send_resp(f, client_authenticate(&client, resp.response_token), SPAN_NONE);
    assert_accepted(f);
}

static void no_common_mechanism(void **state)
{
    const struct span mechs[] = {SPNEGO_OID_KRB5, SPNEGO_OID_MS_KRB5};
    struct fixture *f = *state;
    struct spnego_init init = list_of(mechs, 2);

    for (size_t count = 0; count <= 2; count++) {
        init.mech_count = count;
        send_init(f, &init);
        assert_refused(f, AUTH_REASON_MECHANISM);
        assert_int_equal(replied(f).state, SPNEGO_REJECT);
        assert_false(replied(f).has_mech);
    }
}

static void refused_inside(void **state)
{
    static const struct {
        const char *user;
        const char *password;
        enum auth_reason reason;
        bool counts;
    } rows[] = {
        {"alice", "wrong", AUTH_REASON_WRONG_PASSWORD, true},
        {"nobody", PASSWORD, AUTH_REASON_UNKNOWN_USER, false},
        {"disabled", PASSWORD, AUTH_REASON_DISABLED, false},
    };
    const struct span mechs[] = {SPNEGO_OID_NTLM};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct spnego_init init = list_of(mechs, 1);
        struct ntlm_client client =
            client_of(f->arena, rows[i].user, rows[i].password);
        struct span last;

        init.has_token = true;
        init.mech_token = client_negotiate(&client);
        send_init(f, &init);
        last = client_authenticate(&client, replied(f).response_token);
        send_resp(f, last, mic_of(f, &client, &init, MIC_RIGHT));
        assert_refused(f, rows[i].reason);
        assert_int_equal(f->outcome.counts, rows[i].counts);
        assert_int_equal(replied(f).state, SPNEGO_REJECT);
        assert_string_equal(note(f, "spnego.mech-list-mic"), "");
    }
}

static void raw_ntlm(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct span last;

    step(f, client_negotiate(&client));
    assert_int_equal(f->outcome.verdict, AUTH_CONTINUE);
    assert_string_equal(note(f, "spnego.token"), "raw NTLMSSP");
    assert_int_equal(spnego_kind_of(f->outcome.token_out), SPNEGO_RAW_NTLM);
    last = client_authenticate(&client, f->outcome.token_out);
    step(f, last);
    assert_accepted(f);
    assert_int_equal(f->outcome.token_out.size, 0);
    step(f, last);
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
    step(f, client_negotiate(&client));
    assert_int_equal(f->outcome.verdict, AUTH_CONTINUE);
}

static void raw_kerberos(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF token = {0};

    der_add(&token, DER_OID, SPNEGO_OID_KRB5);
    buf_add_text(&token, "\x01");
    der_wrap(&token, 0, DER_APPLICATION_0);
    step(f, buf_span(&token));
    assert_refused(f, AUTH_REASON_MECHANISM);
    assert_string_equal(note(f, "spnego.token"), "raw Kerberos");
}

/* Raw tokens are no way around a mechListMIC that is required. */
static void raw_within_spnego(void **state)
{
    const struct span mechs[] = {SPNEGO_OID_KRB5, SPNEGO_OID_NTLM};
    struct fixture *f = *state;
    struct spnego_init init = list_of(mechs, 2);
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct span last;

    send_init(f, &init);
    send_resp(f, client_negotiate(&client), SPAN_NONE);
    last = client_authenticate(&client, replied(f).response_token);
    step(f, last);
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
    send_resp(f, last, SPAN_NONE);
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
}

static void spnego_within_raw(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

    step(f, client_negotiate(&client));
    send_resp(f, client_authenticate(&client, f->outcome.token_out), SPAN_NONE);
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
}

static void out_of_turn(void **state)
{
    const struct span mechs[] = {SPNEGO_OID_NTLM};
    struct fixture *f = *state;
    struct spnego_init init = list_of(mechs, 1);
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct span last;

    send_resp(f, span_text("anything"), SPAN_NONE);
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
    init.has_token = true;
    init.mech_token = client_negotiate(&client);
    send_init(f, &init);
    last = client_authenticate(&client, replied(f).response_token);
    send_resp(f, last, SPAN_NONE);
    assert_accepted(f);
    send_resp(f, last, SPAN_NONE);
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
    init.mech_token = last; /* a last leg where the first belongs */
    send_init(f, &init);
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
    init.mech_token = client_negotiate(&client);
    send_init(f, &init); /* a new NegTokenInit starts afresh */
    assert_int_equal(f->outcome.verdict, AUTH_CONTINUE);
}

/* A client that begins again must not profit from what it began before. */
static void restarted(void **state)
{
    const struct span mechs[] = {SPNEGO_OID_NTLM};
    struct fixture *f = *state;
    struct spnego_init init = list_of(mechs, 1);
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct span old;

    init.has_token = true;
    init.mech_token = client_negotiate(&client);
    send_init(f, &init);
    old = client_authenticate(&client, replied(f).response_token);
    send_init(f, &init);
    send_resp(f, old, SPAN_NONE);
    assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
}

static void garbage(void **state)
{
    static const struct {
        const char *name;
        const char *token;
        bool begun; /* a handshake is under way */
        const char *told;
    } rows[] = {
        {"empty", "", false, "neither SPNEGO nor a known mechanism"},
        {"text", "616263", true, "neither SPNEGO nor a known mechanism"},
        {"cut NegTokenInit", "a00430", false,
         "NegTokenInit ends too early, at offset 0"},
        {"cut NegTokenResp", "a10430", true,
         "NegTokenResp ends too early, at offset 0"},
        {"client rejects", "a1073005a0030a0102", true,
         "the client rejects the negotiation"},
        {"no token", "a1073005a0030a0101", true, "responseToken is absent"},
    };
    const struct span mechs[] = {SPNEGO_OID_NTLM};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct spnego_init init = list_of(mechs, 1);
        struct span bytes;

        print_message("  %s\n", rows[i].name);
        if (rows[i].begun) {
            send_init(f, &init);
        }
        assert_true(hex_decode(f->arena, rows[i].token, &bytes));
        step(f, bytes);
        assert_int_equal(f->outcome.verdict, AUTH_INVALID);
        assert_int_equal(f->outcome.reason, AUTH_REASON_BAD_TOKEN);
        assert_string_equal(note(f, "spnego.error"), rows[i].told);
        send_resp(f, span_text("anything"), SPAN_NONE);
        assert_refused(f, AUTH_REASON_OUT_OF_TURN);
    }
}

static void garbage_inside(void **state)
{
    const struct span mechs[] = {SPNEGO_OID_NTLM};
    struct fixture *f = *state;
    struct spnego_init init = list_of(mechs, 1);

    init.has_token = true;
    init.mech_token = span_text("no NTLM");
    send_init(f, &init);
    assert_int_equal(f->outcome.verdict, AUTH_INVALID);
    assert_string_equal(note(f, "ntlm.error"), "not an NTLM message");
    assert_string_equal(note(f, "spnego.token"), "NegTokenInit");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(optimistic),          TEST(second_choice),
        TEST(no_optimistic_token), TEST(no_common_mechanism),
        TEST(refused_inside),      TEST(raw_ntlm),
        TEST(raw_kerberos),        TEST(raw_within_spnego),
        TEST(spnego_within_raw),   TEST(out_of_turn),
        TEST(restarted),           TEST(garbage),
        TEST(garbage_inside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
