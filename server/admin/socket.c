/* Where the admin port listens, see socket.h. */
#include "config.h"

#include "admin/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 32 };

static bool listen_on_port(int port, struct admin_socket *out, int fd,
                           struct err *err)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof(address);
    int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
        listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        return err_errno(err, "--admin-port: cannot listen on 127.0.0.1:%d",
                         port);
    }
    out->port = ntohs(address.sin_port);
    return true;
}

/* What a server that was killed has left: nobody listens there. */
static void remove_stale(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct stat stat;

    if (fd >= 0 && lstat(address->sun_path, &stat) == 0 &&
        S_ISSOCK(stat.st_mode) &&
        connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
        errno == ECONNREFUSED) {
        unlink(address->sun_path);
    }
    if (fd >= 0) {
        close(fd);
    }
}

static bool listen_on_path(const char *path, struct admin_socket *out, int fd,
                           struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat stat;
    mode_t mask;
    int rc;

    if (strlen(path) >= sizeof(address.sun_path)) {
        return err_set(err,
                       "--admin-socket: %s is longer than the %zu bytes that "
                       "a UNIX socket's path may have",
                       path, sizeof(address.sun_path) - 1);
    }
    memcpy(address.sun_path, path, strlen(path));
    remove_stale(&address);
    /* For its owner alone, from its first moment on. */
    mask = umask(0177);
    rc = bind(fd, (struct sockaddr *)&address, sizeof(address));
    umask(mask);
    if (rc != 0 || listen(fd, BACKLOG) != 0 || lstat(path, &stat) != 0) {
        return err_errno(err, "--admin-socket: cannot listen on %s", path);
    }
    out->device = stat.st_dev;
    out->inode = stat.st_ino;
    return true;
}

bool admin_listen(const struct admin_options *options,
                  struct admin_socket *out_socket, int *out_fd, struct err *err)
{
    bool path = options->socket != NULL;
    int fd = socket(path ? AF_UNIX : AF_INET,
                    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        return err_errno(err, "cannot make the admin socket");
    }
    if (!(path ? listen_on_path(options->socket, out_socket, fd, err)
               : listen_on_port(options->port, out_socket, fd, err))) {
        close(fd);
        return false;
    }
    *out_fd = fd;
    return true;
}

void admin_unlisten(const char *path, const struct admin_socket *socket)
{
    struct stat now;

    if (socket->inode && lstat(path, &now) == 0 &&
        now.st_dev == socket->device && now.st_ino == socket->inode) {
        unlink(path);
    }
}
