/*
 * The edge's hooks: its points reach the scenario, its requests become
 * exchanges, its connections get certificates and an engine.
 */
#include "config.h"

#include <netinet/in.h>

#include "http/internal.h"
#include "util/log.h"

static bool find_leaf(struct pki *pki, const char *sni,
                      const struct hello_plan *plan,
                      const struct pki_leaf **out_leaf, struct err *err)
{
    if (!plan->certificate) {
        return pki_leaf(pki, sni, out_leaf, err);
    }
    return plan->name
               ? pki_leaf_for(pki, plan->profile, plan->name, out_leaf, err)
               : pki_leaf_as(pki, plan->profile, sni, out_leaf, err);
}

static bool on_identity(void *ctx, const char *sni,
                        const struct hello_plan *plan,
                        struct edge_identity *out)
{
    struct pki *pki = ((struct http *)ctx)->options.pki;
    const struct pki_leaf *leaf;
    struct err err;

    if (!find_leaf(pki, sni, plan, &leaf, &err)) {
        log_error("%s, ending the handshake", err.text);
        return false;
    }
    *out = (struct edge_identity){leaf->certificate, leaf->key,
                                  leaf->intermediate, leaf->hash};
    return true;
}

static bool on_attach(void *ctx, struct edge_conn *conn UNUSED, int fd)
{
    struct http *http = ctx;
    struct sockaddr_in peer = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };

    return MHD_add_connection(http->daemon, fd, (struct sockaddr *)&peer,
                              sizeof(peer)) == MHD_YES;
}

static void on_run(void *ctx)
{
    http_run(ctx);
}

static struct exchange *on_request_begin(void *ctx, struct edge_conn *conn)
{
    struct http *http = ctx;
    struct env *env = http->options.services->env;
    struct exchange *ex = exchange_new(journal_next_id(http->options.journal),
                                       edge_conn_facts(conn));

    ex->began = env_now(env);
    ex->began_monotonic = env_monotonic(env);
    journal_begin(http->options.journal, ex);
    return ex;
}

/* libmicrohttpd or the edge answered it without asking us. */
static void find_refused(struct exchange *ex)
{
    struct finding finding = {
        .rule = "HT-001",
        .level = FINDING_MUST,
        .section = "RFC 9112 section 2",
        .text = "this is no HTTP request that a server can take: malformed, "
                "or over a limit of size",
        .evidence = span_slice(ex->raw, 0, 256),
    };

    exchange_finding(ex, &finding);
}

static void on_request_end(void *ctx, struct edge_conn *conn UNUSED,
                           struct exchange *ex)
{
    struct http *http = ctx;
    bool planned = ex->reply.status != 0 || ex->reply.raw.size != 0;

    if (!planned && ex->sent.status != 0) {
        find_refused(ex);
    }
    journal_end(http->options.journal, ex);
}

static void on_closed(void *ctx, struct edge_conn *conn)
{
    connection_closed(ctx, conn);
    conn_auth_unref(edge_conn_kept(conn));
    edge_conn_keep(conn, NULL);
}

void http_hooks(struct http *http, struct edge_hooks *out_hooks)
{
    *out_hooks = (struct edge_hooks){
        .ctx = http,
        .concerned = connection_concerned,
        .reached = connection_reached,
        .identity = on_identity,
        .attach = on_attach,
        .request = http_whole_request,
        .run = on_run,
        .request_begin = on_request_begin,
        .request_end = on_request_end,
        .handshake_failed = connection_handshake_failed,
        .handshake_done = connection_handshake_done,
        .closed = on_closed,
    };
}
