/* Writing JSON. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json_reader.h"
#include "util/attr.h"
#include "util/json.h"

static const struct {
    struct span text;
    const char *quoted;
} quotes[] = {
    {{NULL, 0}, "\"\""},
    {{(const uint8_t *)"abc", 3}, "\"abc\""},
    {{(const uint8_t *)"a\"b\\c", 5}, "\"a\\\"b\\\\c\""},
    {{(const uint8_t *)"a/b", 3}, "\"a/b\""},
    {{(const uint8_t *)"\n\r\t", 3}, "\"\\n\\r\\t\""},
    {{(const uint8_t *)"\0\x01\x1f\x7f", 4},
     "\"\\u0000\\u0001\\u001f\\u007f\""},
    {{(const uint8_t *)"\b\f", 2}, "\"\\u0008\\u000c\""},
    {{(const uint8_t *)"\303\244\342\202\254\360\220\202\200", 9},
     "\"\303\244\342\202\254\360\220\202\200\""},
    {{(const uint8_t *)"\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", 8},
     "\"\\u0080\\u009b\\u009f\xc2\xa0\""},
    {{(const uint8_t *)"a\xff"
                       "b",
      3},
     "\"a\xef\xbf\xbd"
     "b\""},
    {{(const uint8_t *)"\xc3", 1}, "\"\xef\xbf\xbd\""},
    {{(const uint8_t *)"\xed\xa0\x80", 3},
     "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {{(const uint8_t *)"\xc0\x80", 2}, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
};

static void quoting(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(quotes); i++) {
        AUTO_BUF out = {0};

        json_quote(&out, quotes[i].text);
        assert_string_equal(buf_text(&out), quotes[i].quoted);
        assert_true(json_is_valid(buf_text(&out)));
    }
}

static void every_byte_gives_json(void **state UNUSED)
{
    for (int c = 0; c < 0x10000; c++) {
        uint8_t bytes[] = {(uint8_t)(c >> 8), (uint8_t)c};
        AUTO_BUF out = {0};

        json_quote(&out, span_of(bytes, sizeof(bytes)));
        assert_true(json_is_valid(buf_text(&out)));
    }
}

static void a_document(void **state UNUSED)
{
    AUTO_BUF out = {0};
    struct json json;

    json_init(&json, &out);
    json_open(&json, '{');
    json_text(&json, "text", "a\"b");
    json_text(&json, "null", NULL);
    json_bytes(&json, "bytes", span_of("xyz", 2));
    json_number(&json, "least", INT64_MIN);
    json_number(&json, "most", INT64_MAX);
    json_boolean(&json, "yes", true);
    json_boolean(&json, "no", false);
    json_hex(&json, "hex", span_of("\x00\xfe", 2));
    json_hex(&json, "empty", SPAN_NONE);
    json_open_named(&json, "list", '[');
    json_number(&json, NULL, 1);
    json_open(&json, '[');
    json_close(&json, ']');
    json_open(&json, '{');
    json_close(&json, '}');
    json_text(&json, NULL, "x");
    json_close(&json, ']');
    json_boolean(&json, "quo\"te", true);
    json_close(&json, '}');
    assert_string_equal(
        buf_text(&out),
        "{\"text\":\"a\\\"b\",\"null\":null,\"bytes\":\"xy\","
        "\"least\":-9223372036854775808,\"most\":9223372036854775807,"
        "\"yes\":true,\"no\":false,\"hex\":\"00fe\",\"empty\":\"\","
        "\"list\":[1,[],{},\"x\"],\"quo\\\"te\":true}");
    assert_true(json_is_valid(buf_text(&out)));
}

static void slashes_as_dotnet_writes_them(void **state UNUSED)
{
    AUTO_BUF out = {0};
    struct json json;

    json_init(&json, &out);
    json.escape_slash = true;
    json_open(&json, '{');
    json_text(&json, "a/b", "http://c");
    json_close(&json, '}');
    assert_string_equal(buf_text(&out), "{\"a\\/b\":\"http:\\/\\/c\"}");
}

/* The reader of these tests must be able to say no. */
static const struct {
    const char *text;
    bool valid;
} documents[] = {
    {"{}", true},
    {" [ 1 , -2 ] ", true},
    {"\"\\u00e4\"", true},
    {"null", true},
    {"", false},
    {"{", false},
    {"{\"a\"}", false},
    {"{\"a\":}", false},
    {"{\"a\":1,}", false},
    {"[1 2]", false},
    {"[1,]", false},
    {"01", false},
    {"\"\n\"", false},
    {"\"\\x\"", false},
    {"\"\\u00g0\"", false},
    {"\"a", false},
    {"{}{}", false},
    {"\"\xff\"", false},
    {"{a:1}", false},
    {"nul", false},
};

static void the_reader_refuses(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
        if (json_is_valid(documents[i].text) != documents[i].valid) {
            fail_msg("%s", documents[i].text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoting),
        cmocka_unit_test(every_byte_gives_json),
        cmocka_unit_test(a_document),
        cmocka_unit_test(slashes_as_dotnet_writes_them),
        cmocka_unit_test(the_reader_refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
