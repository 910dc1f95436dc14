/* The SPNEGO acceptor with Kerberos inside, and what steps make of it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth/handle.h"
#include "auth_fixture.h"
#include "krb5_client.h"
#include "wire/plans.h"

static struct krb5_rig rig;

/* What the next handshake's steps want, and what they were told. */
static struct negotiate_plan mechanism_plan;
static struct negotiate_plan answer_plan;
static enum auth_reason told_reason;
static int answers;

static const struct negotiate_plan *
before_mechanism(void *plan UNUSED, const struct world **out_world UNUSED)
{
    return &mechanism_plan;
}

static const struct negotiate_plan *
before_answer(void *plan UNUSED, const struct auth_outcome *out)
{
    answers++;
    told_reason = out->reason;
    assert_non_null(out->user);
    assert_string_equal(out->mechanism, "negotiate+krb5");
    return &answer_plan;
}

static int set_up(void **state)
{
    struct fixture *f;

    auth_set_up(state, "negotiate");
    f = *state;
    rig_set_up(&rig);
    f->world->krb5.etypes = KRB_ALL_BITS;
    f->ctx.krb5 = rig.acceptor;
    f->ctx.before_mechanism = before_mechanism;
    f->ctx.before_answer = before_answer;
    mechanism_plan = (struct negotiate_plan){0};
    answer_plan = (struct negotiate_plan){0};
    answers = 0;
    return 0;
}

static int put_down(void **state)
{
    tear_down(state);
    rig_tear_down(&rig);
    return 0;
}

enum list { LIST_KRB5, LIST_MS_KRB5, LIST_NTLM_KRB5, LIST_NTLM };

static struct spnego_init list_of(enum list list)
{
    struct spnego_init init = {.framed = true};

    if (list == LIST_NTLM_KRB5 || list == LIST_NTLM) {
        init.mechs[init.mech_count++] = SPNEGO_OID_NTLM;
    }
    if (list == LIST_MS_KRB5) {
        init.mechs[init.mech_count++] = SPNEGO_OID_MS_KRB5;
    }
    if (list != LIST_NTLM) {
        init.mechs[init.mech_count++] = SPNEGO_OID_KRB5;
    }
    return init;
}

static void send_init(struct fixture *f, struct spnego_init *init,
                      struct span token)
{
    AUTO_BUF out = {0};

    init->has_token = token.size > 0;
    init->mech_token = token;
    spnego_encode_init(&out, init);
    step(f, arena_copy(f->arena, buf_span(&out)));
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

static struct spnego_resp replied(const struct fixture *f)
{
    struct spnego_resp resp = {0};
    struct spnego_flaw flaw;

    assert_int_equal(spnego_decode_resp(f->outcome.token_out, &resp, &flaw),
                     SPNEGO_OK);
    assert_true(resp.has_state);
    return resp;
}

static void assert_accepted(const struct fixture *f)
{
    assert_string_equal(auth_reason_text(f->outcome.reason), "none");
    assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
    assert_string_equal(f->outcome.user->name, "alice");
    assert_string_equal(f->outcome.mechanism, "negotiate+krb5");
    assert_string_equal(f->outcome.report.krb5.client, "alice@CONTOSO.TEST");
}

static struct span client_mic(struct fixture *f,
                              const struct krb5_client *client,
                              const struct spnego_init *init)
{
    struct krb5_session session = client_session(&rig, client);
    AUTO_BUF list = {0};

    spnego_encode_mech_types(&list, init);
    return krb5_mic_make(rig.context, &session, KRB5_INITIATOR,
                         session.sequence, f->arena, buf_span(&list));
}

static bool is_server_mic(const struct krb5_client *client,
                          const struct spnego_init *init, struct span mic)
{
    struct krb5_session session = client_session(&rig, client);
    AUTO_BUF list = {0};

    spnego_encode_mech_types(&list, init);
    return krb5_mic_verify(rig.context, &session, KRB5_ACCEPTOR,
                           buf_span(&list), mic);
}

/* The client's first choice: one token each way, and the same OID back. */
static void optimistic(void **state)
{
    static const enum list lists[] = {LIST_KRB5, LIST_MS_KRB5};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        struct spnego_init init = list_of(lists[i]);
        struct krb5_client client = {.name = NULL};
        struct spnego_resp resp;

        send_init(f, &init, client_token(&rig, f->arena, &client));
        assert_accepted(f);
        resp = replied(f);
        assert_int_equal(resp.state, SPNEGO_ACCEPT_COMPLETED);
        assert_true(span_equal(resp.supported_mech, init.mechs[0]));
        assert_false(resp.has_mic);
        assert_int_equal(client_mutual(&rig, &client, resp.response_token), 0);
        assert_int_equal(told_reason, AUTH_REASON_NONE);
        client_done(&rig, &client);
    }
    assert_int_equal(answers, 2);
}

/* A refused ticket: reject, with the error inside; raw tokens: the error. */
static void refused_inside(void **state)
{
    struct fixture *f = *state;
    struct spnego_init init = list_of(LIST_KRB5);
    struct krb5_client client = {.clock = 1000};
    struct span token = client_token(&rig, f->arena, &client);

    send_init(f, &init, token);
    assert_refused(f, AUTH_REASON_CLOCK_SKEW);
    assert_int_equal(told_reason, AUTH_REASON_CLOCK_SKEW);
    assert_int_equal(replied(f).state, SPNEGO_REJECT);
    assert_int_equal(client_error(&client, replied(f).response_token).code, 37);
    step(f, token);
    assert_refused(f, AUTH_REASON_CLOCK_SKEW);
    assert_string_equal(note(f, "spnego.token"), "raw Kerberos");
    assert_int_equal(client_error(&client, f->outcome.token_out).code, 37);
    client_done(&rig, &client);
}

static void raw(void **state)
{
    struct fixture *f = *state;

    /* On one connection, each request with a ticket of its own. */
    for (int i = 0; i < 2; i++) {
        struct krb5_client client = {.name = NULL};

        step(f, client_token(&rig, f->arena, &client));
        assert_accepted(f);
        assert_int_equal(client_mutual(&rig, &client, f->outcome.token_out), 0);
        client_done(&rig, &client);
    }
}

static void without_kerberos(void **state)
{
    struct fixture *f = *state;
    struct spnego_init init = list_of(LIST_KRB5);
    struct krb5_client client = {.name = NULL};
    struct span token = client_token(&rig, f->arena, &client);

    f->world->offer.kerberos = KERBEROS_NO;
    send_init(f, &init, token);
    assert_refused(f, AUTH_REASON_MECHANISM);
    step(f, token);
    assert_refused(f, AUTH_REASON_MECHANISM);
    assert_int_equal(answers, 0);
    client_done(&rig, &client);
}

/* The client's second choice is taken: what it must send, and when. */
enum mic { MIC_RIGHT, MIC_NONE, MIC_WRONG };

static struct span mic_of(struct fixture *f, const struct krb5_client *client,
                          const struct spnego_init *init, enum mic kind)
{
    struct span mic = client_mic(f, client, init);
    uint8_t *bent = arena_alloc(f->arena, mic.size);

    memcpy(bent, mic.data, mic.size);
    bent[mic.size - 1] ^= kind == MIC_WRONG;
    return kind == MIC_NONE ? SPAN_NONE : span_of(bent, mic.size);
}

static void second_choice(void **state)
{
    static const struct {
        enum mic mic;
        int32_t etype;
        bool no_mutual;
    } rows[] = {
        {MIC_RIGHT, 0, false},
        {MIC_NONE, 0, false},
        {MIC_WRONG, 0, false},
        {MIC_RIGHT, KRB_ETYPE_RC4, false},
        {MIC_WRONG, KRB_ETYPE_RC4, false},
        {MIC_RIGHT, 0, true},
        {MIC_NONE, 0, true},
        {MIC_WRONG, 0, true},
    };
    struct fixture *f = *state;

    mechanism_plan.mech = NEGOTIATE_MECH_KRB5;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct spnego_init init = list_of(LIST_NTLM_KRB5);
        struct krb5_client client = {.etype = rows[i].etype,
                                     .no_mutual = rows[i].no_mutual};
        struct spnego_resp resp;
        struct span token;

        send_init(f, &init, span_text("NTLMSSP, dropped unread"));
        assert_int_equal(replied(f).state, SPNEGO_REQUEST_MIC);
        assert_true(span_equal(replied(f).supported_mech, SPNEGO_OID_KRB5));
        token = client_token(&rig, f->arena, &client);
        if (rows[i].no_mutual) {
            /* The client's token is the last: its MIC comes along. */
            send_resp(f, token, mic_of(f, &client, &init, rows[i].mic));
        } else {
            send_resp(f, token, SPAN_NONE);
            assert_int_equal(f->outcome.verdict, AUTH_CONTINUE);
            resp = replied(f);
            assert_int_equal(resp.state, SPNEGO_ACCEPT_INCOMPLETE);
            assert_int_equal(client_mutual(&rig, &client, resp.response_token),
                             0);
            assert_true(is_server_mic(&client, &init, resp.mech_list_mic));
            /* The client's arena of that leg is gone by now. */
            send_resp(f, SPAN_NONE, mic_of(f, &client, &init, rows[i].mic));
        }
        if (rows[i].mic == MIC_RIGHT) {
            assert_accepted(f);
            resp = replied(f);
            assert_int_equal(resp.state, SPNEGO_ACCEPT_COMPLETED);
            assert_int_equal(resp.has_mic, rows[i].no_mutual);
        } else {
            assert_refused(f, AUTH_REASON_MECH_LIST_MIC);
            assert_int_equal(replied(f).state, SPNEGO_REJECT);
        }
        client_done(&rig, &client);
    }
}

/* A client that always signs gets our signature back. */
static void signs_unasked(void **state)
{
    struct fixture *f = *state;
    struct spnego_init init = list_of(LIST_KRB5);
    struct krb5_client client = {.no_mutual = true};
    struct span token = client_token(&rig, f->arena, &client);

    init.has_mic = true;
    init.mech_list_mic = client_mic(f, &client, &init);
    send_init(f, &init, token);
    assert_accepted(f);
    assert_true(is_server_mic(&client, &init, replied(f).mech_list_mic));
    client_done(&rig, &client);
}

static void steps_choose(void **state)
{
    static const struct {
        enum negotiate_mech mech;
        enum list list;
        enum spnego_state state;
        const char *mechanism;
    } rows[] = {
        {NEGOTIATE_MECH_NTLM, LIST_KRB5, SPNEGO_REQUEST_MIC, "negotiate+ntlm"},
        {NEGOTIATE_MECH_KRB5, LIST_NTLM, SPNEGO_REQUEST_MIC, "negotiate+krb5"},
        {NEGOTIATE_MECH_KRB5, LIST_MS_KRB5, SPNEGO_ACCEPT_COMPLETED,
         "negotiate+krb5"},
        {NEGOTIATE_MECH_NEGOEX, LIST_KRB5, SPNEGO_REQUEST_MIC,
         "negotiate+negoex"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct spnego_init init = list_of(rows[i].list);
        struct krb5_client client = {.name = NULL};

        mechanism_plan.mech = rows[i].mech;
        send_init(f, &init, client_token(&rig, f->arena, &client));
        assert_int_equal(replied(f).state, rows[i].state);
        assert_string_equal(f->outcome.mechanism, rows[i].mechanism);
        client_done(&rig, &client);
    }
    /* Nothing carries out NegoEx. */
    send_resp(f, span_text("NEGOEXTS"), SPAN_NONE);
    assert_refused(f, AUTH_REASON_FORGED);
    assert_int_equal(replied(f).state, SPNEGO_REJECT);
}

/* What a step took away has not happened: the token is none that came before.
 */
static void steps_leave_no_trace(void **state)
{
    struct fixture *f = *state;
    struct krb5_client client = {.name = NULL};
    struct span token = client_token(&rig, f->arena, &client);

    answer_plan.reject = true;
    step(f, token);
    assert_refused(f, AUTH_REASON_FORGED);
    answer_plan.reject = false;
    step(f, token);
    assert_accepted(f);
    step(f, token);
    assert_refused(f, AUTH_REASON_REPLAY);
    answer_plan.reject = true;
    step(f, token);
    assert_refused(f, AUTH_REASON_FORGED);
    answer_plan.reject = false;
    step(f, token);
    assert_refused(f, AUTH_REASON_REPLAY);
    client_done(&rig, &client);
}

static void steps_reject(void **state)
{
    struct negotiate_plan *const plans[] = {&mechanism_plan, &answer_plan};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(plans); i++) {
        struct spnego_init init = list_of(LIST_KRB5);
        struct krb5_client client = {.name = NULL};

        mechanism_plan.reject = false;
        plans[i]->reject = true;
        send_init(f, &init, client_token(&rig, f->arena, &client));
        assert_refused(f, AUTH_REASON_FORGED);
        assert_int_equal(replied(f).state, SPNEGO_REJECT);
        assert_false(replied(f).has_token || replied(f).has_mic);
        client_done(&rig, &client);
    }
}

static void steps_answer(void **state)
{
    static const struct {
        struct negotiate_plan plan;
        bool token;  /* there is one */
        bool mutual; /* and it is right */
        bool mic;
        bool mic_right;
    } rows[] = {
        {{.mutual_token = NEGOTIATE_MUTUAL_OMIT}, false, false, false, false},
        {{.mutual_token = NEGOTIATE_MUTUAL_CORRUPT}, true, false, false, false},
        {{.mech_list_mic = NEGOTIATE_MIC_SEND}, true, true, true, true},
        {{.mech_list_mic = NEGOTIATE_MIC_WRONG}, true, true, true, false},
        {{.mech_list_mic = NEGOTIATE_MIC_OMIT}, true, true, false, false},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct spnego_init init = list_of(LIST_KRB5);
        struct krb5_client client = {.name = NULL};
        struct spnego_resp resp;

        answer_plan = rows[i].plan;
        send_init(f, &init, client_token(&rig, f->arena, &client));
        assert_accepted(f);
        resp = replied(f);
        assert_int_equal(resp.has_token, rows[i].token);
        assert_int_equal(resp.has_mic, rows[i].mic);
        if (resp.has_token) {
            assert_int_equal(
                client_mutual(&rig, &client, resp.response_token) == 0,
                rows[i].mutual);
        }
        if (resp.has_mic) {
            assert_int_equal(is_server_mic(&client, &init, resp.mech_list_mic),
                             rows[i].mic_right);
        }
        client_done(&rig, &client);
    }
}

/* An error of a step's, good ticket or not, in SPNEGO or raw. */
static void steps_err(void **state)
{
    struct fixture *f = *state;

    answer_plan = (struct negotiate_plan){
        .error.forged = true,
        .error.code = 37,
        .error.text = "as you wish",
        .error.clock = 600 * ENV_NS_PER_SEC,
    };
    for (int i = 0; i < 4; i++) {
        struct spnego_init init = list_of(LIST_KRB5);
        struct krb5_client client = {.name = i % 2 ? "disabled" : NULL};
        struct span token = client_token(&rig, f->arena, &client);
        struct krb_error error;

        if (i < 2) {
            step(f, token);
            token = f->outcome.token_out;
        } else {
            send_init(f, &init, token);
            assert_int_equal(replied(f).state, SPNEGO_REJECT);
            token = replied(f).response_token;
        }
        assert_refused(f, AUTH_REASON_FORGED);
        assert_int_equal(told_reason,
                         i % 2 ? AUTH_REASON_DISABLED : AUTH_REASON_NONE);
        error = client_error(&client, token);
        assert_int_equal(error.code, 37);
        assert_int_equal(error.server_time, NOW / ENV_NS_PER_SEC + 600);
        assert_true(span_equal(error.text, span_text("as you wish")));
        assert_string_equal(krb_name_text(f->arena, &error.service),
                            SPN "@" REALM);
        client_done(&rig, &client);
    }
}

/* What fits the header fits here. */
static void size_of_tokens(void **state)
{
    static const struct {
        unsigned header_limit;
        size_t padding;
        bool fits;
    } rows[] = {
        {0, 60000, true},           {0, 70000, false},
        {65536, 70000, false},      {2u << 20, 1500000, true},
        {2u << 20, 1600000, false},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct spnego_init init = list_of(LIST_KRB5);
        struct krb5_client client = {.padding = rows[i].padding};

        f->world->header_limit = rows[i].header_limit;
        send_init(f, &init, client_token(&rig, f->arena, &client));
        if (rows[i].fits) {
            assert_accepted(f);
        } else {
            assert_int_equal(f->outcome.verdict, AUTH_INVALID);
            assert_memory_equal(note(f, "spnego.error"), "longer than ", 12);
        }
        client_done(&rig, &client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(optimistic, set_up, put_down),
        cmocka_unit_test_setup_teardown(refused_inside, set_up, put_down),
        cmocka_unit_test_setup_teardown(raw, set_up, put_down),
        cmocka_unit_test_setup_teardown(without_kerberos, set_up, put_down),
        cmocka_unit_test_setup_teardown(second_choice, set_up, put_down),
        cmocka_unit_test_setup_teardown(signs_unasked, set_up, put_down),
        cmocka_unit_test_setup_teardown(steps_choose, set_up, put_down),
        cmocka_unit_test_setup_teardown(steps_leave_no_trace, set_up, put_down),
        cmocka_unit_test_setup_teardown(steps_reject, set_up, put_down),
        cmocka_unit_test_setup_teardown(steps_answer, set_up, put_down),
        cmocka_unit_test_setup_teardown(steps_err, set_up, put_down),
        cmocka_unit_test_setup_teardown(size_of_tokens, set_up, put_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
