/* The KDC's keeper as it runs, asked by MIT's kinit and kvno. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper_rig.h"

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *const services[] = {
    "HTTP/lyncweb.contoso.test",
    "HTTP/localhost",
    NULL,
};

static const struct keeper_user users[] = {
    {.names = NAMES("alice", "alice@contoso.test"), .password = "Passw0rd!"},
    {.names = NAMES("j\xc3\xb6rg", "j\xc3\xb6rg@contoso.test"),
     .password = "P\xc3\xa4sswörd1"},
    {.names = NAMES("disabled"),
     .password = "Passw0rd!",
     .state = KEEPER_REVOKED},
    {.names = NAMES("expired"),
     .password = "Passw0rd!",
     .state = KEEPER_KEY_EXPIRED},
    {.names = NAMES("old"), .password = "Passw0rd!", .etypes = KRB_RC4_BIT},
    {.names = NAMES("both"), .password = "Passw0rd!", .etypes = KRB_ALL_BITS},
};

static struct keeper_realm realm_of(void)
{
    struct keeper_realm realm = {
        .realm = RIG_REALM,
        .etypes = KRB_ALL_BITS,
        .ticket_lifetime = 36000,
        .renewable_lifetime = 604800,
        .preauth = true,
        .services = services,
        .users = users,
        .user_count = ARRAY_SIZE(users),
        .krb5kdc = RIG_KDC,
    };

    krb_keys_make(&realm.krbtgt, KRB_ALL_BITS, 2, env_secret);
    krb_keys_make(&realm.service, KRB_AES_BITS, 3, env_secret);
    return realm;
}

static void expect_ready(struct keeper_message answer)
{
    if (answer.kind != KEEPER_READY) {
        fail_msg("%s", answer.kind == KEEPER_ERROR ? answer.text : "?");
    }
}

static int open_realm(void **state)
{
    static struct keeper_rig rig;

    rig_open(&rig);
    expect_ready(rig_begin(&rig, realm_of()));
    *state = &rig;
    return 0;
}

static int close_realm(void **state)
{
    struct keeper_rig *rig = *state;

    rig_close(rig);
    return 0;
}

/* ---- What clients are told ---- */

static void tells_clients(void **state)
{
    static const struct {
        const char *what;
        const char *password;
        const char *arguments; /* of kinit */
        int code;
        const char *says;
    } rows[] = {
        {"good", "Passw0rd!", "alice", 0, ""},
        {"wrong password", "wrong", "alice", 1, "Password incorrect"},
        {"other case of the name", "Passw0rd!", "ALICE", 1,
         "not found in Kerberos database"},
        {"unknown", "Passw0rd!", "nobody", 1, "not found in Kerberos database"},
        {"disabled", "Passw0rd!", "disabled", 1,
         "credentials have been revoked"},
        {"expired", "Passw0rd!", "expired", 1, "Password expired"},
        {"not ASCII", "P\xc3\xa4ssw\xc3\xb6rd1", "j\xc3\xb6rg", 0, ""},
        {"not ASCII, wrong", "Passwort1", "j\xc3\xb6rg", 1,
         "Password incorrect"},
        {"enterprise name", "Passw0rd!", "-E alice@contoso.test", 0, ""},
        {"enterprise name, wrong password", "wrong", "-E alice@contoso.test", 1,
         "Password incorrect"},
        {"enterprise name, not ASCII", "P\xc3\xa4ssw\xc3\xb6rd1",
         "-E j\xc3\xb6rg@contoso.test", 0, ""},
        {"RC4 alone", "Passw0rd!", "old", 0, ""},
        {"RC4 and AES", "Passw0rd!", "both", 0, ""},
        {"renewable", "Passw0rd!", "-r 2d alice", 0, ""},
    };
    struct keeper_rig *rig = *state;

    rig_write_conf(rig, " permitted_enctypes = aes256-cts aes128-cts rc4-hmac\n"
                        " allow_rc4 = true\n allow_weak_crypto = true\n");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int code = rig_run(rig, "echo '%s' | kinit %s", rows[i].password,
                           rows[i].arguments);

        print_message("%s: %s\n", rows[i].what, rig->output);
        assert_int_equal(code, rows[i].code);
        assert_non_null(strstr(rig->output, rows[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_clients, open_realm, close_realm),
    };

    if (!rig_has_tools()) {
        print_message("skipped: krb5kdc, kinit, kvno and klist are needed\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
