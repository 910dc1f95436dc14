/* Base64 and hexadecimal; vectors of RFC 4648, section 10. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/attr.h"
#include "util/base64.h"

static const struct {
    struct span bytes;
    const char *standard;
    const char *url;
} pairs[] = {
    {{(const uint8_t *)"", 0}, "", ""},
    {{(const uint8_t *)"f", 1}, "Zg==", "Zg"},
    {{(const uint8_t *)"fo", 2}, "Zm8=", "Zm8"},
    {{(const uint8_t *)"foo", 3}, "Zm9v", "Zm9v"},
    {{(const uint8_t *)"foob", 4}, "Zm9vYg==", "Zm9vYg"},
    {{(const uint8_t *)"fooba", 5}, "Zm9vYmE=", "Zm9vYmE"},
    {{(const uint8_t *)"foobar", 6}, "Zm9vYmFy", "Zm9vYmFy"},
    {{(const uint8_t *)"\xfb\xff\xbf", 3}, "+/+/", "-_-_"},
    {{(const uint8_t *)"\0\0", 2}, "AAA=", "AAA"},
};

static void encodes_and_decodes(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        AUTO(arena) arena = arena_new();
        AUTO_BUF buf = {0};
        struct span back = SPAN_NONE;

        assert_string_equal(base64_text(arena, pairs[i].bytes),
                            pairs[i].standard);
        assert_string_equal(base64url_text(arena, pairs[i].bytes),
                            pairs[i].url);
        base64_add(&buf, pairs[i].bytes);
        assert_string_equal(buf_text(&buf), pairs[i].standard);
        assert_true(base64_decode(arena, span_text(pairs[i].standard), &back));
        assert_true(span_equal(back, pairs[i].bytes));
        assert_true(base64_decode(arena, span_text(pairs[i].url), &back));
        assert_true(span_equal(back, pairs[i].bytes));
    }
}

static void empty_into_an_empty_buf(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF buf = {0};

    base64_add(&buf, SPAN_NONE);
    assert_int_equal(buf.size, 0);
    assert_string_equal(base64_text(arena, SPAN_NONE), "");
}

static const struct {
    const char *text;
    const char *bytes; /* NULL: refused */
} decodings[] = {
    {" Zm9v\r\n\tYmFy ", "foobar"},
    {"Z m 8 =", "fo"},
    {"Zm8", "fo"},
    {"\r\n", ""},
    /* A group that is broken behind some that are not. */
    {"Zm9vYmFyZm9v Ym\nFyZg", "foobarfoobarf"},
    {"Zm9vYmFyZm9v-_-_Zm8=", "foobarfoo\xfb\xff\xbf"
                             "fo"},
    {"Zm9vYmFy!m9v", NULL},
    {"Zm9vYmFyZm9=Zm9v", NULL},
    {"Zm9vYmFyZm9vZ", NULL},
    {"Zg=", "f"}, /* padding cut short */
    {"Z", NULL},  /* no encoder makes that length */
    {"Zm9vY", NULL},
    {"=", NULL},
    {"====", NULL},
    {"Zg===", NULL},
    {"Zm9v=", NULL},
    {"Zm9v====", NULL},
    {"Zg==Zg==", NULL}, /* padding inside */
    {"Zg==x", NULL},
    {"Z=g=", NULL},
    {"Zh==", NULL}, /* bits that are not zero */
    {"Zm9=", NULL},
    {"Zm9v!", NULL},
    {"Zm.v", NULL},
    {"Zm9v\v", NULL},
    {"Zm9v\v\f\v\f", NULL}, /* as many as a group */
    {"Zm8\f", NULL},
    {"A", NULL}, /* all of its bits are zero */
    {"Zm9vA===", NULL},
    {"Zm\303\2448", NULL},
    {"-_+/", "\xfb\xff\xbf"},
};

static void decoding_is_strict(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(decodings); i++) {
        AUTO(arena) arena = arena_new();
        struct span out = span_text("untouched");
        bool good = base64_decode(arena, span_text(decodings[i].text), &out);

        if (good != (decodings[i].bytes != NULL)) {
            fail_msg("%s", decodings[i].text);
        }
        assert_true(span_equal(
            out, span_text(good ? decodings[i].bytes : "untouched")));
    }
}

static void nul_inside(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct span out;

    assert_false(base64_decode(arena, span_of("Zm\0v", 4), &out));
}

static const struct {
    const char *text;
    const char *bytes; /* NULL: refused */
} hexes[] = {
    {"", ""},           {"61", "a"},    {"6a6B", "jk"},  {"6A6b", "jk"},
    {"6", NULL},        {"616", NULL},  {"6g", NULL},    {"g6", NULL},
    {" 61", NULL},      {"0x61", NULL}, {"61 62", NULL}, {"-1", NULL},
    {"\303\244", NULL},
};

static void hexadecimal(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    assert_string_equal(hex_text(arena, SPAN_NONE), "");
    assert_string_equal(hex_text(arena, span_of("\x00\x9f\xff", 3)), "009fff");
    for (size_t i = 0; i < ARRAY_SIZE(hexes); i++) {
        struct span out = span_text("untouched");
        bool good = hex_decode(arena, hexes[i].text, &out);

        assert_int_equal(good, hexes[i].bytes != NULL);
        assert_true(
            span_equal(out, span_text(good ? hexes[i].bytes : "untouched")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_and_decodes),
        cmocka_unit_test(empty_into_an_empty_buf),
        cmocka_unit_test(decoding_is_strict),
        cmocka_unit_test(nul_inside),
        cmocka_unit_test(hexadecimal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
