/*
 * JUnit XML, as Jenkins' junit-10.xsd has it and GitLab reads it: a suite for
 * each run, a case for whatever can fail it, and the report for people as the
 * suite's output.
 */
#include "config.h"

#include <inttypes.h>

#include "report/case.h"
#include "report/escape.h"
#include "report/report.h"
#include "report/words.h"

struct counts {
    size_t tests;
    size_t failures;
    size_t errors;
    size_t skipped;
    double took; /* ms */
};

static void add_counts(struct counts *counts, const struct report_run *run,
                       const struct report_cases *cases)
{
    counts->tests += cases->count;
    counts->failures += cases_count(cases, CASE_FAILED);
    counts->errors += cases_count(cases, CASE_ERROR);
    counts->skipped +=
        cases_count(cases, CASE_SKIPPED) + cases_count(cases, CASE_KNOWN);
    counts->took += run->took > 0 ? run->took : 0;
}

static void attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    escape_xml_attribute(out, value);
    buf_add_text(out, "\"");
}

static void put_counts(struct buf *out, const struct counts *counts)
{
    buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"",
               counts->tests, counts->failures, counts->errors);
    buf_printf(out, " time=\"%.3f\"", counts->took / 1000);
}

static void property(struct buf *out, const char *name, const char *value)
{
    if (value) {
        buf_add_text(out, "   <property");
        attribute(out, "name", name);
        attribute(out, "value", value);
        buf_add_text(out, "/>\n");
    }
}

static void put_properties(struct buf *out, struct arena *arena,
                           const struct report *report,
                           const struct report_run *run)
{
    buf_add_text(out, "  <properties>\n");
    property(out, "lyncmock", report->version);
    property(out, "scenario", run->scenario);
    property(out, "variant", run->variant);
    property(out, "session", run->session);
    property(out, "domain", run->domain);
    property(out, "seed", arena_printf(arena, "%" PRIu64, run->seed));
    property(out, "client", run->client.command);
    property(out, "verdict", run->line);
    buf_add_text(out, "  </properties>\n");
}

static void detail(struct buf *out, const char *name, const char *value)
{
    if (value && *value) {
        buf_printf(out, "%s: ", name);
        escape_xml(out, value);
        buf_add_u8(out, '\n');
    }
}

static void put_details(struct buf *out, const struct report_case *item)
{
    detail(out, "where", item->where);
    detail(out, "section", item->section);
    detail(out, "sent", item->evidence);
    detail(out, "nearest", item->nearest);
    if (item->exchange) {
        buf_printf(out, "exchange: %" PRIu64 "\n", item->exchange);
    }
}

static const char *element_of(enum case_fate fate)
{
    switch (fate) {
    case CASE_FAILED:
        return "failure";
    case CASE_ERROR:
        return "error";
    case CASE_SKIPPED:
    case CASE_KNOWN:
        return "skipped";
    case CASE_PASSED:
        break;
    }
    return NULL;
}

static void put_case(struct buf *out, const char *label,
                     const struct report_case *item)
{
    const char *element = element_of(item->fate);

    buf_add_text(out, "  <testcase");
    attribute(out, "classname", label);
    attribute(out, "name", item->name);
    if (!element) {
        buf_add_text(out, "/>\n");
        return;
    }
    buf_printf(out, ">\n   <%s", element);
    attribute(out, "type", item->kind);
    attribute(out, "message", item->message);
    buf_add_text(out, ">");
    put_details(out, item);
    buf_printf(out, "</%s>\n  </testcase>\n", element);
}

/* What people would see. */
static void put_output(struct buf *out, const struct report_run *run)
{
    const struct report_style style = {.unicode = true};
    struct report_run copy = *run;
    const struct report one = {
        .runs = &copy, .run_count = 1, .exit_code = run->exit_code};
    AUTO_BUF text = {0};

    report_text(&one, &style, &text);
    buf_add_text(out, "  <system-out>");
    escape_xml(out, buf_text(&text));
    buf_add_text(out, "</system-out>\n");
}

static void put_suite(struct buf *out, struct arena *arena,
                      const struct report *report, const struct report_run *run,
                      const struct report_cases *cases)
{
    const char *label = report_run_label(arena, run);
    struct counts counts = {0};

    add_counts(&counts, run, cases);
    buf_add_text(out, " <testsuite");
    attribute(out, "name", label);
    put_counts(out, &counts);
    buf_printf(out, " skipped=\"%zu\"", counts.skipped);
    if (run->began) {
        attribute(out, "timestamp", run->began);
    }
    buf_add_text(out, ">\n");
    put_properties(out, arena, report, run);
    for (size_t i = 0; i < cases->count; i++) {
        put_case(out, label, &cases->items[i]);
    }
    put_output(out, run);
    buf_add_text(out, " </testsuite>\n");
}

void report_junit(const struct report *report, struct buf *out)
{
    AUTO(arena) arena = arena_new();
    struct report_cases *cases =
        arena_alloc(arena, (report->run_count + 1) * sizeof(*cases));
    struct counts counts = {0};

    for (size_t i = 0; i < report->run_count; i++) {
        cases[i] = cases_of(arena, &report->runs[i]);
        add_counts(&counts, &report->runs[i], &cases[i]);
    }
    buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<testsuites");
    attribute(out, "name", report->title ? report->title : "lyncmock");
    put_counts(out, &counts);
    buf_add_text(out, ">\n");
    for (size_t i = 0; i < report->run_count; i++) {
        put_suite(out, arena, report, &report->runs[i], &cases[i]);
    }
    buf_add_text(out, "</testsuites>\n");
}
