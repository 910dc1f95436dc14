/* A world under another domain, as a session has it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world/world.h"

struct fixture {
    struct world *base;
    struct world *world;
};

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){world_good(), world_good()};
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    world_unref(f->base);
    world_unref(f->world);
    return 0;
}

static void set(struct world *world, const char *name, const char *value)
{
    struct err err;

    assert_true(world_set(world, name, value, &err));
    assert_true(world_finish(world, &err));
}

static void move(struct fixture *f, const char *domain)
{
    struct err err;

    assert_true(world_move(f->world, domain, f->base, &err));
}

static void names_follow(void **state)
{
    struct fixture *f = *state;
    const struct world *world = f->world;

    move(f, "T7.contoso.test");
    assert_string_equal(world->domain, "t7.contoso.test");
    assert_string_equal(world->netbios, "CONTOSO");
    assert_string_equal(world->realm, "CONTOSO.TEST");
    assert_string_equal(world->pools[0].web_external,
                        "lyncweb.t7.contoso.test");
    assert_string_equal(world->sip_edge.fqdn, "sip.t7.contoso.test");
    assert_true(world_has_host(world, "lyncdiscover.t7.contoso.test"));
    assert_false(world_has_host(world, "lyncdiscover.contoso.test"));
    assert_string_equal(world_user(world, "alice")->sip,
                        "alice@t7.contoso.test");
    assert_non_null(world_meeting(world, "sip:alice@t7.contoso.test;gruu;"
                                         "opaque=app:conf:focus:id:5LB7MRBC"));
}

static void names_that_were_given_move(void **state)
{
    struct fixture *f = *state;
    const struct world *world = f->world;

    set(f->world, "pool.1.web-external", "webext.Contoso.test");
    set(f->world, "sip-edge.fqdn", "access.contoso.test");
    set(f->world, "user.bob.sip", "robert@contoso.test");
    move(f, "t7.contoso.test");
    assert_string_equal(world->pools[0].web_external, "webext.t7.contoso.test");
    assert_string_equal(world->sip_edge.fqdn, "access.t7.contoso.test");
    assert_string_equal(world_user(world, "bob")->sip,
                        "robert@t7.contoso.test");
    assert_string_equal(
        world_sip_user(world, "sip:robert@t7.contoso.test")->name, "bob");
}

static void a_scenario_of_another_domain(void **state)
{
    struct fixture *f = *state;

    set(f->world, "domain", "fabrikam.test");
    set(f->world, "pool.1.web-external", "webext.fabrikam.test");
    move(f, "t7.contoso.test");
    assert_string_equal(f->world->pools[0].web_external,
                        "webext.t7.contoso.test");
    assert_string_equal(f->world->netbios, "CONTOSO");
    assert_null(world_account(f->world, NULL, "alice@fabrikam.test"));
}

static void its_own_names_win(void **state)
{
    struct fixture *f = *state;

    set(f->world, "netbios", "OTHER");
    set(f->world, "realm", "OTHER.TEST");
    move(f, "t7.contoso.test");
    assert_string_equal(f->world->netbios, "OTHER");
    assert_string_equal(f->world->realm, "OTHER.TEST");
}

static void accounts_by_both_domains(void **state)
{
    static const struct {
        const char *domain;
        const char *name;
        bool known;
    } rows[] = {
        {"CONTOSO", "alice", true},
        {"", "alice", true},
        {NULL, "alice@contoso.test", true},
        {NULL, "alice@T7.contoso.test", true},
        {"t7.contoso.test", "alice", true},
        {NULL, "CONTOSO\\alice", true},
        {NULL, "alice@t8.contoso.test", false},
        {"T7", "alice", false},
    };
    struct fixture *f = *state;

    /* The realm would stand for the domain otherwise. */
    set(f->base, "realm", "CORP.TEST");
    move(f, "t7.contoso.test");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(
            world_account(f->world, rows[i].domain, rows[i].name) != NULL,
            rows[i].known);
    }
    assert_null(world_account(f->base, NULL, "alice@t7.contoso.test"));
    assert_null(world_sip_user(f->world, "alice@contoso.test"));
}

static void identities_differ(void **state)
{
    struct fixture *f = *state;

    move(f, "t7.contoso.test");
    assert_memory_not_equal(world_user(f->world, "alice")->sid,
                            world_user(f->base, "alice")->sid, USER_SID_SIZE);
    user_change_state(world_user(f->world, "alice"), USER_LOCKED);
    user_change_password(world_user(f->world, "alice"), "new");
    assert_int_equal(user_state_now(world_user(f->base, "alice")), USER_GOOD);
    world_reset_accounts(f->world);
    assert_int_equal(user_state_now(world_user(f->world, "alice")), USER_GOOD);
    assert_string_equal(user_password_now(world_user(f->world, "alice")),
                        "Passw0rd!");
}

static void hosts_of_settings_move(void **state)
{
    struct fixture *f = *state;
    struct world *world = f->world;

    set(world, "krb5.unregistered", "lyncint.contoso.test,localhost");
    set(world, "mex.host", "fe07.corp.contoso.test:444");
    move(f, "t7.contoso.test");
    assert_string_equal(world->krb5.unregistered,
                        "lyncint.t7.contoso.test,localhost");
    assert_string_equal(world->mex.host, "fe07.corp.t7.contoso.test:444");
}

static void hosts_of_steps_move(void **state)
{
    static const char *const names[][2] = {
        {"lyncweb.contoso.test", "lyncweb.t7.contoso.test"},
        {"lyncweb.t7.contoso.test", "lyncweb.t7.contoso.test"},
        {"lyncweb.fabrikam.test", "lyncweb.fabrikam.test"},
    };
    struct fixture *f = *state;
    struct world *world = f->world;

    assert_string_equal(world_here(world, world->arena, names[0][0]),
                        names[0][0]);
    move(f, "t7.contoso.test");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_string_equal(world_here(world, world->arena, names[i][0]),
                            names[i][1]);
    }
}

static void no_domain(void **state)
{
    static const char *const domains[] = {"", "a b.test", "-.test", "x/y"};
    struct fixture *f = *state;
    struct err err;

    for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
        assert_false(world_move(f->world, domains[i], f->base, &err));
        assert_non_null(strstr(err.text, "is no DNS domain"));
    }
}

#define MOVE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOVE_TEST(names_follow),
        MOVE_TEST(names_that_were_given_move),
        MOVE_TEST(a_scenario_of_another_domain),
        MOVE_TEST(its_own_names_win),
        MOVE_TEST(accounts_by_both_domains),
        MOVE_TEST(identities_differ),
        MOVE_TEST(hosts_of_settings_move),
        MOVE_TEST(hosts_of_steps_move),
        MOVE_TEST(no_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
