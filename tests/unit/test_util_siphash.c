/* SipHash-2-4 with 128 bits; vectors of its authors' reference: the key 00 01
 * 02 ..., the message 00 01 02 ... of so many bytes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/base64.h"
#include "util/siphash.h"

enum { MESSAGE_MAX = 64 };

static const struct {
    size_t size;
    const char *hash;
} vectors[] = {
    {0, "a3817f04ba25a8e66df67214c7550293"},
    {1, "da87c1d86b99af44347659119b22fc45"},
    {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},
    {8, "3b62a9ba6258f5610f83e264f31497b4"},
    {15, "5493e99933b0a8117e08ec0f97cfc3d9"},
    {63, "5150d1772f50834a503e069a973fbd7c"},
};

static void hashes_as_the_reference(void **state UNUSED)
{
    uint8_t message[MESSAGE_MAX];
    uint8_t hash[SIPHASH_SIZE];

    for (size_t i = 0; i < MESSAGE_MAX; i++) {
        message[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        AUTO(arena) arena = arena_new();

        siphash(message, span_of(message, vectors[i].size), hash);
        assert_string_equal(hex_text(arena, span_of(hash, sizeof(hash))),
                            vectors[i].hash);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_as_the_reference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
