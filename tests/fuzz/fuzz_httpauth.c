/*
 * An Authorization value from the wire to the journal: what decodes can be
 * encoded and decodes to the same again; the token in it can be described,
 * whatever it is, and without secrets nothing of it is shown. Basic, whose
 * token is text of no other codec, is judged as well.
 */
#include "config.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "auth/auth.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/json.h"
#include "wire/httpauth.h"
#include "wire/token.h"
#include "world/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_basic(struct arena *arena, struct span token)
{
    static struct world *world;
    const struct auth_method *basic = auth_method("basic");
    struct auth_handle *handle = basic->begin();
    struct auth_outcome out = {0};
    struct auth_context ctx = {.arena = arena, .host = "localhost"};

    if (!world) {
        world = world_good();
    }
    ctx.world = world;
    basic->step(handle, &ctx, token, &out);
    basic->end(handle);
    assert(out.verdict != AUTH_CONTINUE && out.token_out.size == 0);
    assert((out.verdict == AUTH_ACCEPTED) == (out.reason == AUTH_REASON_NONE));
    assert((out.verdict == AUTH_INVALID) == (out.report.name == NULL));
    /* Without TLS there is always something to say against it. */
    assert(out.findings);
}

static void decode_again(struct arena *arena, const struct httpauth *first)
{
    struct httpauth again;
    char *value = httpauth_encode(arena, first->scheme, first->token);
    enum httpauth_result result = httpauth_decode(arena, value, &again);

    assert(result == (first->token.size ? HTTPAUTH_OK : HTTPAUTH_NO_TOKEN));
    assert(strcmp(again.scheme, first->scheme) == 0);
    assert(span_equal(again.token, first->token));
}

static void describe(struct arena *arena, struct span token, bool secrets)
{
    AUTO_BUF out = {0};
    struct json json;

    json_init(&json, &out);
    token_describe(arena, NULL, token, &(struct token_view){.secrets = secrets},
                   &json);
    assert(out.size > 1 && out.data[0] == '{' && out.data[out.size - 1] == '}');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) arena = arena_new();
    struct httpauth auth;
    /* A header value has no NUL: the text ends where the first one stands. */
    const char *value = arena_text(arena, span_of(data, size));

    switch (httpauth_decode(arena, value, &auth)) {
    case HTTPAUTH_OK:
        decode_again(arena, &auth);
        describe(arena, auth.token, false);
        describe(arena, auth.token, true);
        if (strcasecmp(auth.scheme, "Basic") == 0) {
            judge_basic(arena, auth.token);
        }
        break;
    case HTTPAUTH_EMPTY:
        assert(auth.scheme[0] == '\0');
        break;
    case HTTPAUTH_NO_TOKEN:
    case HTTPAUTH_BAD_BASE64:
        assert(auth.scheme[0] != '\0' && auth.token.size == 0);
        break;
    }
    return 0;
}
