/* SHA-256, see sha256.h. */
#include "config.h"

#include "util/sha256.h"

#include <nettle/sha2.h>

void sha256(struct span salt, struct span bytes, uint8_t out[SHA256_SIZE])
{
    struct sha256_ctx context;

    sha256_init(&context);
    sha256_update(&context, salt.size, salt.data);
    sha256_update(&context, bytes.size, bytes.data);
    sha256_digest(&context, SHA256_SIZE, out);
}
