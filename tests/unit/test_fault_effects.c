/*
 * What follows from a reply follows only where it is sent; what a step may
 * say where; and what the journal shows of both.
 */
#include "config.h"

#include "scenario_fixture.h"

#include "journal/record.h"
#include "services/reach.h"

#define PASSWORD "Passw0rd!"

static unsigned refused(struct play *p)
{
    return world_user(p->world, "alice")->live->refused;
}

/* ---- A handshake that a step breaks ---- */

/* Whether the second leg is in turn after this fault took the challenge. */
static void a_challenge_counts_where_it_went_out(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        bool armed;
    } rows[] = {
        {"status", "503", false},
        {"status", "200", false},
        {"raw", "HTTP/1.1 401 No\r\n\r\n", false},
        {"redirect", "/", false},
        {"diagnostics", "28020", false},
        {"headers:WWW-Authenticate", NULL, false},
        {"headers:WWW-Authenticate", "Negotiate", false},
        {"headers:Server", "nginx", true},
        {"body", "a challenge is in the headers", true},
        {"delay", "1s", true},
        {"reset", "yes", false},
        {"reset.after", "100", true},
        {"stall", "yes", false},
        {"stall.after", "100", true},
        {"captive-portal", "200", false},
        {"redirect.chain", "2", false},
        {"redirect.loop", "1", false},
        {"redirect.scheme", "https", true}, /* it has come by https */
        {"truncate", "0", true},            /* the head goes out */
        {"content-length", "+10", true},
        {"chunks.broken", "no-last", true},
        {"interim", "100", true},
        {"compress", "gzip", true},
        {"connection", "drop", true},
        {"target-info.timestamp", "omit", true},
    };
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlm_client client = client_of(p->arena, "alice", PASSWORD);

        play_tear_down(state);
        play_set_up(state);
        client.arena = p->arena;
        play(p, POINT_NTLM_CHALLENGE, rows[i].name, rows[i].value);
        play_start(p);
        play_rst(p, client_negotiate(&client));
        if (p->auth->armed != rows[i].armed) {
            fail_msg("%s: %s", rows[i].name, rows[i].value);
        }
    }
}

static void a_refusal_counts_where_it_went_out(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        unsigned refused;
    } rows[] = {
        {"headers:Server", "nginx", 1},
        {"delay", "1s", 1},
        {"body", "no", 1},
        {"reset.after", "12", 1},
        {"truncate", "50%", 1},
        {"content-length", "none", 1},
        {"status-line.code", "200", 1},
        {"extra-reply", "200", 1},
        {"captive-portal", "511", 0},
        {"redirect.chain", "1", 0},
        {"status", "503", 0},
        {"reset", "yes", 0},
        {"stall", "yes", 0},
        {"raw", "HTTP/1.1 200 OK\r\n\r\n", 0},
    };
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        play_tear_down(state);
        play_set_up(state);
        play(p, POINT_NTLM_VERDICT, rows[i].name, rows[i].value);
        play_start(p);
        play_sign_in(p, "alice", "wrong");
        if (refused(p) != rows[i].refused) {
            fail_msg("%s: %u", rows[i].name, refused(p));
        }
        assert_null(p->auth->user);
    }
}

/* No byte of it goes out, so it has not happened. */
static void a_reply_that_is_cut_to_nothing_means_nothing(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_NTLM_VERDICT, "truncate.after", "0");

    play_do(p, step, "truncate.of", "reply");
    play_start(p);
    play_sign_in(p, "alice", "wrong");
    assert_int_equal(refused(p), 0);
    assert_true(p->ex->reply.plan.cut);
    assert_int_equal(p->ex->reply.plan.cut_after, 0);
}

/* Also by the last word, which comes long after the verdict. */
static void a_replaced_success_signs_nobody_in(void **state)
{
    static const enum point points[] = {
        POINT_NTLM_VERDICT, POINT_WEBTICKET_ISSUE, POINT_WEBTICKET_RESPONSE,
        POINT_HTTP_RESPONSE};
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
        struct step *step;
        const char *users[] = {"alice"};

        play_tear_down(state);
        play_set_up(state);
        step = play(p, points[i], "status", "500");
        step->when.facts = FACT_USER;
        step->when.user = (struct patterns){users, 1};
        play_start(p);
        assert_int_equal(play_sign_in(p, "alice", PASSWORD), 500);
        assert_null(p->auth->user);
        assert_string_equal(play_remark(p, "planned"), "200");
    }
}

/* The world that a step makes for an exchange goes with it; who signed in
 * stays. Under AddressSanitizer this is more than it looks. */
static void an_identity_outlives_the_world_of_its_exchange(void **state)
{
    struct play *p = *state;

    play(p, POINT_HTTP_REQUEST, "ntlm:require-mic", "no");
    play_start(p);
    assert_int_equal(play_sign_in(p, "alice", PASSWORD), 200);
    assert_non_null(p->auth->user);
    assert_ptr_equal(p->auth->world, p->world);
    assert_int_equal(PLAY(p, .path = WEBTICKET, .body = RST(URI_TOKEN_CWT),
                          .action = "\"" ACTION_ISSUE "\""),
                     200);
    assert_string_equal(p->auth->user->name, "alice");
}

static void the_clock_moves_whatever_becomes_of_the_reply(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_DISCOVER_ROOT, "clock", "-1h");

    play_do(p, step, "reset", "yes");
    play_start(p);
    PLAY(p, .path = ROOT);
    assert_true(p->ex->reply.plan.cut);
    assert_true(session_now(p->session, env_now(&p->env)) ==
                SIGNER_NOW - 3600 * ENV_NS_PER_SEC);
}

/* ---- What may stand where ---- */

static const struct bad_step bad_steps[] = {
    {POINT_TCP_ACCEPT, {{"reset.after", "1"}}, "there is no reply"},
    {POINT_TLS_ESTABLISHED, {{"reset.after", "1"}}, "there is no reply"},
    {POINT_TLS_HELLO,
     {{"reset.received", "1"}},
     "at tcp.accept, proxy.accept and proxy.tunnel alone"},
    {POINT_TCP_ACCEPT, {{"close.idle", "1s"}}, "at tcp.idle alone"},
    {POINT_TLS_CLOSE, {{"close", "yes"}}, "without-notify"},
    {POINT_TCP_CLOSE, {{"close", "yes"}}, "half"},
    {POINT_TLS_HELLO, {{"alert", "bogus"}}, "handshake-failure"},
    {POINT_TLS_HELLO, {{"alert", "256"}}, "0 to 255"},
    {POINT_TLS_HELLO, {{"alert.level", "warning"}}, "expected `name`"},
    {POINT_TLS_HELLO,
     {{"tls.min", "1.3"}, {"tls.max", "1.2"}},
     "no version is left"},
    {POINT_TLS_HELLO, {{"tls.alpn", ""}}, "1 to 255 bytes"},
    {POINT_TLS_HELLO, {{"certificate", "phone"}}, "tls.profile in `world`"},
    {POINT_TLS_HELLO, {{"certificate.name", "a b"}}, "no DNS name"},
    {POINT_TCP_ACCEPT, {{"stall.after", "1"}}, "there is no reply"},
    {POINT_TLS_HELLO, {{"stall.after", "5%"}}, "one of a reply's body"},
    {POINT_DISCOVER_ROOT, {{"stall.after", "half"}}, "such as 50%"},
    {POINT_MEX_GET,
     {{"status", "500"}, {"redirect", "/"}},
     "status and redirect"},
    {POINT_MEX_GET, {{"raw", "x"}, {"body", "y"}}, "raw and body"},
    {POINT_MEX_GET, {{"headers:A", "b"}, {"raw", "x"}}, "headers and raw"},
    {POINT_MEX_GET, {{"raw", ""}}, "expected at least one byte"},
    {POINT_MEX_GET, {{"body.type", "x"}}, "expected one of body.text"},
    {POINT_MEX_GET,
     {{"body.text", "x"}, {"body.file", "x"}},
     "expected one of body.text"},
    {POINT_MEX_GET, {{"body", "${hots}"}}, "the nearest is ${host}"},
    {POINT_MEX_GET, {{"headers:A", "${x"}}, "A: \"${\" has no"},
    {POINT_MEX_GET, {{"headers:*", "x"}}, "\"*\" stands for every header"},
    {POINT_MEX_GET, {{"redirect.status", "307"}}, "redirect.to: expected"},
    {POINT_MEX_GET, {{"redirect", "${hots}"}}, "the nearest is ${host}"},
    {POINT_MEX_GET, {{"soap-fault.reason", "x"}}, "soap-fault.code: "},
    {POINT_MEX_GET, {{"diagnostics", "1"}}, "28000, 28001"},
    {POINT_MEX_GET, {{"clock", "0s"}}, "expected more than nothing"},
    {POINT_NTLM_CHALLENGE,
     {{"target-info.timestamp", "soon"}},
     "target-info.timestamp: expected send, omit"},
    {POINT_NTLM_CHALLENGE,
     {{"target-info.timestamp", "+18251d"}},
     "is too long: 18250 days"},
    {POINT_NTLM_CHALLENGE,
     {{"ntlm:flag-set", "1"}},
     "the nearest is \"ntlm.flags-set\""},
    {POINT_NTLM_CHALLENGE,
     {{"ntlm:flags-set", "x"}},
     "ntlm.flags-set: expected up to 8"},
    {POINT_NTLM_CHALLENGE, {{"ntlm:flags-set", NULL}}, "expected a value"},
    {POINT_NTLM_CHALLENGE,
     {{"ntlm:require-mic", "yes"}},
     "ntlm.require-mic has no effect any more at ntlm.challenge; say it at "
     "http.request"},
    {POINT_WEBTICKET_ISSUE,
     {{"ticket:key", "rsa2048"}},
     "ticket.key cannot change for one exchange alone"},
    {POINT_MEX_GET, {{"location", "inside"}}, "expected internal|external"},
};

static void steps_that_cannot_be(void **state)
{
    play_refused(*state, bad_steps, ARRAY_SIZE(bad_steps));
}

static void values_that_cannot_be(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        const char *message;
    } rows[] = {
        {"reset", "no", "expected yes|true|on"},
        {"stall", "5s", "expected yes|true|on"},
        {"redirect.status", "200", "expected 302|301"},
        {"soap-fault", "wst:BadReqest", "the nearest is \"wst:BadRequest\""},
        {"status", "600", "from 100 to 599"},
        {"clock", "6", "6"},
    };
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct step *step = play_step(p, POINT_MEX_GET);
        struct err err = {""};

        assert_false(play_try(p, step, rows[i].name, rows[i].value, &err));
        if (!strstr(err.text, rows[i].message)) {
            fail_msg("%s: %s", rows[i].name, err.text);
        }
        p->scenario->step_count = 0;
    }
}

/* Each fault is told whole, and can be said at some point. */
static void faults_explain_themselves(void **state)
{
    (void)state;
    for (size_t i = 0; faults[i]; i++) {
        const struct fault *fault = faults[i];

        assert_true(*fault->title && *fault->doc && *fault->spec &&
                    *fault->example);
        assert_true(fault->subjects != 0 && fault->size != 0);
        assert_true(fault->plan || fault->reply);
        for (const struct setting *row = fault->params; row->info.name; row++) {
            size_t length = strlen(fault->name);

            assert_int_equal(strncmp(row->info.name, fault->name, length), 0);
            assert_true(row->info.name[length] == '\0' ||
                        row->info.name[length] == '.');
            assert_true(row->offset + row->size <= fault->size);
            assert_true(*row->info.type && *row->info.doc);
        }
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(faults[k]->name, fault->name);
        }
    }
}

/* ---- The journal ---- */

static void the_journal_shows_what_would_have_been_right(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_DISCOVER_ROOT, "status", "503");
    AUTO_BUF out = {0};
    const char *planned;

    step->when.first = 1;
    play_start(p);
    PLAY(p, .path = ROOT);
    record_write(&out, p->ex, &(struct token_view){.secrets = false});
    planned = strstr(buf_text(&out), "\"planned\":{");
    assert_non_null(planned);
    assert_non_null(strstr(planned, "\"status\":200"));
    assert_non_null(strstr(planned, "discover.c:"));
    assert_non_null(strstr(planned, "AccessLocation"));
    assert_non_null(
        strstr(buf_text(&out), "discover.root: play.yaml:1: status"));
    assert_string_equal(p->ex->step, "play.yaml:1");
    PLAY(p, .path = ROOT);
    buf_reset(&out);
    record_write(&out, p->ex, &(struct token_view){.secrets = false});
    assert_null(strstr(buf_text(&out), "\"planned\""));
}

/* What the client did wrong is told, whatever it was answered. */
static void findings_stay(void **state)
{
    struct play *p = *state;

    play(p, POINT_HTTP_REQUEST, "raw", "HTTP/1.1 200 OK\r\n\r\n");
    play_start(p);
    PLAY(p, .path = WEBTICKET, .body = "x", .authorization = "NTLM !!!");
    assert_non_null(p->ex->findings);
    assert_string_equal(p->ex->findings->rule, "HA-024");
    assert_int_equal(p->ex->planned->status, 401);
}

int main(void)
{
#define T(test)                                                                \
    cmocka_unit_test_setup_teardown(test, play_set_up, play_tear_down)
    const struct CMUnitTest tests[] = {
        T(a_challenge_counts_where_it_went_out),
        T(a_refusal_counts_where_it_went_out),
        T(a_reply_that_is_cut_to_nothing_means_nothing),
        T(a_replaced_success_signs_nobody_in),
        T(an_identity_outlives_the_world_of_its_exchange),
        T(the_clock_moves_whatever_becomes_of_the_reply),
        T(steps_that_cannot_be),
        T(values_that_cannot_be),
        T(faults_explain_themselves),
        T(the_journal_shows_what_would_have_been_right),
        T(findings_stay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
