/* Asks the admin port of a running server, see admin_client.h. */
#include "config.h"

#include "cli/admin_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "scenario/source.h"
#include "scenario/yaml_node.h"
#include "util/number.h"

enum {
    POLL_MS = 20,                  /* for a ports file */
    ANSWER_MAX = 16 * 1024 * 1024, /* what is longer is not ours */
    HEAD_MIN = sizeof("HTTP/1.1 200") - 1,
};

/* ---- The ports file ---- */

static const char *text_of(const struct node *root, const char *name)
{
    const struct node *node = node_entry(root, name);

    return node && node->kind == NODE_TEXT ? node->text : NULL;
}

/* JSON is YAML, too. */
static struct node *read_tree(struct arena *arena, const char *path,
                              struct err *err)
{
    const struct source here = {.label = "", .folder = ""};
    struct diagnostics diagnostics;
    struct node *root = NULL;
    struct span text;

    if (!source_file(arena, &here, path, &text, err)) {
        return NULL;
    }
    diagnostics_init(&diagnostics);
    root = yaml_read(arena, text, path, &diagnostics);
    diagnostics_clear(&diagnostics);
    if (!root || root->kind != NODE_MAP) {
        err_set(err, "%s is no ports file of lyncmock", path);
        return NULL;
    }
    return root;
}

static bool find(struct arena *arena, const char *path,
                 struct admin_place *out_place, struct err *err)
{
    const struct node *root = read_tree(arena, path, err);
    const char *pid;
    uint64_t number;

    if (!root) {
        return false;
    }
    pid = text_of(root, "pid");
    if (!pid || !number_parse(pid, NUMBER_DECIMAL, INT_MAX, &number)) {
        return err_set(err, "%s has no pid: it is no ports file of lyncmock",
                       path);
    }
    if (kill((pid_t)number, 0) != 0 && errno != EPERM) {
        return err_set(err, "the server that wrote %s (pid %s) is gone", path,
                       pid);
    }
    out_place->pid = (int)number;
    out_place->admin = text_of(root, "admin");
    out_place->token = text_of(root, "admin_token");
    return true;
}

bool admin_find(struct arena *arena, struct env *env, const char *ports_file,
                int64_t until, struct admin_place *out_place, struct err *err)
{
    while (!find(arena, ports_file, out_place, err)) {
        if (env_monotonic(env) >= until) {
            return err_wrap(err, "there is no server");
        }
        (void)poll(NULL, 0, POLL_MS);
    }
    out_place->env = env;
    return (out_place->admin && out_place->token) ||
           err_set(err,
                   "the server of %s has no admin port: start it without "
                   "--admin-port none",
                   ports_file);
}

/* ---- The connection ---- */

static int connect_to_port(uint64_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 &&
        connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

static int connect_to_path(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 &&
        connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

static bool put(int fd, struct span bytes)
{
    while (bytes.size) {
        ssize_t size = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);

        if (size < 0 && errno != EINTR) {
            return false;
        }
        bytes = span_slice(bytes, size > 0 ? (size_t)size : 0, SIZE_MAX);
    }
    return true;
}

/* All until the server ends the connection, as it was asked to. */
static bool take_all(int fd, struct env *env, int64_t until, struct buf *out)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    char block[4096];

    while (out->size < ANSWER_MAX) {
        int64_t left = (until - env_monotonic(env)) / ENV_NS_PER_MS;
        ssize_t size;

        if (left <= 0 ||
            poll(&poller, 1, left < INT_MAX ? (int)left : INT_MAX) == 0) {
            return false;
        }
        size = recv(fd, block, sizeof(block), 0);
        if (size == 0) {
            return true;
        }
        if (size < 0 && errno != EINTR) {
            return false;
        }
        buf_add(out, span_of(block, size > 0 ? (size_t)size : 0));
    }
    return false;
}

/* "HTTP/1.1 200 ...", head, body. */
static bool split(struct buf *answer, unsigned *out_status, struct buf *body)
{
    const char *text = buf_text(answer);
    const char *end = strstr(text, "\r\n\r\n");
    char digits[4] = "";
    uint64_t status;

    if (answer->size < HEAD_MIN || strncmp(text, "HTTP/1.", 7) != 0 || !end) {
        return false;
    }
    memcpy(digits, text + HEAD_MIN - 3, 3);
    if (!number_parse(digits, NUMBER_DECIMAL, 999, &status)) {
        return false;
    }
    *out_status = (unsigned)status;
    buf_add_text(body, end + 4);
    return true;
}

bool admin_get(const struct admin_place *place, const char *target,
               int64_t until, unsigned *out_status, struct buf *body,
               struct err *err)
{
    AUTO_BUF request = {0};
    AUTO_BUF answer = {0};
    uint64_t port;
    bool is_port =
        number_parse(place->admin, NUMBER_DECIMAL, UINT16_MAX, &port);
    int fd = is_port ? connect_to_port(port) : connect_to_path(place->admin);
    bool good;

    if (fd < 0) {
        return err_errno(err, "there is no server: admin port %s",
                         place->admin);
    }
    buf_printf(&request,
               "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
               "%s\r\nConnection: close\r\n\r\n",
               target, place->token);
    good = put(fd, buf_span(&request)) &&
           take_all(fd, place->env, until, &answer) &&
           split(&answer, out_status, body);
    close(fd);
    return good || err_set(err,
                           "the server (pid %d) gave no answer: has it "
                           "ended?",
                           place->pid);
}
