/* DNS names of the world, and what they stand for. */
#include "config.h"

#include "world/names.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

enum {
    NAMES_PER_POOL = 4,
    NAMES_ALONE = 7, /* see names_derive */
    NAMES_MAX = NAMES_ALONE + WORLD_POOLS_MAX * NAMES_PER_POOL,
};

static const char *name_of(struct world *world, const char *label)
{
    return arena_printf(world->arena, "%s.%s", label, world->domain);
}

/* "lyncweb", "lyncweb2", "lyncweb3" ... */
static const char *web_name(struct world *world, const char *label, size_t pool)
{
    if (pool == 0) {
        return name_of(world, label);
    }
    return arena_printf(world->arena, "%s%zu.%s", label, pool + 1,
                        world->domain);
}

static void derive_pool(struct world *world, size_t index)
{
    struct arena *arena = world->arena;
    const char *domain = world->domain;
    struct pool *pool = &world->pools[index];

    if (!pool->given.fqdn) {
        pool->fqdn = arena_printf(arena, "pool%02zu.%s", index + 1, domain);
    }
    if (!pool->given.server_fqdn) {
        pool->server_fqdn =
            arena_printf(arena, "fe%02zu.%s", index + 1, domain);
    }
    if (!pool->given.web_internal) {
        pool->web_internal = web_name(world, "lyncint", index);
    }
    if (!pool->given.web_external) {
        pool->web_external = web_name(world, "lyncweb", index);
    }
}

/* The names of a Standard Edition server's pool may be one. */
static void add_name(const char **names, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcasecmp(names[i], name) == 0) {
            return;
        }
    }
    assert(*count < NAMES_MAX);
    names[(*count)++] = name;
}

void names_derive(struct world *world)
{
    const char **names =
        arena_alloc(world->arena, (NAMES_MAX + 1) * sizeof(*names));
    size_t count = 0;

    add_name(names, &count, name_of(world, "lyncdiscover"));
    add_name(names, &count, name_of(world, "lyncdiscoverinternal"));
    for (size_t i = 0; i < world->pool_count; i++) {
        const struct pool *pool = &world->pools[i];

        derive_pool(world, i);
        add_name(names, &count, pool->web_internal);
        add_name(names, &count, pool->web_external);
        add_name(names, &count, pool->fqdn);
        add_name(names, &count, pool->server_fqdn);
    }
    if (!world->given.sip_edge) {
        world->sip_edge.fqdn = name_of(world, "sip");
    }
    add_name(names, &count, world->sip_edge.fqdn);
    add_name(names, &count, name_of(world, "meet"));
    add_name(names, &count, name_of(world, "dialin"));
    if (world->hosted_domain) {
        add_name(names, &count,
                 arena_printf(world->arena, "lyncdiscover.%s",
                              world->hosted_domain));
        add_name(names, &count,
                 arena_printf(world->arena, "lyncdiscoverinternal.%s",
                              world->hosted_domain));
    }
    world->names = names;
}

const char *world_name(const struct world *world, size_t index)
{
    for (size_t i = 0; i <= index; i++) {
        if (!world->names[i]) {
            return NULL;
        }
    }
    return world->names[index];
}

/* Without regard to case, and to the dot that ends an absolute name. */
static bool same_name(const char *host, const char *name)
{
    size_t length = strlen(name);

    return strncasecmp(host, name, length) == 0 &&
           (host[length] == '\0' || strcmp(host + length, ".") == 0);
}

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (same_name(host, "localhost")) {
        return true;
    }
    if (inet_pton(AF_INET, host, &v4) == 1) {
        return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool world_has_name(const struct world *world, const char *host)
{
    for (size_t i = 0; world->names[i]; i++) {
        if (same_name(host, world->names[i])) {
            return true;
        }
    }
    return false;
}

bool world_has_host(const struct world *world, const char *host)
{
    return world_has_name(world, host) || is_loopback(host);
}

enum location world_site(const struct world *world, const char *host)
{
    static const char internal[] = "lyncdiscoverinternal.";

    if (world->location != LOCATION_BOTH) {
        return world->location;
    }
    if (strncasecmp(host, internal, strlen(internal)) == 0) {
        return LOCATION_INTERNAL;
    }
    for (size_t i = 0; i < world->pool_count; i++) {
        if (same_name(host, world->pools[i].web_internal)) {
            return LOCATION_INTERNAL;
        }
    }
    return LOCATION_EXTERNAL;
}

const struct pool *world_pool_of(const struct world *world, const char *host)
{
    for (size_t i = 0; i < world->pool_count; i++) {
        const struct pool *pool = &world->pools[i];

        if (same_name(host, pool->web_internal) ||
            same_name(host, pool->web_external) ||
            same_name(host, pool->fqdn) || same_name(host, pool->server_fqdn)) {
            return pool;
        }
    }
    return &world->pools[0];
}

const char *pool_web(const struct pool *pool, enum location site)
{
    return site == LOCATION_INTERNAL ? pool->web_internal : pool->web_external;
}
