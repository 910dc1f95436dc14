/* What Kerberos demands of a world, see kerberos.h. */
#include "config.h"

#include "world/kerberos.h"

#include <string.h>

#include "util/nearest.h"

/* As long as the name of a domain (RFC 1035 2.3.4). */
enum { REALM_MAX = 255 };

/*
 * A realm of the domain style (RFC 4120 section 6.1). Other styles have
 * colons, slashes and equals signs, which no file of MIT Kerberos holds.
 */
static bool check_realm(const struct world *world, struct err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-._";
    size_t size = strlen(world->realm);

    if (size == 0 || size > REALM_MAX ||
        strspn(world->realm, letters) != size) {
        return err_set(err,
                       "realm: expected letters, digits, \"-\", \"_\" and "
                       "dots, as in CONTOSO.TEST, not \"%s\"; or set "
                       "offer.kerberos to no",
                       world->realm);
    }
    return true;
}

static bool check_host(const struct world *world, const char *host,
                       struct err *err)
{
    struct nearest nearest;
    const char *name;

    nearest_init(&nearest, host);
    nearest_try(&nearest, span_text("localhost"));
    if (strcmp(host, "localhost") == 0) {
        return true;
    }
    for (size_t i = 0; (name = world_name(world, i)) != NULL; i++) {
        if (strcmp(name, host) == 0) {
            return true;
        }
        nearest_try(&nearest, span_text(name));
    }
    if (!nearest.best.size) {
        return err_set(
            err,
            "krb5.unregistered: %s is no name of the world; expected "
            "whole names, such as %s",
            host, world->pools[0].web_external);
    }
    return err_set(err,
                   "krb5.unregistered: %s is no name of the world; the nearest "
                   "is %.*s",
                   host, (int)nearest.best.size,
                   (const char *)nearest.best.data);
}

static bool check_unregistered(const struct world *world, struct err *err)
{
    const char *list = world->krb5.unregistered;

    if (!list || strcmp(list, "*") == 0) {
        return true;
    }
    while (*list) {
        size_t length = strcspn(list, ",");
        const char *host = arena_text(world->arena, span_of(list, length));

        if (!check_host(world, host, err)) {
            return false;
        }
        list += length + (list[length] == ',');
    }
    return true;
}

bool kerberos_check(const struct world *world, struct err *err)
{
    return (world->offer.kerberos == KERBEROS_NO || check_realm(world, err)) &&
           check_unregistered(world, err);
}
