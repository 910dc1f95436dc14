/*
 * A keeper as the server starts it: the real executable, with a folder of the
 * server's, and MIT's tools as its clients. Both must be on the machine; a
 * test skips where they are not.
 */
#ifndef TESTS_KEEPER_RIG_H
#define TESTS_KEEPER_RIG_H

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/protocol.h"
#include "util/env.h"
#include "util/mem.h"

#define RIG_REALM "CONTOSO.TEST"
#define RIG_KDC   "/usr/sbin/krb5kdc"

enum {
    /* Automake's, of a test that cannot be run here. */
    RIG_SKIPPED = 77,
    /* Nothing here takes so long unless it never comes. */
    RIG_LIMIT_MS = 20000,
    RIG_OUTPUT_MAX = 4096,
};

struct keeper_rig {
    struct arena *arena;
    int fd; /* the server's end */
    pid_t pid;
    char run_dir[64];
    char tmpdir[64]; /* empty: the keeper chooses */
    uint16_t port;
    char output[RIG_OUTPUT_MAX]; /* of the last command */
};

/* ---- The realm ---- */

#define JOERG      "j\xc3\xb6rg"
#define PASSWORT   "P\xc3\xa4ssw\xc3\xb6rd1"
#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static const char *const rig_services[] = {
    "HTTP/lyncweb.contoso.test",
    "HTTP/localhost",
    NULL,
};

static const struct keeper_user rig_users[] = {
    {.names = NAMES("alice", "alice@contoso.test"), .password = "Passw0rd!"},
    {.names = NAMES(JOERG, JOERG "@contoso.test"), .password = PASSWORT},
    {.names = NAMES("disabled"),
     .password = "Passw0rd!",
     .state = KEEPER_REVOKED},
    {.names = NAMES("expired"),
     .password = "Passw0rd!",
     .state = KEEPER_KEY_EXPIRED},
    {.names = NAMES("old"), .password = "Passw0rd!", .etypes = KRB_RC4_BIT},
    {.names = NAMES("both"), .password = "Passw0rd!", .etypes = KRB_ALL_BITS},
};

static inline struct keeper_realm rig_realm(void)
{
    struct keeper_realm realm = {
        .realm = RIG_REALM,
        .etypes = KRB_ALL_BITS,
        .ticket_lifetime = 36000,
        .renewable_lifetime = 604800,
        .preauth = true,
        .services = rig_services,
        .users = rig_users,
        .user_count = ARRAY_SIZE(rig_users),
        .krb5kdc = RIG_KDC,
    };

    krb_keys_make(&realm.krbtgt, KRB_AES_BITS, 2, env_secret);
    krb_keys_make(&realm.service, KRB_AES_BITS, 3, env_secret);
    return realm;
}

/* ---- The process ---- */

static inline bool rig_has_tools(void)
{
    return access(RIG_KDC, X_OK) == 0 &&
           system("command -v kinit >/dev/null && command -v kvno >/dev/null "
                  "&& command -v klist >/dev/null") == 0;
}

/* "lyncmock-kdc-keeper" of this build: above tests/unit. */
static inline const char *rig_program(struct keeper_rig *rig)
{
    char self[PATH_MAX] = "";

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0) {
        abort();
    }
    return arena_printf(rig->arena, "%s/../../lyncmock-kdc-keeper",
                        dirname(self));
}

static inline void rig_start(struct keeper_rig *rig)
{
    const char *program = rig_program(rig);
    const int size = KEEPER_MESSAGE_MAX;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        abort();
    }
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    rig->pid = fork();
    if (rig->pid == 0) {
        if (rig->tmpdir[0]) {
            setenv("TMPDIR", rig->tmpdir, 1);
        }
        if (ends[1] == KEEPER_FD) {
            fcntl(KEEPER_FD, F_SETFD, 0);
        } else {
            dup2(ends[1], KEEPER_FD);
        }
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    rig->fd = ends[0];
}

static inline void rig_open(struct keeper_rig *rig)
{
    *rig = (struct keeper_rig){.arena = arena_new(), .fd = -1};
    strcpy(rig->run_dir, "/tmp/keeper-rig-XXXXXX");
    if (!mkdtemp(rig->run_dir)) {
        abort();
    }
    rig_start(rig);
}

static inline void rig_send(struct keeper_rig *rig,
                            const struct keeper_message *message)
{
    AUTO_BUF packet = {0};

    keeper_encode(&packet, message);
    if (send(rig->fd, packet.data, packet.size, MSG_NOSIGNAL) !=
        (ssize_t)packet.size) {
        abort();
    }
}

/* What the keeper says next; KEEPER_ERROR with a text of ours when nothing
 * came. */
static inline struct keeper_message rig_receive(struct keeper_rig *rig)
{
    struct keeper_message message = {.kind = KEEPER_ERROR,
                                     .text = "(the keeper is gone)"};
    struct pollfd waiting = {.fd = rig->fd, .events = POLLIN};
    uint8_t bytes[2048];
    struct err err = {""};
    ssize_t size;

    if (poll(&waiting, 1, RIG_LIMIT_MS) != 1) {
        message.text = "(the keeper says nothing)";
        return message;
    }
    size = recv(rig->fd, bytes, sizeof(bytes), 0);
    if (size > 0 && !keeper_decode(rig->arena, span_of(bytes, (size_t)size),
                                   &message, &err)) {
        message.text = arena_strdup(rig->arena, err.text);
    }
    return message;
}

static inline char *rig_path(struct keeper_rig *rig, const char *name)
{
    return arena_printf(rig->arena, "%s/%s", rig->run_dir, name);
}

/* Runs a command of a shell with the realm's krb5.conf; its exit code. */
static inline int rig_run(struct keeper_rig *rig, const char *format, ...)
    PRINTF(2, 3);
static inline int rig_run(struct keeper_rig *rig, const char *format, ...)
{
    va_list args;
    const char *command;
    FILE *pipe;
    size_t size;
    int status;

    va_start(args, format);
    command = arena_vprintf(rig->arena, format, args);
    va_end(args);
    command = arena_printf(rig->arena,
                           "exec 2>&1; export KRB5_CONFIG=%s/client.conf "
                           "KRB5CCNAME=FILE:%s/cc LC_ALL=C.UTF-8; "
                           "unset KRB5_TRACE KRB5_KTNAME; %s",
                           rig->run_dir, rig->run_dir, command);
    pipe = popen(command, "r");
    size = fread(rig->output, 1, sizeof(rig->output) - 1, pipe);
    rig->output[size] = '\0';
    status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What a client of this realm is told; `more` goes into [libdefaults]. */
static inline void rig_write_conf(struct keeper_rig *rig, const char *more)
{
    FILE *file = fopen(rig_path(rig, "client.conf"), "w");

    fprintf(file,
            "[libdefaults]\n default_realm = " RIG_REALM "\n"
            " dns_lookup_kdc = false\n dns_lookup_realm = false\n"
            " dns_canonicalize_hostname = false\n rdns = false\n"
            " udp_preference_limit = 1\n%s"
            "[realms]\n " RIG_REALM " = {\n  kdc = 127.0.0.1:%u\n }\n",
            more, rig->port);
    fclose(file);
}

/* The process id of krb5kdc, the keeper's one child; 0: it has none. */
static inline pid_t rig_kdc(struct keeper_rig *rig)
{
    FILE *file = fopen(arena_printf(rig->arena, "/proc/%d/task/%d/children",
                                    rig->pid, rig->pid),
                       "r");
    int pid = 0;

    if (file) {
        (void)!fscanf(file, "%d", &pid);
        fclose(file);
    }
    return pid;
}

/* The keeper's private folder; NULL: there is no krb5kdc that knows it. */
static inline char *rig_folder(struct keeper_rig *rig)
{
    rig_run(rig,
            "tr '\\0' '\\n' </proc/%d/environ | "
            "sed -n 's/^KRB5_KDC_PROFILE=\\(.*\\)\\/.*/\\1/p' | "
            "tr -d '\\n'",
            rig_kdc(rig));
    return rig->output[0] == '/' ? arena_strdup(rig->arena, rig->output) : NULL;
}

/* Sends the realm and takes in the answer. */
static inline struct keeper_message rig_begin(struct keeper_rig *rig,
                                              struct keeper_realm realm)
{
    struct keeper_message answer;

    realm.run_dir = rig->run_dir;
    rig_send(rig,
             &(struct keeper_message){.kind = KEEPER_REALM, .realm = realm});
    answer = rig_receive(rig);
    if (answer.kind == KEEPER_READY) {
        rig->port = answer.port;
        rig_write_conf(rig, "");
    }
    return answer;
}

/* Waits for the keeper's end; its status as waitpid says, -1: it lives on. */
static inline int rig_wait(struct keeper_rig *rig)
{
    int status = -1;
    struct env env;
    int64_t deadline;

    env_system(&env, 0);
    deadline = env_monotonic(&env) + (int64_t)RIG_LIMIT_MS * ENV_NS_PER_MS;
    while (env_monotonic(&env) < deadline) {
        if (waitpid(rig->pid, &status, WNOHANG) == rig->pid) {
            rig->pid = 0;
            return status;
        }
        poll(NULL, 0, 1);
    }
    return -1;
}

/* As a server that has ended: closes its end. */
static inline int rig_hang_up(struct keeper_rig *rig)
{
    if (rig->fd >= 0) {
        close(rig->fd);
        rig->fd = -1;
    }
    return rig_wait(rig);
}

static inline void rig_close(struct keeper_rig *rig)
{
    if (rig->pid) {
        (void)rig_hang_up(rig);
    }
    if (rig->pid) {
        kill(rig->pid, SIGKILL);
        waitpid(rig->pid, NULL, 0);
    }
    if (rig->fd >= 0) {
        close(rig->fd);
    }
    (void)!system(arena_printf(rig->arena, "rm -rf %s", rig->run_dir));
    if (rig->tmpdir[0]) {
        (void)!system(arena_printf(rig->arena, "rm -rf %s", rig->tmpdir));
    }
    arena_free(rig->arena);
}

#endif
