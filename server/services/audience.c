/*
 * The audience of a ticket ([MS-OCAUTHWS] 1.3.1: a ticket is for the service
 * that AppliesTo names; error 28077 exists). How exactly the product compares
 * is not published, so it is a setting.
 */
#include "config.h"

#include "services/audience.h"

#include <string.h>
#include <strings.h>

#include "util/url.h"

#define TICKET_SERVICE "/WebTicket/"

static bool same_pool(const struct call *call, const struct url *url)
{
    return strcmp(url->scheme, "https") == 0 &&
           world_has_host(call->world, url->host) &&
           world_pool_of(call->world, url->host) == call->pool;
}

/* "/Autodiscover/" of "/Autodiscover/AutodiscoverService.svc/root". */
static size_t service_length(const char *path)
{
    const char *end = *path ? strchr(path + 1, '/') : NULL;

    return end ? (size_t)(end - path) + 1 : strlen(path);
}

static bool same_service(const struct call *call, const struct url *url)
{
    const char *path = call->ex->request.path;
    size_t length = service_length(path);

    return length == service_length(url->path) &&
           strncasecmp(path, url->path, length) == 0;
}

/* protocol: webticket 4.3: a client template names the ticket service itself
 * as the audience and uses the ticket elsewhere. */
static bool is_ticket_service(const struct url *url)
{
    return strncasecmp(url->path, TICKET_SERVICE, strlen(TICKET_SERVICE)) == 0;
}

/* Letter case, port, query and a last slash do not make another URL. */
static bool same_url(const struct call *call, const struct url *url)
{
    const struct request *request = &call->ex->request;
    size_t length = strlen(request->path);

    length -= length > 1 && request->path[length - 1] == '/';
    return strcasecmp(url->host, request->host) == 0 &&
           strncasecmp(url->path, request->path, length) == 0 &&
           (strcmp(url->path + length, "") == 0 ||
            strcmp(url->path + length, "/") == 0);
}

bool audience_fits(struct call *call, const char *audience)
{
    enum audience_check check = call->world->check_audience;
    struct url url;

    if (!audience || check == AUDIENCE_ANY) {
        return true;
    }
    if (!url_parse(call->arena, audience, &url) || !same_pool(call, &url)) {
        return false;
    }
    switch (check) {
    case AUDIENCE_ANY:
    case AUDIENCE_POOL:
        return true;
    case AUDIENCE_SERVICE:
        return same_service(call, &url) || is_ticket_service(&url);
    case AUDIENCE_URL:
        return same_url(call, &url);
    }
    return false;
}
