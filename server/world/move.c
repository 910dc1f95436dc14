/* A world under another domain, see world_move. */
#include "config.h"

#include "world/world.h"

#include <string.h>

#include "util/dnsname.h"
#include "world/names.h"

struct move {
    struct arena *arena;
    const char *from;
    const char *to;
};

/* A name in the old domain becomes the same one in the new; others stay. */
static void move_name(const struct move *move, const char **name)
{
    size_t front;

    if (names_inside(*name, move->from)) {
        front = strlen(*name) - strlen(move->from);
        *name =
            arena_printf(move->arena, "%.*s%s", (int)front, *name, move->to);
    }
}

static void move_address(const struct move *move, const char **address)
{
    const char *at = strrchr(*address, '@');
    const char *domain = at ? at + 1 : NULL;

    if (domain && names_inside(domain, move->from)) {
        move_name(move, &domain);
        *address = arena_printf(move->arena, "%.*s@%s", (int)(at - *address),
                                *address, domain);
    }
}

static void move_pool(const struct move *move, struct pool *pool)
{
    move_name(move, &pool->fqdn);
    move_name(move, &pool->server_fqdn);
    move_name(move, &pool->web_internal);
    move_name(move, &pool->web_external);
}

/* What was not set by name follows from the domain in world_finish; what was
 * is moved here, and what was just derived is derived again. */
static void move_names(const struct move *move, struct world *world)
{
    for (size_t i = 0; i < world->pool_count; i++) {
        move_pool(move, &world->pools[i]);
    }
    move_name(move, &world->sip_edge.fqdn);
    for (size_t i = 0; i < world->user_count; i++) {
        move_address(move, &world->users[i].sip);
    }
}

bool world_move(struct world *world, const char *domain,
                const struct world *base, struct err *err)
{
    const struct move move = {
        .arena = world->arena,
        .from = world->domain,
        .to = arena_lower(world->arena, domain),
    };

    if (!dnsname_valid(domain)) {
        return err_set(err, "\"%s\" is no DNS domain", domain);
    }
    move_names(&move, world);
    if (!world->given.netbios) {
        world->netbios = arena_strdup(world->arena, base->netbios);
        world->given.netbios = true;
    }
    if (!world->given.realm) {
        world->realm = arena_strdup(world->arena, base->realm);
        world->given.realm = true;
    }
    world->also = arena_strdup(world->arena, base->domain);
    world->domain = move.to;
    return world_finish(world, err);
}
