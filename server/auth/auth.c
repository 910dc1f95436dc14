/* The table of authentication methods, see auth.h. */
#include "config.h"

#include "auth/auth.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "auth/methods.h"

enum { NOTE_MAX = 1023 };

#define DECLARE_METHOD(name) extern const struct auth_method auth_method_##name;
AUTH_METHODS(DECLARE_METHOD)

#define METHOD_ADDRESS(name) &auth_method_##name,
static const struct auth_method *const methods[] = {
    AUTH_METHODS(METHOD_ADDRESS)};

const struct auth_method *auth_method_at(size_t index)
{
    return index < ARRAY_SIZE(methods) ? methods[index] : NULL;
}

const struct auth_method *auth_method(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        if (strcmp(methods[i]->name, name) == 0) {
            return methods[i];
        }
    }
    return NULL;
}

const struct auth_method *auth_method_of_scheme(const char *scheme)
{
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        if (methods[i]->scheme && !strcasecmp(methods[i]->scheme, scheme)) {
            return methods[i];
        }
    }
    return NULL;
}

struct auth_context auth_reach(const struct auth_context *ctx,
                               enum auth_moment moment)
{
    struct auth_context own = *ctx;

    if (ctx->reach) {
        own.world = ctx->reach(ctx->plan, moment, NULL, NULL);
    }
    return own;
}

void auth_note(const struct auth_context *ctx, struct auth_outcome *out,
               const char *key, const char *format, ...)
{
    struct auth_note *note = ARENA_NEW(ctx->arena, struct auth_note);
    va_list args;

    va_start(args, format);
    note->text = arena_vprintf_most(ctx->arena, NOTE_MAX, format, args);
    va_end(args);
    note->key = key;
    note->next = out->notes;
    out->notes = note;
}

void auth_find(const struct auth_context *ctx, struct auth_outcome *out,
               const struct finding *finding)
{
    struct finding *own = ARENA_NEW(ctx->arena, struct finding);

    *own = *finding;
    own->next = out->findings;
    out->findings = own;
}

static const struct {
    const char *word;
    const char *text;
} reasons[] = {
#define REASON_ROW(id, word, text) [AUTH_REASON_##id] = {(word), (text)},
    AUTH_REASONS(REASON_ROW)
#undef REASON_ROW
};

const char *auth_reason_text(enum auth_reason reason)
{
    return reasons[reason].text;
}

const char *auth_reason_word(enum auth_reason reason)
{
    return reasons[reason].word;
}
