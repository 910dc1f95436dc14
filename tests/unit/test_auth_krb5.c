/* The Kerberos acceptor: AP-REQs of MIT's library, good and bad. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth/handle.h"
#include "auth/krb5_replay.h"
#include "auth_fixture.h"
#include "krb5_client.h"

static struct krb5_rig rig;

static int set_up(void **state)
{
    struct fixture *f;

    auth_set_up(state, "krb5");
    f = *state;
    rig_set_up(&rig);
    f->world->krb5.etypes = KRB_ALL_BITS;
    f->ctx.krb5 = rig.acceptor;
    return 0;
}

static int put_down(void **state)
{
    tear_down(state);
    rig_tear_down(&rig);
    return 0;
}

static void sign_in(struct fixture *f, struct krb5_client *client)
{
    step(f, client_token(&rig, f->arena, client));
}

static void assert_accepted(const struct fixture *f)
{
    assert_string_equal(auth_reason_text(f->outcome.reason), "none");
    assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
    assert_string_equal(f->outcome.user->name, "alice");
    assert_string_equal(f->outcome.mechanism, "krb5");
    assert_false(f->outcome.counts);
}

/* Every form of a good AP-REQ, and whether the client takes the answer. */
static void accepts(void **state)
{
    static const struct krb5_client rows[] = {
        {.name = NULL},
        {.etype = KRB_ETYPE_AES128},
        {.etype = KRB_ETYPE_RC4},
        {.etype = KRB_ETYPE_RC4, .session_etype = KRB_ETYPE_AES256},
        {.etype = KRB_ETYPE_AES256, .session_etype = KRB_ETYPE_RC4},
        {.no_subkey = true},
        {.etype = KRB_ETYPE_RC4, .no_subkey = true},
        {.no_mutual = true},
        {.bare = true},
        {.ms_oid = true},
        {.kvno = -1},
        {.spn = "http/LYNCWEB.contoso.test"},
        {.spn = "HTTP/localhost"},
        {.checksum = CHECKSUM_NONE},
        {.checksum = CHECKSUM_PLAIN},
        {.name = "ALICE"},
        {.name = "alice@contoso.test", .name_type = KRB_NT_ENTERPRISE},
        {.clock = 299},
        {.clock = -299},
        {.starts = 299},
        {.starts = -7200, .ends = -299},
        {.padding = 1},
        {.padding = 400000},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct krb5_client client = rows[i];

        sign_in(f, &client);
        assert_accepted(f);
        if (client.no_mutual) {
            assert_int_equal(f->outcome.token_out.size, 0);
        } else {
            assert_int_equal(client_mutual(&rig, &client, f->outcome.token_out),
                             0);
        }
        client_done(&rig, &client);
    }
}

static const struct krb_key stranger = {.etype = KRB_ETYPE_AES256,
                                        .bytes = "a key that is not the one",
                                        .size = 32};

/* Every way to be wrong: our reason, and the number that the client is told. */
static void refuses(void **state)
{
    static const struct {
        struct krb5_client client;
        enum auth_reason reason;
        int32_t error;
    } rows[] = {
        {{.key = &stranger}, AUTH_REASON_SERVICE_KEY, 41},
        {{.spn = "HTTP/other.contoso.test"}, AUTH_REASON_SERVICE_NAME, 35},
        {{.spn = "host/lyncweb.contoso.test"}, AUTH_REASON_SERVICE_NAME, 35},
        {{.spn = "HTTP"}, AUTH_REASON_SERVICE_NAME, 35},
        {{.spn_realm = "contoso.test"}, AUTH_REASON_SERVICE_NAME, 35},
        {{.kvno = 7}, AUTH_REASON_KEY_VERSION, 44},
        {{.clock = 360}, AUTH_REASON_CLOCK_SKEW, 37},
        {{.clock = -360}, AUTH_REASON_CLOCK_SKEW, 37},
        {{.ends = -301}, AUTH_REASON_TICKET_EXPIRED, 32},
        {{.starts = 301}, AUTH_REASON_TICKET_NOT_YET, 33},
        {{.flags = 0x01000000}, AUTH_REASON_TICKET_NOT_YET, 33}, /* invalid */
        {{.checksum = CHECKSUM_SHORT}, AUTH_REASON_BAD_TOKEN, 60},
        {{.other_name = "bob"}, AUTH_REASON_MODIFIED, 36},
        {{.other_session = true}, AUTH_REASON_MODIFIED, 41},
        {{.bad_subkey = true}, AUTH_REASON_MODIFIED, 41},
        {{.bad_subkey = true, .no_mutual = true}, AUTH_REASON_MODIFIED, 41},
        {{.realm = "contoso.test"}, AUTH_REASON_REALM, 68},
        {{.realm = "FABRIKAM.TEST"}, AUTH_REASON_REALM, 68},
        {{.name = "nobody"}, AUTH_REASON_UNKNOWN_USER, 6},
        {{.second = "admin"}, AUTH_REASON_UNKNOWN_USER, 6},
        {{.name = "disabled"}, AUTH_REASON_DISABLED, 18},
        {{.name = "locked"}, AUTH_REASON_LOCKED, 18},
        {{.name = "expired"}, AUTH_REASON_EXPIRED, 23},
        {{.name = "mustchange"}, AUTH_REASON_MUST_CHANGE, 23},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct krb5_client client = rows[i].client;
        struct krb_error error;

        for (int bare = 0; bare < 2; bare++) {
            client.bare = bare;
            sign_in(f, &client);
            assert_refused(f, rows[i].reason);
            error = client_error(&client, f->outcome.token_out);
            assert_int_equal(error.code, rows[i].error);
            assert_int_equal(error.server_time, NOW / ENV_NS_PER_SEC);
            assert_false(f->outcome.counts);
            client_done(&rig, &client);
        }
    }
}

/* The sentence for whoever reads the log, and what it hangs on. */
static const struct {
    struct krb5_client client;
    const char *why;
} sentences[] = {
    {{.key = &stranger},
     "the ticket for HTTP/lyncweb.contoso.test is closed with another "
     "aes256-cts-hmac-sha1-96 (18) key than the service has: it is of an "
     "earlier run of lyncmock, whose keys were others: get a new one (kinit); "
     "or two accounts have this SPN, or the keytab is old"},
    {{.spn = "HTTP/lyncwbe.contoso.test"},
     "the ticket is for HTTP/lyncwbe.contoso.test, which is no SPN of "
     "ours; the nearest is HTTP/lyncweb.contoso.test"},
    {{.spn_realm = "contoso.test"},
     "the ticket is of the realm contoso.test, ours is CONTOSO.TEST: "
     "Kerberos minds letter case, and realms are written in capitals"},
    {{.kvno = 7},
     "the ticket is closed with key version 7, the service has version 2: "
     "its keytab is older than the account's password; the key itself is "
     "the same"},
    {{.kvno = 1, .key = &stranger},
     "the ticket is closed with key version 1, the service has version 2: "
     "the client has an old ticket (klist purge, kinit)"},
    {{.clock = 360},
     "the client's clock is 360 s ahead of the service's, and 300 s are "
     "allowed"},
    {{.clock = -361},
     "the client's clock is 361 s behind the service's, and 300 s are "
     "allowed"},
    {{.ends = -301},
     "the ticket ended at 2014-05-13T16:48:19Z, 301 s ago by the service's "
     "clock"},
    {{.starts = 301},
     "the ticket begins at 2014-05-13T16:58:21Z, in 301 s by the service's "
     "clock"},
    {{.flags = 0x01000000},
     "the ticket has the flag invalid: it is postdated, and nobody had it "
     "validated"},
    {{.checksum = CHECKSUM_SHORT},
     "the authenticator's checksum says that it is of GSS-API (0x8003), and "
     "its 10 bytes are not: 24 or more, the first four 10 00 00 00 (RFC 4121 "
     "4.1.1)"},
    {{.other_name = "bob"},
     "the authenticator is of bob@CONTOSO.TEST, the ticket of "
     "alice@CONTOSO.TEST"},
    {{.other_session = true},
     "the ticket opens, but the authenticator is not made with the session "
     "key that is in it"},
    {{.realm = "FABRIKAM.TEST"},
     "the client is of the realm FABRIKAM.TEST, ours is CONTOSO.TEST"},
    {{.name = "nobody"},
     "the ticket is of nobody@CONTOSO.TEST, and the world has no such "
     "account"},
    {{.name = "disabled"}, "account disabled: disabled@CONTOSO.TEST"},
};

static void says_why(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
        struct krb5_client client = sentences[i].client;

        sign_in(f, &client);
        assert_int_equal(f->outcome.verdict, AUTH_REFUSED);
        assert_non_null(f->outcome.why);
        assert_string_equal(f->outcome.why, sentences[i].why);
        client_done(&rig, &client);
    }
}

/* Facts of a ticket, also of one that is refused once it is open. */
static void tells_facts(void **state)
{
    static const int64_t clocks[] = {60, 400};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
        struct krb5_client client = {.clock = clocks[i], .deleg = true};
        const struct auth_report *report = &f->outcome.report;

        sign_in(f, &client);
        assert_int_equal(f->outcome.verdict,
                         i == 0 ? AUTH_ACCEPTED : AUTH_REFUSED);
        assert_true(report->krb5.present);
        assert_string_equal(report->krb5.client, "alice@CONTOSO.TEST");
        assert_string_equal(report->domain, REALM);
        assert_string_equal(report->name, "alice");
        assert_string_equal(report->spn, SPN);
        assert_int_equal(report->krb5.etype, KRB_ETYPE_AES256);
        assert_int_equal(report->krb5.kvno, KVNO);
        assert_int_equal(report->krb5.skew, clocks[i]);
        assert_int_equal(report->krb5.end_time, NOW / ENV_NS_PER_SEC + 36000);
        assert_true(report->krb5.mutual);
        assert_string_equal(f->outcome.user->name, "alice");
        assert_string_equal(note(f, "krb5.client"), "alice@CONTOSO.TEST");
        assert_string_equal(note(f, "krb5.service"), SPN "@" REALM);
        assert_string_equal(note(f, "krb5.etype"),
                            "aes256-cts-hmac-sha1-96 (18)");
        assert_string_equal(note(f, "krb5.kvno"), "2");
        assert_string_equal(note(f, "krb5.mutual"), "yes");
        assert_string_equal(note(f, "krb5.flags"), "renewable pre-authent");
        assert_string_equal(note(f, "krb5.ticket-ends"),
                            "2014-05-14T02:53:20Z");
        assert_string_equal(note(f, "krb5.skew"), i ? "+400 s" : "+60 s");
        client_done(&rig, &client);
    }
}

/* The same token again: refused for as long as its time could be right. */
static int64_t later;

static int64_t shifted_monotonic(struct env *env UNUSED)
{
    return later;
}

static void remembers(void **state)
{
    struct fixture *f = *state;
    struct krb5_client client = {0};
    struct span token;

    f->env.monotonic = shifted_monotonic;
    later = 1;
    token = client_token(&rig, f->arena, &client);
    step(f, token);
    assert_accepted(f);
    later += 12 * ENV_NS_PER_SEC;
    step(f, token);
    assert_refused(f, AUTH_REASON_REPLAY);
    assert_int_equal(client_error(&client, f->outcome.token_out).code, 34);
    assert_string_equal(f->outcome.why,
                        "the same authenticator was accepted 12 s ago: each "
                        "request needs one of its own");
    f->world->krb5.replay_cache = false;
    step(f, token);
    assert_accepted(f);
    f->world->krb5.replay_cache = true;
    later = KRB5_REPLAY_LIFE + 1;
    step(f, token);
    assert_accepted(f);
    client_done(&rig, &client);
}

/* A refused one is not remembered: the client may mend what was wrong. */
static void forgets_refused(void **state)
{
    struct fixture *f = *state;
    struct krb5_client client = {.bound = BOUND_WRONG};
    struct span token = client_token(&rig, f->arena, &client);

    f->world->krb5.channel_binding = CHANNEL_BINDING_ALLOW;
    step(f, token);
    assert_refused(f, AUTH_REASON_CHANNEL_BINDING);
    f->world->krb5.channel_binding = CHANNEL_BINDING_NONE;
    step(f, token);
    assert_accepted(f);
    client_done(&rig, &client);
}

static void cache_is_bounded(void **state UNUSED)
{
    const uint64_t more = KRB5_REPLAY_MAX + 1000;
    AUTO(krb5_replay) replay = krb5_replay_new();
    uint8_t digest[KRB5_REPLAY_DIGEST_SIZE];
    int64_t at = 0;

    for (uint64_t i = 0; i < more; i++) {
        krb5_replay_digest(span_of(&i, sizeof(i)), digest);
        assert_false(krb5_replay_seen(replay, digest, (int64_t)i, &at));
        assert_true(krb5_replay_add(replay, digest, (int64_t)i, &at));
        assert_true(krb5_replay_seen(replay, digest, (int64_t)i, &at));
        assert_int_equal(at, i);
    }
    assert_int_equal(krb5_replay_count(replay), KRB5_REPLAY_MAX);
    for (uint64_t i = 0; i < more; i++) {
        krb5_replay_digest(span_of(&i, sizeof(i)), digest);
        assert_int_equal(krb5_replay_seen(replay, digest, (int64_t)more, &at),
                         i >= 1000);
    }
    assert_true(
        krb5_replay_add(replay, digest, KRB5_REPLAY_LIFE + (int64_t)more, &at));
    assert_int_equal(krb5_replay_count(replay), 1);
}

/* Channel bindings (RFC 5929): what each setting does with each client. */
static void binds(void **state)
{
    static const struct {
        enum channel_binding setting;
        enum client_bound bound;
        bool tls;
        bool accepted;
        enum auth_binding report;
    } rows[] = {
        {CHANNEL_BINDING_NONE, BOUND_NOT, true, true, AUTH_BINDING_ABSENT},
        {CHANNEL_BINDING_NONE, BOUND_RIGHT, true, true, AUTH_BINDING_MATCHED},
        {CHANNEL_BINDING_NONE, BOUND_WRONG, true, true,
         AUTH_BINDING_MISMATCHED},
        {CHANNEL_BINDING_ALLOW, BOUND_NOT, true, true, AUTH_BINDING_ABSENT},
        {CHANNEL_BINDING_ALLOW, BOUND_RIGHT, true, true, AUTH_BINDING_MATCHED},
        {CHANNEL_BINDING_ALLOW, BOUND_WRONG, true, false,
         AUTH_BINDING_MISMATCHED},
        {CHANNEL_BINDING_ALLOW, BOUND_RIGHT, false, true,
         AUTH_BINDING_NOT_CHECKED},
        {CHANNEL_BINDING_REQUIRE, BOUND_NOT, true, false, AUTH_BINDING_ABSENT},
        {CHANNEL_BINDING_REQUIRE, BOUND_RIGHT, true, true,
         AUTH_BINDING_MATCHED},
        {CHANNEL_BINDING_REQUIRE, BOUND_WRONG, true, false,
         AUTH_BINDING_MISMATCHED},
        {CHANNEL_BINDING_REQUIRE, BOUND_RIGHT, false, false,
         AUTH_BINDING_NOT_CHECKED},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct krb5_client client = {.bound = rows[i].bound};

        f->world->krb5.channel_binding = rows[i].setting;
        f->ctx.certificate_hash =
            rows[i].tls ? span_of(certificate, sizeof(certificate)) : SPAN_NONE;
        sign_in(f, &client);
        if (rows[i].accepted) {
            assert_accepted(f);
        } else {
            assert_refused(f, AUTH_REASON_CHANNEL_BINDING);
            assert_int_equal(client_error(&client, f->outcome.token_out).code,
                             60);
        }
        assert_int_equal(f->outcome.report.channel_binding, rows[i].report);
        client_done(&rig, &client);
    }
}

/* A client that is no GSS-API has no place for a binding. */
static void binds_by_gss_alone(void **state)
{
    static const enum client_checksum checksums[] = {CHECKSUM_NONE,
                                                     CHECKSUM_PLAIN};
    struct fixture *f = *state;

    f->world->krb5.channel_binding = CHANNEL_BINDING_REQUIRE;
    for (size_t i = 0; i < ARRAY_SIZE(checksums); i++) {
        struct krb5_client client = {.checksum = checksums[i],
                                     .bound = BOUND_RIGHT};

        sign_in(f, &client);
        assert_refused(f, AUTH_REASON_CHANNEL_BINDING);
        assert_string_equal(f->outcome.why,
                            "the client is bound to no channel, and "
                            "krb5.channel-binding requires it");
        client_done(&rig, &client);
    }
}

/* Settings of the world under which a good ticket is refused. */
static const struct {
    struct krb5_settings settings;
    struct krb5_client client;
    enum auth_reason reason;
    int32_t error;
    const char *why;
} worlds[] = {
    {{.etypes = KRB_ALL_BITS, .clock = 360 * ENV_NS_PER_SEC},
     {0},
     AUTH_REASON_CLOCK_SKEW,
     37,
     "the client's clock is 360 s behind the service's, and 300 s are "
     "allowed"},
    {{.etypes = KRB_ALL_BITS, .clock = 2 * 86400 * ENV_NS_PER_SEC},
     {.clock = 2 * 86400},
     AUTH_REASON_TICKET_EXPIRED,
     32,
     NULL},
    {{.etypes = KRB_AES_BITS},
     {.etype = KRB_ETYPE_RC4},
     AUTH_REASON_ETYPE,
     14,
     "the ticket is closed with rc4-hmac (23), and the service has keys of "
     "aes256-cts-hmac-sha1-96 (18), aes128-cts-hmac-sha1-96 (17) "
     "(krb5.etypes)"},
    {{.etypes = KRB_ALL_BITS, .wrong_key = true},
     {0},
     AUTH_REASON_SERVICE_KEY,
     41,
     "the ticket for HTTP/lyncweb.contoso.test is closed with the key that "
     "the KDC has, and the service has another, as krb5.wrong-key of this "
     "world says; in a domain two accounts have this SPN, or the keytab is "
     "old"},
    {{.etypes = KRB_ALL_BITS, .check_spn = true},
     {.spn = "HTTP/localhost"},
     AUTH_REASON_SPN,
     35,
     "the ticket is for HTTP/localhost, and the request went to "
     "lyncweb.contoso.test (krb5.check-spn)"},
    {{.etypes = KRB_ALL_BITS, .check_spn = true}, {0}, 0, 0, NULL},
};

static void obeys_world(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(worlds); i++) {
        struct krb5_client client = worlds[i].client;
        struct krb_error error;

        f->world->krb5 = worlds[i].settings;
        sign_in(f, &client);
        if (worlds[i].reason == AUTH_REASON_NONE) {
            assert_accepted(f);
            client_done(&rig, &client);
            continue;
        }
        assert_refused(f, worlds[i].reason);
        error = client_error(&client, f->outcome.token_out);
        assert_int_equal(error.code, worlds[i].error);
        assert_int_equal(error.server_time,
                         (NOW + worlds[i].settings.clock) / ENV_NS_PER_SEC);
        /* KERB-ERROR-DATA, which says that another try may do. */
        assert_int_equal(error.data.size, error.code == 37 ? 7 : 0);
        if (worlds[i].why) {
            assert_string_equal(f->outcome.why, worlds[i].why);
        }
        client_done(&rig, &client);
    }
}

/* GSS_GetMIC and GSS_VerifyMIC with each kind of key, in both directions. */
static void signs(void **state)
{
    static const struct krb5_client rows[] = {
        {.name = NULL},
        {.etype = KRB_ETYPE_AES128},
        {.no_subkey = true},
        {.no_mutual = true},
        {.no_mutual = true, .no_subkey = true},
        {.etype = KRB_ETYPE_RC4},
        {.etype = KRB_ETYPE_RC4, .no_mutual = true},
        {.etype = KRB_ETYPE_RC4, .no_subkey = true},
    };
    const struct span text = span_text("what was agreed on");
    struct fixture *f = *state;
    const struct auth_integrity *integrity = f->handle->integrity;

    assert_false(integrity->ready(f->handle));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct krb5_client client = rows[i];
        struct krb5_session session;
        struct span mic;
        uint8_t *bent;

        sign_in(f, &client);
        assert_accepted(f);
        assert_true(integrity->ready(f->handle));
        if (!client.no_mutual) {
            assert_int_equal(client_mutual(&rig, &client, f->outcome.token_out),
                             0);
        }
        session = client_session(&rig, &client);
        mic = integrity->get_mic(f->handle, f->arena, text);
        assert_true(
            krb5_mic_verify(rig.context, &session, KRB5_ACCEPTOR, text, mic));
        assert_false(
            krb5_mic_verify(rig.context, &session, KRB5_INITIATOR, text, mic));
        mic = krb5_mic_make(rig.context, &session, KRB5_INITIATOR,
                            session.sequence, f->arena, text);
        assert_true(integrity->verify_mic(f->handle, text, mic));
        assert_false(
            integrity->verify_mic(f->handle, span_text("another"), mic));
        for (size_t n = 0; n < mic.size; n++) {
            assert_false(
                integrity->verify_mic(f->handle, text, span_slice(mic, 0, n)));
        }
        bent = arena_alloc(f->arena, mic.size);
        memcpy(bent, mic.data, mic.size);
        bent[mic.size - 1] ^= 1;
        assert_false(
            integrity->verify_mic(f->handle, text, span_of(bent, mic.size)));
        client_done(&rig, &client);
    }
}

/* Tokens that are none, and a good one cut and bent at each place. */
static void takes_any_bytes(void **state)
{
    static const char *const texts[] = {
        "",        "\x60",
        "\x6e",    "\x6e\x84\xff\xff\xff\xff",
        "NTLMSSP", "\x60\x02\x06\x00",
    };
    struct fixture *f = *state;
    struct krb5_client client = {.etype = KRB_ETYPE_RC4};
    struct span token = client_token(&rig, f->arena, &client);
    uint8_t *bent = arena_alloc(f->arena, token.size);

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        step(f, span_text(texts[i]));
        assert_int_equal(f->outcome.verdict, AUTH_INVALID);
        assert_int_equal(f->outcome.reason, AUTH_REASON_BAD_TOKEN);
    }
    for (size_t i = 0; i < token.size; i++) {
        step(f, span_slice(token, 0, i));
        assert_int_not_equal(f->outcome.verdict, AUTH_ACCEPTED);
        memcpy(bent, token.data, token.size);
        bent[i] ^= 0x41;
        step(f, span_of(bent, token.size));
    }
    client_done(&rig, &client);
}

/* Another message where the AP-REQ belongs: an error that says so. */
static void wants_an_ap_req(void **state)
{
    struct fixture *f = *state;
    struct krb5_client client = {0};
    AUTO_BUF token = {0};

    sign_in(f, &client);
    krb_encode_gss_token(
        &token, SPNEGO_OID_KRB5, KRB_TOKEN_AP_REP,
        client_opens(&client, f->outcome.token_out, KRB_TOKEN_AP_REP));
    step(f, buf_span(&token));
    assert_refused(f, AUTH_REASON_BAD_TOKEN);
    assert_int_equal(client_error(&client, f->outcome.token_out).code, 40);
    assert_string_equal(f->outcome.why, "AP-REP came where an AP-REQ belongs");
    assert_false(f->handle->integrity->ready(f->handle));
    client_done(&rig, &client);
}

static void without_keys(void **state)
{
    struct fixture *f = *state;
    struct krb5_client client = {0};

    f->ctx.krb5 = NULL;
    sign_in(f, &client);
    assert_refused(f, AUTH_REASON_MECHANISM);
    client_done(&rig, &client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(accepts, set_up, put_down),
        cmocka_unit_test_setup_teardown(refuses, set_up, put_down),
        cmocka_unit_test_setup_teardown(says_why, set_up, put_down),
        cmocka_unit_test_setup_teardown(tells_facts, set_up, put_down),
        cmocka_unit_test_setup_teardown(remembers, set_up, put_down),
        cmocka_unit_test_setup_teardown(forgets_refused, set_up, put_down),
        cmocka_unit_test_setup_teardown(cache_is_bounded, set_up, put_down),
        cmocka_unit_test_setup_teardown(binds, set_up, put_down),
        cmocka_unit_test_setup_teardown(binds_by_gss_alone, set_up, put_down),
        cmocka_unit_test_setup_teardown(obeys_world, set_up, put_down),
        cmocka_unit_test_setup_teardown(signs, set_up, put_down),
        cmocka_unit_test_setup_teardown(takes_any_bytes, set_up, put_down),
        cmocka_unit_test_setup_teardown(wants_an_ap_req, set_up, put_down),
        cmocka_unit_test_setup_teardown(without_keys, set_up, put_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
