/* Builds the challenge ([MS-NLMP] 2.2.1.2, 3.2.5.1.1), see ntlm.h. */
#include "config.h"

#include "auth/ntlm.h"

#include <string.h>

#include "util/base64.h"
#include "util/env.h"
#include "util/stamp.h"
#include "util/utf.h"
#include "wire/plans.h"
#include "world/world.h"

enum {
    NETBIOS_NAME = 15, /* characters of a NetBIOS name */

    /* All that this server can do; what it grants is what type 1 asked. */
    SUPPORTED = NTLMSSP_REQUEST_TARGET | NTLMSSP_SIGN | NTLMSSP_SEAL |
                NTLMSSP_ESS | NTLMSSP_VERSION,
};

/* The rest of SUPPORTED; these bits do not fit an int. */
static const uint32_t supported_keys =
    NTLMSSP_128 | NTLMSSP_KEY_EXCH | NTLMSSP_56;

/*
 * What Windows sets whether asked or not, and clients cannot do without. A bit
 * beyond that which type 1 did not ask for ends the handshake of some
 * (go-ntlmssp: KEY_EXCH, LM_KEY), so all others are granted on request only:
 * EXTENDED_SESSIONSECURITY too, else an NTLMv1 client mixes up its response.
 */
static const uint32_t always = NTLMSSP_NTLM | NTLMSSP_ALWAYS_SIGN |
                               NTLMSSP_TARGET_INFO | NTLMSSP_TARGET_TYPE_DOMAIN;

static uint32_t choose_flags(const struct ntlm_settings *settings,
                             uint32_t asked)
{
    uint32_t flags = SUPPORTED | supported_keys;
    /* 2.2.2.5: Unicode wins where the client can do both. */
    bool oem = (asked & NTLMSSP_OEM) && !(asked & NTLMSSP_UNICODE);

    if (settings->flags_masked) {
        flags &= asked;
    }
    flags |= always | (oem ? NTLMSSP_OEM : NTLMSSP_UNICODE);
    return (flags | settings->flags_set) & ~settings->flags_clear;
}

/* The machine's NetBIOS name: its first label, in upper case, cut. */
static char *netbios_name(struct arena *arena, const char *fqdn)
{
    size_t length = strcspn(fqdn, ".");
    struct span label =
        span_of(fqdn, length < NETBIOS_NAME ? length : NETBIOS_NAME);

    return utf8_upper(arena, arena_text(arena, label));
}

static const char *server_fqdn(const struct auth_context *ctx)
{
    const struct pool *pool = world_pool_of(ctx->world, ctx->host);

    return pool && pool->server_fqdn ? pool->server_fqdn : ctx->world->domain;
}

static void add_name(struct buf *out, uint16_t id, const char *said,
                     const char *usual)
{
    const char *name = said ? said : usual;

    if (strcmp(name, "omit") != 0) {
        ntlmssp_av_add_text(out, id, name);
    }
}

/* 2.2.2.1; in the order of Windows. */
static void add_good_pairs(const struct auth_context *ctx, struct buf *out)
{
    const struct world *world = ctx->world;
    const struct ntlm_settings *ntlm = &world->ntlm;
    const char *fqdn = server_fqdn(ctx);

    add_name(out, NTLMSSP_AV_NB_DOMAIN_NAME, ntlm->netbios_domain,
             world->netbios);
    add_name(out, NTLMSSP_AV_NB_COMPUTER_NAME, ntlm->netbios_computer,
             netbios_name(ctx->arena, fqdn));
    add_name(out, NTLMSSP_AV_DNS_DOMAIN_NAME, ntlm->dns_domain, world->domain);
    add_name(out, NTLMSSP_AV_DNS_COMPUTER_NAME, ntlm->dns_computer, fqdn);
    add_name(out, NTLMSSP_AV_DNS_TREE_NAME, ntlm->dns_tree, world->domain);
    if (ntlm->timestamp) {
        int64_t now = env_now(ctx->env) + ntlm->timestamp_skew;
        uint64_t filetime = stamp_filetime(now);
        uint8_t bytes[8];

        for (size_t i = 0; i < sizeof(bytes); i++) {
            bytes[i] = (uint8_t)(filetime >> (8 * i));
        }
        ntlmssp_av_add(out, NTLMSSP_AV_TIMESTAMP,
                       span_of(bytes, sizeof(bytes)));
    }
    ntlmssp_av_add(out, NTLMSSP_AV_EOL, SPAN_NONE);
}

static void add_target_info(const struct auth_context *ctx, struct buf *out)
{
    const struct ntlm_message *message = ctx->ntlm ? ctx->ntlm->message : NULL;
    AUTO_BUF good = {0};

    add_good_pairs(ctx, &good);
    if (message && message->av_pairs) {
        ntlm_lie_pairs(out, ctx->arena, message->av_pairs, buf_span(&good));
    } else {
        buf_add(out, buf_span(&good));
    }
}

static void choose_challenge(const struct auth_context *ctx,
                             uint8_t out_challenge[NTLM_NONCE_SIZE])
{
    const char *fixed = ctx->world->ntlm.server_challenge;
    struct span bytes = SPAN_NONE;

    if (fixed && hex_decode(ctx->arena, fixed, &bytes) &&
        bytes.size == NTLM_NONCE_SIZE) {
        memcpy(out_challenge, bytes.data, NTLM_NONCE_SIZE);
    } else {
        env_random(ctx->env, out_challenge, NTLM_NONCE_SIZE);
    }
}

static struct span target_name(const struct auth_context *ctx, uint32_t flags)
{
    const struct world *world = ctx->world;
    const char *name =
        world->ntlm.target_name ? world->ntlm.target_name : world->netbios;
    AUTO_BUF wide = {0};

    if (!(flags & NTLMSSP_UNICODE)) {
        return arena_copy(ctx->arena, span_text(name));
    }
    utf16le_add(&wide, span_text(name));
    return arena_copy(ctx->arena, buf_span(&wide));
}

/*
 * 2.2.2.10: the Windows that the IIS in the replies' Server field runs on:
 * 2008 R2 (IIS 7.5) for Lync Server 2013, 2012 R2 (IIS 8.5) for its successor.
 */
static struct ntlmssp_version version_of(enum product product)
{
    bool r2_2012 = product == PRODUCT_SFB2015;

    return (struct ntlmssp_version){
        .major = 6,
        .minor = r2_2012 ? 3 : 1,
        .build = r2_2012 ? 9600 : 7601,
        .revision = 15, /* NTLMSSP_REVISION_W2K3 */
    };
}

static void build(struct ntlm_handle *handle, const struct auth_context *ctx,
                  const struct ntlmssp_negotiate *asked,
                  struct auth_outcome *out)
{
    struct ntlm_offer *offer = &handle->offer;
    bool whole = !ctx->ntlm || !ctx->ntlm->message ||
                 !ctx->ntlm->message->fields_omitted;
    struct ntlmssp_challenge message = {
        .has_target_info = whole,
        .has_version = whole,
    };
    size_t at = whole ? NTLMSSP_CHALLENGE_FIXED : NTLMSSP_CHALLENGE_SHORT;

    offer->flags = choose_flags(&ctx->world->ntlm, asked->flags);
    choose_challenge(ctx, offer->server_challenge);
    buf_reset(&offer->target_info);
    if (whole && (offer->flags & NTLMSSP_TARGET_INFO)) {
        add_target_info(ctx, &offer->target_info);
    }
    message.flags = offer->flags;
    memcpy(message.server_challenge, offer->server_challenge, NTLM_NONCE_SIZE);
    if (offer->flags & NTLMSSP_VERSION) {
        message.version = version_of(ctx->world->product);
    }
    ntlmssp_field_set(&message.target_name, target_name(ctx, offer->flags),
                      &at);
    ntlmssp_field_set(&message.target_info, buf_span(&offer->target_info), &at);
    buf_reset(&handle->challenge);
    ntlmssp_encode_challenge(&handle->challenge, &message);
    auth_note(ctx, out, "ntlm.challenge-flags", "%s",
              ntlmssp_flags_text(ctx->arena, offer->flags));
}

void ntlm_challenge(struct ntlm_handle *handle, const struct auth_context *ctx,
                    const struct ntlmssp_negotiate *asked,
                    struct auth_outcome *out)
{
    const struct auth_context own = auth_reach(ctx, AUTH_MOMENT_NTLM_CHALLENGE);

    build(handle, &own, asked, out);
    if (own.ntlm) {
        ntlm_obey(handle, &own, out);
    }
}
