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

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(counts_what_was_taken),
        T(another_scenario_takes_nothing_over),
        T(old_connections_are_still_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
