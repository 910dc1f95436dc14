/*
 * The admin port's sockets and its HTTP: a libmicrohttpd of its own, which
 * listens by itself and turns on the edge's loop. See admin.h.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <microhttpd.h>

#include "admin/socket.h"
#include "admin/wait.h"
#include "edge/loop.h"
#include "util/env.h"
#include "util/guard.h"
#include "util/log.h"
#include "util/mem.h"

enum {
    MEMORY_LIMIT = 32 * 1024, /* of a connection: head and tables */
    /* A body over its limit is read on so far, for the client to see why. */
    DISCARD_LIMIT = 8 * ADMIN_BODY_LIMIT,
};

struct admin {
    struct admin_core core; /* first */
    struct MHD_Daemon *daemon;
    struct loop_watch watch; /* libmicrohttpd's own epoll descriptor */
    struct loop_timer timer; /* what it waits for */
    struct admin_waiters waiters;
    struct admin_socket socket;
};

/* A request that is read; libmicrohttpd's con_cls. */
struct reading {
    struct admin *admin;
    char *target;
    struct buf body;
    uint64_t size; /* of the body, so far */
    bool started;
    struct MHD_Connection *mhd;
    struct waiter *waiter; /* it waits, or has waited, for a point */
};

/* A connection's, libmicrohttpd's socket_context. */
struct peer {
    struct reading *reading; /* NULL: between requests */
};

/* ---- One request ---- */

static struct peer *peer_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
        ->socket_context;
}

static void forget(struct peer *peer)
{
    struct reading *reading = peer->reading;

    if (reading) {
        GUARDED;

        admin_waiter_free(reading->waiter);
        buf_clear(&reading->body);
        mem_free(reading->target);
        mem_free(reading);
        peer->reading = NULL;
    }
}

/* libmicrohttpd calls it with the first bytes; what is returned is con_cls. */
static void *begin(void *cls, const char *target, struct MHD_Connection *mhd)
{
    struct peer *peer = peer_of(mhd);

    forget(peer);
    peer->reading = NEW(struct reading);
    peer->reading->admin = cls;
    peer->reading->mhd = mhd;
    peer->reading->target = mem_strdup(target);
    return peer->reading;
}

/* libmicrohttpd dictates the signature. */
static void done(void *cls UNUSED, struct MHD_Connection *mhd, void **con_cls,
                 enum MHD_RequestTerminationCode code UNUSED)
{
    forget(peer_of(mhd));
    *con_cls = NULL;
}

/* A request that libmicrohttpd gives up by itself, as one with more parameters
 * than it has room for, is never done: it goes with its connection. */
static void come_and_go(void *cls UNUSED, struct MHD_Connection *mhd UNUSED,
                        void **context,
                        enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = NEW(struct peer);
    } else if (*context) {
        forget(*context);
        mem_free(*context);
        *context = NULL;
    }
}

/* Paths are taken as they were sent: no name here has an escape in it. */
static size_t keep_escapes(void *cls UNUSED, struct MHD_Connection *mhd UNUSED,
                           char *text)
{
    return strlen(text);
}

static enum MHD_Result take_field(void *cls, enum MHD_ValueKind kind UNUSED,
                                  const char *name, const char *value)
{
    struct admin_call *call = cls;
    const struct {
        const char *name;
        const char **field;
    } fields[] = {
        {"Host", &call->host},
        {"Origin", &call->origin},
        {"Authorization", &call->authorization},
        {"Content-Type", &call->content_type},
    };

    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        if (strcasecmp(name, fields[i].name) == 0) {
            call->doubled |= *fields[i].field != NULL;
            *fields[i].field = value ? value : "";
        }
    }
    return MHD_YES;
}

static void add_header(struct MHD_Response *response, const char *name,
                       const char *value)
{
    if (value) {
        MHD_add_response_header(response, name, value);
    }
}

static enum MHD_Result send_answer(struct MHD_Connection *mhd,
                                   const struct admin_call *call)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        call->reply.size, call->reply.data, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result;

    if (!response) {
        return MHD_NO;
    }
    add_header(response, "Content-Type", call->reply.size ? call->type : NULL);
    add_header(response, "Allow", call->allow);
    add_header(response, "Location", call->location);
    add_header(response, "Lyncmock-Position", call->position);
    add_header(response, "WWW-Authenticate",
               call->status == 401 ? "Bearer" : NULL);
    add_header(response, "Cache-Control", "no-store");
    add_header(response, "X-Content-Type-Options", "nosniff");
    result = MHD_queue_response(mhd, call->status, response);
    MHD_destroy_response(response);
    return result;
}

static void split_target(struct admin_call *call, const char *target)
{
    size_t size = strcspn(target, "?");

    call->path = arena_text(call->arena, span_of(target, size));
    call->query = target[size] ? target + size + 1 : "";
}

/* What it waits for cannot happen between its question and the waiting. */
static void serve_guarded(struct admin_call *call, struct reading *reading)
{
    GUARDED;

    if (reading->waiter) {
        admin_waiter_answer(call, reading->waiter);
        return;
    }
    admin_serve(call);
    if (call->waiter) {
        reading->waiter = call->waiter;
        admin_waiter_begin(call->waiter, reading);
    }
}

static enum MHD_Result answer(struct reading *reading,
                              struct MHD_Connection *mhd, const char *method)
{
    AUTO(arena) arena = arena_new();
    struct admin_call call = {
        .core = &reading->admin->core,
        .waiters = &reading->admin->waiters,
        .arena = arena,
        .method = method,
        .body = buf_span(&reading->body),
    };
    enum MHD_Result result;

    split_target(&call, reading->target);
    MHD_get_connection_values(mhd, MHD_HEADER_KIND, take_field, &call);
    if (admin_guard(&call)) {
        if (reading->size > ADMIN_BODY_LIMIT) {
            admin_fail(&call, 413, "body", "send less", "more than %d bytes",
                       ADMIN_BODY_LIMIT);
        } else {
            serve_guarded(&call, reading);
        }
    }
    if (call.waiter) {
        MHD_suspend_connection(mhd);
        return MHD_YES;
    }
    log_debug("admin: %s %s: %u", method, call.path, call.status);
    result = send_answer(mhd, &call);
    if (call.reply.size) { /* passwords */
        mem_wipe(call.reply.data, call.reply.size);
    }
    buf_clear(&call.reply);
    return result;
}

static enum MHD_Result take_body(struct reading *reading, const char *data,
                                 size_t *size)
{
    reading->size += *size;
    if (reading->size > DISCARD_LIMIT) {
        return MHD_NO;
    }
    if (reading->size <= ADMIN_BODY_LIMIT) {
        buf_add(&reading->body, span_of(data, *size));
    }
    *size = 0;
    return MHD_YES;
}

/* libmicrohttpd dictates the signature. */
/* NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result step(void *cls UNUSED, struct MHD_Connection *mhd,
                            const char *url UNUSED, const char *method,
                            const char *version UNUSED, const char *data,
                            size_t *size, void **con_cls)
{
    struct reading *reading = *con_cls;

    if (!reading) {
        return MHD_NO;
    }
    if (!reading->started) {
        reading->started = true;
        return MHD_YES;
    }
    return *size > 0 ? take_body(reading, data, size)
                     : answer(reading, mhd, method);
}

/* ---- Turning ---- */

/* It says when it wants to run again: connections are given up when idle. */
static void run_daemon(struct admin *admin)
{
    MHD_UNSIGNED_LONG_LONG timeout;

    MHD_run(admin->daemon);
    /* Once more: only then it listens again where it was full. */
    MHD_run(admin->daemon);
    if (MHD_get_timeout(admin->daemon, &timeout) == MHD_YES) {
        loop_start(admin->core.options.loop, &admin->timer,
                   (int64_t)timeout * ENV_NS_PER_MS);
    }
}

static void on_ready(struct loop_watch *watch, uint32_t events UNUSED)
{
    run_daemon((struct admin *)((char *)watch - offsetof(struct admin, watch)));
}

static void on_timer(struct loop_timer *timer)
{
    run_daemon((struct admin *)((char *)timer - offsetof(struct admin, timer)));
}

/* What has been waited for is there; or the server is stopping. */
static void resume(void *ctx, void *request)
{
    const struct reading *reading = request;
    unsigned held = guard_pause();

    MHD_resume_connection(reading->mhd);
    run_daemon(ctx);
    guard_resume(held);
}

PRINTF(2, 0)
static void on_log(void *cls UNUSED, const char *format, va_list args)
{
    char text[1024];

    if (!log_enabled(LOG_DEBUG)) {
        return;
    }
    vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    log_debug("admin: libmicrohttpd: %s", text);
}

/* ---- Start and end ---- */

/* Takes the socket. */
static bool start_daemon(struct admin *admin, int fd, struct err *err)
{
    const union MHD_DaemonInfo *info;

    admin->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_USE_SUPPRESS_DATE_NO_CLOCK |
            MHD_ALLOW_SUSPEND_RESUME,
        0, NULL, NULL, step, admin,
        /* First: what is logged before this option is read goes to stderr. */
        MHD_OPTION_EXTERNAL_LOGGER, on_log, admin, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, begin, admin, MHD_OPTION_NOTIFY_COMPLETED,
        done, admin, MHD_OPTION_NOTIFY_CONNECTION, come_and_go, admin,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, admin,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)ADMIN_CONNECTIONS_LIMIT,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)ADMIN_IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_LIMIT,
        MHD_OPTION_END);
    if (!admin->daemon) {
        close(fd);
        return err_set(err, "libmicrohttpd does not start for the admin port");
    }
    info = MHD_get_daemon_info(admin->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info) {
        return err_set(err, "libmicrohttpd was built without epoll");
    }
    admin->watch = (struct loop_watch){info->epoll_fd, on_ready, true};
    return loop_watch(admin->core.options.loop, &admin->watch, EPOLLIN, err);
}

static void make_token(struct admin_core *core)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t secret[ADMIN_TOKEN_SIZE];

    env_secret(secret, sizeof(secret));
    for (size_t i = 0; i < sizeof(secret); i++) {
        core->token[2 * i] = digits[secret[i] >> 4];
        core->token[2 * i + 1] = digits[secret[i] & 15];
    }
    mem_wipe(secret, sizeof(secret));
}

bool admin_new(const struct admin_options *options, struct admin **out_admin,
               struct err *err)
{
    AUTO(admin) admin = NEW(struct admin);
    int fd = -1;

    admin->core.options = *options;
    admin->watch.fd = -1;
    admin->timer.expired = on_timer;
    admin->timer.bare = true;
    admin->waiters = (struct admin_waiters){
        .loop = options->loop,
        .resume = resume,
        .ctx = admin,
    };
    make_token(&admin->core);
    if (!admin_listen(options, &admin->socket, &fd, err) ||
        !start_daemon(admin, fd, err)) {
        return false;
    }
    *out_admin = take(&admin);
    return true;
}

void admin_free(struct admin *admin)
{
    if (!admin) {
        return;
    }
    admin_waiters_stop(&admin->waiters);
    loop_cancel(admin->core.options.loop, &admin->timer);
    if (admin->watch.fd >= 0) {
        loop_unwatch(admin->core.options.loop, &admin->watch);
    }
    if (admin->daemon) {
        MHD_stop_daemon(admin->daemon);
    }
    admin_unlisten(admin->core.options.socket, &admin->socket);
    mem_wipe(admin->core.token, sizeof(admin->core.token));
    mem_free(admin);
}

int admin_port(const struct admin *admin)
{
    return admin->socket.port;
}

const char *admin_token(const struct admin *admin)
{
    return admin->core.token;
}
