/* Spans, checked reading, growing buffers, arenas. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/mem.h"
#include "util/span.h"

static const struct {
    const char *whole;
    size_t offset;
    size_t size;
    const char *part;
} slices[] = {
    {"abcdef", 0, 6, "abcdef"},
    {"abcdef", 2, 3, "cde"},
    {"abcdef", 2, 100, "cdef"},
    {"abcdef", 6, 1, ""},
    {"abcdef", 7, 1, ""},
    {"abcdef", SIZE_MAX, SIZE_MAX, ""},
    {"abcdef", 1, SIZE_MAX, "bcdef"},
    {"", 0, 0, ""},
    {NULL, 0, 5, ""},
};

static void slices_are_clipped(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(slices); i++) {
        struct span part = span_slice(span_text(slices[i].whole),
                                      slices[i].offset, slices[i].size);

        assert_true(span_equal(part, span_text(slices[i].part)));
    }
}

static void equality(void **state UNUSED)
{
    assert_true(span_equal(SPAN_NONE, SPAN_NONE));
    assert_true(span_equal(SPAN_NONE, span_text("")));
    assert_true(span_equal(span_text("ab"), span_of("abc", 2)));
    assert_false(span_equal(span_text("ab"), span_text("ac")));
    assert_false(span_equal(span_text("ab"), span_text("abc")));
    assert_true(span_equal(span_of("a\0b", 3), span_of("a\0b", 3)));
    assert_false(span_equal(span_of("a\0b", 3), span_of("a\0c", 3)));
}

static const struct {
    const char *hay;
    const char *needle;
    size_t start;
    size_t found;
} finds[] = {
    {"abcabc", "bc", 0, 1},        {"abcabc", "bc", 1, 1},
    {"abcabc", "bc", 2, 4},        {"abcabc", "bc", 5, SIZE_MAX},
    {"abcabc", "bc", 6, SIZE_MAX}, {"abcabc", "bc", 7, SIZE_MAX},
    {"abcabc", "x", 0, SIZE_MAX},  {"abcabc", "abcabc", 0, 0},
    {"abc", "abcd", 0, SIZE_MAX},  {"", "a", 0, SIZE_MAX},
    {"abc", "", 0, SIZE_MAX},      {"abc", "a", SIZE_MAX, SIZE_MAX},
};

static void finding(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(finds); i++) {
        assert_int_equal(span_find(span_text(finds[i].hay),
                                   span_text(finds[i].needle), finds[i].start),
                         finds[i].found);
    }
}

static void prefixes(void **state UNUSED)
{
    assert_true(span_starts(span_text("abc"), "ab"));
    assert_true(span_starts(span_text("abc"), "abc"));
    assert_true(span_starts(span_text("abc"), ""));
    assert_true(span_starts(SPAN_NONE, ""));
    assert_false(span_starts(span_text("abc"), "abcd"));
    assert_false(span_starts(span_text("abc"), "b"));
    assert_false(span_starts(SPAN_NONE, "a"));
}

static void reader_reads_little_endian(void **state UNUSED)
{
    static const uint8_t bytes[] = {1, 2,    3, 4, 5, 6, 7,   8,
                                    9, 0xfa, 0, 0, 0, 0, 0xff};
    struct reader rd = rd_init(span_of(bytes, sizeof(bytes)));

    assert_int_equal(rd_u8(&rd), 1);
    assert_int_equal(rd_u16le(&rd), 0x0302);
    assert_int_equal(rd_u32le(&rd), 0x07060504);
    assert_int_equal(rd_left(&rd), 8);
    assert_int_equal(rd_u64le(&rd), UINT64_C(0xff00000000fa0908));
    assert_int_equal(rd_left(&rd), 0);
    assert_false(rd.short_read);
}

static void reader_reads_big_endian(void **state UNUSED)
{
    static const uint8_t bytes[] = {0xf1, 2, 0xf3, 4, 5, 6, 7};
    struct reader rd = rd_init(span_of(bytes, sizeof(bytes)));

    assert_int_equal(rd_u16be(&rd), 0xf102);
    assert_int_equal(rd_u32be(&rd), 0xf3040506);
    assert_int_equal(rd_u16be(&rd), 0);
    assert_true(rd.short_read);
    assert_int_equal(rd_u32be(&rd), 0);
}

static void reader_stops_at_the_end(void **state UNUSED)
{
    struct reader rd = rd_init(span_text("abcde"));
    struct span part = rd_bytes(&rd, 2);

    assert_true(span_equal(part, span_text("ab")));
    assert_int_equal(rd_bytes(&rd, 0).size, 0);
    assert_false(rd.short_read);
    assert_int_equal(rd_u32le(&rd), 0);
    assert_true(rd.short_read);
    assert_int_equal(rd.offset, 2);
    assert_int_equal(rd_left(&rd), 0);
    /* What would still fit is not read either. */
    assert_int_equal(rd_u8(&rd), 0);
    assert_int_equal(rd_bytes(&rd, 1).size, 0);
    assert_int_equal(rd_u64le(&rd), 0);
    assert_int_equal(rd_u16le(&rd), 0);
}

static void reader_of_nothing(void **state UNUSED)
{
    struct reader rd = rd_init(SPAN_NONE);

    assert_int_equal(rd_left(&rd), 0);
    assert_int_equal(rd_bytes(&rd, 0).size, 0);
    assert_false(rd.short_read);
    rd_bytes(&rd, SIZE_MAX);
    assert_true(rd.short_read);
}

static void buf_grows(void **state UNUSED)
{
    AUTO_BUF buf = {0};

    for (int i = 0; i < 100000; i++) {
        buf_add_u8(&buf, (uint8_t)i);
    }
    assert_int_equal(buf.size, 100000);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(buf.data[i], (uint8_t)i);
    }
    buf_clear(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.size, 0);
}

static void buf_writes_little_endian(void **state UNUSED)
{
    AUTO_BUF buf = {0};

    buf_add_u8(&buf, 1);
    buf_add_u16le(&buf, 0x0302);
    buf_add_u32le(&buf, 0x07060504);
    buf_add_u64le(&buf, UINT64_C(0x0f0e0d0c0b0a0908));
    assert_int_equal(buf.size, 15);
    for (size_t i = 0; i < buf.size; i++) {
        assert_int_equal(buf.data[i], i + 1);
    }
}

static void buf_writes_big_endian(void **state UNUSED)
{
    static const uint8_t right[] = {0xf1, 2, 0xf3, 4, 5, 6};
    AUTO_BUF buf = {0};

    buf_add_u16be(&buf, 0xf102);
    buf_add_u32be(&buf, 0xf3040506);
    assert_true(span_equal(buf_span(&buf), span_of(right, sizeof(right))));
}

static void buf_of_text(void **state UNUSED)
{
    AUTO_BUF buf = {0};

    assert_string_equal(buf_text(&buf), "");
    buf_add_text(&buf, "");
    buf_add_text(&buf, NULL);
    buf_add(&buf, SPAN_NONE);
    assert_int_equal(buf.size, 0);
    buf_printf(&buf, "%s-%d", "a", 7);
    buf_add_text(&buf, "b");
    assert_string_equal(buf_text(&buf), "a-7b");
    assert_int_equal(buf.size, 4);
    buf_reset(&buf);
    assert_string_equal(buf_text(&buf), "");
    assert_true(buf.capacity > 0);
    buf_printf(&buf, "%1000d", 1);
    assert_int_equal(buf.size, 1000);
    buf_printf(&buf, "%s", "");
    assert_int_equal(buf.size, 1000);
}

static void buf_drops_at_the_front(void **state UNUSED)
{
    AUTO_BUF buf = {0};

    buf_drop(&buf, 0);
    buf_add_text(&buf, "abcdef");
    buf_drop(&buf, 0);
    assert_string_equal(buf_text(&buf), "abcdef");
    buf_drop(&buf, 2);
    assert_string_equal(buf_text(&buf), "cdef");
    buf_drop(&buf, 4);
    assert_string_equal(buf_text(&buf), "");
}

static void buf_reserves(void **state UNUSED)
{
    AUTO_BUF buf = {0};

    buf_reserve(&buf, 0);
    memcpy(buf_reserve(&buf, 3), "abc", 3);
    buf_commit(&buf, 2);
    assert_string_equal(buf_text(&buf), "ab");
    buf_reserve(&buf, 5000);
    assert_true(buf.capacity >= 5002);
    assert_int_equal(buf.size, 2);
}

static void arena_is_aligned_and_zeroed(void **state UNUSED)
{
    static const size_t sizes[] = {0,    1,    15,    16, 17,     4095,
                                   4096, 4097, 10000, 3,  100000, 8};
    AUTO(arena) arena = arena_new();

    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
            uint8_t *block = arena_alloc(arena, sizes[i]);

            assert_int_equal((uintptr_t)block % 16, 0);
            for (size_t j = 0; j < sizes[i]; j++) {
                assert_int_equal(block[j], 0);
            }
            memset(block, 0xee, sizes[i]);
        }
    }
}

/* Texts of any length, in blocks of any fullness. */
static void arena_prints(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnop";
    char expected[256];

    for (int i = 0; i < 5000; i++) {
        const char *part = letters + i % (int)strlen(letters);
        const char *joined = arena_printf(arena, "<%s|%s>", part, letters);
        const char *printed = arena_printf(arena, "%d%%%s%c", i, part, 'x');

        snprintf(expected, sizeof(expected), "<%s|%s>", part, letters);
        assert_string_equal(joined, expected);
        snprintf(expected, sizeof(expected), "%d%%%sx", i, part);
        assert_string_equal(printed, expected);
        assert_int_equal(*(char *)arena_alloc(arena, 1), 0);
    }
    assert_string_equal(arena_printf(arena, "%s", ""), "");
    assert_string_equal(arena_printf(arena, "plain"), "plain");
    assert_int_equal(strlen(arena_printf(arena, "%5000d", 1)), 5000);
}

PRINTF(3, 4)
static char *print_most(struct arena *arena, size_t most, const char *format,
                        ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = arena_vprintf_most(arena, most, format, args);
    va_end(args);
    return text;
}

/* Joined or printed, at the end of a block or within: no byte too many. */
static void arena_prints_no_more_than_asked(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    for (int i = 0; i < 2000; i++) {
        assert_string_equal(print_most(arena, 4, "%s", "abcd"), "abcd");
        assert_string_equal(print_most(arena, 4, "%s", "abcde"), "abcd");
        assert_string_equal(print_most(arena, 4, "<%s>%s", "ab", "c"), "<ab>");
        assert_string_equal(print_most(arena, 4, "%d", 1234), "1234");
        assert_string_equal(print_most(arena, 4, "%d", 1234567), "1234");
        assert_string_equal(print_most(arena, 0, "%d", 1), "");
        assert_int_equal(*(char *)arena_alloc(arena, 1), 0);
    }
    assert_int_equal(strlen(print_most(arena, 5000, "%9000d", 1)), 5000);
}

static void arena_accounts_for_what_it_holds(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    size_t empty = arena_size(arena);
    size_t first;

    arena_alloc(arena, 1);
    first = arena_size(arena);
    assert_true(first >= empty + 4096);
    arena_alloc(arena, 100);
    assert_int_equal(arena_size(arena), first);
    arena_alloc(arena, 100000);
    assert_true(arena_size(arena) >= first + 100000);
}

static void arena_copies(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    char source[] = "AbC\303\204z";
    struct span copy = arena_copy(arena, span_of("a\0b", 3));

    assert_true(span_equal(copy, span_of("a\0b", 3)));
    assert_int_equal(copy.data[3], 0);
    assert_string_equal(arena_strdup(arena, source), source);
    assert_string_equal(arena_strdup(arena, NULL), "");
    assert_string_equal(arena_text(arena, span_of("abc", 2)), "ab");
    assert_string_equal(arena_text(arena, SPAN_NONE), "");
    assert_string_equal(arena_lower(arena, source), "abc\303\204z");
    assert_string_equal(arena_printf(arena, "%05d|%s", 42, "x"), "00042|x");
    assert_int_equal(strlen(arena_printf(arena, "%9000d", 1)), 9000);
    assert_string_equal(arena_printf(arena, "%s", ""), "");
}

static void secrets_compare(void **state UNUSED)
{
    assert_true(mem_equal_secret("abc", "abc", 3));
    assert_true(mem_equal_secret("abc", "abd", 2));
    assert_true(mem_equal_secret("a", "b", 0));
    assert_false(mem_equal_secret("abc", "abd", 3));
    assert_false(mem_equal_secret("bbc", "abc", 3));
    assert_false(mem_equal_secret("\x80", "\x00", 1));
}

static void ownership_is_taken(void **state UNUSED)
{
    AUTO(str) text = mem_strdup("x");
    AUTO(str) taken = take(&text);

    assert_null(text);
    assert_string_equal(taken, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_clipped),
        cmocka_unit_test(equality),
        cmocka_unit_test(finding),
        cmocka_unit_test(prefixes),
        cmocka_unit_test(reader_reads_little_endian),
        cmocka_unit_test(reader_reads_big_endian),
        cmocka_unit_test(reader_stops_at_the_end),
        cmocka_unit_test(reader_of_nothing),
        cmocka_unit_test(buf_grows),
        cmocka_unit_test(buf_writes_little_endian),
        cmocka_unit_test(buf_writes_big_endian),
        cmocka_unit_test(buf_of_text),
        cmocka_unit_test(buf_drops_at_the_front),
        cmocka_unit_test(buf_reserves),
        cmocka_unit_test(arena_is_aligned_and_zeroed),
        cmocka_unit_test(arena_prints),
        cmocka_unit_test(arena_prints_no_more_than_asked),
        cmocka_unit_test(arena_accounts_for_what_it_holds),
        cmocka_unit_test(arena_copies),
        cmocka_unit_test(secrets_compare),
        cmocka_unit_test(ownership_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
