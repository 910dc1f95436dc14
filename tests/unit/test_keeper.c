/* The KDC's keeper as it runs, asked by MIT's kinit and kvno. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper_rig.h"

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
    expect_ready(rig_begin(&rig, rig_realm()));
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

#define AES_CLIENT " permitted_enctypes = aes256-cts aes128-cts\n"
#define RC4_CLIENT                                                             \
    " permitted_enctypes = rc4-hmac\n"                                         \
    " allow_rc4 = true\n"
#define ANY_CLIENT                                                             \
    " permitted_enctypes = aes256-cts aes128-cts rc4-hmac\n"                   \
    " allow_rc4 = true\n"
#define NO_ETYPE "KDC has no support for encryption type"
#define UNKNOWN  "not found in Kerberos database"

static void tells_clients(void **state)
{
    static const struct {
        const char *what;
        const char *conf;
        const char *password;
        const char *arguments; /* of kinit */
        const char *says;      /* empty: it gets a ticket */
    } rows[] = {
        {"good", "", "Passw0rd!", "alice", ""},
        {"wrong password", "", "wrong", "alice", "Password incorrect"},
        {"other case", "", "Passw0rd!", "ALICE", UNKNOWN},
        {"unknown", "", "Passw0rd!", "nobody", UNKNOWN},
        {"disabled", "", "Passw0rd!", "disabled", "have been revoked"},
        {"expired", "", "Passw0rd!", "expired",
         "Password expired.  You must change it now."},
        {"expired, wrong password", "", "wrong", "expired",
         "Password incorrect"},
        {"not ASCII", "", PASSWORT, JOERG, ""},
        {"not ASCII, wrong", "", "Passwort1", JOERG, "Password incorrect"},
        {"enterprise name", "", "Passw0rd!", "-E alice@contoso.test", ""},
        {"enterprise name, wrong password", "", "wrong",
         "-E alice@contoso.test", "Password incorrect"},
        {"enterprise name, not ASCII", "", PASSWORT,
         "-E " JOERG "@contoso.test", ""},
        {"renewable", "", "Passw0rd!", "-r 2d alice", ""},
        /* krb5kdc asks for pre-authentication before it looks for a key, and
         * then offers nothing that the client could do. */
        {"RC4 alone, AES client", AES_CLIENT, "Passw0rd!", "old",
         "Generic preauthentication failure"},
        {"RC4 alone, RC4 client", RC4_CLIENT, "Passw0rd!", "old", ""},
        {"RC4 alone, any client", ANY_CLIENT, "Passw0rd!", "old", ""},
        {"AES alone, RC4 client", RC4_CLIENT, "Passw0rd!", "alice",
         "Generic preauthentication failure"},
        {"RC4 and AES, RC4 client", RC4_CLIENT, "Passw0rd!", "both", ""},
        {"RC4 and AES, AES client", AES_CLIENT, "Passw0rd!", "both", ""},
    };
    struct keeper_rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        int code;

        rig_write_conf(rig, rows[i].conf);
        code = rig_run(rig, "echo '%s' | kinit %s", rows[i].password,
                       rows[i].arguments);
        print_message("%s: %s\n", rows[i].what, rig->output);
        assert_int_equal(code, rows[i].says[0] != '\0');
        assert_non_null(strstr(rig->output, rows[i].says));
    }
}

static void expect(struct keeper_rig *rig, const char *says)
{
    if (!strstr(rig->output, says)) {
        fail_msg("\"%s\" is not in: %s", says, rig->output);
    }
}

/* Lifetimes, encryption types and key versions are those of the message. */
static void gives_tickets(void **state)
{
    struct keeper_rig *rig = *state;

    assert_int_equal(rig_run(rig, "echo 'Passw0rd!' | kinit -l 3d -r 30d alice "
                                  "&& kvno HTTP/lyncweb.contoso.test "
                                  "HTTP/localhost && klist -ef"),
                     0);
    expect(rig, "HTTP/lyncweb.contoso.test@CONTOSO.TEST: kvno = 3");
    expect(rig, "HTTP/localhost@CONTOSO.TEST: kvno = 3");
    expect(rig, "Flags: RIA");
    expect(rig, "Etype (skey, tkt): aes256-cts-hmac-sha1-96, "
                "aes256-cts-hmac-sha1-96");
    assert_int_equal(rig_run(rig, "kvno HTTP/unknown.contoso.test"), 1);
    expect(rig, "Server HTTP/unknown.contoso.test@CONTOSO.TEST not found");
    /* Of 3 days and 30 there are 10 hours and 7 days. */
    rig_run(rig,
            "set -- $(klist | grep krbtgt/); begin=$(date -d \"$1 $2\" +%%s);"
            "echo life $(($(date -d \"$3 $4\" +%%s) - begin));"
            "set -- $(klist | grep -m 1 renew);"
            "echo renewal $(($(date -d \"$3 ${4%%,}\" +%%s) - begin))");
    assert_string_equal(rig->output, "life 36000\nrenewal 604800\n");
}

static void permits_what_the_realm_says(void **state UNUSED)
{
    struct keeper_realm realm = rig_realm();
    struct keeper_rig rig;

    realm.etypes = KRB_AES128_BIT;
    realm.renewable_lifetime = 0;
    realm.preauth = false;
    rig_open(&rig);
    expect_ready(rig_begin(&rig, realm));
    rig_write_conf(&rig, ANY_CLIENT);
    assert_int_equal(rig_run(&rig, "echo 'Passw0rd!' | kinit -r 7d alice && "
                                   "klist -ef"),
                     0);
    expect(&rig, "Etype (skey, tkt): aes128-cts-hmac-sha1-96");
    expect(&rig, "Flags: I,"); /* not renewable, no pre-authentication */
    assert_int_equal(rig_run(&rig, "echo 'Passw0rd!' | kinit old"), 1);
    expect(&rig, NO_ETYPE);
    rig_close(&rig);
}

/* Of a realm that knows but one type. */
static void permits_one_type(void **state UNUSED)
{
    static const struct {
        unsigned etypes;
        const char *says;
    } rows[] = {
        {KRB_AES256_BIT, "(skey, tkt): aes256-cts-hmac-sha1-96, aes256-cts"},
        {KRB_AES128_BIT, "(skey, tkt): aes128-cts-hmac-sha1-96, aes128-cts"},
        {KRB_RC4_BIT, "arcfour-hmac, DEPRECATED:arcfour-hmac"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct keeper_realm realm = rig_realm();
        struct keeper_rig rig;

        realm.etypes = rows[i].etypes;
        krb_keys_make(&realm.krbtgt, realm.etypes, 2, env_secret);
        krb_keys_make(&realm.service, realm.etypes, 3, env_secret);
        rig_open(&rig);
        expect_ready(rig_begin(&rig, realm));
        rig_write_conf(&rig, ANY_CLIENT);
        assert_int_equal(rig_run(&rig, "echo 'Passw0rd!' | kinit both && "
                                       "kvno HTTP/localhost && klist -e"),
                         0);
        expect(&rig, rows[i].says);
        rig_close(&rig);
    }
}

/* ---- Changes ---- */

static void change(struct keeper_rig *rig, struct keeper_user user)
{
    static uint32_t serial = 40;
    struct keeper_message answer;

    rig_send(rig, &(struct keeper_message){
                      .kind = KEEPER_USER, .serial = ++serial, .user = user});
    answer = rig_receive(rig);
    assert_int_equal(answer.kind, KEEPER_DONE);
    assert_int_equal(answer.serial, serial);
}

static void changes_users(void **state)
{
    static const struct {
        const char *what;
        enum keeper_state state;
        const char *password; /* that it has from then on */
        const char *sent;
        const char *says;
    } rows[] = {
        {"disabled", KEEPER_REVOKED, "Passw0rd!", "Passw0rd!",
         "have been revoked"},
        {"good again", KEEPER_GOOD, "Passw0rd!", "Passw0rd!", ""},
        {"expired", KEEPER_KEY_EXPIRED, "Passw0rd!", "Passw0rd!",
         "Password expired"},
        {"another password", KEEPER_GOOD, "N\xc3\xa4her-2", "N\xc3\xa4her-2",
         ""},
        {"the old one", KEEPER_GOOD, "N\xc3\xa4her-2", "Passw0rd!",
         "Password incorrect"},
    };
    static const char *const arguments[] = {"alice", "-E alice@contoso.test"};
    struct keeper_rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct keeper_user user = rig_users[0];

        user.state = rows[i].state;
        user.password = rows[i].password;
        change(rig, user);
        for (size_t k = 0; k < ARRAY_SIZE(arguments); k++) {
            int code = rig_run(rig, "echo '%s' | kinit %s", rows[i].sent,
                               arguments[k]);

            print_message("%s: %s\n", rows[i].what, rig->output);
            assert_int_equal(code, rows[i].says[0] != '\0');
            expect(rig, rows[i].says);
        }
    }
}

static void adds_users(void **state)
{
    struct keeper_rig *rig = *state;
    const struct keeper_user user = {
        .names = NAMES("carol", "carol@contoso.test"),
        .password = "Passw0rd!",
    };

    assert_int_equal(rig_run(rig, "echo 'Passw0rd!' | kinit carol"), 1);
    change(rig, user);
    assert_int_equal(rig_run(rig, "echo 'Passw0rd!' | kinit carol"), 0);
    assert_int_equal(
        rig_run(rig, "echo 'Passw0rd!' | kinit -E carol@contoso.test"), 0);
}

/* Nothing is lost between two that come at once. */
static void changes_many_at_once(void **state)
{
    enum { AT_ONCE = 20 };
    struct keeper_rig *rig = *state;

    for (uint32_t i = 0; i < AT_ONCE; i++) {
        struct keeper_user user = rig_users[0];

        user.state = i % 2 ? KEEPER_GOOD : KEEPER_REVOKED;
        rig_send(rig, &(struct keeper_message){
                          .kind = KEEPER_USER, .serial = i, .user = user});
    }
    for (uint32_t i = 0; i < AT_ONCE; i++) {
        struct keeper_message answer = rig_receive(rig);

        assert_int_equal(answer.kind, KEEPER_DONE);
        assert_int_equal(answer.serial, i);
    }
    assert_int_equal(rig_run(rig, "echo 'Passw0rd!' | kinit alice"), 0);
}

/* ---- Exports ---- */

static void writes_exports(void **state UNUSED)
{
    static struct keeper_user exported[2];
    struct keeper_realm realm = rig_realm();
    struct keeper_rig rig;

    rig_open(&rig);
    exported[0] = rig_users[0];
    exported[0].ccache = rig_path(&rig, "alice.ccache");
    exported[1] = rig_users[1];
    exported[1].ccache = rig_path(&rig, "joerg.ccache");
    realm.users = exported;
    realm.user_count = ARRAY_SIZE(exported);
    realm.service_keytab = rig_path(&rig, "service.keytab");
    realm.user_keytab = rig_path(&rig, "users.keytab");
    expect_ready(rig_begin(&rig, realm));
    rig_run(&rig, "cd %s && stat -c '%%a %%n' *.ccache *.keytab", rig.run_dir);
    assert_string_equal(rig.output, "600 alice.ccache\n600 joerg.ccache\n"
                                    "600 service.keytab\n600 users.keytab\n");
    /* The tickets are good, and the service's keys open what they buy. */
    assert_int_equal(
        rig_run(&rig,
                "export KRB5CCNAME=FILE:%s; klist -f && "
                "kvno -k %s HTTP/lyncweb.contoso.test HTTP/localhost",
                exported[1].ccache, realm.service_keytab),
        0);
    expect(&rig, "Default principal: " JOERG "@CONTOSO.TEST");
    expect(&rig, "Flags: FRIA");
    expect(&rig, "HTTP/lyncweb.contoso.test@CONTOSO.TEST: kvno = 3, keytab "
                 "entry valid");
    assert_int_equal(rig_run(&rig,
                             "kinit -k -t %s alice && kinit -k -t %s "
                             "'alice\\@contoso.test' && klist -kt %s",
                             realm.user_keytab, realm.user_keytab,
                             realm.user_keytab),
                     0);
    rig_close(&rig);
}

static void names_who_gets_no_ticket(void **state UNUSED)
{
    static const struct {
        enum keeper_state state;
        const char *says;
    } rows[] = {
        {KEEPER_REVOKED, "credentials have been revoked"},
        {KEEPER_KEY_EXPIRED, "Password has expired"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct keeper_realm realm = rig_realm();
        struct keeper_user user = rig_users[0];
        struct keeper_message answer;
        struct keeper_rig rig;

        rig_open(&rig);
        user.state = rows[i].state;
        user.ccache = rig_path(&rig, "alice.ccache");
        realm.users = &user;
        realm.user_count = 1;
        answer = rig_begin(&rig, realm);
        assert_int_equal(answer.kind, KEEPER_ERROR);
        print_message("%s\n", answer.text);
        assert_non_null(strstr(answer.text, "credential cache for alice"));
        assert_non_null(strstr(answer.text, rows[i].says));
        assert_int_equal(WEXITSTATUS(rig_wait(&rig)), 1);
        rig_close(&rig);
    }
}

/* ---- The environment of the caller ---- */

#define TRACE "/tmp/keeper-rig-trace"

static void heeds_no_variables(void **state UNUSED)
{
    static const char *const variables[] = {
        "KRB5_CONFIG=/nonexistent/krb5.conf",
        "KRB5_KDC_PROFILE=/nonexistent/kdc.conf",
        ("KRB5_TRACE=" TRACE),
        "KRB5CCNAME=FILE:/nonexistent/cc",
        "KRB5_KTNAME=FILE:/nonexistent/kt",
        "LD_BIND_NOW=1",
    };
    struct keeper_rig rig;

    unlink(TRACE);
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        putenv((char *)(uintptr_t)variables[i]);
    }
    writes_exports(NULL);
    rig_open(&rig);
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        AUTO(str) name = mem_strdup(variables[i]);

        *strchr(name, '=') = '\0';
        unsetenv(name);
    }
    expect_ready(rig_begin(&rig, rig_realm()));
    rig_run(&rig, "tr '\\0' '\\n' </proc/%d/environ", rig_kdc(&rig));
    assert_null(strstr(rig.output, "nonexistent"));
    expect(&rig, "KRB5_CONFIG=/dev/null\nKRB5_KDC_PROFILE=");
    assert_int_equal(access(TRACE, F_OK), -1);
    rig_close(&rig);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_realm, close_realm)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_clients),
        TEST(gives_tickets),
        cmocka_unit_test(permits_what_the_realm_says),
        cmocka_unit_test(permits_one_type),
        TEST(changes_users),
        TEST(adds_users),
        TEST(changes_many_at_once),
        cmocka_unit_test(writes_exports),
        cmocka_unit_test(names_who_gets_no_ticket),
        cmocka_unit_test(heeds_no_variables),
    };

    if (!rig_has_tools()) {
        print_message("skipped: krb5kdc, kinit, kvno and klist are needed\n");
        return RIG_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
