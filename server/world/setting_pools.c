/* Settings of one pool: pool.N.fqdn and its companions. */
#include "config.h"

#include "world/setting.h"

#include <string.h>
#include <strings.h>

#include "util/nearest.h"

#define AT(member)                                                             \
    .offset = offsetof(struct pool, member), .size = sizeof(const char *),     \
    .given = offsetof(struct pool, given.member), .type = setting_domain

static const struct setting rows[] = {
    {
        .info = {"pool.N.fqdn", "name", "the pool; poolNN by default"},
        AT(fqdn),
    },
    {
        .info = {"pool.N.server", "name",
                 "its Front End server, shown in X-MS-Server-Fqdn; feNN by "
                 "default"},
        AT(server_fqdn),
    },
    {
        .info = {"pool.N.web-internal", "name",
                 "its internal web services; lyncint, lyncint2 ... by default"},
        AT(web_internal),
    },
    {
        .info = {"pool.N.web-external", "name",
                 "its external web services; lyncweb, lyncweb2 ... by default"},
        AT(web_external),
    },
};

#define ATTRIBUTES "fqdn, server, web-internal or web-external"

const struct setting *setting_pool_row(size_t index)
{
    return index < ARRAY_SIZE(rows) ? &rows[index] : NULL;
}

size_t setting_pool_rows(void)
{
    return ARRAY_SIZE(rows);
}

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
    err_set(err, "expected " ATTRIBUTES " behind the number, not \"%s\"%s%s%s",
            word, nearest.best.size ? "; the nearest is \"" : "",
            nearest.best.size ? (const char *)nearest.best.data : "",
            nearest.best.size ? "\"" : "");
    return NULL;
}

bool setting_pool(struct world *world, const char *name, const char *value,
                  struct err *err)
{
    const char *number = name + strlen("pool.");
    const struct setting *row;
    struct pool *pool;

    _Static_assert(WORLD_POOLS_MAX < 10, "numbers of pools are one digit");
    if (number[0] < '1' || number[0] > '0' + WORLD_POOLS_MAX ||
        number[1] != '.') {
        return err_set(err, "expected pool.N." ATTRIBUTES ", N from 1 to %d",
                       WORLD_POOLS_MAX);
    }
    row = find(number + 2, err);
    pool = &world->pools[number[0] - '1'];
    if (!row || !row->type(row, world, pool, value, err)) {
        return false;
    }
    *(bool *)((char *)pool + row->given) = true;
    return true;
}
