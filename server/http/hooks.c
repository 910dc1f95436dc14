/*
 * The edge's hooks: its points reach the scenario, its requests become
 * exchanges, its connections get certificates and an engine.
 */
#include "config.h"

#include <netinet/in.h>

#include "checks/checks.h"
#include "http/internal.h"
#include "scenario/session_measures.h"
#include "scenario/sessions.h"
#include "util/guard.h"
#include "util/log.h"

/* The session's own names have leaves of its own. One reference: a reload may
 * put another in its place meanwhile. */
static struct pki_site *site_of(struct http *http, const char *sni)
{
    struct session *session;
    struct pki_site *site;
    GUARDED;

    session = sessions_peek(http->options.services->sessions, sni);
    site = session_kept(session, SESSION_LEAVES);
    return pki_site_ref(site ? site : pki_site(http->options.pki));
}

static bool leaf_of(struct http *http, struct pki_site *site, const char *sni,
                    const struct hello_plan *plan,
                    const struct pki_leaf **out_leaf, struct err *err)
{
    struct pki *pki = http->options.pki;

    if (!plan->certificate) {
        return pki_site_leaf(pki, site, sni, out_leaf, err);
    }
    return plan->name
               ? pki_site_leaf_for(pki, site, plan->profile, plan->name,
                                   out_leaf, err)
               : pki_site_leaf_as(pki, site, plan->profile, sni, out_leaf, err);
}

static void release_site(void *site)
{
    pki_site_free(site);
}

static bool on_identity(void *ctx, const char *sni,
                        const struct hello_plan *plan,
                        struct edge_identity *out)
{
    struct http *http = ctx;
    struct pki_site *site = site_of(http, sni);
    const struct pki_leaf *leaf;
    struct err err;

    if (!leaf_of(http, site, sni, plan, &leaf, &err)) {
        log_error("%s, ending the handshake", err.text);
        pki_site_free(site);
        return false;
    }
    *out = (struct edge_identity){
        .certificate = leaf->certificate,
        .key = leaf->key,
        .intermediate = leaf->intermediate,
        .hash = leaf->hash,
        .release = release_site,
        .held = site,
    };
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

/* libmicrohttpd or the edge answered it without asking us. A head that is over
 * a limit of ours breaks no rule of HTTP, which names none. */
static void find_refused(struct exchange *ex)
{
    if (!ex->long_head) {
        check_report(
            ex, "HT-001", NULL, ex->raw,
            "this is no HTTP request that a server can take: malformed, "
            "or with a body over the limit");
    }
}

/* What never became a request belongs to the session whose name the client gave
 * in its ClientHello. */
static void belong(struct http *http, struct exchange *ex)
{
    struct session *session;
    GUARDED;

    if (ex->session) {
        return;
    }
    session = sessions_peek(http->options.services->sessions, ex->conn->sni);
    session_own(session, ex);
    checks_exchange(ex, NULL);
}

static void measure(struct http *http, const struct exchange *ex)
{
    GUARDED;

    session_measure_exchange(ex->owner, ex,
                             env_monotonic(http->options.services->env));
}

/* What waits for its end may be about what all share. */
static void end_guarded(struct exchange *ex)
{
    GUARDED;

    exchange_end(ex);
}

static void on_request_end(void *ctx, struct edge_conn *conn UNUSED,
                           struct exchange *ex)
{
    struct http *http = ctx;
    bool planned = ex->reply.status != 0 || ex->reply.raw.size != 0;

    if (planned ? !ex->dispatched : ex->sent.status != 0) {
        find_refused(ex);
    }
    end_guarded(ex);
    belong(http, ex);
    measure(http, ex);
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
        .refused = http_refused,
        .request_begin = on_request_begin,
        .request_end = on_request_end,
        .handshake_failed = connection_handshake_failed,
        .handshake_done = connection_handshake_done,
        .closed = on_closed,
        .tunnelled = http_tunnelled,
    };
}
