/*
 * Of what a wrong channel binding was made (RFC 5929 section 4, [MS-NLMP]
 * 2.2.2.1): MD5 over a gss_channel_bindings_struct with
 * "tls-server-end-point:" and the hash of the server's certificate. See
 * ntlm_why.h.
 */
#include "config.h"

#include "auth/ntlm_why.h"

#include <string.h>

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "auth/binding.h"
#include "util/base64.h"
#include "util/mem.h"

#define PREFIX  "tls-server-end-point:"
#define SECTION " (RFC 5929 section 4, [MS-NLMP] 2.2.2.1)"

/* ---- Digests ---- */

static struct span sha1(struct arena *arena, struct span bytes)
{
    uint8_t *out = arena_alloc(arena, SHA1_DIGEST_SIZE);
    struct sha1_ctx ctx;

    sha1_init(&ctx);
    sha1_update(&ctx, bytes.size, bytes.data);
    sha1_digest(&ctx, SHA1_DIGEST_SIZE, out);
    return span_of(out, SHA1_DIGEST_SIZE);
}

static struct span sha256(struct arena *arena, struct span bytes)
{
    uint8_t *out = arena_alloc(arena, SHA256_DIGEST_SIZE);
    struct sha256_ctx ctx;

    sha256_init(&ctx);
    sha256_update(&ctx, bytes.size, bytes.data);
    sha256_digest(&ctx, SHA256_DIGEST_SIZE, out);
    return span_of(out, SHA256_DIGEST_SIZE);
}

static struct span sha384(struct arena *arena, struct span bytes)
{
    uint8_t *out = arena_alloc(arena, SHA384_DIGEST_SIZE);
    struct sha384_ctx ctx;

    sha384_init(&ctx);
    sha384_update(&ctx, bytes.size, bytes.data);
    sha384_digest(&ctx, SHA384_DIGEST_SIZE, out);
    return span_of(out, SHA384_DIGEST_SIZE);
}

static struct span sha512(struct arena *arena, struct span bytes)
{
    uint8_t *out = arena_alloc(arena, SHA512_DIGEST_SIZE);
    struct sha512_ctx ctx;

    sha512_init(&ctx);
    sha512_update(&ctx, bytes.size, bytes.data);
    sha512_digest(&ctx, SHA512_DIGEST_SIZE, out);
    return span_of(out, SHA512_DIGEST_SIZE);
}

static struct span md5(struct arena *arena, struct span bytes)
{
    uint8_t *out = arena_alloc(arena, MD5_DIGEST_SIZE);
    struct md5_ctx ctx;

    md5_init(&ctx);
    md5_update(&ctx, bytes.size, bytes.data);
    md5_digest(&ctx, MD5_DIGEST_SIZE, out);
    return span_of(out, MD5_DIGEST_SIZE);
}

/* ---- The struct ---- */

/* 16 zeros, the length of prefix and data, and those. */
static struct span packed(struct arena *arena, const char *prefix,
                          struct span data, bool big_endian)
{
    uint32_t length = (uint32_t)(strlen(prefix) + data.size);
    AUTO_BUF out = {0};

    for (int i = 0; i < 4; i++) {
        buf_add_u32le(&out, 0);
    }
    if (big_endian) {
        buf_add_u32be(&out, length);
    } else {
        buf_add_u32le(&out, length);
    }
    buf_add_text(&out, prefix);
    buf_add(&out, data);
    return arena_copy(arena, buf_span(&out));
}

struct binding_hunt {
    struct arena *arena;
    struct span sent;
    const char *found;
};

static void try_hash(struct binding_hunt *h, struct span hash, const char *says)
{
    if (!h->found && span_equal(hash, h->sent)) {
        h->found = says;
    }
}

static void try_data(struct binding_hunt *h, const char *prefix,
                     struct span data, const char *says)
{
    try_hash(h, md5(h->arena, packed(h->arena, prefix, data, false)), says);
}

/* The right certificate's right hash, wrongly wrapped. */
static void try_wrapping(struct binding_hunt *h, struct span hash)
{
    struct arena *arena = h->arena;
    const char *hex = hex_text(arena, hash);
    struct span whole = packed(arena, PREFIX, hash, false);
    struct span application = span_slice(whole, 20, whole.size);

    try_data(h, "", hash, "the hash without \"" PREFIX "\" before it");
    try_data(h, "tls-server-end-point", hash,
             "the hash with \"tls-server-end-point\" and no colon before it");
    try_data(h, "tls-unique:", hash, "the hash with \"tls-unique:\" before it");
    try_data(h, PREFIX, span_text(hex), "the hash in hexadecimal digits");
    try_data(h, PREFIX, span_text(base64_text(arena, hash)),
             "the hash in base64");
    try_hash(h, md5(arena, packed(arena, PREFIX, hash, true)),
             "the right data behind a length in big-endian order");
    try_hash(h, md5(arena, application),
             "the application data alone, without the "
             "gss_channel_bindings_struct around it");
    try_hash(h, md5(arena, span_slice(whole, 16, whole.size)),
             "the application data and its length alone, without the "
             "addresses before it");
    try_hash(h, span_slice(hash, 0, MD5_DIGEST_SIZE),
             "the first 16 bytes of the certificate's hash");
    try_hash(h, md5(arena, hash), "the certificate's hash alone");
    try_hash(h, span_slice(sha256(arena, whole), 0, MD5_DIGEST_SIZE),
             "the right bytes, hashed with SHA-256 and cut: MD5 is what is "
             "meant");
}

static struct span pem(struct arena *arena, struct span der, const char *end)
{
    const char *text = base64_text(arena, der);
    size_t length = strlen(text);
    AUTO_BUF out = {0};

    buf_add_text(&out, "-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; at < length; at += 64) {
        buf_add(&out, span_slice(span_text(text), at, 64));
        buf_add_text(&out, "\n");
    }
    buf_add_text(&out, "-----END CERTIFICATE-----");
    buf_add_text(&out, end);
    return arena_copy(arena, buf_span(&out));
}

/* The right certificate, and another hash than its end point's. */
static void try_certificate(struct binding_hunt *h,
                            const struct auth_leaf *leaf)
{
    struct arena *arena = h->arena;
    struct span der = leaf->der;
    struct span key = leaf->public_key;

    try_data(h, PREFIX, sha1(arena, der),
             "the certificate's SHA-1 hash: SHA-256 is what is meant");
    try_data(h, PREFIX, md5(arena, der),
             "the certificate's MD5 hash: SHA-256 is what is meant");
    try_data(h, PREFIX, sha256(arena, der),
             "the certificate's SHA-256 hash: that of its signature is what "
             "is meant");
    try_data(h, PREFIX, sha384(arena, der), "the certificate's SHA-384 hash");
    try_data(h, PREFIX, sha512(arena, der), "the certificate's SHA-512 hash");
    try_data(h, PREFIX, sha256(arena, key),
             "the hash of the public key: that of the whole certificate is "
             "what is meant");
    try_data(h, PREFIX, sha256(arena, pem(arena, der, "\n")),
             "the hash of the certificate in PEM: that of its DER is what is "
             "meant");
    try_data(h, PREFIX, sha256(arena, pem(arena, der, "")),
             "the hash of the certificate in PEM: that of its DER is what is "
             "meant");
    try_data(h, PREFIX, der, "the certificate itself, not its hash");
}

static void try_others(struct binding_hunt *h, const struct auth_leaf *leaves,
                       size_t count)
{
    for (size_t i = 0; i < count && !h->found; i++) {
        uint8_t hash[AUTH_BINDING_SIZE];

        auth_channel_bindings(leaves[i].hash, hash);
        try_hash(h, span_of(hash, sizeof(hash)),
                 arena_printf(h->arena,
                              "the certificate of \"%s\": that of this "
                              "connection is what is meant",
                              leaves[i].name));
    }
}

static void try_leaves(struct binding_hunt *h, const struct auth_context *ctx)
{
    struct auth_leaf *leaves =
        arena_alloc(ctx->arena, AUTH_LEAVES_MAX * sizeof(*leaves));
    size_t count = ctx->leaves ? ctx->leaves(ctx->plan, leaves) : 0;

    try_others(h, leaves, count);
    for (size_t i = 0; i < count && !h->found; i++) {
        if (span_equal(leaves[i].hash, ctx->certificate_hash)) {
            try_certificate(h, &leaves[i]);
        }
    }
}

static const char *absent(const struct auth_context *ctx, bool zero)
{
    if (!ctx->certificate_hash.size) {
        return "password matches; ntlm.channel-binding requires a binding, and "
               "without TLS there is nothing to be bound to" SECTION;
    }
    return zero ? "password matches; MsvAvChannelBindings is all zero, which "
                  "means: none; ntlm.channel-binding requires one" SECTION
                : "password matches; the client sent no MsvAvChannelBindings, "
                  "and ntlm.channel-binding requires it" SECTION;
}

static const char *wrong(const struct auth_context *ctx, struct span sent)
{
    struct binding_hunt h = {.arena = ctx->arena, .sent = sent};
    uint8_t right[AUTH_BINDING_SIZE];

    try_wrapping(&h, ctx->certificate_hash);
    if (!h.found) {
        try_leaves(&h, ctx);
    }
    if (h.found) {
        return arena_printf(ctx->arena,
                            "password matches; MsvAvChannelBindings is made "
                            "of %s%s",
                            h.found, SECTION);
    }
    auth_channel_bindings(ctx->certificate_hash, right);
    return arena_printf(
        ctx->arena,
        "password matches; MsvAvChannelBindings is %s, and that of this "
        "connection's certificate is %s: the client is bound to another "
        "channel, as behind a proxy that ends TLS%s",
        hex_text(ctx->arena, span_slice(sent, 0, AUTH_BINDING_SIZE)),
        hex_text(ctx->arena, span_of(right, sizeof(right))), SECTION);
}

const char *ntlm_why_binding(const struct auth_context *ctx,
                             const struct ntlm_answer *answer)
{
    struct span sent = SPAN_NONE;
    bool present = answer->form == NTLM_FORM_V2 &&
                   ntlmssp_av_find(answer->v2.av_pairs,
                                   NTLMSSP_AV_CHANNEL_BINDINGS, &sent);

    if (answer->form != NTLM_FORM_V2) {
        return "password matches; an NTLMv1 response has no place for a "
               "channel binding, and ntlm.channel-binding requires one";
    }
    if (!present || span_is_zero(sent) || !ctx->certificate_hash.size) {
        return absent(ctx, present);
    }
    return wrong(ctx, sent);
}
