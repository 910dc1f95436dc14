/* delay: the reply comes late, or a part of it. */
#include "config.h"

#include "faults/spread.h"
#include "util/env.h"

/* ns: 100 years */
#define DELAY_MAX (INT64_C(36500) * 24 * 3600 * ENV_NS_PER_SEC)

enum delay_before {
    BEFORE_REPLY,
    BEFORE_BODY,
    BEFORE_END,
};

struct delay_params {
    struct spread spread;
    unsigned before;
};

#define AT(member)                                                             \
    .offset = offsetof(struct delay_params, member),                           \
    .size = sizeof(((struct delay_params *)0)->member)

static const struct setting params[] = {
    {{"delay", "duration|range",
      "how long before the first byte; 1s..3s: anything between"},
     .type = setting_duration_range,
     AT(spread.range)},
    {{"delay.for", "duration|range", "the same, beside delay.before"},
     .type = setting_duration_range,
     AT(spread.range)},
    {{"delay.median", "duration",
      "half of the delays are shorter; they spread as waiting times do "
      "(log-normal)"},
     .type = setting_positive_duration,
     AT(spread.median)},
    {{"delay.sigma", "number", "how wide they spread, as 0.6"},
     .type = setting_text,
     AT(spread.sigma)},
    {{"delay.before", "reply|body|end",
      "what comes late: all of it (by default), what follows the headers, or "
      "whatever follows the last byte: the connection's end, the next reply"},
     .type = setting_word,
     AT(before)},
    {.info = {NULL, NULL, NULL}},
};

static bool delay_check(const void *data, enum point at, struct err *err)
{
    const struct delay_params *asked = data;

    if (asked->before && !(point_info(at)->subjects & SUBJECT_REPLY)) {
        return err_set(err, "delay.before: what comes at %s has no parts",
                       point_info(at)->name);
    }
    return spread_check(&asked->spread, "delay", err);
}

/* Steps in a row add up; nobody waits for more than that. */
static int64_t longer(int64_t delay, int64_t by)
{
    return delay + by < DELAY_MAX ? delay + by : DELAY_MAX;
}

static void delay_plan(const void *data, struct subject *subject)
{
    const struct delay_params *asked = data;

    if (subject->conn) {
        subject->conn->delay =
            longer(subject->conn->delay, spread_draw(&asked->spread, subject));
    }
    if (subject->kdc) {
        subject->kdc->delay =
            longer(subject->kdc->delay, spread_draw(&asked->spread, subject));
    }
}

static void delay_reply(const void *data, struct subject *subject)
{
    const struct delay_params *asked = data;
    struct reply_plan *plan = &subject->ex->reply.plan;
    int64_t drawn = spread_draw(&asked->spread, subject);

    switch ((enum delay_before)asked->before) {
    case BEFORE_REPLY:
        plan->delay = longer(plan->delay, drawn);
        break;
    case BEFORE_BODY:
        plan->pause = longer(plan->pause, drawn);
        exchange_write(subject->ex)->pause_body = true;
        break;
    case BEFORE_END:
        plan->linger = longer(plan->linger, drawn);
        break;
    }
    if (asked->spread.median ||
        asked->spread.range.least != asked->spread.range.most) {
        exchange_remark(subject->ex, "delay", "%lld ms",
                        (long long)(drawn / ENV_NS_PER_MS));
    }
}

extern const struct fault fault_delay;
const struct fault fault_delay = {
    .name = "delay",
    .title = "the reply comes late",
    .doc = "The first byte of the reply waits so long; the connection stays "
           "open and idle meanwhile. At the points of TCP and TLS nothing is "
           "read or sent for so long: a slow accept, a slow handshake. The KDC "
           "is asked, and its answer kept back. 1s..3s draws a duration each "
           "time, {median: 200ms, sigma: "
           "0.6} draws them as networks do, mostly short and sometimes long; "
           "the seed decides. With delay.before the headers come at once and "
           "the body late, or all comes and the connection stays silent "
           "before it ends or serves the next request. Between bytes: see "
           "drip.",
    .spec = "a pool under load; a KDC in another city",
    .example = "3s",
    .examples = (const char *const[]){"{for: 3s, before: body}",
                                      "{median: 200ms, sigma: 0.6}", NULL},
    .subjects = SUBJECT_CONNECTION | SUBJECT_REPLY | SUBJECT_KDC,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct delay_params),
    .check = delay_check,
    .plan = delay_plan,
    .reply = delay_reply,
};
