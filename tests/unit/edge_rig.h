/*
 * A real edge on loopback for the tests, with a small HTTP engine of its own.
 * The edge's loop has a thread; the test is the client. What the hooks saw is
 * kept under a lock.
 *
 * The engine's answer is chosen by the path of the request:
 *   /big     a body of RIG_BIG bytes       /close   Connection: close
 *   /open    no length, ends by closing    /half    less than was promised
 *   /silent  no answer at all              /gone    closes without an answer
 *   /early   400 before the body           /100     100 Continue goes first
 *   /leave   answers, and closes all the same
 * CONNECT at the proxy's port gets rig->connected, and asks for a tunnel.
 * All others: 200 with the method, the path and the size of the body.
 */
#ifndef UNIT_EDGE_RIG_H
#define UNIT_EDGE_RIG_H

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "edge/edge.h"
#include "util/buf.h"
#include "util/env.h"
#include "util/mem.h"

enum {
    RIG_BIG = 1000 * 1000,
    RIG_RECORDS = 64,
    RIG_PATIENCE = 5,    /* seconds, then a test fails */
    RIG_TIME_LIMIT = 60, /* seconds, for a whole program */
};

/* What request_end told. */
struct rig_record {
    enum sent_outcome outcome;
    unsigned status;
    uint64_t bytes;
    uint64_t raw_size;
    struct buf raw;
    char head[512];
    uint64_t conn;
    bool resumed;
    char sni[64];
    char version[16];
    char peer[64];
};

struct rig {
    struct env env;
    struct loop *loop;
    struct edge *edge;
    pthread_t thread;
    bool running;
    EVP_PKEY *key;
    X509 *certificate;
    struct loop_watch poke; /* asks the loop's thread for the counts */
    int poke_end;
    size_t engines; /* attached and not yet closed */
    bool draining;  /* the edge is gone, the engines follow */

    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    struct conn_plan places[EDGE_CLOSE + 1];
    size_t reached[EDGE_CLOSE + 1];
    struct hello_plan hello;
    struct reply_plan plan; /* for every reply, where `planned` */
    bool planned;
    enum edge_tunnel tunnel; /* that CONNECT asks for */
    const char *connected;   /* the reply to it */
    bool no_identity;
    bool keep;             /* a reference to the next exchange ... */
    struct exchange *kept; /* ... here, beyond its connection */
    struct rig_record records[RIG_RECORDS];
    size_t begun;
    size_t ended;
    size_t closed;
    size_t failures;
    char failure[160]; /* the last one */
    struct edge_counts counts;
    size_t counted;
};

/* ---- The engine ---- */

struct rig_engine {
    struct loop_watch watch;
    struct rig *rig;
    struct buf in;
    struct buf out;
    bool closing;
    bool answered; /* the request that is still coming in */
};

static void rig_engine_free(struct rig_engine *engine)
{
    loop_unwatch(engine->rig->loop, &engine->watch);
    close(engine->watch.fd);
    buf_clear(&engine->in);
    buf_clear(&engine->out);
    if (--engine->rig->engines == 0 && engine->rig->draining) {
        loop_stop(engine->rig->loop);
    }
    mem_free(engine);
}

static void rig_answer_body(struct rig_engine *engine, const char *method,
                            const char *path, size_t body_size)
{
    struct buf *out = &engine->out;
    size_t size;

    if (strcmp(path, "/big") == 0) {
        buf_printf(out, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
                   RIG_BIG);
        memset(buf_reserve(out, RIG_BIG), 'x', RIG_BIG);
        buf_commit(out, RIG_BIG);
    } else if (strcmp(path, "/open") == 0) {
        buf_add_text(out, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
        engine->closing = true;
    } else if (strcmp(path, "/half") == 0) {
        buf_add_text(out, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        engine->closing = true;
    } else if (strcmp(path, "/gone") == 0) {
        engine->closing = true;
    } else if (strcmp(path, "/silent") != 0) {
        if (strcmp(path, "/100") == 0) {
            buf_add_text(out, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        size = strlen(method) + strlen(path) + 2 +
               (size_t)snprintf(NULL, 0, "%zu", body_size);
        buf_printf(
            out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n%s%s %s %zu",
            size, strcmp(path, "/close") == 0 ? "Connection: close\r\n" : "",
            "", strcmp(method, "HEAD") == 0 ? "" : method, path, body_size);
        engine->closing =
            strcmp(path, "/close") == 0 || strcmp(path, "/leave") == 0;
        if (strcmp(method, "HEAD") == 0) {
            out->size = span_find(buf_span(out), span_text("\r\n\r\n"), 0) + 4;
        }
    }
}

static bool rig_tunnels(struct rig *rig, struct edge_conn *conn,
                        const char *method, const char *path)
{
    const struct conn_facts *facts = conn ? edge_conn_facts(conn) : NULL;
    struct reply_plan plan = {0};

    if (!facts || !facts->proxied || facts->tunnel ||
        strcmp(method, "CONNECT") != 0) {
        return false;
    }
    edge_conn_tunnel(conn, rig->tunnel, path);
    plan.raw = span_text(rig->connected);
    edge_conn_plan(conn, &plan);
    return true;
}

static void rig_answer(struct rig_engine *engine, const char *method,
                       const char *path, size_t body_size)
{
    struct rig *rig = engine->rig;
    struct edge_conn *conn = edge_conn_of(rig->edge, engine->watch.fd);

    pthread_mutex_lock(&rig->lock);
    /* The client may be gone while its request is still on the way. */
    if (!rig_tunnels(rig, conn, method, path) && conn && rig->planned) {
        edge_conn_plan(conn, &rig->plan);
    }
    pthread_mutex_unlock(&rig->lock);
    engine->answered = true;
    rig_answer_body(engine, method, path, body_size);
}

/* The size of a body that is all there, or SIZE_MAX. */
static size_t rig_body(const char *head, const char *body, size_t size,
                       size_t *out_taken)
{
    const char *length = strstr(head, "Content-Length: ");
    const char *end;

    if (strstr(head, "Transfer-Encoding: chunked")) {
        end = memmem(body, size, "0\r\n\r\n", 5);
        *out_taken = end ? (size_t)(end - body) + 5 : 0;
        return end ? *out_taken : SIZE_MAX;
    }
    *out_taken = length ? (size_t)atol(length + 16) : 0;
    return *out_taken <= size ? *out_taken : SIZE_MAX;
}

/* One request from the buffer, if it is whole. */
static bool rig_request(struct rig_engine *engine)
{
    const char *text = buf_text(&engine->in);
    const char *end = strstr(text, "\r\n\r\n");
    char method[16] = "";
    char path[64] = "";
    size_t head;
    size_t body;
    size_t taken = 0;
    AUTO(str) copy = NULL;

    if (!end) {
        return false;
    }
    head = (size_t)(end - text) + 4;
    copy = mem_printf("%.*s", (int)head, text);
    sscanf(copy, "%15s %63s", method, path);
    body = rig_body(copy, text + head, engine->in.size - head, &taken);
    if (body == SIZE_MAX && !engine->answered && !strcmp(path, "/early")) {
        engine->answered = true;
        buf_add_text(&engine->out, "HTTP/1.1 400 Bad\r\n"
                                   "Content-Length: 0\r\n\r\n");
    }
    if (body == SIZE_MAX) {
        return false;
    }
    buf_drop(&engine->in, head + taken);
    rig_answer(engine, method, path, body);
    engine->answered = false;
    return true;
}

static void rig_engine_ready(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct rig_engine *engine = (struct rig_engine *)watch;
    ssize_t got = recv(watch->fd, buf_reserve(&engine->in, 65536), 65536, 0);
    ssize_t put;

    if (engine->rig->draining) {
        rig_engine_free(engine);
        return;
    }
    if (got > 0) {
        buf_commit(&engine->in, (size_t)got);
        while (rig_request(engine)) {
        }
    }
    put = send(watch->fd, engine->out.data, engine->out.size, MSG_NOSIGNAL);
    if (put > 0) {
        buf_drop(&engine->out, (size_t)put);
    }
    if (got == 0 || (got < 0 && errno != EAGAIN) ||
        (engine->closing && !engine->out.size)) {
        rig_engine_free(engine);
        return;
    }
    loop_rewatch(engine->rig->loop, watch,
                 EPOLLIN | (engine->out.size ? (uint32_t)EPOLLOUT : 0u));
}

/* ---- The hooks ---- */

static bool rig_attach(void *ctx, struct edge_conn *conn, int fd)
{
    struct rig *rig = ctx;
    struct rig_engine *engine = NEW(struct rig_engine);
    struct err err;

    assert(edge_conn_of(rig->edge, fd) == conn);
    engine->watch = (struct loop_watch){.fd = fd, .ready = rig_engine_ready};
    engine->rig = rig;
    if (!loop_watch(rig->loop, &engine->watch, EPOLLIN, &err)) {
        abort();
    }
    rig->engines++;
    return true;
}

static void rig_reached(void *ctx, struct edge_conn *conn,
                        enum edge_place place, struct conn_plan *plan,
                        struct hello_plan *hello)
{
    struct rig *rig = ctx;

    assert(edge_conn_facts(conn)->local_port != 0);
    assert((hello != NULL) ==
           (place >= EDGE_HELLO && place <= EDGE_CERTIFICATE));
    pthread_mutex_lock(&rig->lock);
    *plan = rig->places[place];
    if (place == EDGE_HELLO) {
        *hello = rig->hello;
    }
    rig->reached[place]++;
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
    if (place == EDGE_ACCEPT || place == EDGE_PROXY_ACCEPT) {
        edge_conn_keep(conn, rig);
    }
}

/* Each name has a "certificate" of its own as far as the hash goes. */
static bool rig_identity(void *ctx, const char *sni,
                         const struct hello_plan *plan,
                         struct edge_identity *out)
{
    struct rig *rig = ctx;
    bool refuse;

    pthread_mutex_lock(&rig->lock);
    refuse = rig->no_identity;
    pthread_mutex_unlock(&rig->lock);
    *out = (struct edge_identity){
        .certificate = rig->certificate,
        .key = rig->key,
        .intermediate = plan->certificate ? rig->certificate : NULL,
        .hash =
            span_text(sni && strstr(sni, "other") ? "hash of other" : "hash"),
    };
    return !refuse;
}

static struct exchange *rig_begin(void *ctx, struct edge_conn *conn)
{
    struct rig *rig = ctx;
    struct exchange *ex;

    pthread_mutex_lock(&rig->lock);
    ex = exchange_new(++rig->begun, edge_conn_facts(conn));
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
    assert(!edge_conn_exchange(conn));
    return ex;
}

static void rig_copy_text(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
}

static void rig_end(void *ctx, struct edge_conn *conn, struct exchange *ex)
{
    struct rig *rig = ctx;
    struct rig_record *record;
    const struct conn_facts *facts = edge_conn_facts(conn);

    assert(edge_conn_exchange(conn) == ex);
    pthread_mutex_lock(&rig->lock);
    assert(rig->ended < RIG_RECORDS);
    record = &rig->records[rig->ended++];
    record->outcome = ex->sent.outcome;
    record->status = ex->sent.status;
    record->bytes = ex->sent.bytes;
    record->raw_size = ex->raw_size;
    buf_add(&record->raw, ex->raw);
    snprintf(record->head, sizeof(record->head), "%.*s",
             (int)ex->sent.head.size, (const char *)ex->sent.head.data);
    record->conn = facts->id;
    record->resumed = facts->tls_resumed;
    rig_copy_text(record->sni, sizeof(record->sni), facts->sni);
    rig_copy_text(record->version, sizeof(record->version), facts->tls_version);
    rig_copy_text(record->peer, sizeof(record->peer), facts->peer);
    if (rig->keep) {
        rig->keep = false;
        rig->kept = exchange_ref(ex);
    }
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
}

static void rig_failed(void *ctx, struct edge_conn *conn UNUSED,
                       const char *why)
{
    struct rig *rig = ctx;

    pthread_mutex_lock(&rig->lock);
    rig->failures++;
    rig_copy_text(rig->failure, sizeof(rig->failure), why);
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
}

static void rig_closed(void *ctx, struct edge_conn *conn)
{
    struct rig *rig = ctx;

    assert(edge_conn_kept(conn) == rig);
    assert(!edge_conn_exchange(conn));
    pthread_mutex_lock(&rig->lock);
    rig->closed++;
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
}

/* ---- Waiting for what the hooks see ---- */

/* Waits until the number, guarded by the lock, has come up to `least`. */
static UNUSED void rig_wait(struct rig *rig, const size_t *number, size_t least)
{
    struct timespec until;
    int rc = 0;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += RIG_PATIENCE;
    pthread_mutex_lock(&rig->lock);
    while (*number < least && rc == 0) {
        rc = pthread_cond_timedwait(&rig->changed, &rig->lock, &until);
    }
    pthread_mutex_unlock(&rig->lock);
    assert_int_equal(rc, 0);
}

/* The record of the n-th request, from 1. */
static UNUSED struct rig_record *rig_record(struct rig *rig, size_t n)
{
    rig_wait(rig, &rig->ended, n);
    return &rig->records[n - 1];
}

static void rig_poked(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct rig *rig =
        (struct rig *)((char *)watch - offsetof(struct rig, poke));
    char c;

    if (read(watch->fd, &c, 1) != 1) {
        abort();
    }
    pthread_mutex_lock(&rig->lock);
    rig->counts = edge_counts(rig->edge);
    rig->counted++;
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
}

static UNUSED struct edge_counts rig_counts(struct rig *rig)
{
    size_t next = rig->counted + 1;

    assert_int_equal(write(rig->poke_end, "?", 1), 1);
    rig_wait(rig, &rig->counted, next);
    return rig->counts;
}

/* ---- Making and ending ---- */

static X509 *rig_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);

    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *)"edge test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    assert_int_not_equal(X509_sign(certificate, key, EVP_sha256()), 0);
    return certificate;
}

static struct edge_options rig_options(void)
{
    static const char *const addresses[] = {"127.0.0.1", NULL};

    return (struct edge_options){
        .addresses = addresses,
        .tls_minimum = TLS1_2_VERSION,
        .tls_maximum = TLS1_3_VERSION,
        .header_limit = 4096,
        .body_limit = 2 * 1000 * 1000,
        .handshake_seconds = 1,
        .idle_seconds = 2,
    };
}

/*
 * OpenSSL's own sockets, the clients', raise SIGPIPE; the edge must not: the
 * signal kills the program where it comes from the edge's thread.
 */
static void rig_sigpipe(int how)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(how, &set, NULL);
}

static struct rig *rig_new(void)
{
    static struct rig rig;
    int fds[2];
    struct err err;

    rig = (struct rig){0};
    rig_sigpipe(SIG_BLOCK);
    env_system(&rig.env, 1);
    pthread_mutex_init(&rig.lock, NULL);
    pthread_cond_init(&rig.changed, NULL);
    rig.key = EVP_EC_gen("P-256");
    rig.certificate = rig_certificate(rig.key);
    assert_true(loop_new(&rig.env, &rig.loop, &err));
    assert_int_equal(pipe(fds), 0);
    rig.poke = (struct loop_watch){.fd = fds[0], .ready = rig_poked};
    rig.poke_end = fds[1];
    assert_true(loop_watch(rig.loop, &rig.poke, EPOLLIN, &err));
    return &rig;
}

static void *rig_loop(void *arg)
{
    struct rig *rig = arg;

    rig_sigpipe(SIG_UNBLOCK);
    loop_run(rig->loop);
    return NULL;
}

static void rig_start(struct rig *rig, const struct edge_options *options)
{
    struct edge_hooks hooks = {
        .ctx = rig,
        .reached = rig_reached,
        .identity = rig_identity,
        .attach = rig_attach,
        .request_begin = rig_begin,
        .request_end = rig_end,
        .handshake_failed = rig_failed,
        .closed = rig_closed,
    };
    struct err err = {""};

    if (!edge_new(options, rig->loop, &rig->edge, &err)) {
        fail_msg("%s", err.text);
    }
    edge_hook(rig->edge, &hooks);
    assert_true(edge_start(rig->edge, &err));
    assert_int_equal(pthread_create(&rig->thread, NULL, rig_loop, rig), 0);
    rig->running = true;
}

/* Stops the loop and ends the edge; what the hooks saw can still be read. */
static void rig_stop(struct rig *rig)
{
    if (rig->running) {
        loop_stop(rig->loop);
        pthread_join(rig->thread, NULL);
        rig->running = false;
    }
    edge_free(rig->edge);
    rig->edge = NULL;
    rig->draining = true;
    if (rig->engines) {
        loop_run(rig->loop);
    }
}

static UNUSED int rig_set_up(void **state)
{
    struct rig *rig = rig_new();
    struct edge_options options = rig_options();

    rig_start(rig, &options);
    *state = rig;
    return 0;
}

/* Every exchange that was begun has ended, and every engine is gone. */
static int rig_tear_down(void **state)
{
    struct rig *rig = *state;

    rig_stop(rig);
    assert_int_equal(rig->begun, rig->ended);
    for (size_t i = 0; i < RIG_RECORDS; i++) {
        buf_clear(&rig->records[i].raw);
    }
    close(rig->poke.fd);
    close(rig->poke_end);
    loop_free(rig->loop);
    X509_free(rig->certificate);
    EVP_PKEY_free(rig->key);
    pthread_mutex_destroy(&rig->lock);
    pthread_cond_destroy(&rig->changed);
    return 0;
}

#endif
