/* The keeper as a child process, see spawn.h. */
#include "config.h"

#include "kdc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/protocol.h"
#include "util/env.h"
#include "util/mem.h"
#include "util/program.h"

#define PROGRAM "lyncmock-kdc-keeper"

/* 0, or an errno. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t ignored;
    int rc;

    sigemptyset(&none);
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE);
    rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
                                                  POSIX_SPAWN_SETSIGDEF);
    rc = rc ? rc : posix_spawnattr_setsigmask(attributes, &none);
    return rc ? rc : posix_spawnattr_setsigdefault(attributes, &ignored);
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int fd)
{
    int rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO,
                                              "/dev/null", O_RDONLY, 0);

    /* Who reads our stdout to its end shall not wait for the keeper. */
    rc = rc ? rc
            : posix_spawn_file_actions_addopen(actions, STDOUT_FILENO,
                                               "/dev/null", O_WRONLY, 0);
    rc = rc ? rc : posix_spawn_file_actions_adddup2(actions, fd, KEEPER_FD);
    return rc ? rc
              : posix_spawn_file_actions_addclosefrom_np(actions,
                                                         KEEPER_FD + 1);
}

static int spawn(struct env *env, const char *path, int fd, pid_t *out_pid)
{
    const char *folder = env_variable(env, "TMPDIR");
    AUTO(str) place = folder ? mem_printf("TMPDIR=%s", folder) : NULL;
    char name[] = PROGRAM;
    char *const argv[] = {name, NULL};
    char *const environment[] = {place, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int rc = posix_spawn_file_actions_init(&actions);

    if (rc) {
        return rc;
    }
    rc = posix_spawnattr_init(&attributes);
    if (!rc) {
        rc = set_attributes(&attributes);
        rc = rc ? rc : set_descriptors(&actions, fd);
        rc = rc ? rc
                : posix_spawn(out_pid, path, &actions, &attributes, argv,
                              environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

bool spawn_keeper(struct env *env, pid_t *out_pid, int *out_fd, struct err *err)
{
    AUTO(str) path = NULL;
    int pair[2];
    int rc;

    if (!program_find(PROGRAM, &path, err)) {
        AUTO(str) why = mem_strdup(err->text);

        return err_set(
            err,
            "cannot start the KDC's keeper: %s; install lyncmock, or "
            "copy its three programs side by side, or --set "
            "offer.kerberos=no",
            why);
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return err_errno(err, "cannot make a socket pair for the KDC's keeper");
    }
    rc = fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0
             ? spawn(env, path, pair[1], out_pid)
             : errno;
    close(pair[1]);
    if (rc) {
        close(pair[0]);
        errno = rc;
        return err_errno(err, "cannot start the KDC's keeper, %s", path);
    }
    *out_fd = pair[0];
    return true;
}
