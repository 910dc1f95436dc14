/* The JSON forms of discovery answers, see discovery.h. */
#include "config.h"

#include <strings.h>

#include <jansson.h>

#include "probe/discovery_parts.h"

AUTO_DEFINE(json, json_t *, json_decref)

/* Names of members are compared without regard to case, as .NET readers do. */
static json_t *member(json_t *object, const char *name)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (strcasecmp(key, name) == 0) {
            return value;
        }
    }
    return NULL;
}

static const char *text_of(struct arena *arena, json_t *object,
                           const char *name)
{
    const char *text = json_string_value(member(object, name));

    return text ? arena_strdup(arena, text) : NULL;
}

static void read_link(struct arena *arena, json_t *link,
                      struct discovery *discovery)
{
    discovery_add(discovery, text_of(arena, link, "token"),
                  text_of(arena, link, "href"));
}

static struct sip_server sip_server(struct arena *arena, json_t *object)
{
    struct sip_server server = {text_of(arena, object, "fqdn"), 0};
    json_int_t port = json_integer_value(member(object, "port"));

    if (port > 0 && port <= 65535) {
        server.port = (int)port;
    }
    return server;
}

static void read_resource(struct arena *arena, json_t *resource,
                          struct discovery *discovery)
{
    json_t *links = member(resource, "Links");
    json_t *link;
    size_t i;

    /* discover 2.7: one link may stand without its array. */
    if (json_is_object(links)) {
        read_link(arena, links, discovery);
    }
    json_array_foreach(links, i, link)
    {
        read_link(arena, link, discovery);
    }
    discovery->internal =
        sip_server(arena, member(resource, "SipClientInternalAccess"));
    discovery->external =
        sip_server(arena, member(resource, "SipClientExternalAccess"));
}

static bool read_version_1(struct arena *arena, json_t *root,
                           struct discovery *discovery,
                           const char **out_problem)
{
    static const char *const names[] = {
        [RESOURCE_ROOT] = "Root",
        [RESOURCE_DOMAIN] = "Domain",
        [RESOURCE_USER] = "User",
    };

    discovery->form = "JSON";
    discovery->location = text_of(arena, root, "AccessLocation");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        json_t *resource = member(root, names[i]);

        if (json_is_object(resource)) {
            discovery->resource = (enum resource)i;
            read_resource(arena, resource, discovery);
            return true;
        }
    }
    *out_problem = "JSON without _links, Root, Domain or User";
    return false;
}

static void read_ucwa(struct arena *arena, json_t *links,
                      struct discovery *discovery)
{
    const char *relation;
    json_t *link;

    discovery->form = "UCWA JSON";
    json_object_foreach(links, relation, link)
    {
        discovery_add(discovery, arena_strdup(arena, relation),
                      text_of(arena, link, "href"));
    }
    discovery_guess(discovery);
}

bool discovery_json(struct arena *arena, struct span body,
                    struct discovery *discovery, const char **out_problem)
{
    json_error_t error;
    AUTO(json) root = json_loadb((const char *)body.data, body.size, 0, &error);
    json_t *links = root ? json_object_get(root, "_links") : NULL;

    if (!root) {
        *out_problem =
            arena_printf(arena, "no JSON: line %d: %s", error.line, error.text);
        return false;
    }
    if (json_is_object(links)) {
        read_ucwa(arena, links, discovery);
        return true;
    }
    return read_version_1(arena, root, discovery, out_problem);
}
