/* The exit code of several runs is the worst of theirs: 70, then 3, 2, 4, 1, 5;
 * 77 where all were skipped. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/run.h"
#include "util/attr.h"

static const enum exit_code order[] = {
    EXIT_INTERNAL, EXIT_START,  EXIT_USAGE, EXIT_TIME,
    EXIT_VERDICT,  EXIT_CLIENT, EXIT_GOOD,  EXIT_SKIPPED,
};

static void test_numbers(void **state UNUSED)
{
    static const int numbers[] = {70, 3, 2, 4, 1, 5, 0, 77};

    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        assert_int_equal(order[i], numbers[i]);
    }
}

static void test_worse(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(order); j++) {
            assert_int_equal(run_worse(order[i], order[j]),
                             order[i < j ? i : j]);
        }
    }
}

/* A child that ends with a code that is none of ours is no success. */
static void test_a_code_of_nobody_s(void **state UNUSED)
{
    assert_int_equal(run_worse((enum exit_code)99, EXIT_GOOD), EXIT_INTERNAL);
    assert_int_equal(run_worse(EXIT_GOOD, (enum exit_code) - 1), EXIT_INTERNAL);
    assert_string_equal(run_code_text((enum exit_code)99),
                        run_code_text(EXIT_INTERNAL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_worse),
        cmocka_unit_test(test_a_code_of_nobody_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
