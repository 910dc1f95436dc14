/* Odd texts in each notation: they end where they should, and mean nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/escape.h"
#include "util/attr.h"

struct row {
    const char *text;
    const char *expected;
};

static void expect_rows(void (*escape)(struct buf *out, const char *text),
                        const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO_BUF out = {0};

        escape(&out, rows[i].text);
        assert_string_equal(buf_text(&out), rows[i].expected);
    }
}

static void test_xml(void **state UNUSED)
{
    static const struct row rows[] = {
        {"", ""},
        {"<a b=\"c\">&amp;", "&lt;a b=&quot;c&quot;&gt;&amp;amp;"},
        {"]]>", "]]&gt;"},
        {"a\r\n\tb", "a&#13;\n\tb"},
        {"\x01\x1b[0m\x7f", "\\x01\\x1b[0m\\x7f"},
        {"\xf0\x9f\x98\x80\xc3\xa4", "\xf0\x9f\x98\x80\xc3\xa4"},
        {"\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xef\xbf\xbe\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };

    expect_rows(escape_xml, rows, ARRAY_SIZE(rows));
}

static void test_xml_attribute(void **state UNUSED)
{
    static const struct row rows[] = {
        {"a\n\tb", "a&#10;&#9;b"},
        {"\"'", "&quot;'"},
        {"\x0b", "\\x0b"},
    };

    expect_rows(escape_xml_attribute, rows, ARRAY_SIZE(rows));
}

static void test_tap(void **state UNUSED)
{
    static const struct row rows[] = {
        {"a # SKIP b", "a \\# SKIP b"},           {"a\\#", "a\\\\\\#"},
        {"ok\nnot ok 2", "ok not ok 2"},          {"\x1b", "\\\\x1b"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };

    expect_rows(escape_tap, rows, ARRAY_SIZE(rows));
}

static void test_yaml(void **state UNUSED)
{
    static const struct row rows[] = {
        {"", "\"\""},
        {"a: \"b\"\n...\n", "\"a: \\\"b\\\"\\n...\\n\""},
        {"\x01\xc2\x85", "\"\\u0001\\\\x85\""},
        {"\xef\xbf\xbf", "\"\xef\xbf\xbd\""},
    };

    expect_rows(escape_yaml, rows, ARRAY_SIZE(rows));
}

static void test_markdown(void **state UNUSED)
{
    static const struct row rows[] = {
        {"a|b", "a\\|b"},
        {"# *x* _y_ `z` [l](u)", "\\# \\*x\\* \\_y\\_ \\`z\\` \\[l\\](u)"},
        {"</details>&amp;", "&lt;/details&gt;&amp;amp;"},
        {"a\nb", "a b"},
        {"@all", "@<!-- -->all"},
        {"\\", "\\\\"},
    };

    expect_rows(escape_markdown, rows, ARRAY_SIZE(rows));
}

static void test_markdown_code(void **state UNUSED)
{
    static const struct row rows[] = {
        {"a", "`a`"},        {"", "`  `"},     {"a|b", "`a\\|b`"},
        {"a`b", "``a`b``"},  {"`", "`` ` ``"}, {"a``", "``` a`` ```"},
        {"a\nb", "`a\\nb`"}, {" a", "`  a `"}, {"a\x01", "`a\\x01`"},
    };

    expect_rows(escape_markdown_code, rows, ARRAY_SIZE(rows));
}

static void test_mermaid(void **state UNUSED)
{
    static const struct row rows[] = {
        {"a;b#c:d", "a#59;b#35;c#58;d"},
        {"end", "#101;nd"},
        {"the END of", "the #69;ND of"},
        {"send bend ended", "send bend ended"},
        {"/end/", "/#101;nd/"},
        {"a\nb", "a b"},
        {"<b>&%%{init}", "#60;b#62;#38;#37;#37;#123;init#125;"},
        {"->>", "-#62;#62;"},
    };

    expect_rows(escape_mermaid, rows, ARRAY_SIZE(rows));
}

static void test_commands(void **state UNUSED)
{
    static const struct row message[] = {
        {"100%\r\nb: c, d", "100%25%0D%0Ab: c, d"},
        {"%0A", "%250A"},
        {"\x1b", "\\x1b"},
    };
    static const struct row property[] = {
        {"a: b, c", "a%3A b%2C c"},
        {"::error::", "%3A%3Aerror%3A%3A"},
        {"\n", "%0A"},
    };

    expect_rows(escape_command, message, ARRAY_SIZE(message));
    expect_rows(escape_command_property, property, ARRAY_SIZE(property));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml),      cmocka_unit_test(test_xml_attribute),
        cmocka_unit_test(test_tap),      cmocka_unit_test(test_yaml),
        cmocka_unit_test(test_markdown), cmocka_unit_test(test_markdown_code),
        cmocka_unit_test(test_mermaid),  cmocka_unit_test(test_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
