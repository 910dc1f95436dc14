/* P_SHA1, see p_sha1.h. */
#include "config.h"

#include "ticket/p_sha1.h"

#include <string.h>

#include <nettle/hmac.h>

/* HMAC of two pieces, the second may be empty. */
static void mac(struct span secret, struct span first, struct span second,
                uint8_t out[SHA1_DIGEST_SIZE])
{
    struct hmac_sha1_ctx ctx;

    hmac_sha1_set_key(&ctx, secret.size, secret.data);
    hmac_sha1_update(&ctx, first.size, first.data);
    if (second.size) {
        hmac_sha1_update(&ctx, second.size, second.data);
    }
    hmac_sha1_digest(&ctx, SHA1_DIGEST_SIZE, out);
}

void p_sha1(struct span secret, struct span seed, uint8_t *out, size_t size)
{
    uint8_t a[SHA1_DIGEST_SIZE]; /* A(i) */
    uint8_t block[SHA1_DIGEST_SIZE];
    struct span a_span = span_of(a, sizeof(a));

    mac(secret, seed, SPAN_NONE, a);
    while (size > 0) {
        size_t part = size < sizeof(block) ? size : sizeof(block);

        mac(secret, a_span, seed, block);
        memcpy(out, block, part);
        out += part;
        size -= part;
        mac(secret, a_span, SPAN_NONE, a);
    }
}
