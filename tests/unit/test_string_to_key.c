/* Keys of passwords: the RFCs' samples, and what MIT's library makes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <krb5.h>

#include "keeper/derive.h"
#include "keeper/string_to_key.h"
#include "rfc3962.h"
#include "util/attr.h"

static const char *hex(const void *bytes, size_t size)
{
    static char text[2 * KRB_KEY_MAX + 1];
    const uint8_t *at = bytes;

    assert_true(size <= KRB_KEY_MAX);
    text[0] = '\0';
    for (size_t i = 0; i < size; i++) {
        snprintf(text + 2 * i, 3, "%02x", at[i]);
    }
    return text;
}

static void folds(void **state UNUSED)
{
    uint8_t out[KRB_KEY_MAX];

    for (size_t i = 0; i < ARRAY_SIZE(rfc3961_nfold); i++) {
        size_t size = rfc3961_nfold[i].bits / 8;

        string_to_key_nfold(out, size, span_text(rfc3961_nfold[i].in));
        assert_string_equal(hex(out, size), rfc3961_nfold[i].out);
    }
}

static void makes_aes_keys(void **state UNUSED)
{
    static const unsigned sets[] = {KRB_AES_BITS, KRB_AES256_BIT,
                                    KRB_AES128_BIT};

    for (size_t i = 0; i < ARRAY_SIZE(rfc3962_keys); i++) {
        for (size_t s = 0; s < ARRAY_SIZE(sets); s++) {
            struct krb_keys keys;
            size_t at = 0;

            string_to_key_aes(
                &keys, sets[s], span_text(rfc3962_keys[i].password),
                span_text(rfc3962_keys[i].salt), rfc3962_keys[i].iterations);
            if (sets[s] & KRB_AES256_BIT) {
                assert_int_equal(keys.items[at].etype, KRB_ETYPE_AES256);
                assert_int_equal(keys.items[at].size, 32);
                assert_string_equal(hex(keys.items[at].bytes, 32),
                                    rfc3962_keys[i].aes256);
                at++;
            }
            if (sets[s] & KRB_AES128_BIT) {
                assert_int_equal(keys.items[at].etype, KRB_ETYPE_AES128);
                assert_int_equal(keys.items[at].size, 16);
                assert_string_equal(hex(keys.items[at].bytes, 16),
                                    rfc3962_keys[i].aes128);
                at++;
            }
            assert_int_equal(keys.count, at);
            assert_int_equal(keys.kvno, 1);
        }
    }
}

/* RFC 4757 has no samples: MS-NLMP 4.2.2.1.2 has the hash of "Password". */
static void makes_rc4_keys(void **state UNUSED)
{
    struct krb_keys keys;

    string_to_key(&keys, KRB_RC4_BIT, span_text("Password"),
                  span_text("whatever"));
    assert_int_equal(keys.count, 1);
    assert_int_equal(keys.items[0].etype, KRB_ETYPE_RC4);
    assert_int_equal(keys.items[0].size, 16);
    assert_string_equal(hex(keys.items[0].bytes, 16),
                        "a4f49c406510bdcab6824ee7c30fd852");
}

static void compare(krb5_context context, const char *password,
                    const char *salt)
{
    krb5_data secret = {.length = (unsigned)strlen(password),
                        .data = (char *)(uintptr_t)password};
    krb5_data salted = {.length = (unsigned)strlen(salt),
                        .data = (char *)(uintptr_t)salt};
    struct krb_keys keys;

    string_to_key(&keys, KRB_ALL_BITS, span_text(password), span_text(salt));
    assert_int_equal(keys.count, 3);
    for (size_t i = 0; i < keys.count; i++) {
        krb5_keyblock theirs;

        print_message("%s, %s, %d\n", password, salt, keys.items[i].etype);
        assert_int_equal(krb5_c_string_to_key(context, keys.items[i].etype,
                                              &secret, &salted, &theirs),
                         0);
        assert_int_equal(theirs.length, keys.items[i].size);
        assert_memory_equal(theirs.contents, keys.items[i].bytes,
                            theirs.length);
        krb5_free_keyblock_contents(context, &theirs);
    }
}

static void agrees_with_mit(void **state UNUSED)
{
    static const struct {
        const char *password;
        const char *salt;
    } rows[] = {
        {"Passw0rd!", "CONTOSO.TESTalice"},
        {"x", "y"},
        {"Passw0rd!", ""},
        {"P\xc3\xa4ssw\xc3\xb6rd1", "CONTOSO.TESTj\xc3\xb6rg"},
        {"\xf0\x9d\x84\x9e", "CONTOSO.TESTclef"}, /* a surrogate pair */
        {"\xe5\xaf\x86\xe7\xa0\x81", "CONTOSO.TEST\xe5\xbc\xa0"},
        {X_64 X_64 X_64 "long", "CONTOSO.TEST" X_64 X_64},
    };
    krb5_context context;

    setenv("KRB5_CONFIG", "/dev/null", 1);
    assert_int_equal(krb5_init_context(&context), 0);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        compare(context, rows[i].password, rows[i].salt);
    }
    krb5_free_context(context);
}

/* ---- Many users ---- */

enum { MANY = 37 };

static bool never(void *ctx UNUSED)
{
    return false;
}

static bool after_three(void *ctx)
{
    int *asked = ctx;

    return ++*asked == 3;
}

static const char *const one[] = {"one", NULL};
static const char *const two[] = {"two", "two@contoso.test", NULL};

static void fill(struct keeper_user *users)
{
    for (size_t i = 0; i < MANY; i++) {
        users[i].names = i % 2 ? one : two;
        users[i].password = i % 3 ? "abc" : "def";
        users[i].etypes = i % 5 ? 0 : KRB_ALL_BITS;
    }
}

/* All are derived, each for itself, whichever thread did it. */
static void derives_many(void **state UNUSED)
{
    struct keeper_user users[MANY] = {{0}};
    const struct keeper_realm realm = {
        .realm = "CONTOSO.TEST", .users = users, .user_count = MANY};
    struct krb_keys keys[MANY];

    fill(users);
    assert_true(derive_users(&realm, keys, never, NULL));
    for (size_t i = 0; i < MANY; i++) {
        struct krb_keys alone;

        string_to_key(&alone, i % 5 ? KRB_AES_BITS : KRB_ALL_BITS,
                      span_text(users[i].password),
                      i % 2 ? span_text("CONTOSO.TESTone")
                            : span_text("CONTOSO.TESTtwo"));
        assert_memory_equal(&alone, &keys[i], sizeof(alone));
    }
}

static void stops_when_told(void **state UNUSED)
{
    struct keeper_user users[MANY] = {{0}};
    const struct keeper_realm realm = {
        .realm = "CONTOSO.TEST", .users = users, .user_count = MANY};
    struct krb_keys keys[MANY];
    int asked = 0;

    fill(users);
    assert_false(derive_users(&realm, keys, after_three, &asked));
    assert_int_equal(asked, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds),          cmocka_unit_test(makes_aes_keys),
        cmocka_unit_test(makes_rc4_keys), cmocka_unit_test(agrees_with_mit),
        cmocka_unit_test(derives_many),   cmocka_unit_test(stops_when_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
