/* drip: the reply comes a few bytes at a time. */
#include "config.h"

#include "faults/spread.h"

struct drip_params {
    struct duration_range every;
    unsigned bytes;
    bool bytes_given;
};

#define AT(member)                                                             \
    .offset = offsetof(struct drip_params, member),                            \
    .size = sizeof(((struct drip_params *)0)->member)

static const struct setting params[] = {
    {{"drip", "duration|range", "between one byte and the next"},
     .type = setting_duration_range,
     AT(every)},
    {{"drip.every", "duration|range",
      "the same, beside drip.bytes; 10ms..50ms is drawn once for each reply"},
     .type = setting_duration_range,
     AT(every)},
    {{"drip.bytes", "bytes", "how many at a time; by default 1"},
     .type = setting_bytes,
     AT(bytes),
     .given = offsetof(struct drip_params, bytes_given)},
    {.info = {NULL, NULL, NULL}},
};

static bool drip_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct drip_params *asked = data;

    if (asked->bytes_given && !asked->bytes) {
        return err_set(err, "drip.bytes: expected at least one");
    }
    return asked->every.most ||
           err_set(err, "drip.every: expected how long between two bytes");
}

static void drip_reply(const void *data, struct subject *subject)
{
    const struct drip_params *asked = data;
    const struct spread spread = {.range = asked->every};
    struct reply_plan *plan = &subject->ex->reply.plan;

    plan->drip_bytes = asked->bytes ? asked->bytes : 1;
    plan->drip_every = spread_draw(&spread, subject);
}

extern const struct fault fault_drip;
const struct fault fault_drip = {
    .name = "drip",
    .title = "the reply comes byte by byte",
    .doc = "So many bytes of the reply, head and body, then a pause, and so "
           "on. Each comes in a packet, and over TLS in a record, of its own: "
           "a client that takes what one read gives it for a whole answer is "
           "found out. With `truncate`, `reset` or `stall` it ends early.",
    .spec = "a slow line; RFC 9112 section 2.2: messages are read, not "
            "packets",
    .example = "{bytes: 100, every: 50ms}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct drip_params),
    .check = drip_check,
    .reply = drip_reply,
};
