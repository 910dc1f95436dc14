/* Faults of Kerberos: what they take, what they refuse, what they plan. */
#include "config.h"

#include "scenario_fixture.h"

#include "wire/krb_error.h"

/* What a step at one of these points is let at. */
struct stage {
    struct kdc_plan kdc;
    struct negotiate_plan negotiate;
};

static bool is_kdc(enum point at)
{
    return (point_info(at)->subjects & SUBJECT_KDC) != 0;
}

static struct stage plan(struct play *p, struct step *step)
{
    struct stage stage = {0};
    struct subject subject = {
        .kdc = is_kdc(step->at) ? &stage.kdc : NULL,
        .negotiate = is_kdc(step->at) ? NULL : &stage.negotiate,
        .arena = p->arena,
    };
    struct err err = {""};

    if (!play_check(p, step, &err)) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < step->action_count; i++) {
        step->actions[i].fault->plan(step->actions[i].params, &subject);
    }
    p->scenario->step_count = 0;
    return stage;
}

static struct stage plan_one(struct play *p, enum point at, const char *name,
                             const char *value)
{
    return plan(p, play(p, at, name, value));
}

static void the_kdc_errs_by_word_name_and_number(void **state)
{
    static const struct {
        const char *said;
        int32_t code;
    } rows[] = {
        {"KRB_AP_ERR_SKEW", 37},
        {"krb_ap_err_skew", 37},
        {"clock-skew", 37},
        {"37", 37},
        {"7", 7},
    };
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct stage stage =
            plan_one(p, POINT_KDC_TGS, "kdc-error", rows[i].said);

        assert_true(stage.kdc.error.forged);
        assert_int_equal(stage.kdc.error.code, rows[i].code);
        assert_null(stage.kdc.error.text);
        stage = plan_one(p, POINT_NEGOTIATE_ANSWER, "ap-error", rows[i].said);
        assert_true(stage.negotiate.error.forged);
        assert_int_equal(stage.negotiate.error.code, rows[i].code);
    }
}

static void an_error_has_a_text_and_a_clock(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_KDC_AS, "kdc-error.code", "68");
    struct stage stage;

    play_do(p, step, "kdc-error.text", "go away");
    play_do(p, step, "kdc-error.clock", "-10m");
    stage = plan(p, step);
    assert_int_equal(stage.kdc.error.code, 68);
    assert_string_equal(stage.kdc.error.text, "go away");
    assert_int_equal(stage.kdc.error.clock, -600 * ENV_NS_PER_SEC);
    step = play(p, POINT_NEGOTIATE_ANSWER, "ap-error.code", "37");
    play_do(p, step, "ap-error.text", "late");
    play_do(p, step, "ap-error.clock", "+1h");
    stage = plan(p, step);
    assert_string_equal(stage.negotiate.error.text, "late");
    assert_int_equal(stage.negotiate.error.clock, 3600 * ENV_NS_PER_SEC);
}

static void the_kdc_is_slow_silent_or_gone(void **state)
{
    struct play *p = *state;

    assert_int_equal(plan_one(p, POINT_KDC_AS, "delay", "1500ms").kdc.delay,
                     1500 * ENV_NS_PER_MS);
    assert_true(plan_one(p, POINT_KDC_AS, "stall", "yes").kdc.drop);
    assert_true(plan_one(p, POINT_KDC_TGS, "reset", "yes").kdc.reset);
    assert_true(plan_one(p, POINT_KDC_TGS, "too-big", "yes").kdc.too_big);
    assert_true(plan_one(p, POINT_KDC_TGS, "garbage", "on").kdc.garbage);
    assert_int_equal(
        plan_one(p, POINT_KDC_AS, "garbage.size", "1KiB").kdc.garbage_size,
        1024);
}

static void a_ticket_is_not_as_it_should_be(void **state)
{
    struct play *p = *state;
    struct step *step =
        play(p, POINT_KDC_TGS, "kerberos-ticket.padding", "1MiB");
    struct kdc_ticket_plan ticket;

    play_do(p, step, "kerberos-ticket.key", "wrong");
    play_do(p, step, "kerberos-ticket.kvno", "7");
    play_do(p, step, "delay", "1s");
    ticket = plan(p, step).kdc.ticket;
    assert_true(ticket.changed);
    assert_int_equal(ticket.padding, 1024 * 1024);
    assert_true(ticket.wrong_key);
    assert_int_equal(ticket.kvno, 7);
    assert_int_equal(ticket.starts, 0);
    assert_int_equal(ticket.ends, 0);
    assert_null(ticket.name);
    step = play(p, POINT_KDC_AS, "kerberos-ticket.starts", "+1h");
    play_do(p, step, "kerberos-ticket.ends", "0s");
    play_do(p, step, "kerberos-ticket.name", "HTTP/other.contoso.test");
    ticket = plan(p, step).kdc.ticket;
    assert_false(ticket.wrong_key);
    assert_int_equal(ticket.starts, 3600 * ENV_NS_PER_SEC);
    assert_int_equal(ticket.ends, 1);
    assert_string_equal(ticket.name, "HTTP/other.contoso.test");
}

static void spnego_goes_another_way(void **state)
{
    static const struct {
        const char *word;
        enum negotiate_mech mech;
    } mechs[] = {
        {"krb5", NEGOTIATE_MECH_KRB5},
        {"ntlm", NEGOTIATE_MECH_NTLM},
        {"negoex", NEGOTIATE_MECH_NEGOEX},
    };
    static const struct {
        const char *word;
        enum negotiate_mic mic;
    } mics[] = {
        {"omit", NEGOTIATE_MIC_OMIT},
        {"wrong", NEGOTIATE_MIC_WRONG},
        {"send", NEGOTIATE_MIC_SEND},
    };
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(mechs); i++) {
        assert_int_equal(
            plan_one(p, POINT_NEGOTIATE_INIT, "spnego.mech", mechs[i].word)
                .negotiate.mech,
            mechs[i].mech);
    }
    for (size_t i = 0; i < ARRAY_SIZE(mics); i++) {
        assert_int_equal(plan_one(p, POINT_NEGOTIATE_ANSWER,
                                  "spnego.mech-list-mic", mics[i].word)
                             .negotiate.mech_list_mic,
                         mics[i].mic);
    }
    assert_true(plan_one(p, POINT_NEGOTIATE_INIT, "spnego.reject", "yes")
                    .negotiate.reject);
    assert_int_equal(plan_one(p, POINT_NEGOTIATE_ANSWER, "mutual-token", "omit")
                         .negotiate.mutual_token,
                     NEGOTIATE_MUTUAL_OMIT);
    assert_int_equal(
        plan_one(p, POINT_NEGOTIATE_ANSWER, "mutual-token", "corrupt")
            .negotiate.mutual_token,
        NEGOTIATE_MUTUAL_CORRUPT);
}

static const struct bad_step bad_steps[] = {
    {POINT_KDC_AS, {{"reset.after", "1"}}, "there is no reply"},
    {POINT_KDC_AS, {{"stall.after", "1"}}, "there is no reply"},
    {POINT_KDC_AS, {{"kdc-error", "clock-skwe"}}, "the nearest is"},
    {POINT_KDC_AS, {{"kdc-error", "0"}}, "kdc-error: no error of Kerberos"},
    {POINT_KDC_AS, {{"kdc-error", ""}}, "kdc-error: no error of Kerberos"},
    {POINT_KDC_AS, {{"kdc-error.text", "x"}}, "kdc-error.code: expected"},
    {POINT_NEGOTIATE_ANSWER, {{"ap-error.text", "x"}}, "ap-error.code: exp"},
    {POINT_NEGOTIATE_ANSWER, {{"ap-error", "-1"}}, "ap-error: no error of"},
    {POINT_KDC_AS, {{"garbage.size", "0"}}, "garbage.size: expected 1 to"},
    {POINT_KDC_AS, {{"garbage.size", "65KiB"}}, "garbage.size: expected 1 to"},
    {POINT_KDC_TGS,
     {{"kdc-error", "7"}, {"garbage", "yes"}},
     "kdc-error and garbage"},
    {POINT_KDC_TGS,
     {{"kerberos-ticket.kvno", "3"}, {"kdc-error", "7"}},
     "kerberos-ticket and kdc-error"},
    {POINT_KDC_TGS, {{"kerberos-ticket.padding", "0"}}, "at least one of"},
    {POINT_KDC_TGS, {{"kerberos-ticket.kvno", "0"}}, "kvno: expected a number"},
    {POINT_KDC_TGS,
     {{"kerberos-ticket.name", "HTTP/x@CONTOSO.TEST"}},
     "expected a service without its realm"},
    {POINT_KDC_TGS, {{"kerberos-ticket.name", ""}}, "expected a service"},
    {POINT_NEGOTIATE_INIT,
     {{"spnego.mech-list-mic", "omit"}},
     "say it at negotiate.answer"},
    {POINT_NEGOTIATE_ANSWER,
     {{"spnego.mech", "ntlm"}},
     "spnego.mech has no effect any more at negotiate.answer; say it at "
     "negotiate.init"},
    {POINT_NEGOTIATE_ANSWER, {{"spnego.reject", "yes"}}, "spnego.reject has"},
    {POINT_NEGOTIATE_INIT,
     {{"spnego.mech", "ntlm"}, {"spnego.reject", "yes"}},
     "expected one of them"},
    {POINT_NEGOTIATE_ANSWER,
     {{"ap-error", "37"}, {"status", "500"}},
     "ap-error and status"},
    {POINT_NEGOTIATE_ANSWER,
     {{"krb5:clock", "+6m"}},
     "krb5.clock has no effect any more at negotiate.answer; say it at "
     "http.request"},
    {POINT_NEGOTIATE_INIT,
     {{"krb5:unregistered", "*"}},
     "krb5.unregistered cannot change for one exchange alone"},
    {POINT_NEGOTIATE_INIT, {{"krb5:clok", "+6m"}}, "\"krb5.clock\""},
    {POINT_NTLM_VERDICT, {{"krb5:clock", "+6m"}}, "no effect any more"},
};

static void steps_that_cannot_be(void **state)
{
    play_refused(*state, bad_steps, ARRAY_SIZE(bad_steps));
}

static void values_that_cannot_be(void **state)
{
    static const struct {
        enum point at;
        const char *name;
        const char *value;
        const char *message;
    } rows[] = {
        {POINT_KDC_AS, "kerberos-ticket.padding", "1025KiB", "0 to 1048576"},
        {POINT_KDC_AS, "kerberos-ticket.key", "right", "expected wrong"},
        {POINT_KDC_AS, "kerberos-ticket.ends", "soon", "whole number"},
        {POINT_KDC_AS, "garbage", "no", "expected yes|true|on"},
        {POINT_KDC_AS, "too-big", "no", "expected yes|true|on"},
        {POINT_NEGOTIATE_INIT, "spnego.mech", "kerberos", "krb5|ntlm|negoex"},
        {POINT_NEGOTIATE_ANSWER, "mutual-token", "wrong", "omit|corrupt"},
        {POINT_KDC_AS, "account", "lokced", "the nearest is \"locked\""},
    };
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct step *step = play_step(p, rows[i].at);
        struct err err = {""};

        assert_false(play_try(p, step, rows[i].name, rows[i].value, &err));
        if (!strstr(err.text, rows[i].message)) {
            fail_msg("%s: %s", rows[i].name, err.text);
        }
        p->scenario->step_count = 0;
    }
}

/* Each word that steps may use is one that the codec knows. */
static void every_error_has_a_word(void **state)
{
    struct play *p = *state;
    const char *word;
    size_t count = 0;

    for (; (word = krb_error_word_at(count)) != NULL; count++) {
        struct stage stage = plan_one(p, POINT_KDC_AS, "kdc-error", word);

        assert_non_null(krb_error_name(stage.kdc.error.code));
    }
    assert_in_range(count, 30, 100);
}

/* ---- account ---- */

/* The KDC has no reply of HTTP: the relay commits as its answer is sent. */
static void an_account_changes_once_the_kdc_has_answered(void **state)
{
    struct play *p = *state;
    const struct user *alice = world_user(p->world, "alice");
    struct step *step = play(p, POINT_KDC_AS, "account.state", "disabled");
    struct exchange *ex = exchange_new(1, &(struct conn_facts){.id = 1});
    struct kdc_plan kdc = {0};
    struct subject subject = {.ex = ex, .kdc = &kdc, .user = alice};
    struct err err;

    play_do(p, step, "account.password", "another");
    assert_true(play_check(p, step, &err));
    step->actions[0].fault->plan(step->actions[0].params, &subject);
    assert_int_equal(user_state_now(alice), USER_GOOD);
    exchange_commit(ex);
    assert_int_equal(user_state_now(alice), USER_DISABLED);
    assert_string_equal(user_password_now(alice), "another");
    assert_string_equal(alice->password, "Passw0rd!");
    exchange_unref(ex);
}

static void an_account_of_nobody_stays(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_KDC_AS, "account", "locked");
    struct exchange *ex = exchange_new(1, &(struct conn_facts){.id = 1});
    struct kdc_plan kdc = {0};
    struct subject subject = {.ex = ex, .kdc = &kdc};

    step->actions[0].fault->plan(step->actions[0].params, &subject);
    assert_null(ex->effects);
    assert_non_null(ex->remarks);
    assert_non_null(strstr(ex->remarks->text, "nobody is known"));
    exchange_unref(ex);
}

static void an_account_changes_between_two_sign_ins(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        const char *word;
    } rows[] = {
        {"account", "disabled", "disabled"},
        {"account", "locked", "locked"},
        {"account.state", "must-change", "must-change"},
        {"account.password", "new", "wrong-password"},
        {"account", "unknown", "unknown-user"},
        {"account", "good", "wrong-password"},
    };
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct step *step =
            play(p, POINT_NTLM_VERDICT, rows[i].name, rows[i].value);

        step->when.after = 2 * (unsigned)i;
        step->when.first = 1;
    }
    play_start(p);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("%s: %s\n", rows[i].name, rows[i].value);
        play_sign_in(p, "alice", "Passw0rd!");
        play_sign_in(p, "alice", "Passw0rd!");
        assert_int_equal(p->ex->reply.status, 401);
        assert_string_equal(p->ex->facts.reason, rows[i].word);
        user_change_state(world_user(p->world, "alice"), USER_GOOD);
    }
}

/* What is sent in place of the answer changes nobody's account. */
static void an_answer_that_never_came_changes_no_account(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_NTLM_VERDICT, "reset", "yes");

    play_do(p, step, "account", "disabled");
    play_start(p);
    play_sign_in(p, "alice", "Passw0rd!");
    assert_true(p->ex->reply.plan.cut);
    assert_int_equal(user_state_now(world_user(p->world, "alice")), USER_GOOD);
}

#define PLAY_TEST(test)                                                        \
    cmocka_unit_test_setup_teardown(test, play_set_up, play_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        PLAY_TEST(the_kdc_errs_by_word_name_and_number),
        PLAY_TEST(an_error_has_a_text_and_a_clock),
        PLAY_TEST(the_kdc_is_slow_silent_or_gone),
        PLAY_TEST(a_ticket_is_not_as_it_should_be),
        PLAY_TEST(spnego_goes_another_way),
        PLAY_TEST(steps_that_cannot_be),
        PLAY_TEST(values_that_cannot_be),
        PLAY_TEST(every_error_has_a_word),
        PLAY_TEST(an_account_changes_once_the_kdc_has_answered),
        PLAY_TEST(an_account_of_nobody_stays),
        PLAY_TEST(an_account_changes_between_two_sign_ins),
        PLAY_TEST(an_answer_that_never_came_changes_no_account),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
