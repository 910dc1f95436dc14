/* stall: no answer, and the connection stays open. */
#include "config.h"

#include "scenario/fault.h"

struct stall_params {
    unsigned now; /* says nothing: the word alone means it */
    unsigned after;
};

static const struct setting params[] = {
    {{"stall", "yes|true|on", "before the first byte"},
     .type = setting_word,
     .offset = offsetof(struct stall_params, now),
     .size = sizeof(unsigned),
     .first = 1},
    {{"stall.after", "number", "so many bytes are sent first"},
     .type = setting_count,
     .offset = offsetof(struct stall_params, after),
     .size = sizeof(unsigned)},
    {.info = {NULL, NULL, NULL}},
};

static bool stall_check(const void *data, enum point at, struct err *err)
{
    const struct stall_params *asked = data;

    if (asked->after &&
        (point_info(at)->subjects & (SUBJECT_ACCEPT | SUBJECT_KDC))) {
        return err_set(err, "nothing is sent at %s", point_info(at)->name);
    }
    return true;
}

static void stall_plan(const void *data, struct subject *subject)
{
    const struct stall_params *asked = data;

    if (subject->accept) {
        subject->accept->silence = true;
    }
    if (subject->kdc) {
        subject->kdc->drop = true;
    }
    if (subject->hello && asked->after) {
        subject->hello->stall_in_flight = true;
        subject->hello->stall_after = asked->after;
    } else if (subject->hello) {
        subject->hello->stall = true;
    }
}

static void stall_reply(const void *data, struct subject *subject)
{
    const struct stall_params *asked = data;
    struct reply_plan *plan = &subject->ex->reply.plan;

    if (!asked->after) {
        exchange_forget(subject->ex);
    }
    plan->cut = true;
    plan->cut_after = asked->after;
    plan->cut_how = REPLY_CUT_HOLD;
}

extern const struct fault fault_stall;
const struct fault fault_stall = {
    .name = "stall",
    .title = "no answer, and the connection stays open",
    .doc = "For as long as the client waits, at most an hour. At tcp.accept "
           "nothing is ever read, at tls.handshake the ClientHello is not "
           "answered (or so many bytes of the answer are sent), at all other "
           "points the reply does not come, or stops after its first bytes. "
           "A client that closes its side has left. Where no byte of a reply "
           "goes out, nothing that it would have meant has happened. At the "
           "KDC's points the request is lost, as a datagram is.",
    .spec = "a pool that hangs; a firewall that drops what it has let in",
    .example = "yes",
    .subjects = SUBJECT_ACCEPT | SUBJECT_HELLO | SUBJECT_REPLY | SUBJECT_KDC,
    .order = FAULT_BYTES,
    .ends = true,
    .params = params,
    .size = sizeof(struct stall_params),
    .check = stall_check,
    .plan = stall_plan,
    .reply = stall_reply,
};
