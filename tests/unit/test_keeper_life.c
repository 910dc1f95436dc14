/* How a keeper ends, and what it leaves behind: nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "keeper/child.h"
#include "keeper/database.h"
#include "keeper/folder.h"
#include "keeper/profile.h"
#include "keeper_rig.h"

static void open_ready(struct keeper_rig *rig)
{
    struct keeper_message answer;

    rig_open(rig);
    answer = rig_begin(rig, rig_realm());
    if (answer.kind != KEEPER_READY) {
        fail_msg("%s", answer.text);
    }
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Processes that end are seen with a delay. */
static bool soon_gone(pid_t pid)
{
    for (int ms = 0; ms < 1000; ms++) {
        if (kill(pid, 0) != 0) {
            return true;
        }
        /* One whose parent has been killed is ours now. */
        waitpid(pid, NULL, WNOHANG);
        poll(NULL, 0, 1);
    }
    return false;
}

/* ---- Endings ---- */

static void ends_with_the_server(void **state UNUSED)
{
    struct keeper_rig rig;
    char *folder;
    pid_t kdc;

    open_ready(&rig);
    folder = rig_folder(&rig);
    kdc = rig_kdc(&rig);
    assert_true(exists(folder));
    assert_int_equal(rig_hang_up(&rig), 0);
    assert_false(exists(folder));
    assert_false(exists(rig.run_dir));
    assert_int_equal(kill(kdc, 0), -1);
    rig_close(&rig);
}

/* The run_dir is another's as soon as another folder is there. */
static void spares_what_is_not_its_own(void **state UNUSED)
{
    struct keeper_rig rig;

    open_ready(&rig);
    rig_run(&rig, "mkdir %s/sub; ln -s /etc %s/link", rig.run_dir, rig.run_dir);
    assert_int_equal(rig_hang_up(&rig), 0);
    assert_true(exists(rig_path(&rig, "sub")));
    assert_true(exists(rig_path(&rig, "link")));
    assert_false(exists(rig_path(&rig, "client.conf")));
    rig_close(&rig);
}

static void ends_by_signals(void **state UNUSED)
{
    static const struct {
        int signal;
        bool ends;
    } rows[] = {
        {SIGTERM, true},
        {SIGINT, true},
        {SIGHUP, false},
        {SIGPIPE, false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct keeper_rig rig;
        char *folder;

        open_ready(&rig);
        folder = rig_folder(&rig);
        kill(rig.pid, rows[i].signal);
        if (rows[i].ends) {
            assert_int_equal(rig_wait(&rig), 0);
            assert_false(exists(folder));
            /* Its server still uses that. */
            assert_true(exists(rig.run_dir));
        } else {
            assert_int_equal(rig_run(&rig, "echo 'Passw0rd!' | kinit alice"),
                             0);
        }
        rig_close(&rig);
    }
}

/* What a terminal sends to the server's group does not reach it. */
static void has_its_own_session(void **state UNUSED)
{
    struct keeper_rig rig;

    open_ready(&rig);
    assert_int_equal(getsid(rig.pid), rig.pid);
    assert_int_equal(getsid(rig_kdc(&rig)), rig.pid);
    rig_close(&rig);
}

/* The test is the parent of orphans: it sees the keeper end. */
static void ends_with_a_killed_server(void **state UNUSED)
{
    struct {
        struct keeper_rig rig;
        pid_t kdc;
        char folder[256];
    } told;
    int status;
    int ends[2];
    pid_t server;

    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(pipe(ends), 0);
    server = fork();
    if (server == 0) {
        open_ready(&told.rig);
        told.kdc = rig_kdc(&told.rig);
        strcpy(told.folder, rig_folder(&told.rig));
        (void)!write(ends[1], &told, sizeof(told));
        for (;;) {
            pause();
        }
    }
    assert_int_equal(read(ends[0], &told, sizeof(told)), sizeof(told));
    assert_true(exists(told.folder));
    kill(server, SIGKILL);
    assert_int_equal(waitpid(server, NULL, 0), server);
    assert_int_equal(waitpid(told.rig.pid, &status, 0), told.rig.pid);
    assert_int_equal(status, 0);
    assert_int_equal(kill(told.kdc, 0), -1);
    assert_false(exists(told.folder));
    assert_false(exists(told.rig.run_dir));
    close(ends[0]);
    close(ends[1]);
}

/* Its folder stays until the next keeper comes by, which may be that of
 * another test; krb5kdc does not. */
static void leaves_no_kdc_when_killed(void **state UNUSED)
{
    struct keeper_rig killed;
    struct keeper_rig lives;
    struct keeper_rig next;
    char *folder;
    char *lives_folder;
    pid_t kdc;

    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    open_ready(&killed);
    open_ready(&lives);
    folder = rig_folder(&killed);
    lives_folder = rig_folder(&lives);
    kdc = rig_kdc(&killed);
    kill(killed.pid, SIGKILL);
    assert_true(WIFSIGNALED(rig_wait(&killed)));
    assert_true(soon_gone(kdc));
    assert_int_equal(rig_receive(&killed).kind, KEEPER_ERROR); /* EOF */
    open_ready(&next);
    assert_false(exists(folder));
    assert_true(exists(lives_folder));
    rig_close(&next);
    rig_close(&lives);
    rig_close(&killed);
}

static void two_do_not_meet(void **state UNUSED)
{
    struct keeper_rig a;
    struct keeper_rig b;

    open_ready(&a);
    open_ready(&b);
    assert_int_not_equal(a.port, b.port);
    assert_string_not_equal(rig_folder(&a), rig_folder(&b));
    assert_int_equal(rig_run(&b, "echo 'Passw0rd!' | kinit alice"), 0);
    assert_int_equal(rig_hang_up(&a), 0);
    assert_int_equal(
        rig_run(&b, "echo 'Passw0rd!' | kinit alice && kvno HTTP/localhost"),
        0);
    /* A ticket of the one is none of the other's. */
    rig_close(&b);
    rig_close(&a);
}

/* The folder may be one that the system cleans, or have been removed. */
static void ends_without_its_folder(void **state UNUSED)
{
    struct keeper_rig rig;

    open_ready(&rig);
    rig_run(&rig, "rm -rf %s %s", rig_folder(&rig), rig.run_dir);
    assert_int_equal(rig_hang_up(&rig), 0);
    rig_close(&rig);
}

/* ---- Failures ---- */

static void tells_that_the_kdc_died(void **state UNUSED)
{
    struct keeper_rig rig;
    struct keeper_message answer;
    char *folder;

    open_ready(&rig);
    folder = rig_folder(&rig);
    kill(rig_kdc(&rig), SIGSEGV);
    answer = rig_receive(&rig);
    assert_int_equal(answer.kind, KEEPER_ERROR);
    print_message("%s\n", answer.text);
    assert_non_null(strstr(answer.text, "krb5kdc was killed by signal 11"));
    assert_non_null(strstr(answer.text, "commencing operation"));
    assert_int_equal(WEXITSTATUS(rig_wait(&rig)), 1);
    assert_false(exists(folder));
    assert_true(exists(rig.run_dir));
    rig_close(&rig);
}

static void says_what_is_wrong(void **state UNUSED)
{
    const struct {
        const char *what;
        enum keeper_message_kind kind;
        const char *realm;
        unsigned etypes;
        const char *krb5kdc;
        const char *service_keytab;
        const char *says;
    } rows[] = {
        {"no such program", KEEPER_REALM, RIG_REALM, KRB_ALL_BITS,
         "/nonexistent/krb5kdc", NULL, "cannot execute /nonexistent/krb5kdc"},
        {"not krb5kdc", KEEPER_REALM, RIG_REALM, KRB_ALL_BITS, "/bin/false",
         NULL, "krb5kdc ended with exit code 1; it said: nothing"},
        {"no place for a keytab", KEEPER_REALM, RIG_REALM, KRB_ALL_BITS,
         RIG_KDC, "/nonexistent/keytab", "/nonexistent/keytab"},
        {"no realm's name", KEEPER_REALM, "A = {", KRB_ALL_BITS, RIG_KDC, NULL,
         "cannot be the name of a realm"},
        {"no types", KEEPER_REALM, RIG_REALM, 0, RIG_KDC, NULL,
         "permits no encryption type"},
        {"a user first", KEEPER_USER, RIG_REALM, 0, RIG_KDC, NULL,
         "the first message is not of a realm"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct keeper_message message = {
            .kind = rows[i].kind, .realm = rig_realm(), .user = rig_users[0]};
        struct keeper_message answer;
        struct keeper_rig rig;

        rig_open(&rig);
        message.realm.realm = rows[i].realm;
        message.realm.etypes = rows[i].etypes;
        message.realm.krb5kdc = rows[i].krb5kdc;
        message.realm.service_keytab = rows[i].service_keytab;
        message.realm.run_dir = rig.run_dir;
        rig_send(&rig, &message);
        answer = rig_receive(&rig);
        assert_int_equal(answer.kind, KEEPER_ERROR);
        print_message("%s: %s\n", rows[i].what, answer.text);
        assert_non_null(strstr(answer.text, rows[i].says));
        assert_int_equal(WEXITSTATUS(rig_wait(&rig)), 1);
        rig_close(&rig);
    }
}

static void refuses_what_is_no_message(void **state UNUSED)
{
    static const char *const packets[] = {"x", "\xff\xff\xff\xff\xff\xff\xff"
                                               "\xff\xff"};

    for (size_t i = 0; i < ARRAY_SIZE(packets); i++) {
        struct keeper_message answer;
        struct keeper_rig rig;

        rig_open(&rig);
        assert_true(send(rig.fd, packets[i], strlen(packets[i]), 0) > 0);
        answer = rig_receive(&rig);
        assert_int_equal(answer.kind, KEEPER_ERROR);
        print_message("%s\n", answer.text);
        assert_int_equal(WEXITSTATUS(rig_wait(&rig)), 1);
        rig_close(&rig);
    }
}

/* A server that ends at any moment of the keeper's start. */
static void ends_at_any_moment(void **state UNUSED)
{
    enum { STEP_US = 500, STEPS = 40 };

    for (int i = 0; i < STEPS; i++) {
        struct keeper_message message = {.realm = rig_realm()};
        struct keeper_rig rig;

        rig_open(&rig);
        message.realm.run_dir = rig.run_dir;
        rig_send(&rig, &message);
        usleep((useconds_t)(i * STEP_US));
        assert_int_equal(rig_hang_up(&rig), 0);
        assert_false(exists(rig.run_dir));
        rig_close(&rig);
    }
}

static void does_nothing_by_itself(void **state UNUSED)
{
    struct keeper_rig rig;

    rig_open(&rig);
    assert_int_equal(rig_run(&rig, "exec 3>&-; %s", rig_program(&rig)), 2);
    assert_non_null(strstr(rig.output, "a part of lyncmock"));
    assert_int_equal(rig_run(&rig, "exec 3</dev/null; %s", rig_program(&rig)),
                     2);
    rig_close(&rig);
}

/* ---- The port ---- */

static int listen_at(uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(
        bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static void await_end(struct child *child, struct err *err)
{
    for (int ms = 0; ms < RIG_LIMIT_MS; ms++) {
        if (child_has_ended(child, err)) {
            return;
        }
        poll(NULL, 0, 1);
    }
    fail_msg("krb5kdc has not ended");
}

/* Another program listens where krb5kdc was to: another port it is. */
static void sees_that_a_port_is_taken(void **state UNUSED)
{
    const struct keeper_realm realm = rig_realm();
    struct child child = CHILD_NONE;
    struct folder folder;
    AUTO(database) database = NULL;
    struct err err;
    int thief;
    int lock;

    /* As the keeper does, before libkdb5 looks. */
    setenv("KRB5_CONFIG", "/dev/null", 1);
    setenv("KRB5_KDC_PROFILE", "/dev/null", 1);
    assert_true(folder_make("/tmp", &folder, &lock, &err));
    assert_true(child_reserve(&child, &err));
    assert_true(profile_write(&realm, folder.path, child.port, &err));
    assert_true(database_create(&realm, folder.path, &database, &err));
    thief = listen_at(child.port);
    assert_true(child_start(&child, RIG_KDC, folder.path, &err));
    await_end(&child, &err);
    print_message("%s\n", err.text);
    assert_true(child_found_port_taken(&child));
    assert_true(child_reserve(&child, &err));
    assert_true(profile_write(&realm, folder.path, child.port, &err));
    assert_true(child_start(&child, RIG_KDC, folder.path, &err));
    for (int ms = 0; ms < RIG_LIMIT_MS && !child_answers(&child); ms++) {
        assert_false(child_has_ended(&child, &err));
        poll(NULL, 0, 1);
    }
    assert_true(child_answers(&child));
    child_end(&child);
    assert_false(child_answers(&child));
    close(thief);
    folder_remove(&folder);
    close(lock);
}

static int shell(const char *format, ...) PRINTF(1, 2);
static int shell(const char *format, ...)
{
    char command[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    return system(command);
}

/* Whether the process whose number the file holds is no more, or a zombie. */
static bool sleeper_ended(const char *pid_file)
{
    return shell("p=$(cat %s) && ! grep -qs '^State:[[:space:]]*[A-WY]' "
                 "/proc/$p/status",
                 pid_file) == 0;
}

/* A script around krb5kdc goes with all that it has started. */
static void ends_all_that_a_script_started(void **state UNUSED)
{
    static const bool by_itself[] = {false, true};

    for (size_t i = 0; i < ARRAY_SIZE(by_itself); i++) {
        struct child child = CHILD_NONE;
        struct folder folder;
        struct err err;
        char script[128];
        char pid_file[128];
        int lock;

        assert_true(folder_make("/tmp", &folder, &lock, &err));
        snprintf(script, sizeof(script), "%s/script", folder.path);
        snprintf(pid_file, sizeof(pid_file), "%s/pid", folder.path);
        assert_int_equal(
            shell("printf '#!/bin/sh\\nsleep 1000 &\\necho $! >%s.new\\n"
                  "mv %s.new %s\\n%s\\n' >%s && chmod +x %s",
                  pid_file, pid_file, pid_file,
                  by_itself[i] ? "exit 1" : "wait", script, script),
            0);
        assert_true(child_start(&child, script, folder.path, &err));
        if (by_itself[i]) {
            await_end(&child, &err);
        } else {
            while (!exists(pid_file)) {
                poll(NULL, 0, 1);
            }
            assert_false(child_has_ended(&child, &err));
        }
        child_end(&child);
        for (int ms = 0; ms < RIG_LIMIT_MS && !sleeper_ended(pid_file); ms++) {
            poll(NULL, 0, 1);
        }
        assert_true(sleeper_ended(pid_file));
        folder_remove(&folder);
        close(lock);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_with_the_server),
        cmocka_unit_test(spares_what_is_not_its_own),
        cmocka_unit_test(ends_by_signals),
        cmocka_unit_test(has_its_own_session),
        cmocka_unit_test(ends_with_a_killed_server),
        cmocka_unit_test(leaves_no_kdc_when_killed),
        cmocka_unit_test(two_do_not_meet),
        cmocka_unit_test(ends_without_its_folder),
        cmocka_unit_test(tells_that_the_kdc_died),
        cmocka_unit_test(ends_all_that_a_script_started),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(refuses_what_is_no_message),
        cmocka_unit_test(ends_at_any_moment),
        cmocka_unit_test(does_nothing_by_itself),
        cmocka_unit_test(sees_that_a_port_is_taken),
    };

    if (!rig_has_tools()) {
        print_message("skipped: krb5kdc, kinit, kvno and klist are needed\n");
        return RIG_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
