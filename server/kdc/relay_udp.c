/*
 * One message a datagram (RFC 4120 section 7.2.1), and the proxy's, which have
 * as little to keep: whoever asked awaits one answer and is told nothing else.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "util/mem.h"

enum { DATAGRAM_BATCH = 64 }; /* then others have their turn */

/* ---- UDP ---- */

struct udp_origin {
    int fd;
    socklen_t size;
    struct sockaddr_storage peer;
};

static void udp_answer(struct relay_request *request, struct span reply)
{
    const struct udp_origin *origin = request->origin;
    ssize_t put =
        sendto(origin->fd, reply.data, reply.size, MSG_DONTWAIT | MSG_NOSIGNAL,
               (const struct sockaddr *)&origin->peer, origin->size);

    request_end(request, put == (ssize_t)reply.size ? SENT_WHOLE : SENT_BROKEN,
                put > 0 ? (uint64_t)put : 0);
}

static void udp_drop(struct relay_request *request)
{
    request_end(request, SENT_CUT, 0);
}

static void udp_fail(struct relay_request *request)
{
    request_end(request, SENT_NOTHING, 0);
}

static const struct relay_way udp_way = {
    .transport = "udp",
    .datagram = true,
    .reply_max = RELAY_DATAGRAM_MAX,
    .answer = udp_answer,
    .drop = udp_drop,
    .reset = udp_drop,
    .fail = udp_fail,
};

/*
 * Clients send again what nobody has answered for a second. Where it is still
 * under way it is the same request, as krb5kdc takes it: one answer, one count.
 */
static bool is_under_way(const struct relay *relay,
                         const struct udp_origin *origin, struct span message)
{
    for (const struct relay_request *at = TAILQ_FIRST(&relay->requests); at;
         at = TAILQ_NEXT(at, all)) {
        const struct udp_origin *other = at->origin;

        if (at->way == &udp_way && other->fd == origin->fd &&
            other->size == origin->size &&
            memcmp(&other->peer, &origin->peer, origin->size) == 0 &&
            span_equal(at->ex->kdc->request, message)) {
            return true;
        }
    }
    return false;
}

static void take_datagram(struct relay *relay, const struct udp_origin *origin,
                          struct span message)
{
    char peer[PEER_TEXT_SIZE];
    struct conn_facts facts = {
        .id = ++relay->conn_ids,
        .peer = peer,
        .local_port = (unsigned)relay->port,
    };
    struct relay_request *request;
    struct udp_origin *kept;
    struct exchange *ex;

    if (is_under_way(relay, origin, message)) {
        return;
    }
    peer_text((const struct sockaddr *)&origin->peer, peer);
    ex = relay_exchange(relay, udp_way.transport, &facts);
    relay_exchange_take(ex, message, 0);
    kept = ARENA_NEW(ex->arena, struct udp_origin);
    *kept = *origin;
    request = request_new(relay, &udp_way, kept, ex);
    if (request) {
        request_go(request);
    }
}

void udp_ready(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct relay_socket *at = CONTAINER(watch, struct relay_socket, watch);
    struct relay *relay = at->relay;

    for (int i = 0; i < DATAGRAM_BATCH; i++) {
        struct udp_origin origin = {.fd = watch->fd,
                                    .size = sizeof(origin.peer)};
        ssize_t got =
            recvfrom(watch->fd, relay->datagram, RELAY_DATAGRAM_ROOM, 0,
                     (struct sockaddr *)&origin.peer, &origin.size);

        if (got < 0) {
            return; /* EAGAIN, or the ICMP error of an answer of ours */
        }
        if (session_world(relay->options.session)->kdc.udp) {
            take_datagram(relay, &origin,
                          span_of(relay->datagram, (size_t)got));
        }
    }
}

/* ---- The proxy ---- */

struct proxy_origin {
    void (*answered)(void *ctx, struct span reply);
    void *ctx;
};

/* Whether the proxy's own answer arrives is told by its own exchange. */
static void proxy_answer(struct relay_request *request, struct span reply)
{
    const struct proxy_origin *origin = request->origin;
    struct exchange *ex = exchange_ref(request->ex);

    request_end(request, SENT_WHOLE, reply.size);
    origin->answered(origin->ctx, reply);
    exchange_unref(ex);
}

static void proxy_end(struct relay_request *request, enum sent_outcome outcome)
{
    const struct proxy_origin *origin = request->origin;
    struct exchange *ex = exchange_ref(request->ex);

    request_end(request, outcome, 0);
    origin->answered(origin->ctx, SPAN_NONE);
    exchange_unref(ex);
}

static void proxy_drop(struct relay_request *request)
{
    proxy_end(request, SENT_CUT);
}

static void proxy_fail(struct relay_request *request)
{
    proxy_end(request, SENT_NOTHING);
}

static const struct relay_way proxy_way = {
    .transport = "proxy",
    .reply_max = SIZE_MAX,
    .answer = proxy_answer,
    .drop = proxy_drop,
    .reset = proxy_drop,
    .fail = proxy_fail,
};

void relay_ask(struct relay *relay, struct span request, const char *peer,
               void (*answered)(void *ctx, struct span reply), void *ctx)
{
    struct conn_facts facts = {
        .id = ++relay->conn_ids,
        .peer = peer,
        .local_port = (unsigned)relay->port,
    };
    struct exchange *ex = relay_exchange(relay, proxy_way.transport, &facts);
    struct proxy_origin *origin = ARENA_NEW(ex->arena, struct proxy_origin);
    struct relay_request *asked;

    *origin = (struct proxy_origin){answered, ctx};
    relay_exchange_take(ex, request, 0);
    asked = request_new(relay, &proxy_way, origin, ex);
    if (asked) {
        request_go(asked);
    } else {
        answered(ctx, SPAN_NONE);
    }
}
