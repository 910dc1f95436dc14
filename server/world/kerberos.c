/* What Kerberos demands of a world, see kerberos.h. */
#include "config.h"

#include "world/kerberos.h"

#include <string.h>
#include <strings.h>

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

/* Is the host one of the names in a list with commas? "*" is all of them. */
static bool is_listed(const char *list, const char *host)
{
    size_t length = strlen(host);

    while (list && *list) {
        size_t item;

        list += strspn(list, ", ");
        item = strcspn(list, ", ");
        if ((item == 1 && *list == '*') ||
            (item == length && strncasecmp(list, host, length) == 0)) {
            return true;
        }
        list += item;
    }
    return false;
}

bool world_registers(const struct world *world, const char *host)
{
    return !is_listed(world->krb5.unregistered, host);
}

/* Active Directory compares without regard to letter case. */
bool world_has_spn(const struct world *world, const char *spn)
{
    static const char *const loopback[] = {"localhost", "127.0.0.1", "::1"};
    static const char class[] = "HTTP/";
    const char *host = spn + strlen(class);

    if (strncasecmp(spn, class, strlen(class)) != 0 ||
        !world_registers(world, host)) {
        return false;
    }
    for (size_t i = 0; world->names[i]; i++) {
        if (strcasecmp(host, world->names[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(loopback); i++) {
        if (strcasecmp(host, loopback[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool kerberos_check(const struct world *world, struct err *err)
{
    return (world->offer.kerberos == KERBEROS_NO || check_realm(world, err)) &&
           check_unregistered(world, err);
}
