/*
 * What came of test runs, as plain data: made from sessions and their journals
 * (cli/gather.c), written in many forms (report/), read back from the JSON form
 * to be compared or put together. Knows nothing of scenarios and sessions.
 *
 * Texts are UTF-8 and live in the report's arena; NULL: not known or not
 * there. Secrets are masked already. Times are milliseconds.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/err.h"
#include "wire/finding.h"

/* One exchange, as a line of a diagram shows it. */
struct report_exchange {
    uint64_t id;
    const char *kind; /* "http", "tls", "kdc", "tcp" */
    uint64_t connection;
    bool tls;
    bool resumed;
    double at; /* since the run began */
    double took;
    const char *method; /* "GET", "AS-REQ" */
    const char *host;
    const char *target; /* path and query */
    const char *operation;
    const char *auth; /* "ntlm", "negotiate+krb5" ... */
    int leg;
    const char *user;
    unsigned status;     /* that was sent; 0: none */
    const char *answer;  /* "AS-REP", "KRB-ERROR 25" */
    const char *outcome; /* "whole", "cut", "broken", "nothing" */
    uint64_t in;         /* bytes */
    uint64_t out;
    const char *step; /* "FILE:LINE" of the scenario's last step */
    const char *why;  /* why the answer is no good one */
};

enum report_severity {
    SEVERITY_FAIL,
    SEVERITY_WARN,
    SEVERITY_NOTE,
    SEVERITY_KNOWN, /* a known failure: counted, no failure of the run */
};

struct report_finding {
    const char *rule;
    enum finding_level level;
    enum report_severity severity;
    const char *title;   /* of the rule */
    const char *section; /* document and section */
    const char *text;
    const char *where;
    const char *evidence;
    const char *known; /* the reason that the known failures file gives */
    uint64_t exchange; /* the first; 0: the whole session */
    uint64_t times;
};

/* One expectation, or one word of fail-on. */
struct report_expectation {
    const char *where; /* "FILE:LINE" */
    const char *what;  /* "webticket.issue 2 times" */
    bool held;
    enum report_severity severity; /* where it did not */
    const char *why;               /* "saw 1" */
    const char *nearest;           /* the nearest miss, lines of "field: ..." */
    const char *known;             /* why it is a known failure */
};

/* One rule, and how often it had a say. */
struct report_rule {
    const char *id;
    uint64_t met;
    uint64_t broken;
};

/* What a run took, and what the scenario's optimum is; -1: not known. */
struct report_measure {
    const char *name; /* "requests", "connections", "handshakes" ... */
    double taken;
    double optimum;
    const char *why; /* what was more than the optimum, and where */
};

/* How the client's process ended. */
struct report_client {
    const char *command; /* NULL: there was none, as with serve */
    int exit_status;     /* -1: it was ended by `signal`, or never ran */
    int signal;
    bool timed_out;
    const char *limit;  /* of its time: "3s"; NULL: it had none */
    bool stopped;       /* we ended it, or a person: its status says nothing */
    bool reached;       /* it reached the server */
    bool may_fail;      /* nobody can sign in there: its status says nothing */
    const char *output; /* the last of it, where it was kept */
};

/* One scenario played to one client. */
struct report_run {
    const char *scenario; /* id or file, as it was given */
    const char *name;     /* as the scenario says */
    const char *title;
    const char *variant; /* of a matrix: "ticket.format=cwt"; NULL: none */
    const char *session;
    const char *domain;
    uint64_t seed;
    const char *began; /* RFC 3339 */
    double took;
    int exit_code;    /* of the run by itself, see cli/verb.h */
    const char *line; /* the verdict in one line, with the reason */
    struct report_client client;
    struct report_expectation *expectations;
    size_t expectation_count;
    struct report_finding *findings;
    size_t finding_count;
    struct report_exchange *exchanges; /* in the order in which they began */
    size_t exchange_count;
    uint64_t dropped;          /* exchanges that memory has no longer */
    struct report_rule *rules; /* all that there are */
    size_t rule_count;
    struct report_measure *measures;
    size_t measure_count;
    const char **points; /* names of those that were reached */
    size_t point_count;
    const char **codes; /* "diagnostics 28033": what it was refused with */
    size_t code_count;
    const char *group; /* of a plan; NULL: none */
};

struct scorecard;

struct report {
    struct arena *arena;         /* owns all below */
    const char *version;         /* of lyncmock */
    const char *title;           /* of a plan; NULL: none */
    int exit_code;               /* of all */
    struct scorecard *scorecard; /* of a conformance run; NULL: it was none */
    struct report_run *runs;
    size_t run_count;
};

/* Whether a terminal's colours and box drawing may be used. */
struct report_style {
    bool colour;
    bool unicode;
    bool brief; /* no diagram where all held */
    bool line;  /* the verdict alone: the whole is shown elsewhere */
    const char
        *hint;      /* brief: where lesser findings are shown; NULL: nowhere */
    unsigned width; /* columns; 0: REPORT_WIDTH */
};

enum { REPORT_WIDTH = 100 };

const char *report_level_word(enum finding_level level);
const char *report_severity_word(enum report_severity severity);

void report_text(const struct report *report, const struct report_style *style,
                 struct buf *out);
void report_json(const struct report *report, struct buf *out);
void report_junit(const struct report *report, struct buf *out);
void report_tap(const struct report *report, struct buf *out);
void report_markdown(const struct report *report, struct buf *out);
/* Workflow commands: "::error file=...". */
void report_github(const struct report *report, struct buf *out);
/* The JSON Schema of report_json. */
void report_schema(struct buf *out);
/* What report_json wrote. All texts are copied into the arena. */
MUST_CHECK bool report_read(struct arena *arena, struct span json,
                            struct report *out_report, struct err *err);

#endif
