/*
 * What a session's client took: the counts that limits of `expect` and reports
 * are about. Of what has ended; an exchange that is still open counts later.
 */
#ifndef SCENARIO_SESSION_MEASURES_H
#define SCENARIO_SESSION_MEASURES_H

#include <stddef.h>
#include <stdint.h>

struct conn_facts;
struct exchange;
struct session;

/* Words of `expect`; the order is that of measure_info. */
enum measure {
    MEASURE_REQUESTS,     /* of HTTP, also those that nobody could read */
    MEASURE_CONNECTIONS,  /* with a handshake or a request of the session */
    MEASURE_HANDSHAKES,   /* full ones of TLS */
    MEASURE_RESUMPTIONS,  /* handshakes that took up an earlier session */
    MEASURE_UNAUTHORIZED, /* 401 was sent */
    MEASURE_BYTES_IN,     /* of requests */
    MEASURE_BYTES_OUT,    /* of answers */
    MEASURE_TIME,         /* ns, from the first request on to the last byte */
    MEASURE_COUNT,
};

struct measure_info {
    const char *name; /* "requests" */
    const char *doc;  /* one sentence */
};

const struct measure_info *measure_info(enum measure measure);

uint64_t session_measure(const struct session *session, enum measure measure);

/* A handshake is done. */
void session_measure_handshake(struct session *session,
                               const struct conn_facts *conn);
/* An exchange of the session's has ended, as `sent` says. */
void session_measure_exchange(struct session *session,
                              const struct exchange *ex, int64_t now);

#endif
