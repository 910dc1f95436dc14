/*
 * Who comes to the KDC's port over TCP is let in. Where there are as many
 * connections as may be, the one that has been idle for longest goes; if none
 * is idle, new ones wait.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum {
    ACCEPT_BATCH = 64, /* then others have their turn */
    ACCEPT_PAUSE_MS = 100,
};

static void wait_to_accept(struct relay *relay, int64_t ms)
{
    relay_stop_accepting(relay);
    relay->waiting = true;
    if (ms) {
        loop_start(relay->options.loop, &relay->accept_again,
                   ms * ENV_NS_PER_MS);
    }
}

/* false: nobody can go, new ones have to wait. */
static bool has_room(struct relay *relay)
{
    if (relay->conns_count < relay->conns_limit || !TAILQ_EMPTY(&relay->idle)) {
        return true;
    }
    wait_to_accept(relay, 0);
    return false;
}

void tcp_accept_again(struct loop_timer *timer)
{
    struct relay *relay = CONTAINER(timer, struct relay, accept_again);
    struct err err;

    relay->waiting = false;
    if (!relay_accept(relay, &err)) {
        wait_to_accept(relay, ACCEPT_PAUSE_MS);
    }
}

void tcp_ready(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct relay_socket *at = CONTAINER(watch, struct relay_socket, watch);
    struct relay *relay = at->relay;

    for (int i = 0; i < ACCEPT_BATCH && has_room(relay); i++) {
        struct sockaddr_storage peer;
        socklen_t size = sizeof(peer);
        int fd = accept4(watch->fd, (struct sockaddr *)&peer, &size,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            if (relay->conns_count >= relay->conns_limit) {
                tcp_close_oldest(relay);
            }
            tcp_open(relay, fd, (struct sockaddr *)&peer);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
                   errno == ENOMEM) {
            wait_to_accept(relay, ACCEPT_PAUSE_MS);
            return;
        }
    }
}
