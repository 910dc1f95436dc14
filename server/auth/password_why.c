/* Why a password in clear was refused, see password_why.h. */
#include "config.h"

#include "auth/password_why.h"

#include <string.h>

#include "auth/password.h"
#include "auth/why_forms.h"
#include "auth/why_letters.h"
#include "util/base64.h"
#include "util/nearest.h"
#include "util/url.h"
#include "util/utf.h"
#include "world/world.h"

enum {
    ACCOUNTS_MAX = 64,
    SENT_MAX = 4 * WHY_PASSWORD_MAX, /* bytes of a text that is looked at */
};

/* Where the form that was missed is written down. */
static const char *section(const struct auth_outcome *out)
{
    const char *mechanism = out->mechanism ? out->mechanism : "";

    if (strcmp(mechanism, "usertoken") == 0) {
        return "WSS UsernameToken Profile 1.0 section 3.1";
    }
    return strcmp(mechanism, "basic") == 0 ? "RFC 7617 section 2"
                                           : "RFC 6749 section 4.3.2";
}

/* ---- The password ---- */

static const char *form_of(const struct auth_context *ctx, const char *sent,
                           const struct user *user)
{
    struct why_form *forms =
        arena_alloc(ctx->arena, WHY_FORMS_MAX * sizeof(*forms));
    size_t count = why_forms(ctx->arena, user_password_now(user), false, forms);

    for (size_t i = 0; i < count; i++) {
        if (auth_same_secret(sent, forms[i].text)) {
            return forms[i].how;
        }
    }
    return NULL;
}

static const struct user *owner_of(const struct auth_context *ctx,
                                   const char *sent, const struct user *but)
{
    const struct world *world = ctx->world;

    for (size_t i = 0; i < world->user_count && i < ACCOUNTS_MAX; i++) {
        const struct user *user = &world->users[i];

        if (user != but && *user_password_now(user) &&
            auth_same_secret(sent, user_password_now(user))) {
            return user;
        }
    }
    return NULL;
}

static const char *wrong_password(const struct auth_context *ctx,
                                  const char *name, const char *sent,
                                  const struct auth_outcome *out)
{
    const struct user *user = out->user;
    const char *how = form_of(ctx, sent, user);
    const struct user *owner;

    if (!*user_password_now(user)) {
        return "the account has no password, and with none nobody logs on "
               "over the network";
    }
    if (how) {
        return arena_printf(ctx->arena,
                            "the password is that of %s, sent %s (%s)",
                            user->name, how, section(out));
    }
    if (strcmp(name, sent) == 0) {
        return arena_printf(ctx->arena,
                            "the name was sent as the password, too (%s)",
                            section(out));
    }
    owner = owner_of(ctx, sent, user);
    if (owner) {
        return arena_printf(ctx->arena,
                            "the password is that of %s, not that of %s (%s)",
                            owner->name, user->name, section(out));
    }
    return "wrong password: no form of it that clients are known to send fits: "
           "it is another password";
}

/* ---- The name ---- */

static const struct user *found(const struct auth_context *ctx,
                                const char *name)
{
    return name ? auth_find_user(ctx->world, name) : NULL;
}

static const char *decoded(struct arena *arena, const char *text, bool utf16)
{
    struct span bytes;

    if (!base64_decode(arena, span_text(text), &bytes) || !bytes.size) {
        return NULL;
    }
    if (utf16) {
        return utf16le_text(arena, bytes);
    }
    return utf8_is_text(bytes) ? arena_text(arena, bytes) : NULL;
}

static const char *trimmed(struct arena *arena, const char *text)
{
    size_t length;

    text += strspn(text, " \t\r\n\"'");
    length = strlen(text);
    while (length && strchr(" \t\r\n\"'", text[length - 1])) {
        length--;
    }
    return arena_text(arena, span_of(text, length));
}

static const char *with_backslash(struct arena *arena, const char *text)
{
    char *out = arena_strdup(arena, text);
    char *slash = strchr(out, '/');

    if (slash) {
        *slash = '\\';
    }
    return out;
}

/* "CONTOSO\\alice", as somebody types it who quotes for a shell. */
static const char *single(struct arena *arena, const char *text)
{
    const char *two = strstr(text, "\\\\");

    return two ? arena_printf(arena, "%.*s%s", (int)(two - text), text, two + 1)
               : text;
}

const struct user *auth_name_meant(const struct auth_context *ctx,
                                   const char *name, const char **out_how)
{
    struct arena *arena = ctx->arena;
    const char *once = decoded(arena, name, false);
    const struct {
        const char *name;
        const char *how;
    } forms[] = {
        {trimmed(arena, name), "with blanks, line ends or quotation marks"},
        {once, "in base64"},
        {once ? decoded(arena, once, false) : NULL, "twice in base64"},
        {decoded(arena, name, true), "in base64 of UTF-16LE"},
        {url_decode(arena, span_text(name), false), "percent-encoded"},
        {with_backslash(arena, name), "with / in the place of \\"},
        {single(arena, name), "with two backslashes"},
        {why_compose(arena, name), "in decomposed form (NFD)"},
        {why_decompose(arena, name), "in composed form (NFC)"},
    };

    if (strlen(name) > SENT_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        const struct user *user = found(ctx, forms[i].name);

        if (user) {
            *out_how = forms[i].how;
            return user;
        }
    }
    return NULL;
}

/* "alice" of a name with a domain. */
static const char *bare(struct arena *arena, const char *name)
{
    const char *slash = strrchr(name, '\\');

    name = slash ? slash + 1 : name;
    name += strncmp(name, "sip:", 4) == 0 ? 4 : 0;
    return arena_text(arena, span_of(name, strcspn(name, "@")));
}

static const char *domain_of(struct arena *arena, const char *name)
{
    const char *slash = strchr(name, '\\');
    const char *at = strrchr(name, '@');

    if (slash) {
        return arena_text(arena, span_of(name, (size_t)(slash - name)));
    }
    return at ? at + 1 : "";
}

static const char *password_clause(const struct auth_context *ctx,
                                   const char *sent, const struct user *user)
{
    const char *how;

    if (*user_password_now(user) &&
        auth_same_secret(sent, user_password_now(user))) {
        return "password matches";
    }
    how = form_of(ctx, sent, user);
    return how ? arena_printf(ctx->arena, "the password is that of %s, sent %s",
                              user->name, how)
               : NULL;
}

static const char *wrong_domain(const struct auth_context *ctx,
                                const char *name, const char *sent,
                                const struct auth_outcome *out)
{
    const struct world *world = ctx->world;
    const struct user *user = found(ctx, bare(ctx->arena, name));
    const char *clause = user ? password_clause(ctx, sent, user) : NULL;

    if (!user) {
        return NULL;
    }
    return arena_printf(
        ctx->arena,
        "%s; domain must be \"%s\", \"%s\" or left away, the client sent "
        "\"%.64s\" (%s)",
        clause ? clause : "unknown user, and the password is another one, too",
        world->netbios, world->domain, domain_of(ctx->arena, name),
        section(out));
}

static const char *nearest_name(const struct auth_context *ctx,
                                const char *name)
{
    const struct world *world = ctx->world;
    struct nearest nearest;

    nearest_init(&nearest, bare(ctx->arena, name));
    for (size_t i = 0; i < world->user_count && i < ACCOUNTS_MAX; i++) {
        if (user_state_now(&world->users[i]) != USER_UNKNOWN) {
            nearest_try(&nearest, span_text(world->users[i].account));
        }
    }
    return nearest.best.size && nearest.nearness.kind == NEAR_SLIP
               ? arena_text(ctx->arena, nearest.best)
               : NULL;
}

static const char *misspelt(const struct auth_context *ctx, const char *name,
                            const char *sent)
{
    const char *near = nearest_name(ctx, name);
    const struct user *user = found(ctx, near);

    if (!user) {
        return NULL;
    }
    return arena_printf(ctx->arena,
                        "unknown user: the account that comes nearest is %s%s",
                        user_account(ctx->arena, ctx->world, user),
                        password_clause(ctx, sent, user)
                            ? ", and the password is the right one for it"
                            : "");
}

static const char *unknown_user(const struct auth_context *ctx,
                                const char *name, const char *sent,
                                const struct auth_outcome *out)
{
    const char *how = NULL;
    const struct user *user = auth_name_meant(ctx, name, &how);
    const char *clause = user ? password_clause(ctx, sent, user) : NULL;
    const char *why = NULL;

    if (user) {
        return arena_printf(ctx->arena,
                            "%s; the name is that of %s, sent %s "
                            "(%s)",
                            clause ? clause : "unknown user", user->name, how,
                            section(out));
    }
    user = found(ctx, sent);
    if (user && auth_same_secret(name, user_password_now(user))) {
        return arena_printf(ctx->arena,
                            "name and password of %s are in each other's "
                            "place (%s)",
                            user->name, section(out));
    }
    why = wrong_domain(ctx, name, sent, out);
    return why ? why : misspelt(ctx, name, sent);
}

const char *auth_password_why(const struct auth_context *ctx, const char *name,
                              const char *password,
                              const struct auth_outcome *out)
{
    if (strlen(password) > SENT_MAX || strlen(name) > SENT_MAX) {
        return NULL;
    }
    if (out->reason == AUTH_REASON_WRONG_PASSWORD && out->user) {
        return wrong_password(ctx, name, password, out);
    }
    return out->reason == AUTH_REASON_UNKNOWN_USER
               ? unknown_user(ctx, name, password, out)
               : NULL;
}
