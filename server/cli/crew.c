/* The workers beside the first one, see crew.h. */
#include "config.h"

#include "cli/crew.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "cli/server.h"
#include "util/guard.h"
#include "util/log.h"
#include "util/mem.h"

struct hand {
    pthread_t thread;
    bool runs;
    struct loop *loop;
    struct edge *edge;
    struct http *http;
    struct krb5_acceptor *krb5;
    struct services_context services;
};

struct crew {
    struct hand *hands;
    size_t count;
    bool guarded;
};

/* ---- One of them ---- */

static bool make_edge(struct server *server, struct hand *hand, struct err *err)
{
    struct edge_options options = server_edge_options(server);

    options.first = server->edge;
    return edge_new(&options, hand->loop, &hand->edge, err);
}

static bool make_http(struct server *server, struct hand *hand, struct err *err)
{
    const struct http_options http = {
        .loop = hand->loop,
        .edge = hand->edge,
        .pki = server->pki,
        .journal = server->journal,
        .services = &hand->services,
        .header_limit = server->world->header_limit,
    };

    hand->services = server->services;
    hand->services.loop = hand->loop;
    hand->services.edge = hand->edge;
    hand->services.krb5 = hand->krb5;
    return http_new(&http, &hand->http, err);
}

static bool make_hand(struct server *server, struct hand *hand, struct err *err)
{
    return loop_new(server->env, &hand->loop, err) &&
           make_edge(server, hand, err) &&
           (!server->krb5 ||
            krb5_acceptor_beside(server->krb5, &hand->krb5, err)) &&
           make_http(server, hand, err);
}

static void *work(void *arg)
{
    struct hand *hand = arg;

    loop_run(hand->loop);
    return NULL;
}

/* Signals are for the first one: the new one inherits a full mask. */
static bool start_thread(struct hand *hand, struct err *err)
{
    sigset_t all;
    sigset_t old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    errno = pthread_create(&hand->thread, NULL, work, hand);
    hand->runs = errno == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return hand->runs || err_errno(err, "cannot start a worker");
}

/* ---- All ---- */

bool crew_new(struct server *server, struct crew **out_crew, struct err *err)
{
    size_t count = (size_t)server->options->workers - 1;
    struct crew *crew;

    *out_crew = NULL;
    if (count == 0) {
        return true;
    }
    crew = NEW(struct crew);
    crew->hands = mem_array(count, sizeof(*crew->hands));
    for (; crew->count < count; crew->count++) {
        if (!make_hand(server, &crew->hands[crew->count], err)) {
            crew->count++;
            crew_free(crew);
            return err_wrap(err, "--workers %d", server->options->workers);
        }
    }
    *out_crew = crew;
    return true;
}

bool crew_start(struct crew *crew, struct err *err)
{
    if (!crew) {
        return true;
    }
    guard_start();
    crew->guarded = true;
    for (size_t i = 0; i < crew->count; i++) {
        if (!edge_start(crew->hands[i].edge, err) ||
            !start_thread(&crew->hands[i], err)) {
            crew_stop(crew);
            return false;
        }
    }
    return true;
}

void crew_stop(struct crew *crew)
{
    for (size_t i = 0; crew && i < crew->count; i++) {
        struct hand *hand = &crew->hands[i];

        if (hand->runs) {
            loop_stop(hand->loop);
            pthread_join(hand->thread, NULL);
            hand->runs = false;
        }
    }
    if (crew && crew->guarded) {
        guard_stop();
        crew->guarded = false;
    }
}

static void free_hand(struct hand *hand)
{
    if (hand->loop) {
        loop_drain(hand->loop);
    }
    edge_free(hand->edge);
    http_free(hand->http);
    krb5_acceptor_free(hand->krb5);
    loop_free(hand->loop);
}

void crew_free(struct crew *crew)
{
    if (!crew) {
        return;
    }
    for (size_t i = 0; i < crew->count; i++) {
        free_hand(&crew->hands[i]);
    }
    mem_free(crew->hands);
    mem_free(crew);
}

void crew_doubt(struct crew *crew)
{
    for (size_t i = 0; crew && i < crew->count; i++) {
        krb5_acceptor_doubt(crew->hands[i].krb5);
    }
}

/* ---- TLS settings ---- */

struct tune {
    struct loop_note note; /* first: a note leads back to it */
    struct edge *edge;
    struct edge_tuning tuning;
};

static void tune(struct loop_note *note)
{
    struct tune *tune = (struct tune *)note;
    struct err err;

    /* It was good for the first one. */
    if (!edge_tune(tune->edge, &tune->tuning, &err)) {
        log_error("%s", err.text);
    }
    mem_free(tune);
}

void crew_tune(struct crew *crew, const struct edge_tuning *tuning)
{
    for (size_t i = 0; crew && i < crew->count; i++) {
        struct tune *order = NEW(struct tune);

        order->note.run = tune;
        order->edge = crew->hands[i].edge;
        order->tuning = *tuning;
        loop_post(crew->hands[i].loop, &order->note);
    }
}
