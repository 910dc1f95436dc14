/* The verdict on a run in one line, with the reason, see gather.h. */
#include "config.h"

#include "cli/gather.h"

#include <inttypes.h>
#include <string.h>

#include "cli/verb.h"
#include "report/words.h"

enum { REFUSED_LEAST = 400 };

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

static bool is_refusal(const struct report_exchange *exchange)
{
    return exchange->why && !exchange->step &&
           exchange->status >= REFUSED_LEAST;
}

/* The last that was refused though no step had a hand in it; who signs in
 * wrongly comes before who asks for what there is not. */
static const struct report_exchange *last_refused(const struct report_run *run)
{
    const struct report_exchange *other = NULL;

    for (size_t i = run->exchange_count; i > 0; i--) {
        const struct report_exchange *exchange = &run->exchanges[i - 1];

        if (is_refusal(exchange) && exchange->auth) {
            return exchange;
        }
        if (is_refusal(exchange) && !other) {
            other = exchange;
        }
    }
    return other;
}

/* What most likely is behind it, unless that has been said. */
static const char *reason(struct concluding *concluding)
{
    const struct report_exchange *exchange = last_refused(concluding->run);
    const char *first = concluding->first ? concluding->first : "";

    return exchange && !strstr(first, exchange->why)
               ? arena_printf(concluding->arena,
                              "; exchange %" PRIu64 " was answered %u: %s",
                              exchange->id, exchange->status, exchange->why)
               : "";
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

static const char *client_line(struct concluding *concluding)
{
    const struct report_client *client = &concluding->run->client;

    return client->signal
               ? arena_printf(concluding->arena,
                              "failed: the client was ended by a signal (%s), "
                              "though the server saw nothing wrong%s",
                              strsignal(client->signal), reason(concluding))
               : arena_printf(concluding->arena,
                              "failed: the client ended with %d, though the "
                              "server saw nothing wrong%s",
                              client->exit_status, reason(concluding));
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
        arena, "passed: %zu exchanges, %zu of %zu expectations held, %s%s",
        run->exchange_count, count_held(run), run->expectation_count,
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
        run->line = arena_printf(arena,
                                 "timed out: the client was still running when "
                                 "its time was up%s",
                                 reason(&concluding));
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
