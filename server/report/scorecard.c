/* A conformance run in numbers, see scorecard.h. */
#include "config.h"

#include "report/scorecard.h"

#include <string.h>

#include "report/words.h"

enum { RULES_NAMED = 5 };

static void count_run(struct scorecard_count *count,
                      const struct report_run *run)
{
    if (report_is_good(run->exit_code)) {
        count->passed++;
    } else if (report_is_skipped(run->exit_code)) {
        count->skipped++;
    } else {
        count->failed++;
    }
}

void scorecard_count(struct report *report)
{
    struct scorecard *card = report->scorecard;

    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->runs[i];

        count_run(&card->runs, run);
        for (size_t k = 0; run->group && k < card->group_count; k++) {
            if (strcmp(card->groups[k].title, run->group) == 0) {
                count_run(&card->groups[k].runs, run);
                break;
            }
        }
    }
}

const char *scorecard_why(struct arena *arena, const struct report_run *run)
{
    const char *line = run->line ? run->line : "";
    static const char prefix[] = "failed: ";

    if (strncmp(line, prefix, strlen(prefix)) == 0) {
        line += strlen(prefix);
    }
    return arena_text(arena, span_of(line, strcspn(line, "\n")));
}

const char *scorecard_count_text(struct arena *arena,
                                 const struct scorecard_count *count)
{
    const char *text = arena_printf(arena, "%u passed", count->passed);

    if (count->failed) {
        text = arena_printf(arena, "%s, %u failed", text, count->failed);
    }
    if (count->skipped) {
        text = arena_printf(arena, "%s, %u skipped", text, count->skipped);
    }
    return text;
}

/* ---- All in one line ---- */

static const char *kept_text(struct arena *arena, const struct scorecard *card)
{
    AUTO_BUF text = {0};

    if (!card->breach_count) {
        return "all kept";
    }
    buf_add_text(&text, "all kept but ");
    for (size_t i = 0; i < card->breach_count && i < RULES_NAMED; i++) {
        buf_printf(&text, "%s%s", i ? ", " : "", card->breaches[i].rule);
    }
    if (card->breach_count > RULES_NAMED) {
        buf_printf(&text, " and %zu more", card->breach_count - RULES_NAMED);
    }
    return arena_text(arena, buf_span(&text));
}

const char *scorecard_line(struct arena *arena, const struct report *report)
{
    const struct scorecard *card = report->scorecard;
    unsigned total = 0;
    unsigned met = 0;

    for (size_t i = 0; i < card->level_count; i++) {
        total += card->levels[i].total;
        met += card->levels[i].met;
    }
    return arena_printf(arena, "%s: %s of %s; %u of %u rules had a say, %s",
                        report_is_good(report->exit_code)      ? "passed"
                        : report_is_skipped(report->exit_code) ? "skipped"
                                                               : "failed",
                        scorecard_count_text(arena, &card->runs),
                        report_amount(arena, report->run_count, "run"), met,
                        total, kept_text(arena, card));
}
