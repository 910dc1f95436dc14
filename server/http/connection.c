/*
 * The edge's hooks outside of requests: steps at the points of TCP and TLS,
 * and what the journal has of them. What is done to a handshake, or why it
 * failed, is one exchange, which is open for as long as the handshake is; what
 * is done to a connection is one each time.
 */
#include "config.h"

#include <ctype.h>

#include "checks/checks.h"
#include "http/internal.h"
#include "pki/profile.h"
#include "scenario/session.h"
#include "scenario/session_measures.h"
#include "scenario/sessions.h"
#include "services/reach.h"
#include "util/guard.h"

static const enum point points[] = {
    [EDGE_PROXY_ACCEPT] = POINT_PROXY_ACCEPT,
    [EDGE_TUNNEL] = POINT_PROXY_TUNNEL,
    [EDGE_ACCEPT] = POINT_TCP_ACCEPT,
    [EDGE_FIRST_BYTE] = POINT_TCP_FIRST_BYTE,
    [EDGE_HELLO] = POINT_TLS_HELLO,
    [EDGE_RESUME] = POINT_TLS_RESUME,
    [EDGE_CERTIFICATE] = POINT_TLS_CERTIFICATE,
    [EDGE_ESTABLISHED] = POINT_TLS_ESTABLISHED,
    [EDGE_IDLE] = POINT_TCP_IDLE,
    [EDGE_REUSE] = POINT_TCP_REUSE,
    [EDGE_CLIENT_FIN] = POINT_TCP_CLIENT_FIN,
    [EDGE_CLOSE_NOTIFY] = POINT_TLS_CLOSE,
    [EDGE_CLOSE] = POINT_TCP_CLOSE,
};

enum { NAME_SIZE = 256 }; /* RFC 1035, 2.3.4 */

/* Before the ClientHello there is no name yet, but for that of a tunnel. */
static const char *name_of(const struct conn_facts *conn, char out[NAME_SIZE])
{
    size_t size = 0;

    if (conn->sni || !conn->tunnel) {
        return conn->sni;
    }
    for (; conn->tunnel[size] && conn->tunnel[size] != ':'; size++) {
        if (size == NAME_SIZE - 1) {
            return NULL;
        }
        out[size] = (char)tolower((unsigned char)conn->tunnel[size]);
    }
    out[size] = '\0';
    return out;
}

static struct session *session_at(const struct http *http,
                                  const struct edge_conn *conn)
{
    char name[NAME_SIZE];

    return sessions_peek(http->options.services->sessions,
                         name_of(edge_conn_facts(conn), name));
}

/* The edge's own versions are those of the default session's world. */
static bool has_own_versions(const struct http *http,
                             const struct session *session)
{
    return session != sessions_default(http->options.services->sessions);
}

bool connection_concerned(void *ctx, const struct edge_conn *conn,
                          enum edge_place place)
{
    struct http *http = ctx;
    struct session *session;
    GUARDED;

    if (place == EDGE_HELLO) {
        /* A handshake is a contact, which may make a session. */
        session = sessions_of(http->options.services->sessions,
                              edge_conn_facts(conn)->sni);
        if (has_own_versions(http, session)) {
            return true;
        }
    } else {
        session = session_at(http, conn);
    }
    if (session_concerned(session, points[place])) {
        return true;
    }
    session_count(session, points[place]);
    return false;
}

/* ---- What the journal has of it ---- */

static struct exchange *begin(struct http *http, struct edge_conn *conn,
                              enum exchange_kind kind)
{
    struct session *session = session_at(http, conn);
    struct env *env = http->options.services->env;
    struct exchange *ex = exchange_new(journal_next_id(http->options.journal),
                                       edge_conn_facts(conn));

    ex->kind = kind;
    ex->began = env_now(env);
    ex->began_monotonic = env_monotonic(env);
    ex->date = session_now(session, ex->began);
    session_own(session, ex);
    if (kind == EXCHANGE_TLS) {
        ex->tls = ARENA_NEW(ex->arena, struct tls_exchange);
        ex->tls->alert = -1;
        edge_conn_note(conn, ex);
    }
    journal_begin(http->options.journal, ex);
    return ex;
}

static void end(struct http *http, struct exchange *ex)
{
    GUARDED;

    checks_exchange(ex, NULL);
    journal_end(http->options.journal, ex);
    exchange_unref(ex);
}

static void end_handshake(struct http *http, struct edge_conn *conn)
{
    struct exchange *ex = edge_conn_noted(conn);
    const struct hello_plan *hello = edge_conn_hello(conn);
    struct tls_exchange *tls = ex->tls;

    edge_conn_note(conn, NULL);
    exchange_connection(ex, edge_conn_facts(conn));
    edge_conn_tell(conn, ex->arena, tls);
    if (hello->certificate) {
        tls->certificate = profile_of(hello->profile)->name;
        tls->made_out_to =
            hello->name ? arena_strdup(ex->arena, hello->name) : NULL;
    }
    end(http, ex);
}

void connection_handshake_failed(void *ctx, struct edge_conn *conn,
                                 const char *why)
{
    struct exchange *ex = edge_conn_noted(conn);
    GUARDED;

    ex = ex ? ex : begin(ctx, conn, EXCHANGE_TLS);
    exchange_why(ex, "handshake.failed", "%s", why);
    end_handshake(ctx, conn);
}

/* A good one leaves no trace but in the requests that follow, and in what the
 * session's client took. */
void connection_handshake_done(void *ctx, struct edge_conn *conn)
{
    GUARDED;

    session_measure_handshake(session_at(ctx, conn), edge_conn_facts(conn));
    if (edge_conn_noted(conn)) {
        end_handshake(ctx, conn);
    }
}

void connection_closed(void *ctx, struct edge_conn *conn)
{
    if (edge_conn_noted(conn)) {
        end_handshake(ctx, conn);
    }
}

/* ---- Steps ---- */

static void take_step(const struct step *step, enum point point,
                      struct subject *subject)
{
    remark_step(subject->ex, point, step);
    for (size_t i = 0; i < step->action_count; i++) {
        if (step->actions[i].fault->plan) {
            step->actions[i].fault->plan(step->actions[i].params, subject);
        }
    }
}

static void release_scenario(void *scenario)
{
    scenario_unref(scenario);
}

/* Plans have texts of it; a handshake is longer than a callback. */
static void keep_scenario(struct exchange *ex, struct session *session)
{
    exchange_keep(ex, release_scenario,
                  scenario_ref(session_scenario(session)));
}

void connection_reached(void *ctx, struct edge_conn *conn,
                        enum edge_place place, struct conn_plan *plan,
                        struct hello_plan *hello)
{
    struct http *http = ctx;
    bool handshake = place >= EDGE_HELLO && place <= EDGE_ESTABLISHED;
    const struct conn_facts *conn_facts = edge_conn_facts(conn);
    char name[NAME_SIZE];
    struct facts facts = {.conn = conn_facts,
                          .host = name_of(conn_facts, name)};
    struct subject subject = {.conn = plan, .hello = hello};
    struct session *session;
    struct steps steps;
    GUARDED;

    session = session_at(http, conn);
    if (place == EDGE_HELLO && has_own_versions(http, session)) {
        hello->minimum = session_world(session)->tls.minimum;
        hello->maximum = session_world(session)->tls.maximum;
    }
    scenario_at(session, points[place], &facts, &steps);
    if (!steps.count) {
        return;
    }
    if (handshake && edge_conn_noted(conn)) {
        subject.ex = edge_conn_noted(conn);
    } else {
        subject.ex = begin(http, conn, handshake ? EXCHANGE_TLS : EXCHANGE_TCP);
    }
    keep_scenario(subject.ex, session);
    subject.arena = subject.ex->arena;
    for (size_t i = 0; i < steps.count; i++) {
        struct step_chance chance = {session, session_scenario(session),
                                     steps.items[i]};

        subject.random = step_chance_draw;
        subject.random_ctx = &chance;
        take_step(steps.items[i], points[place], &subject);
        session_set(session, chance.scenario, steps.items[i]);
    }
    if (!handshake) {
        end(http, subject.ex);
    }
}
