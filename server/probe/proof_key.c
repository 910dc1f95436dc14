/* The proof key out of two entropies, see rstr_read.h. Written anew for the
 * probe: what the server computes is what it has to agree with. */
#include "config.h"

#include <string.h>

#include <nettle/hmac.h>

#include "probe/rstr_read.h"

void proof_key(struct span client, struct span server, uint8_t *out,
               size_t size)
{
    uint8_t a[SHA1_DIGEST_SIZE];
    struct hmac_sha1_ctx hmac;

    hmac_sha1_set_key(&hmac, client.size, client.data);
    hmac_sha1_update(&hmac, server.size, server.data);
    hmac_sha1_digest(&hmac, sizeof(a), a);
    while (size) {
        size_t part = size < SHA1_DIGEST_SIZE ? size : SHA1_DIGEST_SIZE;

        hmac_sha1_update(&hmac, sizeof(a), a);
        hmac_sha1_update(&hmac, server.size, server.data);
        hmac_sha1_digest(&hmac, part, out);
        hmac_sha1_update(&hmac, sizeof(a), a);
        hmac_sha1_digest(&hmac, sizeof(a), a);
        out += part;
        size -= part;
    }
}
