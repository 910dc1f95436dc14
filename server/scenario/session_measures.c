/* What a session's client took, see session_measures.h. */
#include "config.h"

#include "scenario/session_measures.h"

#include <assert.h>
#include <string.h>

#include "scenario/session_parts.h"
#include "util/mem.h"
#include "wire/exchange.h"

static const struct measure_info infos[] = {
    [MEASURE_REQUESTS] = {"requests", "Requests of HTTP."},
    [MEASURE_CONNECTIONS] = {"connections",
                             "Connections that came as far as a TLS handshake "
                             "or a request."},
    [MEASURE_HANDSHAKES] = {"handshakes", "Full handshakes of TLS."},
    [MEASURE_RESUMPTIONS] = {"resumptions",
                             "TLS handshakes that took up an earlier session "
                             "instead of a full one."},
    [MEASURE_UNAUTHORIZED] = {"unauthorized", "Answers with status 401."},
    [MEASURE_BYTES_IN] = {"bytes-in", "Bytes of requests, heads and bodies."},
    [MEASURE_BYTES_OUT] = {"bytes-out", "Bytes of answers, heads and bodies."},
    [MEASURE_TIME] = {"time",
                      "From the first byte of the first request to the last "
                      "byte of the last answer."},
};

const struct measure_info *measure_info(enum measure measure)
{
    assert(measure < MEASURE_COUNT);
    return &infos[measure];
}

/*
 * Ids of connections rise, so that one is told from all that are not thousands
 * of connections older by a look at one place; it costs no search and does not
 * grow.
 */
static void count_connection(struct measures *measures,
                             const struct conn_facts *conn)
{
    uint64_t *place;

    if (conn->id == measures->last_connection) {
        return;
    }
    measures->last_connection = conn->id;
    if (!measures->connections) {
        measures->connections =
            mem_array(MEASURED_CONNECTIONS, sizeof(uint64_t));
    }
    place = &measures->connections[conn->id % MEASURED_CONNECTIONS];
    measures->taken[MEASURE_CONNECTIONS] += *place != conn->id;
    *place = conn->id;
}

void session_measure_handshake(struct session *session,
                               const struct conn_facts *conn)
{
    struct measures *measures = &session->play.measures;

    count_connection(measures, conn);
    measures
        ->taken[conn->tls_resumed ? MEASURE_RESUMPTIONS : MEASURE_HANDSHAKES]++;
}

/* What leads through a proxy is on the way to a server, and asks it nothing. */
static bool is_way(const struct exchange *ex)
{
    return ex->conn->proxied && !ex->conn->tunnel && ex->request.method &&
           strcmp(ex->request.method, "CONNECT") == 0;
}

/* What never became whole and was not answered is no request. */
static bool is_request(const struct exchange *ex)
{
    return ex->kind == EXCHANGE_HTTP && (ex->dispatched || ex->sent.status) &&
           !is_way(ex);
}

void session_measure_exchange(struct session *session,
                              const struct exchange *ex, int64_t now)
{
    struct measures *measures = &session->play.measures;
    uint64_t *taken = measures->taken;

    if (!is_request(ex) || ex->era != session->era) {
        return;
    }
    if (!taken[MEASURE_REQUESTS] || ex->began_monotonic < measures->first) {
        measures->first = ex->began_monotonic;
    }
    measures->last = now;
    count_connection(measures, ex->conn);
    taken[MEASURE_REQUESTS]++;
    taken[MEASURE_UNAUTHORIZED] += ex->sent.status == 401;
    taken[MEASURE_BYTES_IN] += ex->raw_size;
    taken[MEASURE_BYTES_OUT] += ex->sent.bytes;
    if (session->play.furthest.exchange == ex->id) {
        session->play.furthest.status = ex->sent.status;
    }
}

uint64_t session_measure(const struct session *session, enum measure measure)
{
    const struct measures *measures = &session->play.measures;

    assert(measure < MEASURE_COUNT);
    return measure == MEASURE_TIME
               ? (uint64_t)(measures->last - measures->first)
               : measures->taken[measure];
}

void session_forget_measures(struct session *session)
{
    mem_free(session->play.measures.connections);
}
