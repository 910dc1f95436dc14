/*
 * A report for people: what happened as a diagram, what was wrong beneath it,
 * what was expected, what it took, and the verdict as the last line. Where all
 * held, and the style is brief, the verdict alone.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "report/columns.h"
#include "report/diagram.h"
#include "report/report.h"
#include "report/words.h"

struct writing {
    struct arena *arena;
    const struct report_style *style;
    struct buf *out;
    bool several; /* runs: each line says whose it is */
};

/* The third is of what did not hold and fails nothing, as in the diagram. */
static const char *mark(const struct writing *writing, bool held, bool fails)
{
    if (writing->style->unicode) {
        return held ? "\xe2\x9c\x93" : fails ? "\xe2\x9c\x97" : "\xe2\x96\xb2";
    }
    return held ? "ok" : fails ? "NO" : "!";
}

static void heading(struct writing *writing, const char *text)
{
    buf_add_u8(writing->out, '\n');
    columns_tone(writing->out, writing->style, TONE_BOLD, text);
    buf_add_u8(writing->out, '\n');
}

static void put_client(struct writing *writing,
                       const struct report_client *client)
{
    const char *trouble;

    if (!client->command) {
        return;
    }
    buf_add_text(writing->out, "  client: ");
    columns_wrap(writing->out, writing->style, 10, TONE_PLAIN, client->command);
    trouble = report_client_trouble(writing->arena, client);
    if (trouble) {
        columns_pad(writing->out, 10);
        columns_wrap(writing->out, writing->style, 10, TONE_WARN, trouble);
    }
}

static void put_title(struct writing *writing, const struct report_run *run)
{
    const char *label = report_run_label(writing->arena, run);

    columns_tone(writing->out, writing->style, TONE_BOLD,
                 columns_printable(writing->arena, writing->style, label));
    if (run->title && *run->title) {
        buf_printf(
            writing->out, "  %s",
            columns_printable(writing->arena, writing->style, run->title));
    }
    buf_add_u8(writing->out, '\n');
    put_client(writing, &run->client);
    buf_add_u8(writing->out, '\n');
}

/* ---- What was expected ---- */

static void put_expectation(struct writing *writing,
                            const struct report_expectation *expected)
{
    bool fails = !expected->held && expected->severity == SEVERITY_FAIL;
    const char *where = expected->where ? expected->where : "";

    buf_printf(writing->out, "  %-2s ", mark(writing, expected->held, fails));
    columns_wrap(writing->out, writing->style, 5,
                 expected->held ? TONE_PLAIN
                 : fails        ? TONE_BAD
                                : TONE_WARN,
                 arena_printf(writing->arena, "%s%s%s: %s%s%s", where,
                              *where ? ": " : "", report_fate(expected),
                              expected->what ? expected->what : "",
                              expected->why ? ", " : "",
                              expected->why ? expected->why : ""));
}

/* Lines of "field: ...", each of its own. */
static void put_nearest(struct writing *writing, const char *nearest)
{
    while (*nearest) {
        size_t length = strcspn(nearest, "\n");
        const char *line = arena_text(
            writing->arena, span_slice(span_text(nearest), 0, length));

        columns_pad(writing->out, 5);
        columns_wrap(writing->out, writing->style, 7, TONE_DIM, line);
        nearest += length;
        nearest += *nearest == '\n';
    }
}

static void put_expectations(struct writing *writing,
                             const struct report_run *run)
{
    if (!run->expectation_count) {
        return;
    }
    heading(writing, "expected");
    for (size_t i = 0; i < run->expectation_count; i++) {
        const struct report_expectation *expected = &run->expectations[i];

        put_expectation(writing, expected);
        if (expected->nearest && !expected->held) {
            put_nearest(writing, expected->nearest);
        }
    }
}

/* ---- What was found, but at no exchange of the diagram ---- */

static bool is_in_diagram(const struct report_run *run,
                          const struct report_finding *finding)
{
    return finding->exchange && report_has_exchange(run, finding->exchange);
}

static void put_loose_findings(struct writing *writing,
                               const struct report_run *run)
{
    bool first = true;

    for (size_t i = 0; i < run->finding_count; i++) {
        const struct report_finding *finding = &run->findings[i];

        if (!is_in_diagram(run, finding)) {
            if (first) {
                heading(writing, "of the whole session");
            }
            first = false;
            diagram_finding(writing->arena, finding, writing->style, 2,
                            writing->out);
        }
    }
}

/* ---- What it took ---- */

static void put_measure(struct writing *writing,
                        const struct report_measure *measure)
{
    const char *name = measure->name ? measure->name : "";
    const char *unit = strncmp(name, "time", 4) == 0 ? " ms" : "";
    bool surplus = measure->optimum >= 0 && measure->taken > measure->optimum;

    buf_printf(writing->out, "  %-22s %10s%s",
               columns_printable(writing->arena, writing->style, name),
               report_number(writing->arena, measure->taken), unit);
    if (measure->optimum >= 0) {
        columns_tone(
            writing->out, writing->style, surplus ? TONE_WARN : TONE_PLAIN,
            arena_printf(writing->arena, "  optimum %s",
                         report_number(writing->arena, measure->optimum)));
    }
    buf_add_u8(writing->out, '\n');
    if (measure->why && surplus) {
        columns_pad(writing->out, 5);
        columns_wrap(writing->out, writing->style, 5, TONE_DIM, measure->why);
    }
}

/* What should not be, and is not, is no news. */
static bool is_news(const struct report_measure *measure)
{
    return measure->taken > 0 || measure->optimum != 0;
}

static void put_measures(struct writing *writing, const struct report_run *run)
{
    if (!run->measure_count) {
        return;
    }
    heading(writing, "took");
    for (size_t i = 0; i < run->measure_count; i++) {
        if (is_news(&run->measures[i])) {
            put_measure(writing, &run->measures[i]);
        }
    }
}

/* ---- The end ---- */

static void put_summary(struct writing *writing, const struct report_run *run)
{
    struct arena *arena = writing->arena;

    heading(writing, "summary");
    buf_printf(
        writing->out, "  %s, %s had a say, %s broken, %zu known",
        report_amount(arena, run->exchange_count + run->dropped, "exchange"),
        report_amount(arena, report_rules_met(run), "rule"),
        report_number(arena, (double)run->finding_count),
        report_count(run, SEVERITY_KNOWN));
    buf_printf(writing->out, ", seed %" PRIu64 "\n\n", run->seed);
}

/* One line, however long: it is what is searched for in logs. */
static void put_line(struct writing *writing, const struct report_run *run)
{
    columns_tone(
        writing->out, writing->style,
        report_is_good(run->exit_code)      ? TONE_GOOD
        : report_is_skipped(run->exit_code) ? TONE_WARN
                                            : TONE_BAD,
        columns_printable(
            writing->arena, writing->style,
            arena_printf(
                writing->arena, "%s%s%s",
                writing->several ? report_run_label(writing->arena, run) : "",
                writing->several ? ": " : "", run->line ? run->line : "")));
}

/* All held, or nothing was judged: there is no more to say. */
static bool is_brief(const struct writing *writing,
                     const struct report_run *run)
{
    return writing->style->brief &&
           (report_is_good(run->exit_code) ||
            report_is_skipped(run->exit_code) || !run->expectation_count);
}

static void put_briefly(struct writing *writing, const struct report_run *run)
{
    const char *hint = writing->style->hint;

    put_line(writing, run);
    if (hint && run->finding_count) {
        buf_printf(writing->out, " (%s)", hint);
    }
    buf_add_u8(writing->out, '\n');
}

static void put_run(struct writing *writing, const struct report_run *run)
{
    if (writing->style->line || is_brief(writing, run)) {
        put_briefly(writing, run);
        return;
    }
    put_title(writing, run);
    if (run->exchange_count) {
        diagram_text(writing->arena, run, writing->style, writing->out);
    }
    put_loose_findings(writing, run);
    put_expectations(writing, run);
    put_measures(writing, run);
    put_summary(writing, run);
    put_line(writing, run);
    buf_add_u8(writing->out, '\n');
}

/* Of several, how many are how. */
static void put_total(struct writing *writing, const struct report *report)
{
    size_t good = 0;
    size_t skipped = 0;

    for (size_t i = 0; i < report->run_count; i++) {
        good += report_is_good(report->runs[i].exit_code);
        skipped += report_is_skipped(report->runs[i].exit_code);
    }
    buf_add_u8(writing->out, '\n');
    columns_tone(writing->out, writing->style,
                 report_is_good(report->exit_code) ? TONE_GOOD : TONE_BAD,
                 arena_printf(writing->arena,
                              "%zu of %zu passed, %zu failed, %zu skipped",
                              good, report->run_count,
                              report->run_count - good - skipped, skipped));
    buf_add_u8(writing->out, '\n');
}

void report_text(const struct report *report, const struct report_style *style,
                 struct buf *out)
{
    AUTO(arena) arena = arena_new();
    struct report_style wide = *style;
    struct writing writing = {arena, &wide, out, report->run_count > 1};

    wide.width = style->width ? style->width : REPORT_WIDTH;
    for (size_t i = 0; i < report->run_count; i++) {
        if (i && !style->brief) {
            buf_add_u8(out, '\n');
        }
        put_run(&writing, &report->runs[i]);
    }
    if (report->run_count > 1) {
        put_total(&writing, report);
    }
}
