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

/* A name in the old domain becomes the same one in the new; others stay, and
 * so does what was written for the new one. */
static void move_name(const struct move *move, const char **name)
{
    size_t front;

    if (names_inside(*name, move->from) && !names_inside(*name, move->to)) {
        front = strlen(*name) - strlen(move->from);
        *name =
            arena_printf(move->arena, "%.*s%s", (int)front, *name, move->to);
    }
}

/* Each name of a list with commas; "*" and what else is no name stays. */
static void move_list(const struct move *move, const char **list)
{
    const char *moved = NULL;

    for (const char *at = *list; at; at = *at ? at + 1 : NULL) {
        size_t length = strcspn(at, ",");
        const char *name = arena_text(move->arena, span_of(at, length));

        move_name(move, &name);
        moved = moved ? arena_printf(move->arena, "%s,%s", moved, name) : name;
        at += length;
    }
    *list = moved;
}

/* A host with a port behind it. */
static void move_host(const struct move *move, const char **host)
{
    size_t length = strcspn(*host, ":");
    const char *name = arena_text(move->arena, span_of(*host, length));

    move_name(move, &name);
    *host = arena_printf(move->arena, "%s%s", name, *host + length);
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
    if (world->krb5.unregistered) {
        move_list(move, &world->krb5.unregistered);
    }
    if (world->mex.host) {
        move_host(move, &world->mex.host);
    }
    world->moved_from = move->from;
}

const char *world_here(const struct world *world, struct arena *arena,
                       const char *name)
{
    const struct move move = {
        .arena = arena, .from = world->moved_from, .to = world->domain};

    if (move.from) {
        move_name(&move, &name);
    }
    return name;
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
