/*
 * Workflow commands of GitHub Actions, which it shows beside the lines of the
 * scenario. A step has room for ten of each kind.
 */
#include "config.h"

#include <string.h>

#include "report/case.h"
#include "report/escape.h"
#include "report/report.h"
#include "report/words.h"

enum { ANNOTATIONS_MOST = 10 };

struct annotating {
    struct arena *arena;
    struct buf *out;
    const char *label;
    size_t count[3];
};

enum annotation { ANNOTATE_ERROR, ANNOTATE_WARNING, ANNOTATE_NOTICE };

static const char *const commands[] = {"error", "warning", "notice"};

/* "FILE:LINE", of which there may be neither. */
static void put_place(struct annotating *annotating, const char *where)
{
    const char *colon = where ? strrchr(where, ':') : NULL;
    const char *line = colon ? colon + 1 : "";

    if (!*line || strspn(line, "0123456789") != strlen(line)) {
        return;
    }
    buf_add_text(annotating->out, "file=");
    escape_command_property(
        annotating->out,
        arena_text(annotating->arena,
                   span_slice(span_text(where), 0, (size_t)(colon - where))));
    buf_printf(annotating->out, ",line=%s,", line);
}

static void annotate(struct annotating *annotating, enum annotation kind,
                     const char *where, const char *title, const char *message)
{
    if (annotating->count[kind]++ >= ANNOTATIONS_MOST) {
        return;
    }
    buf_printf(annotating->out, "::%s ", commands[kind]);
    put_place(annotating, where);
    buf_add_text(annotating->out, "title=");
    escape_command_property(
        annotating->out,
        arena_printf(annotating->arena, "%s: %s", annotating->label, title));
    buf_add_text(annotating->out, "::");
    escape_command(annotating->out, message);
    buf_add_u8(annotating->out, '\n');
}

/* "NT-003 at exchange 7: ..." in the line of fail-on, or of the row of
 * `rules`, which has a place in a file. */
static bool is_told(const struct report_run *run, const char *rule)
{
    for (size_t i = 0; rule && i < run->expectation_count; i++) {
        const struct report_expectation *expected = &run->expectations[i];
        size_t length = strlen(rule);

        if (!expected->held && expected->why &&
            strncmp(expected->why, rule, length) == 0 &&
            (expected->why[length] == ':' ||
             strncmp(expected->why + length, " at ", 4) == 0)) {
            return true;
        }
    }
    return false;
}

static void annotate_case(struct annotating *annotating,
                          const struct report_run *run,
                          const struct report_case *item)
{
    const char *message = item->message;

    if (item->fate == CASE_PASSED || item->fate == CASE_SKIPPED ||
        is_told(run, item->rule)) {
        return;
    }
    if (item->section) {
        message =
            arena_printf(annotating->arena, "%s [%s]", message, item->section);
    }
    annotate(annotating,
             item->fate == CASE_KNOWN ? ANNOTATE_NOTICE : ANNOTATE_ERROR,
             item->where, item->name, message);
}

/* Findings that fail nothing are no cases. */
static void annotate_warnings(struct annotating *annotating,
                              const struct report_run *run)
{
    for (size_t i = 0; i < run->finding_count; i++) {
        const struct report_finding *finding = &run->findings[i];

        if (finding->severity == SEVERITY_WARN) {
            annotate(annotating, ANNOTATE_WARNING, NULL,
                     finding->rule ? finding->rule : "?",
                     arena_printf(annotating->arena, "%s [%s]",
                                  finding->text ? finding->text : "",
                                  finding->section ? finding->section : ""));
        }
    }
    for (size_t i = 0; i < run->expectation_count; i++) {
        const struct report_expectation *expected = &run->expectations[i];

        if (!expected->held && expected->severity == SEVERITY_WARN) {
            annotate(annotating, ANNOTATE_WARNING, expected->where,
                     expected->what ? expected->what : "",
                     expected->why ? expected->why : "it did not come");
        }
    }
}

void report_github(const struct report *report, struct buf *out)
{
    AUTO(arena) arena = arena_new();
    struct annotating annotating = {.arena = arena, .out = out};

    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->runs[i];
        struct report_cases cases = cases_of(arena, run);

        annotating.label = report_run_label(arena, run);
        for (size_t k = 0; k < cases.count; k++) {
            annotate_case(&annotating, run, &cases.items[k]);
        }
        annotate_warnings(&annotating, run);
    }
}
