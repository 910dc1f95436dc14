/*
 * Coverage: which rules, points and codes the runs have met, and for those that
 * they have not, which shipped scenario would bring them. That is known from
 * conformance/brings.txt, which tells what the built-in client meets in each
 * (tests/lint/brings writes it).
 */
#include "config.h"

#include <string.h>

#include "checks/checks.h"
#include "cli/conformance.h"
#include "scenario/point.h"
#include "scenario/shipped.h"
#include "wire/diagnostics.h"

#define BRINGS SHIPPED_PLANS "brings.txt"

enum { ITEMS_MAX = 512 }; /* of one kind */

struct covering {
    struct report *report;
    struct arena *arena;
    const char *brings; /* lines of KIND, ITEM and SCENARIO, tabs between */
    struct scorecard_coverage *row;
};

/* ---- What brings it ---- */

/* The line that begins so; NULL: none. */
static const char *find_line(const char *text, const char *start)
{
    size_t length = strlen(start);

    while (text && *text) {
        if (strncmp(text, start, length) == 0) {
            return text;
        }
        text = strchr(text, '\n');
        text = text ? text + 1 : NULL;
    }
    return NULL;
}

static const char *brought_by(const struct covering *covering, const char *item)
{
    const char *start =
        arena_printf(covering->arena, "%s\t%s\t", covering->row->kind, item);
    const char *line = find_line(covering->brings, start);

    if (!line) {
        return NULL;
    }
    line += strlen(start);
    return arena_text(covering->arena, span_of(line, strcspn(line, "\n")));
}

/* ---- What was met ---- */

static bool met_code(const struct report *report, const char *code)
{
    for (size_t i = 0; i < report->run_count; i++) {
        for (size_t k = 0; k < report->runs[i].code_count; k++) {
            if (strcmp(report->runs[i].codes[k], code) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool met_point(const struct report *report, const char *name)
{
    for (size_t i = 0; i < report->run_count; i++) {
        for (size_t k = 0; k < report->runs[i].point_count; k++) {
            if (strcmp(report->runs[i].points[k], name) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool met_rule(const struct report *report, size_t index)
{
    for (size_t i = 0; i < report->run_count; i++) {
        if (index < report->runs[i].rule_count &&
            report->runs[i].rules[index].met) {
            return true;
        }
    }
    return false;
}

/* ---- Rows ---- */

static void begin(struct covering *covering, const char *kind)
{
    struct scorecard *card = covering->report->scorecard;

    covering->row = &card->coverage[card->coverage_count++];
    covering->row->kind = kind;
    covering->row->left =
        arena_alloc(covering->arena, ITEMS_MAX * sizeof(*covering->row->left));
}

static void put(struct covering *covering, const char *id, const char *title,
                bool met)
{
    struct scorecard_coverage *row = covering->row;

    row->total++;
    row->met += met;
    if (!met && row->left_count < ITEMS_MAX) {
        row->left[row->left_count++] =
            (struct scorecard_left){id, title, brought_by(covering, id)};
    }
}

static void put_code(struct covering *covering, const char *code,
                     const char *title)
{
    put(covering, code, title,
        met_code(covering->report, arena_printf(covering->arena, "%s %s",
                                                covering->row->kind, code)));
}

static void cover_rules(struct covering *covering)
{
    const struct rule *rule;

    begin(covering, "rules");
    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++) {
        put(covering, rule->id, rule->title, met_rule(covering->report, i));
    }
}

static void cover_points(struct covering *covering)
{
    begin(covering, "points");
    for (int point = 0; point < POINT_COUNT; point++) {
        const struct point_info *info = point_info((enum point)point);

        put(covering, info->name, info->title,
            met_point(covering->report, info->name));
    }
}

static void cover_diagnostics(struct covering *covering)
{
    const struct diagnostic *row;

    begin(covering, "diagnostics");
    for (size_t i = 0; (row = diagnostic_at(i)) != NULL; i++) {
        put_code(covering, arena_printf(covering->arena, "%u", row->id),
                 row->reason);
    }
}

static void cover_reasons(struct covering *covering, const char *const *reasons)
{
    begin(covering, "reasons");
    for (; *reasons; reasons++) {
        put_code(covering, *reasons, "why a sign-in is refused");
    }
}

/* There is no end to them: those that some shipped scenario brings. */
static void cover_brought(struct covering *covering, const char *kind,
                          const char *title)
{
    const char *start = arena_printf(covering->arena, "%s\t", kind);
    const char *line = covering->brings;

    begin(covering, kind);
    while ((line = find_line(line, start)) != NULL) {
        line += strlen(start);
        put_code(
            covering,
            arena_text(covering->arena, span_of(line, strcspn(line, "\t"))),
            title);
    }
}

void conformance_cover(struct report *report, const char *const *reasons)
{
    struct covering covering = {.report = report, .arena = report->arena};
    struct shipped_file file;

    covering.brings =
        shipped_find(BRINGS, &file) ? arena_text(report->arena, file.text) : "";
    report->scorecard->coverage =
        arena_alloc(report->arena, 6 * sizeof(*report->scorecard->coverage));
    cover_rules(&covering);
    cover_points(&covering);
    cover_diagnostics(&covering);
    cover_reasons(&covering, reasons);
    cover_brought(&covering, "kerberos", "an error of the KDC");
    cover_brought(&covering, "statuses", "of HTTP");
}
