/* P_SHA1: the vector of webticket 5.4, and lengths. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ticket/p_sha1.h"
#include "util/arena.h"
#include "util/base64.h"

/* From the document; computed there with another implementation. */
static const char key_hex[] =
    "df59132c2af6d230e4337732076a14561694be12838cc00203d63c816653d75b";

static void entropies(uint8_t client[32], uint8_t server[32])
{
    for (uint8_t i = 0; i < 32; i++) {
        client[i] = i;
        server[i] = (uint8_t)(0x20 + i);
    }
}

static void test_vector(void **state)
{
    AUTO(arena) arena = arena_new();
    uint8_t client[32];
    uint8_t server[32];
    uint8_t key[32];

    (void)state;
    entropies(client, server);
    p_sha1(span_of(client, 32), span_of(server, 32), key, sizeof(key));
    assert_string_equal(hex_text(arena, span_of(key, sizeof(key))), key_hex);
}

/* A shorter key is the front of a longer one, at every length. */
static void test_lengths(void **state)
{
    uint8_t client[32];
    uint8_t server[32];
    uint8_t whole[64];

    (void)state;
    entropies(client, server);
    p_sha1(span_of(client, 32), span_of(server, 32), whole, sizeof(whole));
    for (size_t size = 0; size < sizeof(whole); size++) {
        uint8_t part[64];

        memset(part, 0xee, sizeof(part));
        p_sha1(span_of(client, 32), span_of(server, 32), part, size);
        assert_memory_equal(part, whole, size);
        assert_int_equal(part[size], 0xee);
    }
}

static void test_order_matters(void **state)
{
    uint8_t client[32];
    uint8_t server[32];
    uint8_t one[32];
    uint8_t other[32];

    (void)state;
    entropies(client, server);
    p_sha1(span_of(client, 32), span_of(server, 32), one, sizeof(one));
    p_sha1(span_of(server, 32), span_of(client, 32), other, sizeof(other));
    assert_memory_not_equal(one, other, sizeof(one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_order_matters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
