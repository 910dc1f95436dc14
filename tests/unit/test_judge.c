/* What a session's client took, and what is made of it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/session.h"
#include "scenario/session_measures.h"
#include "util/env.h"
#include "wire/exchange.h"

static struct scenario *scenario;
static struct session *session;

static int set_up(void **state)
{
    (void)state;
    scenario = scenario_new(world_good());
    session = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    session_unref(session);
    scenario_unref(scenario);
    return 0;
}

static void start(void)
{
    scenario_index(scenario);
    session = session_new("default", scenario);
}

/* ---- What was taken ---- */

/* A request of this connection, from `began` to `ended`, in ms. */
static void request(uint64_t connection, unsigned status, int64_t began,
                    int64_t ended)
{
    const struct conn_facts facts = {.id = connection};
    struct exchange *ex = exchange_new(1, &facts);

    session_own(session, ex);
    ex->dispatched = status != 0;
    ex->sent.status = status;
    ex->sent.bytes = 100;
    ex->raw_size = 10;
    ex->began_monotonic = began;
    session_measure_exchange(session, ex, ended);
    exchange_unref(ex);
}

static void counts_what_was_taken(void **state)
{
    static const uint64_t expected[MEASURE_COUNT] = {
        [MEASURE_REQUESTS] = 4,     [MEASURE_CONNECTIONS] = 3,
        [MEASURE_HANDSHAKES] = 1,   [MEASURE_RESUMPTIONS] = 1,
        [MEASURE_UNAUTHORIZED] = 2, [MEASURE_BYTES_IN] = 40,
        [MEASURE_BYTES_OUT] = 400,  [MEASURE_TIME] = 95,
    };

    (void)state;
    start();
    session_measure_handshake(session, &(struct conn_facts){.id = 7});
    session_measure_handshake(
        session, &(struct conn_facts){.id = 8, .tls_resumed = true});
    request(7, 401, 20, 30);
    request(7, 200, 5, 40); /* began before, ended behind: another worker's */
    request(9, 401, 50, 60);
    request(8, 200, 90, 100);
    request(8, 0, 100, 200); /* never became whole */
    for (int i = 0; i < MEASURE_COUNT; i++) {
        const char *name = measure_info((enum measure)i)->name;

        if (session_measure(session, (enum measure)i) != expected[i]) {
            fail_msg(
                "%s: %llu, expected %llu", name,
                (unsigned long long)session_measure(session, (enum measure)i),
                (unsigned long long)expected[i]);
        }
    }
}

static void another_scenario_takes_nothing_over(void **state)
{
    (void)state;
    start();
    request(1, 200, 0, 10);
    session_play(session, scenario);
    assert_int_equal(session_measure(session, MEASURE_REQUESTS), 0);
    assert_int_equal(session_measure(session, MEASURE_TIME), 0);
    request(1, 200, 20, 30);
    assert_int_equal(session_measure(session, MEASURE_CONNECTIONS), 1);
    assert_int_equal(session_measure(session, MEASURE_TIME), 10);
}

static void old_connections_are_still_told_apart(void **state)
{
    (void)state;
    start();
    for (uint64_t id = 1; id <= 3000; id++) {
        request(id, 200, 0, 10);
        request(id > 500 ? id - 500 : id, 200, 0, 10);
    }
    assert_int_equal(session_measure(session, MEASURE_CONNECTIONS), 3000);
}

/* ---- What comes behind what ---- */

enum { ITEMS = 8 };

static struct env env;
static int64_t now;

static int64_t the_time(struct env *e)
{
    (void)e;
    return now;
}

static struct expectation *item(enum expectation_kind kind, enum point at)
{
    struct expectation *added;

    if (!scenario->expectations) {
        scenario->expectations =
            arena_alloc(scenario->arena, ITEMS * sizeof(struct expectation));
    }
    added = &scenario->expectations[scenario->expectation_count++];
    assert_true(scenario->expectation_count <= ITEMS);
    *added = (struct expectation){
        .kind = kind,
        .at = at,
        .times = -1,
        .at_least = -1,
        .at_most = -1,
        .dated = true,
        .id = "it",
    };
    return added;
}

static void answered(struct expectation *expected)
{
    static const char *statuses[] = {"2??"};

    expected->answered = (struct patterns){statuses, 1};
    expected->answered_text = "2xx";
}

static void begin_timed(void)
{
    env.now = the_time;
    env.monotonic = the_time;
    now = 1000;
    start();
    session_start(session, &env);
}

/* Reaches the point; what waits for the answer goes to `out_steps`. */
static void reach(enum point point, int64_t at, struct steps *out_steps)
{
    struct steps steps;
    struct facts facts = {.exchange = (uint64_t)at};

    now = at;
    scenario_at(session, point, &facts, out_steps ? out_steps : &steps);
}

static void answer(size_t index, uint64_t id, unsigned status, int64_t at)
{
    const struct conn_facts conn = {.id = 1};
    struct exchange *ex = exchange_new(id, &conn);

    now = at;
    session_own(session, ex);
    ex->sent.status = status;
    session_answered(session, scenario, index, ex);
    exchange_unref(ex);
}

/* Held or not, of each line but the last ones: "+-". */
static const char *lines(void)
{
    static char text[ITEMS + 1];
    struct arena *arena = arena_new();
    struct session_verdict verdict;
    size_t count = 0;

    session_verdict(session, arena, &verdict);
    for (; count < verdict.count && count < ITEMS; count++) {
        text[count] = verdict.lines[count].held ? '+' : '-';
    }
    text[count] = '\0';
    arena_free(arena);
    return text;
}

static void order(size_t stages)
{
    item(EXPECT_ORDER, POINT_COUNT)->stages = stages;
}

/* Points, one letter each, and whether "a, b, c" came of it. */
static void orders_are_subsequences(void **state)
{
    static const struct {
        const char *came;
        const char *verdict;
    } rows[] = {
        {"abc", "+"},    {"xaxbxcx", "+"}, {"cba", "-"}, {"cbabc", "+"},
        {"aabbcc", "+"}, {"ab", "-"},      {"", "--"},   {"bcabac", "+"},
        {"acb", "-"},    {"abab", "-"},    {"bca", "-"}, {"ccbbaabbcc", "+"},
    };

    (void)state;
    order(3);
    item(EXPECT_STAGE, POINT_DISCOVER_ROOT);
    item(EXPECT_STAGE, POINT_MEX_GET);
    item(EXPECT_STAGE, POINT_WEBTICKET_ISSUE);
    begin_timed();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        session_play(session, scenario);
        for (const char *at = rows[i].came; *at; at++) {
            reach(*at == 'a'   ? POINT_DISCOVER_ROOT
                  : *at == 'b' ? POINT_MEX_GET
                  : *at == 'c' ? POINT_WEBTICKET_ISSUE
                               : POINT_HTTP_REQUEST,
                  2000 + (at - rows[i].came), NULL);
        }
        if (strcmp(lines(), rows[i].verdict) != 0) {
            fail_msg("%s: %s", rows[i].came, lines());
        }
    }
}

/* At the same moment of a coarse clock it is what came first. */
static void one_event_is_one_stage(void **state)
{
    (void)state;
    order(2);
    item(EXPECT_STAGE, POINT_MEX_GET);
    item(EXPECT_STAGE, POINT_MEX_GET);
    begin_timed();
    reach(POINT_MEX_GET, 1000, NULL);
    assert_string_equal(lines(), "-");
    reach(POINT_MEX_GET, 1000, NULL);
    assert_string_equal(lines(), "+");
}

/* Not the first that comes, but one that leaves time for the next. */
static void within_an_order_any_will_do(void **state)
{
    (void)state;
    order(2);
    item(EXPECT_STAGE, POINT_DISCOVER_ROOT);
    item(EXPECT_STAGE, POINT_MEX_GET)->within = 100;
    begin_timed();
    reach(POINT_DISCOVER_ROOT, 1000, NULL);
    reach(POINT_MEX_GET, 1200, NULL);
    assert_string_equal(lines(), "-");
    reach(POINT_DISCOVER_ROOT, 1300, NULL);
    reach(POINT_MEX_GET, 1400, NULL);
    assert_string_equal(lines(), "+");
}

/* An answer has come when it was sent, however early it was asked for. */
static void answers_come_as_they_are_sent(void **state)
{
    struct steps steps;

    (void)state;
    order(2);
    answered(item(EXPECT_STAGE, POINT_DISCOVER_ROOT));
    item(EXPECT_STAGE, POINT_MEX_GET);
    begin_timed();
    reach(POINT_DISCOVER_ROOT, 1000, &steps);
    assert_int_equal(steps.awaited_count, 1);
    reach(POINT_MEX_GET, 1100, NULL);
    answer(1, 7, 200, 1200);
    assert_string_equal(lines(), "-");
    reach(POINT_MEX_GET, 1300, NULL);
    assert_string_equal(lines(), "+");
}

static void other_answers_are_none(void **state)
{
    (void)state;
    order(2);
    answered(item(EXPECT_STAGE, POINT_DISCOVER_ROOT));
    item(EXPECT_STAGE, POINT_MEX_GET);
    begin_timed();
    reach(POINT_DISCOVER_ROOT, 1000, NULL);
    answer(1, 7, 503, 1050);
    answer(1, 8, 0, 1060);
    reach(POINT_MEX_GET, 1100, NULL);
    assert_string_equal(lines(), "-");
}

static void counts_behind_and_before(void **state)
{
    struct expectation *later;

    (void)state;
    item(EXPECT_POINT, POINT_WEBTICKET_ISSUE);
    later = item(EXPECT_POINT, POINT_MEX_GET);
    later->after = 1;
    later->times = 2;
    later->within = 100;
    later = item(EXPECT_POINT, POINT_DISCOVER_ROOT);
    later->before = 1;
    later->times = 1;
    begin_timed();
    reach(POINT_MEX_GET, 1000, NULL);
    reach(POINT_DISCOVER_ROOT, 1010, NULL);
    assert_string_equal(lines(), "--+");
    reach(POINT_WEBTICKET_ISSUE, 1020, NULL);
    reach(POINT_DISCOVER_ROOT, 1030, NULL);
    reach(POINT_MEX_GET, 1040, NULL);
    reach(POINT_MEX_GET, 1120, NULL);
    assert_string_equal(lines(), "+++");
    reach(POINT_MEX_GET, 1121, NULL); /* too late to count */
    assert_string_equal(lines(), "+++");
}

/* What nobody keeps in full is still counted in full. */
static void forgets_nothing_that_counts(void **state)
{
    struct expectation *later;

    (void)state;
    item(EXPECT_POINT, POINT_WEBTICKET_ISSUE);
    later = item(EXPECT_POINT, POINT_MEX_GET);
    later->after = 1;
    later->times = 20000;
    begin_timed();
    reach(POINT_MEX_GET, 1000, NULL);
    reach(POINT_WEBTICKET_ISSUE, 1010, NULL);
    for (int i = 0; i < 20000; i++) {
        reach(POINT_MEX_GET, 2000 + i, NULL);
    }
    assert_string_equal(lines(), "++");
    reach(POINT_MEX_GET, 90000, NULL);
    assert_string_equal(lines(), "+-");
}

static void limits_have_two_ends(void **state)
{
    static const struct {
        struct limit limit;
        const char *verdict;
    } rows[] = {
        {{"<= 2", 0, 2}, "-+"},
        {{"<= 1", 0, 1}, "--"},
        {{"2", 2, 2}, "-+"},
        {{"> 2", 3, UINT64_MAX}, "--"},
        {{">= 2", 2, UINT64_MAX}, "-+"},
    };

    (void)state;
    item(EXPECT_LIMITS, POINT_COUNT);
    begin_timed();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        scenario->expectations[0].limits[MEASURE_REQUESTS] = rows[i].limit;
        session_play(session, scenario);
        request(1, 200, 0, 10);
        request(1, 200, 10, 20);
        assert_string_equal(lines(), rows[i].verdict);
    }
}

/* ---- Who waits ---- */

static int calls;
static int ends;

static void on_reached(struct session_watch *watch)
{
    calls++;
    session_unwatch(session, watch);
}

static void on_ended(struct session_watch *watch)
{
    (void)watch;
    ends++;
}

static void tells_who_waits(void **state)
{
    struct session_watch first = {POINT_MEX_GET, 2, on_reached, on_ended, NULL};
    struct session_watch second = first;
    struct session_watch third = {POINT_MEX_GET, 9, on_reached, on_ended, NULL};

    (void)state;
    calls = ends = 0;
    begin_timed();
    session_watch(session, &first);
    session_watch(session, &second);
    session_watch(session, &third);
    reach(POINT_MEX_GET, 1000, NULL);
    reach(POINT_DISCOVER_ROOT, 1000, NULL);
    assert_int_equal(calls, 0);
    reach(POINT_MEX_GET, 1000, NULL);
    assert_int_equal(calls, 2);
    session_retire(session);
    assert_int_equal(ends, 1);
    session_unwatch(session, &third);
    session_unwatch(session, &third);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(counts_what_was_taken),
        T(another_scenario_takes_nothing_over),
        T(old_connections_are_still_told_apart),
        T(orders_are_subsequences),
        T(one_event_is_one_stage),
        T(within_an_order_any_will_do),
        T(answers_come_as_they_are_sent),
        T(other_answers_are_none),
        T(counts_behind_and_before),
        T(forgets_nothing_that_counts),
        T(limits_have_two_ends),
        T(tells_who_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
