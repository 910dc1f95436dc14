/* Who is who: users by account name, SIP address or SID. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "util/url.h"
#include "util/utf.h"
#include "world/world.h"

#define PASSWORD "Passw0rd!"

static struct user *find(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->user_count; i++) {
        if (utf8_equal_nocase(world->users[i].name, name)) {
            return &world->users[i];
        }
    }
    return NULL;
}

struct user *world_add_user(struct world *world, const char *name)
{
    struct user *user = find(world, name);
    struct user *users;

    if (user) {
        return user;
    }
    users = arena_alloc(world->arena, (world->user_count + 1) * sizeof(*users));
    if (world->user_count) {
        memcpy(users, world->users, world->user_count * sizeof(*users));
    }
    world->users = users;
    user = &users[world->user_count++];
    *user = (struct user){
        .name = arena_strdup(world->arena, name),
        .password = PASSWORD,
        .live = ARENA_NEW(world->arena, struct account_state),
    };
    return user;
}

const struct user *world_user(const struct world *world, const char *name)
{
    return find(world, name);
}

static const struct user *known(const struct user *user)
{
    return user && user->state != USER_UNKNOWN ? user : NULL;
}

static bool is_our_domain(const struct world *world, const char *domain)
{
    return utf8_equal_nocase(domain, world->netbios) ||
           utf8_equal_nocase(domain, world->domain) ||
           utf8_equal_nocase(domain, world->realm);
}

/*
 * Splits what stands in for a domain out of the name: CONTOSO\alice, or the
 * user principal name alice@contoso.test. out_domain is "" where there is
 * none.
 */
static void split(struct arena *arena, const char *name,
                  const char **out_domain, const char **out_name)
{
    const char *backslash = strchr(name, '\\');
    const char *at = strrchr(name, '@');

    *out_domain = "";
    *out_name = name;
    if (backslash) {
        *out_domain =
            arena_text(arena, span_of(name, (size_t)(backslash - name)));
        *out_name = backslash + 1;
    } else if (at) {
        *out_domain = at + 1;
        *out_name = arena_text(arena, span_of(name, (size_t)(at - name)));
    }
}

/* Looks at every account, as world_sip_user does, also behind the one it
 * finds: whether a name is known shall not show in how long that takes. */
static const struct user *find_evenly(const struct world *world,
                                      const char *name)
{
    const struct user *found = NULL;

    for (size_t i = 0; i < world->user_count; i++) {
        if (utf8_equal_nocase(world->users[i].name, name)) {
            found = &world->users[i];
        }
    }
    return found;
}

const struct user *world_account(const struct world *world, const char *domain,
                                 const char *name)
{
    AUTO(arena) arena = arena_new();
    const char *inner_domain;
    const char *inner_name;
    const struct user *user;

    split(arena, name, &inner_domain, &inner_name);
    user = find_evenly(world, inner_name);
    if (domain && *domain && !is_our_domain(world, domain)) {
        return NULL;
    }
    if (*inner_domain && !is_our_domain(world, inner_domain)) {
        return NULL;
    }
    return known(user);
}

const struct user *world_sip_user(const struct world *world, const char *sip)
{
    AUTO(arena) arena = arena_new();
    const char *address = url_decode(arena, span_text(sip), false);
    const struct user *user = NULL;

    if (strncasecmp(address, "sip:", 4) == 0) {
        address += 4;
    }
    for (size_t i = 0; i < world->user_count; i++) {
        if (utf8_equal_nocase(world->users[i].sip, address)) {
            user = &world->users[i];
        }
    }
    return known(user);
}

const struct user *world_sid_user(const struct world *world, const uint8_t *sid)
{
    for (size_t i = 0; i < world->user_count; i++) {
        if (memcmp(world->users[i].sid, sid, USER_SID_SIZE) == 0) {
            return known(&world->users[i]);
        }
    }
    return NULL;
}

char *user_account(struct arena *arena, const struct world *world,
                   const struct user *user)
{
    return arena_printf(arena, "%s\\%s", world->netbios, user->name);
}
