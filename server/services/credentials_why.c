/*
 * What a UsernameToken was made of that was refused, see credentials_why.h.
 * WSS UsernameToken Profile 1.0 section 3.1: PasswordDigest is
 * Base64(SHA-1(nonce + created + password)), the nonce decoded.
 */
#include "config.h"

#include "services/credentials_why.h"

#include <string.h>

#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "auth/password.h"
#include "auth/password_why.h"
#include "util/base64.h"
#include "util/mem.h"
#include "world/world.h"

#define DIGEST_SECTION " (WSS UsernameToken Profile 1.0 section 3.1)"

/* ---- A digest ---- */

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

static const struct user *named(struct call *call, const char *name)
{
    const struct auth_context ctx = {.world = call->world,
                                     .arena = call->arena};
    const struct user *user = auth_find_user(call->world, name);
    const char *how;

    return user ? user : auth_name_meant(&ctx, name, &how);
}

static const char *digest_why(struct call *call, const struct usertoken *token)
{
    struct digest_hunt h = {
        .arena = call->arena,
        .sent = token->password ? token->password : "",
        .nonce_text = span_text(token->nonce_text),
        .created = span_text(token->created_text),
    };
    const struct user *user = token->name ? named(call, token->name) : NULL;

    if (!user) {
        return "Password is a digest, which this service takes from nobody, "
               "and Username names nobody: send both in base64 as "
               "#PasswordText" DIGEST_SECTION;
    }
    h.password = span_text(user_password_now(user));
    if (!base64_decode(call->arena, h.nonce_text, &h.nonce)) {
        h.nonce = h.nonce_text;
    }
    try_digests(&h);
    if (!h.found) {
        return "Password is a digest, which this service takes from nobody, "
               "and not one of the account's password: send both in base64 as "
               "#PasswordText" DIGEST_SECTION;
    }
    return arena_printf(call->arena,
                        "password matches; it was sent as %s; this service "
                        "takes no digest: send it in base64 as "
                        "#PasswordText%s",
                        h.found, DIGEST_SECTION);
}

/* ---- base64, or not ---- */

static bool is_decoded(struct call *call, const char *text, const char **out)
{
    struct span bytes;

    if (!base64_decode(call->arena, span_text(text), &bytes)) {
        return false;
    }
    *out = arena_text(call->arena, bytes);
    return true;
}

/* Username in clear, and Password in base64: both, or none. */
static const char *mixed_why(struct call *call, const struct usertoken *token)
{
    const struct user *user = auth_find_user(call->world, token->name);
    const char *password;

    if (user && is_decoded(call, token->password, &password) &&
        auth_same_secret(password, user_password_now(user))) {
        return arena_printf(call->arena,
                            "the password is that of %s: Password is in "
                            "base64 and Username in clear, and both belong in "
                            "base64 of UTF-8 (protocol: webticket 4.3)",
                            user->name);
    }
    return NULL;
}

/* What is left after one decoding is base64 again. */
static const char *twice_why(struct call *call, const struct usertoken *token)
{
    const struct user *user = named(call, token->name);
    const char *once;
    const char *twice;

    if (user && is_decoded(call, token->password, &once) &&
        is_decoded(call, once, &twice) &&
        auth_same_secret(twice, user_password_now(user))) {
        return arena_printf(call->arena,
                            "the password is that of %s: Password is in base64 "
                            "twice, once is right (protocol: webticket 4.3)",
                            user->name);
    }
    return NULL;
}

const char *credentials_why(struct call *call, const struct usertoken *token,
                            enum usertoken_flaw flaw, const char *solved)
{
    const char *why = NULL;

    if (flaw == USERTOKEN_DIGEST) {
        return digest_why(call, token);
    }
    if (flaw == USERTOKEN_GOOD && token->name && token->password) {
        why = mixed_why(call, token);
        why = why ? why : twice_why(call, token);
    }
    return why ? why : solved;
}
