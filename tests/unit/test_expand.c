/* ${...} in values. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/expand.h"
#include "ticket/guid.h"
#include "util/env.h"

static struct env env;

static struct expansion known(struct arena *arena)
{
    env_system(&env, 1);
    return (struct expansion){
        .arena = arena,
        .now = INT64_C(1400000000) * ENV_NS_PER_SEC,
        .host = "lyncweb.contoso.test",
        .port = "8443",
        .colon_port = ":8443",
        .origin = "https://lyncweb.contoso.test:8443",
        .user = "alice",
        .user_sip = "alice@contoso.test",
        .domain = "contoso.test",
        .env = &env,
        .uuid = guid_random,
    };
}

static void replaces(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"", ""},
        {"plain { } text", "plain { } text"},
        {"${host}", "lyncweb.contoso.test"},
        {"https://${host}:${port}/", "https://lyncweb.contoso.test:8443/"},
        {"https://a.${domain}${:port}/", "https://a.contoso.test:8443/"},
        {"${origin}/", "https://lyncweb.contoso.test:8443/"},
        {"${user} ${user.sip} ${domain}",
         "alice alice@contoso.test contoso.test"},
        {"${now}", "2014-05-13T16:53:20Z"},
        {"${now+8h}", "2014-05-14T00:53:20Z"},
        {"${now-90s}", "2014-05-13T16:51:50Z"},
        {"${date}", "Tue, 13 May 2014 16:53:20 GMT"},
        {"${date+1d}", "Wed, 14 May 2014 16:53:20 GMT"},
        {"$$", "$"},
        {"$${host}", "${host}"},
        {"$$$${host}", "$${host}"},
        {"$$${host}", "$lyncweb.contoso.test"},
        {"$5 and $", "$5 and $"},
        {"a}b", "a}b"},
    };
    AUTO(arena) arena = arena_new();
    struct expansion with = known(arena);
    struct err err;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_true(expand_check(rows[i].text, &err));
        assert_string_equal(expand(&with, rows[i].text), rows[i].expected);
    }
}

static void what_is_not_known_is_empty(void **state)
{
    AUTO(arena) arena = arena_new();
    struct expansion with = known(arena);

    (void)state;
    with.user = NULL;
    with.user_sip = NULL;
    assert_string_equal(expand(&with, "<${user}|${user.sip}>"), "<|>");
}

static void a_uuid_is_fresh_and_of_the_seed(void **state)
{
    AUTO(arena) arena = arena_new();
    struct expansion with = known(arena);
    const char *first = expand(&with, "${uuid}");

    (void)state;
    assert_int_equal(strlen(first), 36);
    assert_string_not_equal(expand(&with, "${uuid}"), first);
    with = known(arena); /* the same seed */
    assert_string_equal(expand(&with, "${uuid}"), first);
}

static void refuses(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"${hots}", "there is no ${hots}; the nearest is ${host}"},
        {"${Host}", "there is no ${Host}; the nearest is ${host}"},
        {"${}", "there is no ${}"},
        {"${xylophone}", "there are now, date, host"},
        {"${ host }", "there is no ${ host }"},
        {"${host", "\"${\" has no \"}\""},
        {"a ${", "\"${\" has no \"}\""},
        {"${host+8h}", "${host} is no time"},
        {"${now+}", "${now+}: "},
        {"${now+8}", "${now+8}: "},
        {"${now+8x}", "${now+8x}: "},
        {"${now+99999d}", "more than 50 years"},
        {"${now-99999d}", "more than 50 years"},
        {"good ${host} then ${bad}", "there is no ${bad}"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct err err = {""};

        assert_false(expand_check(rows[i].text, &err));
        if (!strstr(err.text, rows[i].message)) {
            fail_msg("%s: %s", rows[i].text, err.text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces),
        cmocka_unit_test(what_is_not_known_is_empty),
        cmocka_unit_test(a_uuid_is_fresh_and_of_the_seed),
        cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
