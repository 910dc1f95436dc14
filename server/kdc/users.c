/* The world's users as the KDC knows them, see users.h. */
#include "config.h"

#include "kdc/users.h"

#include <string.h>

#include "kdc/waiters.h"
#include "util/log.h"
#include "util/mem.h"
#include "world/lockout.h"

enum {
    NAMES_MAX = 8, /* two spellings of four names */
    FIRST_USERS = 16,
};

/* Of one account, whatever worlds there were and will be. */
struct entry {
    struct keeper_user told;
    bool in_realm;
    const char *domain; /* of the world that `told.names` belong to */
    const char **names; /* told.names, with room for KDC_SPELLINGS_MAX */
    size_t spellings;   /* of them, that clients have brought */
    char *password;     /* told.password */
    uint32_t serial;    /* of the message under way; 0: none */
    struct waiters waiters;
    /* What was told last, while somebody waits for it. */
    struct kdc_account account;
};

struct kdc_users {
    struct kdc_users_options options;
    struct arena *arena;
    struct entry **entries;
    size_t count;
    size_t room;
    struct name_index index; /* of the entries, see key_of */
    size_t of_sessions;      /* so many of them */
    struct keeper_user *all;
    bool lost;
};

/* ---- What is true now ---- */

/* RFC 4120 section 3.1.3 knows two reasons for an account that is there; a user
 * whom a step has made unknown is refused by the first. */
static enum keeper_state state_of(const struct kdc_account *account)
{
    if (user_is_locked(account->world, account->user, account->now)) {
        return KEEPER_REVOKED;
    }
    switch (user_state_now(account->user)) {
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

static void note(const struct kdc_account *account, struct entry *entry)
{
    const char *password = user_password_now(account->user);

    entry->told.state = state_of(account);
    entry->told.etypes = account->user->etypes;
    if (entry->password && strcmp(entry->password, password) == 0) {
        return;
    }
    mem_free(entry->password);
    entry->password = mem_strdup(password);
    entry->told.password = entry->password;
}

/* A user whom nobody knows gets into no realm; one who was there, and whom a
 * step made unknown, is revoked. */
static bool is_told(const struct kdc_account *account,
                    const struct entry *entry)
{
    const struct user *user = account->user;

    if (!entry->in_realm) {
        return user_state_now(user) == USER_UNKNOWN;
    }
    return entry->told.state == state_of(account) &&
           entry->told.etypes == user->etypes &&
           strcmp(entry->domain, account->world->domain) == 0 &&
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

/*
 * One realm serves all sessions, and "alice" in it is the default session's.
 * The accounts of another are principals by their user principal names alone.
 */
static bool is_of_session(const struct world *world)
{
    return world->also != NULL;
}

static const char *key_of(struct arena *arena,
                          const struct kdc_account *account)
{
    return is_of_session(account->world)
               ? arena_printf(arena, "%s@%s", account->user->account,
                              account->world->domain)
               : account->user->account;
}

static void add_upn(struct arena *arena, const struct world *world,
                    const char *account, const char **names, size_t *count)
{
    add_name(names, count,
             arena_printf(arena, "%s@%s", account, world->domain));
}

/* As written, and in lower case: Active Directory takes both, MIT's KDC looks
 * for the very bytes. */
static const char *const *names_of(struct arena *arena,
                                   const struct world *world,
                                   const struct user *user)
{
    const char **names = arena_alloc(arena, (NAMES_MAX + 1) * sizeof(*names));
    void (*add)(struct arena *, const struct world *, const char *,
                const char **, size_t *) =
        is_of_session(world) ? add_upn : add_names;
    size_t count = 0;

    add(arena, world, user->account, names, &count);
    add(arena, world, arena_lower(arena, user->account), names, &count);
    return names;
}

static const char *ccache_of(const struct kdc_users *users,
                             const struct world *world, const struct user *user)
{
    for (const char *const *name = users->options.ccaches; name && *name;
         name++) {
        if (world_user(world, *name) == user) {
            return arena_printf(users->arena, "%s/%s.ccache",
                                users->options.run_dir, user->account);
        }
    }
    return NULL;
}

/* The names of another world take the place of the old one's; those stay in the
 * realm, and the relay knows that they are nobody's. */
static void use_names(struct kdc_users *users,
                      const struct kdc_account *account, struct entry *entry)
{
    if (entry->domain && strcmp(entry->domain, account->world->domain) == 0) {
        return;
    }
    entry->domain = arena_strdup(users->arena, account->world->domain);
    entry->told.names = names_of(users->arena, account->world, account->user);
    entry->names = NULL;
    entry->spellings = 0;
}

static struct entry *add_entry(struct kdc_users *users,
                               const struct kdc_account *account)
{
    const char *name =
        arena_strdup(users->arena, key_of(users->arena, account));
    struct entry *entry = NEW(struct entry);

    if (users->count == users->room) {
        users->room = users->room ? 2 * users->room : FIRST_USERS;
        users->entries =
            mem_resize(users->entries, users->room * sizeof(*users->entries));
    }
    name_index_add(&users->index, users->arena, name, users->count);
    users->of_sessions += is_of_session(account->world);
    users->entries[users->count++] = entry;
    use_names(users, account, entry);
    note(account, entry);
    return entry;
}

static struct entry *find(const struct kdc_users *users, const char *key)
{
    size_t place;

    return name_index_find(&users->index, key, &place) ? users->entries[place]
                                                       : NULL;
}

struct kdc_users *kdc_users_new(const struct kdc_users_options *options)
{
    struct kdc_users *users = NEW(struct kdc_users);
    struct world *world = options->world;

    users->options = *options;
    world_ref(world);
    users->arena = arena_new();
    for (size_t i = 0; i < world->user_count; i++) {
        const struct kdc_account account = {world, &world->users[i],
                                            options->now};
        struct entry *entry = add_entry(users, &account);

        entry->told.ccache = ccache_of(users, world, account.user);
    }
    return users;
}

static void forget_account(struct entry *entry)
{
    world_unref(entry->account.world);
    entry->account = (struct kdc_account){0};
}

void kdc_users_free(struct kdc_users *users)
{
    if (!users) {
        return;
    }
    for (size_t i = 0; i < users->count; i++) {
        struct entry *entry = users->entries[i];

        waiters_drop(&entry->waiters);
        forget_account(entry);
        mem_free(entry->password);
        mem_free(entry);
    }
    mem_free(users->entries);
    mem_free(users->all);
    world_unref(users->options.world);
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
        struct entry *entry = users->entries[i];

        entry->in_realm = user_state_now(&world->users[i]) != USER_UNKNOWN;
        if (entry->in_realm) {
            users->all[count++] = entry->told;
        }
    }
    *out_count = count;
    return users->all;
}

/* ---- Changes ---- */

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

static void tell(struct kdc_users *users, const struct kdc_account *account,
                 struct entry *entry)
{
    struct keeper_message message = {.kind = KEEPER_USER};

    note(account, entry);
    entry->in_realm = true;
    entry->serial = keeper_next_serial(users->options.serial);
    message.serial = entry->serial;
    message.user = entry->told;
    message.user.ccache = NULL; /* written once, at the start */
    log_debug("the KDC is told of %s", account->user->name);
    users->options.tell(users->options.ctx, &message);
}

/* For as long as somebody waits: what he is about must not go meanwhile. */
static void keep_account(struct entry *entry, const struct kdc_account *account)
{
    world_ref(account->world);
    world_unref(entry->account.world);
    entry->account = *account;
}

bool kdc_users_sync(struct kdc_users *users, const struct kdc_account *who,
                    const char *name, void (*done)(void *), void *done_ctx)
{
    AUTO(arena) arena = arena_new();
    struct kdc_account account = *who;
    struct entry *entry;
    bool added;
    bool told;

    /* A step's copy of the world has its own list of the same users. */
    account.user = world_user(account.world, who->user->name);
    if (users->lost || !account.user) {
        return true;
    }
    entry = find(users, key_of(arena, &account));
    if (!entry && is_of_session(account.world) &&
        users->of_sessions >= KDC_SESSION_USERS_MAX) {
        return true;
    }
    if (!entry) {
        entry = add_entry(users, &account);
    }
    told = is_told(&account, entry);
    if (told && !entry->in_realm) {
        return true;
    }
    use_names(users, &account, entry);
    added = name && take_spelling(users, entry, name);
    if (told && !added && !entry->serial) {
        return true;
    }
    keep_account(entry, &account);
    if (added || !entry->serial) {
        tell(users, &account, entry);
        /* It may have been lost on the way. */
        if (users->lost) {
            return true;
        }
    }
    waiters_add(&entry->waiters, done, done_ctx);
    return false;
}

/* It is done; it may have changed again since it was told. */
static void done(struct kdc_users *users, struct entry *entry)
{
    entry->serial = 0;
    if (entry->waiters.first && !is_told(&entry->account, entry)) {
        use_names(users, &entry->account, entry);
        tell(users, &entry->account, entry);
        return;
    }
    forget_account(entry);
    waiters_call(&entry->waiters);
}

void kdc_users_done(struct kdc_users *users, uint32_t serial)
{
    for (size_t i = 0; i < users->count; i++) {
        struct entry *entry = users->entries[i];

        if (entry->serial && entry->serial == serial) {
            done(users, entry);
            return;
        }
    }
}

void kdc_users_lost(struct kdc_users *users)
{
    users->lost = true;
    for (size_t i = 0; i < users->count; i++) {
        struct entry *entry = users->entries[i];

        entry->serial = 0;
        forget_account(entry);
        waiters_call(&entry->waiters);
    }
}

const char *kdc_users_ccache(const struct kdc_users *users,
                             const struct user *user)
{
    const struct entry *entry = find(users, user->account);

    return entry ? entry->told.ccache : NULL;
}
