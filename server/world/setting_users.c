/* Settings of one user: user.NAME.password and its companions. */
#include "config.h"

#include "world/setting.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "util/dnsname.h"
#include "util/nearest.h"
#include "util/utf.h"
#include "world/names.h"

enum { ACCOUNT_MAX = 255 };

#define AT(member)                                                             \
    .offset = offsetof(struct user, member),                                   \
    .size = sizeof(((struct user *)0)->member)

static const struct setting rows[] = {
    {
        .info = {"user.NAME.password", "text", "the password, in UTF-8"},
        .type = setting_text,
        AT(password),
    },
    {
        .info = {"user.NAME.state",
                 "good|disabled|locked|expired|must-change|no-sip|unknown",
                 "what the server thinks of the account; unknown: it may be "
                 "named, and the server does not know it"},
        .type = setting_word,
        AT(state),
    },
    {
        .info = {"user.NAME.sip", "SIP address",
                 "the SIP address, NAME@domain by default"},
        .type = setting_sip,
        AT(sip),
        .given = offsetof(struct user, sip_given),
    },
    {
        .info = {"user.NAME.account", "account",
                 "the account that the client signs in as, with or without "
                 "the domain; NAME by default"},
        .type = setting_account,
        .given = offsetof(struct user, account_given),
    },
    {
        .info = {"user.NAME.home", "number|unknown|hosted",
                 "the pool that homes the user, by number"},
        .type = setting_home,
        AT(home),
    },
    {
        .info = {"user.NAME.etypes", "aes256,aes128,rc4",
                 "encryption types that the KDC has the user's keys of"},
        .type = setting_etypes,
        AT(etypes),
    },
};

#define ATTRIBUTES "password, state, sip, account, home or etypes"

_Static_assert(USER_GOOD == 0 && USER_DISABLED == 1 && USER_LOCKED == 2 &&
                   USER_EXPIRED == 3 && USER_MUST_CHANGE == 4 &&
                   USER_NO_SIP == 5 && USER_UNKNOWN == 6,
               "user.NAME.state lists its words in the enum's order");

const struct setting *setting_user_row(size_t index)
{
    return index < ARRAY_SIZE(rows) ? &rows[index] : NULL;
}

size_t setting_user_rows(void)
{
    return ARRAY_SIZE(rows);
}

bool setting_sip(const struct setting *setting UNUSED, struct world *world,
                 void *object, const char *value, struct err *err)
{
    const char *address =
        strncasecmp(value, "sip:", 4) == 0 ? value + 4 : value;
    const char *at = strchr(address, '@');

    if (!at || at == address || !dnsname_valid(at + 1) ||
        !utf8_valid(span_text(address)) ||
        address[strcspn(address, " \t\r\n\"<>&?;")] != '\0') {
        return err_set(err,
                       "expected a SIP address such as "
                       "alice@contoso.test, not \"%s\"",
                       value);
    }
    ((struct user *)object)->sip = arena_strdup(world->arena, address);
    return true;
}

/* Whether there is that pool is told in the end: others may be yet to come. */
bool setting_home(const struct setting *setting UNUSED,
                  struct world *world UNUSED, void *object, const char *value,
                  struct err *err)
{
    struct user *user = object;

    if (strcasecmp(value, "unknown") == 0) {
        user->home = POOL_UNKNOWN;
    } else if (strcasecmp(value, "hosted") == 0) {
        user->home = POOL_HOSTED;
    } else if (value[0] >= '1' && value[1] == '\0' &&
               value[0] <= '0' + WORLD_POOLS_MAX) {
        user->home = value[0] - '1';
    } else {
        static const char *const words[] = {"1", "2", "unknown", "hosted",
                                            NULL};
        const char *nearest = nearest_word(value, words);

        return err_set(err,
                       "expected the number of a pool (1 to %d), unknown "
                       "or hosted, not \"%s\"%s%s",
                       WORLD_POOLS_MAX, value,
                       nearest ? "; the nearest is " : "",
                       nearest ? nearest : "");
    }
    return true;
}

/* What Windows lets stand in an account name (MS-SAMR 3.1.1.6). */
static bool check_name(const char *name, struct err *err)
{
    bool control = false;
    size_t characters = 0;

    for (const char *c = name; *c; c++) {
        control = control || (unsigned char)*c < 0x20;
        /* All but the bytes that go on with a UTF-8 sequence. */
        characters += ((unsigned char)*c & 0xc0) != 0x80;
    }
    if (characters > ACCOUNT_MAX) {
        return err_set(err, "an account name has at most %d characters",
                       ACCOUNT_MAX);
    }
    if (!*name || control || strpbrk(name, "\"/\\[]:;|=,+*?<>@") ||
        !utf8_valid(span_text(name))) {
        return err_set(err, "\"%s\" is no account name", name);
    }
    return true;
}

bool setting_account(const struct setting *setting UNUSED, struct world *world,
                     void *object, const char *value, struct err *err)
{
    struct user *user = object;
    const char *domain;
    const char *name;

    account_split(world->arena, value, &domain, &name);
    if (!check_name(name, err)) {
        return false;
    }
    user->account = arena_strdup(world->arena, name);
    /* The domain is judged in the end: the world's may be yet to come. */
    user->account_domain = *domain ? arena_strdup(world->arena, domain) : NULL;
    return true;
}

/* "alice2" beside alice is somebody else. */
static bool is_numbered(const char *name, const char *known)
{
    size_t size = strlen(known);

    return strncasecmp(name, known, size) == 0 && name[size] &&
           name[size + strspn(name + size, "0123456789")] == '\0';
}

const char *setting_user_meant(const struct world *world, const char *name)
{
    struct nearest nearest;
    const char *best;

    if (world_user(world, name)) {
        return NULL;
    }
    nearest_init(&nearest, name);
    for (size_t i = 0; i < world->user_count; i++) {
        nearest_try(&nearest, span_text(world->users[i].name));
    }
    best = (const char *)nearest.best.data;
    return best && nearest.nearness.kind != NEAR_PART &&
                   nearest.nearness.distance <= 2 && !is_numbered(name, best)
               ? best
               : NULL;
}

bool setting_user_name(const struct setting *setting, struct world *world,
                       void *object, const char *value, struct err *err)
{
    const char *meant = setting_user_meant(world, value);

    if (world_user(world, value)) {
        return setting_text(setting, world, object, value, err);
    }
    return err_set(err, "this world has no user \"%s\"%s%s%s", value,
                   meant ? "; the nearest is \"" : "", meant ? meant : "",
                   meant ? "\"" : "");
}

/* "password" of "user.NAME.password" */
static const char *attribute(const struct setting *row)
{
    return strrchr(row->info.name, '.') + 1;
}

static const struct setting *find(const char *word, struct err *err)
{
    struct nearest nearest;

    nearest_init(&nearest, word);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcasecmp(attribute(&rows[i]), word) == 0) {
            return &rows[i];
        }
        nearest_try(&nearest, span_text(attribute(&rows[i])));
    }
    err_set(err,
            "expected " ATTRIBUTES " behind the name of the user, not "
            "\"%s\"%s%s%s",
            word, nearest.best.size ? "; the nearest is \"" : "",
            nearest.best.size ? (const char *)nearest.best.data : "",
            nearest.best.size ? "\"" : "");
    return NULL;
}

bool setting_user(struct world *world, const char *name, const char *value,
                  struct err *err)
{
    const char *begin = name + strlen("user.");
    const char *dot = strrchr(begin, '.');
    const struct setting *row;
    struct user *user;
    struct user trial = {0};
    char *key;
    bool good;

    if (!dot) {
        return err_set(err, "expected user.NAME. and " ATTRIBUTES);
    }
    key = arena_text(world->arena, span_of(begin, (size_t)(dot - begin)));
    row = find(dot + 1, err);
    if (!row || !check_name(key, err)) {
        return false;
    }
    /* A refused value adds nobody. */
    if (!row->type(row, world, &trial, value, err)) {
        return false;
    }
    user = world_add_user(world, key);
    good = row->type(row, world, user, value, err);
    assert(good);
    if (row->given) {
        *(bool *)((char *)user + row->given) = true;
    }
    return true;
}
