/* Which names a world may have, see names.h. */
#include "config.h"

#include "world/names.h"

#include <string.h>
#include <strings.h>

enum { NO_POOL = -1 };

/* A name, and what a user calls it. */
struct named {
    const char *name;
    const char *setting;
    int pool; /* NO_POOL: of no pool */
    bool external;
};

enum { NAMED_MAX = 5 + 4 * WORLD_POOLS_MAX };

struct all {
    struct named items[NAMED_MAX];
    size_t count;
};

bool names_inside(const char *name, const char *domain)
{
    size_t size = strlen(name);
    size_t tail = strlen(domain);

    return size >= tail && strcasecmp(name + size - tail, domain) == 0 &&
           (size == tail || name[size - tail - 1] == '.');
}

static void add(struct all *all, const char *setting, const char *name)
{
    all->items[all->count++] =
        (struct named){.name = name, .setting = setting, .pool = NO_POOL};
}

static void add_pool(struct all *all, const struct world *world, int index)
{
    const struct pool *pool = &world->pools[index];
    const struct {
        const char *attribute;
        const char *name;
        bool external;
    } rows[] = {
        {"fqdn", pool->fqdn, false},
        {"server", pool->server_fqdn, false},
        {"web-internal", pool->web_internal, false},
        {"web-external", pool->web_external, true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        all->items[all->count++] = (struct named){
            .name = rows[i].name,
            .setting = arena_printf(world->arena, "pool.%d.%s", index + 1,
                                    rows[i].attribute),
            .pool = index,
            .external = rows[i].external,
        };
    }
}

static const char *alone(const struct world *world, const char *label)
{
    return arena_printf(world->arena, "%s.%s", label, world->domain);
}

static void collect(const struct world *world, struct all *all)
{
    static const char *const labels[] = {"lyncdiscover", "lyncdiscoverinternal",
                                         "meet", "dialin"};

    all->count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
        add(all, labels[i], alone(world, labels[i]));
    }
    add(all, "sip-edge.fqdn", world->sip_edge.fqdn);
    for (size_t i = 0; i < world->pool_count; i++) {
        add_pool(all, world, (int)i);
    }
}

/*
 * A Standard Edition server is a pool by itself, under one name inside. Its
 * external web services have another: by it the two sites are told apart.
 */
static bool may_be_one(const struct named *a, const struct named *b)
{
    return a->pool != NO_POOL && a->pool == b->pool && !a->external &&
           !b->external;
}

bool names_check(const struct world *world, struct err *err)
{
    struct all all;

    collect(world, &all);
    for (size_t i = 0; i < all.count; i++) {
        const struct named *a = &all.items[i];

        if (!names_inside(a->name, world->domain) &&
            !names_inside(a->name, CERT_OTHER_DOMAIN)) {
            return err_set(err,
                           "%s: expected a name in %s, not %s: the "
                           "certification authority is for this domain alone, "
                           "and for " CERT_OTHER_DOMAIN,
                           a->setting, world->domain, a->name);
        }
        for (size_t j = 0; j < i; j++) {
            const struct named *b = &all.items[j];

            if (strcasecmp(a->name, b->name) == 0 && !may_be_one(a, b)) {
                return err_set(err, "%s: %s is the name of %s already",
                               a->setting, a->name, b->setting);
            }
        }
    }
    return true;
}

static bool is_given(const struct pool *pool)
{
    return pool->given.fqdn || pool->given.server_fqdn ||
           pool->given.web_internal || pool->given.web_external;
}

bool names_count_pools(struct world *world, struct err *err)
{
    for (size_t i = world->pool_count; i < WORLD_POOLS_MAX; i++) {
        if (!is_given(&world->pools[i])) {
            continue;
        }
        if (world->given.pool_count) {
            return err_set(err, "pool.%zu: pool-count says that there are %zu",
                           i + 1, world->pool_count);
        }
        if (i > world->pool_count) {
            return err_set(err,
                           "pool.%zu: there is no pool.%zu before it; number "
                           "pools without a gap",
                           i + 1, i);
        }
        world->pool_count++;
    }
    return true;
}
