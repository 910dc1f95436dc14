/* Who is who: users by account name, SIP address or SID. */
#include "config.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "util/guard.h"
#include "util/mem.h"
#include "util/url.h"
#include "util/utf.h"
#include "world/names.h"

#define PASSWORD "Passw0rd!"

enum { USERS_FIRST = 16 };

static struct user *find(const struct world *world,
                         const struct name_index *index, const char *name)
{
    size_t place;

    return name_index_find(index, name, &place) ? &world->users[place] : NULL;
}

/* Twice as much each time: adding n users costs n. */
static void make_room(struct world *world)
{
    size_t room = world->user_room ? 2 * world->user_room : USERS_FIRST;
    struct user *users;

    if (world->user_count < world->user_room) {
        return;
    }
    users = arena_alloc(world->arena, room * sizeof(*users));
    if (world->users) {
        memcpy(users, world->users, world->user_count * sizeof(*users));
    }
    world->users = users;
    world->user_room = room;
}

struct user *world_add_user(struct world *world, const char *name)
{
    struct user *user = find(world, &world->keys, name);
    bool added;

    if (user) {
        return user;
    }
    make_room(world);
    added = name_index_add(&world->keys, world->arena, name, world->user_count);
    assert(added);
    user = &world->users[world->user_count++];
    *user = (struct user){
        .name = arena_strdup(world->arena, name),
        .password = PASSWORD,
        .etypes = KRB_AES_BITS,
        .live = ARENA_NEW(world->arena, struct account_state),
    };
    return user;
}

const struct user *world_user(const struct world *world, const char *name)
{
    return find(world, &world->keys, name);
}

enum user_state user_state_now(const struct user *user)
{
    GUARDED;

    return user->live->state_changed ? user->live->state : user->state;
}

const char *user_password_now(const struct user *user)
{
    GUARDED;

    return user->live->password ? user->live->password->text : user->password;
}

/* By hand it is unlocked as well, and a new password begins anew. */
static void forget_refused(struct account_state *live)
{
    live->refused = 0;
    live->locked_at = 0;
}

void user_change_state(const struct user *user, enum user_state state)
{
    GUARDED;

    user->live->state_changed = true;
    user->live->state = state;
    forget_refused(user->live);
}

static void forget_passwords(struct account_state *live)
{
    while (live->passwords) {
        struct account_password *first = live->passwords;

        live->passwords = first->next;
        mem_wipe(first->text, strlen(first->text));
        mem_free(first->text);
        mem_free(first);
    }
    live->password = NULL;
}

void accounts_free(struct world *world)
{
    for (size_t i = 0; i < world->user_count; i++) {
        forget_passwords(world->users[i].live);
    }
}

/* The passwords stay: another thread may be about to compare one. */
void world_reset_accounts(const struct world *world)
{
    GUARDED;

    for (size_t i = 0; i < world->user_count; i++) {
        struct account_state *live = world->users[i].live;

        *live = (struct account_state){.passwords = live->passwords};
    }
}

/* A scenario has few that it changes accounts to. */
static struct account_password *keep_password(struct account_state *live,
                                              const char *text)
{
    struct account_password *password = live->passwords;

    while (password && strcmp(password->text, text) != 0) {
        password = password->next;
    }
    if (!password) {
        password = NEW(struct account_password);
        password->text = mem_strdup(text);
        password->next = live->passwords;
        live->passwords = password;
    }
    return password;
}

void user_change_password(const struct user *user, const char *password)
{
    GUARDED;

    user->live->password = keep_password(user->live, password);
    forget_refused(user->live);
}

static const struct user *known(const struct user *user)
{
    return user && user_state_now(user) != USER_UNKNOWN ? user : NULL;
}

bool world_is_domain(const struct world *world, const char *domain)
{
    return utf8_equal_nocase(domain, world->netbios) ||
           utf8_equal_nocase(domain, world->domain) ||
           utf8_equal_nocase(domain, world->realm) ||
           (world->also && utf8_equal_nocase(domain, world->also));
}

void account_split(struct arena *arena, const char *name,
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

static bool is_ours(const struct world *world, const char *domain)
{
    return !*domain || world_is_domain(world, domain);
}

/*
 * NTLM has a domain beside the name, which may be a whole account itself, as in
 * CONTOSO and alice@contoso.test. Methods that have a name alone write the same
 * as CONTOSO\alice@contoso.test.
 *
 * Whether a name is known shall not show in how long that takes: it is looked
 * up whatever its domain, and the index takes as long for both.
 */
const struct user *world_account(const struct world *world, const char *domain,
                                 const char *name)
{
    AUTO(arena) arena = arena_new();
    const char *inner_domain = "";
    const struct user *user;
    bool beside = domain && *domain;

    if (!beside) {
        account_split(arena, name, &domain, &name);
    }
    if (beside || !strchr(name, '\\')) {
        account_split(arena, name, &inner_domain, &name);
    }
    user = find(world, &world->accounts, name);
    return is_ours(world, domain) && is_ours(world, inner_domain) ? known(user)
                                                                  : NULL;
}

const struct user *world_sip_user(const struct world *world, const char *sip)
{
    AUTO(arena) arena = arena_new();
    const char *address = url_decode(arena, span_text(sip), false);

    if (strncasecmp(address, "sip:", 4) == 0) {
        address += 4;
    }
    return known(find(world, &world->sips, address));
}

const struct user *world_sid_user(const struct world *world, const uint8_t *sid)
{
    struct reader rd = rd_init(span_of(sid, USER_SID_SIZE));
    uint32_t place;

    (void)rd_bytes(&rd, USER_SID_SIZE - sizeof(place));
    place = rd_u32le(&rd) - RID_FIRST;
    if (place >= world->user_count ||
        memcmp(world->users[place].sid, sid, USER_SID_SIZE) != 0) {
        return NULL;
    }
    return known(&world->users[place]);
}

char *user_account(struct arena *arena, const struct world *world,
                   const struct user *user)
{
    return arena_printf(arena, "%s\\%s", world->netbios, user->account);
}
