/*
 * The scorecard for people: group by group with the first line of why for each
 * failure, rules by family and level, what is otherwise than it was, what was
 * never met, and all in one line as the last.
 */
#include "config.h"

#include <string.h>

#include "report/columns.h"
#include "report/scorecard.h"
#include "report/words.h"

enum { TITLE_COLUMN = 62 };

struct writing {
    struct arena *arena;
    const struct report_style *style;
    const struct scorecard *card;
    struct buf *out;
};

static void heading(struct writing *writing, const char *text)
{
    buf_add_u8(writing->out, '\n');
    columns_tone(writing->out, writing->style, TONE_BOLD,
                 columns_printable(writing->arena, writing->style, text));
    buf_add_u8(writing->out, '\n');
}

/* Behind a label that begins a line; the label has a width of its own. */
static void put_row(struct writing *writing, const char *label, size_t column,
                    enum columns_tone tone, const char *text)
{
    const char *shown =
        columns_cut(writing->arena, writing->style, label, column - 3);

    buf_printf(writing->out, "  %s", shown);
    columns_pad(writing->out, column - 2 - columns_of(shown));
    columns_wrap(writing->out, writing->style, column, tone, text);
}

/* ---- Groups ---- */

static const char *mark(const struct writing *writing,
                        const struct scorecard_count *count)
{
    bool unicode = writing->style->unicode;

    if (count->failed) {
        return unicode ? "\xe2\x9c\x97" : "NO";
    }
    if (!count->passed) {
        return "-";
    }
    return unicode ? "\xe2\x9c\x93" : "ok";
}

/* Where `why` begins with the place in the scenario that the run is named
 * after, what follows its name: "16: expected ..."; NULL: it does not. */
static const char *line_of(const struct report_run *run, const char *why)
{
    static const char ending[] = ".yaml:";
    size_t size = run->name ? strlen(run->name) : 0;

    return size && strncmp(why, run->name, size) == 0 &&
                   strncmp(why + size, ending, strlen(ending)) == 0
               ? why + size + strlen(ending)
               : NULL;
}

static void put_failure(struct writing *writing, const struct report_run *run)
{
    const char *label = report_run_label(writing->arena, run);
    const char *why = scorecard_why(writing->arena, run);
    const char *line = line_of(run, why);

    columns_pad(writing->out, 5);
    columns_wrap(writing->out, writing->style, 7,
                 report_is_skipped(run->exit_code) ? TONE_DIM : TONE_BAD,
                 arena_printf(writing->arena, "%s: %s%s", label,
                              line ? "line " : "", line ? line : why));
}

static void put_group(struct writing *writing, const struct report *report,
                      const struct scorecard_group *group)
{
    put_row(writing,
            arena_printf(writing->arena, "%-2s %s", mark(writing, &group->runs),
                         group->title),
            TITLE_COLUMN, group->runs.failed ? TONE_BAD : TONE_PLAIN,
            scorecard_count_text(writing->arena, &group->runs));
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->runs[i];

        if (run->group && strcmp(run->group, group->title) == 0 &&
            !report_is_good(run->exit_code)) {
            put_failure(writing, run);
        }
    }
}

static void put_groups(struct writing *writing, const struct report *report)
{
    columns_tone(writing->out, writing->style, TONE_BOLD,
                 columns_printable(writing->arena, writing->style,
                                   report->title ? report->title : ""));
    buf_add_text(writing->out, "\n\n");
    for (size_t i = 0; i < writing->card->group_count; i++) {
        put_group(writing, report, &writing->card->groups[i]);
    }
}

/* ---- Rules ---- */

static void put_rules(struct writing *writing,
                      const struct scorecard_rules *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct scorecard_rules *row = &rules[i];
        const char *label = row->title ? arena_printf(writing->arena, "%s  %s",
                                                      row->name, row->title)
                                       : row->name;

        put_row(writing, label, TITLE_COLUMN,
                row->broken ? TONE_WARN : TONE_PLAIN,
                arena_printf(writing->arena, "%u of %u had a say, %u broken",
                             row->met, row->total, row->broken));
    }
}

static void put_breach(struct writing *writing,
                       const struct scorecard_breach *breach)
{
    struct arena *arena = writing->arena;

    buf_add_text(writing->out, "  ");
    columns_wrap(
        writing->out, writing->style, 7, breach->fails ? TONE_BAD : TONE_WARN,
        arena_printf(arena, "%s %s, broken in %s, first %s: %s [%s]",
                     breach->rule, report_level_label(breach->level),
                     report_amount(arena, breach->runs, "run"),
                     breach->scenario, breach->title ? breach->title : "",
                     breach->section ? breach->section : ""));
}

static void put_all_rules(struct writing *writing)
{
    const struct scorecard *card = writing->card;

    heading(writing, "rules");
    put_rules(writing, card->levels, card->level_count);
    buf_add_u8(writing->out, '\n');
    put_rules(writing, card->families, card->family_count);
    if (card->breach_count) {
        heading(writing, "broken");
    }
    for (size_t i = 0; i < card->breach_count; i++) {
        put_breach(writing, &card->breaches[i]);
    }
}

/* ---- What was never met ---- */

static void put_left(struct writing *writing, const struct scorecard_left *left)
{
    const char *text = left->title ? left->title : "";

    if (left->scenario) {
        text = arena_printf(writing->arena, "%s%s%s", text, *text ? ": " : "",
                            left->scenario);
    }
    buf_printf(writing->out, "    %s ",
               columns_printable(writing->arena, writing->style, left->id));
    columns_wrap(writing->out, writing->style, 6, TONE_DIM, text);
}

/* Those that some scenario would bring come first: they can be met. */
static void put_all_left(struct writing *writing,
                         const struct scorecard_coverage *row, bool brought,
                         size_t *room)
{
    for (size_t i = 0; i < row->left_count && *room; i++) {
        if ((row->left[i].scenario != NULL) == brought) {
            put_left(writing, &row->left[i]);
            --*room;
        }
    }
}

static void put_coverage(struct writing *writing, bool all)
{
    const struct scorecard *card = writing->card;

    heading(writing, "came up in these runs");
    for (size_t i = 0; i < card->coverage_count; i++) {
        const struct scorecard_coverage *row = &card->coverage[i];
        size_t room = all ? row->left_count : 0;

        put_row(writing, row->kind, TITLE_COLUMN, TONE_PLAIN,
                arena_printf(writing->arena, "%u of %u%s", row->met, row->total,
                             room ? "; never:" : ""));
        put_all_left(writing, row, true, &room);
        put_all_left(writing, row, false, &room);
    }
    if (!all) {
        columns_tone(writing->out, writing->style, TONE_DIM,
                     "  --coverage tells what did not come up, and which "
                     "scenario would bring it\n");
    }
}

/* ---- What is otherwise ---- */

static void put_change(struct writing *writing,
                       const struct scorecard_change *change)
{
    struct arena *arena = writing->arena;
    const char *text = change->run;

    if (change->was && change->is) {
        text = arena_printf(arena, "%s: %s, was %s", text, change->is,
                            change->was);
    } else if (change->is) {
        text = arena_printf(arena, "%s: %s", text, change->is);
    }
    if (change->why) {
        text = arena_printf(arena, "%s; %s", text, change->why);
    }
    put_row(writing, scorecard_move_word(change->move), 10,
            change->move == MOVE_WORSE    ? TONE_BAD
            : change->move == MOVE_BETTER ? TONE_GOOD
                                          : TONE_DIM,
            text);
}

static void put_changes(struct writing *writing)
{
    const struct scorecard *card = writing->card;

    if (!card->compared) {
        return;
    }
    heading(writing, arena_printf(writing->arena, "since %s", card->compared));
    for (int move = MOVE_WORSE; move <= MOVE_GONE; move++) {
        for (size_t i = 0; i < card->change_count; i++) {
            if ((int)card->changes[i].move == move) {
                put_change(writing, &card->changes[i]);
            }
        }
    }
    if (!card->change_count) {
        buf_add_text(writing->out, "  all as it was\n");
    }
}

void scorecard_text(const struct report *report,
                    const struct report_style *style, bool coverage,
                    struct buf *out)
{
    AUTO(arena) arena = arena_new();
    struct report_style wide = *style;
    struct writing writing = {arena, &wide, report->scorecard, out};

    wide.width = style->width ? style->width : REPORT_WIDTH;
    put_groups(&writing, report);
    put_all_rules(&writing);
    put_coverage(&writing, coverage);
    put_changes(&writing);
    buf_add_u8(out, '\n');
    columns_wrap(out, &wide, 2,
                 report_is_good(report->exit_code) ? TONE_GOOD : TONE_BAD,
                 scorecard_line(arena, report));
}
