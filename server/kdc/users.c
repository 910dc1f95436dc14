/* The world's users as the KDC knows them, see users.h. */
#include "config.h"

#include "kdc/users.h"

#include <string.h>

#include "kdc/waiters.h"
#include "scenario/session.h"
#include "util/env.h"
#include "util/log.h"
#include "util/mem.h"
#include "world/lockout.h"

enum { NAMES_MAX = 8 }; /* two spellings of four names */

/* At the user's place in the world's list. */
struct entry {
    struct keeper_user told;
    bool in_realm;
    const char **names; /* told.names, with room for KDC_SPELLINGS_MAX */
    size_t spellings;   /* of them, that clients have brought */
    char *password;     /* told.password */
    uint32_t serial;    /* of the message under way; 0: none */
    struct waiters waiters;
};

struct kdc_users {
    struct kdc_users_options options;
    struct arena *arena;
    struct entry *entries;
    size_t count;
    struct keeper_user *all;
    bool lost;
};

/* ---- What is true now ---- */

static int64_t now(const struct kdc_users *users)
{
    const struct kdc_users_options *options = &users->options;

    return session_now(options->session, env_now(options->env));
}

/* RFC 4120 section 3.1.3 knows two reasons for an account that is there; a user
 * whom a step has made unknown is refused by the first. */
static enum keeper_state state_of(const struct kdc_users *users,
                                  const struct user *user)
{
    if (user_is_locked(users->options.world, user, now(users))) {
        return KEEPER_REVOKED;
    }
    switch (user_state_now(user)) {
    case USER_DISABLED:
    case USER_LOCKED:
    case USER_UNKNOWN:
        return KEEPER_REVOKED;
    case USER_EXPIRED:
    case USER_MUST_CHANGE:
        return KEEPER_KEY_EXPIRED;
    case USER_GOOD:
    case USER_NO_SIP: /* logs on; what it may not is Lync's business */
        return KEEPER_GOOD;
    }
    return KEEPER_REVOKED;
}

static void note(const struct kdc_users *users, const struct user *user,
                 struct entry *entry)
{
    const char *password = user_password_now(user);

    entry->told.state = state_of(users, user);
    if (entry->password && strcmp(entry->password, password) == 0) {
        return;
    }
    mem_free(entry->password);
    entry->password = mem_strdup(password);
    entry->told.password = entry->password;
}

/* A user whom nobody knows gets into no realm; one who was there, and whom a
 * step made unknown, is revoked. */
static bool is_told(const struct kdc_users *users, const struct user *user,
                    const struct entry *entry)
{
    if (!entry->in_realm) {
        return user_state_now(user) == USER_UNKNOWN;
    }
    return entry->told.state == state_of(users, user) &&
           strcmp(entry->password, user_password_now(user)) == 0;
}

/* ---- Names ---- */

static void add_name(const char **names, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(names[i], name) == 0) {
            return;
        }
    }
    names[(*count)++] = name;
}

static void add_names(struct arena *arena, const struct world *world,
                      const char *account, const char **names, size_t *count)
{
    const char *const suffixes[] = {world->domain, world->realm,
                                    arena_lower(arena, world->realm)};

    add_name(names, count, account);
    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
        add_name(names, count,
                 arena_printf(arena, "%s@%s", account, suffixes[i]));
    }
}

/* As written, and in lower case: Active Directory takes both, MIT's KDC looks
 * for the very bytes. */
static const char *const *names_of(struct arena *arena,
                                   const struct world *world,
                                   const struct user *user)
{
    const char **names = arena_alloc(arena, (NAMES_MAX + 1) * sizeof(*names));
    size_t count = 0;

    add_names(arena, world, user->account, names, &count);
    add_names(arena, world, arena_lower(arena, user->account), names, &count);
    return names;
}

static const char *ccache_of(const struct kdc_users *users,
                             const struct user *user)
{
    for (const char *const *name = users->options.ccaches; name && *name;
         name++) {
        if (world_user(users->options.world, *name) == user) {
            return arena_printf(users->arena, "%s/%s.ccache",
                                users->options.run_dir, user->account);
        }
    }
    return NULL;
}

static void add_entry(struct kdc_users *users, const struct user *user,
                      struct entry *entry)
{
    entry->told = (struct keeper_user){
        .names = names_of(users->arena, users->options.world, user),
        .etypes = user->etypes,
        .ccache = ccache_of(users, user),
    };
    note(users, user, entry);
}

struct kdc_users *kdc_users_new(const struct kdc_users_options *options)
{
    struct kdc_users *users = NEW(struct kdc_users);
    const struct world *world = options->world;

    users->options = *options;
    users->arena = arena_new();
    users->count = world->user_count;
    users->entries = mem_array(users->count + 1, sizeof(*users->entries));
    for (size_t i = 0; i < users->count; i++) {
        add_entry(users, &world->users[i], &users->entries[i]);
    }
    return users;
}

void kdc_users_free(struct kdc_users *users)
{
    if (!users) {
        return;
    }
    for (size_t i = 0; i < users->count; i++) {
        waiters_drop(&users->entries[i].waiters);
        mem_free(users->entries[i].password);
    }
    mem_free(users->entries);
    mem_free(users->all);
    arena_free(users->arena);
    mem_free(users);
}

const struct keeper_user *kdc_users_first(struct kdc_users *users,
                                          size_t *out_count)
{
    const struct world *world = users->options.world;
    size_t count = 0;

    mem_free(users->all);
    users->all = mem_array(users->count + 1, sizeof(*users->all));
    for (size_t i = 0; i < users->count; i++) {
        struct entry *entry = &users->entries[i];

        entry->in_realm = user_state_now(&world->users[i]) != USER_UNKNOWN;
        if (entry->in_realm) {
            users->all[count++] = entry->told;
        }
    }
    *out_count = count;
    return users->all;
}

/* ---- Changes ---- */

static struct entry *find(struct kdc_users *users, const struct user *user,
                          const struct user **out_user)
{
    const struct world *world = users->options.world;

    /* A step's copy of the world has its own list of the same users. */
    *out_user = world_user(world, user->name);
    return *out_user ? &users->entries[*out_user - world->users] : NULL;
}

/* True: it is a name that the KDC was not told of, and there is room for it. */
static bool take_spelling(struct kdc_users *users, struct entry *entry,
                          const char *name)
{
    size_t count = 0;

    for (; entry->told.names[count]; count++) {
        if (strcmp(entry->told.names[count], name) == 0) {
            return false;
        }
    }
    if (entry->spellings == KDC_SPELLINGS_MAX) {
        return false;
    }
    if (!entry->names) {
        size_t room = count + KDC_SPELLINGS_MAX + 1;

        entry->names = arena_alloc(users->arena, room * sizeof(*entry->names));
        memcpy(entry->names, entry->told.names, count * sizeof(*entry->names));
        entry->told.names = entry->names;
    }
    entry->spellings++;
    entry->names[count] = arena_strdup(users->arena, name);
    return true;
}

static void tell(struct kdc_users *users, const struct user *user,
                 struct entry *entry)
{
    struct keeper_message message = {.kind = KEEPER_USER};

    note(users, user, entry);
    entry->in_realm = true;
    entry->serial = keeper_next_serial(users->options.serial);
    message.serial = entry->serial;
    message.user = entry->told;
    message.user.ccache = NULL; /* written once, at the start */
    log_debug("the KDC is told of %s", user->name);
    users->options.tell(users->options.ctx, &message);
}

bool kdc_users_sync(struct kdc_users *users, const struct user *user,
                    const char *name, void (*done)(void *), void *done_ctx)
{
    struct entry *entry = find(users, user, &user);
    bool added;
    bool told;

    if (users->lost || !entry) {
        return true;
    }
    told = is_told(users, user, entry);
    if (told && !entry->in_realm) {
        return true;
    }
    added = name && take_spelling(users, entry, name);
    if (told && !added && !entry->serial) {
        return true;
    }
    if (added || !entry->serial) {
        tell(users, user, entry);
        /* It may have been lost on the way. */
        if (users->lost) {
            return true;
        }
    }
    waiters_add(&entry->waiters, done, done_ctx);
    return false;
}

void kdc_users_done(struct kdc_users *users, uint32_t serial)
{
    const struct world *world = users->options.world;

    for (size_t i = 0; i < users->count; i++) {
        struct entry *entry = &users->entries[i];

        if (entry->serial && entry->serial == serial) {
            entry->serial = 0;
            /* It has changed again since it was told. */
            if (entry->waiters.first &&
                !is_told(users, &world->users[i], entry)) {
                tell(users, &world->users[i], entry);
            } else {
                waiters_call(&entry->waiters);
            }
            return;
        }
    }
}

void kdc_users_lost(struct kdc_users *users)
{
    users->lost = true;
    for (size_t i = 0; i < users->count; i++) {
        users->entries[i].serial = 0;
        waiters_call(&users->entries[i].waiters);
    }
}

const char *kdc_users_ccache(const struct kdc_users *users,
                             const struct user *user)
{
    const struct world *world = users->options.world;

    return users->entries[user - world->users].told.ccache;
}
