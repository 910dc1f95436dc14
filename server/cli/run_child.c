/* A process for one of several runs, see run_child.h. */
#include "config.h"

#include "cli/run_child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/log.h"
#include "util/utf.h"
#include "util/whole_file.h"

enum {
    READ_SIZE = 64 * 1024,
    REPORT_OUTPUT_MAX = 64 * 1024, /* the last of it, for reports */
};

/* ---- In the new process ---- */

static bool write_result(int fd, const struct report *report)
{
    AUTO_BUF json = {0};

    report_json(report, &json);
    return whole_file_put(fd, buf_span(&json));
}

/* Its client reads nothing: several could not share what there is to read. */
static bool take_descriptors(int output)
{
    int none = open("/dev/null", O_RDONLY | O_CLOEXEC);

    return none >= 0 && dup2(none, STDIN_FILENO) >= 0 &&
           dup2(output, STDOUT_FILENO) >= 0 &&
           dup2(output, STDERR_FILENO) >= 0 && close(none) == 0;
}

static enum exit_code be_run(const struct run_child *child, struct env *env,
                             const struct run_client *client, int output)
{
    AUTO(arena) arena = arena_new();
    const struct run_plan plan = {client, child->run->variant};
    struct report report = {.arena = arena, .version = PACKAGE_VERSION};
    enum exit_code code;

    if (!take_descriptors(output)) {
        return EXIT_START;
    }
    code = run_one(env, &child->run->options, &plan, &report);
    if (!write_result(child->result, &report)) {
        log_error("cannot hand over what came of it: %s", strerror(errno));
        return EXIT_INTERNAL;
    }
    return code;
}

static _Noreturn void begin(const struct run_child *child, struct env *env,
                            const struct run_client *client, int output,
                            const sigset_t *mask)
{
    enum exit_code code;

    /* Ctrl-C is for the one who leads all runs: he tells us. */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigprocmask(SIG_SETMASK, mask, NULL);
    code = be_run(child, env, client, output);
    (void)fflush(stdout);
    (void)fflush(stderr);
    _exit((int)code);
}

/* ---- Beside it ---- */

static bool make_descriptors(struct run_child *child, int *out_output,
                             struct err *err)
{
    int pair[2];

    child->result = memfd_create("lyncmock-result", MFD_CLOEXEC);
    if (child->result < 0) {
        return err_errno(err, "cannot make a file in memory");
    }
    if (pipe2(pair, O_CLOEXEC) != 0) {
        return err_errno(err, "cannot make a pipe");
    }
    child->output = pair[0];
    *out_output = pair[1];
    return fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0 ||
           err_errno(err, "cannot make a pipe");
}

static void close_descriptors(struct run_child *child)
{
    if (child->output >= 0) {
        close(child->output);
    }
    if (child->result >= 0) {
        close(child->result);
    }
    child->output = -1;
    child->result = -1;
}

bool run_child_start(struct run_child *child, struct env *env,
                     const struct run_case *run,
                     const struct run_client *client, const sigset_t *mask,
                     struct err *err)
{
    int output = -1;

    *child = (struct run_child){.run = run, .output = -1, .result = -1};
    if (make_descriptors(child, &output, err)) {
        (void)fflush(stdout);
        child->took = -env_monotonic(env);
        child->pid = fork();
        if (child->pid == 0) {
            begin(child, env, client, output, mask);
        }
        if (child->pid < 0) {
            child->pid = 0;
            err_errno(err, "cannot start a process");
        }
    }
    if (output >= 0) {
        close(output);
    }
    if (!child->pid) {
        close_descriptors(child);
    }
    return child->pid > 0;
}

static void keep(struct run_child *child, struct span bytes)
{
    size_t room = RUN_OUTPUT_MAX - child->text.size;
    size_t kept = bytes.size < room ? bytes.size : room;

    buf_add(&child->text, span_of(bytes.data, kept));
    child->lost += bytes.size - kept;
}

bool run_child_read(struct run_child *child)
{
    uint8_t bytes[READ_SIZE];
    ssize_t got;

    while ((got = read(child->output, bytes, sizeof(bytes))) > 0) {
        keep(child, span_of(bytes, (size_t)got));
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

/* What it has printed, as a text. */
static const char *output_text(struct arena *arena,
                               const struct run_child *child)
{
    struct span bytes = buf_span(&child->text);
    AUTO_BUF text = {0};

    if (bytes.size > REPORT_OUTPUT_MAX) {
        bytes = span_slice(bytes, bytes.size - REPORT_OUTPUT_MAX, bytes.size);
    }
    while (bytes.size) {
        size_t line = 0;

        while (line < bytes.size && bytes.data[line] != '\n') {
            line++;
        }
        utf8_add_printable(&text, span_of(bytes.data, line));
        if (line < bytes.size) {
            buf_add_u8(&text, '\n');
            line++;
        }
        bytes = span_slice(bytes, line, bytes.size);
    }
    return text.size ? arena_text(arena, buf_span(&text)) : NULL;
}

static bool read_result(const struct run_child *child, struct report *report,
                        struct err *err)
{
    AUTO_BUF json = {0};
    struct stat stat;
    ssize_t got;

    if (fstat(child->result, &stat) != 0 || stat.st_size == 0) {
        return err_set(err, "it left no result");
    }
    got = pread(child->result, buf_reserve(&json, (size_t)stat.st_size),
                (size_t)stat.st_size, 0);
    if (got != stat.st_size) {
        return err_errno(err, "cannot read its result");
    }
    buf_commit(&json, (size_t)got);
    return report_read(report->arena, buf_span(&json), report, err);
}

/* It has ended without a word. */
static void lament(const struct run_child *child, int status, const char *why,
                   struct report *report)
{
    struct report_run *run = ARENA_NEW(report->arena, struct report_run);
    enum exit_code code = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_START
                              ? EXIT_START
                              : EXIT_INTERNAL;

    *run = (struct report_run){
        .scenario = child->run->options.scenario,
        .variant = child->run->variant,
        .exit_code = (int)code,
        .line =
            WIFSIGNALED(status)
                ? arena_printf(report->arena, "ended by signal %d (%s)",
                               WTERMSIG(status), strsignal(WTERMSIG(status)))
                : arena_printf(report->arena, "exit code %d, and %s",
                               WEXITSTATUS(status), why),
        .client = {.exit_status = -1},
    };
    report->exit_code = (int)code;
    report->runs = run;
    report->run_count = 1;
}

void run_child_end(struct run_child *child, struct env *env, int status,
                   struct report *report)
{
    struct err err = {.text = "its result is empty"};

    (void)run_child_read(child);
    child->pid = 0;
    child->took += env_monotonic(env);
    if (!read_result(child, report, &err) || !report->run_count) {
        lament(child, status, err.text, report);
    }
    report->runs[0].client.output = output_text(report->arena, child);
    close_descriptors(child);
}
