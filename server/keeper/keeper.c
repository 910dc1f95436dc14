/* The life of the keeper, see keeper.h. */
#include "config.h"

#include "keeper/keeper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/child.h"
#include "keeper/database.h"
#include "keeper/derive.h"
#include "keeper/exports.h"
#include "keeper/folder.h"
#include "keeper/profile.h"
#include "keeper/protocol.h"
#include "util/arena.h"
#include "util/mem.h"

enum {
    /* A port may be taken between the moment it is chosen and the KDC. */
    PORT_TRIES = 8,
    /* How often it is asked whether it listens by now, and how long. */
    READY_STEP_MS = 1,
    READY_LIMIT_S = 30,
};

struct keeper {
    struct env *env;
    const char *tmpdir;
    struct arena *arena; /* the realm */
    struct keeper_realm realm;
    struct krb_keys *keys; /* one for each user */
    struct folder folder;
    struct folder run_dir;
    int lock;
    int signals;
    struct database *database;
    struct child child;
    bool server_gone;
    bool over; /* that, or we were told to end */
};

static void send_message(const struct keeper_message *message)
{
    AUTO_BUF packet = {0};

    keeper_encode(&packet, message);
    /* A server that is gone is seen when the next message is waited for. */
    (void)!send(KEEPER_FD, packet.data, packet.size, MSG_NOSIGNAL);
}

/* Always false. */
static bool server_gone(struct keeper *keeper)
{
    keeper->server_gone = true;
    keeper->over = true;
    return false;
}

/* The next message. False without an error text: the server has ended. */
static bool receive(struct keeper *keeper, struct arena *arena,
                    struct keeper_message *out_message, struct err *err)
{
    AUTO_BUF packet = {0};
    ssize_t size = recv(KEEPER_FD, NULL, 0, MSG_PEEK | MSG_TRUNC);
    bool done;

    if (size <= 0) {
        return server_gone(keeper);
    }
    if (size > KEEPER_MESSAGE_MAX) {
        return err_set(err, "a message is longer than %d bytes",
                       KEEPER_MESSAGE_MAX);
    }
    size = recv(KEEPER_FD, buf_reserve(&packet, (size_t)size), (size_t)size, 0);
    if (size <= 0) {
        return server_gone(keeper);
    }
    buf_commit(&packet, (size_t)size);
    done = keeper_decode(arena, buf_span(&packet), out_message, err);
    mem_wipe(packet.data, packet.size);
    return done;
}

/*
 * Waits for the server, a signal or krb5kdc, takes in what the latter two
 * say, and says whether the server has sent something.
 */
static bool wait_for(struct keeper *keeper, int timeout_ms)
{
    struct pollfd waiting[] = {
        {.fd = KEEPER_FD, .events = POLLIN},
        {.fd = keeper->signals, .events = POLLIN},
        {.fd = keeper->child.output, .events = POLLIN},
    };
    struct signalfd_siginfo signal;

    if (poll(waiting, ARRAY_SIZE(waiting), timeout_ms) <= 0) {
        return false;
    }
    if (waiting[1].revents &&
        read(keeper->signals, &signal, sizeof(signal)) == sizeof(signal) &&
        signal.ssi_signo != SIGCHLD) {
        keeper->over = true;
    }
    if (waiting[2].revents) {
        child_listen(&keeper->child);
    }
    return waiting[0].revents != 0;
}

/* Whether nobody waits for the realm any more. */
static bool is_over(void *ctx)
{
    struct keeper *keeper = ctx;
    char byte;

    wait_for(keeper, 0);
    if (recv(KEEPER_FD, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
        (void)server_gone(keeper);
    }
    return keeper->over;
}

static bool start_kdc(struct keeper *keeper, struct err *err)
{
    const char *folder = keeper->folder.path;

    return profile_write(&keeper->realm, folder, keeper->child.port, err) &&
           child_start(&keeper->child, keeper->realm.krb5kdc, folder, err);
}

static bool restart_kdc(struct keeper *keeper, struct err *err)
{
    return child_reserve(&keeper->child, err) && start_kdc(keeper, err);
}

static bool await_kdc(struct keeper *keeper, struct err *err)
{
    int64_t deadline =
        env_monotonic(keeper->env) + READY_LIMIT_S * ENV_NS_PER_SEC;
    int tries = 1;

    while (!is_over(keeper)) {
        if (child_has_ended(&keeper->child, err)) {
            if (!child_found_port_taken(&keeper->child) ||
                tries++ == PORT_TRIES || !restart_kdc(keeper, err)) {
                return false;
            }
        } else if (child_answers(&keeper->child)) {
            return true;
        } else if (env_monotonic(keeper->env) > deadline) {
            return err_set(err, "krb5kdc does not listen after %d s",
                           READY_LIMIT_S);
        }
        wait_for(keeper, READY_STEP_MS);
    }
    return false;
}

static bool make_place(struct keeper *keeper, struct err *err)
{
    const char *parent = folder_parent(keeper->tmpdir);

    if (!folder_open(keeper->realm.run_dir, &keeper->run_dir, err) ||
        !folder_make(parent, &keeper->folder, &keeper->lock, err)) {
        return false;
    }
    folder_sweep(parent);
    return child_reserve(&keeper->child, err) &&
           profile_write(&keeper->realm, keeper->folder.path,
                         keeper->child.port, err);
}

/* krb5kdc starts as soon as there is a database; users follow meanwhile. */
static bool make_realm(struct keeper *keeper, struct err *err)
{
    struct keeper_realm *realm = &keeper->realm;

    keeper->keys = arena_alloc(keeper->arena, (realm->user_count + 1) *
                                                  sizeof(struct krb_keys));
    return make_place(keeper, err) &&
           database_create(realm, keeper->folder.path, &keeper->database,
                           err) &&
           start_kdc(keeper, err) &&
           derive_users(realm, keeper->keys, is_over, keeper) &&
           database_put_users(keeper->database, keeper->keys, err) &&
           exports_keytabs(realm, keeper->keys, err) &&
           await_kdc(keeper, err) &&
           exports_ccaches(realm, keeper->keys, keeper->folder.path, err);
}

/* What would break the profile. */
static bool check_realm(const struct keeper_realm *realm, struct err *err)
{
    const char *name = realm->realm ? realm->realm : "";

    if (!*name || strpbrk(name, " \t\r\n=\"\\{}[]*/@")) {
        return err_set(err, "\"%s\" cannot be the name of a realm", name);
    }
    if (!realm->etypes) {
        return err_set(err, "the realm permits no encryption type");
    }
    return true;
}

static bool begin(struct keeper *keeper, struct err *err)
{
    struct keeper_message message = {0};

    if (!receive(keeper, keeper->arena, &message, err)) {
        return false;
    }
    if (message.kind != KEEPER_REALM) {
        return err_set(err, "the first message is not of a realm");
    }
    keeper->realm = message.realm;
    if (!check_realm(&keeper->realm, err) || !make_realm(keeper, err)) {
        return false;
    }
    send_message(&(struct keeper_message){
        .kind = KEEPER_READY,
        .port = keeper->child.port,
    });
    return true;
}

static bool change_user(struct keeper *keeper, const struct keeper_user *user,
                        struct err *err)
{
    struct krb_keys keys;
    bool done;

    derive_user(keeper->realm.realm, user, &keys);
    done = database_put_user(keeper->database, user, &keys, err);
    mem_wipe(&keys, sizeof(keys));
    return done;
}

static bool change(struct keeper *keeper, struct err *err)
{
    AUTO(arena) arena = arena_new();
    struct keeper_message message = {0};
    bool done;

    if (!receive(keeper, arena, &message, err)) {
        return false;
    }
    if (message.kind == KEEPER_USER) {
        done = change_user(keeper, &message.user, err);
    } else if (message.kind == KEEPER_SERVICE) {
        done = database_put_service(keeper->database, message.service, err);
    } else {
        return err_set(err, "a message is not of a user or a service");
    }
    if (done) {
        send_message(&(struct keeper_message){
            .kind = KEEPER_DONE,
            .serial = message.serial,
        });
    }
    return done;
}

/* False with an error text, or when it is over. */
static bool serve(struct keeper *keeper, struct err *err)
{
    if (!begin(keeper, err)) {
        return false;
    }
    for (;;) {
        bool asked = wait_for(keeper, -1);

        if (keeper->over) {
            return false;
        }
        if (child_has_ended(&keeper->child, err)) {
            return err_wrap(err, "the KDC is gone");
        }
        if (asked && !change(keeper, err)) {
            return false;
        }
    }
}

static void end(struct keeper *keeper)
{
    child_end(&keeper->child);
    database_free(keeper->database);
    folder_remove(&keeper->folder);
    /* A server that lives needs it, and will remove it. */
    if (keeper->server_gone) {
        folder_remove(&keeper->run_dir);
    }
    folder_forget(&keeper->run_dir);
    if (keeper->lock >= 0) {
        close(keeper->lock);
    }
    close(keeper->signals);
    arena_free(keeper->arena);
}

/* Signals that end it, and that of a child's end, come with what is waited
 * for. What a terminal sends to its group is the server's business. */
static int take_signals(void)
{
    sigset_t taken;

    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&taken);
    sigaddset(&taken, SIGTERM);
    sigaddset(&taken, SIGINT);
    sigaddset(&taken, SIGCHLD);
    sigprocmask(SIG_BLOCK, &taken, NULL);
    return signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
}

enum keeper_exit keeper_run(struct env *env, const char *tmpdir)
{
    struct keeper keeper = {
        .env = env,
        .tmpdir = tmpdir,
        .arena = arena_new(),
        .lock = -1,
        .signals = take_signals(),
        .child = CHILD_NONE,
    };
    struct err err = {""};
    bool failed;

    serve(&keeper, &err);
    failed = !keeper.over;
    if (failed) {
        send_message(&(struct keeper_message){
            .kind = KEEPER_ERROR,
            .text = err.text,
        });
    }
    end(&keeper);
    return failed ? KEEPER_FAILED : KEEPER_ENDED;
}
