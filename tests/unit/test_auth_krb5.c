/* The Kerberos acceptor: AP-REQs of MIT's library, good and bad. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth_fixture.h"
#include "krb5_client.h"

static struct krb5_rig rig;

static int set_up(void **state)
{
    struct fixture *f;

    auth_set_up(state, "krb5");
    f = *state;
    rig_set_up(&rig, f->world);
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
        {.checksum = CHECKSUM_SHORT},
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
        {{.other_name = "bob"}, AUTH_REASON_MODIFIED, 36},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(accepts, set_up, put_down),
        cmocka_unit_test_setup_teardown(refuses, set_up, put_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
