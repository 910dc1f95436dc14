/* JSON with line breaks. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/json_indent.h"

#define LONG                                                                   \
    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"  \
    "\""

static const struct row {
    const char *json;
    const char *expected;
} rows[] = {
    {"", "\n"},
    {"{}", "{}\n"},
    {"[1,2]", "[1, 2]\n"},
    {"{\"a\":[1,{\"b\":\"c, d: \\\"e\\\"\"}]}",
     "{\"a\": [1, {\"b\": \"c, d: \\\"e\\\"\"}]}\n"},
    {"[" LONG ",{\"a\":1}]", "[\n  " LONG ",\n  {\"a\": 1}\n]\n"},
    {"{\"a\":" LONG ",\"b\":[" LONG "]}",
     "{\n  \"a\": " LONG ",\n  \"b\": [\n    " LONG "\n  ]\n}\n"},
    {"[\"]}\\\\\"," LONG "]", "[\n  \"]}\\\\\",\n  " LONG "\n]\n"},
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_BUF out = {0};

        json_indent(&out, span_text(rows[i].json));
        assert_string_equal(buf_text(&out), rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(table)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
