/* A name and a password in clear: who gets in, why not, and what it costs. */
#include "config.h"

#include "auth_fixture.h"

#include <nettle/sha2.h>

#include "auth/password.h"
#include "util/utf.h"

/* ---- What is done on the way, counted by the linker's leave ---- */

static struct {
    size_t hashes;
    size_t bytes;
    size_t names;
    size_t lookups;
} work;

void __real_nettle_sha256_update(struct sha256_ctx *ctx, size_t size,
                                 const uint8_t *data);
void __wrap_nettle_sha256_update(struct sha256_ctx *ctx, size_t size,
                                 const uint8_t *data);
bool __real_utf8_equal_nocase(const char *a, const char *b);
bool __wrap_utf8_equal_nocase(const char *a, const char *b);
bool __real_name_index_find(const struct name_index *index, const char *name,
                            size_t *out_place);
bool __wrap_name_index_find(const struct name_index *index, const char *name,
                            size_t *out_place);

void __wrap_nettle_sha256_update(struct sha256_ctx *ctx, size_t size,
                                 const uint8_t *data)
{
    work.hashes++;
    work.bytes += size;
    __real_nettle_sha256_update(ctx, size, data);
}

bool __wrap_utf8_equal_nocase(const char *a, const char *b)
{
    work.names++;
    return __real_utf8_equal_nocase(a, b);
}

bool __wrap_name_index_find(const struct name_index *index, const char *name,
                            size_t *out_place)
{
    work.lookups++;
    return __real_name_index_find(index, name, out_place);
}

static void judge(struct fixture *f, const char *name, const char *password)
{
    f->outcome = (struct auth_outcome){0};
    auth_password(&f->ctx, name, password, &f->outcome);
}

/* ---- Who ---- */

#define GOOD    AUTH_REASON_NONE
#define WRONG   AUTH_REASON_WRONG_PASSWORD
#define UNKNOWN AUTH_REASON_UNKNOWN_USER
#define LONG_NAME                                                              \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
    const char *name;
    const char *password;
    enum auth_reason reason;
} accounts[] = {
    {"CONTOSO\\alice", PASSWORD, GOOD},
    {"contoso\\ALICE", PASSWORD, GOOD},
    {"contoso.test\\alice", PASSWORD, GOOD},
    {"CONTOSO.TEST\\alice", PASSWORD, GOOD},
    {"alice", PASSWORD, GOOD},
    {"alice@contoso.test", PASSWORD, GOOD},
    {"Alice@CONTOSO", PASSWORD, GOOD},
    {"sip:alice@contoso.test", PASSWORD, GOOD},
    {"SIP:ALICE@contoso.test", PASSWORD, GOOD},
    {"j\xc3\xb6rg", "P\xc3\xa4ssw\xc3\xb6rd1", GOOD},
    {"J\xc3\x96RG", "P\xc3\xa4ssw\xc3\xb6rd1", GOOD},
    {"nosip", PASSWORD, GOOD},
    {"away", PASSWORD, GOOD},
    {"alice", "passw0rd!", WRONG},
    {"alice", "Passw0rd", WRONG},
    {"alice", "Passw0rd! ", WRONG},
    {"alice", "", WRONG},
    {"j\xc3\xb6rg", "P\xe4ssw\xf6rd1", WRONG},
    {"j\xf6rg", "P\xc3\xa4ssw\xc3\xb6rd1", UNKNOWN},
    {"nobody", PASSWORD, UNKNOWN},
    {"nobody", "no such user", UNKNOWN},
    {"nobody", "", UNKNOWN},
    {"", PASSWORD, UNKNOWN},
    {"FABRIKAM\\alice", PASSWORD, UNKNOWN},
    {"alice@fabrikam.test", PASSWORD, UNKNOWN},
    {"CONTOSO\\CONTOSO\\alice", PASSWORD, UNKNOWN},
    {"CONTOSO\\", PASSWORD, UNKNOWN},
    {"@contoso.test", PASSWORD, UNKNOWN},
    {" alice", PASSWORD, UNKNOWN},
    {"sip:alice", PASSWORD, UNKNOWN},
    {"sip:", PASSWORD, UNKNOWN},
    {LONG_NAME, PASSWORD, UNKNOWN},
    {"alice", LONG_NAME, WRONG},
    {"disabled", PASSWORD, AUTH_REASON_DISABLED},
    {"expired", PASSWORD, AUTH_REASON_EXPIRED},
    {"mustchange", PASSWORD, AUTH_REASON_MUST_CHANGE},
    /* Told to those alone who know the password ... */
    {"disabled", "wrong", WRONG},
    {"expired", "wrong", WRONG},
    {"mustchange", "wrong", WRONG},
    /* ... but for this one. */
    {"locked", PASSWORD, AUTH_REASON_LOCKED},
    {"locked", "wrong", AUTH_REASON_LOCKED},
};

static void test_accounts(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(accounts); i++) {
        enum auth_reason reason = accounts[i].reason;

        judge(f, accounts[i].name, accounts[i].password);
        if (f->outcome.reason != reason) {
            fail_msg("%s with %s: %s", accounts[i].name, accounts[i].password,
                     auth_reason_text(f->outcome.reason));
        }
        assert_int_equal(f->outcome.verdict,
                         reason == GOOD ? AUTH_ACCEPTED : AUTH_REFUSED);
        assert_int_equal(f->outcome.counts, reason == GOOD || reason == WRONG);
        assert_true((f->outcome.user == NULL) == (reason == UNKNOWN));
        assert_string_equal(note(f, "password.name"), accounts[i].name);
    }
}

/* A user principal name is no SIP address, as with NTLM. */
static void test_other_address(void **state)
{
    struct fixture *f = *state;

    struct err err;

    assert_true(world_set(f->world, "user.alice.sip", "al@contoso.test", &err));
    assert_true(world_finish(f->world, &err));
    judge(f, "sip:al@contoso.test", PASSWORD);
    assert_string_equal(f->outcome.user->name, "alice");
    judge(f, "alice@contoso.test", PASSWORD);
    assert_string_equal(f->outcome.user->name, "alice");
    judge(f, "al@contoso.test", PASSWORD);
    assert_refused(f, AUTH_REASON_UNKNOWN_USER);
    judge(f, "sip:alice@contoso.test", PASSWORD);
    assert_refused(f, AUTH_REASON_UNKNOWN_USER);
}

static void test_empty_password(void **state)
{
    struct fixture *f = *state;

    world_add_user(f->world, "alice")->password = "";
    judge(f, "alice", "");
    assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
}

static void test_lockout(void **state)
{
    struct fixture *f = *state;

    f->world->lockout_threshold = 3;
    for (int i = 0; i < 3; i++) {
        judge(f, "bob", "wrong");
        assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
        auth_account_commit(f->world, &f->outcome, NOW);
        judge(f, "nobody", "wrong");
        auth_account_commit(f->world, &f->outcome, NOW);
    }
    judge(f, "bob", PASSWORD);
    assert_refused(f, AUTH_REASON_LOCKED);
    judge(f, "alice", PASSWORD);
    assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
}

/* ---- At what cost ---- */

/* Whoever is named, and whether the password fits or not: as many hashes over
 * as many bytes, as many names compared and looked up. */
static void test_same_work(void **state)
{
    static const char *const names[] = {"alice",  "bob",    "jorg",
                                        "nobody", "locked", "disabled"};
    struct fixture *f = *state;
    size_t names_compared = 0;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        memset(&work, 0, sizeof(work));
        judge(f, names[i], "no such one");
        assert_int_equal(work.hashes, 2);
        /* The known password may be as long as it likes: one block. */
        assert_in_range(work.bytes, strlen("no such one") + 1, 64 + 11);
        if (i == 0) {
            names_compared = work.names;
        }
        assert_int_equal(work.lookups, 1);
        assert_int_equal(work.names, names_compared);
    }
}

/* So for each way to write a name. */
static void test_same_work_by_form(void **state)
{
    static const char *const forms[][2] = {{"", ""},
                                           {"CONTOSO\\", ""},
                                           {"FABRIKAM\\", ""},
                                           {"", "@contoso.test"},
                                           {"", "@fabrikam.test"},
                                           {"sip:", "@contoso.test"}};
    static const char *const names[] = {"alice", "bob", "nobody"};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        size_t first = 0;

        for (size_t j = 0; j < ARRAY_SIZE(names); j++) {
            memset(&work, 0, sizeof(work));
            judge(f,
                  arena_printf(f->arena, "%s%s%s", forms[i][0], names[j],
                               forms[i][1]),
                  "wrong");
            first = j ? first : work.names;
            assert_int_equal(work.names, first);
            assert_int_equal(work.lookups, 1);
            assert_int_equal(work.hashes, 2);
        }
    }
}

static int set_up(void **state)
{
    return auth_set_up(state, "ntlm");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_accounts),       TEST(test_other_address),
        TEST(test_empty_password), TEST(test_lockout),
        TEST(test_same_work),      TEST(test_same_work_by_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
