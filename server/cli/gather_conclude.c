/* The verdict on a run in one line, with the reason, see gather.h. */
#include "config.h"

#include "cli/gather.h"

#include <inttypes.h>
#include <string.h>

#include "cli/gather_parts.h"
#include "cli/verb.h"
#include "report/words.h"

struct concluding {
    struct arena *arena;
    const struct report_run *run;
    const char *first; /* why it failed; NULL: it did not */
    size_t failures;
};

static void fail(struct concluding *concluding, const char *why)
{
    concluding->first = concluding->first ? concluding->first : why;
    concluding->failures++;
}

/* A line of fail-on says which rule and where by itself. */
static void fail_expectations(struct concluding *concluding)
{
    const struct report_run *run = concluding->run;

    for (size_t i = 0; i < run->expectation_count; i++) {
        const struct report_expectation *expected = &run->expectations[i];
        const char *why = expected->why ? expected->why : "it did not come";

        if (!expected->held && expected->severity == SEVERITY_FAIL) {
            fail(concluding,
                 expected->where
                     ? arena_printf(concluding->arena, "%s: expected %s, %s",
                                    expected->where, expected->what, why)
                     : arena_printf(concluding->arena, "expected %s: %s",
                                    expected->what, why));
        }
    }
}

/* "": it is of the whole session. */
static const char *exchange_text(const struct concluding *concluding,
                                 const struct report_finding *finding)
{
    return finding->exchange
               ? arena_printf(concluding->arena, " at exchange %" PRIu64,
                              finding->exchange)
               : "";
}

/* Each is in a line of fail-on, too, where there is one. */
static void fail_findings(struct concluding *concluding)
{
    const struct report_run *run = concluding->run;

    for (size_t i = 0; i < run->finding_count && !concluding->first; i++) {
        const struct report_finding *finding = &run->findings[i];

        if (finding->severity == SEVERITY_FAIL) {
            fail(concluding,
                 arena_printf(concluding->arena, "%s%s: %s [%s]", finding->rule,
                              exchange_text(concluding, finding),
                              finding->text ? finding->text : "",
                              finding->section ? finding->section : ""));
        }
    }
}

static const char *reason(struct concluding *concluding)
{
    return gather_reason(concluding->arena, concluding->run, concluding->first);
}

static const char *failed_line(struct concluding *concluding)
{
    const char *more = "";

    if (concluding->failures > 1) {
        more = arena_printf(concluding->arena, " (and %zu more)",
                            concluding->failures - 1);
    }
    return arena_printf(concluding->arena, "failed: %s%s%s", concluding->first,
                        more, reason(concluding));
}

/* Where steps were applied, or something went wrong, the server has seen it. */
static const char *client_line(struct concluding *concluding)
{
    struct arena *arena = concluding->arena;
    const struct report_client *client = &concluding->run->client;
    const char *step = gather_step(concluding->run);
    const char *how =
        client->signal
            ? arena_printf(arena, "was ended by a signal (%s)",
                           strsignal(client->signal))
            : arena_printf(arena, "ended with %d", client->exit_status);
    const char *why = reason(concluding);
    const char *though = "";

    if (step) {
        though = arena_printf(
            arena, "; the scenario's steps were applied, the last is %s", step);
    } else if (!*why) {
        though = ", though the server saw nothing wrong";
    }
    return arena_printf(arena, "failed: the client %s%s%s", how, though, why);
}

static const char *time_line(struct concluding *concluding)
{
    const struct report_run *run = concluding->run;
    const char *limit = run->client.limit;

    return arena_printf(concluding->arena, "timed out%s%s: %s%s",
                        limit ? " after " : "", limit ? limit : "",
                        gather_last_asked(concluding->arena, run),
                        reason(concluding));
}

static size_t count_held(const struct report_run *run)
{
    size_t held = 0;

    for (size_t i = 0; i < run->expectation_count; i++) {
        held += run->expectations[i].held;
    }
    return held;
}

static const char *passed_line(struct concluding *concluding)
{
    const struct report_run *run = concluding->run;
    struct arena *arena = concluding->arena;
    size_t known = report_count(run, SEVERITY_KNOWN);

    return arena_printf(
        arena, "passed: %s, %zu of %zu expectations held, %s%s",
        report_amount(arena, run->exchange_count, "exchange"), count_held(run),
        run->expectation_count,
        report_amount(arena, run->finding_count - known, "lesser finding"),
        known ? arena_printf(arena, ", %zu known", known) : "");
}

/* Who was stopped has not failed; who cannot sign in may say so. */
static bool client_failed(const struct report_client *client)
{
    return client->command && !client->stopped &&
           (client->signal || (client->exit_status && !client->may_fail));
}

void gather_conclude(struct report_run *run, struct arena *arena)
{
    struct concluding concluding = {arena, run, NULL, 0};
    const struct report_client *client = &run->client;

    if (client->command && client->timed_out) {
        run->exit_code = EXIT_TIME;
        run->line = time_line(&concluding);
        return;
    }
    fail_expectations(&concluding);
    fail_findings(&concluding);
    if (concluding.first) {
        run->exit_code = EXIT_VERDICT;
        run->line = failed_line(&concluding);
    } else if (client_failed(client)) {
        run->exit_code = EXIT_CLIENT;
        run->line = client_line(&concluding);
    } else {
        run->exit_code = EXIT_GOOD;
        run->line = passed_line(&concluding);
    }
}
