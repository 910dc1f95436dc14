/*
 * Authentication method: Basic (RFC 7617). One token in, no token out: a name
 * and a password in clear, with each request afresh.
 */
#include "config.h"

#include <string.h>

#include "auth/auth.h"
#include "auth/handle.h"
#include "auth/password.h"
#include "auth/password_why.h"
#include "checks/checks.h"
#include "util/mem.h"
#include "util/utf.h"
#include "world/world.h"

/* Nothing lasts from one token to the next. */
struct basic_handle {
    struct auth_handle base;
};

/* The evidence would be the password. */
static void breach(const struct auth_context *ctx, struct auth_outcome *out,
                   const char *rule, const char *text)
{
    struct finding finding = check_finding(rule, SPAN_NONE, text);

    finding.where = "Authorization: Basic";
    auth_find(ctx, out, &finding);
}

/*
 * RFC 7617 section 2: no control characters in either. This keeps out NUL as
 * well, and so UTF-16.
 */
static bool has_control(struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] < ' ' || bytes.data[i] == 0x7f) {
            return true;
        }
    }
    return false;
}

static char *latin1_text(struct arena *arena, struct span bytes)
{
    AUTO_BUF wide = {0};

    for (size_t i = 0; i < bytes.size; i++) {
        buf_add_u16le(&wide, bytes.data[i]);
    }
    return utf16le_text(arena, buf_span(&wide));
}

/*
 * Section 2.1: the challenge says UTF-8. Clients that do not look at it send
 * ISO 8859-1, the habit of browsers before (appendix B.3): understood, and
 * told.
 */
static char *decode(const struct auth_context *ctx, struct span token,
                    struct auth_outcome *out)
{
    if (utf8_valid(token)) {
        auth_note(ctx, out, "basic.charset", "UTF-8");
        return arena_text(ctx->arena, token);
    }
    auth_note(ctx, out, "basic.charset", "ISO-8859-1");
    breach(ctx, out, "BA-002",
           "name and password are not in UTF-8, which the challenge asks for; "
           "they were read as ISO 8859-1");
    return latin1_text(ctx->arena, token);
}

static void refuse_token(const struct auth_context *ctx, const char *why,
                         struct auth_outcome *out)
{
    auth_note(ctx, out, "basic.error", "%s", why);
    breach(ctx, out, "BA-001",
           "the credentials are no name and password: a colon must stand "
           "between the two, and control characters must not be in them");
    out->verdict = AUTH_INVALID;
    out->reason = AUTH_REASON_BAD_TOKEN;
}

/* Section 4: the scheme is only as secret as the channel. */
static void warn_of_clear_text(const struct auth_context *ctx,
                               struct auth_outcome *out)
{
    if (ctx->certificate_hash.size == 0) {
        breach(ctx, out, "BA-003",
               "the password went over plain HTTP, where anybody on the way "
               "can read it; over https it would have been right");
    }
}

static void step(struct auth_handle *handle UNUSED,
                 const struct auth_context *ctx, struct span token_in,
                 struct auth_outcome *out)
{
    size_t colon = span_find(token_in, span_text(":"), 0);
    struct auth_context own;
    char *text;

    *out = (struct auth_outcome){.mechanism = "basic", .notes = out->notes};
    warn_of_clear_text(ctx, out);
    if (colon == SIZE_MAX || has_control(token_in)) {
        refuse_token(ctx, colon == SIZE_MAX ? "no colon" : "control characters",
                     out);
        return;
    }
    /* The first colon ends the name; a password may have more of them. */
    text = decode(ctx, token_in, out);
    text[strcspn(text, ":")] = '\0';
    out->report.name = text;
    own = auth_reach(ctx, AUTH_MOMENT_BASIC_CREDENTIALS);
    auth_password(&own, text, text + strlen(text) + 1, out);
    out->solved = auth_password_why(&own, text, text + strlen(text) + 1, out);
}

static struct auth_handle *begin(void)
{
    return &NEW(struct basic_handle)->base;
}

static void end(struct auth_handle *handle)
{
    mem_free(handle);
}

/* Sections 2 and 2.1. A realm is one set of accounts: the domain. */
static const char *parameters(struct arena *arena, const struct world *world)
{
    return arena_printf(arena, "realm=\"%s\", charset=\"UTF-8\"",
                        world->domain);
}

extern const struct auth_method auth_method_basic;
const struct auth_method auth_method_basic = {
    .name = "basic",
    .scheme = "Basic",
    .spec = "RFC 7617",
    .doc = "A name and a password in clear.",
    .per_request = true,
    .parameters = parameters,
    .begin = begin,
    .step = step,
    .end = end,
};
