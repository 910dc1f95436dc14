/* The JSON form of reports: what is written is what is read. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report_fixture.h"

static bool same_struct(const struct shape *shape, const char *a,
                        const char *b);

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_list(const struct member *m, const char *a, const char *b)
{
    size_t count = *(const size_t *)(const void *)(a + m->count);
    const char *left = *(const char *const *)(const void *)(a + m->offset);
    const char *right = *(const char *const *)(const void *)(b + m->offset);
    bool same = count == *(const size_t *)(const void *)(b + m->count);

    for (size_t i = 0; same && i < count; i++) {
        if (m->kind == MEMBER_LIST) {
            same = same_struct(m->of, left + i * m->of->size,
                               right + i * m->of->size);
        } else {
            same = same_text(((const char *const *)(const void *)left)[i],
                             ((const char *const *)(const void *)right)[i]);
        }
    }
    return same;
}

static bool same_maybe(const struct member *m, const char *left,
                       const char *right)
{
    const char *a = *(const char *const *)(const void *)left;
    const char *b = *(const char *const *)(const void *)right;

    return a && b ? same_struct(m->of, a, b) : a == b;
}

static bool same_member(const struct member *m, const char *a, const char *b)
{
    const char *left = a + m->offset;
    const char *right = b + m->offset;

    switch (m->kind) {
    case MEMBER_TEXT:
        return same_text(*(const char *const *)(const void *)left,
                         *(const char *const *)(const void *)right);
    case MEMBER_FLAG:
        return *(const bool *)left == *(const bool *)right;
    case MEMBER_INT:
    case MEMBER_COUNT:
    case MEMBER_WORD:
        return memcmp(left, right, sizeof(int)) == 0;
    case MEMBER_LARGE:
    case MEMBER_SEED:
    case MEMBER_REAL:
        return memcmp(left, right, 8) == 0;
    case MEMBER_OWN:
        return same_struct(m->of, left, right);
    case MEMBER_MAYBE:
        return same_maybe(m, left, right);
    case MEMBER_LIST:
    case MEMBER_TEXTS:
        return same_list(m, a, b);
    }
    return false;
}

static bool same_struct(const struct shape *shape, const char *a, const char *b)
{
    for (const struct member *m = shape->members; m->name; m++) {
        if (!same_member(m, a, b)) {
            print_error("%s.%s differs\n", shape->name, m->name);
            return false;
        }
    }
    return true;
}

static void expect_round_trip(struct arena *arena, const struct report *report)
{
    AUTO_BUF first = {0};
    AUTO_BUF second = {0};
    struct report back;
    struct err err;

    report_json(report, &first);
    if (!report_read(arena, buf_span(&first), &back, &err)) {
        fail_msg("%s", err.text);
    }
    assert_true(
        same_struct(&report_shape, (const char *)report, (const char *)&back));
    report_json(&back, &second);
    assert_string_equal(buf_text(&first), buf_text(&second));
}

static void test_every_member_comes_back(void **state UNUSED)
{
    for (size_t start = 0; start < 2 * ARRAY_SIZE(odd_texts); start++) {
        AUTO(arena) arena = arena_new();
        struct report report = odd_report(arena, start);

        expect_round_trip(arena, &report);
    }
}

static void test_nothing_comes_back(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct report_measure measure = {"requests", 7, -1, NULL};
    struct report_run run = {.measures = &measure, .measure_count = 1};
    struct report report = {.arena = arena, .runs = &run, .run_count = 1};

    expect_round_trip(arena, &(struct report){.arena = arena});
    expect_round_trip(arena, &report);
}

static void test_numbers_come_back(void **state UNUSED)
{
    static const double values[] = {0,      0.001, 0.1,           1.0 / 3,
                                    12.345, 1e15,  123456789.123, 1e-9};

    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        AUTO(arena) arena = arena_new();
        struct report_run run = {.took = values[i]};
        struct report report = {.arena = arena, .runs = &run, .run_count = 1};

        expect_round_trip(arena, &report);
    }
}

/* What cannot be said in JSON is told as what it is not. */
static void test_broken_utf8(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF json = {0};
    struct report report = {.arena = arena, .title = "a\xff\xc3z"};
    struct report back;
    struct err err;

    report_json(&report, &json);
    assert_true(report_read(arena, buf_span(&json), &back, &err));
    assert_string_equal(back.title, "a\xef\xbf\xbd\xef\xbf\xbdz");
}

static void test_what_is_no_report(void **state UNUSED)
{
    static const struct {
        const char *json;
        const char *error;
    } rows[] = {
        {"", "line 1: '[' or '{' expected near end of file"},
        {"[]", "no report of lyncmock: expected \"lyncmock_report\": 1"},
        {"{\"lyncmock_report\":2}",
         "no report of lyncmock: expected \"lyncmock_report\": 1"},
        {"{\"lyncmock_report\":1,\"version\":7}", "version: expected a text"},
        {"{\"lyncmock_report\":1,\"runs\":{}}", "runs: expected a list"},
        {"{\"lyncmock_report\":1,\"runs\":[{},1]}",
         "runs[1]: expected an object"},
        {"{\"lyncmock_report\":1,\"runs\":[{\"seed\":1}]}",
         "runs[0].seed: expected a whole number, as text"},
        {"{\"lyncmock_report\":1,\"runs\":[{\"seed\":\"-1\"}]}",
         "runs[0].seed: expected a whole number, as text"},
        {"{\"lyncmock_report\":1,\"runs\":[{\"took\":\"1\"}]}",
         "runs[0].took: expected a number"},
        {"{\"lyncmock_report\":1,\"runs\":[{\"dropped\":-1}]}",
         "runs[0].dropped: expected a whole number"},
        {"{\"lyncmock_report\":1,\"runs\":[{\"dropped\":1.5}]}",
         "runs[0].dropped: expected a whole number"},
        {"{\"lyncmock_report\":1,\"exit_code\":5000000000}",
         "exit_code: expected a whole number"},
        {"{\"lyncmock_report\":1,\"runs\":[{\"client\":{\"reached\":1}}]}",
         "runs[0].client.reached: expected true or false"},
        {"{\"lyncmock_report\":1,\"runs\":[{\"points\":[1]}]}",
         "runs[0].points: expected a text"},
        {"{\"lyncmock_report\":1,\"runs\":[{\"findings\":[{\"level\":\"x\"}]}]"
         "}",
         "runs[0].findings[0].level: expected one of the words for it"},
        {"{\"lyncmock_report\":1,\"runs\":[{\"findings\":[{\"level\":1}]}]}",
         "runs[0].findings[0].level: expected one of the words for it"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        struct report report;
        struct err err;

        assert_false(
            report_read(arena, span_text(rows[i].json), &report, &err));
        assert_string_equal(err.text, rows[i].error);
    }
}

/* A later version may have more. */
static void test_unknown_members(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct report report;
    struct err err;

    assert_true(report_read(arena,
                            span_text("{\"lyncmock_report\":1,\"new\":[1],"
                                      "\"title\":\"t\"}"),
                            &report, &err));
    assert_string_equal(report.title, "t");
    assert_int_equal(report.run_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_member_comes_back),
        cmocka_unit_test(test_nothing_comes_back),
        cmocka_unit_test(test_numbers_come_back),
        cmocka_unit_test(test_broken_utf8),
        cmocka_unit_test(test_what_is_no_report),
        cmocka_unit_test(test_unknown_members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
