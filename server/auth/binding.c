/* Channel and service of a sign-in, see binding.h. */
#include "config.h"

#include "auth/binding.h"

#include <string.h>
#include <strings.h>

#include <nettle/md5.h>

void auth_channel_bindings(struct span certificate_hash,
                           uint8_t out_hash[AUTH_BINDING_SIZE])
{
    static const char prefix[] = "tls-server-end-point:";
    const size_t length = sizeof(prefix) - 1 + certificate_hash.size;
    /* Types and lengths of both addresses, all zero; then the length of the
     * application data, little-endian. */
    uint8_t head[5 * 4] = {0};
    struct md5_ctx ctx;

    for (size_t i = 0; i < 4; i++) {
        head[16 + i] = (uint8_t)(length >> (8 * i));
    }
    md5_init(&ctx);
    md5_update(&ctx, sizeof(head), head);
    md5_update(&ctx, sizeof(prefix) - 1, (const uint8_t *)prefix);
    md5_update(&ctx, certificate_hash.size, certificate_hash.data);
    md5_digest(&ctx, AUTH_BINDING_SIZE, out_hash);
}

bool auth_spn_names(const char *spn, const char *host)
{
    static const char service[] = "HTTP/";
    const size_t prefix = sizeof(service) - 1;
    size_t length = host ? strlen(host) : 0;

    return length > 0 && strncasecmp(spn, service, prefix) == 0 &&
           strncasecmp(spn + prefix, host, length) == 0 &&
           (spn[prefix + length] == '\0' || spn[prefix + length] == ':');
}
