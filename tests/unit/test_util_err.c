/* Error texts, the outside world, and messages on the log. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/env.h"
#include "util/err.h"
#include "util/log.h"

static void texts(void **state UNUSED)
{
    struct err err = {""};

    assert_false(err_set(&err, "%s is %d", "a", 1));
    assert_string_equal(err.text, "a is 1");
    assert_false(err_wrap(&err, "file %s", "f"));
    assert_string_equal(err.text, "file f: a is 1");
    assert_false(err_wrap(&err, "start"));
    assert_string_equal(err.text, "start: file f: a is 1");
    errno = ENOENT;
    assert_false(err_errno(&err, "%s", "g"));
    assert_string_equal(err.text, "g: No such file or directory");
    /* The text may be an argument of its own successor. */
    assert_false(err_wrap(&err, "(%s)", err.text));
    assert_string_equal(err.text,
                        "(g: No such file or directory): g: No such file or "
                        "directory");
}

static void long_texts_are_cut(void **state UNUSED)
{
    char text[3 * ERR_TEXT_SIZE];
    struct err err = {""};

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_false(err_set(&err, "%s", text));
    assert_int_equal(strlen(err.text), ERR_TEXT_SIZE - 1);
    assert_false(err_wrap(&err, "short"));
    assert_int_equal(strlen(err.text), ERR_TEXT_SIZE - 1);
    assert_memory_equal(err.text, "short: xxx", 10);
    assert_false(err_wrap(&err, "%s", text));
    assert_int_equal(strlen(err.text), ERR_TEXT_SIZE - 1);
    errno = ENOENT;
    assert_false(err_errno(&err, "%s", text));
    assert_int_equal(strlen(err.text), ERR_TEXT_SIZE - 1);
    text[ERR_TEXT_SIZE - 6] = '\0';
    assert_false(err_errno(&err, "%s", text));
    assert_string_equal(err.text + ERR_TEXT_SIZE - 6, ": No ");
}

/* SHA-256 of seed and counter, each 64 bits little-endian: computed with
 * another implementation. */
static void random_bytes_are_those_of_the_seed(void **state UNUSED)
{
    static const uint8_t first[] = {0x8a, 0xf4, 0x79, 0x81,
                                    0x75, 0x26, 0x64, 0x75};
    struct env env;
    uint8_t bytes[8];

    env_system(&env, 1234);
    env_random(&env, bytes, sizeof(bytes));
    assert_memory_equal(bytes, first, sizeof(first));
}

static void same_seed_same_bytes(void **state UNUSED)
{
    struct env a;
    struct env b;
    struct env other;
    uint8_t from_a[100];
    uint8_t from_b[100];

    env_system(&a, 7);
    env_system(&b, 7);
    env_system(&other, 8);
    for (size_t size = 0; size <= sizeof(from_a); size += 9) {
        env_random(&a, from_a, size);
        env_random(&b, from_b, size);
        assert_memory_equal(from_a, from_b, size);
    }
    env_random(&a, from_b, sizeof(from_b));
    assert_memory_not_equal(from_a, from_b, sizeof(from_a));
    env_random(&other, from_a, sizeof(from_a));
    assert_memory_not_equal(from_a, from_b, sizeof(from_a));
}

static void a_long_draw_does_not_repeat(void **state UNUSED)
{
    struct env env;
    uint8_t bytes[96];

    env_system(&env, 0);
    env_random(&env, bytes, sizeof(bytes));
    assert_memory_not_equal(bytes, bytes + 32, 32);
    assert_memory_not_equal(bytes + 32, bytes + 64, 32);
}

static void secret_bytes_are_never_the_same(void **state UNUSED)
{
    uint8_t a[1000] = {0};
    uint8_t b[1000] = {0};

    env_secret(a, sizeof(a));
    env_secret(b, sizeof(b));
    assert_memory_not_equal(a, b, 16);
    /* To the last byte: a run of zeros has a chance of 2^-128. */
    assert_memory_not_equal(a + 984, (uint8_t[16]){0}, 16);
    env_secret(a, 0);
}

static void clocks(void **state UNUSED)
{
    struct env env;
    int64_t before;
    int64_t shifted;

    env_system(&env, 0);
    before = env_monotonic(&env);
    assert_true(env_monotonic(&env) >= before);
    before = env_now(&env);
    assert_true(before > INT64_C(1600000000) * ENV_NS_PER_SEC);
    env.skew = -3600 * ENV_NS_PER_SEC;
    shifted = env_now(&env);
    assert_true(shifted < before);
    assert_true(before - shifted < 3600 * ENV_NS_PER_SEC + 1);
}

static void variables(void **state UNUSED)
{
    struct env env;

    env_system(&env, 0);
    assert_int_equal(setenv("LYNCMOCK_TEST_VARIABLE", "x", 1), 0);
    assert_string_equal(env_variable(&env, "LYNCMOCK_TEST_VARIABLE"), "x");
    assert_int_equal(unsetenv("LYNCMOCK_TEST_VARIABLE"), 0);
    assert_null(env_variable(&env, "LYNCMOCK_TEST_VARIABLE"));
}

/* ---- The log ---- */

static void listen_to(void (*speak)(const void *), const void *what,
                      struct buf *out)
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    int c;

    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);
    speak(what);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    while ((c = getc(file)) != EOF) {
        buf_add_u8(out, (uint8_t)c);
    }
    fclose(file);
}

static void say(const void *what)
{
    log_error("%s", (const char *)what);
}

static void fields(const void *what)
{
    const struct log_field list[] = {{"v", what}, {"none", NULL}, {"end", "1"}};

    log_fields(LOG_ERROR, "event", list, ARRAY_SIZE(list));
}

static const struct {
    const char *value;
    const char *text;
} values[] = {
    {"plain", "lyncmock: event v=plain end=1\n"},
    {"/a/b:c,d;e", "lyncmock: event v=/a/b:c,d;e end=1\n"},
    {"", "lyncmock: event v=\"\" end=1\n"},
    {"a b", "lyncmock: event v=\"a b\" end=1\n"},
    {"a=b", "lyncmock: event v=\"a=b\" end=1\n"},
    {"a\"b", "lyncmock: event v=\"a\\\"b\" end=1\n"},
    {"a\\b", "lyncmock: event v=\"a\\\\b\" end=1\n"},
    {"a\nb", "lyncmock: event v=\"a\\nb\" end=1\n"},
    {"\x1b[2J", "lyncmock: event v=\"\\u001b[2J\" end=1\n"},
    {"\x7f", "lyncmock: event v=\"\\u007f\" end=1\n"},
    {"j\303\266rg", "lyncmock: event v=\"j\303\266rg\" end=1\n"},
    {"\xc2\x9b"
     "1m",
     "lyncmock: event v=\"\\u009b1m\" end=1\n"},
    {"\x9b", "lyncmock: event v=\"\xef\xbf\xbd\" end=1\n"},
};

static void values_are_quoted(void **state UNUSED)
{
    log_setup(LOG_INFO, LOG_TEXT);
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        AUTO_BUF out = {0};

        listen_to(fields, values[i].value, &out);
        assert_string_equal(buf_text(&out), values[i].text);
    }
}

static const struct {
    const char *said;
    const char *text;
} messages[] = {
    {"plain \"text\" \\", "lyncmock: error: plain \"text\" \\\n"},
    {"j\303\266rg", "lyncmock: error: j\303\266rg\n"},
    {"a\nlyncmock: b", "lyncmock: error: a\\x0alyncmock: b\n"},
    {"\x1b[2J\x7f", "lyncmock: error: \\x1b[2J\\x7f\n"},
    {"\xc2\x9b"
     "1m",
     "lyncmock: error: \\xc2\\x9b1m\n"},
    {"\xff", "lyncmock: error: \\xff\n"},
};

static void messages_are_one_line(void **state UNUSED)
{
    log_setup(LOG_INFO, LOG_TEXT);
    for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
        AUTO_BUF out = {0};

        listen_to(say, messages[i].said, &out);
        assert_string_equal(buf_text(&out), messages[i].text);
    }
}

static void messages_as_json(void **state UNUSED)
{
    AUTO_BUF out = {0};
    AUTO_BUF more = {0};

    log_setup(LOG_INFO, LOG_JSON);
    listen_to(say, "a\"\n", &out);
    listen_to(fields, "x y", &more);
    log_setup(LOG_INFO, LOG_TEXT);
    assert_string_equal(buf_text(&out),
                        "{\"level\":\"error\",\"message\":\"a\\\"\\n\"}\n");
    assert_string_equal(buf_text(&more),
                        "{\"level\":\"error\",\"event\":\"event\",\"v\":\"x "
                        "y\",\"end\":\"1\"}\n");
}

static void speak_at_all_levels(const void *what UNUSED)
{
    log_error("e");
    log_warning("w");
    log_info("i");
    log_debug("d");
}

static void levels(void **state UNUSED)
{
    static const char *const said[] = {
        [LOG_ERROR] = "lyncmock: error: e\n",
        [LOG_WARNING] = "lyncmock: error: e\nlyncmock: warning: w\n",
        [LOG_INFO] = "lyncmock: error: e\nlyncmock: warning: w\nlyncmock: i\n",
        [LOG_DEBUG] = ("lyncmock: error: e\nlyncmock: warning: w\n"
                       "lyncmock: i\nlyncmock: d\n"),
    };
    static const char *const words[] = {"error", "warning", "info", "debug"};
    enum log_level level;

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        AUTO_BUF out = {0};

        assert_true(log_level_of(words[i], &level));
        assert_int_equal(level, i);
        log_setup(level, LOG_TEXT);
        assert_true(log_enabled(level));
        listen_to(speak_at_all_levels, NULL, &out);
        assert_string_equal(buf_text(&out), said[i]);
    }
    assert_false(log_level_of("", &level));
    assert_false(log_level_of("Info", &level));
    assert_false(log_level_of("inf", &level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(random_bytes_are_those_of_the_seed),
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(a_long_draw_does_not_repeat),
        cmocka_unit_test(secret_bytes_are_never_the_same),
        cmocka_unit_test(clocks),
        cmocka_unit_test(variables),
        cmocka_unit_test(values_are_quoted),
        cmocka_unit_test(messages_are_one_line),
        cmocka_unit_test(messages_as_json),
        cmocka_unit_test(levels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
