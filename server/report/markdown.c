/*
 * Markdown for pull requests: a table of runs, what failed each, and folded
 * beneath it all findings, expectations, what it took, and the sequence diagram
 * as Mermaid.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "report/diagram.h"
#include "report/escape.h"
#include "report/mermaid.h"
#include "report/report.h"
#include "report/words.h"

struct writing {
    struct arena *arena;
    struct buf *out;
};

static const char *sign(int exit_code)
{
    if (report_is_good(exit_code)) {
        return "\xe2\x9c\x85";
    }
    return report_is_skipped(exit_code) ? "\xe2\x8f\xad\xef\xb8\x8f"
                                        : "\xe2\x9d\x8c";
}

static void cell(struct writing *writing, const char *text)
{
    buf_add_text(writing->out, " ");
    escape_markdown(writing->out, text ? text : "");
    buf_add_text(writing->out, " |");
}

static void code_cell(struct writing *writing, const char *text)
{
    buf_add_text(writing->out, " ");
    if (text && *text) {
        escape_markdown_code(writing->out, text);
    }
    buf_add_text(writing->out, " |");
}

static void row(struct writing *writing)
{
    buf_add_text(writing->out, "|");
}

static void end_row(struct writing *writing)
{
    buf_add_text(writing->out, "\n");
}

/* ---- All runs ---- */

static void put_summary(struct writing *writing, const struct report *report)
{
    buf_printf(writing->out, "### %s %s\n\n", sign(report->exit_code),
               "lyncmock");
    if (report->title) {
        escape_markdown(writing->out, report->title);
        buf_add_text(writing->out, "\n\n");
    }
    buf_add_text(writing->out,
                 "| | run | verdict | exchanges | findings | time |\n"
                 "| --- | --- | --- | ---: | ---: | ---: |\n");
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->runs[i];

        row(writing);
        buf_printf(writing->out, " %s |", sign(run->exit_code));
        cell(writing, report_run_label(writing->arena, run));
        cell(writing, run->line);
        buf_printf(writing->out, " %zu | %zu | %.0f ms |\n",
                   run->exchange_count, run->finding_count,
                   run->took > 0 ? run->took : 0);
    }
}

/* ---- One run ---- */

static void put_findings(struct writing *writing, const struct report_run *run)
{
    if (!run->finding_count) {
        return;
    }
    buf_add_text(writing->out,
                 "\n| rule | level | | where | what | sent | section |\n"
                 "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < run->finding_count; i++) {
        const struct report_finding *finding = &run->findings[i];

        row(writing);
        cell(writing, finding->rule);
        cell(writing, report_level_label(finding->level));
        cell(writing, report_severity_word(finding->severity));
        code_cell(writing, finding->where);
        cell(writing, finding->text);
        code_cell(writing, finding->evidence);
        cell(writing, finding->section);
        end_row(writing);
    }
}

static void put_expectations(struct writing *writing,
                             const struct report_run *run)
{
    if (!run->expectation_count) {
        return;
    }
    buf_add_text(writing->out, "\n| | expected | came | at |\n"
                               "| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < run->expectation_count; i++) {
        const struct report_expectation *expected = &run->expectations[i];

        row(writing);
        cell(writing, report_fate(expected));
        cell(writing, expected->what);
        cell(writing, expected->why);
        code_cell(writing, expected->where);
        end_row(writing);
    }
}

static void put_measures(struct writing *writing, const struct report_run *run)
{
    if (!run->measure_count) {
        return;
    }
    buf_add_text(writing->out, "\n| | took | optimum | |\n"
                               "| --- | ---: | ---: | --- |\n");
    for (size_t i = 0; i < run->measure_count; i++) {
        const struct report_measure *measure = &run->measures[i];

        row(writing);
        cell(writing, measure->name);
        cell(writing, report_number(writing->arena, measure->taken));
        cell(writing, measure->optimum >= 0
                          ? report_number(writing->arena, measure->optimum)
                          : NULL);
        cell(writing, measure->why);
        end_row(writing);
    }
}

/* How it ended is told where that was not well. */
static void put_client(struct writing *writing,
                       const struct report_client *client)
{
    const char *trouble =
        client->command ? report_client_trouble(writing->arena, client) : NULL;

    if (trouble) {
        buf_add_text(writing->out, "\nThe client ");
        escape_markdown_code(writing->out, client->command);
        buf_add_text(writing->out, ": ");
        escape_markdown(writing->out, trouble);
        buf_add_text(writing->out, "\n");
    }
}

static void put_run(struct writing *writing, const struct report_run *run)
{
    buf_printf(writing->out, "\n<details%s><summary>",
               report_is_good(run->exit_code) ? "" : " open");
    escape_xml_attribute(writing->out, report_run_label(writing->arena, run));
    buf_printf(writing->out, ", seed %" PRIu64 "</summary>\n", run->seed);
    put_client(writing, &run->client);
    put_findings(writing, run);
    put_expectations(writing, run);
    put_measures(writing, run);
    if (run->exchange_count) {
        buf_add_text(writing->out, "\n```mermaid\n");
        mermaid_write(writing->arena, run, writing->out);
        buf_add_text(writing->out, "```\n");
    }
    buf_add_text(writing->out, "\n</details>\n");
}

void report_markdown(const struct report *report, struct buf *out)
{
    AUTO(arena) arena = arena_new();
    struct writing writing = {arena, out};

    put_summary(&writing, report);
    for (size_t i = 0; i < report->run_count; i++) {
        put_run(&writing, &report->runs[i]);
    }
}
