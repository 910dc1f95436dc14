/* Every setting: values it takes, values it refuses and what it then says. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/env.h"
#include "world/setting.h"

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
    {"offer.plain", "no"},
    {"offer.soap", "no"},
    {"offer.anonymous", "false"},
    {"offer.kerberos", "On"},
    {"lockout-threshold", "3"},
    {"oauth.entities", "on"},
    {"hosted.domain", "Cloud.test"},
    {"hosted.url", "https://webdir.cloud.test/Autodiscover/root"},
    {"pool-count", "3"},
    {"pool.3.fqdn", "se.fabrikam.test"},
    {"pool.3.server", "SE.fabrikam.test"},
    {"pool.3.web-internal", "se.fabrikam.test"},
    {"pool.3.web-external", "www.fabrikam.test"},
    {"sip-edge.fqdn", "access.fabrikam.test"},
    {"sip-edge.client-port", "5061"},
    {"sip-edge.server-port", "5062"},
    {"lockout-duration", "30m"},
    {"clock", "+5m"},
    {"clock.start", "2013-06-01T12:00:00Z"},
    {"clock.skew", "+6m"},
    {"clock.scale", "0.5"},
    {"clock-runs", "no"},
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
    {"ntlm.netbios-domain", "EVIL"},
    {"ntlm.netbios-computer", "omit"},
    {"ntlm.dns-domain", ""},
    {"ntlm.dns-computer", "fe.evil.test"},
    {"ntlm.dns-tree", "omit"},
    {"krb5.etypes", "rc4, AES128"},
    {"krb5.clock", "-6m"},
    {"krb5.replay-cache", "no"},
    {"krb5.per-request", "yes"},
    {"krb5.check-spn", "yes"},
    {"krb5.wrong-key", "yes"},
    {"krb5.channel-binding", "allow"},
    {"krb5.unregistered", "WWW.fabrikam.test, localhost"},
    {"kdc.etypes", "rc4"},
    {"kdc.lifetime", "5m"},
    {"kdc.renewable", "0s"},
    {"kdc.preauth", "no"},
    {"kdc.absent", "yes"},
    {"kdc.udp", "no"},
    {"http.header-limit", "16KiB"},
    {"http.header-status", "431"},
    {"proxy.auth", "basic"},
    {"ticket.format", "cwt"},
    {"ticket.lifetime", "5m"},
    {"ticket.guest-lifetime", "7m"},
    {"ticket.key", "rsa2048"},
    {"ticket.sha1", "yes"},
    {"ticket.audience", "https://elsewhere.test/"},
    {"ticket.clock", "-1h"},
    {"diagnostics.grammar", "positional"},
    {"ticket.said-lifetime", "-1m"},
    {"ticket.said-clock", "+2h"},
    {"ticket.signature", "other-key"},
    {"ticket.assertion", "inherited"},
    {"ticket.confirmation", "bearer"},
    {"ticket.secret", "early"},
    {"ticket.lifetime-element", "redeclared"},
    {"ticket.times", "no-zone"},
    {"ticket.context", "other"},
    {"ticket.cwt", "flipped"},
    {"ticket.prefixed", "yes"},
    {"ticket.no-collection", "yes"},
    {"ticket.other-format", "yes"},
    {"ticket.applies-to", "omit"},
    {"ticket.token-type", "urn:x"},
    {"oauth.trusted-issuers", "omit"},
    {"oauth.client-id", "x"},
    {"oauth.authorization-uri", "https://login.test/"},
    {"oauth.href", "unquoted"},
    {"oauth.grants", "doubled"},
    {"oauth.one-line", "yes"},
    {"ticket.check-audience", "url"},
    {"discover.user-challenge", "both"},
    {"discover.oauth-user-challenge", "none"},
    {"discover.sip-internal-port", "443"},
    {"discover.form", "ucwa-xml"},
    {"discover.form-type", "asked"},
    {"mex.policy", "200702"},
    {"mex.policies", "without"},
    {"mex.document", "import"},
    {"mex.host", "pool01.contoso.test:4443"},
    {"mex.scheme", "http"},
    {"mex.negotiate", "no"},
    {"mex.ntlm", "yes"},
    {"mex.auth", "off"},
    {"mex.anon", "auto"},
    {"mex.cert", "on"},
    {"mex.pin", "yes"},
    {"mex.fed", "yes"},
    {"webticket.strict-applies-to", "yes"},
    {"anonymous.uri-in", "usertoken"},
    {"anonymous.key", "require"},
    {"anonymous.token-type", "anon-cwt-1"},
    {"usertoken.tell-state", "no"},
    {"tcp.http", "refused"},
    {"tcp.https", "dropped"},
    {"tcp.ipv4", "dropped"},
    {"tcp.ipv6", "refused"},
    {"tcp.connections", "7"},
    {"tls.min", "1.1"},
    {"tls.max", "1.2"},
    {"tls.key", "rsa2048"},
    {"tls.profile", "phone"},
    {"tls.clock", "-900d"},
    {"user.carol.password", "geheim"},
    {"user.carol.state", "must-change"},
    {"user.carol.sip", "sip:c@fabrikam.test"},
    {"user.carol.account", "FAB\\karoline"},
    {"user.carol.home", "3"},
    {"user.carol.etypes", "rc4,aes256"},
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
    assert_int_equal(world->clock.skew, 360 * ENV_NS_PER_SEC);
    assert_true(world->clock.fixed);
    assert_int_equal(world->clock.scale, WORLD_CLOCK_REAL / 2);
    assert_int_equal(world->lockout_duration, 1800 * ENV_NS_PER_SEC);
    assert_false(world->clock.runs);
    assert_true(world->tcp.ports[1] == PORT_DROPPED &&
                world->tcp.connections == 7);
    assert_int_equal(world->tls.minimum, 0x0302);
    assert_int_equal(world->tls.maximum, 0x0303);
    assert_int_equal(world->tls.key, KEY_RSA2048);
    assert_int_equal(world->tls.profile, CERT_PROFILE_PHONE);
    assert_int_equal(world->tls.clock, -900 * 86400 * ENV_NS_PER_SEC);
}

static void check_pools(const struct world *world)
{
    const struct pool *pool = &world->pools[2];

    assert_int_equal(world->pool_count, 3);
    assert_string_equal(pool->fqdn, "se.fabrikam.test");
    assert_string_equal(pool->server_fqdn, "se.fabrikam.test");
    assert_string_equal(pool->web_internal, "se.fabrikam.test");
    assert_string_equal(pool->web_external, "www.fabrikam.test");
    assert_string_equal(world->sip_edge.fqdn, "access.fabrikam.test");
    assert_int_equal(world->sip_edge.client_port, 5061);
    assert_int_equal(world->sip_edge.server_port, 5062);
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

static void check_kerberos(const struct world *world)
{
    assert_int_equal(world->offer.kerberos, KERBEROS_YES);
    assert_int_equal(world->krb5.etypes, KRB_RC4_BIT | KRB_AES128_BIT);
    assert_int_equal(world->krb5.clock, -360 * ENV_NS_PER_SEC);
    assert_false(world->krb5.replay_cache);
    assert_true(world->krb5.per_request);
    assert_true(world->krb5.check_spn);
    assert_true(world->krb5.wrong_key);
    assert_int_equal(world->krb5.channel_binding, CHANNEL_BINDING_ALLOW);
    assert_string_equal(world->krb5.unregistered,
                        "www.fabrikam.test,localhost");
    assert_int_equal(world->kdc.etypes, KRB_RC4_BIT);
    assert_int_equal(world->kdc.lifetime, 300 * ENV_NS_PER_SEC);
    assert_int_equal(world->kdc.renewable, 0);
    assert_false(world->kdc.preauth);
    assert_true(world->kdc.absent);
    assert_false(world->kdc.udp);
    assert_int_equal(world->header_limit, 16384);
    assert_int_equal(world->header_status, HEADER_STATUS_431);
    assert_int_equal(world->proxy_auth, PROXY_AUTH_BASIC);
}

static void check_services(const struct world *world)
{
    assert_int_equal(world->ticket.format, TICKET_CWT);
    assert_int_equal(world->ticket.lifetime, 300 * ENV_NS_PER_SEC);
    assert_int_equal(world->ticket.guest_lifetime, 420 * ENV_NS_PER_SEC);
    assert_int_equal(world->ticket.key, KEY_RSA2048);
    assert_true(world->ticket.sha1);
    assert_true(world->ticket.lies.said_given);
    assert_int_equal(world->ticket.lies.said_lifetime, -60 * ENV_NS_PER_SEC);
    assert_int_equal(world->ticket.lies.signature, TICKET_SIGNATURE_OTHER_KEY);
    assert_int_equal(world->ticket.lies.assertion, TICKET_ASSERTION_INHERITED);
    assert_int_equal(world->ticket.lies.confirmation,
                     TICKET_CONFIRMATION_BEARER);
    assert_int_equal(world->ticket.lies.lifetime, TICKET_LIFETIME_REDECLARED);
    assert_int_equal(world->ticket.lies.cwt, TICKET_CWT_FLIPPED);
    assert_string_equal(world->ticket.lies.applies_to, "omit");
    assert_true(world->diagnostics_positional);
    assert_int_equal(world->check_audience, AUDIENCE_URL);
    assert_int_equal(world->user_challenge,
                     CHALLENGE_WEBTICKET | (unsigned)CHALLENGE_OAUTH);
    assert_int_equal(world->oauth_user_challenge, 0);
    assert_int_equal(world->sip_internal_port, 443);
    assert_true(world->mex.policy_200702);
    assert_true(world->strict_applies_to);
    assert_int_equal(world->anonymous.uri_in, ANONYMOUS_URI_USERTOKEN);
    assert_int_equal(world->anonymous.key, ANONYMOUS_KEY_REQUIRE);
    assert_int_equal(world->anonymous.type, ANONYMOUS_TYPE_ANON);
    assert_false(world->usertoken_tells);
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
    check_pools(world);
    check_ntlm(&world->ntlm);
    check_kerberos(world);
    check_services(world);
    check_meeting(world);
    assert_null(world_account(world, "FAB", "carol"));
    carol = world_account(world, "FAB", "KAROLINE");
    assert_non_null(carol);
    assert_string_equal(carol->password, "geheim");
    assert_int_equal(carol->state, USER_MUST_CHANGE);
    assert_string_equal(carol->sip, "c@fabrikam.test");
    assert_int_equal(carol->home, 2);
    assert_int_equal(carol->etypes, KRB_RC4_BIT | KRB_AES256_BIT);
    assert_ptr_equal(world_sip_user(world, "sip:c@fabrikam.test"), carol);
}

/* "user.NAME.home" is what "user.carol.home" sets. */
static bool is_row_of(const char *setting, const char *name)
{
    static const struct {
        const char *row;
        const char *good;
    } families[] = {{"pool.N.", "pool.3."},
                    {"user.NAME.", "user.carol."},
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

/* Programs read the types, so that all rows of one kind must read alike. */
static void types_read_alike(void **state UNUSED)
{
    const struct setting *row;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        enum setting_kind kind = setting_kind_of(row);
        const char *text = setting_kind_text(kind);

        print_message("%s: %s\n", row->info.name, row->info.type);
        if (text) {
            assert_string_equal(row->info.type, text);
        } else {
            assert_int_equal(kind, SETTING_WORD);
            assert_non_null(strchr(row->info.type, '|'));
        }
    }
}

/* The object of the world that a row such as user.NAME.state sets. */
static void *object_of(struct world *world, const char *user, const char *name)
{
    if (strncmp(name, "user.", 5) == 0) {
        return world_add_user(world, user);
    }
    if (strncmp(name, "meeting.", 8) == 0) {
        return world_add_meeting(world, "5LB7MRBC");
    }
    return strncmp(name, "pool.", 5) == 0 ? (void *)&world->pools[0] : world;
}

/* The text of every field of the world is one that sets it. */
static size_t round_trip(struct world *from, struct world *to, const char *user)
{
    AUTO(arena) arena = arena_new();
    const struct setting *row;
    size_t count = 0;
    struct err err;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        void *there = object_of(to, user, row->info.name);
        const char *value =
            setting_value(arena, row, object_of(from, user, row->info.name));
        const char *again;

        if (!value) {
            continue;
        }
        if (!row->type(row, to, there, value, &err)) {
            fail_msg("%s=%s: %s", row->info.name, value, err.text);
        }
        again = setting_value(arena, row, there);
        assert_string_equal(again, value);
        count++;
    }
    return count;
}

static void what_is_written_is_read_back(void **state)
{
    AUTO(world) other = world_good();
    struct world *world = *state;
    struct err err;

    /* All but hosted.*, ntlm's own texts and challenge, those of tickets and of
     * OAuth, mex.host, clock.start. */
    assert_int_equal(round_trip(world, other, "alice"), ARRAY_SIZE(good) - 17);
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        assert_true(world_set(world, good[i].name, good[i].value, &err));
    }
    assert_true(world_set(world, "clock", "2013-06-01T12:00:00Z", &err));
    assert_true(world_finish(world, &err));
    assert_int_equal(round_trip(world, other, "carol"), ARRAY_SIZE(good));
    assert_memory_equal(&other->tls, &world->tls, sizeof(world->tls));
    assert_int_equal(other->clock.start, world->clock.start);
    assert_int_equal(other->ntlm.flags_set, 0x80000);
    assert_int_equal(other->user_challenge, world->user_challenge);
    assert_string_equal(other->offer.windows[0], "NTLM");
    assert_string_equal(world_add_user(other, "carol")->account, "karoline");
}

static void tells_the_value_of_the_good_world(void **state UNUSED)
{
    static const struct {
        const char *name;
        const char *value;
    } rows[] = {
        {"ticket.lifetime", "8h"},
        {"lockout-duration", "0s"},
        {"clock", "0s"},
        {"tls.min", "1.0"},
        {"tls.profile", "good"},
        {"mex.policy", "2005/07"},
        {"ntlm.flags-set", "0x00000000"},
        {"ntlm.timestamp", "send"},
        {"offer.windows", "Negotiate,NTLM"},
        {"offer.kerberos", "auto"},
        {"krb5.etypes", "aes256,aes128"},
        {"krb5.unregistered", "none"},
        {"kdc.etypes", "aes256,aes128,rc4"},
        {"kdc.lifetime", "10h"},
        {"http.header-limit", "65536"},
        {"user.NAME.etypes", "aes256,aes128"},
        {"netbios", "CONTOSO"},
        {"pool-count", "2"},
        {"pool.N.fqdn", "pool01.contoso.test"},
        {"pool.2.fqdn", "pool02.contoso.test"},
        {"user.NAME.state", "good"},
        {"user.NAME.sip", "NAME@contoso.test"},
        {"user.locked.state", "locked"},
        {"user.away.home", "2"},
        {"user.nosip.home", "unknown"},
        {"meeting.5LB7MRBC.organizer", "alice"},
        {"meeting.ID.state", "open"},
        {"meeting.ID.organizer", NULL},
        {"hosted.url", NULL},
        {"ticket.audience", NULL},
        {"ntlm", NULL},
        {"user.alice", NULL},
        {"user.a@b.state", NULL},
        {"pool.9.fqdn", NULL},
    };
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *value = setting_default(arena, rows[i].name);

        print_message("%s\n", rows[i].name);
        if (rows[i].value) {
            assert_non_null(value);
            assert_string_equal(value, rows[i].value);
        } else {
            assert_null(value);
        }
    }
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
            setting_kind_of(setting_row(i)) != SETTING_WORD) {
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
    assert_in_range(words, 60, 200);
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
    {"offer.kerberos", "perhaps",
     "offer.kerberos: expected no|yes|auto, not \"perhaps\""},
    {"offer.kerberos", "atuo", "the nearest is \"auto\""},
    {"krb5.etypes", "",
     "krb5.etypes: expected aes256, aes128 or rc4, not \"\""},
    {"krb5.etypes", "aes256,", "expected aes256, aes128 or rc4, not \"\""},
    {"krb5.etypes", "aes256 rc4", "krb5.etypes: expected a comma between"},
    {"krb5.etypes", ",aes256", "expected aes256, aes128 or rc4, not \"\""},
    {"krb5.etypes", "none", "expected aes256, aes128 or rc4, not \"none\""},
    {"krb5.etypes", "rc4,rc4", "krb5.etypes: rc4 stands there twice"},
    {"krb5.etypes", "aes-256", "not \"aes-256\"; the nearest is \"aes256\""},
    {"krb5.clock", "6", "krb5.clock: expected a whole number"},
    {"krb5.replay-cache", "maybe", "krb5.replay-cache: expected yes|no"},
    {"krb5.per-request", "", "krb5.per-request: expected yes|no"},
    {"krb5.check-spn", "?", "krb5.check-spn: expected yes|no"},
    {"krb5.wrong-key", "rc4", "krb5.wrong-key: expected yes|no"},
    {"krb5.channel-binding", "on", "expected none|allow|require"},
    {"krb5.unregistered", "", "krb5.unregistered: expected names of hosts"},
    {"krb5.unregistered", "a b", "krb5.unregistered: expected a comma"},
    {"krb5.unregistered", "x.test,*", "expected names of hosts, * or none"},
    {"krb5.unregistered", "http/x.test", "expected names of hosts, * or none"},
    {"kdc.etypes", "des", "expected aes256, aes128 or rc4, not \"des\""},
    {"kdc.lifetime", "0s", "kdc.lifetime: expected more than nothing"},
    {"kdc.renewable", "-1s", "kdc.renewable: expected no less than nothing"},
    {"kdc.preauth", "x", "kdc.preauth: expected yes|no"},
    {"kdc.absent", "x", "kdc.absent: expected yes|no"},
    {"kdc.udp", "tcp", "kdc.udp: expected yes|no"},
    {"proxy.auth", "ntlm", "proxy.auth: expected none|basic"},
    {"http.header-status", "414", "http.header-status: expected 400|431"},
    {"http.header-limit", "8191", "expected bytes from 8192 to 4194304"},
    {"http.header-limit", "4097KiB", "expected bytes from 8192 to 4194304"},
    {"http.header-limit", "64k", "such as 16384 or 16KiB, not \"64k\""},
    {"http.header-limit", "-1", "expected bytes from"},
    {"http.header-limit", "KiB", "expected bytes from"},
    {"http.header-limit", "", "expected bytes from"},
    {"http.header-limit", "99999999999999999999", "expected bytes from"},
    {"user.carol.etypes", "md5", "user.carol.etypes: expected aes256, aes128"},
    {"pool-count", "0", "pool-count: expected a number from 1 to 8"},
    {"pool-count", "9", "pool-count: expected a number from 1 to 8"},
    {"pool", "x", "there is no setting \"pool\""},
    {"pool.0.fqdn", "x.contoso.test", "pool.0.fqdn: expected pool.N.fqdn"},
    {"pool.9.fqdn", "x.contoso.test", "N from 1 to 8"},
    {"pool.10.fqdn", "x.contoso.test", "N from 1 to 8"},
    {"pool.1", "x.contoso.test", "pool.1: expected pool.N.fqdn"},
    {"pool.", "x.contoso.test", "pool.: expected pool.N.fqdn"},
    {"pool.1.web", "x.contoso.test",
     "expected fqdn, server, web-internal or web-external behind the number"},
    {"pool.1.fqnd", "x.contoso.test", "the nearest is \"fqdn\""},
    {"pool.1.fqdn", "x y", "pool.1.fqdn: expected a DNS name"},
    {"sip-edge.fqdn", "", "sip-edge.fqdn: expected a DNS name"},
    {"sip-edge.client-port", "0", "expected a port from 1 to 65535"},
    {"sip-edge.server-port", "x", "expected a port from 1 to 65535"},
    {"lockout-duration", "-1s", "lockout-duration: expected no less"},
    {"lockout-duration", "1", "lockout-duration: expected a whole number"},
    {"user.carol.account", "CONTOSO\\", "\"\" is no account name"},
    {"user.carol.account", "A\\B\\c", "is no account name"},
    {"user.carol.account", "a b:c", "\"a b:c\" is no account name"},
    {"lockout-threshold", "many", "lockout-threshold: expected a whole"},
    {"lockout-threshold", "2147483648", "lockout-threshold: expected"},
    {"hosted.domain", "x y", "hosted.domain: expected a DNS name"},
    {"hosted.url", "webdir.test/root", "hosted.url: expected an absolute"},
    {"hosted.url", "ftp://webdir.test/", "hosted.url: expected an absolute"},
    {"hosted.url", "https://webdir.test/\r\nX: y", "hosted.url: expected"},
    {"clock", "6", "clock: expected a duration such as +6m, or a time such"},
    {"ntlm.v1", "2", "ntlm.v1: expected yes|no"},
    {"ntlm.v1-ess", "", "ntlm.v1-ess: expected yes|no"},
    {"ntlm.require-mic", "y", "ntlm.require-mic: expected yes|no"},
    {"ntlm.channel-binding", "required", "the nearest is \"require\""},
    {"ntlm.check-spn", "?", "ntlm.check-spn: expected yes|no"},
    {"clock", "2013-02-30T12:00:00Z", "clock: expected a duration"},
    {"clock", "", "clock: expected a duration"},
    {"clock", "1899-12-31T23:59:59Z", "clock: expected a year from 1900"},
    {"clock", "2100-01-01T00:00:00Z", "clock: expected a year from 1900"},
    {"tls.clock", "18251d", "tls.clock: \"18251d\" is too long: 18250 days"},
    {"tls.clock", "-18251d", "is too long: 18250 days"},
    {"tls.clock", "2013-06-01T12:00:00Z", "tls.clock: expected a whole"},
    {"tls.profile", "expird", "the nearest is \"expired\""},
    {"clock.start", "5m", "clock.start: expected a time such as"},
    {"clock.scale", "0", "clock.scale: expected a factor from 0.001"},
    {"clock.scale", "0.0001", "clock.scale: expected a factor"},
    {"clock.scale", "1000000.001", "clock.scale: expected a factor"},
    {"clock.scale", "-1", "clock.scale: expected a factor"},
    {"clock.scale", "1.", "clock.scale: expected a factor"},
    {"clock.scale", ".5", "clock.scale: expected a factor"},
    {"clock-runs", "never", "clock-runs: expected yes|no"},
    {"ntlm.timestamp", "omitted",
     "ntlm.timestamp: expected send, omit, or a duration such as -1h"},
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
    {"ticket.signature", "brocken", "the nearest is \"broken\""},
    {"ticket.said-lifetime", "later", "ticket.said-lifetime: expected a whole"},
    {"oauth.href", "bare", "oauth.href: expected"},
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
    {"user.carol", "x", "user.carol: expected user.NAME. and password, state"},
    {"user.carol.pasword", "x", "the nearest is \"password\""},
    {"user.carol.", "x",
     "expected password, state, sip, account, home or "
     "etypes"},
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
    {"user.carol.home", "9",
     "expected the number of a pool (1 to 8), "
     "unknown or hosted, not \"9\""},
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

#define SETTING_TEST(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SETTING_TEST(takes_good_values),
        cmocka_unit_test(every_setting_is_tested),
        cmocka_unit_test(types_read_alike),
        SETTING_TEST(what_is_written_is_read_back),
        cmocka_unit_test(tells_the_value_of_the_good_world),
        SETTING_TEST(takes_every_word_of_its_type),
        SETTING_TEST(refuses_bad_values),
        SETTING_TEST(withdraws_the_windows_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
