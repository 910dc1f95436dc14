/* The client's processes, see client.h. */
#include "config.h"

#include "cli/client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/env.h"
#include "util/mem.h"
#include "util/number.h"

#define SHELL "/bin/sh"
/* Where PATH is not set: what execvp(3) takes. */
#define PATH_DEFAULT "/bin:/usr/bin"

enum {
    NOT_STARTED = 127, /* the exit status of shells for it */
    LIST_SIZE = 4096,  /* of children, looked at in one go */
};

/* ---- Finding it ---- */

static bool is_program(const char *path)
{
    struct stat stat_;

    if (stat(path, &stat_) != 0) {
        return false;
    }
    if (S_ISDIR(stat_.st_mode)) {
        errno = EISDIR;
        return false;
    }
    return access(path, X_OK) == 0;
}

/* An error that says more than that one folder of PATH has no such file. */
static bool tells(int error)
{
    return error != ENOENT && error != ENOTDIR;
}

static bool search(const char *folders, const char *word, char **out_path,
                   int *out_error)
{
    int error = ENOENT;

    while (folders) {
        size_t length = strcspn(folders, ":");
        AUTO(str)
        path = mem_printf("%.*s/%s", length ? (int)length : 1,
                          length ? folders : ".", word);

        if (is_program(path)) {
            *out_path = take(&path);
            return true;
        }
        error = tells(errno) ? errno : error;
        folders = folders[length] ? folders + length + 1 : NULL;
    }
    *out_error = error;
    return false;
}

bool client_find(struct env *env, const char *word, char **out_path,
                 struct err *err)
{
    const char *folders = env_variable(env, "PATH");
    int error = ENOENT;

    if (strchr(word, '/')) {
        if (is_program(word)) {
            *out_path = mem_strdup(word);
            return true;
        }
        return err_errno(err, "cannot start the client %s", word);
    }
    if (*word &&
        search(folders ? folders : PATH_DEFAULT, word, out_path, &error)) {
        return true;
    }
    if (error == ENOENT) {
        return err_set(err, "there is no client \"%s\" in PATH", word);
    }
    errno = error;
    return err_errno(err, "cannot start the client %s", word);
}

/* ---- Starting it ---- */

/* What the child needs; it calls nothing that is not safe after fork(2) in a
 * process of several threads. */
struct birth {
    const char *path;
    char *const *argv;
    char **shell; /* where the kernel does not know what it is */
    char *const *environment;
    const sigset_t *mask;
    pid_t parent;
    int terminal;
    int failed; /* gets the errno */
};

/* From a background group, which a new one is, that would stop us. */
static void give_terminal(int terminal, pid_t group)
{
    sigset_t set;
    sigset_t before;

    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    (void)tcsetpgrp(terminal, group);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static _Noreturn void be_client(const struct birth *birth)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    int error;

    setpgid(0, 0);
    if (birth->terminal >= 0) {
        give_terminal(birth->terminal, getpid());
    }
    /* Where we are killed, nobody would end it. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != birth->parent) {
        _exit(NOT_STARTED);
    }
    sigaction(SIGPIPE, &usual, NULL);
    sigprocmask(SIG_SETMASK, birth->mask, NULL);
    execve(birth->path, birth->argv, birth->environment);
    if (errno == ENOEXEC) { /* a script with no first line, as of shells */
        execve(SHELL, birth->shell, birth->environment);
    }
    error = errno;
    (void)!write(birth->failed, &error, sizeof(error));
    _exit(NOT_STARTED);
}

/* That of our standard input, where the shell has given it to us alone: we are
 * no part of a pipeline. -1: there is none. */
static int own_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
                   tcgetpgrp(STDIN_FILENO) == getpgrp()
               ? STDIN_FILENO
               : -1;
}

static char **shell_words(const char *path, char *const *argv)
{
    static char shell[] = SHELL;
    size_t count = 0;
    char **words;

    while (argv[count]) {
        count++;
    }
    words = mem_array(count + 2, sizeof(*words));
    words[0] = shell;
    words[1] = mem_strdup(path);
    for (size_t i = 1; i < count; i++) {
        words[i + 1] = argv[i];
    }
    return words;
}

/* 0, or the errno of exec(2). */
static int await_start(int pipe)
{
    int error = 0;
    ssize_t got;

    do {
        got = read(pipe, &error, sizeof(error));
    } while (got < 0 && errno == EINTR);
    close(pipe);
    return got == sizeof(error) ? error : 0;
}

static bool give_birth(struct client *client, struct birth *birth,
                       struct err *err)
{
    int pair[2];
    int error;
    pid_t pid;

    if (pipe2(pair, O_CLOEXEC) != 0) {
        return err_errno(err, "cannot make a pipe for the client");
    }
    birth->failed = pair[1];
    pid = fork();
    if (pid == 0) {
        be_client(birth);
    }
    error = errno;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        errno = error;
        return err_errno(err, "cannot start a process for the client");
    }
    setpgid(pid, pid); /* whoever of the two comes first */
    error = await_start(pair[0]);
    if (error) {
        (void)waitpid(pid, NULL, 0);
        errno = error;
        return err_errno(err, "cannot start the client %s", birth->path);
    }
    *client = (struct client){
        .pid = pid,
        .exit_status = -1,
        .group = true,
        .terminal = birth->terminal,
    };
    return true;
}

bool client_start(struct client *client, const char *path, char *const *argv,
                  char *const *environment, const sigset_t *mask,
                  struct err *err)
{
    struct birth birth = {
        .path = path,
        .argv = argv,
        .shell = shell_words(path, argv),
        .environment = environment,
        .mask = mask,
        .parent = getpid(),
        .terminal = own_terminal(),
    };
    bool good;

    /* Who loses his parent becomes our child. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    good = give_birth(client, &birth, err);
    if (!good && birth.terminal >= 0) {
        give_terminal(birth.terminal, getpgrp());
    }
    mem_free(birth.shell[1]);
    mem_free(birth.shell);
    return good;
}

/* ---- Its end ---- */

/* Ctrl-Z: the shell shall see that its job stands still. */
static void stop_with(const struct client *client)
{
    if (client->terminal < 0) {
        return; /* whoever has stopped it will let it go on */
    }
    give_terminal(client->terminal, getpgrp());
    raise(SIGSTOP);
    give_terminal(client->terminal, client->pid);
    client_signal(client, SIGCONT);
}

static void note_end(struct client *client, int status)
{
    client->ended = true;
    client->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    client->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (client->terminal >= 0) {
        give_terminal(client->terminal, getpgrp());
    }
}

void client_changed(struct client *client, int status)
{
    if (WIFSTOPPED(status)) {
        stop_with(client);
    } else {
        note_end(client, status);
    }
}

void client_signal(const struct client *client, int signal)
{
    if (client->group) {
        kill(-client->pid, signal);
        kill(-client->pid, SIGCONT); /* what stands still hears nothing */
    }
}

/* Is it what has left the client's group, and lost its parent? */
static bool is_orphan(const struct client *client, pid_t pid, pid_t keeper)
{
    return pid != keeper && pid != client->pid && getpgid(pid) != client->pid;
}

/* The list is "PID PID ", as proc(5) has it; at its end a number may be cut. */
static size_t signal_list(const struct client *client, char *list, pid_t keeper,
                          int signal)
{
    size_t found = 0;
    uint64_t pid;

    while (strchr(list, ' ')) {
        size_t length = strcspn(list, " ");
        char *next = list + length + 1;

        list[length] = '\0';
        if (number_parse(list, NUMBER_DECIMAL, INT_MAX, &pid) &&
            is_orphan(client, (pid_t)pid, keeper)) {
            found++;
            kill((pid_t)pid, signal);
        }
        list = next;
    }
    return found;
}

/* The children of one of our threads: where the kernel keeps no such lists,
 * there are none. Of more than the list holds, the next look finds the rest. */
static size_t signal_children(const struct client *client, const char *task,
                              pid_t keeper, int signal)
{
    AUTO(str) path = mem_printf("/proc/self/task/%s/children", task);
    char list[LIST_SIZE];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, list, sizeof(list) - 1) : 0;

    if (fd >= 0) {
        close(fd);
    }
    list[length > 0 ? length : 0] = '\0';
    return signal_list(client, list, keeper, signal);
}

static size_t signal_orphans(const struct client *client, pid_t keeper,
                             int signal)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    size_t found = 0;

    while (tasks && (task = readdir(tasks)) != NULL) {
        found += task->d_name[0] == '.'
                     ? 0
                     : signal_children(client, task->d_name, keeper, signal);
    }
    if (tasks) {
        closedir(tasks);
    }
    return found;
}

bool client_remains(struct client *client, pid_t keeper, int signal)
{
    client->group = client->group && kill(-client->pid, 0) == 0;
    return signal_orphans(client, keeper, signal) > 0 || client->group ||
           !client->ended;
}
