/* What a discovery request asks about, see discover_query.h. */
#include "config.h"

#include "services/discover_query.h"

#include <string.h>
#include <strings.h>

#include "util/dnsname.h"
#include "util/url.h"

/* Characters that samples leave alone in a query. */
#define KEEP "@:"

/*
 * "alice@contoso.test", "sip:alice%40contoso.test". NULL where that is no
 * address: the document asks servers to answer also those who send none.
 */
static const char *domain_of_sip(struct call *call, const char *sipuri)
{
    const char *at = strrchr(sipuri, '@');

    if (!at || !dnsname_valid(at + 1)) {
        exchange_remark(call->ex, "sipuri.malformed",
                        "\"%s\" is no SIP address; answered as if none were "
                        "there",
                        sipuri);
        return NULL;
    }
    return arena_lower(call->arena, at + 1);
}

static const char *domain_parameter(struct call *call, const char *name)
{
    const char *value = url_query(call->arena, call->ex->request.query, name);

    return value && dnsname_valid(value) ? value : NULL;
}

/*
 * The domain behind lyncdiscover. or lyncdiscoverinternal., if it is one of
 * this world's. Any other name that led here is just another way to us: to
 * take it for a foreign domain would send clients round in a circle.
 */
static const char *domain_of_host(const struct world *world, const char *host)
{
    static const char *const prefixes[] = {"lyncdiscover.",
                                           "lyncdiscoverinternal."};
    const char *hosted = world->hosted_domain;

    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        size_t length = strlen(prefixes[i]);

        if (strncmp(host, prefixes[i], length) == 0 && hosted &&
            strcmp(host + length, hosted) == 0) {
            return hosted;
        }
    }
    return world->domain;
}

struct discover_query discover_query(struct call *call)
{
    const struct request *request = &call->ex->request;
    struct discover_query query = {
        .sipuri = url_query(call->arena, request->query, "sipuri"),
        .original_domain = domain_parameter(call, "originalDomain"),
    };
    const char *domain = NULL;

    if (query.sipuri) {
        domain = domain_of_sip(call, query.sipuri);
        query.user = world_sip_user(call->world, query.sipuri);
    }
    if (!domain) {
        domain = query.original_domain;
    }
    if (!domain) {
        domain = domain_parameter(call, "Domain");
    }
    query.domain = domain ? arena_lower(call->arena, domain)
                          : domain_of_host(call->world, request->host);
    return query;
}

static char *add_parameter(struct call *call, const char *url, const char *name,
                           const char *value)
{
    return arena_printf(call->arena, "%s%s%s=%s", url,
                        strchr(url, '?') ? "&" : "?", name,
                        url_encode(call->arena, value, KEEP));
}

char *discover_origin(struct call *call, const char *domain, const char *url)
{
    return domain ? add_parameter(call, url, "originalDomain", domain)
                  : arena_strdup(call->arena, url);
}

char *discover_carry(struct call *call, const struct discover_query *query,
                     const char *url)
{
    const char *domain = domain_parameter(call, "Domain");
    char *full = arena_strdup(call->arena, url);

    if (query->sipuri) {
        full = add_parameter(call, full, "sipuri", query->sipuri);
    }
    if (domain) {
        full = add_parameter(call, full, "Domain", domain);
    }
    return discover_origin(call, query->original_domain, full);
}
