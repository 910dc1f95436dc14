/* Settings that do not go together: what is then said; and those of which two
 * belong together. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/env.h"
#include "world/setting.h"

#define FIFTY   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LONG_ID FIFTY FIFTY FIFTY FIFTY FIFTY

/* What single settings cannot see, world_finish does. */
static const struct {
    const char *set[4]; /* name, value, name, value */
    const char *error;
} contradictions[] = {
    {{"tls.profile", "phone", "tls.key", "p256"},
     "tls.key: expected rsa2048, as tls.profile is phone"},
    {{"tls.min", "1.3", "tls.max", "1.2"}, "tls.min: expected no more"},
    {{"ticket.sha1", "yes"}, "ticket.sha1: expected ticket.key"},
    {{"ntlm.flags-set", "3", "ntlm.flags-clear", "2"}, "0x00000002"},
    {{"hosted.domain", "cloud.test"}, "hosted.url does not say"},
    {{"hosted.domain", "contoso.test", "hosted.url", "https://x.test/"},
     "hosted.domain: expected another domain"},
    {{"user.bob.home", "hosted"}, "user.bob.home is hosted"},
    {{"user.bob.sip", "bob@fabrikam.test"},
     "user.bob.sip: expected an address in contoso.test"},
    {{"realm", ""}, "realm: expected letters, digits"},
    {{"realm", "CONTOSO/TEST"},
     "not \"CONTOSO/TEST\"; or set offer.kerberos to no"},
    {{"realm", "A B", "offer.kerberos", "yes"}, "realm: expected letters"},
    {{"krb5.unregistered", "lyncwbe.contoso.test"},
     "krb5.unregistered: lyncwbe.contoso.test is no name of the world; the "
     "nearest is lyncweb.contoso.test"},
    {{"krb5.unregistered", "localhost,example.org"},
     "krb5.unregistered: example.org is no name of the world; expected whole "
     "names, such as lyncweb.contoso.test"},
    {{"user.carol.home", "3"},
     "user.carol.home: expected a pool that there is, 1 to 2, unknown or "
     "hosted, not 3"},
    {{"pool-count", "1", "user.bob.home", "2"},
     "user.bob.home, user.away.home: expected a pool that there is, 1 to "
     "1, unknown or hosted, not 2"},
    {{"pool.4.fqdn", "x.contoso.test"}, "pool.4: there is no pool.3 before it"},
    {{"pool.3.fqdn", "x.contoso.test", "pool-count", "2"},
     "pool.3: pool-count says that there are 2"},
    {{"pool.1.fqdn", "pool.fabrikam.test"},
     "pool.1.fqdn: expected a name in contoso.test, not "
     "pool.fabrikam.test"},
    {{"pool.1.server", "evilcontoso.test"},
     "pool.1.server: expected a name in contoso.test"},
    {{"sip-edge.fqdn", "sip.fabrikam.test"},
     "sip-edge.fqdn: expected a name in contoso.test"},
    {{"pool.1.web-external", "lyncweb2.contoso.test"},
     "pool.2.web-external: lyncweb2.contoso.test is the name of "
     "pool.1.web-external already"},
    {{"pool.1.web-external", "LyncInt.contoso.test"},
     "pool.1.web-external: lyncint.contoso.test is the name of "
     "pool.1.web-internal already"},
    {{"pool.2.fqdn", "meet.contoso.test"},
     "pool.2.fqdn: meet.contoso.test is the name of meet already"},
    {{"pool.2.fqdn", "sip.contoso.test"},
     "is the name of sip-edge.fqdn already"},
    {{"user.carol.account", "FABRIKAM\\carol"},
     "user.carol.account: expected the domain CONTOSO or contoso.test, "
     "not FABRIKAM"},
    {{"user.carol.account", "ALICE"},
     "user.carol.account: ALICE is the account of alice already"},
    {{"user.carol.account", "J\xc3\x96RG"},
     "is the account of j\xc3\xb6rg already"},
    {{"user.carol.sip", "Bob@contoso.test"},
     "user.carol.sip: Bob@contoso.test is the address of bob already"},
    {{"meeting.ABC.key", "x"},
     "meeting.ABC.organizer: expected the name of a user, not \"\""},
    {{"meeting." LONG_ID ".organizer", "alice"},
     "expected a conference URI of at most 255 bytes"},
    {{"meeting.5LB7MRBC.organizer", "carol"},
     "meeting.5LB7MRBC.organizer: expected the name of a user"},
};

static void refuses_contradictions(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(contradictions); i++) {
        AUTO(world) world = world_good();
        struct err err = {""};

        for (size_t j = 0; j < 4 && contradictions[i].set[j]; j += 2) {
            assert_true(world_set(world, contradictions[i].set[j],
                                  contradictions[i].set[j + 1], &err));
        }
        assert_false(world_finish(world, &err));
        print_message("%s\n", err.text);
        assert_non_null(strstr(err.text, contradictions[i].error));
    }
}

/* A realm that is none is no matter where there is no Kerberos. */
static void lets_odd_realms_be(void **state UNUSED)
{
    AUTO(world) world = world_good();
    struct err err = {""};

    assert_true(world_set(world, "realm", "A B", &err));
    assert_true(world_set(world, "offer.kerberos", "no", &err));
    assert_true(world_finish(world, &err));
}

static void takes_a_timestamp(void **state UNUSED)
{
    static const struct {
        const char *value;
        bool sent;
        int64_t skew; /* s; stays where the value does not say */
    } rows[] = {
        {"omit", false, 0},  {"send", true, 0},    {"no", false, 0},
        {"yes", true, 0},    {"false", false, 0},  {"True", true, 0},
        {"off", false, 0},   {"-1h", true, -3600}, {"omit", false, -3600},
        {"on", true, -3600}, {"0s", true, 0},
    };
    AUTO(world) world = world_good();
    struct err err = {""};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("%s\n", rows[i].value);
        assert_true(world_set(world, "ntlm.timestamp", rows[i].value, &err));
        assert_int_equal(world->ntlm.timestamp, rows[i].sent);
        assert_int_equal(world->ntlm.timestamp_skew,
                         rows[i].skew * ENV_NS_PER_SEC);
    }
}

static void changes_users_that_are_there(void **state UNUSED)
{
    AUTO(world) world = world_good();
    struct err err;

    assert_true(world_set(world, "user.ALICE.password", "", &err));
    assert_true(world_set(world, "user.alice.home", "unknown", &err));
    assert_true(world_set(world, "user.first.last.password", "x", &err));
    assert_int_equal(world->user_count, 10);
    assert_string_equal(world_user(world, "alice")->password, "");
    assert_int_equal(world_user(world, "alice")->home, POOL_UNKNOWN);
    assert_non_null(world_user(world, "first.last"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_timestamp),
        cmocka_unit_test(changes_users_that_are_there),
        cmocka_unit_test(refuses_contradictions),
        cmocka_unit_test(lets_odd_realms_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
