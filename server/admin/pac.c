/*
 * The file that tells browsers and systems which names have a proxy (proxy
 * auto-configuration): those of the world, and all below its domain, since
 * every session's is there.
 */
#include "config.h"

#include <string.h>

#include "admin/internal.h"

static const char path[] = "/proxy.pac";

bool admin_is_pac(const struct admin_call *call)
{
    return strcmp(call->path, path) == 0;
}

/* Labels alone, so nothing has to be escaped (world/names_check.c). */
static void add_names(struct buf *out, const struct world *world)
{
    const char *name;

    for (size_t i = 0; (name = world_name(world, i)) != NULL; i++) {
        buf_printf(out, "%s\n    \"%s\"", i ? "," : "", name);
    }
}

void admin_pac(struct admin_call *call)
{
    const struct admin_options *options = &call->core->options;
    const struct world *world =
        session_world(sessions_default(options->sessions));

    if (!options->proxy) {
        admin_fail(call, 404, "path",
                   "start the server with --proxy-port 0, or another port",
                   "there is no proxy that this file could name");
        return;
    }
    call->status = 200;
    call->type = "application/x-ns-proxy-autoconfig";
    buf_reset(&call->reply);
    buf_printf(&call->reply,
               "/* %s and all below it; and what else the world is called. */\n"
               "var names = [",
               world->domain);
    add_names(&call->reply, world);
    buf_printf(&call->reply,
               "\n];\n\n"
               "function FindProxyForURL(url, host) {\n"
               "    var name = host.toLowerCase();\n"
               "    if (name === \"%s\" || dnsDomainIs(name, \".%s\") ||\n"
               "        names.indexOf(name) >= 0) {\n"
               "        return \"PROXY %s\";\n"
               "    }\n"
               "    return \"DIRECT\";\n"
               "}\n",
               world->domain, world->domain, options->proxy);
}
