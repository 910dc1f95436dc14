/* What was expected and what came, in words. */
#include "config.h"

#include <inttypes.h>

#include "scenario/session_judge.h"
#include "util/duration.h"
#include "util/env.h"

static const char *times_text(struct arena *arena, int n)
{
    return n == 1 ? "once" : arena_printf(arena, "%d times", n);
}

static const char *amount_text(struct arena *arena,
                               const struct expectation *expected)
{
    if (expected->times == 0 || expected->at_most == 0) {
        return "never";
    }
    if (expected->times > 0) {
        return times_text(arena, expected->times);
    }
    if (expected->at_most < 0) {
        return arena_printf(
            arena, "at least %s",
            times_text(arena, expected->at_least < 0 ? 1 : expected->at_least));
    }
    if (expected->at_least < 0) {
        return arena_printf(arena, "at most %s",
                            times_text(arena, expected->at_most));
    }
    return arena_printf(arena, "%d to %d times", expected->at_least,
                        expected->at_most);
}

bool judge_is_held(const struct expectation *expected, uint64_t times)
{
    uint64_t least = expected->at_least >= 0  ? (uint64_t)expected->at_least
                     : expected->at_most >= 0 ? 0
                                              : 1;

    if (expected->times >= 0) {
        return times == (uint64_t)expected->times;
    }
    return times >= least &&
           (expected->at_most < 0 || times <= (uint64_t)expected->at_most);
}

/* ---- What was expected ---- */

static const char *answered_text(struct arena *arena,
                                 const struct expectation *expected)
{
    return expected->answered_text
               ? arena_printf(arena, " answered %s", expected->answered_text)
               : "";
}

static const char *where_text(struct arena *arena,
                              const struct scenario *scenario,
                              const struct expectation *expected)
{
    const char *after =
        expected->after
            ? arena_printf(arena, " after %s",
                           scenario->expectations[expected->after - 1].id)
            : "";
    const char *before =
        expected->before
            ? arena_printf(arena, " before %s",
                           scenario->expectations[expected->before - 1].id)
            : "";

    return arena_printf(arena, "%s%s", after, before);
}

static const char *within_text(struct arena *arena,
                               const struct expectation *expected)
{
    return expected->within
               ? arena_printf(arena, " within %s",
                              duration_text(arena, expected->within))
               : "";
}

static const char *order_text(struct arena *arena,
                              const struct expectation *order)
{
    const char *text = "in order:";

    for (size_t i = 1; i <= order->stages; i++) {
        text = arena_printf(
            arena, "%s%s %s%s%s%s", text, i > 1 ? "," : "",
            point_info(order[i].at)->name, judge_when(arena, &order[i].when),
            answered_text(arena, &order[i]), within_text(arena, &order[i]));
    }
    return text;
}

static const char *limits_text(struct arena *arena,
                               const struct expectation *expected)
{
    const char *text = "";

    for (int i = 0; i < MEASURE_COUNT; i++) {
        const struct limit *limit = &expected->limits[i];

        if (limit->text) {
            text =
                arena_printf(arena, "%s%s%s %s", text, *text ? ", " : "",
                             measure_info((enum measure)i)->name, limit->text);
        }
    }
    return text;
}

const char *judge_what(struct arena *arena, const struct scenario *scenario,
                       size_t index)
{
    const struct expectation *expected = &scenario->expectations[index];

    switch (expected->kind) {
    case EXPECT_FLAGS:
        return "never a password in clear";
    case EXPECT_LIMITS:
        return limits_text(arena, expected);
    case EXPECT_ORDER:
        return order_text(arena, expected);
    case EXPECT_POINT:
    case EXPECT_STAGE:
        break;
    }
    return arena_printf(
        arena, "%s%s%s %s%s%s", point_info(expected->at)->name,
        judge_when(arena, &expected->when), answered_text(arena, expected),
        amount_text(arena, expected), where_text(arena, scenario, expected),
        within_text(arena, expected));
}

/* ---- What came ---- */

static const char *other_text(struct arena *arena, const struct seen *seen)
{
    const char *last =
        seen->other_status
            ? arena_printf(arena, "the last one %u", seen->other_status)
            : "the last one not at all";

    return seen->other
               ? arena_printf(arena, ", and %" PRIu64 " answered otherwise, %s",
                              seen->other, last)
               : "";
}

static const char *outside_text(struct arena *arena,
                                const struct scenario *scenario,
                                const struct expectation *expected,
                                uint64_t outside)
{
    const char *id;

    if (!outside) {
        return "";
    }
    id = scenario
             ->expectations[(expected->after ? expected->after
                                             : expected->before) -
                            1]
             .id;
    return arena_printf(arena, ", and %" PRIu64 " not %s %s", outside,
                        !expected->after    ? "before"
                        : !expected->before ? "after"
                                            : "where it should be, after",
                        id);
}

const char *judge_saw(struct arena *arena, const struct scenario *scenario,
                      size_t index, const struct seen *seen,
                      const struct tallied *tallied, bool too_many)
{
    uint64_t first = tallied->came ? tallied->first.exchange : seen->first;
    const char *late =
        tallied->late
            ? arena_printf(arena, ", and %" PRIu64 " too late", tallied->late)
            : "";
    const char *where =
        too_many && first
            ? arena_printf(arena, ", the first at exchange %" PRIu64, first)
            : "";

    return arena_printf(arena, "saw %" PRIu64 "%s%s%s%s", tallied->times, where,
                        other_text(arena, seen),
                        outside_text(arena, scenario,
                                     &scenario->expectations[index],
                                     tallied->outside),
                        late);
}

const char *judge_measure(struct arena *arena, enum measure measure,
                          uint64_t taken)
{
    return measure == MEASURE_TIME
               ? arena_printf(arena, "%" PRIu64 "ms", taken / ENV_NS_PER_MS)
               : arena_printf(arena, "%" PRIu64, taken);
}
