/* The edge as a whole, see edge.h. */
#include "config.h"

#include "edge/edge.h"

#include <assert.h>
#include <sys/resource.h>
#include <unistd.h>

#include <openssl/prov_ssl.h>
#include <openssl/ssl.h>

#include "edge/internal.h"
#include "util/log.h"
#include "util/mem.h"

enum { FIRST_DESCRIPTORS = 1024 };

/* ---- The end of a turn ---- */

/* Requests that came whole are offered; bytes of the engine that are there by
 * now need no turn of their own. */
static void serve_fed(struct edge *edge)
{
    struct edge_conn *fed = edge->fed;

    edge->fed = NULL;
    while (fed) {
        struct edge_conn *conn = fed;

        fed = conn->bridge.next_fed;
        conn->bridge.fed = false;
        if (conn_alive(conn)) {
            if (conn->request.whole) {
                request_offer(conn);
            } else {
                bridge_read(conn);
            }
            conn_settle(conn);
        }
    }
}

/* Who is in the list of the fed again stays until the next turn. */
static void free_dead(struct edge *edge)
{
    struct edge_conn **link = &edge->dead;

    while (*link) {
        struct edge_conn *conn = *link;

        if (conn->bridge.fed) {
            link = &conn->next;
        } else {
            *link = conn->next;
            conn_free(conn);
        }
    }
}

static void end_turn(struct loop_task *task)
{
    struct edge *edge = CONTAINER(task, struct edge, turn_end);

    bool due = edge->engine_due;

    edge->engine_due = false;
    if (due && edge->hooks.run) {
        edge->hooks.run(edge->hooks.ctx);
    }
    serve_fed(edge);
    free_dead(edge);
}

void edge_at_turn_end(struct edge *edge)
{
    loop_defer(edge->loop, &edge->turn_end);
}

int64_t edge_idle_time(const struct edge *edge)
{
    return edge->options.idle_seconds * ENV_NS_PER_SEC;
}

int64_t edge_handshake_time(const struct edge *edge)
{
    return edge->options.handshake_seconds * ENV_NS_PER_SEC;
}

/* ---- From the engine's descriptor to its connection ---- */

void edge_map(struct edge *edge, int engine_fd, struct edge_conn *conn)
{
    size_t fd = (size_t)engine_fd;
    size_t size = edge->by_fd_size ? edge->by_fd_size : FIRST_DESCRIPTORS;

    assert(engine_fd >= 0);
    while (size <= fd) {
        size *= 2;
    }
    if (size > edge->by_fd_size) {
        edge->by_fd = mem_resize(edge->by_fd, size * sizeof(*edge->by_fd));
        for (size_t i = edge->by_fd_size; i < size; i++) {
            edge->by_fd[i] = NULL;
        }
        edge->by_fd_size = size;
    }
    edge->by_fd[fd] = conn;
}

struct edge_conn *edge_conn_of(struct edge *edge, int engine_fd)
{
    if (engine_fd < 0 || (size_t)engine_fd >= edge->by_fd_size) {
        return NULL;
    }
    return edge->by_fd[engine_fd];
}

/* ---- Making and ending ---- */

static struct edge_options with_defaults(const struct edge_options *options)
{
    struct edge_options full = *options;

    full.tls_minimum = full.tls_minimum ? full.tls_minimum : TLS1_2_VERSION;
    full.tls_maximum = full.tls_maximum ? full.tls_maximum : TLS1_3_VERSION;
    full.header_limit =
        full.header_limit ? full.header_limit : EDGE_HEADER_LIMIT;
    full.body_limit = full.body_limit ? full.body_limit : EDGE_BODY_LIMIT;
    full.connections_limit = full.connections_limit ? full.connections_limit
                                                    : EDGE_CONNECTIONS_LIMIT;
    full.handshake_seconds = full.handshake_seconds ? full.handshake_seconds
                                                    : EDGE_HANDSHAKE_SECONDS;
    full.idle_seconds =
        full.idle_seconds ? full.idle_seconds : EDGE_IDLE_SECONDS;
    return full;
}

/* As many descriptors as the hard limit allows. */
static size_t raise_descriptors(void)
{
    struct rlimit limit = {0};

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return FIRST_DESCRIPTORS;
    }
    if (limit.rlim_cur < limit.rlim_max) {
        rlim_t soft = limit.rlim_cur;

        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            limit.rlim_cur = soft;
        }
    }
    log_debug("up to %llu descriptors", (unsigned long long)limit.rlim_cur);
    return limit.rlim_cur;
}

bool edge_new(const struct edge_options *options, struct loop *loop,
              struct edge **out_edge, struct err *err)
{
    AUTO(edge) edge = NEW(struct edge);

    edge->loop = loop;
    edge->options = with_defaults(options);
    edge->keylog = -1;
    edge->turn_end.run = end_turn;
    edge->descriptors = raise_descriptors();
    if (options->edges) {
        edge->descriptors /= options->edges;
    }
    edge->open = options->conns_open ? options->conns_open : &edge->own_open;
    edge->ids = options->conn_ids ? options->conn_ids : &edge->own_ids;
    if (!(options->first ? listeners_share(edge, err)
                         : listeners_open(edge, err))) {
        return false;
    }
    if (edge->ports[EDGE_PORT_HTTPS] && !tls_open(edge, err)) {
        return false;
    }
    if (options->team) {
        assert(options->team->count < EDGE_TEAM_MAX);
        options->team->edges[options->team->count++] = edge;
    }
    *out_edge = take(&edge);
    return true;
}

void edge_hook(struct edge *edge, const struct edge_hooks *hooks)
{
    assert(hooks->identity && hooks->attach && hooks->request_begin &&
           hooks->request_end);
    edge->hooks = *hooks;
}

bool edge_start(struct edge *edge, struct err *err)
{
    assert(edge->hooks.attach);
    return listeners_start(edge, err);
}

bool edge_tune(struct edge *edge, const struct edge_tuning *tuning,
               struct err *err)
{
    struct edge_options old = edge->options;

    edge->options.tls_minimum = tuning->tls_minimum;
    edge->options.tls_maximum = tuning->tls_maximum;
    if (edge->tls && !tls_versions(edge, err)) {
        edge->options = old;
        return false;
    }
    edge->options.header_431 = tuning->header_431;
    return true;
}

void edge_free(struct edge *edge)
{
    if (!edge) {
        return;
    }
    listeners_close(edge);
    while (edge->conns) {
        conn_drop(edge->conns);
    }
    for (; edge->fed; edge->fed = edge->fed->bridge.next_fed) {
        edge->fed->bridge.fed = false;
    }
    free_dead(edge);
    loop_undefer(edge->loop, &edge->turn_end);
    tls_close(edge);
    mem_free(edge->by_fd);
    mem_free(edge);
}

/* ---- What others may know ---- */

int edge_http_port(const struct edge *edge)
{
    return edge->ports[EDGE_PORT_HTTP];
}

int edge_https_port(const struct edge *edge)
{
    return edge->ports[EDGE_PORT_HTTPS];
}

int edge_proxy_port(const struct edge *edge)
{
    return edge->ports[EDGE_PORT_PROXY];
}

const struct conn_facts *edge_conn_facts(const struct edge_conn *conn)
{
    return &conn->facts;
}

struct exchange *edge_conn_exchange(struct edge_conn *conn)
{
    return conn->exchange;
}

bool edge_conn_is_last(const struct edge_conn *conn)
{
    return conn->request.framer.close;
}

void edge_conn_keep(struct edge_conn *conn, void *state)
{
    conn->kept = state;
}

void *edge_conn_kept(const struct edge_conn *conn)
{
    return conn->kept;
}

void edge_conn_note(struct edge_conn *conn, struct exchange *handshake)
{
    conn->noted = handshake;
}

struct exchange *edge_conn_noted(const struct edge_conn *conn)
{
    return conn->noted;
}

const struct hello_plan *edge_conn_hello(const struct edge_conn *conn)
{
    return &conn->hello;
}

struct edge_counts edge_counts(const struct edge *edge)
{
    return edge->counts;
}
