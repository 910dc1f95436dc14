/* The admin port of a running server, see admin.h. */
#include "config.h"

#include "cli/admin.h"

#include <string.h>

#include "cli/play.h"

static bool make(void *ctx, const struct admin_wish *asked,
                 struct session **out_session, struct diagnostics *diagnostics)
{
    const struct play_wish wish = {
        .domain = asked->domain,
        .source = *asked->source,
        .seed_given = asked->seed_given,
        .seed = asked->seed,
    };

    return play_make(ctx, &wish, out_session, diagnostics);
}

static bool play(void *ctx, struct session *session,
                 const struct scenario_source *source,
                 struct diagnostics *diagnostics)
{
    return play_again(ctx, session, source, diagnostics);
}

static void reset(void *ctx, struct session *session)
{
    play_reset(ctx, session);
}

/* Where clients find the proxy; NULL: there is none. */
static char *proxy_address(const struct server *server)
{
    const struct option_list *listen = &server->options->listen;
    const char *first = listen->count ? listen->items[0] : "127.0.0.1";
    bool v6 = strchr(first, ':') != NULL;
    int port = edge_proxy_port(server->edge);

    return port ? arena_printf(server->options->arena, "%s%s%s:%d",
                               v6 ? "[" : "", first, v6 ? "]" : "", port)
                : NULL;
}

bool server_start_admin(struct server *server, struct err *err)
{
    const struct options *options = server->options;
    const struct admin_options admin = {
        .loop = server->loop,
        .env = server->env,
        .sessions = server->sessions,
        .journal = server->journal,
        .ttl = options->session_ttl,
        .port = options->admin_port,
        .socket = options->admin_socket,
        .https_port = edge_https_port(server->edge),
        .http_port = edge_http_port(server->edge),
        .proxy_port = edge_proxy_port(server->edge),
        .proxy = proxy_address(server),
        .ca_file = server->ca_file,
        .krb5_conf = server->kdc ? kdc_krb5_conf(server->kdc) : NULL,
        .hooks = {server, make, play, reset},
    };

    if (!options->admin_socket && options->admin_port == OPTION_NONE) {
        return true;
    }
    return admin_new(&admin, &server->admin, err);
}
