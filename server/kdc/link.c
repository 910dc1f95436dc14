/* To the KDC's keeper and back, see link.h. */
#include "config.h"

#include "kdc/link.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kdc/spawn.h"
#include "util/env.h"
#include "util/mem.h"

enum {
    /* What the keeper says is a number or a sentence. */
    ANSWER_MAX = 8 * 1024,
    /* From the end of the pair to the end of the process. */
    EXIT_SECONDS = 1,
};

/* A packet that waits for room in the socket. */
struct packet {
    struct packet *next;
    struct buf bytes;
};

struct link {
    struct link_options options;
    struct loop_watch watch; /* fd -1: it is closed */
    struct loop_timer exit;  /* runs while only the process is left */
    struct packet *first;
    struct packet **last;
    pid_t pid; /* 0: reaped */
    int status;
    bool told; /* the loss */
};

#define LINK_OF(member, field)                                                 \
    ((struct link *)((char *)(member)-offsetof(struct link, field)))

/* ---- Its end ---- */

static void drop_packets(struct link *link)
{
    struct packet *packet;

    while ((packet = link->first) != NULL) {
        link->first = packet->next;
        mem_wipe(packet->bytes.data, packet->bytes.size);
        buf_clear(&packet->bytes);
        mem_free(packet);
    }
    link->last = &link->first;
}

static void close_pair(struct link *link)
{
    if (link->watch.fd >= 0) {
        loop_unwatch(link->options.loop, &link->watch);
        close(link->watch.fd);
        link->watch.fd = -1;
    }
    drop_packets(link);
}

/* Both the pair and the process have ended. */
static void tell_loss(struct link *link)
{
    AUTO(str) why = NULL;

    if (link->told) {
        return;
    }
    link->told = true;
    loop_cancel(link->options.loop, &link->exit);
    if (WIFSIGNALED(link->status)) {
        why = mem_printf("the KDC's keeper was killed by signal %d (%s)",
                         WTERMSIG(link->status),
                         strsignal(WTERMSIG(link->status)));
    } else {
        why = mem_printf("the KDC's keeper has ended with exit code %d",
                         WEXITSTATUS(link->status));
    }
    link->options.lost(link->options.ctx, why);
}

static void reaped(struct link *link, int status)
{
    link->pid = 0;
    link->status = status;
    close_pair(link);
    tell_loss(link);
}

void link_child_ended(struct link *link, pid_t pid, int status)
{
    if (pid == link->pid) {
        reaped(link, status);
    }
}

pid_t link_keeper(const struct link *link)
{
    return link->pid;
}

/* The pair has ended, and nobody told us of the process. */
static void on_exit_limit(struct loop_timer *timer)
{
    struct link *link = LINK_OF(timer, exit);
    int status = 0;

    kill(link->pid, SIGKILL);
    (void)waitpid(link->pid, &status, 0);
    reaped(link, status);
}

static void ended(struct link *link)
{
    int status;

    close_pair(link);
    if (waitpid(link->pid, &status, WNOHANG) == link->pid) {
        reaped(link, status);
    } else {
        loop_start(link->options.loop, &link->exit,
                   EXIT_SECONDS * ENV_NS_PER_SEC);
    }
}

/* ---- Packets ---- */

/* 0, or an errno. */
static int send_packet(const struct link *link, struct span bytes)
{
    ssize_t sent = send(link->watch.fd, bytes.data, bytes.size, MSG_NOSIGNAL);

    return sent < 0 ? errno : 0;
}

static void flush(struct link *link)
{
    struct packet *packet;

    while ((packet = link->first) != NULL) {
        if (send_packet(link, buf_span(&packet->bytes)) == EAGAIN) {
            return;
        }
        link->first = packet->next;
        if (!link->first) {
            link->last = &link->first;
        }
        mem_wipe(packet->bytes.data, packet->bytes.size);
        buf_clear(&packet->bytes);
        mem_free(packet);
    }
    loop_rewatch(link->options.loop, &link->watch, EPOLLIN);
}

static void take_packet(struct link *link, struct span bytes)
{
    AUTO(arena) arena = arena_new();
    struct keeper_message message = {0};
    struct err err;

    if (keeper_decode(arena, bytes, &message, &err)) {
        link->options.message(link->options.ctx, &message);
        return;
    }
    message = (struct keeper_message){.kind = KEEPER_ERROR, .text = err.text};
    link->options.message(link->options.ctx, &message);
}

static void ready(struct loop_watch *watch, uint32_t events)
{
    struct link *link = LINK_OF(watch, watch);
    uint8_t bytes[ANSWER_MAX];

    if (events & EPOLLOUT) {
        flush(link);
    }
    while (watch->fd >= 0) {
        ssize_t size = recv(watch->fd, bytes, sizeof(bytes), 0);

        if (size > 0) {
            take_packet(link, span_of(bytes, (size_t)size));
        } else if (size == 0 || errno != EAGAIN) {
            ended(link);
        } else {
            return;
        }
    }
}

/* The whole realm is one packet, and a packet has to fit in the socket's
 * buffer. Only root may go beyond net.core.wmem_max. */
static void make_room(const struct link *link, size_t size)
{
    int room = (int)size;

    if (setsockopt(link->watch.fd, SOL_SOCKET, SO_SNDBUFFORCE, &room,
                   sizeof(room)) != 0) {
        (void)setsockopt(link->watch.fd, SOL_SOCKET, SO_SNDBUF, &room,
                         sizeof(room));
    }
}

static void keep(struct link *link, struct buf *bytes)
{
    struct packet *packet = NEW(struct packet);

    packet->bytes = *bytes;
    *bytes = (struct buf){0};
    *link->last = packet;
    link->last = &packet->next;
    loop_rewatch(link->options.loop, &link->watch, EPOLLIN | EPOLLOUT);
}

bool link_send(struct link *link, const struct keeper_message *message,
               struct err *err)
{
    AUTO_BUF bytes = {0};
    int error;

    if (link->watch.fd < 0) {
        return true;
    }
    keeper_encode(&bytes, message);
    if (message->kind == KEEPER_REALM) {
        make_room(link, bytes.size);
    }
    error = link->first ? EAGAIN : send_packet(link, buf_span(&bytes));
    if (error == EAGAIN) {
        keep(link, &bytes);
        return true;
    }
    mem_wipe(bytes.data, bytes.size);
    if (error == EMSGSIZE || error == ENOBUFS) {
        return err_set(err,
                       "%zu bytes are more than the KDC's keeper can be told "
                       "at once; net.core.wmem_max is the limit: have fewer "
                       "users, or offer.kerberos=no",
                       bytes.size);
    }
    return true; /* it has gone: the loop hears of it */
}

/* ---- Beginning and end ---- */

bool link_new(const struct link_options *options, struct link **out_link,
              struct err *err)
{
    struct link *link = NEW(struct link);

    link->options = *options;
    link->last = &link->first;
    link->exit.expired = on_exit_limit;
    link->watch.ready = ready;
    if (!spawn_keeper(options->env, &link->pid, &link->watch.fd, err)) {
        mem_free(link);
        return false;
    }
    if (!loop_watch(options->loop, &link->watch, EPOLLIN, err)) {
        close(link->watch.fd);
        link->watch.fd = -1;
        link_free(link);
        return false;
    }
    *out_link = link;
    return true;
}

/* Until the keeper closes its end, which it does last, or for so long. */
static bool await_end(int fd)
{
    struct timeval limit = {.tv_sec = LINK_END_SECONDS};
    uint8_t bytes[ANSWER_MAX];
    ssize_t size;

    if (shutdown(fd, SHUT_WR) != 0 || fcntl(fd, F_SETFL, 0) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0) {
        return false;
    }
    do {
        size = recv(fd, bytes, sizeof(bytes), 0);
    } while (size > 0 || (size < 0 && errno == EINTR));
    return size == 0;
}

void link_free(struct link *link)
{
    if (!link) {
        return;
    }
    link->told = true;
    loop_cancel(link->options.loop, &link->exit);
    if (link->pid && (link->watch.fd < 0 || !await_end(link->watch.fd))) {
        kill(link->pid, SIGKILL);
    }
    if (link->pid) {
        (void)waitpid(link->pid, NULL, 0);
    }
    close_pair(link);
    mem_free(link);
}
