/* Answers of Autodiscover, see discovery.h. */
#include "config.h"

#include "probe/discovery.h"

#include <strings.h>

#include "probe/discovery_parts.h"
#include "util/attr.h"
#include "util/buf.h"

void discovery_add(struct discovery *discovery, const char *token,
                   const char *href)
{
    if (token && href && discovery->link_count < DISCOVERY_LINKS_MAX) {
        discovery->links[discovery->link_count++] = (struct link){token, href};
    }
}

void discovery_guess(struct discovery *discovery)
{
    discovery->resource = discovery_link(discovery, "applications")
                              ? RESOURCE_USER
                              : RESOURCE_ROOT;
}

static struct span without_space(struct span body)
{
    if (span_starts(body, "\xef\xbb\xbf")) {
        body = span_slice(body, 3, body.size);
    }
    while (body.size && (body.data[0] == ' ' || body.data[0] == '\t' ||
                         body.data[0] == '\r' || body.data[0] == '\n')) {
        body = span_slice(body, 1, body.size);
    }
    return body;
}

bool discovery_parse(struct arena *arena, struct span body,
                     struct discovery *out_discovery, const char **out_problem)
{
    struct span text = without_space(body);

    *out_discovery = (struct discovery){0};
    if (span_starts(text, "<")) {
        return discovery_xml(arena, text, out_discovery, out_problem);
    }
    if (span_starts(text, "{")) {
        return discovery_json(arena, text, out_discovery, out_problem);
    }
    *out_problem = text.size ? "neither XML nor JSON" : "the body is empty";
    return false;
}

const char *discovery_link(const struct discovery *discovery, const char *token)
{
    for (size_t i = 0; i < discovery->link_count; i++) {
        if (strcasecmp(discovery->links[i].token, token) == 0) {
            return discovery->links[i].href;
        }
    }
    return NULL;
}

char *discovery_text(struct arena *arena, const struct discovery *discovery)
{
    static const char *const names[] = {
        [RESOURCE_ROOT] = "Root",
        [RESOURCE_DOMAIN] = "Domain",
        [RESOURCE_USER] = "User",
    };
    AUTO_BUF out = {0};

    buf_printf(&out, "%s (%s)", names[discovery->resource], discovery->form);
    for (size_t i = 0; i < discovery->link_count && i < 4; i++) {
        buf_printf(&out, "%s%s", i ? ", " : ": ", discovery->links[i].token);
    }
    if (discovery->link_count > 4) {
        buf_printf(&out, " and %zu more links", discovery->link_count - 4);
    }
    if (discovery->location) {
        buf_printf(&out, "; AccessLocation %s", discovery->location);
    }
    return arena_text(arena, buf_span(&out));
}
