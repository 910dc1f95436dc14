/* reset: the connection ends with a real RST. */
#include "config.h"

#include "scenario/fault.h"

struct reset_params {
    unsigned now; /* says nothing: the word alone means it */
    unsigned after;
};

static const struct setting params[] = {
    {{"reset", "yes|true|on", "before the first byte"},
     .type = setting_word,
     .offset = offsetof(struct reset_params, now),
     .size = sizeof(unsigned),
     .first = 1},
    {{"reset.after", "number", "so many bytes of the reply are sent first"},
     .type = setting_count,
     .offset = offsetof(struct reset_params, after),
     .size = sizeof(unsigned)},
    {.info = {NULL, NULL, NULL}},
};

static bool reset_check(const void *data, enum point at, struct err *err)
{
    const struct reset_params *asked = data;

    if (asked->after && !(point_info(at)->subjects & SUBJECT_REPLY)) {
        return err_set(err, "there is no reply of which to send %u bytes at %s",
                       asked->after, point_info(at)->name);
    }
    return true;
}

static void reset_plan(const void *data UNUSED, struct subject *subject)
{
    if (subject->accept) {
        subject->accept->reset = true;
    }
    if (subject->hello) {
        subject->hello->reset = true;
    }
    if (subject->kdc) {
        subject->kdc->reset = true;
    }
}

static void reset_reply(const void *data, struct subject *subject)
{
    const struct reset_params *asked = data;
    struct reply_plan *plan = &subject->ex->reply.plan;

    if (!asked->after) {
        exchange_forget(subject->ex);
    }
    plan->cut = true;
    plan->cut_after = asked->after;
    plan->cut_how = REPLY_CUT_RESET;
}

extern const struct fault fault_reset;
const struct fault fault_reset = {
    .name = "reset",
    .title = "the connection ends with a TCP reset",
    .doc = "At tcp.accept as soon as the connection is there, at "
           "tls.handshake in answer to the ClientHello, at all other points "
           "in place of the reply, or after its first bytes, which have then "
           "arrived. Where no byte of a reply goes out, nothing that it would "
           "have meant has happened: no refused password is counted. Over UDP "
           "the KDC does not answer.",
    .spec = "RFC 9293 section 3.5.2",
    .example = "{after: 100}",
    .examples = (const char *const[]){"yes", NULL},
    .subjects = SUBJECT_ACCEPT | SUBJECT_HELLO | SUBJECT_REPLY | SUBJECT_KDC,
    .order = FAULT_BYTES,
    .ends = true,
    .params = params,
    .size = sizeof(struct reset_params),
    .check = reset_check,
    .plan = reset_plan,
    .reply = reset_reply,
};
