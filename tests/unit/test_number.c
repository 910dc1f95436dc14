/* util/number: digits and nothing else. */
#include "config.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/attr.h"
#include "util/number.h"

struct row {
    const char *name;
    const char *text;
    enum number_base base;
    uint64_t most;
    bool good;
    uint64_t number;
};

static const struct row rows[] = {
    {"nought", "0", NUMBER_DECIMAL, 0, true, 0},
    {"decimal", "65535", NUMBER_DECIMAL, 65535, true, 65535},
    {"one too many", "65536", NUMBER_DECIMAL, 65535, false, 0},
    {"leading noughts", "0010", NUMBER_DECIMAL, 100, true, 10},
    {"the greatest", "18446744073709551615", NUMBER_DECIMAL, UINT64_MAX, true,
     UINT64_MAX},
    {"does not fit", "18446744073709551616", NUMBER_DECIMAL, UINT64_MAX, false,
     0},
    {"overflow by a digit", "184467440737095516150", NUMBER_DECIMAL, UINT64_MAX,
     false, 0},
    {"hexadecimal", "E2088297", NUMBER_HEX, UINT32_MAX, true, 0xe2088297},
    {"lower case", "ff", NUMBER_HEX, 255, true, 255},
    {"hexadecimal in decimal", "ff", NUMBER_DECIMAL, 255, false, 0},
    {"no digit", "g", NUMBER_HEX, 255, false, 0},
    {"empty", "", NUMBER_DECIMAL, 9, false, 0},
    {"sign", "-1", NUMBER_DECIMAL, 9, false, 0},
    {"plus", "+1", NUMBER_DECIMAL, 9, false, 0},
    {"white space in front", " 1", NUMBER_DECIMAL, 9, false, 0},
    {"white space behind", "1 ", NUMBER_DECIMAL, 9, false, 0},
    {"prefix", "0x10", NUMBER_HEX, 255, false, 0},
};

static void test_rows(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        uint64_t number = 4711;
        bool good =
            number_parse(rows[i].text, rows[i].base, rows[i].most, &number);

        if (good != rows[i].good || number != (good ? rows[i].number : 4711)) {
            fail_msg("%s: \"%s\" gave %d, %" PRIu64, rows[i].name, rows[i].text,
                     good, number);
        }
    }
}

static void test_text(void **state UNUSED)
{
    static const struct {
        int64_t number;
        const char *text;
    } texts[] = {
        {0, "0"},
        {7, "7"},
        {-7, "-7"},
        {10, "10"},
        {4294967295, "4294967295"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    char room[NUMBER_TEXT];

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        assert_string_equal(number_text(room, texts[i].number), texts[i].text);
    }
}

static void test_put(void **state UNUSED)
{
    char text[] = "________";

    assert_ptr_equal(number_put(text, 42, 4), text + 4);
    assert_string_equal(text, "0042____");
    assert_ptr_equal(number_put(text, 42, 1), text + 1);
    assert_string_equal(text, "2042____");
    assert_ptr_equal(number_put(text, 42, 0), text);
    assert_string_equal(text, "2042____");
}

static void test_decimal(void **state UNUSED)
{
    static const struct {
        const char *text;
        bool good;
        uint64_t number;
    } decimals[] = {
        {"0", true, 0},
        {"1", true, 1000},
        {"0.5", true, 500},
        {"0.125", true, 125},
        {"100", true, 100000},
        {"00.500", true, 500},
        {"100.000", true, 100000},
        {"100.001", false, 0},
        {"101", false, 0},
        {"0.1255", false, 0},
        {"", false, 0},
        {".5", false, 0},
        {"1.", false, 0},
        {"1.2.3", false, 0},
        {"-1", false, 0},
        {"1e2", false, 0},
        {" 1", false, 0},
        {"99999999999999999999", false, 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(decimals); i++) {
        uint64_t number = 7;
        bool good = number_parse_decimal(decimals[i].text, 3, 100, &number);

        print_message("\"%s\"\n", decimals[i].text);
        assert_int_equal(good, decimals[i].good);
        assert_int_equal(number, good ? decimals[i].number : 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_decimal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
