/*
 * What both targets of authentication do with their input: cut it into tokens
 * (each behind its length, two bytes, little-endian) and feed these to one
 * handle, in a world whose challenge and clock stand still, so that a corpus
 * can hold handshakes that succeed.
 */
#ifndef FUZZ_AUTH_TOKENS_H
#define FUZZ_AUTH_TOKENS_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth.h"
#include "auth/krb5.h"
#include "util/buf.h"
#include "util/env.h"
#include "util/json.h"
#include "wire/krb_keys.h"
#include "wire/token.h"
#include "world/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TOKENS_MAX = 8 };

static inline int64_t fixed_time(struct env *env UNUSED)
{
    return INT64_C(1400000000) * ENV_NS_PER_SEC;
}

static inline struct world *fuzz_world(void)
{
    struct world *world = world_good();
    struct err err;

    if (!world_finish(world, &err)) {
        abort();
    }
    world->ntlm.server_challenge = "0123456789abcdef";
    world->ntlm.v1 = true;
    world->ntlm.v1_ess = true;
    world->ntlm.channel_binding = CHANNEL_BINDING_ALLOW;
    world->krb5.etypes = KRB_ALL_BITS;
    world->krb5.replay_cache = false; /* each input may come again */
    return world;
}

/* Of the service's keys, and of those in the corpus. */
static inline void fixed_secret(void *out, size_t size)
{
    memset(out, 0x42, size);
}

static inline void fuzz_keys(struct krb_keys *out_keys)
{
    krb_keys_make(out_keys, KRB_ALL_BITS, 2, fixed_secret);
}

static inline struct krb5_acceptor *fuzz_acceptor(void)
{
    struct krb5_acceptor *acceptor = NULL;
    struct krb_keys keys;
    struct err err;

    fuzz_keys(&keys);
    if (!krb5_acceptor_new(&keys, &acceptor, &err)) {
        abort();
    }
    return acceptor;
}

static inline void check_outcome(const struct auth_outcome *out)
{
    switch (out->verdict) {
    case AUTH_CONTINUE:
        assert(out->token_out.size > 0);
        break;
    case AUTH_ACCEPTED:
        assert(out->user && out->reason == AUTH_REASON_NONE);
        break;
    case AUTH_REFUSED:
        assert(out->reason != AUTH_REASON_NONE);
        break;
    case AUTH_INVALID:
        assert(out->reason == AUTH_REASON_BAD_TOKEN);
        break;
    }
    assert(out->mechanism);
}

/* Whatever a token is, it is told as one object. */
static inline void describe(struct arena *arena, struct span token)
{
    AUTO_BUF text = {0};
    struct json json;

    json_init(&json, &text);
    token_describe(arena, NULL, token, &(struct token_view){.secrets = true},
                   &json);
    assert(text.size > 2);
    assert(text.data[0] == '{' && text.data[text.size - 1] == '}');
}

static inline void feed_tokens(const char *name, struct span input)
{
    static struct world *world;
    static struct krb5_acceptor *acceptor;
    static struct env env;
    const struct auth_method *method = auth_method(name);
    struct auth_handle *handle = method->begin();
    AUTO(arena) arena = arena_new();
    struct reader rd = rd_init(input);
    struct auth_context ctx = {
        .env = &env,
        .arena = arena,
        .host = "lyncweb.contoso.test",
        .certificate_hash = span_text("the hash of some certificate"),
    };

    if (!world) {
        world = fuzz_world();
        acceptor = fuzz_acceptor();
    }
    ctx.world = world;
    ctx.krb5 = acceptor;
    env_system(&env, 1);
    env.now = fixed_time;
    for (int i = 0; i < TOKENS_MAX && rd_left(&rd) >= 2; i++) {
        size_t length = rd_u16le(&rd);
        size_t left = rd_left(&rd);
        struct span token = rd_bytes(&rd, length < left ? length : left);
        struct auth_outcome out = {0};

        method->step(handle, &ctx, token, &out);
        check_outcome(&out);
        auth_account_commit(world, &out, fixed_time(&env));
        describe(arena, token);
        describe(arena, out.token_out);
    }
    method->end(handle);
}

#endif
