/* Forms as OAuth sends them: what is read, and where reading stops. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/arena.h"
#include "util/attr.h"
#include "wire/form.h"

static struct arena *arena;

static int set_up(void **state UNUSED)
{
    arena = arena_new();
    return 0;
}

static int tear_down(void **state UNUSED)
{
    arena_free(arena);
    return 0;
}

/* The form in one line: "name=value|name=value". */
static const char *flat(const struct form *form)
{
    const char *all = "";

    for (size_t i = 0; i < form->count; i++) {
        all = arena_printf(arena, "%s%s%s=%s", all, i ? "|" : "",
                           form->fields[i].name, form->fields[i].value);
    }
    return all;
}

static void reads(void **state UNUSED)
{
    static const struct {
        const char *body;
        bool entities;
        const char *flat;
    } rows[] = {
        {"", false, ""},
        {"a=1", false, "a=1"},
        {"a=1&b=2", false, "a=1|b=2"},
        {"&&a=1&&b=2&", false, "a=1|b=2"},
        {"a", false, "a="},
        {"a=", false, "a="},
        {"=1", false, "=1"},
        {"=", false, "="},
        {"a=b=c", false, "a=b=c"},
        {"a=x+y%20z%2B%26%3d", false, "a=x y z+&="},
        {"%61=%C3%A4", false, "a=\xc3\xa4"},
        {"a=\xc3\xa4", false, "a=\xc3\xa4"},
        {"a=1&amp;b=2", false, "a=1|amp;b=2"},
        {"a=1&amp;b=2", true, "a=1|b=2"},
        {"a=1&amp;", true, "a=1"},
        {"amp;b=2", true, "amp;b=2"},
        {"a=1&AMP;b=2", true, "a=1|AMP;b=2"},
        {"a=1&a=2", false, "a=1|a=2"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct form form;
        size_t offset;

        print_message("  \"%s\"\n", rows[i].body);
        assert_int_equal(form_decode(arena, span_text(rows[i].body),
                                     rows[i].entities, &form, &offset),
                         FORM_OK);
        assert_string_equal(flat(&form), rows[i].flat);
        assert_int_equal(offset, strlen(rows[i].body));
        assert_int_equal(form.entities,
                         rows[i].entities && strstr(rows[i].body, "&amp;"));
    }
}

static void tells_where_it_is_wrong(void **state UNUSED)
{
    static const struct {
        const char *body;
        size_t size;
        enum form_result result;
        size_t offset;
        const char *flat;
    } rows[] = {
        {"a=%", 3, FORM_BAD_ESCAPE, 2, ""},
        {"a=%4", 4, FORM_BAD_ESCAPE, 2, ""},
        {"a=1&b=x%4G", 10, FORM_BAD_ESCAPE, 7, "a=1"},
        {"a=%4&1=2", 8, FORM_BAD_ESCAPE, 2, ""},
        {"%4=2", 4, FORM_BAD_ESCAPE, 0, ""},
        {"a=%00", 5, FORM_NUL, 2, ""},
        {"a=x\0y", 5, FORM_NUL, 3, ""},
        {"a\0=x", 4, FORM_NUL, 1, ""},
        {"a=1&b=%E4", 9, FORM_NO_UTF8, 6, "a=1"},
        {"a=\xff", 3, FORM_NO_UTF8, 2, ""},
        {"%C3=1", 5, FORM_NO_UTF8, 0, ""},
        /* A sequence does not go on behind a separator. */
        {"a=%C3&%A4=1", 11, FORM_NO_UTF8, 2, ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct form form;
        size_t offset;

        print_message("  \"%s\"\n", rows[i].body);
        assert_int_equal(form_decode(arena, span_of(rows[i].body, rows[i].size),
                                     false, &form, &offset),
                         rows[i].result);
        assert_int_equal(offset, rows[i].offset);
        assert_string_equal(flat(&form), rows[i].flat);
        assert_string_not_equal(form_result_text(rows[i].result), "?");
    }
}

static enum form_result decode_long(size_t name, size_t value)
{
    char *body = arena_alloc(arena, name + value + 2);
    struct form form;
    size_t offset;

    memset(body, 'n', name);
    body[name] = '=';
    memset(body + name + 1, 'v', value);
    return form_decode(arena, span_text(body), false, &form, &offset);
}

static void limits(void **state UNUSED)
{
    struct form form;
    size_t offset;
    const char *body = "";

    assert_int_equal(decode_long(FORM_NAME_MAX, FORM_VALUE_MAX), FORM_OK);
    assert_int_equal(decode_long(FORM_NAME_MAX + 1, 1), FORM_TOO_LONG);
    assert_int_equal(decode_long(1, FORM_VALUE_MAX + 1), FORM_TOO_LONG);
    for (int i = 0; i < FORM_FIELDS_MAX; i++) {
        body = arena_printf(arena, "%s&a=1", body);
    }
    assert_int_equal(form_decode(arena, span_text(body), false, &form, &offset),
                     FORM_OK);
    body = arena_printf(arena, "%s&a=1", body);
    assert_int_equal(form_decode(arena, span_text(body), false, &form, &offset),
                     FORM_TOO_MANY);
    assert_int_equal(form.count, FORM_FIELDS_MAX);
}

static void finds_fields(void **state UNUSED)
{
    struct form form;
    size_t offset;

    assert_int_equal(
        form_decode(arena, span_text("a=1&B=2&b=3&a=4"), false, &form, &offset),
        FORM_OK);
    assert_string_equal(form_value(&form, "a"), "1");
    assert_string_equal(form_value(&form, "b"), "3");
    assert_null(form_value(&form, "c"));
    assert_string_equal(form_repeated(&form), "a");
    assert_int_equal(
        form_decode(arena, span_text("a=1&A=2"), false, &form, &offset),
        FORM_OK);
    assert_null(form_repeated(&form));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads),
        TEST(tells_where_it_is_wrong),
        TEST(limits),
        TEST(finds_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
