/* The journal's file: appended, rotated, and given up when it cannot be. */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/file.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/mem.h"

struct fixture {
    char dir[64];
    char path[96];
    char old_path[96];
    struct journal_file *file;
};

static int setup(void **state)
{
    struct fixture *f = NEW(struct fixture);

    snprintf(f->dir, sizeof(f->dir), "/tmp/test_journal_file.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/j.jsonl", f->dir);
    snprintf(f->old_path, sizeof(f->old_path), "%s/j.jsonl.1", f->dir);
    log_setup(LOG_WARNING, LOG_TEXT);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    file_close(f->file);
    unlink(f->path);
    if (unlink(f->old_path) != 0) {
        rmdir(f->old_path);
    }
    rmdir(f->dir);
    mem_free(f);
    return 0;
}

static void open_it(struct fixture *f, const char *path, uint64_t limit)
{
    struct err err = {""};

    if (!file_open(path, limit, &f->file, &err)) {
        fail_msg("file_open: %s", err.text);
    }
}

static void write_line(struct fixture *f, const char *line)
{
    file_write(f->file, span_text(line));
}

static void expect_content(const char *path, const char *expected)
{
    char text[256] = "";
    FILE *file = fopen(path, "r");
    size_t size;

    if (!file) {
        assert_null(expected);
        return;
    }
    size = fread(text, 1, sizeof(text) - 1, file);
    text[size] = '\0';
    fclose(file);
    assert_non_null(expected);
    assert_string_equal(text, expected);
}

static void put_content(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* What `write_line` says on stderr. */
static void write_and_listen(struct fixture *f, const char *line,
                             struct buf *out)
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    int c;

    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);
    write_line(f, line);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    while ((c = getc(file)) != EOF) {
        buf_add_u8(out, (uint8_t)c);
    }
    fclose(file);
}

static void each_line_is_there_at_once(void **state)
{
    struct fixture *f = *state;
    struct stat st;

    open_it(f, f->path, 1000);
    expect_content(f->path, "");
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    write_line(f, "one\n");
    expect_content(f->path, "one\n");
    write_line(f, "two\n");
    expect_content(f->path, "one\ntwo\n");
}

static void what_is_there_is_kept(void **state)
{
    struct fixture *f = *state;

    put_content(f->path, "before\n");
    open_it(f, f->path, 1000);
    write_line(f, "one\n");
    expect_content(f->path, "before\none\n");
}

/* A client that `run` starts must not get the journal. */
static void no_child_inherits_it(void **state)
{
    struct fixture *f = *state;
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    bool seen = false;

    open_it(f, f->path, 1000);
    while ((entry = readdir(dir))) {
        char target[256] = "";

        if (readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1) >
                0 &&
            strcmp(target, f->path) == 0) {
            seen = true;
            assert_int_equal(fcntl(atoi(entry->d_name), F_GETFD), FD_CLOEXEC);
        }
    }
    closedir(dir);
    assert_true(seen);
}

static const struct {
    const char *name;
    const char *before; /* NULL: no file */
    uint64_t limit;
    const char *lines[4];
    const char *now;
    const char *old; /* NULL: no such file */
} rotations[] = {
    {"below", NULL, 8, {"aaa\n"}, "aaa\n", NULL},
    {"exact", NULL, 8, {"aaa\n", "bbb\n"}, "aaa\nbbb\n", NULL},
    {"past", NULL, 8, {"aaa\n", "bbb\n", "c\n"}, "c\n", "aaa\nbbb\n"},
    {"twice", NULL, 4, {"aaa\n", "bbb\n", "ccc\n"}, "ccc\n", "bbb\n"},
    {"long line first", NULL, 4, {"aaaaaaaaa\n"}, "aaaaaaaaa\n", NULL},
    {"long line next", NULL, 4, {"a\n", "bbbbbbbb\n"}, "bbbbbbbb\n", "a\n"},
    {"from before", "xxxxxxx\n", 8, {"aaa\n"}, "aaa\n", "xxxxxxx\n"},
    {"before and on", "xxx\n", 8, {"aaa\n", "b\n"}, "b\n", "xxx\naaa\n"},
};

static void it_is_rotated(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rotations); i++) {
        unlink(f->path);
        unlink(f->old_path);
        if (rotations[i].before) {
            put_content(f->path, rotations[i].before);
        }
        open_it(f, f->path, rotations[i].limit);
        for (size_t j = 0; j < 4 && rotations[i].lines[j]; j++) {
            write_line(f, rotations[i].lines[j]);
        }
        file_close(f->file);
        f->file = NULL;
        expect_content(f->path, rotations[i].now);
        expect_content(f->old_path, rotations[i].old);
    }
}

static void a_pipe_is_not_rotated(void **state)
{
    struct fixture *f = *state;
    char path[64];
    char text[64] = "";
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    snprintf(path, sizeof(path), "/dev/fd/%d", fds[1]);
    open_it(f, path, 4);
    write_line(f, "aaa\n");
    write_line(f, "bbb\n");
    assert_int_equal(read(fds[0], text, sizeof(text) - 1), 8);
    assert_string_equal(text, "aaa\nbbb\n");
    close(fds[0]);
    close(fds[1]);
}

static void full_disk(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF first = {0};
    AUTO_BUF second = {0};

    open_it(f, "/dev/full", 1000);
    write_and_listen(f, "one\n", &first);
    assert_string_equal(buf_text(&first),
                        "lyncmock: warning: /dev/full: cannot write the "
                        "journal: No space left on device; no more exchanges "
                        "are written to it\n");
    write_and_listen(f, "two\n", &second);
    assert_int_equal(second.size, 0);
}

static void half_a_line_is_taken_back(void **state)
{
    struct fixture *f = *state;
    struct rlimit old;
    struct rlimit low;
    AUTO_BUF said = {0};

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    low = old;
    low.rlim_cur = 10;
    open_it(f, f->path, 1000);
    write_line(f, "aaaa\n");
    /* Room for five bytes of the next. stderr is a small file, too. */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    write_line(f, "bbbbbbbb\n");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    expect_content(f->path, "aaaa\n");
    write_and_listen(f, "cccc\n", &said);
    assert_int_equal(said.size, 0);
    expect_content(f->path, "aaaa\n");
}

static void rotation_that_fails(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF said = {0};

    assert_int_equal(mkdir(f->old_path, 0700), 0);
    open_it(f, f->path, 4);
    write_line(f, "aaa\n");
    write_and_listen(f, "bbb\n", &said);
    assert_non_null(strstr(buf_text(&said), "cannot be renamed to"));
    assert_non_null(strstr(buf_text(&said), "no more exchanges"));
    expect_content(f->path, "aaa\n");
}

static void paths_that_cannot_be(void **state)
{
    static const struct {
        const char *path;
        const char *reason;
    } rows[] = {
        {"/nonexistent/j.jsonl", "No such file or directory"},
        {"/tmp", "Is a directory"},
        {"/dev/null/x", "Not a directory"},
        {"", "No such file or directory"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct err err = {""};

        assert_false(file_open(rows[i].path, 1000, &f->file, &err));
        assert_null(f->file);
        assert_non_null(strstr(err.text, rows[i].reason));
        assert_non_null(strstr(err.text, "cannot write the journal"));
        assert_memory_equal(err.text, rows[i].path, strlen(rows[i].path));
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_line_is_there_at_once), TEST(what_is_there_is_kept),
        TEST(no_child_inherits_it),       TEST(it_is_rotated),
        TEST(a_pipe_is_not_rotated),      TEST(full_disk),
        TEST(half_a_line_is_taken_back),  TEST(rotation_that_fails),
        TEST(paths_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
