/*
 * A run as a list of cases, each of which passed or not: what JUnit and TAP
 * tell. They are the client's own end, each expectation, and each finding that
 * fails the run or is known to.
 */
#ifndef REPORT_CASE_H
#define REPORT_CASE_H

#include "report/report.h"

enum case_fate {
    CASE_PASSED,
    CASE_FAILED,
    CASE_ERROR, /* it could not be judged */
    CASE_SKIPPED,
    CASE_KNOWN, /* it failed, and was known to */
};

struct report_case {
    const char *name;
    const char *kind; /* "expectation", "rule", "client", "verdict" */
    enum case_fate fate;
    const char *message; /* why it did not pass; NULL: it did */
    /* What else is known; NULL: nothing. */
    const char *rule;
    const char *where;
    const char *section;
    const char *evidence;
    const char *nearest;
    uint64_t exchange;
};

struct report_cases {
    struct report_case *items;
    size_t count;
};

/* There is always one. */
struct report_cases cases_of(struct arena *arena, const struct report_run *run);
size_t cases_count(const struct report_cases *cases, enum case_fate fate);

#endif
