/* clock: the world's time jumps. */
#include "config.h"

#include "scenario/fault.h"
#include "world/world.h"

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

    *subject->clock = world_clock_add(*subject->clock, asked->by);
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
