/* krb5kdc as a child, see child.h. */
#include "config.h"

#include "keeper/child.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/profile.h"
#include "util/mem.h"

enum {
    CHILD_READS = 32,
};

static struct sockaddr_in local_address(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

static void close_held(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

/*
 * Bound and not listening: the kernel gives the number to nobody else as long
 * as we hold it, and krb5kdc, which sets SO_REUSEADDR too, can listen on it.
 */
bool child_reserve(struct child *child, struct err *err)
{
    struct sockaddr_in address = local_address(0);
    socklen_t size = sizeof(address);
    int on = 1;

    close_held(&child->reserved);
    child->reserved = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (child->reserved < 0 ||
        setsockopt(child->reserved, SOL_SOCKET, SO_REUSEADDR, &on,
                   sizeof(on)) != 0 ||
        bind(child->reserved, (struct sockaddr *)&address, size) != 0 ||
        getsockname(child->reserved, (struct sockaddr *)&address, &size) != 0) {
        return err_errno(err, "cannot reserve a port of 127.0.0.1");
    }
    child->port = ntohs(address.sin_port);
    return true;
}

/* In the child, between fork and exec: system calls alone. */
static void become(pid_t parent, int output, char *const *argv,
                   char *const *environment)
{
    static const char refused[] = "it cannot be executed";
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    close_range(STDERR_FILENO + 1, ~0u, 0);
    execve(argv[0], argv, environment);
    (void)!write(STDERR_FILENO, refused, sizeof(refused) - 1);
    _exit(EXIT_FAILURE);
}

bool child_start(struct child *child, const char *program, const char *folder,
                 struct err *err)
{
    AUTO(str) path = mem_strdup(program);
    AUTO(str) kdc = mem_printf("KRB5_KDC_PROFILE=%s/" PROFILE_FILE, folder);
    char stay[] = "-n";
    char library[] = "KRB5_CONFIG=/dev/null";
    char *argv[] = {path, stay, NULL};
    char *environment[] = {library, kdc, NULL};
    pid_t parent = getpid();
    int ends[2];

    if (access(program, X_OK) != 0) {
        return err_errno(err, "cannot execute %s", program);
    }
    /* A line that finds no room is lost; krb5kdc waits for nobody. */
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return err_errno(err, "cannot make a pipe");
    }
    close_held(&child->output);
    child->output = ends[0];
    child->tail_size = 0;
    child->pid = fork();
    if (child->pid == 0) {
        become(parent, ends[1], argv, environment);
    }
    close(ends[1]);
    if (child->pid < 0) {
        child->pid = 0;
        return err_errno(err, "cannot start %s", program);
    }
    (void)setpgid(child->pid, child->pid); /* as it does, whoever is first */
    return true;
}

bool child_answers(const struct child *child)
{
    struct sockaddr_in address = local_address(child->port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = fd >= 0 && connect(fd, (struct sockaddr *)&address,
                                      sizeof(address)) == 0;

    close_held(&fd);
    return answers;
}

/* The tail keeps what came last. */
static void keep(struct child *child, const char *text, size_t size)
{
    size_t drop;

    if (size > CHILD_TAIL_MAX) {
        text += size - CHILD_TAIL_MAX;
        size = CHILD_TAIL_MAX;
    }
    if (child->tail_size + size > CHILD_TAIL_MAX) {
        drop = child->tail_size + size - CHILD_TAIL_MAX;
        memmove(child->tail, child->tail + drop, child->tail_size - drop);
        child->tail_size -= drop;
    }
    memcpy(child->tail + child->tail_size, text, size);
    child->tail_size += size;
}

void child_listen(struct child *child)
{
    char text[4096];
    ssize_t size;

    /* So often and no more: it may talk as fast as we listen. */
    for (int i = 0; i < CHILD_READS && child->output >= 0; i++) {
        size = read(child->output, text, sizeof(text));
        if (size < 0) {
            return;
        }
        if (size == 0) {
            close_held(&child->output);
        }
        keep(child, text, (size_t)size);
    }
}

/* What it said last, as one line. */
static const char *last_words(struct child *child)
{
    child_listen(child);
    while (child->tail_size && child->tail[child->tail_size - 1] == '\n') {
        child->tail_size--;
    }
    for (size_t i = 0; i < child->tail_size; i++) {
        if ((unsigned char)child->tail[i] < ' ') {
            child->tail[i] = child->tail[i] == '\n' ? '|' : ' ';
        }
    }
    child->tail[child->tail_size] = '\0';
    return child->tail_size ? child->tail : "nothing";
}

/* Kills and reaps it, and all that it has started: it may be a script around
 * krb5kdc. Not reaped before, so that the number is still its own. */
static int end_all(struct child *child)
{
    int status = 0;

    kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
    }
    child->pid = 0;
    return status;
}

bool child_has_ended(struct child *child, struct err *err)
{
    siginfo_t ended = {.si_pid = 0};
    int status;

    if (!child->pid ||
        waitid(P_PID, (id_t)child->pid, &ended, WEXITED | WNOHANG | WNOWAIT) !=
            0 ||
        ended.si_pid != child->pid) {
        return false;
    }
    status = end_all(child);
    if (WIFSIGNALED(status)) {
        err_set(err, "krb5kdc was killed by signal %d; it said: %s",
                WTERMSIG(status), last_words(child));
    } else {
        err_set(err, "krb5kdc ended with exit code %d; it said: %s",
                WEXITSTATUS(status), last_words(child));
    }
    return true;
}

bool child_found_port_taken(const struct child *child)
{
    return strstr(child->tail, "Address already in use") != NULL;
}

void child_end(struct child *child)
{
    if (child->pid) {
        (void)end_all(child);
    }
    close_held(&child->output);
    close_held(&child->reserved);
}
