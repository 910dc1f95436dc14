/* Durations as people write them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/duration.h"
#include "util/env.h"

#define S ENV_NS_PER_SEC

static void reads(void **state UNUSED)
{
    static const struct {
        const char *text;
        int64_t ns;
    } rows[] = {
        {"0s", 0},
        {"-0s", 0},
        {"500ms", S / 2},
        {"1s", S},
        {"90s", 90 * S},
        {"+6m", 360 * S},
        {"-2h", -7200 * S},
        {"8h", 28800 * S},
        {"2d", 172800 * S},
        {"007s", 7 * S},
        {"106751d", 106751 * (86400 * S)},
        {"-106751d", -106751 * (86400 * S)},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct err err;
        int64_t ns = 42;

        print_message("%s\n", rows[i].text);
        assert_true(duration_parse(rows[i].text, &ns, &err));
        assert_int_equal(ns, rows[i].ns);
    }
}

static void refuses(void **state UNUSED)
{
    static const char form[] = "expected a whole number and one of ms, s, m, "
                               "h, d";
    static const struct {
        const char *text;
        const char *error;
    } rows[] = {
        {"", form},
        {"s", form},
        {"5", form},
        {"0", form},
        {"5 s", form},
        {" 5s", form},
        {"5s ", form},
        {"5S", form},
        {"5sec", form},
        {"1.5h", form},
        {"1h30m", form},
        {"+-5s", form},
        {"+", form},
        {"five m", form},
        {"0x5s", form},
        {"106752d", "too long"},
        {"9223372036854775807s", "too long"},
        {"92233720368547758070ms", "too long"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct err err = {""};
        int64_t ns = 42;

        print_message("\"%s\"\n", rows[i].text);
        assert_false(duration_parse(rows[i].text, &ns, &err));
        assert_non_null(strstr(err.text, rows[i].error));
        assert_int_equal(ns, 42);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
