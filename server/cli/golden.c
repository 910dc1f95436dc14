/* The golden trace: approved, or compared with, see golden.h. */
#include "config.h"

#include "cli/golden.h"

#include <string.h>

#include "cli/gather.h"
#include "cli/golden_why.h"
#include "util/diff.h"
#include "util/log.h"
#include "util/whole_file.h"

#define HEADING                                                                \
    "# What a client asked, as lyncmock has seen and somebody approved it. "   \
    "Later runs are\n# compared with it; --approve writes it anew.\n\n"

enum { GOLDEN_MOST = 16 * 1024 * 1024 };

bool golden_check(const struct options *options, struct err *err)
{
    AUTO_BUF text = {0};

    if (!options->golden) {
        return !options->approve ||
               err_set(err, "--approve writes what --golden names: expected "
                            "both");
    }
    if (options->approve) {
        return whole_file_check(options->golden, err) ||
               err_wrap(err, "--golden");
    }
    if (!whole_file_read(options->golden, GOLDEN_MOST, &text, err)) {
        return err_wrap(err, "--golden (--approve makes one)");
    }
    return golden_is_trace(options->golden, buf_span(&text), err) ||
           err_wrap(err, "--golden");
}

static void trace_all(const struct server *server, struct buf *out)
{
    struct session_entry entry;

    buf_add_text(out, HEADING);
    for (size_t i = 0; sessions_at(server->sessions, i, &entry); i++) {
        if (i > 0) {
            buf_printf(out, "session %s\n\n", session_name(entry.session));
        }
        golden_trace(server->journal, entry.session, out);
    }
}

static void add_expectation(struct arena *arena, struct report_run *run,
                            const struct report_expectation *expected)
{
    size_t count = run->expectation_count;
    struct report_expectation *all =
        arena_alloc(arena, (count + 1) * sizeof(*all));

    if (count) {
        memcpy(all, run->expectations, count * sizeof(*all));
    }
    all[count] = *expected;
    run->expectations = all;
    run->expectation_count = count + 1;
}

/* A run shows its report; who serves has the log alone. */
static void compare(const struct options *options, struct span golden,
                    struct span trace, struct report *report)
{
    struct arena *arena = report->arena;
    AUTO_BUF difference = {0};
    struct report_expectation expected = {
        .what = arena_printf(arena, "the requests of %s", options->golden),
        .held = true,
        .severity = SEVERITY_FAIL,
    };

    diff_unified(&difference, golden, trace);
    if (difference.size) {
        expected.held = false;
        expected.why = arena_printf(arena,
                                    "%s (--approve takes them as they "
                                    "are now)",
                                    golden_why(arena, golden, trace));
        expected.nearest = arena_text(arena, buf_span(&difference));
        if (!options->client) {
            log_warning("verdict: failed: expected %s, %s", expected.what,
                        expected.why);
        }
    }
    add_expectation(arena, &report->runs[0], &expected);
}

static void cannot(struct report *report, const struct err *err)
{
    log_error("--golden: %s", err->text);
    add_expectation(report->arena, &report->runs[0],
                    &(struct report_expectation){
                        .what = "a golden trace",
                        .severity = SEVERITY_FAIL,
                        .why = arena_strdup(report->arena, err->text),
                    });
}

void golden_judge(const struct server *server, struct report *report)
{
    const struct options *options = server->options;
    AUTO_BUF golden = {0};
    AUTO_BUF trace = {0};
    struct err err;

    if (!options->golden || options->approve || !report->run_count) {
        return;
    }
    trace_all(server, &trace);
    if (whole_file_read(options->golden, GOLDEN_MOST, &golden, &err)) {
        compare(options, buf_span(&golden), buf_span(&trace), report);
    } else {
        cannot(report, &err);
    }
}

/* The last line is what a person reads. */
static void tell(struct report *report, const char *path, const char *how)
{
    struct report_run *run = &report->runs[0];

    run->line = arena_printf(report->arena, "%s; %s %s", run->line, path, how);
    log_info("--approve: %s %s", path, how);
}

void golden_approve(const struct server *server, bool good,
                    struct report *report)
{
    const char *path = server->options->golden;
    AUTO_BUF trace = {0};
    struct err err;

    if (!server->options->approve || !report->run_count) {
        return;
    }
    if (!good) {
        tell(report, path, "was not written: only what passed is approved");
        return;
    }
    trace_all(server, &trace);
    if (whole_file_write(path, buf_span(&trace), &err)) {
        tell(report, path, "was written");
        return;
    }
    cannot(report, &err);
    gather_conclude(&report->runs[0], report->arena);
}
