/* UTF-8 and UTF-16LE; Unicode 15, chapter 3. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/attr.h"
#include "util/utf.h"

#define REPLACED "\xef\xbf\xbd"

/* Table 3-7: the first and the last of each row, and their neighbours. */
static const struct {
    const char *bytes;
    size_t length; /* of the sequence in front; 0: not well-formed */
} sequences[] = {
    {"a", 1},
    {"\x7f", 1},
    {"\x80", 0},
    {"\xbf", 0},
    {"\xc0\x80", 0},
    {"\xc1\xbf", 0},
    {"\xc2\x80", 2},
    {"\xc2\x7f", 0},
    {"\xc2\xc0", 0},
    {"\xc2", 0},
    {"\xdf\xbf", 2},
    {"\xe0\x9f\xbf", 0},
    {"\xe0\xa0\x80", 3},
    {"\xe0\xbf\xbf", 3},
    {"\xe0\xa0", 0},
    {"\xe0", 0},
    {"\xe1\x80\x80", 3},
    {"\xe1\x80\x7f", 0},
    {"\xec\xbf\xbf", 3},
    {"\xed\x80\x80", 3},
    {"\xed\x9f\xbf", 3},
    {"\xed\xa0\x80", 0}, /* surrogates */
    {"\xed\xbf\xbf", 0},
    {"\xee\x80\x80", 3},
    {"\xef\xbf\xbf", 3},
    {"\xf0\x8f\xbf\xbf", 0},
    {"\xf0\x90\x80\x80", 4},
    {"\xf0\xbf\xbf\xbf", 4},
    {"\xf0\x90\x80", 0},
    {"\xf0\x90\x80\xc0", 0},
    {"\xf1\x80\x80\x80", 4},
    {"\xf3\xbf\xbf\xbf", 4},
    {"\xf4\x80\x80\x80", 4},
    {"\xf4\x8f\xbf\xbf", 4},
    {"\xf4\x90\x80\x80", 0},
    {"\xf5\x80\x80\x80", 0},
    {"\xf8\x88\x80\x80\x80", 0},
    {"\xff", 0},
    {"", 0},
};

static void table_3_7(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(sequences); i++) {
        struct span bytes = span_text(sequences[i].bytes);

        assert_int_equal(utf8_sequence(bytes), sequences[i].length);
        assert_int_equal(utf8_valid(bytes), sequences[i].length == bytes.size);
    }
}

static void nul_is_a_character(void **state UNUSED)
{
    assert_int_equal(utf8_sequence(span_of("\0", 1)), 1);
    assert_true(utf8_valid(span_of("a\0b", 3)));
    assert_false(utf8_valid(span_of("a\0\xff", 3)));
}

/* All code points there and back. */
static void every_code_point(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF utf16 = {0};
    AUTO_BUF again = {0};
    char *utf8;

    for (uint32_t code = 1; code < 0x110000; code++) {
        if (code >= 0x10000) {
            buf_add_u16le(&utf16, (uint16_t)(0xd7c0 + (code >> 10)));
            buf_add_u16le(&utf16, (uint16_t)(0xdc00 | (code & 0x3ff)));
        } else if (code < 0xd800 || code > 0xdfff) {
            buf_add_u16le(&utf16, (uint16_t)code);
        }
    }
    utf8 = utf16le_text(arena, buf_span(&utf16));
    assert_true(utf8_valid(span_text(utf8)));
    utf16le_add(&again, span_text(utf8));
    assert_true(span_equal(buf_span(&utf16), buf_span(&again)));
}

static const struct {
    const char *utf8;
    struct span utf16;
} encodings[] = {
    {"", {NULL, 0}},
    {"Us", {(const uint8_t *)"U\0s\0", 4}},
    {"\303\244", {(const uint8_t *)"\xe4\0", 2}},
    {"\342\202\254", {(const uint8_t *)"\xac\x20", 2}},
    {"\360\220\202\200", {(const uint8_t *)"\x00\xd8\x80\xdc", 4}},
    {"\364\217\277\277", {(const uint8_t *)"\xff\xdb\xff\xdf", 4}},
};

static void both_ways(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(encodings); i++) {
        AUTO_BUF utf16 = {0};

        utf16le_add(&utf16, span_text(encodings[i].utf8));
        assert_true(span_equal(buf_span(&utf16), encodings[i].utf16));
        assert_string_equal(utf16le_text(arena, encodings[i].utf16),
                            encodings[i].utf8);
    }
}

static const struct {
    const char *name;
    struct span utf16;
    const char *utf8;
} lone[] = {
    {"odd byte", {(const uint8_t *)"a", 1}, REPLACED},
    {"odd byte at the end", {(const uint8_t *)"a\0b", 3}, "a" REPLACED},
    {"high alone", {(const uint8_t *)"\x00\xd8", 2}, REPLACED},
    {"high before a letter",
     {(const uint8_t *)"\x00\xd8"
                       "a\0",
      4},
     REPLACED "a"},
    {"high before a high",
     {(const uint8_t *)"\x00\xd8\x00\xd8\x80\xdc", 6},
     REPLACED "\360\220\202\200"},
    {"low alone",
     {(const uint8_t *)"\x00\xdc"
                       "a\0",
      4},
     REPLACED "a"},
    {"low before high",
     {(const uint8_t *)"\x00\xdc\x00\xd8", 4},
     REPLACED REPLACED},
    {"NUL", {(const uint8_t *)"a\0\0\0b\0", 6}, "a" REPLACED "b"},
    {"NUL at the end", {(const uint8_t *)"a\0\0\0", 4}, "a" REPLACED},
    {"high and an odd byte",
     {(const uint8_t *)"\x00\xd8\x80", 3},
     REPLACED REPLACED},
};

static void lone_surrogates(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(lone); i++) {
        const char *got = utf16le_text(arena, lone[i].utf16);

        if (strcmp(got, lone[i].utf8) != 0) {
            fail_msg("%s: %s", lone[i].name, got);
        }
    }
}

static void ill_formed_becomes_replacement(void **state UNUSED)
{
    AUTO_BUF utf16 = {0};

    utf16le_add(&utf16, span_text("a\xff"
                                  "b\xc3"));
    assert_true(span_equal(buf_span(&utf16), span_of("a\0\xfd\xff"
                                                     "b\0\xfd\xff",
                                                     8)));
}

static const struct {
    const char *text;
    const char *upper;
} uppers[] = {
    {"", ""},
    {"alice", "ALICE"},
    {"ALICE", "ALICE"},
    {"a-z_0.9{}", "A-Z_0.9{}"},
    {"j\303\266rg", "J\303\226RG"},
    {"\303\277", "\305\270"},                 /* U+00FF: U+0178 */
    {"\303\237", "\303\237"},                 /* sharp s stays */
    {"\303\267", "\303\267"},                 /* division sign */
    {"\302\265", "\302\265"},                 /* micro sign is no Greek */
    {"\304\261", "\304\261"},                 /* dotless i is no I */
    {"\305\277", "\305\277"},                 /* long s is no S */
    {"\316\261\317\211", "\316\221\316\251"}, /* alpha, omega */
    {"\320\264", "\320\224"},                 /* Cyrillic de */
    {"\360\220\220\250", "\360\220\220\250"}, /* Deseret: not in plane 0 */
    {"a\xff", "A" REPLACED},
};

static void upper_case(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(uppers); i++) {
        assert_string_equal(utf8_upper(arena, uppers[i].text), uppers[i].upper);
    }
}

static const struct {
    const char *a;
    const char *b;
    bool equal;
} comparisons[] = {
    {"", "", true},
    {"a", "", false},
    {"", "a", false},
    {"alice", "ALICE", true},
    {"alice", "alic", false},
    {"alice", "alice ", false},
    {"j\303\266rg", "J\303\226RG", true},
    {"j\303\266rg", "jorg", false},
    {"stra\303\237e", "STRASSE", false},
    {"\304\261d", "ID", false},
    {"\xff", REPLACED, true}, /* both are unreadable */
};

static void comparing(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++) {
        assert_int_equal(utf8_equal_nocase(comparisons[i].a, comparisons[i].b),
                         comparisons[i].equal);
        assert_int_equal(utf8_equal_nocase(comparisons[i].b, comparisons[i].a),
                         comparisons[i].equal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_3_7),
        cmocka_unit_test(nul_is_a_character),
        cmocka_unit_test(every_code_point),
        cmocka_unit_test(both_ways),
        cmocka_unit_test(lone_surrogates),
        cmocka_unit_test(ill_formed_becomes_replacement),
        cmocka_unit_test(upper_case),
        cmocka_unit_test(comparing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
