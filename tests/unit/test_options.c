/* The command line of serve: values, environment, messages. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"

/* An environment of one variable. */
static const char *variable_name = "";
static const char *variable_value;

static const char *one_variable(struct env *env UNUSED, const char *name)
{
    return strcmp(name, variable_name) == 0 ? variable_value : NULL;
}

static bool parse(const char *const *words, struct options *out,
                  struct err *err)
{
    struct env env = {.variable = one_variable};
    char copies[10][64] = {{0}};
    char *argv[11] = {NULL};
    int argc = 0;

    strcpy(copies[argc], "serve");
    argv[argc] = copies[argc];
    for (argc = 1; words[argc - 1]; argc++) {
        strncpy(copies[argc], words[argc - 1], sizeof(copies[0]) - 1);
        argv[argc] = copies[argc];
    }
    return options_parse(argc, argv, &env, out, err);
}

static const struct row {
    const char *words[6];
    const char *message; /* part of it */
} bad[] = {
    {{"--https-prt", "1"},
     "unknown option --https-prt; did you mean "
     "--https-port?"},
    {{"--zzzzzzzzzz"}, "unknown option --zzzzzzzzzz; lyncmock serve --help"},
    {{"--https-port"}, "--https-port wants a value: PORT"},
    {{"--https-port", "65536"}, "--https-port: \"65536\" is no port"},
    {{"--https-port", "-1"}, "is no port"},
    {{"--https-port="}, "is no port"},
    {{"--https-port", "12x"}, "is no port"},
    {{"--seed", "18446744073709551616"}, "is no seed"},
    {{"--seed", ""}, "is no seed"},
    {{"--seed", "0x10"}, "is no seed"},
    {{"--ready-fd", "x"}, "is no descriptor number"},
    {{"--timeout", "5"}, "--timeout: "},
    {{"--timeout", "0s"}, "expected more than nothing"},
    {{"--timeout", "-5s"}, "expected more than nothing"},
    {{"--log-level", "loud"}, "expected error, warning, info or debug"},
    {{"--log-format", "xml"}, "expected text or json"},
    {{"--allow-remote=perhaps"}, "expected yes or no"},
    {{"--journal", ""}, "--journal: the value is empty"},
    {{"a.yaml", "b.yaml"}, "\"b.yaml\": the scenario is a.yaml already"},
    {{""}, "the name of the scenario is empty"},
    {{"-x"}, "unexpected argument \"-x\""},
};

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct options options;
        struct err err;

        print_message("  %s\n", bad[i].words[0]);
        assert_false(parse(bad[i].words, &options, &err));
        assert_non_null(strstr(err.text, bad[i].message));
    }
}

static void defaults(void **state)
{
    static const char *const none[] = {NULL};
    struct options options;
    struct err err;

    (void)state;
    assert_true(parse(none, &options, &err));
    assert_int_equal(options.https_port, 0);
    assert_int_equal(options.ready_fd, -1);
    assert_int_equal(options.log_level, LOG_INFO);
    assert_false(options.seed_given);
    assert_int_equal(options.listen.count, 0);
    options_clear(&options);
}

static void values(void **state)
{
    static const char *const words[] = {
        "--https-port=8443", "--seed", "16", "--set", "a=b", "a.yaml",
        "--set=c=d",         NULL};
    struct options options;
    struct err err;

    (void)state;
    assert_true(parse(words, &options, &err));
    assert_int_equal(options.https_port, 8443);
    assert_int_equal(options.seed, 16);
    assert_true(options.seed_given);
    assert_int_equal(options.set.count, 2);
    assert_string_equal(options.set.items[0], "a=b");
    assert_string_equal(options.set.items[1], "c=d");
    assert_null(options.set.items[2]);
    assert_string_equal(options.scenario, "a.yaml");
    options_clear(&options);
}

static void an_option_beats_its_variable(void **state)
{
    static const char *const none[] = {NULL};
    static const char *const words[] = {"--https-port", "1", NULL};
    struct options options;
    struct err err;

    (void)state;
    variable_name = "LYNCMOCK_HTTPS_PORT";
    variable_value = "2";
    assert_true(parse(none, &options, &err));
    assert_int_equal(options.https_port, 2);
    options_clear(&options);
    assert_true(parse(words, &options, &err));
    assert_int_equal(options.https_port, 1);
    options_clear(&options);
    variable_value = "two";
    assert_false(parse(words, &options, &err));
    assert_string_equal(err.text, "LYNCMOCK_HTTPS_PORT: \"two\" is no port: "
                                  "expected 0 (ephemeral) to 65535");
    variable_name = "";
}

static void a_list_in_a_variable_has_one_item_a_line(void **state)
{
    static const char *const none[] = {NULL};
    static const char *const words[] = {"--set", "e=f", NULL};
    struct options options;
    struct err err;

    (void)state;
    variable_name = "LYNCMOCK_SET";
    variable_value = "a=b c\n\nd=e\n";
    assert_true(parse(none, &options, &err));
    assert_int_equal(options.set.count, 2);
    assert_string_equal(options.set.items[0], "a=b c");
    assert_string_equal(options.set.items[1], "d=e");
    assert_string_equal(options.set.origin, "LYNCMOCK_SET");
    options_clear(&options);
    assert_true(parse(words, &options, &err));
    assert_int_equal(options.set.count, 1);
    assert_string_equal(options.set.origin, "--set");
    options_clear(&options);
    variable_name = "";
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),
        cmocka_unit_test(defaults),
        cmocka_unit_test(values),
        cmocka_unit_test(an_option_beats_its_variable),
        cmocka_unit_test(a_list_in_a_variable_has_one_item_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
