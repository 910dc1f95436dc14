/* Kerberos encryption with bare keys. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "krb_fixture.h"

enum { AES128_SHA1 = 17, AES256_SHA1 = 18, AES128_SHA2 = 19, RC4 = 23 };

static struct kcrypt_key key_of(int32_t etype, const char *bytes)
{
    return (struct kcrypt_key){etype, hex(bytes)};
}

#define KEY_16 "000102030405060708090a0b0c0d0e0f"
#define KEY_32 KEY_16 "101112131415161718191a1b1c1d1e1f"

/* overhead: confounder and checksum (RFC 3962 section 6, RFC 4757 4). */
static const struct {
    int32_t etype;
    const char *key;
    size_t overhead;
    int32_t checksum;
} types[] = {
    {AES128_SHA1, KEY_16, 16 + 12, 15},
    {AES256_SHA1, KEY_32, 16 + 12, 16},
    {AES128_SHA2, KEY_16, 16 + 16, 19},
    {RC4, KEY_16, 8 + 16, -138},
};

static void what_is_encrypted_is_decrypted(void **state UNUSED)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 1000};
    static const uint8_t plain[1000] = "a ticket";

    for (size_t i = 0; i < ARRAY_SIZE(types) * ARRAY_SIZE(sizes); i++) {
        size_t type = i / ARRAY_SIZE(sizes);
        struct span in = span_of(plain, sizes[i % ARRAY_SIZE(sizes)]);
        struct kcrypt_key key = key_of(types[type].etype, types[type].key);
        AUTO_BUF cipher = {0};
        AUTO_BUF out = {0};

        buf_add_text(&cipher, "x");
        assert_int_equal(
            kcrypt_encrypt(kcrypt, &key, KCRYPT_TICKET, in, &cipher),
            KCRYPT_OK);
        assert_int_equal(cipher.size, 1 + types[type].overhead + in.size);
        buf_drop(&cipher, 1);
        buf_add_text(&out, "y");
        assert_int_equal(kcrypt_decrypt(kcrypt, &key, KCRYPT_TICKET,
                                        buf_span(&cipher), &out),
                         KCRYPT_OK);
        buf_drop(&out, 1);
        assert_true(span_equal(buf_span(&out), in));
    }
}

/* RFC 8009 appendix A, "Sample encryptions": made by others than us. */
static void a_published_cipher_opens(void **state UNUSED)
{
    struct kcrypt_key key =
        key_of(AES128_SHA2, "3705d96080c17728a0e800eab6e0d23c");
    AUTO_BUF out = {0};

    assert_int_equal(kcrypt_decrypt(kcrypt, &key, KCRYPT_TICKET,
                                    hex("84d7f30754ed987bab0bf3506beb09cf"
                                        "b55402cef7e6877ce99e247e52d16ed4"
                                        "421dfdf8976c"),
                                    &out),
                     KCRYPT_OK);
    assert_true(span_equal(buf_span(&out), hex("000102030405")));
}

static enum kcrypt_result open_it(const struct kcrypt_key *key,
                                  enum kcrypt_usage usage, struct span cipher)
{
    AUTO_BUF out = {0};
    enum kcrypt_result result =
        kcrypt_decrypt(kcrypt, key, usage, cipher, &out);

    if (result != KCRYPT_OK) {
        assert_int_equal(out.size, 0);
    }
    return result;
}

static void what_does_not_fit_is_said(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        struct kcrypt_key key = key_of(types[i].etype, types[i].key);
        struct kcrypt_key other = {key.etype, arena_copy(arena, key.bytes)};
        struct kcrypt_key cut = {key.etype, span_slice(key.bytes, 1, SIZE_MAX)};
        struct kcrypt_key unknown = {99, key.bytes};
        struct span cipher;
        AUTO_BUF made = {0};

        assert_int_equal(kcrypt_encrypt(kcrypt, &key, KCRYPT_TICKET,
                                        span_text("a ticket"), &made),
                         KCRYPT_OK);
        cipher = buf_span(&made);
        ((uint8_t *)(uintptr_t)other.bytes.data)[3] ^= 0x10;
        assert_int_equal(open_it(&key, KCRYPT_TICKET, cipher), KCRYPT_OK);
        assert_int_equal(open_it(&key, KCRYPT_AP_REP, cipher),
                         KCRYPT_WRONG_KEY);
        assert_int_equal(open_it(&other, KCRYPT_TICKET, cipher),
                         KCRYPT_WRONG_KEY);
        assert_int_equal(open_it(&cut, KCRYPT_TICKET, cipher),
                         KCRYPT_UNSUPPORTED);
        assert_int_equal(open_it(&unknown, KCRYPT_TICKET, cipher),
                         KCRYPT_UNSUPPORTED);
        made.data[made.size / 2] ^= 1;
        assert_int_equal(open_it(&key, KCRYPT_TICKET, cipher),
                         KCRYPT_WRONG_KEY);
        made.data[made.size / 2] ^= 1;
        for (size_t size = 0; size < cipher.size; size++) {
            assert_int_equal(
                open_it(&key, KCRYPT_TICKET, span_slice(cipher, 0, size)),
                size < types[i].overhead ? KCRYPT_SHORT : KCRYPT_WRONG_KEY);
        }
    }
}

static void checksums(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        struct kcrypt_key key = key_of(types[i].etype, types[i].key);
        struct span data = span_text("a PAC");
        struct span sum;
        int32_t type = 0;
        AUTO_BUF out = {0};

        assert_int_equal(
            kcrypt_checksum(kcrypt, &key, KCRYPT_PAC, data, &type, &out),
            KCRYPT_OK);
        assert_int_equal(type, types[i].checksum);
        sum = buf_span(&out);
        assert_int_equal(
            kcrypt_verify(kcrypt, &key, KCRYPT_PAC, data, type, sum),
            KCRYPT_OK);
        assert_int_equal(kcrypt_verify(kcrypt, &key, KCRYPT_PAC,
                                       span_text("a pac"), type, sum),
                         KCRYPT_WRONG_KEY);
        assert_int_equal(kcrypt_verify(kcrypt, &key, KCRYPT_PAC, data, type,
                                       span_slice(sum, 0, sum.size - 1)),
                         KCRYPT_SHORT);
        /* MD5 has no key (RFC 3961 section 6.1.1): right, and no proof. */
        assert_int_equal(kcrypt_verify(kcrypt, &key, KCRYPT_PAC, data, 7,
                                       hex("c6ab0aa26db8b63635f446f4e17eea49")),
                         KCRYPT_UNSUPPORTED);
        assert_int_equal(
            kcrypt_verify(kcrypt, &key, KCRYPT_PAC, data, 0x8003, sum),
            KCRYPT_UNSUPPORTED);
    }
}

/* RFC 6113 appendix A; the keys are those of "key1" and "key2", each with the
 * same word for its salt, and the peppers are "a" and "b". */
static void two_keys_combine(void **state UNUSED)
{
    static const struct {
        int32_t etype;
        const char *first;
        const char *second;
        const char *combined;
    } rows[] = {
        {AES128_SHA1, "ae272e7cdec86ac5138cdb196d8e297d",
         "67ab1cfef35e4c27ffdeac60385a3e9c",
         "97df97e4b798b29eb31ed7280287a92a"},
        {AES256_SHA1,
         "c01f157211f7b77eaaf457c3e156690127ee127d810ba6392e97baa243eb0616",
         "9d520d2d980aa7cb6b693682b62da258b333867951642ce647ae62b1e5e0b5e9",
         "4d6ca4e629785c1f01baf55e2e548566b9617ae3a96868c337cb93b5e72b1c7b"},
        {RC4, "624d808c5b78ce675750060d46bec126",
         "6fc56e4767bdcb48aecd1e1425b508f7",
         "24d7f6b6bae4e5c00d2082c5ebab3672"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct kcrypt_key first = key_of(rows[i].etype, rows[i].first);
        struct kcrypt_key second = key_of(rows[i].etype, rows[i].second);
        AUTO_BUF out = {0};

        assert_int_equal(
            kcrypt_combine(kcrypt, &first, "a", &second, "b", &out), KCRYPT_OK);
        assert_true(span_equal(buf_span(&out), hex(rows[i].combined)));
        second.bytes.size--;
        assert_int_equal(
            kcrypt_combine(kcrypt, &first, "a", &second, "b", &out),
            KCRYPT_UNSUPPORTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encrypted_is_decrypted),
        cmocka_unit_test(a_published_cipher_opens),
        cmocka_unit_test(what_does_not_fit_is_said),
        cmocka_unit_test(checksums),
        cmocka_unit_test(two_keys_combine),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
