/*
 * The scorecard as one page of HTML that needs nothing else: no script, no
 * network, readable on a phone and in the dark. Well-formed, so that readers of
 * XML take it, too.
 */
#include "config.h"

#include <string.h>

#include "report/escape.h"
#include "report/scorecard.h"
#include "report/words.h"

static const char style[] =
    ":root{color-scheme:light dark;--bad:#b3261e;--good:#1b6e2d;--dim:#6a6a6a;"
    "--line:#d0d0d0;--bar:#e4e4e4}\n"
    "@media(prefers-color-scheme:dark){:root{--bad:#ff8a80;--good:#7ddc90;"
    "--dim:#a5a5a5;--line:#444;--bar:#333}}\n"
    "body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:0 auto;"
    "padding:1rem;overflow-wrap:anywhere}\n"
    "h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2rem 0 "
    ".5rem}\n"
    "p{margin:.3rem 0}.dim,small{color:var(--dim)}.bad{color:var(--bad)}"
    ".good{color:var(--good)}\n"
    ".line{font-weight:600;font-size:1.1rem}\n"
    "details{border-top:1px solid var(--line);padding:.5rem 0}\n"
    "summary{cursor:pointer}summary b{font-weight:600}\n"
    "ul{margin:.4rem 0;padding-left:1.2rem}li{margin:.25rem 0}\n"
    "code{font:.9em ui-monospace,monospace}\n"
    ".bar{display:flex;height:.5rem;background:var(--bar);margin:.3rem 0}\n"
    ".bar i{display:block}.bar .p{background:var(--good)}"
    ".bar .f{background:var(--bad)}\n"
    "table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.25rem .5rem .25rem 0;"
    "border-top:1px solid var(--line);vertical-align:top}"
    "td.n,th.n{text-align:right;white-space:nowrap}\n";

struct writing {
    struct arena *arena;
    const struct report *report;
    const struct scorecard *card;
    struct buf *out;
};

static void raw(struct writing *writing, const char *markup)
{
    buf_add_text(writing->out, markup);
}

/* An element with a text in it; `with`: attributes, "" for none. */
static void element(struct writing *writing, const char *name, const char *with,
                    const char *text)
{
    buf_printf(writing->out, "<%s%s%s>", name, *with ? " " : "", with);
    escape_xml(writing->out, text ? text : "");
    buf_printf(writing->out, "</%s>", name);
}

static const char *tone(int exit_code)
{
    return report_is_good(exit_code)      ? "class=\"good\""
           : report_is_skipped(exit_code) ? "class=\"dim\""
                                          : "class=\"bad\"";
}

/* Not everybody sees the colour. */
static const char *mark(int exit_code)
{
    return report_is_good(exit_code)      ? "\xe2\x9c\x93"
           : report_is_skipped(exit_code) ? "\xe2\x80\x93"
                                          : "\xe2\x9c\x97";
}

/* ---- The head ---- */

static void put_bar(struct writing *writing,
                    const struct scorecard_count *count)
{
    unsigned total = count->passed + count->failed + count->skipped;

    if (total) {
        buf_printf(writing->out,
                   "<div class=\"bar\"><i class=\"p\" style=\"width:%.2f%%\">"
                   "</i><i class=\"f\" style=\"width:%.2f%%\"></i></div>\n",
                   100.0 * count->passed / total,
                   100.0 * count->failed / total);
    }
}

static void put_head(struct writing *writing)
{
    const struct report *report = writing->report;
    const char *title = report->title ? report->title : "conformance";

    raw(writing, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                 "<meta charset=\"utf-8\"/>\n"
                 "<meta name=\"viewport\" "
                 "content=\"width=device-width, initial-scale=1\"/>\n");
    element(writing, "title", "",
            arena_printf(writing->arena, "%s: conformance", title));
    buf_printf(writing->out, "\n<style>\n%s</style>\n</head>\n<body>\n", style);
    element(writing, "h1", "", title);
    element(writing, "p", "class=\"dim\"", writing->card->client);
    raw(writing, "\n");
    element(writing, "p",
            report_is_good(report->exit_code) ? "class=\"line good\""
                                              : "class=\"line bad\"",
            scorecard_line(writing->arena, report));
    raw(writing, "\n");
    put_bar(writing, &writing->card->runs);
}

/* ---- Groups ---- */

static void put_run(struct writing *writing, const struct report_run *run)
{
    raw(writing, "<li>");
    element(writing, "b", tone(run->exit_code), mark(run->exit_code));
    raw(writing, " ");
    element(writing, "code", tone(run->exit_code),
            report_run_label(writing->arena, run));
    if (run->title) {
        raw(writing, " ");
        escape_xml(writing->out, run->title);
    }
    if (!report_is_good(run->exit_code)) {
        raw(writing, "<br/>");
        element(writing, "span", tone(run->exit_code),
                scorecard_why(writing->arena, run));
    }
    raw(writing, "</li>\n");
}

static void put_group(struct writing *writing,
                      const struct scorecard_group *group)
{
    const struct scorecard_count *count = &group->runs;

    buf_printf(writing->out, "<details%s>\n<summary>",
               count->failed ? " open=\"open\"" : "");
    element(writing, "b", "", group->title);
    raw(writing, " ");
    element(writing, "span", count->failed ? "class=\"bad\"" : "class=\"good\"",
            scorecard_count_text(writing->arena, count));
    raw(writing, "</summary>\n");
    put_bar(writing, count);
    if (group->why) {
        element(writing, "p", "class=\"dim\"", group->why);
    }
    raw(writing, "<ul>\n");
    for (size_t i = 0; i < writing->report->run_count; i++) {
        const struct report_run *run = &writing->report->runs[i];

        if (run->group && strcmp(run->group, group->title) == 0) {
            put_run(writing, run);
        }
    }
    raw(writing, "</ul>\n</details>\n");
}

/* ---- Rules ---- */

static void put_rules(struct writing *writing,
                      const struct scorecard_rules *rules, size_t count)
{
    raw(writing, "<table>\n<tr><th>rules</th><th class=\"n\">had a say</th>"
                 "<th class=\"n\">broken</th></tr>\n");
    for (size_t i = 0; i < count; i++) {
        raw(writing, "<tr>");
        element(writing, "td", "",
                rules[i].title ? arena_printf(writing->arena, "%s: %s",
                                              rules[i].name, rules[i].title)
                               : rules[i].name);
        element(writing, "td", "class=\"n\"",
                arena_printf(writing->arena, "%u of %u", rules[i].met,
                             rules[i].total));
        element(writing, "td",
                rules[i].broken ? "class=\"n bad\"" : "class=\"n\"",
                arena_printf(writing->arena, "%u", rules[i].broken));
        raw(writing, "</tr>\n");
    }
    raw(writing, "</table>\n");
}

static void put_breaches(struct writing *writing)
{
    const struct scorecard *card = writing->card;

    if (card->breach_count) {
        raw(writing, "<h2>Broken rules</h2>\n<ul>\n");
    }
    for (size_t i = 0; i < card->breach_count; i++) {
        const struct scorecard_breach *breach = &card->breaches[i];

        raw(writing, "<li>");
        element(writing, "b", breach->fails ? "class=\"bad\"" : "",
                breach->rule);
        raw(writing, " ");
        escape_xml(
            writing->out,
            arena_printf(writing->arena, "%s, in %s, first ",
                         report_level_label(breach->level),
                         report_amount(writing->arena, breach->runs, "run")));
        element(writing, "code", "", breach->scenario);
        raw(writing, "<br/>");
        escape_xml(writing->out, breach->title ? breach->title : "");
        raw(writing, " ");
        element(writing, "small", "", breach->section);
        raw(writing, "</li>\n");
    }
    if (card->breach_count) {
        raw(writing, "</ul>\n");
    }
}

/* ---- What was never met, what is otherwise ---- */

static void put_coverage(struct writing *writing,
                         const struct scorecard_coverage *row)
{
    raw(writing, "<details>\n<summary>");
    element(writing, "b", "", row->kind);
    escape_xml(writing->out, arena_printf(writing->arena, " %u of %u came up",
                                          row->met, row->total));
    raw(writing, "</summary>\n");
    if (row->left_count) {
        raw(writing, "<ul>\n");
    }
    for (size_t i = 0; i < row->left_count; i++) {
        const struct scorecard_left *left = &row->left[i];

        raw(writing, "<li>");
        element(writing, "code", "", left->id);
        raw(writing, " ");
        escape_xml(writing->out, left->title ? left->title : "");
        if (left->scenario) {
            raw(writing, " ");
            element(writing, "code", "class=\"dim\"", left->scenario);
        }
        raw(writing, "</li>\n");
    }
    raw(writing, row->left_count ? "</ul>\n</details>\n" : "</details>\n");
}

static void put_change(struct writing *writing,
                       const struct scorecard_change *change)
{
    raw(writing, "<li>");
    element(writing, "b",
            change->move == MOVE_WORSE    ? "class=\"bad\""
            : change->move == MOVE_BETTER ? "class=\"good\""
                                          : "class=\"dim\"",
            scorecard_move_word(change->move));
    raw(writing, " ");
    element(writing, "code", "", change->run);
    escape_xml(
        writing->out,
        arena_printf(writing->arena, "%s%s%s%s%s%s", change->is ? " " : "",
                     change->is ? change->is : "", change->was ? ", was " : "",
                     change->was ? change->was : "", change->why ? ": " : "",
                     change->why ? change->why : ""));
    raw(writing, "</li>\n");
}

static void put_changes(struct writing *writing)
{
    const struct scorecard *card = writing->card;

    if (!card->compared) {
        return;
    }
    element(writing, "h2", "",
            arena_printf(writing->arena, "Since %s", card->compared));
    if (!card->change_count) {
        raw(writing, "<p>All as it was.</p>\n");
        return;
    }
    raw(writing, "<ul>\n");
    for (size_t i = 0; i < card->change_count; i++) {
        put_change(writing, &card->changes[i]);
    }
    raw(writing, "</ul>\n");
}

void scorecard_html(const struct report *report, struct buf *out)
{
    AUTO(arena) arena = arena_new();
    const struct scorecard *card = report->scorecard;
    struct writing writing = {arena, report, card, out};

    put_head(&writing);
    put_changes(&writing);
    raw(&writing, "<h2>Scenarios</h2>\n");
    for (size_t i = 0; i < card->group_count; i++) {
        put_group(&writing, &card->groups[i]);
    }
    put_breaches(&writing);
    raw(&writing, "<h2>Rules</h2>\n");
    put_rules(&writing, card->levels, card->level_count);
    put_rules(&writing, card->families, card->family_count);
    raw(&writing, "<h2>Met by these runs</h2>\n");
    for (size_t i = 0; i < card->coverage_count; i++) {
        put_coverage(&writing, &card->coverage[i]);
    }
    raw(&writing, "<p class=\"dim\">");
    escape_xml(out, arena_printf(arena, "lyncmock %s",
                                 report->version ? report->version : ""));
    raw(&writing, "</p>\n</body>\n</html>\n");
}
