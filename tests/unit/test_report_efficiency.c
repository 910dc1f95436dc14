/* What a client need not have done, and the least that a scenario names. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/efficiency.h"
#include "scenario/optimum.h"
#include "util/attr.h"

#define GET(id_, connection_, target_, status_)                                \
    {                                                                          \
        .id = (id_), .kind = "http", .connection = (connection_), .tls = true, \
        .method = "GET", .host = "w", .target = (target_),                     \
        .status = (status_), .at = (double)(id_), .took = 0.25                 \
    }
#define NTLM(id_, connection_, target_, leg_, status_)                         \
    {                                                                          \
        .id = (id_), .kind = "http", .connection = (connection_), .tls = true, \
        .method = "GET", .host = "w", .target = (target_), .auth = "ntlm",     \
        .leg = (leg_), .status = (status_), .at = (double)(id_), .took = 0.25  \
    }

static struct efficiency look(struct arena *arena,
                              struct report_exchange *exchanges, size_t count)
{
    const struct report_run run = {.exchanges = exchanges,
                                   .exchange_count = count};
    struct efficiency efficiency;

    efficiency_of(arena, &run, &efficiency);
    return efficiency;
}

static void test_nothing_wasted(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct report_exchange exchanges[] = {
        GET(1, 1, "/root", 200),
        GET(2, 1, "/user", 401),
        NTLM(3, 1, "/ticket", 1, 401),
        NTLM(4, 1, "/ticket", 2, 200),
    };
    struct efficiency e = look(arena, exchanges, ARRAY_SIZE(exchanges));

    assert_null(e.requests);
    assert_null(e.connections);
    assert_null(e.handshakes);
    assert_null(e.unauthorized);
    assert_true(e.repeated == 0 && e.redundant == 0 && e.restarted == 0);
    assert_true(e.ours == 1 && e.theirs == 2.25);
}

/* The measure `time` has neither of them in its span. */
static void test_time_is_that_of_requests(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct report_exchange exchanges[] = {
        {.id = 1,
         .kind = "http",
         .method = "CONNECT",
         .operation = "proxy.connect",
         .at = 1,
         .took = 0.5},
        GET(2, 1, "/root", 200),
        {.id = 3, .kind = "kdc", .method = "AS-REQ", .at = 2.5, .took = 0.25},
        GET(4, 1, "/user", 200),
        {.id = 5,
         .kind = "http",
         .method = "CONNECT",
         .operation = "proxy.connect",
         .at = 9,
         .took = 0.5},
    };
    struct efficiency e = look(arena, exchanges, ARRAY_SIZE(exchanges));

    assert_true(e.ours == 0.5 && e.theirs == 1.75);
}

static void test_repeated(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct report_exchange exchanges[] = {
        GET(1, 1, "/t", 401),
        GET(2, 1, "/t", 401),
        GET(3, 1, "/t", 401),
    };
    struct efficiency e = look(arena, exchanges, ARRAY_SIZE(exchanges));

    assert_true(e.repeated == 2 && e.redundant == 2);
    assert_non_null(strstr(e.requests, "GET w/t without credentials was "
                                       "repeated (exchange 2)"));
    assert_non_null(strstr(e.unauthorized, "though it was told"));
}

static void test_probe_before_the_handshake(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct report_exchange exchanges[] = {
        GET(1, 1, "/t", 401),
        NTLM(2, 1, "/t", 1, 401),
        NTLM(3, 1, "/t", 2, 200),
    };
    struct efficiency e = look(arena, exchanges, ARRAY_SIZE(exchanges));

    assert_non_null(strstr(e.unauthorized, "GET w/t: asked without credentials "
                                           "first"));
    assert_true(e.redundant == 0);
}

static void test_restarted(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct report_exchange exchanges[] = {
        NTLM(1, 1, "/t", 1, 401), NTLM(2, 1, "/t", 1, 401),
        NTLM(3, 1, "/t", 2, 200), NTLM(4, 1, "/u", 1, 401),
        NTLM(5, 1, "/u", 2, 200),
    };
    struct efficiency e = look(arena, exchanges, ARRAY_SIZE(exchanges));

    assert_true(e.restarted == 2);
    assert_non_null(strstr(e.requests, "NTLM 1/2 began again on connection 1 "
                                       "(exchange 2)"));
}

static void test_connections(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct report_exchange exchanges[] = {
        GET(1, 1, "/a", 200), GET(2, 2, "/b", 200), GET(3, 3, "/c", 200)};
    struct efficiency e;

    exchanges[2].resumed = true;
    e = look(arena, exchanges, ARRAY_SIZE(exchanges));
    assert_string_equal(e.connections,
                        "connection 2 to w, where 1 led already; connection 3 "
                        "to w, where 1 led already");
    assert_string_equal(e.handshakes,
                        "connection 2 did not take up the TLS session of 1");
}

/* A flood is looked at as far as it can be told of. */
static void test_many(void **state UNUSED)
{
    enum { MANY = 20000 };
    AUTO(arena) arena = arena_new();
    struct report_exchange *many = arena_alloc(arena, MANY * sizeof(*many));
    struct efficiency e;

    for (size_t i = 0; i < MANY; i++) {
        many[i] = (struct report_exchange)GET(i + 1, i + 1, "/", 401);
    }
    e = look(arena, many, MANY);
    assert_in_range(strlen(e.requests), 1, 2000);
    assert_non_null(strstr(e.connections, "; and more"));
}

static void test_optimum(void **state UNUSED)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"6 requests, 2 connections", true},
        {"1 connection", true},
        {"0 unauthorized", true},
        {"100 bytes-in", true},
        {"", false},
        {"requests", false},
        {"6 requests,2 connections", false},
        {"6 requests, ", false},
        {"6 requests, 7 requests", false},
        {"6 request, 7 requests", false},
        {"-1 requests", false},
        {"6  requests", false},
        {"6 requestss", false},
        {"6 time", false},
        {"99999999 requests", false},
    };
    uint64_t least = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(optimum_is_list(rows[i].text), rows[i].good);
    }
    assert_true(
        optimum_of("6 requests, 2 connections", MEASURE_CONNECTIONS, &least));
    assert_int_equal(least, 2);
    assert_false(optimum_of("6 requests", MEASURE_CONNECTIONS, &least));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_wasted),
        cmocka_unit_test(test_time_is_that_of_requests),
        cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_probe_before_the_handshake),
        cmocka_unit_test(test_restarted),
        cmocka_unit_test(test_connections),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_optimum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
