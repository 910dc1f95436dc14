/* Service principal names, see spn.h. */
#include "config.h"

#include "kdc/spn.h"

#include <string.h>

enum {
    LOOPBACK_NAMES = 3,
    SPELLINGS = 4, /* of a name: two classes, and lower case */
};

struct spns {
    struct arena *arena;
    const char **items;
    size_t count;
};

/* Active Directory compares without regard to letter case, MIT's KDC does
 * not; clients write the host as in the URL, or in lower case. */
static void add(struct spns *spns, const char *class, const char *host)
{
    const char *spn = arena_printf(spns->arena, "%s/%s", class, host);

    for (size_t i = 0; i < spns->count; i++) {
        if (strcmp(spns->items[i], spn) == 0) {
            return;
        }
    }
    spns->items[spns->count++] = spn;
}

static void add_host(struct spns *spns, const struct world *world,
                     const char *host)
{
    const char *lower = arena_lower(spns->arena, host);

    if (!world_registers(world, host)) {
        return;
    }
    add(spns, "HTTP", host);
    add(spns, "http", host);
    add(spns, "HTTP", lower);
    add(spns, "http", lower);
}

const char *const *spn_list(struct arena *arena, const struct world *world)
{
    static const char *const loopback[LOOPBACK_NAMES] = {"localhost",
                                                         "127.0.0.1", "::1"};
    struct spns spns = {.arena = arena};
    size_t hosts = LOOPBACK_NAMES;

    for (size_t i = 0; world->names[i]; i++) {
        hosts++;
    }
    spns.items =
        arena_alloc(arena, (hosts * SPELLINGS + 1) * sizeof(*spns.items));
    for (size_t i = 0; world->names[i]; i++) {
        add_host(&spns, world, world->names[i]);
    }
    for (size_t i = 0; i < LOOPBACK_NAMES; i++) {
        add_host(&spns, world, loopback[i]);
    }
    return spns.items;
}
