/* Every setting: values it takes, values it refuses and what it then says. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/env.h"
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

/* Good values, in order; what they did is looked at below. */
static const struct {
    const char *name;
    const char *value;
} good[] = {
    {"domain", "Fabrikam.test"},
    {"netbios", "fab"},
    {"realm", "FAB.TEST"},
    {"location", "BOTH"},
    {"product", "sfb2015"},
    {"negotiation", "rtm2013"},
    {"public-port", "8443"},
    {"offer.windows", "ntlm, Negotiate"},
    {"offer.one-line", "yes"},
    {"offer.soap", "no"},
    {"offer.anonymous", "false"},
    {"lockout-threshold", "3"},
    {"hosted.domain", "Cloud.test"},
    {"hosted.url", "https://webdir.cloud.test/Autodiscover/root"},
    {"clock", "+6m"},
    {"ntlm.v1", "true"},
    {"ntlm.v1-ess", "on"},
    {"ntlm.require-mic", "Yes"},
    {"ntlm.channel-binding", "require"},
    {"ntlm.check-spn", "yes"},
    {"ntlm.timestamp", "off"},
    {"ntlm.timestamp-skew", "-2h"},
    {"ntlm.flags-set", "0x00080000"},
    {"ntlm.flags-clear", "1"},
    {"ntlm.flags-masked", "no"},
    {"ntlm.target-name", "EVIL"},
    {"ntlm.server-challenge", "0123456789abcdef"},
    {"ticket.format", "cwt"},
    {"ticket.lifetime", "5m"},
    {"ticket.guest-lifetime", "7m"},
    {"ticket.key", "rsa2048"},
    {"ticket.sha1", "yes"},
    {"ticket.check-audience", "url"},
    {"discover.user-challenge", "both"},
    {"discover.oauth-user-challenge", "none"},
    {"discover.sip-internal-port", "443"},
    {"mex.policy", "200702"},
    {"webticket.strict-applies-to", "yes"},
    {"tls.min", "1.1"},
    {"tls.max", "1.2"},
    {"tls.key", "rsa2048"},
    {"user.carol.password", "geheim"},
    {"user.carol.state", "must-change"},
    {"user.carol.sip", "sip:c@fabrikam.test"},
    {"user.carol.home", "2"},
    {"meeting.ABC12.organizer", "carol"},
    {"meeting.ABC12.key", "sesame"},
    {"meeting.ABC12.state", "ended"},
};

static void check_general(const struct world *world)
{
    assert_string_equal(world->domain, "fabrikam.test");
    assert_string_equal(world->netbios, "FAB");
    assert_string_equal(world->realm, "FAB.TEST");
    assert_int_equal(world->location, LOCATION_BOTH);
    assert_int_equal(world->product, PRODUCT_SFB2015);
    assert_int_equal(world->negotiation, NEGOTIATION_RTM2013);
    assert_int_equal(world->public_port, 8443);
    assert_int_equal(world->offer.windows_count, 2);
    assert_string_equal(world->offer.windows[0], "NTLM");
    assert_string_equal(world->offer.windows[1], "Negotiate");
    assert_true(world->offer.one_line);
    assert_false(world->offer.soap);
    assert_false(world->offer.anonymous);
    assert_int_equal(world->lockout_threshold, 3);
    assert_string_equal(world->hosted_domain, "cloud.test");
    assert_string_equal(world->hosted_url,
                        "https://webdir.cloud.test/Autodiscover/root");
    assert_int_equal(world->clock_skew, 360 * ENV_NS_PER_SEC);
    assert_int_equal(world->tls.minimum, 0x0302);
    assert_int_equal(world->tls.maximum, 0x0303);
    assert_int_equal(world->tls.key, KEY_RSA2048);
}

static void check_ntlm(const struct ntlm_settings *ntlm)
{
    assert_true(ntlm->v1);
    assert_true(ntlm->v1_ess);
    assert_true(ntlm->require_mic);
    assert_int_equal(ntlm->channel_binding, CHANNEL_BINDING_REQUIRE);
    assert_true(ntlm->check_spn);
    assert_false(ntlm->timestamp);
    assert_int_equal(ntlm->timestamp_skew, -7200 * ENV_NS_PER_SEC);
    assert_int_equal(ntlm->flags_set, 0x80000);
    assert_int_equal(ntlm->flags_clear, 1);
    assert_false(ntlm->flags_masked);
    assert_string_equal(ntlm->target_name, "EVIL");
    assert_string_equal(ntlm->server_challenge, "0123456789abcdef");
}

static void check_services(const struct world *world)
{
    assert_int_equal(world->ticket.format, TICKET_CWT);
    assert_int_equal(world->ticket.lifetime, 300 * ENV_NS_PER_SEC);
    assert_int_equal(world->ticket.guest_lifetime, 420 * ENV_NS_PER_SEC);
    assert_int_equal(world->ticket.key, KEY_RSA2048);
    assert_true(world->ticket.sha1);
    assert_int_equal(world->check_audience, AUDIENCE_URL);
    assert_int_equal(world->user_challenge,
                     CHALLENGE_WEBTICKET | (unsigned)CHALLENGE_OAUTH);
    assert_int_equal(world->oauth_user_challenge, 0);
    assert_int_equal(world->sip_internal_port, 443);
    assert_true(world->policy_200702);
    assert_true(world->strict_applies_to);
}

static void check_meeting(const struct world *world)
{
    const struct meeting *meeting =
        world_meeting(world, "opaque=app:conf:focus:id:ABC12");

    assert_non_null(meeting);
    assert_string_equal(meeting->organizer, "carol");
    assert_string_equal(meeting->key, "sesame");
    assert_int_equal(meeting->state, MEETING_ENDED);
    assert_string_equal(
        meeting->uri,
        "sip:c@fabrikam.test;gruu;opaque=app:conf:focus:id:ABC12");
}

static void takes_good_values(void **state)
{
    struct world *world = *state;
    const struct user *carol;
    struct err err = {""};

    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        if (!world_set(world, good[i].name, good[i].value, &err)) {
            fail_msg("%s", err.text);
        }
    }
    if (!world_finish(world, &err)) {
        fail_msg("%s", err.text);
    }
    check_general(world);
    check_ntlm(&world->ntlm);
    check_services(world);
    check_meeting(world);
    carol = world_account(world, "FAB", "CAROL");
    assert_non_null(carol);
    assert_string_equal(carol->password, "geheim");
    assert_int_equal(carol->state, USER_MUST_CHANGE);
    assert_string_equal(carol->sip, "c@fabrikam.test");
    assert_int_equal(carol->home, 1);
    assert_ptr_equal(world_sip_user(world, "sip:c@fabrikam.test"), carol);
}

/* "user.NAME.home" is what "user.carol.home" sets. */
static bool is_row_of(const char *setting, const char *name)
{
    static const struct {
        const char *row;
        const char *good;
    } families[] = {{"user.NAME.", "user.carol."},
                    {"meeting.ID.", "meeting.ABC12."}};

    for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
        size_t row = strlen(families[i].row);
        size_t own = strlen(families[i].good);

        if (strncmp(setting, families[i].row, row) == 0 &&
            strncmp(name, families[i].good, own) == 0) {
            return strcmp(setting + row, name + own) == 0;
        }
    }
    return strcmp(setting, name) == 0;
}

/* A setting without a row above is a setting without a test. */
static void every_setting_is_tested(void **state UNUSED)
{
    const struct setting_info *info;
    size_t count = 0;

    for (; (info = world_setting(count)) != NULL; count++) {
        bool found = false;

        for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
            found = found || is_row_of(info->name, good[i].name);
        }
        print_message("%s: %s\n", info->name, info->type);
        assert_true(found);
        assert_true(*info->type);
        assert_true(*info->doc);
    }
    assert_int_equal(count, ARRAY_SIZE(good));
}

/* The type of a setting of words lists exactly the words that it takes. */
static void takes_every_word_of_its_type(void **state)
{
    struct world *world = *state;
    const struct setting_info *info;
    size_t words = 0;

    for (size_t i = 0; (info = world_setting(i)) != NULL; i++) {
        const char *at = info->type;
        struct err err = {""};

        if (!strchr(at, '|') || strncmp(info->name, "user.", 5) == 0 ||
            strncmp(info->name, "meeting.", 8) == 0 ||
            strcmp(info->name, "public-port") == 0) {
            continue;
        }
        while (*at) {
            size_t length = strcspn(at, "|");
            char *word = arena_text(world->arena, span_of(at, length));

            if (!world_set(world, info->name, word, &err)) {
                fail_msg("%s", err.text);
            }
            words++;
            at += length + (at[length] == '|');
        }
    }
    assert_in_range(words, 40, 100);
}

static const struct {
    const char *name;
    const char *value;
    const char *error;
} bad[] = {
    {"domian", "x",
     "there is no setting \"domian\"; the nearest is "
     "\"domain\""},
    {"ntlm.v2", "yes",
     "no setting \"ntlm.v2\"; the nearest is "
     "\"ntlm.v1\""},
    {"", "x", "there is no setting \"\""},
    {"usr.bob.state", "good", "the nearest is \"user.NAME.state\""},
    {"domain", "",
     "domain: expected a DNS name such as contoso.test, not "
     "\"\""},
    {"domain", "-x.test", "domain: expected a DNS name"},
    {"domain", "x..test", "domain: expected a DNS name"},
    {"domain", "x.test.", "domain: expected a DNS name"},
    {"domain", "x_y.test", "domain: expected a DNS name"},
    {"domain", "jörg.test", "domain: expected a DNS name"},
    {"domain",
     "a123456789012345678901234567890123456789012345678901234567890123456."
     "test",
     "domain: expected a DNS name"},
    {"netbios", "SIXTEENLETTERSXX", "netbios: expected a NetBIOS name"},
    {"netbios", "A\\B", "netbios: expected a NetBIOS name"},
    {"netbios", "", "netbios: expected a NetBIOS name"},
    {"realm", "\xff", "realm: expected UTF-8"},
    {"location", "extrenal",
     "location: expected internal|external|both, not \"extrenal\"; the "
     "nearest is \"external\""},
    {"location", "", "location: expected internal|external|both, not \"\""},
    {"location", "internal|external", "location: expected"},
    {"product", "lync2012", "the nearest is \"lync2013\""},
    {"negotiation", "cu", "the nearest is \"cu2013\""},
    {"public-port", "65536", "public-port: expected a port"},
    {"public-port", "-1", "public-port: expected a port"},
    {"public-port", "443x", "public-port: expected a port"},
    {"public-port", "", "public-port: expected a port"},
    {"offer.windows", "NTLM,NTLM",
     "offer.windows: NTLM stands there "
     "twice"},
    {"offer.windows", "NTML",
     "offer.windows: expected Negotiate|NTLM, not "
     "\"NTML\"; the nearest is \"NTLM\""},
    {"offer.windows", "NTLM Negotiate", "offer.windows: expected a comma"},
    {"offer.windows", "NTLM,", "offer.windows: expected Negotiate|NTLM"},
    {"offer.windows", "", "offer.windows: expected Negotiate|NTLM"},
    {"offer.one-line", "maybe",
     "offer.one-line: expected yes|no, not \"maybe\""},
    {"offer.soap", "yse", "the nearest is \"yes\""},
    {"offer.anonymous", "", "offer.anonymous: expected yes|no"},
    {"lockout-threshold", "many", "lockout-threshold: expected a whole"},
    {"lockout-threshold", "2147483648", "lockout-threshold: expected"},
    {"hosted.domain", "x y", "hosted.domain: expected a DNS name"},
    {"hosted.url", "webdir.test/root", "hosted.url: expected an absolute"},
    {"hosted.url", "ftp://webdir.test/", "hosted.url: expected an absolute"},
    {"hosted.url", "https://webdir.test/\r\nX: y", "hosted.url: expected"},
    {"clock", "6", "clock: expected a whole number and one of ms, s, m"},
    {"ntlm.v1", "2", "ntlm.v1: expected yes|no"},
    {"ntlm.v1-ess", "", "ntlm.v1-ess: expected yes|no"},
    {"ntlm.require-mic", "y", "ntlm.require-mic: expected yes|no"},
    {"ntlm.channel-binding", "required", "the nearest is \"require\""},
    {"ntlm.check-spn", "?", "ntlm.check-spn: expected yes|no"},
    {"ntlm.timestamp", "omit", "ntlm.timestamp: expected yes|no"},
    {"ntlm.timestamp-skew", "h", "ntlm.timestamp-skew: expected a whole"},
    {"ntlm.flags-set", "0x", "ntlm.flags-set: expected up to 8 hex"},
    {"ntlm.flags-set", "100000000", "ntlm.flags-set: expected up to 8"},
    {"ntlm.flags-clear", "xyz", "ntlm.flags-clear: expected up to 8 hex"},
    {"ntlm.flags-masked", "1", "ntlm.flags-masked: expected yes|no"},
    {"ntlm.target-name", "\xc3", "ntlm.target-name: expected UTF-8"},
    {"ntlm.server-challenge", "0123456789abcde",
     "ntlm.server-challenge: expected 16 hexadecimal digits"},
    {"ntlm.server-challenge", "0123456789abcdef0",
     "ntlm.server-challenge: expected 16 hexadecimal digits"},
    {"ntlm.server-challenge", "0123456789abcdeg",
     "ntlm.server-challenge: expected 16 hexadecimal digits"},
    {"ticket.format", "sam", "the nearest is \"saml\""},
    {"ticket.lifetime", "0s", "ticket.lifetime: expected more than"},
    {"ticket.lifetime", "-5m", "ticket.lifetime: expected more than"},
    {"ticket.lifetime", "soon", "ticket.lifetime: expected a whole"},
    {"ticket.key", "rsa", "the nearest is \"rsa2048\""},
    {"ticket.sha1", "sha1", "ticket.sha1: expected yes|no"},
    {"ticket.check-audience", "", "ticket.check-audience: expected"},
    {"discover.user-challenge", "web-ticket",
     "the nearest is "
     "\"webticket\""},
    {"discover.oauth-user-challenge", "all",
     "discover.oauth-user-challenge: expected none|webticket|oauth|both"},
    {"discover.sip-internal-port", "0", "expected a port from 1 to 65535"},
    {"mex.policy", "200507", "mex.policy: expected 2005/07|200702"},
    {"webticket.strict-applies-to", "x", "expected yes|no"},
    {"tls.min", "1.4", "tls.min: expected 1.0|1.1|1.2|1.3, not \"1.4\""},
    {"tls.max", "SSLv3", "tls.max: expected 1.0|1.1|1.2|1.3"},
    {"tls.key", "p-256", "the nearest is \"p256\""},
    {"user.carol", "x", "user.carol: expected user.NAME.password, .state"},
    {"user.carol.pasword", "x", "the nearest is \"password\""},
    {"user.carol.", "x", "expected password, state, sip or home"},
    {"user..password", "x", "user..password: \"\" is no account name"},
    {"user.a/b.password", "x", "\"a/b\" is no account name"},
    {"user.a@b.password", "x", "\"a@b\" is no account name"},
    {"user.\xff.password", "x", "is no account name"},
    {"user.carol.password", "\xff", "user.carol.password: expected UTF-8"},
    {"user.carol.state", "lokced", "the nearest is \"locked\""},
    {"user.carol.sip", "carol", "user.carol.sip: expected a SIP address"},
    {"user.carol.sip", "@x.test", "user.carol.sip: expected a SIP"},
    {"user.carol.sip", "c@x y", "user.carol.sip: expected a SIP"},
    {"user.carol.sip", "c d@x.test", "user.carol.sip: expected a SIP"},
    {"user.carol.home", "3",
     "expected the number of a pool (1 to 2), "
     "unknown or hosted, not \"3\""},
    {"user.carol.home", "0", "user.carol.home: expected the number"},
    {"user.carol.home", "hostde", "the nearest is hosted"},
    {"user.carol.home", "12", "user.carol.home: expected the number"},
    {"meeting.ABC", "x", "meeting.ABC: expected meeting.ID.organizer, .key"},
    {"meeting.ABC.sate", "x", "the nearest is state"},
    {"meeting..key", "x", "\"\" is no meeting id"},
    {"meeting.a;b.key", "x", "\"a;b\" is no meeting id"},
    {"meeting.ABC.state", "endd", "the nearest is \"ended\""},
    {"meeting.ABC.key", "\xff", "meeting.ABC.key: expected UTF-8"},
};

static void refuses_bad_values(void **state)
{
    struct world *world = *state;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct err err = {""};

        print_message("%s=%s\n", bad[i].name, bad[i].value);
        assert_false(world_set(world, bad[i].name, bad[i].value, &err));
        print_message("  %s\n", err.text);
        assert_non_null(strstr(err.text, bad[i].error));
    }
    /* Nothing of it left a trace. */
    assert_null(world_user(world, "carol"));
    assert_int_equal(world->user_count, 9);
    assert_int_equal(world->offer.windows_count, 2);
    assert_string_equal(world->domain, "contoso.test");
}

static void withdraws_the_windows_port(void **state)
{
    struct world *world = *state;
    struct err err;

    assert_true(world_set(world, "offer.windows", "none", &err));
    assert_int_equal(world->offer.windows_count, 0);
}

static void changes_users_that_are_there(void **state)
{
    struct world *world = *state;
    struct err err;

    assert_true(world_set(world, "user.ALICE.password", "", &err));
    assert_true(world_set(world, "user.alice.home", "unknown", &err));
    assert_true(world_set(world, "user.first.last.password", "x", &err));
    assert_int_equal(world->user_count, 10);
    assert_string_equal(world_user(world, "alice")->password, "");
    assert_int_equal(world_user(world, "alice")->home, POOL_UNKNOWN);
    assert_non_null(world_user(world, "first.last"));
}

#define FIFTY   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define LONG_ID FIFTY FIFTY FIFTY FIFTY FIFTY

/* What single settings cannot see, world_finish does. */
static void refuses_contradictions(void **state UNUSED)
{
    static const struct {
        const char *set[4]; /* name, value, name, value */
        const char *error;
    } rows[] = {
        {{"tls.min", "1.3", "tls.max", "1.2"}, "tls.min: expected no more"},
        {{"ticket.sha1", "yes"}, "ticket.sha1: expected ticket.key"},
        {{"ntlm.flags-set", "3", "ntlm.flags-clear", "2"}, "0x00000002"},
        {{"hosted.domain", "cloud.test"}, "hosted.url does not say"},
        {{"hosted.domain", "contoso.test", "hosted.url", "https://x.test/"},
         "hosted.domain: expected another domain"},
        {{"user.bob.home", "hosted"}, "user.bob.home is hosted"},
        {{"user.bob.sip", "bob@fabrikam.test"},
         "user.bob.sip: expected an address in contoso.test"},
        {{"user.carol.sip", "Bob@contoso.test"},
         "user.carol.sip: Bob@contoso.test is the address of bob already"},
        {{"meeting.ABC.key", "x"},
         "meeting.ABC.organizer: expected the name of a user, not \"\""},
        {{"meeting." LONG_ID ".organizer", "alice"},
         "expected a conference URI of at most 255 bytes"},
        {{"meeting.5LB7MRBC.organizer", "carol"},
         "meeting.5LB7MRBC.organizer: expected the name of a user"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(world) world = world_good();
        struct err err = {""};

        for (size_t j = 0; j < 4 && rows[i].set[j]; j += 2) {
            assert_true(
                world_set(world, rows[i].set[j], rows[i].set[j + 1], &err));
        }
        assert_false(world_finish(world, &err));
        print_message("%s\n", err.text);
        assert_non_null(strstr(err.text, rows[i].error));
    }
}

#define SETTING_TEST(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SETTING_TEST(takes_good_values),
        cmocka_unit_test(every_setting_is_tested),
        SETTING_TEST(takes_every_word_of_its_type),
        SETTING_TEST(refuses_bad_values),
        SETTING_TEST(withdraws_the_windows_port),
        SETTING_TEST(changes_users_that_are_there),
        cmocka_unit_test(refuses_contradictions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
