/*
 * Which digest of a password it is that a client sent, see digest_why.h. WSS
 * UsernameToken Profile 1.0 section 3.1: Base64(SHA-1(nonce + created +
 * password)), the nonce decoded.
 */
#include "config.h"

#include "auth/digest_why.h"

#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "auth/password.h"
#include "util/attr.h"
#include "util/base64.h"
#include "util/mem.h"

struct digest_hunt {
    struct arena *arena;
    const char *sent;
    struct span nonce; /* decoded */
    struct span nonce_text;
    struct span created;
    struct span password;
    const char *found;
};

static struct span sha1_of(struct arena *arena, const struct span parts[3])
{
    uint8_t *out = arena_alloc(arena, SHA1_DIGEST_SIZE);
    struct sha1_ctx ctx;

    sha1_init(&ctx);
    for (size_t i = 0; i < 3; i++) {
        sha1_update(&ctx, parts[i].size, parts[i].data);
    }
    sha1_digest(&ctx, SHA1_DIGEST_SIZE, out);
    mem_wipe(&ctx, sizeof(ctx));
    return span_of(out, SHA1_DIGEST_SIZE);
}

static struct span sha256_of(struct arena *arena, const struct span parts[3])
{
    uint8_t *out = arena_alloc(arena, SHA256_DIGEST_SIZE);
    struct sha256_ctx ctx;

    sha256_init(&ctx);
    for (size_t i = 0; i < 3; i++) {
        sha256_update(&ctx, parts[i].size, parts[i].data);
    }
    sha256_digest(&ctx, SHA256_DIGEST_SIZE, out);
    mem_wipe(&ctx, sizeof(ctx));
    return span_of(out, SHA256_DIGEST_SIZE);
}

/* The digest itself, and written in other ways. */
static void try_parts(struct digest_hunt *h, struct span a, struct span b,
                      struct span c, const char *says)
{
    const struct span parts[3] = {a, b, c};
    struct span sha1 = sha1_of(h->arena, parts);
    const char *hex = hex_text(h->arena, sha1);
    const struct {
        const char *text;
        const char *form;
    } forms[] = {
        {base64_text(h->arena, sha1), ""},
        {hex, ", written in hexadecimal, not in base64"},
        {base64_text(h->arena, span_text(hex)),
         ", in base64 of its hexadecimal digits"},
        {base64_text(h->arena, sha256_of(h->arena, parts)),
         ", with SHA-256 in the place of SHA-1"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(forms) && !h->found; i++) {
        if (auth_same_secret(h->sent, forms[i].text)) {
            h->found = arena_printf(h->arena, "%s%s", says, forms[i].form);
        }
    }
}

static void try_digests(struct digest_hunt *h)
{
    try_parts(h, h->nonce, h->created, h->password, "a right digest");
    try_parts(h, h->nonce_text, h->created, h->password,
              "a digest over the nonce's base64: its bytes are meant");
    try_parts(h, h->created, h->nonce, h->password,
              "a digest over Created, nonce and password: the nonce comes "
              "first");
    try_parts(h, h->created, h->nonce_text, h->password,
              "a digest over Created, the nonce's base64 and password: the "
              "nonce's bytes come first");
    try_parts(h, h->password, h->nonce, h->created,
              "a digest over password, nonce and Created: the password comes "
              "last");
    try_parts(h, h->nonce, h->password, SPAN_NONE,
              "a digest over nonce and password, without Created");
    try_parts(h, h->created, h->password, SPAN_NONE,
              "a digest over Created and password, without the nonce");
    try_parts(h, h->password, SPAN_NONE, SPAN_NONE,
              "a digest over the password alone");
}

const char *auth_digest_why(struct arena *arena,
                            const struct auth_digest *digest,
                            const char *password)
{
    struct digest_hunt h = {
        .arena = arena,
        .sent = digest->text ? digest->text : "",
        .nonce_text = span_text(digest->nonce),
        .created = span_text(digest->created),
        .password = span_text(password),
    };

    if (!base64_decode(arena, h.nonce_text, &h.nonce)) {
        h.nonce = h.nonce_text;
    }
    try_digests(&h);
    return h.found;
}
