/* Which session serves a name, and how they come and go. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/sessions.h"
#include "sessions_fixture.h"
#include "util/env.h"
#include "util/mem.h"
#include "wire/exchange.h"

#define SECOND ENV_NS_PER_SEC

struct fixture {
    struct env env;
    struct world *world;
    struct sessions *sessions;
    int64_t now;
    bool broken; /* templates make nothing */
    bool none;   /* no template is for the name */
    unsigned asked;
    char last[256]; /* the domain that was asked for */
    unsigned gone;
};

static int64_t clock_of(struct env *env)
{
    struct fixture *f =
        (struct fixture *)((char *)env - offsetof(struct fixture, env));

    return f->now;
}

static struct session *at_contact(void *ctx, const char *domain,
                                  bool *out_failed)
{
    struct fixture *f = ctx;
    AUTO(scenario) scenario = NULL;

    f->asked++;
    snprintf(f->last, sizeof(f->last), "%s", domain);
    if (f->broken || f->none) {
        *out_failed = f->broken;
        return NULL;
    }
    scenario = scenario_new(world_ref(f->world));
    return session_new(domain, scenario);
}

static void gone(void *ctx, struct session *session)
{
    struct fixture *f = ctx;

    assert_non_null(session);
    f->gone++;
}

static void use(struct fixture *f, bool templates, int64_t ttl)
{
    sessions_setup(f->sessions, &(struct sessions_options){
                                    .env = &f->env,
                                    .ttl = ttl,
                                    .at_contact = templates ? at_contact : NULL,
                                    .gone = gone,
                                    .ctx = f,
                                });
}

static int set_up(void **state)
{
    struct fixture *f = NEW(struct fixture);

    env_system(&f->env, 1);
    f->env.monotonic = clock_of;
    f->now = SECOND;
    f->world = world_good();
    f->sessions = sessions_playing(f->world);
    use(f, false, 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    sessions_free(f->sessions);
    world_unref(f->world);
    mem_free(f);
    return 0;
}

static bool add(struct fixture *f, const char *domain, int64_t ttl,
                struct err *err)
{
    AUTO(scenario) scenario = scenario_new(world_ref(f->world));
    AUTO(session) session = session_new(domain, scenario);

    if (!sessions_add(f->sessions, session, ttl, err)) {
        return false;
    }
    (void)take(&session);
    return true;
}

static const char *name_of(struct fixture *f, const char *host)
{
    return session_name(sessions_of(f->sessions, host));
}

static void the_longest_domain_wins(void **state)
{
    static const struct {
        const char *host;
        const char *session;
    } rows[] = {
        {NULL, "default"},
        {"", "default"},
        {".", "default"},
        {"127.0.0.1", "default"},
        {"::1", "default"},
        {"contoso.test", "default"},
        {"lyncweb.contoso.test", "default"},
        {"anything.contoso.test", "default"},
        {"t7.contoso.test", "t7.contoso.test"},
        {"lyncweb.t7.contoso.test", "t7.contoso.test"},
        {"LyncWeb.T7.Contoso.TEST", "t7.contoso.test"},
        {"lyncweb.t7.contoso.test.", "t7.contoso.test"},
        {"a.b.c.t7.contoso.test", "t7.contoso.test"},
        {"xt7.contoso.test", "default"},
        {"lyncweb.sub.t7.contoso.test", "sub.t7.contoso.test"},
        {"sub.t7.contoso.test", "sub.t7.contoso.test"},
        {"contoso.example.test", "example.test"},
        {"t7.contoso.test.evil", "default"},
    };
    struct fixture *f = *state;
    struct err err;

    assert_true(add(f, "t7.contoso.test", 0, &err));
    assert_true(add(f, "sub.t7.contoso.test", 0, &err));
    assert_true(add(f, "example.test", 0, &err));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_string_equal(name_of(f, rows[i].host), rows[i].session);
        assert_string_equal(
            session_name(sessions_peek(f->sessions, rows[i].host)),
            rows[i].session);
    }
}

/* What is above the world's domain has no part of that. */
static void the_worlds_own_names_stay(void **state)
{
    AUTO(world) world = world_good();
    AUTO(sessions) sessions = NULL;
    AUTO(scenario) scenario = NULL;
    struct err err;

    (void)state;
    assert_true(world_set(world, "domain", "eu.contoso.test", &err));
    assert_true(world_finish(world, &err));
    sessions = sessions_playing(world);
    scenario = scenario_new(world_ref(world));
    assert_true(
        sessions_add(sessions, session_new("contoso.test", scenario), 0, &err));
    assert_string_equal(
        session_name(sessions_of(sessions, "lyncweb.contoso.test")),
        "contoso.test");
    assert_string_equal(
        session_name(sessions_of(sessions, "lyncweb.eu.contoso.test")),
        "default");
}

static void a_name_too_long_is_nobodys(void **state)
{
    struct fixture *f = *state;
    char host[300];

    use(f, true, 0);
    memset(host, 'a', sizeof(host));
    memcpy(host + sizeof(host) - sizeof(".t7.contoso.test"), ".t7.contoso.test",
           sizeof(".t7.contoso.test"));
    assert_string_equal(name_of(f, host), "default");
    assert_int_equal(f->asked, 0);
}

static void domains_that_are_refused(void **state)
{
    static const struct {
        const char *domain;
        const char *why;
    } rows[] = {
        {"contoso.test", "contoso.test is a name of the default session; "
                         "choose a domain of its own, such as "
                         "t1.contoso.test"},
        {"lyncweb.contoso.test", "lyncweb.contoso.test is a name of the "
                                 "default session; choose a domain of its "
                                 "own, such as t1.contoso.test"},
        {"t7.contoso.test", "there is a session of t7.contoso.test already"},
        {"-t.contoso.test", "\"-t.contoso.test\" is no DNS domain"},
        {"t/../x.test", "\"t/../x.test\" is no DNS domain"},
        {"", "\"\" is no DNS domain"},
        {"default", "\"default\" is no DNS domain"},
    };
    struct fixture *f = *state;
    struct err err;

    assert_true(add(f, "t7.contoso.test", 0, &err));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_false(add(f, rows[i].domain, 0, &err));
        assert_string_equal(err.text, rows[i].why);
        assert_false(sessions_free_domain(f->sessions, rows[i].domain, &err));
    }
}

static void there_is_a_limit(void **state)
{
    struct fixture *f = *state;
    struct err err;

    for (int i = 0; i < SESSIONS_MAX; i++) {
        AUTO(str) domain = mem_printf("t%d.contoso.test", i);

        assert_true(add(f, domain, 0, &err));
    }
    assert_false(add(f, "one.more.test", 0, &err));
    assert_non_null(strstr(err.text, "4096 sessions already"));
    assert_true(sessions_remove(f->sessions, "t9.contoso.test"));
    assert_true(add(f, "one.more.test", 0, &err));
    assert_string_equal(name_of(f, "lyncweb.t4095.contoso.test"),
                        "t4095.contoso.test");
}

static void who_is_contacted_first_is_made(void **state)
{
    static const struct {
        const char *host;
        const char *domain; /* NULL: none is made */
    } rows[] = {
        {"lyncdiscover.t7.contoso.test", "t7.contoso.test"},
        {"LYNCDISCOVER.T8.contoso.test.", "t8.contoso.test"},
        {"a.b.t9.contoso.test", "t9.contoso.test"},
        {"t10.contoso.test", NULL}, /* as well a slip in a name */
        {"x.lyncweb.contoso.test", NULL},
        {"x.-bad.contoso.test", NULL},
        {"x.b_d.contoso.test", NULL},
        {"x..contoso.test", NULL},
        {"lyncweb.contoso.test", NULL},
        {"lyncdiscover.t7.fabrikam.test", NULL},
        {"127.0.0.1", NULL},
        {NULL, NULL},
    };
    struct fixture *f = *state;

    use(f, true, 0);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        unsigned asked = f->asked;
        const char *expected = rows[i].domain ? rows[i].domain : "default";

        assert_string_equal(
            session_name(sessions_peek(f->sessions, rows[i].host)), "default");
        assert_string_equal(name_of(f, rows[i].host), expected);
        assert_int_equal(f->asked, asked + (rows[i].domain != NULL));
        /* The second contact finds it. */
        assert_string_equal(name_of(f, rows[i].host), expected);
        assert_int_equal(f->asked, asked + (rows[i].domain != NULL));
    }
    assert_string_equal(
        session_name(sessions_of_domain(f->sessions, "t77.contoso.test")),
        "t77.contoso.test");
    assert_string_equal(name_of(f, "t77.contoso.test"), "t77.contoso.test");
}

static void time_to_live(void **state)
{
    struct fixture *f = *state;
    struct session_entry entry;
    struct err err;

    assert_true(add(f, "t1.contoso.test", 10 * SECOND, &err));
    assert_true(add(f, "t2.contoso.test", 0, &err));
    f->now += 9 * SECOND;
    assert_string_equal(name_of(f, "lyncweb.t1.contoso.test"),
                        "t1.contoso.test");
    f->now += 9 * SECOND;
    sessions_sweep(f->sessions);
    assert_true(sessions_find(f->sessions, "t1.contoso.test", &entry));
    assert_int_equal(entry.idle, 9 * SECOND);
    assert_int_equal(entry.ttl, 10 * SECOND);
    assert_int_equal(entry.contacts, 1);
    f->now += SECOND;
    /* Nobody has swept: it is over all the same. */
    assert_string_equal(name_of(f, "lyncweb.t1.contoso.test"), "default");
    assert_int_equal(f->gone, 1);
    assert_false(sessions_find(f->sessions, "t1.contoso.test", &entry));
    f->now += 1000000 * SECOND;
    sessions_sweep(f->sessions);
    assert_true(sessions_find(f->sessions, "t2.contoso.test", &entry));
}

static void who_holds_one_keeps_it(void **state)
{
    struct fixture *f = *state;
    struct session *held;
    struct err err;

    assert_true(add(f, "t1.contoso.test", SECOND, &err));
    held = session_ref(sessions_of(f->sessions, "t1.contoso.test"));
    f->now += SECOND;
    sessions_sweep(f->sessions);
    assert_int_equal(f->gone, 1);
    assert_string_equal(session_name(held), "t1.contoso.test");
    session_unref(held);
}

static void strangers_do_not_grow_it(void **state)
{
    struct fixture *f = *state;
    struct session_entry entry;

    use(f, true, 10 * SECOND);
    for (int i = 0; i < SESSIONS_BY_CONTACT_MAX + 50; i++) {
        AUTO(str) host = mem_printf("lyncweb.t%d.contoso.test", i);

        assert_string_equal(name_of(f, host), i < SESSIONS_BY_CONTACT_MAX
                                                  ? host + strlen("lyncweb.")
                                                  : "default");
    }
    assert_int_equal(f->asked, SESSIONS_BY_CONTACT_MAX);
    assert_false(sessions_at(f->sessions, SESSIONS_BY_CONTACT_MAX + 1, &entry));
    f->now += 10 * SECOND;
    assert_string_equal(name_of(f, "lyncweb.new.contoso.test"),
                        "new.contoso.test");
    assert_int_equal(f->gone, SESSIONS_BY_CONTACT_MAX);
}

static void a_broken_template_is_left_alone_for_a_second(void **state)
{
    struct fixture *f = *state;

    use(f, true, 0);
    f->broken = true;
    for (int i = 0; i < 10; i++) {
        assert_string_equal(name_of(f, "lyncweb.t1.contoso.test"), "default");
    }
    assert_int_equal(f->asked, 1);
    f->broken = false;
    f->now += SECOND;
    assert_string_equal(name_of(f, "lyncweb.t1.contoso.test"),
                        "t1.contoso.test");
}

static void a_name_of_no_template_holds_none_up(void **state)
{
    struct fixture *f = *state;

    use(f, true, 0);
    f->none = true;
    assert_string_equal(name_of(f, "lyncweb.other.contoso.test"), "default");
    f->none = false;
    assert_string_equal(name_of(f, "lyncweb.t1.contoso.test"),
                        "t1.contoso.test");
}

static void who_has_ended_is_marked(void **state)
{
    struct fixture *f = *state;
    struct conn_facts conn = {.peer = "127.0.0.1:1"};
    struct exchange *ex = exchange_new(1, &conn);
    struct err err;

    assert_true(add(f, "t1.contoso.test", 0, &err));
    session_own(sessions_of(f->sessions, "lyncweb.t1.contoso.test"), ex);
    assert_string_equal(ex->session, "t1.contoso.test");
    assert_false(*ex->session_ended);
    assert_true(sessions_remove(f->sessions, "t1.contoso.test"));
    assert_true(*ex->session_ended);
    exchange_unref(ex);
}

static void lists(void **state)
{
    static const char *const names[] = {"default", "a.contoso.test",
                                        "b.contoso.test", "c.contoso.test"};
    struct fixture *f = *state;
    struct session_entry entry;
    struct err err;

    assert_true(add(f, "c.contoso.test", 0, &err));
    assert_true(add(f, "a.contoso.test", 0, &err));
    assert_true(add(f, "b.contoso.test", 0, &err));
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_true(sessions_at(f->sessions, i, &entry));
        assert_string_equal(session_name(entry.session), names[i]);
        assert_string_equal(entry.domain, i ? names[i] : "contoso.test");
        assert_false(entry.by_contact);
    }
    assert_false(sessions_at(f->sessions, 4, &entry));
    assert_false(sessions_remove(f->sessions, "default"));
    assert_true(sessions_remove(f->sessions, "b.contoso.test"));
    assert_false(sessions_remove(f->sessions, "b.contoso.test"));
    assert_int_equal(f->gone, 1);
}

#define SESSIONS_TEST(test)                                                    \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SESSIONS_TEST(the_longest_domain_wins),
        SESSIONS_TEST(the_worlds_own_names_stay),
        SESSIONS_TEST(a_name_too_long_is_nobodys),
        SESSIONS_TEST(domains_that_are_refused),
        SESSIONS_TEST(there_is_a_limit),
        SESSIONS_TEST(who_is_contacted_first_is_made),
        SESSIONS_TEST(time_to_live),
        SESSIONS_TEST(who_holds_one_keeps_it),
        SESSIONS_TEST(strangers_do_not_grow_it),
        SESSIONS_TEST(a_broken_template_is_left_alone_for_a_second),
        SESSIONS_TEST(a_name_of_no_template_holds_none_up),
        SESSIONS_TEST(who_has_ended_is_marked),
        SESSIONS_TEST(lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
