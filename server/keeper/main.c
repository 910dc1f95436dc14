/*
 * lyncmock-kdc-keeper: started by `lyncmock serve`, which it tells and asks on
 * KEEPER_FD; see protocol.h. A process of its own, so that whatever becomes of
 * the server, the KDC ends and its folder goes.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/keeper.h"
#include "keeper/protocol.h"
#include "util/mem.h"

static bool started_by_server(void)
{
    int type;
    socklen_t size = sizeof(type);

    return getsockopt(KEEPER_FD, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           type == SOCK_SEQPACKET;
}

/* Standard output may be somebody's pipe: he must not wait for us. */
static void leave_terminal(void)
{
    int null = open("/dev/null", O_RDWR);

    setsid();
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
    }
    close_range(KEEPER_FD + 1, ~0u, 0);
    fcntl(KEEPER_FD, F_SETFD, FD_CLOEXEC);
    umask(077);
}

/*
 * libkrb5 reads many variables, of which the caller's are none of ours. MIT's
 * database module makes a context of its own, which would read the machine's
 * files, whatever context it is given.
 */
static void clean_environment(void)
{
    clearenv();
    setenv("KRB5_CONFIG", "/dev/null", 1);
    setenv("KRB5_KDC_PROFILE", "/dev/null", 1);
}

int main(void)
{
    AUTO(str) tmpdir = NULL;
    const char *variable;
    struct env env;

    if (!started_by_server()) {
        fprintf(stderr, "lyncmock-kdc-keeper: error: this is a part of "
                        "lyncmock that `lyncmock serve` starts; it does "
                        "nothing by itself\n");
        return KEEPER_USAGE;
    }
    env_system(&env, 0);
    leave_terminal();
    variable = env_variable(&env, "TMPDIR");
    tmpdir = variable ? mem_strdup(variable) : NULL;
    clean_environment();
    return (int)keeper_run(&env, tmpdir);
}
