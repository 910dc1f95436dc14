/* Private folders: made, held, swept; and what is not touched. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "keeper/folder.h"
#include "util/mem.h"

/* The folder that folders are made in, and one that nobody may touch. */
struct place {
    char parent[64];
    char foreign[64];
};

static int make_place(void **state)
{
    static struct place place;

    strcpy(place.parent, "/tmp/keeper-parent-XXXXXX");
    strcpy(place.foreign, "/tmp/keeper-foreign-XXXXXX");
    assert_non_null(mkdtemp(place.parent));
    assert_non_null(mkdtemp(place.foreign));
    *state = &place;
    return 0;
}

static void shell(const char *format, ...) PRINTF(1, 2);
static void shell(const char *format, ...)
{
    char command[512];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

static int remove_place(void **state)
{
    struct place *place = *state;

    shell("rm -rf %s %s", place->parent, place->foreign);
    return 0;
}

static void makes_one(void **state)
{
    struct place *place = *state;
    struct folder folder;
    struct err err;
    struct stat st;
    int lock;

    assert_true(folder_make(place->parent, &folder, &lock, &err));
    assert_int_equal(stat(folder.path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    shell("touch %s/principal", folder.path);
    /* It is held: no sweep takes it. */
    folder_sweep(place->parent);
    shell("test -f %s/principal", folder.path);
    folder_remove(&folder);
    close(lock);
    shell("test -z \"$(ls -A %s)\"", place->parent);
}

static void sweeps_what_is_left(void **state)
{
    static const struct {
        const char *what;
        const char *make; /* in the parent; $F: the foreign folder */
        const char *left; /* true afterwards */
    } rows[] = {
        {"stale",
         "mkdir lyncmock-kdc-a; touch lyncmock-kdc-a/lock "
         "lyncmock-kdc-a/principal",
         "test ! -e lyncmock-kdc-a"},
        {"stale and empty", "mkdir lyncmock-kdc-b", "test ! -e lyncmock-kdc-b"},
        {"no lock in it", "mkdir lyncmock-kdc-c; touch lyncmock-kdc-c/x",
         "test -e lyncmock-kdc-c/x"},
        {"a link to a folder", "touch $F/lock $F/x; ln -s $F lyncmock-kdc-d",
         "test -e $F/x && test -e $F/lock"},
        {"links in it",
         "mkdir lyncmock-kdc-e; touch lyncmock-kdc-e/lock $F/y; "
         "ln -s $F/y lyncmock-kdc-e/y; ln -s $F lyncmock-kdc-e/d",
         "test -e $F/y && test -h lyncmock-kdc-e/y"},
        {"a folder in it",
         "mkdir -p lyncmock-kdc-f/g; touch lyncmock-kdc-f/lock "
         "lyncmock-kdc-f/g/x",
         "test -e lyncmock-kdc-f/g/x"},
        {"the lock is a link",
         "mkdir lyncmock-kdc-h; touch $F/l lyncmock-kdc-h/x; "
         "ln -s $F/l lyncmock-kdc-h/lock",
         "test -e $F/l && test -e lyncmock-kdc-h/x"},
        {"the lock is a pipe",
         "mkdir lyncmock-kdc-i; mkfifo lyncmock-kdc-i/lock; "
         "touch lyncmock-kdc-i/x",
         "test -e lyncmock-kdc-i/x"},
        {"a file of such a name", "touch lyncmock-kdc-j",
         "test -e lyncmock-kdc-j"},
        {"another name", "mkdir other; touch other/lock", "test -e other/lock"},
    };
    struct place *place = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("%s\n", rows[i].what);
        shell("F=%s; cd %s; %s", place->foreign, place->parent, rows[i].make);
        folder_sweep(place->parent);
        shell("F=%s; cd %s; %s", place->foreign, place->parent, rows[i].left);
    }
}

/* What a sweep does when it comes between a folder and its lock. */
static void makes_another_when_swept(void **state)
{
    enum { CHILDREN = 6, ROUNDS = 150 };
    struct place *place = *state;
    int status;

    for (int c = 0; c < CHILDREN; c++) {
        if (fork() != 0) {
            continue;
        }
        for (int i = 0; i < ROUNDS; i++) {
            struct folder folder;
            struct err err;
            int lock;

            if (!folder_make(place->parent, &folder, &lock, &err)) {
                _exit(1);
            }
            folder_sweep(place->parent);
            if (faccessat(folder.fd, "lock", F_OK, 0) != 0 ||
                access(folder.path, F_OK) != 0) {
                _exit(2);
            }
            /* Every other one is killed, so to speak. */
            if (i % 2) {
                folder_remove(&folder);
            }
            close(lock);
        }
        _exit(0);
    }
    for (int c = 0; c < CHILDREN; c++) {
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    folder_sweep(place->parent);
    shell("test -z \"$(ls -A %s)\"", place->parent);
}

/* Another folder came in its place: it is not the one that we knew. */
static void spares_what_took_its_place(void **state)
{
    struct place *place = *state;
    struct folder folder;
    struct err err;
    char path[128];

    snprintf(path, sizeof(path), "%s/run", place->parent);
    shell("mkdir %s; touch %s/a", path, path);
    assert_true(folder_open(path, &folder, &err));
    shell("mv %s %s-old; mkdir %s; touch %s/b", path, path, path, path);
    folder_remove(&folder);
    shell("test -e %s/b && test -e %s-old/a", path, path);
    folder_remove(&folder); /* twice is fine */
}

static void says_what_it_cannot_open(void **state)
{
    struct place *place = *state;
    struct folder folder;
    struct err err;
    char path[128];
    int lock;

    snprintf(path, sizeof(path), "%s/none", place->parent);
    assert_false(folder_open(path, &folder, &err));
    assert_non_null(strstr(err.text, path));
    assert_false(folder_make(path, &folder, &lock, &err));
    assert_non_null(strstr(err.text, path));
}

static void chooses_a_parent(void **state UNUSED)
{
    const char *parent = folder_parent("/var/tmp");

    /* Memory where there is any. */
    if (strcmp(parent, "/dev/shm") != 0) {
        assert_string_equal(parent, "/var/tmp");
        assert_string_equal(folder_parent(NULL), "/tmp");
        assert_string_equal(folder_parent("relative"), "/tmp");
        assert_string_equal(folder_parent("/var/tm:p"), "/tmp");
        assert_string_equal(folder_parent("/var/tm\np"), "/tmp");
        assert_string_equal(folder_parent("/var/t m\"p"), "/var/t m\"p");
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(makes_one),
        TEST(sweeps_what_is_left),
        TEST(makes_another_when_swept),
        TEST(spares_what_took_its_place),
        TEST(says_what_it_cannot_open),
        cmocka_unit_test(chooses_a_parent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
