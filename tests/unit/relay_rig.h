/*
 * A relay on a loop of its own, a KDC that says what the test wants in a
 * thread, and clients that block. A step at both points is the test's plan.
 */
#ifndef UNIT_RELAY_RIG_H
#define UNIT_RELAY_RIG_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge/loop.h"
#include "journal/journal.h"
#include "kdc/relay.h"
#include "kdc_messages.h"
#include "scenario/fault.h"
#include "scenario/model.h"
#include "scenario/session.h"
#include "util/log.h"
#include "util/mem.h"

enum { RIG_PATIENCE = 20, RIG_ROOM = 2 * 1024 * 1024 };

/* What the KDC does with a request. */
enum kdc_mode {
    KDC_ANSWERS, /* with rig->answer */
    KDC_CLOSES,
    KDC_IS_SILENT,
    KDC_BREAKS_OFF, /* in the middle of its answer */
    KDC_LIES,       /* of a length that nobody would believe */
};

struct rig {
    struct env env;
    _Atomic int64_t skew; /* of the monotonic clock */
    struct loop *loop;
    struct world *world;
    struct journal *journal;
    struct scenario *scenario;
    struct session *session;
    struct kcrypt *crypt;
    struct krb_keys krbtgt;
    struct krb_keys service;
    struct relay *relay;
    struct kdc_plan plan; /* of both points */
    const struct relay_options *options;
    pthread_t thread;
    bool running;
    /* The KDC. */
    int kdc;
    uint16_t kdc_port;
    pthread_t kdc_thread;
    _Atomic int kdc_mode;
    _Atomic unsigned asked;
    struct buf answer;   /* fixed before the request is sent */
    struct buf question; /* the last request */
    unsigned synced;
    unsigned synced_services;
    char synced_name[64];         /* of the last user or service */
    void (*sync_done)(void *ctx); /* held back; NULL: sync says yes */
    void *sync_ctx;
    bool hold_sync;
    bool roomy; /* as many descriptors as the relay's limit wants, and ours */
};

/* ---- Its KDC ---- */

static inline bool read_all(int fd, uint8_t *to, size_t size)
{
    while (size) {
        ssize_t got = recv(fd, to, size, 0);

        if (got <= 0) {
            return false;
        }
        to += got;
        size -= (size_t)got;
    }
    return true;
}

static inline uint32_t length_of(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static inline void put_length(struct buf *out, size_t size)
{
    buf_add_u8(out, (uint8_t)(size >> 24));
    buf_add_u8(out, (uint8_t)(size >> 16));
    buf_add_u8(out, (uint8_t)(size >> 8));
    buf_add_u8(out, (uint8_t)size);
}

static inline void kdc_answer(struct rig *rig, int fd, enum kdc_mode mode)
{
    AUTO_BUF out = {0};
    char byte;

    put_length(&out, mode == KDC_LIES ? 0x40000000 : rig->answer.size);
    buf_add(&out, buf_span(&rig->answer));
    if (mode == KDC_BREAKS_OFF) {
        out.size -= 1;
    }
    if (mode == KDC_ANSWERS || mode == KDC_BREAKS_OFF || mode == KDC_LIES) {
        (void)!send(fd, out.data, out.size, MSG_NOSIGNAL);
    }
    if (mode == KDC_IS_SILENT) {
        (void)!recv(fd, &byte, 1, 0); /* until the relay gives up */
    }
}

static inline void kdc_serve(struct rig *rig, int fd)
{
    uint8_t length[4];
    size_t size;

    if (!read_all(fd, length, 4)) {
        return;
    }
    size = length_of(length);
    buf_reset(&rig->question);
    if (read_all(fd, buf_reserve(&rig->question, size), size)) {
        buf_commit(&rig->question, size);
        rig->asked++;
        kdc_answer(rig, fd, (enum kdc_mode)rig->kdc_mode);
    }
}

static inline void *kdc_run(void *arg)
{
    struct rig *rig = arg;
    int fd;

    while ((fd = accept(rig->kdc, NULL, NULL)) >= 0) {
        kdc_serve(rig, fd);
        close(fd);
    }
    return NULL;
}

static inline void kdc_begin(struct rig *rig)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);

    rig->kdc = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(rig->kdc, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(rig->kdc, 64), 0);
    assert_int_equal(getsockname(rig->kdc, (struct sockaddr *)&at, &size), 0);
    rig->kdc_port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&rig->kdc_thread, NULL, kdc_run, rig), 0);
}

static inline void kdc_end(struct rig *rig)
{
    if (rig->kdc >= 0) {
        shutdown(rig->kdc, SHUT_RDWR);
        pthread_join(rig->kdc_thread, NULL);
        close(rig->kdc);
        rig->kdc = -1;
    }
}

/* ---- Its scenario ---- */

static inline void rig_plan(const void *params, struct subject *subject)
{
    const struct rig *const *rig = params;

    assert_non_null(subject->arena);
    *subject->kdc = (*rig)->plan;
}

static inline void rig_step(struct rig *rig, enum point at)
{
    static const struct fault fault = {
        .name = "test", .size = sizeof(struct rig *), .plan = rig_plan};
    struct scenario *scenario = rig->scenario;
    struct step *step = &scenario->steps[scenario->step_count++];
    struct action *action = ARENA_NEW(scenario->arena, struct action);
    struct rig **params = arena_alloc(scenario->arena, fault.size);

    *params = rig;
    *action = (struct action){.fault = &fault, .params = params};
    *step = (struct step){
        .at = at, .where = "t.yaml:1", .actions = action, .action_count = 1};
}

/* ---- Making and ending ---- */

static inline int64_t rig_monotonic(struct env *env)
{
    struct rig *rig = (struct rig *)env; /* its first member */
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * ENV_NS_PER_SEC + now.tv_nsec + rig->skew;
}

static inline bool rig_sync(void *ctx, const struct kdc_account *account,
                            const char *name, void (*done)(void *),
                            void *done_ctx)
{
    struct rig *rig = ctx;

    assert_non_null(account->user);
    rig->synced++;
    snprintf(rig->synced_name, sizeof(rig->synced_name), "%s",
             name ? name : "(none)");
    if (!rig->hold_sync) {
        return true;
    }
    rig->sync_done = done;
    rig->sync_ctx = done_ctx;
    return false;
}

static inline bool rig_sync_service(void *ctx, const struct world *world UNUSED,
                                    const char *service,
                                    void (*done)(void *) UNUSED,
                                    void *done_ctx UNUSED)
{
    struct rig *rig = ctx;

    rig->synced_services++;
    snprintf(rig->synced_name, sizeof(rig->synced_name), "%s", service);
    return true;
}

static inline struct rig *rig_new(void)
{
    struct rig *rig = NEW(struct rig);
    struct rlimit limit;
    struct err err = {""};

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    rig->roomy =
        limit.rlim_cur >= RELAY_DESCRIPTOR_SHARE * (RELAY_TCP_LIMIT + 100);
    env_system(&rig->env, 1);
    rig->env.monotonic = rig_monotonic;
    log_setup(LOG_ERROR, LOG_TEXT);
    rig->world = world_good();
    assert_true(world_finish(rig->world, &err));
    rig->world->kdc.udp = true;
    rig->world->lockout_threshold = 5;
    krb_keys_make(&rig->krbtgt, KRB_AES_BITS, 1, env_secret);
    krb_keys_make(&rig->service, KRB_AES_BITS, 2, env_secret);
    assert_true(kcrypt_new(&rig->crypt, &err));
    assert_true(loop_new(&rig->env, &rig->loop, &err));
    assert_true(journal_open(
        &(struct journal_options){.memory_limit = JOURNAL_MEMORY_LIMIT},
        &rig->env, &rig->journal, &err));
    rig->scenario = scenario_new(world_ref(rig->world));
    rig->scenario->steps =
        arena_alloc(rig->scenario->arena, 2 * sizeof(struct step));
    rig_step(rig, POINT_KDC_AS);
    rig_step(rig, POINT_KDC_TGS);
    scenario_index(rig->scenario);
    rig->session = session_new("default", rig->scenario);
    put_error(&rig->answer, 25);
    kdc_begin(rig);
    return rig;
}

static inline void *rig_run(void *arg)
{
    struct rig *rig = arg;

    loop_run(rig->loop);
    return NULL;
}

static inline void rig_go_on(struct rig *rig)
{
    assert_int_equal(pthread_create(&rig->thread, NULL, rig_run, rig), 0);
    rig->running = true;
}

static inline void rig_halt(struct rig *rig)
{
    if (rig->running) {
        loop_stop(rig->loop);
        pthread_join(rig->thread, NULL);
        rig->running = false;
    }
}

static inline void rig_make_relay(struct rig *rig, int port)
{
    static const char *const addresses[] = {"127.0.0.1", "::1", NULL};
    struct relay_options options = {
        .loop = rig->loop,
        .env = &rig->env,
        .session = rig->session,
        .journal = rig->journal,
        .addresses = addresses,
        .port = port,
        .krbtgt = &rig->krbtgt,
        .service = &rig->service,
        .sync = rig_sync,
        .sync_service = rig_sync_service,
        .sync_ctx = rig,
    };
    struct err err = {""};

    if (!relay_new(&options, &rig->relay, &err) ||
        !relay_open(rig->relay, rig->kdc_port, &err)) {
        fail_msg("%s", err.text);
    }
}

static inline int rig_set_up(void **state)
{
    struct rig *rig = rig_new();

    rig_make_relay(rig, 0);
    rig_go_on(rig);
    *state = rig;
    return 0;
}

static inline int rig_tear_down(void **state)
{
    struct rig *rig = *state;

    rig_halt(rig);
    relay_free(rig->relay);
    kdc_end(rig);
    journal_close(rig->journal);
    session_unref(rig->session);
    scenario_unref(rig->scenario);
    loop_free(rig->loop);
    kcrypt_free(rig->crypt);
    world_unref(rig->world);
    buf_clear(&rig->answer);
    buf_clear(&rig->question);
    mem_free(rig);
    return 0;
}

/* The n-th exchange that ended, from 1, read while nothing moves. */
static inline struct exchange *rig_exchange(struct rig *rig, size_t n)
{
    rig_halt(rig);
    assert_in_range(n, 1, journal_count(rig->journal));
    return journal_at(rig->journal, n - 1);
}

/* ---- Clients ---- */

static inline int client(struct rig *rig, int type)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port =
                                 htons((uint16_t)relay_port(rig->relay)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {RIG_PATIENCE, 0};
    int fd = socket(AF_INET, type, 0);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static inline void say(int fd, struct span bytes)
{
    assert_int_equal(send(fd, bytes.data, bytes.size, MSG_NOSIGNAL),
                     (ssize_t)bytes.size);
}

/* With the length in front. */
static inline void say_message(int fd, struct span message)
{
    AUTO_BUF out = {0};

    put_length(&out, message.size);
    buf_add(&out, message);
    say(fd, buf_span(&out));
}

enum ending { END_NONE, END_FIN, END_RESET, END_SILENCE };

/* The next message over TCP, or how the connection ended instead. */
static inline enum ending hear(int fd, struct buf *out)
{
    uint8_t length[4];
    size_t size;
    ssize_t got = recv(fd, length, 4, MSG_WAITALL);

    buf_reset(out);
    if (got <= 0) {
        return got == 0              ? END_FIN
               : errno == ECONNRESET ? END_RESET
                                     : END_SILENCE;
    }
    assert_int_equal(got, 4);
    size = length_of(length);
    assert_in_range(size, 1, RIG_ROOM);
    assert_true(read_all(fd, buf_reserve(out, size), size));
    buf_commit(out, size);
    return END_NONE;
}

/* The next datagram. */
static inline void hear_datagram(int fd, struct buf *out)
{
    ssize_t got = recv(fd, buf_reserve(out, 65536), 65536, 0);

    out->size = 0;
    assert_true(got > 0);
    buf_commit(out, (size_t)got);
}

/* Nothing came until now, and nothing is on its way: the next question that
 * is asked elsewhere was answered before. */
static inline bool silent(int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

    return got < 0 && errno == EAGAIN;
}

static inline int32_t error_in(struct span message)
{
    struct krb_error error;
    struct krb_flaw flaw;

    if (!krb_decode_error(message, &error, &flaw)) {
        fail_msg("no KRB-ERROR: %s %s", flaw.field, flaw.why);
    }
    return error.code;
}

#endif
