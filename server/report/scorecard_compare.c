/*
 * What is otherwise than it was in an earlier report, see scorecard.h: runs
 * that failed and pass, or the other way round; runs that fail by something
 * else; runs that are new or gone. A run is known by scenario and variant.
 */
#include "config.h"

#include <string.h>

#include "report/case.h"
#include "report/scorecard.h"
#include "report/words.h"

struct comparing {
    struct arena *arena;
    struct scorecard *card;
};

static bool same(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

static const struct report_run *find_run(const struct report *report,
                                         const struct report_run *like)
{
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->runs[i];

        if (same(run->scenario, like->scenario) &&
            same(run->variant, like->variant) &&
            same(run->session, like->session)) {
            return run;
        }
    }
    return NULL;
}

static const char *state(const struct report_run *run)
{
    return report_is_good(run->exit_code)      ? "passed"
           : report_is_skipped(run->exit_code) ? "skipped"
                                               : "failed";
}

static bool failed(const struct report_run *run)
{
    return !report_is_good(run->exit_code) &&
           !report_is_skipped(run->exit_code);
}

static void add(struct comparing *comparing, enum scorecard_move move,
                const struct report_run *was, const struct report_run *is,
                const char *why)
{
    comparing->card->changes[comparing->card->change_count++] =
        (struct scorecard_change){
            .move = move,
            .run = report_run_label(comparing->arena, is ? is : was),
            .was = was ? state(was) : NULL,
            .is = is ? state(is) : NULL,
            .why = why,
        };
}

/* ---- Both failed ---- */

static bool fails_by(const struct report_cases *cases, const char *name)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct report_case *item = &cases->items[i];

        if ((item->fate == CASE_FAILED || item->fate == CASE_ERROR) &&
            strcmp(item->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The first that fails in these and not in the others; NULL: none. */
static const char *only_here(const struct report_cases *cases,
                             const struct report_cases *others)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct report_case *item = &cases->items[i];

        if ((item->fate == CASE_FAILED || item->fate == CASE_ERROR) &&
            !fails_by(others, item->name)) {
            return item->name;
        }
    }
    return NULL;
}

/* Failed before and now: by more, by less, or as it was. */
static void compare_failures(struct comparing *comparing,
                             const struct report_run *was,
                             const struct report_run *is)
{
    struct report_cases before = cases_of(comparing->arena, was);
    struct report_cases now = cases_of(comparing->arena, is);
    const char *more = only_here(&now, &before);
    const char *less = only_here(&before, &now);

    if (more) {
        add(comparing, MOVE_WORSE, was, is,
            arena_printf(comparing->arena, "now also by: %s", more));
    } else if (less) {
        add(comparing, MOVE_BETTER, was, is,
            arena_printf(comparing->arena, "no longer by: %s", less));
    }
}

/* ---- All runs ---- */

static void compare_run(struct comparing *comparing,
                        const struct report_run *was,
                        const struct report_run *is)
{
    if (failed(was) && failed(is)) {
        compare_failures(comparing, was, is);
    } else if (failed(is)) {
        add(comparing, MOVE_WORSE, was, is,
            scorecard_why(comparing->arena, is));
    } else if (failed(was) && report_is_good(is->exit_code)) {
        add(comparing, MOVE_BETTER, was, is, NULL);
    } else if (report_is_skipped(was->exit_code) !=
               report_is_skipped(is->exit_code)) {
        add(comparing, report_is_skipped(is->exit_code) ? MOVE_GONE : MOVE_NEW,
            was, is, NULL);
    }
}

void scorecard_compare(struct report *report, const struct report *old,
                       const char *name)
{
    struct scorecard *card = report->scorecard;
    struct comparing comparing = {report->arena, card};
    size_t room = report->run_count + old->run_count + 1;

    card->compared = arena_strdup(report->arena, name);
    card->changes = arena_alloc(report->arena, room * sizeof(*card->changes));
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *was = find_run(old, &report->runs[i]);

        if (was) {
            compare_run(&comparing, was, &report->runs[i]);
        } else {
            add(&comparing, MOVE_NEW, NULL, &report->runs[i],
                failed(&report->runs[i])
                    ? scorecard_why(report->arena, &report->runs[i])
                    : NULL);
        }
    }
    for (size_t i = 0; i < old->run_count; i++) {
        if (!find_run(report, &old->runs[i])) {
            add(&comparing, MOVE_GONE, &old->runs[i], NULL, NULL);
        }
    }
}

bool scorecard_worse(const struct scorecard *scorecard)
{
    for (size_t i = 0; i < scorecard->change_count; i++) {
        if (scorecard->changes[i].move == MOVE_WORSE) {
            return true;
        }
    }
    return false;
}
