/* delay: the reply comes late. */
#include "config.h"

#include "scenario/fault.h"
#include "util/env.h"

/* ns: 100 years */
#define DELAY_MAX (INT64_C(36500) * 24 * 3600 * ENV_NS_PER_SEC)

struct delay_params {
    int64_t delay;
};

static const struct setting params[] = {
    {{"delay", "duration", "how long before the first byte of the reply"},
     .type = setting_positive_duration,
     .offset = offsetof(struct delay_params, delay),
     .size = sizeof(int64_t)},
    {.info = {NULL, NULL, NULL}},
};

static void delay_reply(const void *data, struct subject *subject)
{
    const struct delay_params *asked = data;

    struct reply_plan *plan = &subject->ex->reply.plan;

    /* Steps in a row add up; nobody waits for more than that. */
    plan->delay += asked->delay;
    plan->delay = plan->delay < DELAY_MAX ? plan->delay : DELAY_MAX;
}

extern const struct fault fault_delay;
const struct fault fault_delay = {
    .name = "delay",
    .title = "the reply comes late",
    .doc = "The first byte of the reply waits so long; the connection stays "
           "open and idle meanwhile.",
    .spec = "a pool under load",
    .example = "3s",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct delay_params),
    .reply = delay_reply,
};
