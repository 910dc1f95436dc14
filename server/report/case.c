/* A run as a list of cases, see case.h. */
#include "config.h"

#include "report/case.h"

#include "report/words.h"

static void add(struct report_cases *cases, const struct report_case *item)
{
    cases->items[cases->count++] = *item;
}

static enum case_fate fate_of(enum report_severity severity)
{
    switch (severity) {
    case SEVERITY_FAIL:
        return CASE_FAILED;
    case SEVERITY_KNOWN:
        return CASE_KNOWN;
    case SEVERITY_WARN:
    case SEVERITY_NOTE:
        break;
    }
    return CASE_PASSED;
}

/* ---- The client ---- */

static void add_client(struct arena *arena, const struct report_run *run,
                       struct report_cases *cases)
{
    const struct report_client *client = &run->client;
    const char *trouble;

    if (!client->command) {
        return;
    }
    trouble = report_client_trouble(arena, client);
    add(cases, &(struct report_case){
                   .name = "the client ends well",
                   .kind = "client",
                   .fate = trouble ? CASE_FAILED : CASE_PASSED,
                   .message = trouble,
                   .evidence = trouble ? client->output : NULL,
               });
}

/* ---- What was expected, what was found ---- */

static void add_expectation(struct arena *arena,
                            const struct report_expectation *expected,
                            struct report_cases *cases)
{
    const char *what = expected->what ? expected->what : "";
    const char *why = expected->why ? expected->why : "it did not come";

    add(cases,
        &(struct report_case){
            .name = what,
            .kind = "expectation",
            .fate = expected->held ? CASE_PASSED : fate_of(expected->severity),
            .message = expected->held
                           ? NULL
                           : arena_printf(arena, "expected %s, %s", what, why),
            .where = expected->where,
            .nearest = expected->held ? NULL : expected->nearest,
        });
}

static void add_finding(struct arena *arena,
                        const struct report_finding *finding,
                        struct report_cases *cases)
{
    enum case_fate fate = fate_of(finding->severity);
    const char *rule = finding->rule ? finding->rule : "?";

    if (fate == CASE_PASSED) {
        return;
    }
    add(cases, &(struct report_case){
                   .name = finding->title ? arena_printf(arena, "%s %s", rule,
                                                         finding->title)
                                          : rule,
                   .kind = "rule",
                   .rule = finding->rule,
                   .fate = fate,
                   .message = finding->known  ? finding->known
                              : finding->text ? finding->text
                                              : "it was broken",
                   .where = finding->where,
                   .section = finding->section,
                   .evidence = finding->evidence,
                   .exchange = finding->exchange,
               });
}

/* ---- The whole ---- */

static bool tells(const struct report_cases *cases)
{
    for (size_t i = 0; i < cases->count; i++) {
        if (cases->items[i].fate == CASE_FAILED) {
            return true;
        }
    }
    return false;
}

/* What no case says: that it was skipped, that it could not start, or that
 * there was nothing to be judged and all is well. */
static void add_verdict(const struct report_run *run,
                        struct report_cases *cases)
{
    bool good = report_is_good(run->exit_code);

    if (good ? cases->count > 0 : tells(cases)) {
        return;
    }
    add(cases, &(struct report_case){
                   .name = "the run ends well",
                   .kind = "verdict",
                   .fate = good                                ? CASE_PASSED
                           : report_is_skipped(run->exit_code) ? CASE_SKIPPED
                                                               : CASE_ERROR,
                   .message = good        ? NULL
                              : run->line ? run->line
                                          : "it did not",
               });
}

struct report_cases cases_of(struct arena *arena, const struct report_run *run)
{
    size_t most = run->expectation_count + run->finding_count + 2;
    struct report_cases cases = {
        .items = arena_alloc(arena, most * sizeof(*cases.items)),
    };

    add_client(arena, run, &cases);
    for (size_t i = 0; i < run->expectation_count; i++) {
        add_expectation(arena, &run->expectations[i], &cases);
    }
    for (size_t i = 0; i < run->finding_count; i++) {
        add_finding(arena, &run->findings[i], &cases);
    }
    add_verdict(run, &cases);
    return cases;
}

size_t cases_count(const struct report_cases *cases, enum case_fate fate)
{
    size_t count = 0;

    for (size_t i = 0; i < cases->count; i++) {
        count += cases->items[i].fate == fate;
    }
    return count;
}
