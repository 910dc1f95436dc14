/* Wrong proof keys, see p_sha1_why.h. WS-Trust 1.3, 4.4.4. */
#include "config.h"

#include "ticket/p_sha1_why.h"

#include <string.h>

#include <nettle/hmac.h>

#include "ticket/p_sha1.h"
#include "util/base64.h"

#define SECTION " (WS-Trust 1.3, 4.4.4)"

enum {
    TRUNCATED = 16, /* a key of 128 bits, where 256 are meant */
    SIZE_MOST = 1024,
};

struct key_hunt {
    struct arena *arena;
    const struct p_sha1_parts *parts;
    bool (*holds)(void *ctx, struct span key);
    void *ctx;
    const char *found;
};

static struct span computed(struct key_hunt *h, struct span secret,
                            struct span seed, size_t size)
{
    uint8_t *out = arena_alloc(h->arena, size);

    p_sha1(secret, seed, out, size);
    return span_of(out, size);
}

static struct span joined(struct arena *arena, const char *label,
                          struct span seed)
{
    AUTO_BUF out = {0};

    buf_add_text(&out, label);
    buf_add(&out, seed);
    return arena_copy(arena, buf_span(&out));
}

/* The same construction with SHA-256. */
static struct span p_sha256(struct key_hunt *h)
{
    size_t blocks =
        (h->parts->size + SHA256_DIGEST_SIZE - 1) / SHA256_DIGEST_SIZE;
    uint8_t *out = arena_alloc(h->arena, (blocks + 1) * SHA256_DIGEST_SIZE);
    struct span secret = h->parts->client;
    struct span seed = h->parts->server;
    uint8_t a[SHA256_DIGEST_SIZE];
    struct hmac_sha256_ctx ctx;

    hmac_sha256_set_key(&ctx, secret.size, secret.data);
    hmac_sha256_update(&ctx, seed.size, seed.data);
    hmac_sha256_digest(&ctx, sizeof(a), a);
    for (size_t i = 0; i < blocks; i++) {
        hmac_sha256_update(&ctx, sizeof(a), a);
        hmac_sha256_update(&ctx, seed.size, seed.data);
        hmac_sha256_digest(&ctx, sizeof(a), out + i * sizeof(a));
        hmac_sha256_update(&ctx, sizeof(a), a);
        hmac_sha256_digest(&ctx, sizeof(a), a);
    }
    return span_of(out, h->parts->size);
}

static void try_key(struct key_hunt *h, struct span key, const char *says)
{
    if (!h->found && key.size && h->holds(h->ctx, key)) {
        h->found = says;
    }
}

static void try_sizes(struct key_hunt *h)
{
    struct span client = h->parts->client;
    struct span server = h->parts->server;
    size_t size = h->parts->size;

    try_key(h, computed(h, client, server, TRUNCATED),
            "it is cut to 16 bytes: KeySize says how long it is" SECTION);
    try_key(h, computed(h, client, server, 20),
            "it is one SHA-1 long, 20 bytes: KeySize says how long it "
            "is" SECTION);
    try_key(h, computed(h, client, server, 2 * size),
            "it is twice as long as KeySize says" SECTION);
}

static void try_texts(struct key_hunt *h)
{
    struct arena *arena = h->arena;
    struct span client = span_text(base64_text(arena, h->parts->client));
    struct span server = span_text(base64_text(arena, h->parts->server));
    size_t size = h->parts->size;

    try_key(h, computed(h, client, server, size),
            "it is made of the base64 of both entropies: their bytes are "
            "meant" SECTION);
    try_key(h, computed(h, client, h->parts->server, size),
            "it is made of the base64 of the client's entropy: its bytes are "
            "meant" SECTION);
    try_key(h, computed(h, h->parts->client, server, size),
            "it is made of the base64 of the server's entropy: its bytes are "
            "meant" SECTION);
}

const char *p_sha1_why(struct arena *arena, const struct p_sha1_parts *parts,
                       bool (*holds)(void *ctx, struct span key), void *ctx)
{
    struct key_hunt h = {arena, parts, holds, ctx, NULL};
    struct span client = parts->client;
    struct span server = parts->server;

    if (!parts->size || parts->size > SIZE_MOST) {
        return NULL;
    }
    try_key(&h, computed(&h, client, server, parts->size), "");
    try_key(&h, server,
            "it is the server's entropy alone: P_SHA1 makes it of "
            "both" SECTION);
    try_key(&h, client,
            "it is the client's entropy alone: P_SHA1 makes it of "
            "both" SECTION);
    try_key(&h, computed(&h, server, client, parts->size),
            "secret and seed are swapped: the client's entropy is the "
            "secret" SECTION);
    try_sizes(&h);
    try_texts(&h);
    try_key(&h, p_sha256(&h),
            "it is made with SHA-256: P_SHA1 has SHA-1" SECTION);
    try_key(&h,
            computed(&h, client, joined(arena, "WS-SecureConversation", server),
                     parts->size),
            "it is made with a label, as derived keys are: there is "
            "none" SECTION);
    return h.found;
}
