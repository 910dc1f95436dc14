/* Points in time as the protocols write them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/attr.h"
#include "util/env.h"
#include "util/stamp.h"

#define S(seconds) (INT64_C(seconds) * ENV_NS_PER_SEC)

static const struct {
    int64_t time;
    const char *iso;
    const char *iso_ms;
    const char *http;
} writings[] = {
    {0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z",
     "Thu, 01 Jan 1970 00:00:00 GMT"},
    {S(1370088000), "2013-06-01T12:00:00Z", "2013-06-01T12:00:00.000Z",
     "Sat, 01 Jun 2013 12:00:00 GMT"},
    {S(1370088000) + 999999999, "2013-06-01T12:00:00Z",
     "2013-06-01T12:00:00.999Z", "Sat, 01 Jun 2013 12:00:00 GMT"},
    /* RFC 9110, 5.6.7 */
    {S(784111777), "1994-11-06T08:49:37Z", "1994-11-06T08:49:37.000Z",
     "Sun, 06 Nov 1994 08:49:37 GMT"},
    {S(951782400), "2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z",
     "Tue, 29 Feb 2000 00:00:00 GMT"},
    {-1, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.999Z",
     "Wed, 31 Dec 1969 23:59:59 GMT"},
    {-ENV_NS_PER_SEC, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000Z",
     "Wed, 31 Dec 1969 23:59:59 GMT"},
};

static void writing(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(writings); i++) {
        assert_string_equal(stamp_iso(arena, writings[i].time),
                            writings[i].iso);
        assert_string_equal(stamp_iso_ms(arena, writings[i].time),
                            writings[i].iso_ms);
        assert_string_equal(stamp_http(arena, writings[i].time),
                            writings[i].http);
    }
}

static void extremes_are_written(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    assert_memory_equal(stamp_iso(arena, INT64_MAX), "2262-04-11", 10);
    assert_memory_equal(stamp_iso(arena, INT64_MIN), "1677-09-21", 10);
    assert_memory_equal(stamp_iso(arena, STAMP_MIN), "1823", 4);
    assert_memory_equal(stamp_iso(arena, STAMP_MAX), "2116", 4);
}

static const struct {
    const char *text;
    int64_t time;
} good[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00", 0},
    {"2013-06-01T12:00:00Z", S(1370088000)},
    {"2013-06-01T12:00:00.5Z", S(1370088000) + 500000000},
    {"2013-06-01T12:00:00.123", S(1370088000) + 123000000},
    {"2013-06-01T12:00:00.1234567Z", S(1370088000) + 123456700},
    {"2013-06-01T12:00:00.123456789123Z", S(1370088000) + 123456789},
    {"2013-06-01T14:00:00+02:00", S(1370088000)},
    {"2013-06-01T06:30:00-05:30", S(1370088000)},
    {"2013-06-01T12:00:00-00:00", S(1370088000)},
    {"2013-06-02T02:00:00+14:00", S(1370088000)},
    {"2013-06-01T12:00:00.25+00:00", S(1370088000) + 250000000},
    {"2000-02-29T00:00:00Z", S(951782400)},
    {"2012-02-29T00:00:00Z", S(1330473600)},
    {"1999-12-31T24:00:00Z", S(946684800)},
    {"1969-12-31T23:59:59.999999999Z", -1},
    /* Clipped, so that sums and differences stay times. */
    {"9999-12-31T23:59:59.9999999Z", STAMP_MAX},
    {"2117-01-01T00:00:00Z", STAMP_MAX},
    {"0001-01-01T00:00:00Z", STAMP_MIN},
    {"0001-01-01T00:00:00+14:00", STAMP_MIN},
    {"1601-01-01T00:00:00Z", STAMP_MIN},
    {"1822-12-31T00:00:00Z", STAMP_MIN},
    {"1824-01-01T00:00:00Z", S(-4607366400)},
    {"2116-01-01T00:00:00Z", S(4607280000)},
};

static void reading(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        int64_t time = 42;

        if (!stamp_parse(good[i].text, &time) || time != good[i].time) {
            fail_msg("%s: %lld", good[i].text, (long long)time);
        }
    }
}

static const char *const bad[] = {
    "",
    "Z",
    "now",
    "2013",
    "2013-06-01",
    "2013-06-01T",
    "2013-06-01T12:00Z",
    "2013-06-01T12:00:0",
    "2013-06-01 12:00:00Z",
    "2013-06-01t12:00:00Z",
    "2013-06-01T12:00:00z",
    "2013-06-01T12:00:00 Z",
    " 2013-06-01T12:00:00Z",
    "2013-06-01T12:00:00Z ",
    "2013-06-01T12:00:00ZZ",
    "2013-6-1T12:00:00Z",
    "13-06-01T12:00:00Z",
    "-2013-06-01T12:00:00Z",
    "+2013-06-01T12:00:00Z",
    "12013-06-01T12:00:00Z",
    "2013-+6-01T12:00:00Z",
    "2013- 6-01T12:00:00Z",
    "0000-06-01T12:00:00Z",
    "2013-00-01T12:00:00Z",
    "2013-13-01T12:00:00Z",
    "2013-06-00T12:00:00Z",
    "2013-06-31T12:00:00Z",
    "2013-01-32T12:00:00Z",
    "2013-02-29T12:00:00Z",
    "1900-02-29T12:00:00Z",
    "2100-02-29T12:00:00Z",
    "2012-02-30T12:00:00Z",
    "2013-06-01T25:00:00Z",
    "2013-06-01T24:00:01Z",
    "2013-06-01T24:01:00Z",
    "2013-06-01T24:00:00.1Z",
    "2013-06-01T12:60:00Z",
    "2013-06-01T12:00:60Z",
    "2013-06-01T12:00:00.",
    "2013-06-01T12:00:00.Z",
    "2013-06-01T12:00:00,5Z",
    "2013-06-01T12:00:00.-5Z",
    "2013-06-01T12:00:00+",
    "2013-06-01T12:00:00+02",
    "2013-06-01T12:00:00+0200",
    "2013-06-01T12:00:00+2:00",
    "2013-06-01T12:00:00+02:60",
    "2013-06-01T12:00:00+14:01",
    "2013-06-01T12:00:00+99:00",
    "2013-06-01T12:00:00+-2:00",
    "2013-06-01T12:00:00+02:00Z",
    "2013-06-01T12:00:00Z+02:00",
};

static void refusing(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        int64_t time = 42;

        if (stamp_parse(bad[i], &time) || time != 42) {
            fail_msg("\"%s\"", bad[i]);
        }
    }
}

static void round_trip(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct env env;

    env_system(&env, 3);
    for (int i = 0; i < 5000; i++) {
        int64_t time;
        int64_t back;

        env_random(&env, &time, sizeof(time));
        time = time / 4 / ENV_NS_PER_MS * ENV_NS_PER_MS;
        assert_true(stamp_parse(stamp_iso_ms(arena, time), &back));
        assert_true(time == back);
    }
}

static const struct {
    int64_t time;
    uint64_t filetime;
    uint64_t ticks;
} counts[] = {
    {0, UINT64_C(116444736000000000), UINT64_C(621355968000000000)},
    {S(1370088000), UINT64_C(130145616000000000), UINT64_C(635056848000000000)},
    {100, UINT64_C(116444736000000001), UINT64_C(621355968000000001)},
    {-100, UINT64_C(116444735999999999), UINT64_C(621355967999999999)},
    {S(951782400), UINT64_C(125962560000000000), UINT64_C(630873792000000000)},
};

static void counting(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
        assert_true(stamp_filetime(counts[i].time) == counts[i].filetime);
        assert_true(stamp_from_filetime(counts[i].filetime) == counts[i].time);
        assert_true(stamp_ticks(counts[i].time) == counts[i].ticks);
        assert_true(stamp_from_ticks(counts[i].ticks) == counts[i].time);
    }
}

/* A peer may count what it wants. */
static void absurd_counts_are_clipped(void **state UNUSED)
{
    assert_true(stamp_from_filetime(0) == STAMP_MIN);
    assert_true(stamp_from_filetime(1) == STAMP_MIN);
    assert_true(stamp_from_filetime(UINT64_MAX) == STAMP_MAX);
    assert_true(stamp_from_filetime(INT64_MAX) == STAMP_MAX);
    assert_true(stamp_from_filetime((uint64_t)INT64_MAX + 1) == STAMP_MAX);
    assert_true(stamp_from_ticks(0) == STAMP_MIN);
    assert_true(stamp_from_ticks(UINT64_MAX) == STAMP_MAX);
    /* DateTime.MaxValue */
    assert_true(stamp_from_ticks(UINT64_C(3155378975999999999)) == STAMP_MAX);
    /* The bounds' difference is a time. */
    assert_true(STAMP_MAX - STAMP_MIN == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing),
        cmocka_unit_test(extremes_are_written),
        cmocka_unit_test(reading),
        cmocka_unit_test(refusing),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(counting),
        cmocka_unit_test(absurd_counts_are_clipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
