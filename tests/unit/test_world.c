/* The good world: who is found by which name, which host is what. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world/world.h"

static int set_up(void **state)
{
    *state = world_good();
    return 0;
}

static int tear_down(void **state)
{
    world_unref(*state);
    return 0;
}

static void set(struct world *world, const char *name, const char *value)
{
    struct err err = {""};

    if (!world_set(world, name, value, &err)) {
        fail_msg("%s", err.text);
    }
}

static void finish(struct world *world)
{
    struct err err = {""};

    if (!world_finish(world, &err)) {
        fail_msg("%s", err.text);
    }
}

static void is_the_good_world(void **state)
{
    const struct world *world = *state;

    assert_string_equal(world->domain, "contoso.test");
    assert_string_equal(world->netbios, "CONTOSO");
    assert_string_equal(world->realm, "CONTOSO.TEST");
    assert_int_equal(world->location, LOCATION_EXTERNAL);
    assert_int_equal(world->negotiation, NEGOTIATION_CU2013);
    assert_int_equal(world->pool_count, 2);
    assert_string_equal(world->pools[0].fqdn, "pool01.contoso.test");
    assert_string_equal(world->pools[0].web_internal, "lyncint.contoso.test");
    assert_string_equal(world->pools[0].web_external, "lyncweb.contoso.test");
    assert_string_equal(world->pools[1].web_internal, "lyncint2.contoso.test");
    assert_string_equal(world->pools[1].web_external, "lyncweb2.contoso.test");
    assert_string_equal(world->sip_edge.fqdn, "sip.contoso.test");
    assert_int_equal(world->offer.windows_count, 2);
    assert_string_equal(world->offer.windows[0], "Negotiate");
    assert_string_equal(world->offer.windows[1], "NTLM");
    assert_true(world->offer.soap && world->offer.anonymous);
    assert_int_equal(world->lockout_threshold, 0);
    assert_int_equal(world->ticket.format, TICKET_SAML);
    assert_int_equal(world->ticket.lifetime, INT64_C(28800000000000));
    assert_int_equal(world->user_challenge, CHALLENGE_WEBTICKET);
    assert_int_equal(world->oauth_user_challenge, CHALLENGE_OAUTH);
    assert_false(world->ntlm.v1 || world->ntlm.v1_ess);
    assert_null(world->hosted_domain);
}

static void has_the_good_accounts(void **state)
{
    static const struct {
        const char *name;
        const char *password;
        enum user_state state;
        int home;
    } rows[] = {
        {"alice", "Passw0rd!", USER_GOOD, 0},
        {"bob", "Passw0rd!", USER_GOOD, 0},
        {"disabled", "Passw0rd!", USER_DISABLED, 0},
        {"locked", "Passw0rd!", USER_LOCKED, 0},
        {"expired", "Passw0rd!", USER_EXPIRED, 0},
        {"mustchange", "Passw0rd!", USER_MUST_CHANGE, 0},
        {"nosip", "Passw0rd!", USER_NO_SIP, POOL_UNKNOWN},
        {"away", "Passw0rd!", USER_GOOD, 1},
        {"jörg", "Pässwörd1", USER_GOOD, 0},
    };
    const struct world *world = *state;

    assert_int_equal(world->user_count, ARRAY_SIZE(rows));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct user *user = world_user(world, rows[i].name);
        AUTO(arena) arena = arena_new();

        print_message("%s\n", rows[i].name);
        assert_non_null(user);
        assert_string_equal(user->name, rows[i].name);
        assert_string_equal(user->password, rows[i].password);
        assert_int_equal(user->state, rows[i].state);
        assert_int_equal(user->home, rows[i].home);
        assert_string_equal(user->sip,
                            arena_printf(arena, "%s@contoso.test", user->name));
        assert_non_null(user->live);
        assert_ptr_equal(world_sid_user(world, user->sid), user);
    }
}

/* domain NULL and "" are alike: none was given. */
static const struct {
    const char *domain;
    const char *name;
    const char *found; /* NULL: unknown */
} accounts[] = {
    {NULL, "alice", "alice"},
    {"", "alice", "alice"},
    {"", "ALICE", "alice"},
    {"CONTOSO", "alice", "alice"},
    {"contoso", "Alice", "alice"},
    {"contoso.test", "alice", "alice"},
    {"CONTOSO.TEST", "alice", "alice"},
    {"", "alice@contoso.test", "alice"},
    {"", "Alice@Contoso.Test", "alice"},
    {"", "alice@CONTOSO", "alice"},
    {"", "CONTOSO\\alice", "alice"},
    {"", "contoso.test\\alice", "alice"},
    {"CONTOSO", "CONTOSO\\alice", "alice"},
    {"CONTOSO", "alice@contoso.test", "alice"},
    {"", "CONTOSO\\alice@contoso.test", "alice"},
    {"", "CONTOSO\\CONTOSO\\alice", NULL},
    {"", "FABRIKAM\\alice@contoso.test", NULL},
    {"", "CONTOSO\\alice@fabrikam.test", NULL},
    {"CONTOSO", "CONTOSO\\alice@contoso.test", NULL},
    {"", "JÖRG", "jörg"},
    {"CONTOSO", "jÖrg", "jörg"},
    {"", "jörg@contoso.test", "jörg"},
    {"", "disabled", "disabled"},
    {"FABRIKAM", "alice", NULL},
    {"fabrikam.test", "alice", NULL},
    {"FABRIKAM", "CONTOSO\\alice", NULL},
    {"CONTOSO", "FABRIKAM\\alice", NULL},
    {"", "FABRIKAM\\alice", NULL},
    {"", "alice@fabrikam.test", NULL},
    {"", "alice@", "alice"}, /* an empty suffix names no domain */
    {"", "CONTOSO\\", NULL},
    {"", "@contoso.test", NULL},
    {"", "", NULL},
    {"CONTOSO", "", NULL},
    {"", "alic", NULL},
    {"", "alicee", NULL},
    {"", "joerg", NULL},
    {".", "alice", NULL},
    {"CONTOSO.TES", "alice", NULL},
};

static void finds_accounts(void **state)
{
    const struct world *world = *state;

    for (size_t i = 0; i < ARRAY_SIZE(accounts); i++) {
        const struct user *user =
            world_account(world, accounts[i].domain, accounts[i].name);

        print_message("%s, %s\n",
                      accounts[i].domain ? accounts[i].domain : "(none)",
                      accounts[i].name);
        if (accounts[i].found) {
            assert_non_null(user);
            assert_string_equal(user->name, accounts[i].found);
        } else {
            assert_null(user);
        }
    }
}

static void finds_sip_addresses(void **state)
{
    static const struct {
        const char *sip;
        const char *found;
    } rows[] = {
        {"alice@contoso.test", "alice"},
        {"sip:alice@contoso.test", "alice"},
        {"SIP:Alice@CONTOSO.TEST", "alice"},
        {"sip:alice%40contoso.test", "alice"},
        {"sip%3Aalice@contoso.test", "alice"},
        {"sip:jörg@contoso.test", "jörg"},
        {"sip:j%C3%B6rg@contoso.test", "jörg"},
        {"alice", NULL},
        {"sip:", NULL},
        {"", NULL},
        {"alice@fabrikam.test", NULL},
        {"sips:alice@contoso.test", NULL},
    };
    const struct world *world = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct user *user = world_sip_user(world, rows[i].sip);

        print_message("%s\n", rows[i].sip);
        if (rows[i].found) {
            assert_non_null(user);
            assert_string_equal(user->name, rows[i].found);
        } else {
            assert_null(user);
        }
    }
}

/* What may be named and is not known is found by its key alone. */
static void hides_unknown_users(void **state)
{
    struct world *world = *state;
    const struct user *user;

    set(world, "user.mallory.state", "unknown");
    finish(world);
    user = world_user(world, "mallory");
    assert_non_null(user);
    assert_int_equal(user->state, USER_UNKNOWN);
    assert_null(world_account(world, "CONTOSO", "mallory"));
    assert_null(world_sip_user(world, "mallory@contoso.test"));
    assert_null(world_sid_user(world, user->sid));
}

/* MS-DTYP 2.4.2.2: S-1-5-21-a-b-c-rid; one domain, so one a-b-c. */
static void derives_sids(void **state)
{
    static const uint8_t start[] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0};
    struct world *world = *state;
    uint8_t before[USER_SID_SIZE];
    const uint8_t *alice = world_user(world, "alice")->sid;
    const uint8_t *bob = world_user(world, "bob")->sid;
    struct world *same = world_good();

    assert_memory_equal(alice, start, sizeof(start));
    assert_memory_equal(alice, bob, USER_SID_SIZE - 4);
    assert_memory_not_equal(alice + 24, bob + 24, 4);
    assert_memory_equal(alice, world_user(same, "alice")->sid, USER_SID_SIZE);
    world_unref(same);
    memcpy(before, alice, sizeof(before));
    set(world, "domain", "fabrikam.test");
    finish(world);
    alice = world_user(world, "alice")->sid;
    assert_memory_not_equal(alice + 12, before + 12, 4);
    assert_memory_equal(alice + 24, before + 24, 4);
}

static void lists_names(void **state)
{
    static const char *const names[] = {
        "lyncdiscover", "lyncdiscoverinternal",
        "lyncint",      "lyncweb",
        "pool01",       "fe01",
        "lyncint2",     "lyncweb2",
        "pool02",       "fe02",
        "sip",          "meet",
        "dialin",
    };
    const struct world *world = *state;
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_non_null(world_name(world, i));
        assert_string_equal(world_name(world, i),
                            arena_printf(arena, "%s.contoso.test", names[i]));
        assert_true(world_has_host(world, world_name(world, i)));
    }
    assert_null(world_name(world, ARRAY_SIZE(names)));
    assert_null(world_name(world, 1000));
}

static void knows_hosts(void **state)
{
    static const struct {
        const char *host;
        bool known;
        int pool;
        enum location site; /* of location both */
    } rows[] = {
        {"lyncdiscover.contoso.test", true, 0, LOCATION_EXTERNAL},
        {"LyncDiscover.Contoso.Test", true, 0, LOCATION_EXTERNAL},
        {"lyncdiscover.contoso.test.", true, 0, LOCATION_EXTERNAL},
        {"lyncdiscoverinternal.contoso.test", true, 0, LOCATION_INTERNAL},
        {"lyncint.contoso.test", true, 0, LOCATION_INTERNAL},
        {"lyncint2.contoso.test", true, 1, LOCATION_INTERNAL},
        {"lyncweb.contoso.test", true, 0, LOCATION_EXTERNAL},
        {"lyncweb2.contoso.test", true, 1, LOCATION_EXTERNAL},
        {"pool02.contoso.test", true, 1, LOCATION_EXTERNAL},
        {"fe02.contoso.test", true, 1, LOCATION_EXTERNAL},
        {"fe01.contoso.test", true, 0, LOCATION_EXTERNAL},
        {"localhost", true, 0, LOCATION_EXTERNAL},
        {"127.0.0.1", true, 0, LOCATION_EXTERNAL},
        {"127.8.9.10", true, 0, LOCATION_EXTERNAL},
        {"::1", true, 0, LOCATION_EXTERNAL},
        {"128.0.0.1", false, 0, LOCATION_EXTERNAL},
        {"127.0.0.1.evil.test", false, 0, LOCATION_EXTERNAL},
        {"::2", false, 0, LOCATION_EXTERNAL},
        {"contoso.test", false, 0, LOCATION_EXTERNAL},
        {"lyncdiscover.fabrikam.test", false, 0, LOCATION_EXTERNAL},
        {"lyncweb.contoso.test.evil.test", false, 0, LOCATION_EXTERNAL},
        {"lyncweb", false, 0, LOCATION_EXTERNAL},
        {"", false, 0, LOCATION_EXTERNAL},
    };
    struct world *world = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *host = rows[i].host;

        print_message("%s\n", host);
        assert_int_equal(world_has_host(world, host), rows[i].known);
        assert_ptr_equal(world_pool_of(world, host),
                         &world->pools[rows[i].pool]);
        world->location = LOCATION_BOTH;
        assert_int_equal(world_site(world, host), rows[i].site);
        world->location = LOCATION_INTERNAL;
        assert_int_equal(world_site(world, host), LOCATION_INTERNAL);
        world->location = LOCATION_EXTERNAL;
        assert_int_equal(world_site(world, host), LOCATION_EXTERNAL);
    }
}

static void follows_the_domain(void **state)
{
    struct world *world = *state;

    set(world, "domain", "Corp.Fabrikam.Test");
    finish(world);
    assert_string_equal(world->domain, "corp.fabrikam.test");
    assert_string_equal(world->netbios, "CORP");
    assert_string_equal(world->realm, "CORP.FABRIKAM.TEST");
    assert_string_equal(world->pools[1].web_external,
                        "lyncweb2.corp.fabrikam.test");
    assert_string_equal(world->sip_edge.fqdn, "sip.corp.fabrikam.test");
    assert_string_equal(world_name(world, 0),
                        "lyncdiscover.corp.fabrikam.test");
    assert_string_equal(world_user(world, "alice")->sip,
                        "alice@corp.fabrikam.test");
    assert_null(world_account(world, "CONTOSO", "alice"));
    assert_non_null(world_account(world, "CORP", "alice"));
    assert_false(world_has_host(world, "lyncweb.contoso.test"));
}

static void keeps_what_was_given(void **state)
{
    struct world *world = *state;

    set(world, "netbios", "lab");
    set(world, "realm", "AD.EXAMPLE");
    set(world, "negotiation", "rtm2013");
    set(world, "discover.user-challenge", "webticket");
    set(world, "domain", "fabrikam.test");
    set(world, "user.alice.sip", "sip:a.smith@fabrikam.test");
    set(world, "product", "sfb2015");
    finish(world);
    assert_string_equal(world->netbios, "LAB");
    assert_string_equal(world->realm, "AD.EXAMPLE");
    assert_int_equal(world->negotiation, NEGOTIATION_RTM2013);
    assert_int_equal(world->user_challenge, CHALLENGE_WEBTICKET);
    assert_string_equal(world_user(world, "alice")->sip,
                        "a.smith@fabrikam.test");
    assert_non_null(world_account(world, "ad.example", "alice"));
    assert_null(world_account(world, "FABRIKAM", "alice"));
}

static void follows_the_product(void **state)
{
    struct world *world = *state;

    set(world, "product", "sfb2015");
    finish(world);
    assert_int_equal(world->negotiation, NEGOTIATION_SFB2015);
    assert_int_equal(world->user_challenge,
                     CHALLENGE_WEBTICKET | (unsigned)CHALLENGE_OAUTH);
}

static void follows_the_certificate_profile(void **state)
{
    struct world *world = *state;

    assert_int_equal(world->tls.key, KEY_P256);
    set(world, "tls.profile", "phone");
    finish(world);
    assert_int_equal(world->tls.key, KEY_RSA2048);
    set(world, "tls.profile", "good");
    finish(world);
    assert_int_equal(world->tls.key, KEY_P256);
}

static void answers_for_the_hosted_domain(void **state)
{
    struct world *world = *state;

    set(world, "hosted.domain", "cloud.test");
    set(world, "hosted.url", "https://webdir.provider.test/root");
    finish(world);
    assert_true(world_has_host(world, "lyncdiscover.cloud.test"));
    assert_true(world_has_host(world, "lyncdiscoverinternal.cloud.test"));
}

static void cuts_long_netbios_names(void **state)
{
    struct world *world = *state;

    set(world, "domain", "averyverylongdomain.test");
    finish(world);
    assert_string_equal(world->netbios, "AVERYVERYLONGDO");
}

static void names_accounts(void **state)
{
    const struct world *world = *state;
    AUTO(arena) arena = arena_new();

    assert_string_equal(user_account(arena, world, world_user(world, "alice")),
                        "CONTOSO\\alice");
}

/* A clock that is fixed starts as the world does; one that stands, stands. */
static void tells_the_time(void **state)
{
    static const struct {
        const char *clock;
        const char *runs;
        int64_t start; /* s; the world's time as it starts at 1000 s */
    } rows[] = {
        {"0s", "yes", 1000},
        {"-1m", "yes", 940},
        {"1970-01-01T01:00:00Z", "yes", 3600},
        {"1970-01-01T01:00:00Z", "no", 3600},
        {"+1m", "no", 1060},
    };
    struct world *world = *state;
    const int64_t second = INT64_C(1000000000);

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        bool runs = strcmp(rows[i].runs, "yes") == 0;

        print_message("%s %s\n", rows[i].clock, rows[i].runs);
        set(world, "clock", rows[i].clock);
        set(world, "clock-runs", rows[i].runs);
        assert_int_equal(
            world_clock_at(&world->clock, 1000 * second, 1000 * second),
            rows[i].start * second);
        assert_int_equal(
            world_clock_at(&world->clock, 1000 * second, 1007 * second),
            (rows[i].start + (runs ? 7 : 0)) * second);
    }
}

/* Order does not matter; what is not set follows from the domain. */
static void adds_a_pool(void **state)
{
    struct world *world = *state;

    set(world, "user.bob.home", "4");
    set(world, "pool.4.web-external", "branch.fabrikam.test");
    set(world, "pool.3.server", "se.fabrikam.test");
    set(world, "domain", "fabrikam.test");
    finish(world);
    assert_int_equal(world->pool_count, 4);
    assert_string_equal(world->pools[2].fqdn, "pool03.fabrikam.test");
    assert_string_equal(world->pools[2].server_fqdn, "se.fabrikam.test");
    assert_string_equal(world->pools[3].web_internal, "lyncint4.fabrikam.test");
    assert_ptr_equal(world_pool_of(world, "branch.fabrikam.test"),
                     &world->pools[3]);
    assert_true(world_has_host(world, "branch.fabrikam.test"));
    assert_false(world_has_host(world, "lyncweb4.fabrikam.test"));
    assert_int_equal(world_user(world, "bob")->home, 3);
}

static void can_be_one_standard_edition_server(void **state)
{
    struct world *world = *state;
    size_t count = 0;

    set(world, "pool-count", "1");
    set(world, "user.away.home", "1");
    set(world, "pool.1.fqdn", "se.contoso.test");
    set(world, "pool.1.server", "se.contoso.test");
    set(world, "pool.1.web-internal", "se.contoso.test");
    finish(world);
    while (world_name(world, count)) {
        count++;
    }
    /* Two of discovery, two of the pool, sip, meet, dialin. */
    assert_int_equal(count, 7);
    assert_false(world_has_host(world, "lyncweb2.contoso.test"));
}

static void names_some_users_of_a_pool_that_is_gone(void **state)
{
    struct world *world = *state;
    AUTO(arena) arena = arena_new();
    struct err err = {""};

    for (int i = 0; i < 1000; i++) {
        set(world, arena_printf(arena, "user.u%d.home", i), "8");
    }
    assert_false(world_finish(world, &err));
    assert_string_equal(
        err.text, "user.u0.home, user.u1.home, user.u2.home, user.u3.home, "
                  "user.u4.home and 995 more: expected a pool that there is, "
                  "1 to 2, unknown or hosted, not 8");
}

static void signs_in_as_another_account(void **state)
{
    static const struct {
        const char *value;
        const char *found; /* by this name */
    } rows[] = {
        {"CONTOSO\\ann", "CONTOSO\\Ann"},
        {"contoso.test\\ann", "ann@contoso.test"},
        {"ann@contoso.test", "contoso.test\\ann"},
        {"ann", "ANN"},
        {"J\xc3\x9crgen", "j\xc3\xbcrgen"},
    };
    struct world *world = *state;
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct user *alice;

        print_message("%s\n", rows[i].value);
        set(world, "user.alice.account", rows[i].value);
        finish(world);
        alice = world_user(world, "alice");
        assert_ptr_equal(world_account(world, "", rows[i].found), alice);
        assert_null(world_account(world, "CONTOSO", "alice"));
        assert_string_equal(alice->sip, "alice@contoso.test");
    }
    assert_string_equal(user_account(arena, world, world_user(world, "alice")),
                        "CONTOSO\\J\xc3\x9crgen");
}

/* The name of one as the account of another, and the other way round. */
static void swaps_accounts(void **state)
{
    struct world *world = *state;

    set(world, "user.alice.account", "bob");
    set(world, "user.bob.account", "alice");
    finish(world);
    assert_string_equal(world_account(world, "", "alice")->name, "bob");
    assert_string_equal(world_account(world, "", "bob")->name, "alice");
}

static void takes_long_names(void **state)
{
    struct world *world = *state;
    struct err err = {""};
    AUTO(arena) arena = arena_new();
    const char *name = "";
    const char *long_name;

    for (int i = 0; i < 255; i++) {
        name = arena_printf(arena, "%s\xc3\xb6", name);
    }
    set(world, arena_printf(arena, "user.%s.state", name), "good");
    finish(world);
    assert_string_equal(world_account(world, "", name)->name, name);
    long_name = arena_printf(arena, "user.%s%s.state", name, "x");
    assert_false(world_set(world, long_name, "good", &err));
    assert_non_null(strstr(err.text, "at most 255 characters"));
}

/* Many times the users must not cost the square of the time: this would take
 * minutes. */
static void finds_one_of_many(void **state)
{
    enum { USERS = 20000 };
    struct world *world = *state;
    AUTO(arena) arena = arena_new();

    for (int i = 0; i < USERS; i++) {
        world_add_user(world, arena_printf(arena, "u%d", i));
    }
    finish(world);
    for (int i = 0; i < USERS; i++) {
        const char *name = arena_printf(arena, "u%d", i);
        const struct user *user = world_user(world, name);

        assert_string_equal(user->name, name);
        assert_ptr_equal(world_account(world, "CONTOSO", name), user);
        assert_ptr_equal(world_sip_user(world, user->sip), user);
        assert_ptr_equal(world_sid_user(world, user->sid), user);
    }
    assert_null(world_user(world, "u20000"));
    assert_null(world_account(world, "", "u20000"));
    assert_null(world_sip_user(world, "u20000@contoso.test"));
}

static void knows_no_strange_sids(void **state)
{
    struct world *world = *state;
    uint8_t sid[USER_SID_SIZE];

    memcpy(sid, world_user(world, "alice")->sid, sizeof(sid));
    sid[24] = 0; /* below the first RID */
    assert_null(world_sid_user(world, sid));
    sid[27] = 0xff;
    assert_null(world_sid_user(world, sid));
    memset(sid, 0, sizeof(sid));
    assert_null(world_sid_user(world, sid));
}
#define FOCUS "gruu;opaque=app:conf:focus:id:"

static void finds_meetings(void **state)
{
    static const struct {
        const char *uri;
        bool found;
    } rows[] = {
        {"sip:alice@contoso.test;" FOCUS "5LB7MRBC", true},
        {"SIP:Alice@CONTOSO.test;GRUU;OPAQUE=APP:CONF:FOCUS:ID:5lb7mrbc", true},
        {"sip%3aalice%40contoso.test%3b"
         "gruu%3bopaque%3dapp%3aconf%3afocus%3aid%3a5LB7MRBC",
         true},
        {"<" FOCUS "5LB7MRBC>", true},
        {"opaque=app:conf:focus:id:5LB7MRBC?x", true},
        {FOCUS "AAAA sip:alice@contoso.test;" FOCUS "5LB7MRBC", true},
        {"sip:bob@contoso.test;" FOCUS "5LB7MRBC", false},
        {"sip:;" FOCUS "5LB7MRBC", false},
        {"sip:alice@contoso.test;" FOCUS "5LB7MRB", false},
        {"sip:alice@contoso.test;" FOCUS "5LB7MRBCX", false},
        {"sip:alice@contoso.test;" FOCUS, false},
        {"sip:alice@contoso.test", false},
        {"5LB7MRBC", false},
        {"", false},
    };
    const struct world *world = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct meeting *meeting = world_meeting(world, rows[i].uri);

        if ((meeting != NULL) != rows[i].found) {
            fail_msg("%s", rows[i].uri);
        }
    }
}

/* design of the good world: this very URI; and it moves with the domain. */
static void has_the_good_meeting(void **state)
{
    struct world *world = *state;
    const struct meeting *meeting;

    assert_int_equal(world->meeting_count, 1);
    meeting = &world->meetings[0];
    assert_string_equal(meeting->uri,
                        "sip:alice@contoso.test;" FOCUS "5LB7MRBC");
    assert_string_equal(meeting->organizer, "alice");
    assert_string_equal(meeting->key, "7Q2RVX4K");
    assert_int_equal(meeting->state, MEETING_OPEN);
    set(world, "domain", "fabrikam.test");
    finish(world);
    assert_string_equal(world->meetings[0].uri,
                        "sip:alice@fabrikam.test;" FOCUS "5LB7MRBC");
}

/* What a step makes of an account, in whatever copy of the world. */
static void changes_accounts(void **state)
{
    struct world *world = *state;
    struct world copy = *world;
    const struct user *alice = world_account(world, "CONTOSO", "alice");

    alice->live->refused = 2;
    user_change_state(alice, USER_DISABLED);
    assert_int_equal(user_state_now(alice), USER_DISABLED);
    assert_int_equal(alice->live->refused, 0);
    assert_int_equal(user_state_now(world_user(&copy, "alice")), USER_DISABLED);
    assert_int_equal(alice->state, USER_GOOD);
    user_change_state(alice, USER_UNKNOWN);
    assert_null(world_account(world, "CONTOSO", "alice"));
    assert_null(world_sip_user(world, "alice@contoso.test"));
    user_change_state(world_user(world, "alice"), USER_GOOD);
    assert_ptr_equal(world_account(world, "CONTOSO", "alice"), alice);
    assert_string_equal(user_password_now(alice), "Passw0rd!");
    user_change_password(alice, "one");
    user_change_password(alice, user_password_now(alice));
    assert_string_equal(user_password_now(alice), "one");
    user_change_password(alice, "");
    assert_string_equal(user_password_now(alice), "");
    assert_string_equal(alice->password, "Passw0rd!");
}

static void counts_references(void **state UNUSED)
{
    struct world *world = world_good();

    assert_ptr_equal(world_ref(world), world);
    world_unref(world);
    assert_string_equal(world->domain, "contoso.test");
    world_unref(world);
    world_unref(NULL);
}

#define WORLD_TEST(test)                                                       \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(is_the_good_world),
        WORLD_TEST(adds_a_pool),
        WORLD_TEST(names_some_users_of_a_pool_that_is_gone),
        WORLD_TEST(can_be_one_standard_edition_server),
        WORLD_TEST(signs_in_as_another_account),
        WORLD_TEST(swaps_accounts),
        WORLD_TEST(takes_long_names),
        WORLD_TEST(finds_one_of_many),
        WORLD_TEST(knows_no_strange_sids),
        WORLD_TEST(tells_the_time),
        WORLD_TEST(has_the_good_accounts),
        WORLD_TEST(finds_accounts),
        WORLD_TEST(finds_sip_addresses),
        WORLD_TEST(hides_unknown_users),
        WORLD_TEST(derives_sids),
        WORLD_TEST(lists_names),
        WORLD_TEST(knows_hosts),
        WORLD_TEST(follows_the_domain),
        WORLD_TEST(keeps_what_was_given),
        WORLD_TEST(follows_the_product),
        WORLD_TEST(follows_the_certificate_profile),
        WORLD_TEST(answers_for_the_hosted_domain),
        WORLD_TEST(cuts_long_netbios_names),
        WORLD_TEST(names_accounts),
        WORLD_TEST(changes_accounts),
        WORLD_TEST(finds_meetings),
        WORLD_TEST(has_the_good_meeting),
        cmocka_unit_test(counts_references),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
