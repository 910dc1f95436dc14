/*
 * Places on a connection's way where the upper layers have a say: what they
 * plan is obeyed here, at once, after a pause, or once so many bytes have come.
 */
#include "config.h"

#include "edge/internal.h"

bool place_concerned(const struct edge_conn *conn, enum edge_place place)
{
    const struct edge_hooks *hooks = &conn->edge->hooks;

    return hooks->reached &&
           (!hooks->concerned || hooks->concerned(hooks->ctx, conn, place));
}

/* What ends the connection later. */
static void note_limits(struct edge_conn *conn, enum edge_place place,
                        const struct conn_plan *plan)
{
    struct sock *sock = &conn->sock;

    if (!plan->ends) {
        return;
    }
    if (plan->received) {
        sock->in_limited = true;
        sock->in_budget = plan->received > sock->received
                              ? plan->received - sock->received
                              : 0;
        conn->in_how = plan->how;
    }
    if (plan->sent) {
        sock->limited = true;
        sock->for_good = place == EDGE_TUNNEL;
        sock->budget = plan->sent;
        conn->out_how = plan->how;
    }
    if (plan->idle) {
        conn->idle_limited = true;
        conn->idle_limit = plan->idle;
        conn->idle_how = plan->how;
    }
}

void place_ask(struct edge_conn *conn, enum edge_place place,
               struct conn_plan *out_plan)
{
    const struct edge_hooks *hooks = &conn->edge->hooks;
    bool handshake = place >= EDGE_HELLO && place <= EDGE_CERTIFICATE;

    *out_plan = (struct conn_plan){0};
    hooks->reached(hooks->ctx, conn, place, out_plan,
                   handshake ? &conn->hello : NULL);
    note_limits(conn, place, out_plan);
    if (out_plan->refuse.refuse) {
        listeners_refuse(conn->edge, conn->port, &out_plan->refuse);
    }
}

void place_end(struct edge_conn *conn, enum reply_cut how)
{
    record_lost(conn);
    if (how == REPLY_CUT_HOLD) {
        bridge_close(conn);
        conn->ssl_wants_write = false;
        conn->phase = CONN_STALLED;
        conn_deadline(conn, EDGE_STALL_SECONDS * ENV_NS_PER_SEC);
    } else {
        conn_finish(conn, how);
    }
}

void place_stop(struct edge_conn *conn, const struct conn_plan *plan,
                void (*go_on)(struct edge_conn *conn))
{
    if (!plan->delay) {
        place_end(conn, plan->how);
        return;
    }
    conn->pause = (struct pause){
        .go_on = go_on,
        .ends = plan->ends && !plan->received && !plan->sent && !plan->idle,
        .how = plan->how,
    };
    conn->phase = CONN_PAUSED;
    conn_deadline(conn, plan->delay);
}

bool place_pass(struct edge_conn *conn, enum edge_place place,
                void (*go_on)(struct edge_conn *conn))
{
    struct conn_plan plan;

    if (!place_concerned(conn, place)) {
        return true;
    }
    place_ask(conn, place, &plan);
    if (!plan_stops(&plan)) {
        return true;
    }
    place_stop(conn, &plan, go_on);
    return false;
}

void place_spent(struct edge_conn *conn, enum reply_cut how)
{
    conn->sock.in_limited = false;
    conn->sock.limited = false;
    if (conn->phase < CONN_STALLED) {
        if (conn->phase == CONN_HANDSHAKE && how != REPLY_CUT_HOLD) {
            tls_failed(conn, "ended in the handshake on purpose");
        }
        place_end(conn, how);
    }
}

void place_resume(struct edge_conn *conn)
{
    if (conn->pause.ends) {
        place_end(conn, conn->pause.how);
    } else {
        conn->pause.go_on(conn);
    }
}
