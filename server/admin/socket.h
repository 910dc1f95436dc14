/* Where the admin port listens: a port of 127.0.0.1, or a UNIX socket. */
#ifndef ADMIN_SOCKET_H
#define ADMIN_SOCKET_H

#include <sys/stat.h>

#include "admin/admin.h"

struct admin_socket {
    int port; /* 0: a UNIX socket */
    /* Its file: a later server may put its own there. */
    dev_t device;
    ino_t inode; /* 0: none */
};

MUST_CHECK bool admin_listen(const struct admin_options *options,
                             struct admin_socket *out_socket, int *out_fd,
                             struct err *err);
/* Removes the file that admin_listen made, if any. */
void admin_unlisten(const char *path, const struct admin_socket *socket);

#endif
