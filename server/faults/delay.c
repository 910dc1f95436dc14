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

/* Steps in a row add up; nobody waits for more than that. */
static int64_t longer(int64_t delay, int64_t by)
{
    return delay + by < DELAY_MAX ? delay + by : DELAY_MAX;
}

static void delay_plan(const void *data, struct subject *subject)
{
    const struct delay_params *asked = data;

    if (subject->conn) {
        subject->conn->delay = longer(subject->conn->delay, asked->delay);
    }
    if (subject->kdc) {
        subject->kdc->delay = longer(subject->kdc->delay, asked->delay);
    }
}

static void delay_reply(const void *data, struct subject *subject)
{
    const struct delay_params *asked = data;

    struct reply_plan *plan = &subject->ex->reply.plan;

    plan->delay = longer(plan->delay, asked->delay);
}

extern const struct fault fault_delay;
const struct fault fault_delay = {
    .name = "delay",
    .title = "the reply comes late",
    .doc = "The first byte of the reply waits so long; the connection stays "
           "open and idle meanwhile. At the points of TCP and TLS nothing is "
           "read or sent for so long: a slow accept, a slow handshake. The KDC "
           "is asked, and its answer kept back.",
    .spec = "a pool under load; a KDC in another city",
    .example = "3s",
    .subjects = SUBJECT_CONNECTION | SUBJECT_REPLY | SUBJECT_KDC,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct delay_params),
    .plan = delay_plan,
    .reply = delay_reply,
};
