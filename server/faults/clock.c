/* clock: the world's time jumps. */
#include "config.h"

#include "scenario/fault.h"
#include "util/env.h"

/* ns: the years 1800 and 2150. A lifetime and a skew, 18250 days each, can
 * still be added to such a time. */
#define FIRST (INT64_C(-5364662400) * ENV_NS_PER_SEC)
#define LAST  (INT64_C(5680281600) * ENV_NS_PER_SEC)

struct clock_params {
    int64_t by;
};

static const struct setting params[] = {
    {{"clock", "duration", "how far the world's clock moves"},
     .type = setting_duration,
     .offset = offsetof(struct clock_params, by),
     .size = sizeof(int64_t)},
    {.info = {NULL, NULL, NULL}},
};

static bool clock_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct clock_params *asked = data;

    return asked->by || err_set(err, "expected more than nothing");
}

static void clock_plan(const void *data, struct subject *subject)
{
    const struct clock_params *asked = data;

    /* Both are small enough for their sum. */
    int64_t clock = *subject->clock + asked->by;

    *subject->clock = clock < FIRST ? FIRST : clock > LAST ? LAST : clock;
}

extern const struct fault fault_clock;
const struct fault fault_clock = {
    .name = "clock",
    .title = "the world's clock jumps",
    .doc = "From this request on, forward or back, each time that the step "
           "applies. It moves Date, tickets and SOAP times; certificates and "
           "the NTLM timestamp stay real. It counts whatever becomes of the "
           "reply. Before the year 1800 and behind 2150 it does not go.",
    .spec = "a machine that sleeps; NTP that sets the clock",
    .example = "+6m",
    .subjects = SUBJECT_CLOCK,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct clock_params),
    .check = clock_check,
    .plan = clock_plan,
};
