/* What the KDC is told of users and services. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kdc/spn.h"
#include "kdc/spn_told.h"
#include "kdc/users.h"
#include "sessions_fixture.h"
#include "util/env.h"
#include "util/mem.h"
#include "world/lockout.h"

/* ---- A keeper that remembers the last it was told ---- */

struct told {
    unsigned count;
    uint32_t serial;
    char *name;
    char *password;
    enum keeper_state state;
    char *last; /* of the user's names, or the service */
    size_t names;
    struct kdc_users *lose; /* goes as it is told */
};

static void on_told(void *ctx, const struct keeper_message *message)
{
    struct told *told = ctx;

    assert_int_equal(message->kind, KEEPER_USER);
    assert_null(message->user.ccache);
    told->count++;
    told->serial = message->serial;
    mem_free(told->name);
    mem_free(told->password);
    told->name = mem_strdup(message->user.names[0]);
    told->password = mem_strdup(message->user.password);
    told->state = message->user.state;
    told->names = 0;
    while (message->user.names[told->names]) {
        told->names++;
    }
    mem_free(told->last);
    told->last = mem_strdup(message->user.names[told->names - 1]);
    if (told->lose) {
        kdc_users_lost(told->lose);
    }
}

struct fixture {
    struct env env;
    struct world *world;
    struct told told;
    struct session *session;
    struct kdc_users *users;
    uint32_t serial;
    unsigned called;
};

static int64_t clock_of(struct env *env)
{
    return env->skew;
}

static int set_up(void **state)
{
    struct fixture *fixture = NEW(struct fixture);

    env_system(&fixture->env, 1);
    fixture->env.now = clock_of;
    fixture->env.skew = 1000 * ENV_NS_PER_SEC;
    fixture->world = world_good();
    fixture->world->lockout_threshold = 2;
    fixture->world->lockout_duration = 60 * ENV_NS_PER_SEC;
    fixture->session = session_playing(fixture->world);
    fixture->users = kdc_users_new(&(struct kdc_users_options){
        .world = fixture->world,
        .run_dir = "/run",
        .serial = &fixture->serial,
        .tell = on_told,
        .ctx = &fixture->told,
    });
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    kdc_users_free(fixture->users);
    mem_free(fixture->told.name);
    mem_free(fixture->told.password);
    mem_free(fixture->told.last);
    session_unref(fixture->session);
    world_unref(fixture->world);
    mem_free(fixture);
    return 0;
}

static struct keeper_user named(const struct keeper_user *users, size_t count,
                                const char *name)
{
    size_t i = 0;

    while (i < count && strcmp(users[i].names[0], name) != 0) {
        i++;
    }
    assert_true(i < count);
    return users[i];
}

static void set_password(struct fixture *fixture, const char *name,
                         const char *password)
{
    user_change_password(world_user(fixture->world, name), password);
}

static void on_done(void *ctx)
{
    struct fixture *fixture = ctx;

    fixture->called++;
}

static bool sync_as(struct fixture *fixture, const char *name,
                    const char *spelling)
{
    const struct kdc_account account = {
        .world = fixture->world,
        .user = world_user(fixture->world, name),
        .now = session_now(fixture->session, env_now(&fixture->env)),
    };

    return kdc_users_sync(fixture->users, &account, spelling, on_done, fixture);
}

static bool sync_now(struct fixture *fixture, const char *name)
{
    return sync_as(fixture, name, name);
}

static void begin(struct fixture *fixture)
{
    size_t count;

    (void)kdc_users_first(fixture->users, &count);
    assert_int_equal(count, fixture->world->user_count);
}

/* ---- The beginning ---- */

static void begins_with_all(void **state)
{
    static const struct {
        const char *name;
        enum keeper_state state;
    } rows[] = {
        {"alice", KEEPER_GOOD},
        {"nosip", KEEPER_GOOD},
        {"away", KEEPER_GOOD},
        {"disabled", KEEPER_REVOKED},
        {"locked", KEEPER_REVOKED},
        {"expired", KEEPER_KEY_EXPIRED},
        {"mustchange", KEEPER_KEY_EXPIRED},
    };
    struct fixture *fixture = *state;
    size_t count;
    const struct keeper_user *all = kdc_users_first(fixture->users, &count);

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct keeper_user user = named(all, count, rows[i].name);

        assert_int_equal(user.state, rows[i].state);
        assert_string_equal(user.password, "Passw0rd!");
        assert_int_equal(user.etypes, KRB_AES_BITS);
    }
}

static void names_as_clients_write_them(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    size_t count;
    const struct keeper_user *all;
    struct keeper_user user;
    struct kdc_users *users;
    static const char *const expected[] = {
        "Carol", "Carol@contoso.test", "Carol@CORP.TEST", "Carol@corp.test",
        "carol", "carol@contoso.test", "carol@CORP.TEST", "carol@corp.test",
    };

    world_add_user(fixture->world, "Carol");
    assert_true(world_set(fixture->world, "realm", "CORP.TEST", &err));
    assert_true(world_finish(fixture->world, &err));
    users = kdc_users_new(&(struct kdc_users_options){
        .world = fixture->world,
        .run_dir = "/run",
        .ccaches = (const char *const[]){"Carol", NULL},
    });
    all = kdc_users_first(users, &count);
    user = named(all, count, "Carol");
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        assert_string_equal(user.names[i], expected[i]);
    }
    assert_null(user.names[ARRAY_SIZE(expected)]);
    assert_string_equal(user.ccache, "/run/Carol.ccache");
    kdc_users_free(users);
}

/* ---- Changes ---- */

static void is_told_of_a_state(void **state)
{
    struct fixture *fixture = *state;
    const struct user *alice = world_user(fixture->world, "alice");

    begin(fixture);
    assert_true(sync_now(fixture, "alice"));
    user_change_state(alice, USER_DISABLED);
    assert_false(sync_now(fixture, "alice"));
    assert_string_equal(fixture->told.name, "alice");
    assert_int_equal(fixture->told.state, KEEPER_REVOKED);
    assert_int_equal(fixture->called, 0);
    kdc_users_done(fixture->users, fixture->told.serial);
    assert_int_equal(fixture->called, 1);
    assert_true(sync_now(fixture, "alice"));
    assert_int_equal(fixture->told.count, 1);
}

static void is_told_of_a_password(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture);
    set_password(fixture, "bob", "other");
    assert_false(sync_now(fixture, "bob"));
    assert_string_equal(fixture->told.password, "other");
    assert_int_equal(fixture->told.state, KEEPER_GOOD);
}

static void is_told_of_a_lock_and_its_end(void **state)
{
    struct fixture *fixture = *state;
    const struct user *alice = world_user(fixture->world, "alice");

    begin(fixture);
    user_password_refused(fixture->world, alice, fixture->env.skew);
    assert_true(sync_now(fixture, "alice"));
    user_password_refused(fixture->world, alice, fixture->env.skew);
    assert_false(sync_now(fixture, "alice"));
    assert_int_equal(fixture->told.state, KEEPER_REVOKED);
    kdc_users_done(fixture->users, fixture->told.serial);
    fixture->env.skew += 59 * ENV_NS_PER_SEC;
    assert_true(sync_now(fixture, "alice"));
    fixture->env.skew += ENV_NS_PER_SEC;
    assert_false(sync_now(fixture, "alice"));
    assert_int_equal(fixture->told.state, KEEPER_GOOD);
}

static void many_wait_for_one_message(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture);
    set_password(fixture, "alice", "new");
    for (int i = 0; i < 3; i++) {
        assert_false(sync_now(fixture, "alice"));
    }
    assert_true(sync_now(fixture, "bob"));
    assert_int_equal(fixture->told.count, 1);
    kdc_users_done(fixture->users, fixture->told.serial + 1); /* no such one */
    assert_int_equal(fixture->called, 0);
    kdc_users_done(fixture->users, fixture->told.serial);
    assert_int_equal(fixture->called, 3);
}

static void changes_while_it_is_told(void **state)
{
    struct fixture *fixture = *state;
    uint32_t first;

    begin(fixture);
    set_password(fixture, "alice", "second");
    assert_false(sync_now(fixture, "alice"));
    first = fixture->told.serial;
    set_password(fixture, "alice", "third");
    kdc_users_done(fixture->users, first);
    assert_int_equal(fixture->called, 0);
    assert_int_not_equal(fixture->told.serial, first);
    assert_string_equal(fixture->told.password, "third");
    kdc_users_done(fixture->users, fixture->told.serial);
    assert_int_equal(fixture->called, 1);
}

static void unknown_users_come_and_go(void **state)
{
    struct fixture *fixture = *state;
    const struct user *alice = world_user(fixture->world, "alice");
    size_t count;

    user_change_state(alice, USER_UNKNOWN);
    (void)kdc_users_first(fixture->users, &count);
    assert_int_equal(count, fixture->world->user_count - 1);
    assert_true(sync_now(fixture, "alice"));
    user_change_state(alice, USER_GOOD);
    assert_false(sync_now(fixture, "alice"));
    assert_int_equal(fixture->told.state, KEEPER_GOOD);
    kdc_users_done(fixture->users, fixture->told.serial);
    user_change_state(alice, USER_UNKNOWN);
    assert_false(sync_now(fixture, "alice"));
    assert_int_equal(fixture->told.state, KEEPER_REVOKED);
}

/* Nobody may wait for a keeper that has gone. */
static void keeper_goes(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture);
    set_password(fixture, "alice", "new");
    assert_false(sync_now(fixture, "alice"));
    kdc_users_lost(fixture->users);
    assert_int_equal(fixture->called, 1);
    set_password(fixture, "bob", "new");
    assert_true(sync_now(fixture, "bob"));
    assert_int_equal(fixture->told.count, 1);
}

static void keeper_goes_as_it_is_told(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture);
    fixture->told.lose = fixture->users;
    set_password(fixture, "alice", "new");
    assert_true(sync_now(fixture, "alice"));
    assert_int_equal(fixture->called, 0);
}

/* ---- Other spellings ---- */

static void is_told_of_a_spelling(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture);
    assert_true(sync_as(fixture, "alice", "alice@contoso.test"));
    assert_true(sync_as(fixture, "alice", NULL));
    assert_false(sync_as(fixture, "alice", "ALICE"));
    /* The account's name is the first: the salt is made of it. */
    assert_string_equal(fixture->told.name, "alice");
    assert_string_equal(fixture->told.last, "ALICE");
    assert_int_equal(fixture->told.state, KEEPER_GOOD);
    assert_false(sync_as(fixture, "alice", "ALICE")); /* not done yet */
    assert_int_equal(fixture->told.count, 1);
    kdc_users_done(fixture->users, fixture->told.serial);
    assert_int_equal(fixture->called, 2);
    assert_true(sync_as(fixture, "alice", "ALICE"));
}

/* Two that came before the first was answered are told with the second. */
static void spellings_while_one_is_told(void **state)
{
    struct fixture *fixture = *state;
    uint32_t first;

    begin(fixture);
    assert_false(sync_as(fixture, "alice", "ALICE"));
    first = fixture->told.serial;
    assert_false(sync_as(fixture, "alice", "Alice"));
    kdc_users_done(fixture->users, first);
    assert_int_equal(fixture->called, 0);
    kdc_users_done(fixture->users, fixture->told.serial);
    assert_int_equal(fixture->called, 2);
}

static void changes_are_of_all_spellings(void **state)
{
    struct fixture *fixture = *state;
    size_t names;

    begin(fixture);
    assert_false(sync_as(fixture, "alice", "ALICE"));
    names = fixture->told.names;
    kdc_users_done(fixture->users, fixture->told.serial);
    user_change_state(world_user(fixture->world, "alice"), USER_DISABLED);
    assert_false(sync_now(fixture, "alice"));
    assert_int_equal(fixture->told.names, names);
    assert_string_equal(fixture->told.last, "ALICE");
    assert_int_equal(fixture->told.state, KEEPER_REVOKED);
}

/* ---- A reload ---- */

static struct world *other_world(const char *setting, const char *value)
{
    struct world *world = world_good();
    struct err err;

    assert_true(world_set(world, setting, value, &err));
    assert_true(world_finish(world, &err));
    return world;
}

/* Whoever waits while a world goes away still gets what he waits for. */
static void follows_another_world(void **state)
{
    static const struct {
        const char *setting;
        const char *value;
        const char *user;
        bool told;
    } rows[] = {
        {"user.alice.password", "Other-1", "alice", true},
        {"user.alice.password", "Other-1", "bob", false},
        {"user.alice.etypes", "aes128", "alice", true},
        {"user.alice.state", "disabled", "alice", true},
        {"user.carol.password", "Other-1", "carol", true}, /* a new one */
        {"user.alice.sip", "a@contoso.test", "alice", false},
        {"domain", "eu.contoso.test", "alice", true},
        {"ntlm.v1", "yes", "alice", false},
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct world *world = other_world(rows[i].setting, rows[i].value);
        const struct kdc_account account = {
            .world = world, .user = world_user(world, rows[i].user), .now = 1};
        unsigned before = fixture->told.count;

        kdc_users_free(fixture->users);
        fixture->users = kdc_users_new(&(struct kdc_users_options){
            .world = fixture->world,
            .run_dir = "/run",
            .serial = &fixture->serial,
            .tell = on_told,
            .ctx = &fixture->told,
        });
        fixture->called = 0;
        begin(fixture);
        assert_int_equal(
            kdc_users_sync(fixture->users, &account, NULL, on_done, fixture),
            !rows[i].told);
        world_unref(world);
        assert_int_equal(fixture->told.count - before, rows[i].told);
        if (rows[i].told) {
            assert_string_equal(fixture->told.name, rows[i].user);
            kdc_users_done(fixture->users, fixture->told.serial);
            assert_int_equal(fixture->called, 1);
        }
    }
}

static void spellings_have_a_limit(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture);
    for (int i = 0; i < KDC_SPELLINGS_MAX; i++) {
        AUTO(str) name = mem_printf("alice@%d", i);

        assert_false(sync_as(fixture, "alice", name));
        kdc_users_done(fixture->users, fixture->told.serial);
    }
    assert_int_equal(fixture->told.count, KDC_SPELLINGS_MAX);
    assert_true(sync_as(fixture, "alice", "ALICE"));
    assert_int_equal(fixture->told.count, KDC_SPELLINGS_MAX);
    /* Of each user. */
    assert_false(sync_as(fixture, "bob", "BOB"));
}

static void a_spelling_of_an_unknown_user(void **state)
{
    struct fixture *fixture = *state;
    const struct user *alice = world_user(fixture->world, "alice");
    size_t count;

    user_change_state(alice, USER_UNKNOWN);
    (void)kdc_users_first(fixture->users, &count);
    assert_true(sync_as(fixture, "alice", "ALICE"));
    user_change_state(alice, USER_GOOD);
    assert_false(sync_as(fixture, "alice", "Alice"));
    assert_string_equal(fixture->told.last, "Alice");
}

/* ---- Services ---- */

static bool has(const char *const *list, const char *word)
{
    while (*list && strcmp(*list, word) != 0) {
        list++;
    }
    return *list != NULL;
}

static void services(void **state UNUSED)
{
    static const struct {
        const char *unregistered;
        const char *spn;
        bool there;
    } rows[] = {
        {NULL, "HTTP/lyncweb.contoso.test", true},
        {NULL, "http/lyncweb.contoso.test", true},
        {NULL, "HTTP/fe01.contoso.test", true},
        {NULL, "HTTP/pool02.contoso.test", true},
        {NULL, "HTTP/localhost", true},
        {NULL, "HTTP/127.0.0.1", true},
        {NULL, "HTTP/::1", true},
        {NULL, "HTTP/other.contoso.test", false},
        {"lyncweb.contoso.test", "HTTP/lyncweb.contoso.test", false},
        {"lyncweb.contoso.test", "http/lyncweb.contoso.test", false},
        {"lyncweb.contoso.test", "HTTP/lyncweb2.contoso.test", true},
        {"localhost,LyncWeb.contoso.test", "HTTP/lyncweb.contoso.test", false},
        {"localhost,LyncWeb.contoso.test", "HTTP/localhost", false},
        {"localhost,LyncWeb.contoso.test", "HTTP/127.0.0.1", true},
        {"*", "HTTP/lyncint.contoso.test", false},
        {"*", "HTTP/::1", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        AUTO(world) world = world_good();

        world->krb5.unregistered = rows[i].unregistered;
        assert_int_equal(has(spn_list(arena, world), rows[i].spn),
                         rows[i].there);
    }
}

static const char *const web_names[] = {"web.contoso.test", NULL};
static const struct world web_world = {.names = web_names};

struct spn_fixture {
    uint32_t serial;
    unsigned count;
    uint32_t last;
    unsigned called;
    struct spn_told *lose;
};

static void on_service(void *ctx, const struct keeper_message *message)
{
    struct spn_fixture *fixture = ctx;

    assert_int_equal(message->kind, KEEPER_SERVICE);
    assert_non_null(message->service);
    fixture->count++;
    fixture->last = message->serial;
    if (fixture->lose) {
        spn_told_lost(fixture->lose);
    }
}

static void on_service_done(void *ctx)
{
    struct spn_fixture *fixture = ctx;

    fixture->called++;
}

static struct spn_told *spn_new(struct spn_fixture *fixture)
{
    static const char *const services[] = {"HTTP/web.contoso.test",
                                           "http/web.contoso.test", NULL};

    return spn_told_new(&(struct spn_told_options){
        .services = services,
        .serial = &fixture->serial,
        .tell = on_service,
        .ctx = fixture,
    });
}

static void services_in_any_spelling(void **state UNUSED)
{
    static const struct {
        const char *service;
        bool told;
    } rows[] = {
        {"HTTP/web.contoso.test", false}, /* from the start */
        {"http/web.contoso.test", false},
        {"HTTP/WEB.contoso.test", true},
        {"HTTP/WEB.contoso.test", false}, /* again */
        {"Http/Web.Contoso.Test", true},
        {"HTTP/other.contoso.test", false},
        {"HTTP/web.contoso.test:443", false},
        {"HTTP/web.contoso.tes", false},
        {"HOST/web.contoso.test", false},
        {"krbtgt/CONTOSO.TEST", false},
        {"", false},
    };
    struct spn_fixture fixture = {.serial = UINT32_MAX};
    AUTO(spn_told) told = spn_new(&fixture);

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        unsigned before = fixture.count;

        fixture.called = 0;
        assert_int_equal(spn_told_sync(told, &web_world, rows[i].service,
                                       on_service_done, &fixture),
                         !rows[i].told);
        assert_int_equal(fixture.count - before, rows[i].told);
        if (rows[i].told) {
            assert_int_not_equal(fixture.last, 0);
            spn_told_done(told, fixture.last + 1); /* no such one */
            assert_int_equal(fixture.called, 0);
            spn_told_done(told, fixture.last);
            assert_int_equal(fixture.called, 1);
        }
    }
}

static void services_have_a_limit(void **state UNUSED)
{
    struct spn_fixture fixture = {0};
    AUTO(spn_told) told = spn_new(&fixture);

    for (unsigned i = 1; i <= 2 * SPN_SPELLINGS_MAX; i++) {
        char service[] = "HTTP/web.contoso.test";
        unsigned bits = i;

        for (char *c = strchr(service, '/') + 1; *c; c++) {
            if (*c != '.') {
                *c &= (char)(bits & 1 ? ~0x20 : ~0);
                bits >>= 1;
            }
        }
        (void)spn_told_sync(told, &web_world, service, on_service_done,
                            &fixture);
    }
    assert_int_equal(fixture.count, SPN_SPELLINGS_MAX);
}

static void keeper_goes_before_services(void **state UNUSED)
{
    struct spn_fixture fixture = {0};
    AUTO(spn_told) told = spn_new(&fixture);

    assert_false(spn_told_sync(told, &web_world, "HTTP/WEB.contoso.test",
                               on_service_done, &fixture));
    spn_told_lost(told);
    assert_int_equal(fixture.called, 1);
    assert_true(spn_told_sync(told, &web_world, "HTTP/WEb.contoso.test",
                              on_service_done, &fixture));
    assert_int_equal(fixture.count, 1);
}

static void keeper_goes_as_it_is_told_of_one(void **state UNUSED)
{
    struct spn_fixture fixture = {0};
    AUTO(spn_told) told = spn_new(&fixture);

    fixture.lose = told;
    assert_true(spn_told_sync(told, &web_world, "HTTP/WEB.contoso.test",
                              on_service_done, &fixture));
    assert_int_equal(fixture.called, 0);
}

#define WITH_FIXTURE(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(begins_with_all),
        WITH_FIXTURE(names_as_clients_write_them),
        WITH_FIXTURE(is_told_of_a_state),
        WITH_FIXTURE(is_told_of_a_password),
        WITH_FIXTURE(is_told_of_a_lock_and_its_end),
        WITH_FIXTURE(many_wait_for_one_message),
        WITH_FIXTURE(changes_while_it_is_told),
        WITH_FIXTURE(unknown_users_come_and_go),
        WITH_FIXTURE(keeper_goes),
        WITH_FIXTURE(keeper_goes_as_it_is_told),
        WITH_FIXTURE(is_told_of_a_spelling),
        WITH_FIXTURE(spellings_while_one_is_told),
        WITH_FIXTURE(changes_are_of_all_spellings),
        WITH_FIXTURE(follows_another_world),
        WITH_FIXTURE(spellings_have_a_limit),
        WITH_FIXTURE(a_spelling_of_an_unknown_user),
        cmocka_unit_test(services),
        cmocka_unit_test(services_in_any_spelling),
        cmocka_unit_test(services_have_a_limit),
        cmocka_unit_test(keeper_goes_before_services),
        cmocka_unit_test(keeper_goes_as_it_is_told_of_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
