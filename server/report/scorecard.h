/*
 * The scorecard of a conformance run: how a client did, group by group of its
 * plan; which rules it kept; what its tests have never met; what has changed
 * since an earlier one. Part of a report (report.h), whose runs it counts.
 */
#ifndef REPORT_SCORECARD_H
#define REPORT_SCORECARD_H

#include "report/report.h"

/* How many runs ended how. */
struct scorecard_count {
    unsigned passed;
    unsigned failed;
    unsigned skipped;
};

struct scorecard_group {
    const char *title;
    const char *why;
    struct scorecard_count runs;
};

/* Rules of one family or of one level. */
struct scorecard_rules {
    const char *name;  /* "WT", "must" */
    const char *title; /* NULL: the name says it */
    unsigned total;
    unsigned met;
    unsigned broken;
};

/* A rule that was broken. */
struct scorecard_breach {
    const char *rule;
    const char *family;
    enum finding_level level;
    const char *title;
    const char *section;
    unsigned runs;        /* in which it was broken */
    const char *scenario; /* the first of them */
    bool fails;           /* one of them failed by it */
};

/* What the runs have never met. */
struct scorecard_left {
    const char *id;
    const char *title;
    const char *scenario; /* that would bring it; NULL: none is known */
};

/* One kind of things to be met: rules, points, codes. */
struct scorecard_coverage {
    const char *kind; /* "rules", "points", "diagnostics" ... */
    unsigned total;
    unsigned met;
    struct scorecard_left *left;
    size_t left_count;
};

enum scorecard_move {
    MOVE_WORSE,
    MOVE_BETTER,
    MOVE_NEW,
    MOVE_GONE,
};

/* What is otherwise than it was in the report that this one is compared with.
 */
struct scorecard_change {
    enum scorecard_move move;
    const char *run; /* its label, or a rule */
    const char *was; /* "passed"; NULL: it was not there */
    const char *is;
    const char *why; /* NULL: nothing more is to be said */
};

struct scorecard {
    const char *plan;   /* its name */
    const char *client; /* whom it is for */
    struct scorecard_count runs;
    struct scorecard_group *groups;
    size_t group_count;
    struct scorecard_rules *families;
    size_t family_count;
    struct scorecard_rules *levels;
    size_t level_count;
    struct scorecard_breach *breaches; /* the worst first */
    size_t breach_count;
    struct scorecard_coverage *coverage;
    size_t coverage_count;
    const char *compared; /* the earlier report's file; NULL: none */
    struct scorecard_change *changes;
    size_t change_count;
};

const char *scorecard_move_word(enum scorecard_move move);

/* Counts the report's runs: in all, and in each group. */
void scorecard_count(struct report *report);
/* Whether anything got worse since. */
bool scorecard_worse(const struct scorecard *scorecard);
/* What is otherwise than in the earlier report `old`, called `name`. */
void scorecard_compare(struct report *report, const struct report *old,
                       const char *name);

/* For people; `coverage`: also what was never met, one by one. */
void scorecard_text(const struct report *report,
                    const struct report_style *style, bool coverage,
                    struct buf *out);
/* One page, that needs nothing else. */
void scorecard_html(const struct report *report, struct buf *out);

/* "7 passed, 1 failed" */
const char *scorecard_count_text(struct arena *arena,
                                 const struct scorecard_count *count);
/* All in one line. */
const char *scorecard_line(struct arena *arena, const struct report *report);
/* The first line of why a run is no good one. */
const char *scorecard_why(struct arena *arena, const struct report_run *run);

#endif
