/* libmicrohttpd in external-epoll mode on the edge's loop, see http.h. */
#include "config.h"

#include "http/http.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "http/internal.h"
#include "util/log.h"
#include "util/mem.h"

/* Beside the head, libmicrohttpd keeps its tables in a connection's pool. */
enum { POOL_EXTRA = 16 * 1024 };

static void on_ready(struct loop_watch *watch, uint32_t events UNUSED)
{
    struct http *http =
        (struct http *)((char *)watch - offsetof(struct http, watch));

    http_run(http);
}

static void on_again(struct loop_task *task)
{
    struct http *http =
        (struct http *)((char *)task - offsetof(struct http, again));

    http_run(http);
}

/* libmicrohttpd complains of options that a socketpair does not have. */
PRINTF(2, 0)
static void on_log(void *cls UNUSED, const char *format, va_list args)
{
    char text[1024];

    if (!log_enabled(LOG_DEBUG)) {
        return;
    }
    vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    /* A socketpair has no TCP options: no news. */
    if (!strstr(text, "TCP_") && !strstr(text, "Failed to push")) {
        log_debug("libmicrohttpd: %s", text);
    }
}

/* Paths are decoded by us: the raw spelling is a fact worth keeping. */
static size_t keep_escapes(void *cls UNUSED, struct MHD_Connection *mhd UNUSED,
                           char *text)
{
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct http *http)
{
    size_t pool = http->options.header_limit + POOL_EXTRA;

    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
            MHD_USE_SUPPRESS_DATE_NO_CLOCK | MHD_USE_ERROR_LOG,
        0, NULL, NULL, http_request_step, http,
        /* First: what is logged before this option is read goes to stderr. */
        MHD_OPTION_EXTERNAL_LOGGER, on_log, http, MHD_OPTION_URI_LOG_CALLBACK,
        http_request_begin, http, MHD_OPTION_NOTIFY_COMPLETED,
        http_request_done, http, MHD_OPTION_NOTIFY_CONNECTION, http_come_and_go,
        http, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, http,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)EDGE_CONNECTIONS_LIMIT,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, pool, MHD_OPTION_END);
}

static bool watch_daemon(struct http *http, struct err *err)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    if (!info) {
        return err_set(err, "libmicrohttpd was built without epoll");
    }
    http->watch = (struct loop_watch){info->epoll_fd, on_ready, true};
    return loop_watch(http->options.loop, &http->watch, EPOLLIN, err);
}

bool http_new(const struct http_options *options, struct http **out_http,
              struct err *err)
{
    AUTO(http) http = NEW(struct http);
    struct edge_hooks hooks = {0};

    http->options = *options;
    http->watch.fd = -1;
    http->again.run = on_again;
    http->daemon = start_daemon(http);
    if (!http->daemon) {
        return err_set(err, "libmicrohttpd does not start");
    }
    if (!watch_daemon(http, err)) {
        return false;
    }
    http_hooks(http, &hooks);
    edge_hook(options->edge, &hooks);
    *out_http = take(&http);
    return true;
}

void http_free(struct http *http)
{
    if (!http) {
        return;
    }
    http_whole_forget(http);
    loop_undefer(http->options.loop, &http->again);
    if (http->watch.fd >= 0) {
        loop_unwatch(http->options.loop, &http->watch);
    }
    if (http->daemon) {
        MHD_stop_daemon(http->daemon);
    }
    buf_clear(&http->reply);
    mem_free(http);
}
