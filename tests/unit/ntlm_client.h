/*
 * An NTLM client for tests ([MS-NLMP] 3.1.5), good or bad in any way that a
 * test asks for. It shares codec and formulas with the server; that these are
 * right is what test_ntlmssp and test_ntlm_crypto tell.
 */
#ifndef UNIT_NTLM_CLIENT_H
#define UNIT_NTLM_CLIENT_H

#include <string.h>

#include "auth/binding.h"
#include "auth/ntlm_crypto.h"
#include "auth/ntlm_session.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/base64.h"
#include "util/utf.h"
#include "wire/ntlmssp.h"
#include "wire/ntlmssp_av.h"

enum client_response {
    CLIENT_V2,
    CLIENT_V1,
    CLIENT_V1_ESS,
    CLIENT_LM,        /* the LM response alone */
    CLIENT_ANONYMOUS, /* no response at all */
};

enum client_mic {
    CLIENT_MIC_RIGHT,
    CLIENT_MIC_NONE,
    CLIENT_MIC_WRONG,
    CLIENT_MIC_PROMISED, /* announced, but the message has no room for it */
};

enum client_binding {
    CLIENT_BINDING_NONE,
    CLIENT_BINDING_ZERO,
    CLIENT_BINDING_RIGHT,
    CLIENT_BINDING_WRONG,
};

struct ntlm_client {
    const char *user;
    const char *domain;
    const char *password;
    uint32_t flags; /* of type 1 */
    enum client_response response;
    enum client_mic mic;
    enum client_binding binding;
    struct span certificate_hash;
    const char *spn;       /* NULL: none */
    const char *hash_name; /* domain in the hash; NULL: the one sent */
    bool bytes;            /* names and password byte by byte, as curl */
    bool no_echo;          /* leave the challenge's AV pairs away */
    bool alters;           /* bring them back without their values */
    bool own_clock;        /* not the challenge's timestamp */
    bool key_exchange;
    /* What the handshake came to. */
    struct arena *arena;
    struct span negotiate;
    uint32_t agreed;
    uint8_t exported[NTLM_HASH_SIZE];
    struct ntlm_session session;
};

#define CLIENT_FLAGS                                                           \
    (NTLMSSP_UNICODE | NTLMSSP_OEM | NTLMSSP_REQUEST_TARGET | NTLMSSP_NTLM |   \
     NTLMSSP_ALWAYS_SIGN | NTLMSSP_ESS | NTLMSSP_SIGN | NTLMSSP_128 |          \
     NTLMSSP_56 | NTLMSSP_VERSION)

static inline struct ntlm_client
client_of(struct arena *arena, const char *user, const char *password)
{
    return (struct ntlm_client){
        .user = user,
        .domain = "CONTOSO",
        .password = password,
        .flags = CLIENT_FLAGS,
        .arena = arena,
    };
}

static inline struct span client_negotiate(struct ntlm_client *c)
{
    struct ntlmssp_negotiate m = {.flags = c->flags, .has_fields = true};
    AUTO_BUF out = {0};

    if (c->key_exchange) {
        m.flags |= NTLMSSP_KEY_EXCH;
    }
    ntlmssp_encode_negotiate(&out, &m);
    c->negotiate = arena_copy(c->arena, buf_span(&out));
    return c->negotiate;
}

static inline struct span client_wide(struct ntlm_client *c, const char *text,
                                      bool bytes)
{
    AUTO_BUF out = {0};

    if (!bytes) {
        utf16le_add(&out, span_text(text));
    }
    for (const char *p = text; bytes && *p; p++) {
        buf_add_u16le(&out, (uint8_t)*p);
    }
    return arena_copy(c->arena, buf_span(&out));
}

/* curl upper-cases ASCII alone. */
static inline struct span client_upper(struct ntlm_client *c)
{
    char *upper = arena_strdup(c->arena, c->user);

    if (!c->bytes) {
        return client_wide(c, utf8_upper(c->arena, c->user), false);
    }
    for (char *p = upper; *p; p++) {
        if (*p >= 'a' && *p <= 'z') {
            *p = (char)(*p - 'a' + 'A');
        }
    }
    return client_wide(c, upper, true);
}

static inline struct span client_string(struct ntlm_client *c, const char *text)
{
    return c->agreed & NTLMSSP_UNICODE ? client_wide(c, text, c->bytes)
                                       : span_text(text);
}

static inline void client_add_binding(struct ntlm_client *c, struct buf *out)
{
    uint8_t hash[NTLM_HASH_SIZE] = {0};

    if (c->binding == CLIENT_BINDING_NONE) {
        return;
    }
    if (c->binding != CLIENT_BINDING_ZERO) {
        auth_channel_bindings(c->certificate_hash, hash);
    }
    hash[0] ^= c->binding == CLIENT_BINDING_WRONG;
    ntlmssp_av_add(out, NTLMSSP_AV_CHANNEL_BINDINGS,
                   span_of(hash, sizeof(hash)));
}

/* 3.1.5.1.2: the server's pairs, and the client's own. */
static inline uint64_t client_add_pairs(struct ntlm_client *c, struct span list,
                                        struct buf *out)
{
    static const uint8_t flags[] = {NTLMSSP_AV_FLAG_MIC, 0, 0, 0};
    struct reader rd = rd_init(list);
    struct ntlmssp_av av;
    uint64_t time = 12345;

    while (ntlmssp_av_next(&rd, &av) == NTLMSSP_OK && av.id != NTLMSSP_AV_EOL) {
        if (av.id == NTLMSSP_AV_TIMESTAMP && !c->own_clock) {
            struct reader value = rd_init(av.value);

            time = rd_u64le(&value);
        }
        if (!c->no_echo) {
            ntlmssp_av_add(out, av.id, c->alters ? SPAN_NONE : av.value);
        }
    }
    if (c->mic != CLIENT_MIC_NONE) {
        ntlmssp_av_add(out, NTLMSSP_AV_FLAGS, span_of(flags, sizeof(flags)));
    }
    client_add_binding(c, out);
    if (c->spn) {
        ntlmssp_av_add_text(out, NTLMSSP_AV_TARGET_NAME, c->spn);
    }
    ntlmssp_av_add(out, NTLMSSP_AV_EOL, SPAN_NONE);
    return time;
}

static inline struct span client_v2(struct ntlm_client *c,
                                    const struct ntlmssp_challenge *m,
                                    const uint8_t ntowf[NTLM_HASH_SIZE])
{
    struct ntlmssp_v2_response v2 = {.resp_type = 1, .hi_resp_type = 1};
    const char *domain = c->hash_name ? c->hash_name : c->domain;
    uint8_t key[NTLM_HASH_SIZE];
    uint8_t proof[NTLM_HASH_SIZE];
    AUTO_BUF pairs = {0};
    AUTO_BUF temp = {0};
    AUTO_BUF response = {0};

    v2.timestamp = client_add_pairs(c, m->target_info.bytes, &pairs);
    v2.client_challenge = span_text("CLIENTCH");
    v2.av_pairs = buf_span(&pairs);
    ntlmssp_encode_v2_temp(&temp, &v2);
    ntlm_ntowf_v2(ntowf, client_upper(c), client_wide(c, domain, c->bytes),
                  key);
    ntlm_v2_proof(key, m->server_challenge, buf_span(&temp), proof);
    ntlm_v2_session_base_key(key, proof, c->exported);
    buf_add(&response, span_of(proof, sizeof(proof)));
    buf_add(&response, buf_span(&temp));
    return arena_copy(c->arena, buf_span(&response));
}

static inline void client_v1(struct ntlm_client *c,
                             const struct ntlmssp_challenge *m,
                             const uint8_t ntowf[NTLM_HASH_SIZE],
                             struct span *out_lm, struct span *out_nt)
{
    uint8_t *lm = arena_alloc(c->arena, NTLM_V1_SIZE);
    uint8_t *nt = arena_alloc(c->arena, NTLM_V1_SIZE);
    uint8_t challenge[NTLM_NONCE_SIZE];
    uint8_t lmowf[NTLM_HASH_SIZE];
    uint8_t base[NTLM_HASH_SIZE];

    ntlm_lmowf_v1(span_text(c->password), lmowf);
    ntlm_v1_session_base_key(ntowf, base);
    memcpy(challenge, m->server_challenge, sizeof(challenge));
    if (c->response == CLIENT_V1_ESS) {
        memcpy(lm, "CLIENTCH", NTLM_NONCE_SIZE);
        ntlm_ess_challenge(m->server_challenge, lm, challenge);
        ntlm_kxkey_v1_ess(base, m->server_challenge, lm, c->exported);
    } else {
        ntlm_desl(lmowf, challenge, lm);
        ntlm_kxkey_v1(base, lmowf, lm, c->agreed, c->exported);
    }
    ntlm_desl(ntowf, challenge, nt);
    *out_lm = span_of(lm, NTLM_V1_SIZE);
    *out_nt = span_of(nt, NTLM_V1_SIZE);
}

static inline void client_respond(struct ntlm_client *c,
                                  const struct ntlmssp_challenge *m,
                                  struct span *out_lm, struct span *out_nt)
{
    static const uint8_t zeros[NTLM_V1_SIZE];
    uint8_t ntowf[NTLM_HASH_SIZE];

    ntlm_ntowf_v1(client_wide(c, c->password, c->bytes), ntowf);
    switch (c->response) {
    case CLIENT_V2:
        *out_lm = span_of(zeros, sizeof(zeros));
        *out_nt = client_v2(c, m, ntowf);
        break;
    case CLIENT_V1:
    case CLIENT_V1_ESS:
    case CLIENT_LM:
        client_v1(c, m, ntowf, out_lm, out_nt);
        *out_nt = c->response == CLIENT_LM ? SPAN_NONE : *out_nt;
        break;
    case CLIENT_ANONYMOUS:
        *out_lm = span_of(zeros, 1);
        *out_nt = SPAN_NONE;
        break;
    }
}

static inline struct span client_finish(struct ntlm_client *c,
                                        struct ntlmssp_authenticate *out,
                                        struct span challenge)
{
    AUTO_BUF token = {0};

    ntlmssp_encode_authenticate(&token, out);
    if (out->has_mic) {
        uint8_t *mic = token.data + NTLMSSP_MIC_OFFSET;

        ntlm_mic(c->exported, c->negotiate, challenge, buf_span(&token), mic);
        *mic ^= c->mic == CLIENT_MIC_WRONG;
    }
    ntlm_session_init(&c->session, c->exported, c->agreed);
    return arena_copy(c->arena, buf_span(&token));
}

/* The empty span: the challenge is none. */
static inline struct span client_authenticate(struct ntlm_client *c,
                                              struct span challenge)
{
    static const uint8_t chosen[NTLM_HASH_SIZE] = "a key of 16 byte";
    struct ntlmssp_challenge m;
    struct ntlmssp_flaw flaw;
    struct ntlmssp_authenticate out = {
        .has_session_key = true,
        .has_flags = true,
        .has_version = true,
        .has_mic = c->mic == CLIENT_MIC_RIGHT || c->mic == CLIENT_MIC_WRONG,
    };
    size_t at = out.has_mic ? NTLMSSP_AUTHENTICATE_FIXED : NTLMSSP_MIC_OFFSET;
    uint8_t *encrypted = arena_alloc(c->arena, NTLM_HASH_SIZE);
    struct span lm;
    struct span nt;

    if (ntlmssp_decode_challenge(challenge, &m, &flaw) != NTLMSSP_OK) {
        return SPAN_NONE;
    }
    c->agreed = m.flags;
    out.flags = m.flags;
    client_respond(c, &m, &lm, &nt);
    ntlmssp_field_set(&out.domain, client_string(c, c->domain), &at);
    ntlmssp_field_set(&out.user, client_string(c, c->user), &at);
    ntlmssp_field_set(&out.workstation, client_string(c, "TESTER"), &at);
    ntlmssp_field_set(&out.lm_response, lm, &at);
    ntlmssp_field_set(&out.nt_response, nt, &at);
    if (m.flags & NTLMSSP_KEY_EXCH) {
        ntlm_rc4k(c->exported, chosen, encrypted);
        memcpy(c->exported, chosen, sizeof(chosen));
        ntlmssp_field_set(&out.session_key, span_of(encrypted, NTLM_HASH_SIZE),
                          &at);
    }
    return client_finish(c, &out, challenge);
}

#endif
