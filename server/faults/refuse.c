/* refuse: the port takes no new connections. */
#include "config.h"

#include "scenario/fault.h"

struct refuse_params {
    unsigned now; /* says nothing: the word alone means it */
    int64_t time;
};

static const struct setting params[] = {
    {{"refuse", "yes|true|on", "until the server ends"},
     .type = setting_word,
     .offset = offsetof(struct refuse_params, now),
     .size = sizeof(unsigned),
     .first = 1},
    {{"refuse.for", "duration", "for so long"},
     .type = setting_positive_duration,
     .offset = offsetof(struct refuse_params, time),
     .size = sizeof(int64_t)},
    {.info = {NULL, NULL, NULL}},
};

static struct refuse_plan wanted(const struct refuse_params *asked)
{
    return (struct refuse_plan){.refuse = true, .time = asked->time};
}

static void refuse_plan(const void *data, struct subject *subject)
{
    if (subject->conn) {
        subject->conn->refuse = wanted(data);
    }
}

static void refuse_reply(const void *data, struct subject *subject)
{
    subject->ex->reply.plan.refuse = wanted(data);
}

extern const struct fault fault_refuse;
const struct fault fault_refuse = {
    .name = "refuse",
    .title = "the port refuses new connections from here on",
    .doc = "The port that this connection came to does not listen for a while: "
           "the kernel answers each SYN with a RST. This connection and others "
           "that are there go on; `reset` or `close` in the same step ends "
           "this one. A port that refuses from the start is a setting of the "
           "world, tcp.http and tcp.https.",
    .spec = "RFC 9293 section 3.5.2; a pool that restarts",
    .example = "{for: 10s}",
    .subjects = SUBJECT_CONNECTION | SUBJECT_REPLY,
    .order = FAULT_EFFECT,
    .params = params,
    .size = sizeof(struct refuse_params),
    .plan = refuse_plan,
    .reply = refuse_reply,
};
