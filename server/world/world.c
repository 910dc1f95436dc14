/* References to a world, and what in it follows from something else. */
#include "config.h"

#include "world/world.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "util/mem.h"
#include "util/refs.h"
#include "util/utf.h"
#include "world/kerberos.h"
#include "world/meetings.h"
#include "world/names.h"

enum {
    NAMED_MAX = 5,           /* users in one message */
    NETBIOS_LENGTH_MAX = 15, /* MS-NBTE 1.8 */
};

struct world *world_ref(struct world *world)
{
    refs_take(&world->references);
    return world;
}

void world_unref(struct world *world)
{
    if (world && refs_drop(&world->references)) {
        accounts_free(world);
        arena_free(world->arena);
        mem_free(world);
    }
}

__extension__ typedef __int128 wide;

static int64_t in_range(wide time)
{
    return time < WORLD_CLOCK_FIRST  ? WORLD_CLOCK_FIRST
           : time > WORLD_CLOCK_LAST ? WORLD_CLOCK_LAST
                                     : (int64_t)time;
}

int64_t world_clock_add(int64_t a, int64_t b)
{
    return in_range((wide)a + b);
}

int64_t world_clock_at(const struct world_clock *clock, int64_t began,
                       int64_t now)
{
    wide passed =
        clock->runs ? (wide)(now - began) * clock->scale / WORLD_CLOCK_REAL : 0;

    return in_range(
        world_clock_add(clock->fixed ? clock->start : began, clock->skew) +
        passed);
}

/* ---- Derived ---- */

static const char *derive_netbios(struct world *world)
{
    size_t length = strcspn(world->domain, ".");

    if (length > NETBIOS_LENGTH_MAX) {
        length = NETBIOS_LENGTH_MAX;
    }
    return utf8_upper(world->arena,
                      arena_text(world->arena, span_of(world->domain, length)));
}

/* FNV-1a: any spread will do, as long as it is the same in every run. */
static uint32_t hash(const char *text, uint32_t start)
{
    uint32_t value = 0x811c9dc5 ^ start;

    for (const char *c = text; *c; c++) {
        value = (value ^ (uint8_t)*c) * 0x01000193;
    }
    return value;
}

static uint8_t *put_u32le(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        *to++ = (uint8_t)(value >> (8 * i));
    }
    return to;
}

/* S-1-5-21-<three words of the domain>-<RID>, MS-DTYP 2.4.2.2. */
static void derive_sid(const struct world *world, struct user *user,
                       uint32_t rid)
{
    /* Revision, number of subauthorities, authority 5 (big-endian). */
    static const uint8_t start[] = {1, 5, 0, 0, 0, 0, 0, 5};
    uint8_t *to = user->sid + sizeof(start);

    memcpy(user->sid, start, sizeof(start));
    to = put_u32le(to, 21);
    for (uint32_t word = 1; word <= 3; word++) {
        to = put_u32le(to, hash(world->domain, word));
    }
    put_u32le(to, rid);
}

void world_follow_product(struct world *world)
{
    if (!world->given.negotiation) {
        world->negotiation = world->product == PRODUCT_SFB2015
                                 ? NEGOTIATION_SFB2015
                                 : NEGOTIATION_CU2013;
    }
    if (!world->given.tls_key) {
        world->tls.key =
            world->tls.profile == CERT_PROFILE_PHONE ? KEY_RSA2048 : KEY_P256;
    }
    if (!world->given.user_challenge) {
        /* protocol: discover 3.3. */
        world->user_challenge =
            world->product == PRODUCT_SFB2015
                ? CHALLENGE_WEBTICKET | (unsigned)CHALLENGE_OAUTH
                : CHALLENGE_WEBTICKET;
    }
}

static void derive(struct world *world)
{
    if (!world->given.netbios) {
        world->netbios = derive_netbios(world);
    }
    if (!world->given.realm) {
        world->realm = utf8_upper(world->arena, world->domain);
    }
    world_follow_product(world);
    names_derive(world);
    for (size_t i = 0; i < world->user_count; i++) {
        struct user *user = &world->users[i];

        derive_sid(world, user, RID_FIRST + (uint32_t)i);
        if (!user->account_given) {
            user->account = user->name;
        }
        if (!user->sip_given) {
            user->sip =
                arena_printf(world->arena, "%s@%s", user->name, world->domain);
        }
    }
}

/* ---- What depends on each other ---- */

static bool check_hosted(const struct world *world, struct err *err)
{
    if (world->hosted_domain && !world->hosted_url) {
        return err_set(err,
                       "hosted.domain is %s, but hosted.url does not say "
                       "where it is hosted",
                       world->hosted_domain);
    }
    if (world->hosted_domain &&
        strcasecmp(world->hosted_domain, world->domain) == 0) {
        return err_set(err,
                       "hosted.domain: expected another domain than "
                       "the world's own, %s; to host one of its users, "
                       "set user.NAME.home to hosted",
                       world->domain);
    }
    return true;
}

static bool is_served(const struct world *world, const char *sip)
{
    const char *domain = strchr(sip, '@') + 1;

    return strcasecmp(domain, world->domain) == 0 ||
           (world->hosted_domain &&
            strcasecmp(domain, world->hosted_domain) == 0);
}

static bool check_user(const struct world *world, const struct user *user,
                       struct err *err)
{
    if (user->home == POOL_HOSTED && !world->hosted_url) {
        return err_set(err,
                       "user.%s.home is hosted, but hosted.url does not "
                       "say where",
                       user->name);
    }
    if (!is_served(world, user->sip)) {
        return err_set(err, "user.%s.sip: expected an address in %s, not %s",
                       user->name, world->domain, user->sip);
    }
    if (user->account_domain && !world_is_domain(world, user->account_domain)) {
        return err_set(
            err, "user.%s.account: expected the domain %s or %s, not %s",
            user->name, world->netbios, world->domain, user->account_domain);
    }
    return true;
}

static const char *index_owner(const struct world *world,
                               const struct name_index *index, const char *name)
{
    size_t place = 0;
    bool found = name_index_find(index, name, &place);

    assert(found);
    return world->users[place].name;
}

/* The users that name a pool which is not there, at once. */
static bool check_homes(const struct world *world, struct err *err)
{
    const struct user *first = NULL;
    const char *names = "";
    size_t count = 0;

    for (size_t i = 0; i < world->user_count; i++) {
        const struct user *user = &world->users[i];

        if (user->home < (int)world->pool_count) {
            continue;
        }
        first = first ? first : user;
        if (++count <= NAMED_MAX) {
            names = arena_printf(world->arena, "%s%suser.%s.home", names,
                                 first == user ? "" : ", ", user->name);
        }
    }
    if (count > NAMED_MAX) {
        names = arena_printf(world->arena, "%s and %zu more", names,
                             count - NAMED_MAX);
    }
    return count == 0 ||
           err_set(err,
                   "%s: expected a pool that there is, 1 to %zu, unknown or "
                   "hosted, not %d",
                   names, world->pool_count, first->home + 1);
}

/* Users by account and address; both belong to one alone. */
static bool index_users(struct world *world, struct err *err)
{
    world->accounts = (struct name_index){0};
    world->sips = (struct name_index){0};
    for (size_t i = 0; i < world->user_count; i++) {
        const struct user *user = &world->users[i];

        if (!name_index_add(&world->sips, world->arena, user->sip, i)) {
            return err_set(err, "user.%s.sip: %s is the address of %s already",
                           user->name, user->sip,
                           index_owner(world, &world->sips, user->sip));
        }
        if (!name_index_add(&world->accounts, world->arena, user->account, i)) {
            return err_set(err,
                           "user.%s.account: %s is the account of %s already",
                           user->name, user->account,
                           index_owner(world, &world->accounts, user->account));
        }
    }
    return true;
}

static bool check(const struct world *world, struct err *err)
{
    uint32_t both = world->ntlm.flags_set & world->ntlm.flags_clear;

    if (world->tls.minimum > world->tls.maximum) {
        return err_set(err,
                       "tls.min: expected no more than tls.max, 1.%d, and not "
                       "1.%d",
                       world->tls.maximum - WORLD_TLS_1_0,
                       world->tls.minimum - WORLD_TLS_1_0);
    }
    if (world->tls.profile == CERT_PROFILE_PHONE &&
        world->tls.key != KEY_RSA2048) {
        return err_set(err, "tls.key: expected rsa2048, as tls.profile is "
                            "phone: devices of 2013 know no other");
    }
    if (world->ticket.sha1 && world->ticket.key != KEY_RSA2048) {
        return err_set(err, "ticket.sha1: expected ticket.key to be rsa2048: "
                            "no other key signs with SHA-1");
    }
    if (both) {
        return err_set(err,
                       "ntlm.flags-set and ntlm.flags-clear: expected no "
                       "flag in both, not 0x%08x",
                       both);
    }
    if (!check_hosted(world, err) || !names_check(world, err) ||
        !kerberos_check(world, err) || !check_homes(world, err)) {
        return false;
    }
    for (size_t i = 0; i < world->user_count; i++) {
        if (!check_user(world, &world->users[i], err)) {
            return false;
        }
    }
    return true;
}

bool world_finish(struct world *world, struct err *err)
{
    if (!names_count_pools(world, err)) {
        return false;
    }
    derive(world);
    return check(world, err) && index_users(world, err) &&
           meetings_derive(world, err);
}
