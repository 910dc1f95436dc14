/* The relay's life: its sockets, and krb5kdc's coming and going. See relay.h.
 */
#include "config.h"

#include "kdc/relay.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kdc/relay_parts.h"
#include "scenario/session.h"
#include "util/kcrypt.h"
#include "util/mem.h"

static size_t count_addresses(const struct relay_options *options)
{
    size_t count = 0;

    while (options->addresses[count]) {
        count++;
    }
    return count;
}

static void add_socket(struct relay *relay, const struct bound_socket *bound)
{
    void (*ready)(struct loop_watch *, uint32_t) =
        bound->kind == BIND_DATAGRAM ? udp_ready : tcp_ready;

    relay->sockets[relay->sockets_count++] =
        (struct relay_socket){.watch = {.fd = bound->fd, .ready = ready},
                              .relay = relay,
                              .kind = bound->kind};
}

static bool bind_relay(struct relay *relay, struct err *err)
{
    const struct relay_options *options = &relay->options;
    size_t room = 2 * count_addresses(options);
    bool absent = session_world(options->session)->kdc.absent;
    struct bind_request request = {
        .addresses = options->addresses,
        .kinds = {absent ? BIND_RESERVE : BIND_LISTEN, BIND_DATAGRAM},
        .kinds_count = absent ? 1 : 2,
        .port = options->port,
        .what = "Kerberos",
        .quiet = true,
    };
    AUTO(mem) block = mem_array(room + 1, sizeof(struct bound_socket));
    struct bound_socket *bound = block;
    size_t count = 0;

    relay->sockets = mem_array(room + 1, sizeof(*relay->sockets));
    if (!bind_sockets(&request, bound, &count, &relay->port, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        add_socket(relay, &bound[i]);
    }
    return true;
}

bool relay_new(const struct relay_options *options, struct relay **out_relay,
               struct err *err)
{
    AUTO(relay) relay = NEW(struct relay);

    relay->options = *options;
    relay->first = scenario_ref(session_scenario(options->session));
    relay->accept_again.expired = tcp_accept_again;
    relay->datagram = mem_alloc(RELAY_DATAGRAM_ROOM);
    TAILQ_INIT(&relay->idle);
    TAILQ_INIT(&relay->busy);
    TAILQ_INIT(&relay->requests);
    TAILQ_INIT(&relay->queue);
    if (!kcrypt_new(&relay->crypt, err) || !bind_relay(relay, err)) {
        return false;
    }
    *out_relay = take(&relay);
    return true;
}

static bool watch_kind(struct relay *relay, enum bind_kind kind,
                       struct err *err)
{
    for (size_t i = 0; i < relay->sockets_count; i++) {
        struct relay_socket *at = &relay->sockets[i];

        if (at->kind == kind && !at->watched) {
            if (!loop_watch(relay->options.loop, &at->watch, EPOLLIN, err)) {
                return false;
            }
            at->watched = true;
        }
    }
    return true;
}

static void unwatch_kind(struct relay *relay, enum bind_kind kind)
{
    for (size_t i = 0; i < relay->sockets_count; i++) {
        struct relay_socket *at = &relay->sockets[i];

        if (at->kind == kind && at->watched) {
            loop_unwatch(relay->options.loop, &at->watch);
            at->watched = false;
        }
    }
}

bool relay_accept(struct relay *relay, struct err *err)
{
    return watch_kind(relay, BIND_LISTEN, err);
}

void relay_stop_accepting(struct relay *relay)
{
    unwatch_kind(relay, BIND_LISTEN);
}

/* Other parts of the server live on descriptors as well. */
static size_t conns_limit(void)
{
    struct rlimit limit;
    size_t share = RELAY_TCP_LIMIT;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
        limit.rlim_cur / RELAY_DESCRIPTOR_SHARE < share) {
        share = (size_t)limit.rlim_cur / RELAY_DESCRIPTOR_SHARE;
    }
    return share ? share : 1;
}

bool relay_open(struct relay *relay, uint16_t backend, struct err *err)
{
    relay->conns_limit = conns_limit();
    relay->backend = backend;
    return relay_accept(relay, err) && watch_kind(relay, BIND_DATAGRAM, err);
}

void relay_free(struct relay *relay)
{
    if (!relay) {
        return;
    }
    relay->ending = true;
    while (!TAILQ_EMPTY(&relay->requests)) {
        request_abandon(TAILQ_FIRST(&relay->requests));
    }
    tcp_close_all(relay);
    loop_cancel(relay->options.loop, &relay->accept_again);
    unwatch_kind(relay, BIND_LISTEN);
    unwatch_kind(relay, BIND_DATAGRAM);
    for (size_t i = 0; i < relay->sockets_count; i++) {
        close(relay->sockets[i].watch.fd);
    }
    mem_free(relay->sockets);
    mem_free(relay->datagram);
    scenario_unref(relay->first);
    kcrypt_free(relay->crypt);
    mem_free(relay);
}

int relay_port(const struct relay *relay)
{
    return relay->port;
}
