/* too-big: the KDC's answer does not fit into a datagram. */
#include "config.h"

#include "scenario/fault.h"

struct too_big_params {
    unsigned now; /* says nothing: the word alone means it */
};

static const struct setting params[] = {
    {{"too-big", "yes|true|on", "whatever its size"},
     .type = setting_word,
     .offset = offsetof(struct too_big_params, now),
     .size = sizeof(unsigned),
     .first = 1},
    {.info = {NULL, NULL, NULL}},
};

static void too_big_plan(const void *data UNUSED, struct subject *subject)
{
    subject->kdc->too_big = true;
}

extern const struct fault fault_too_big;
const struct fault fault_too_big = {
    .name = "too-big",
    .title = "the KDC's answer does not fit into a datagram",
    .doc = "A request over UDP is answered with KRB_ERR_RESPONSE_TOO_BIG, as "
           "that of a user in many groups is; the client is to ask again over "
           "TCP. Where it did so at once, nothing changes.",
    .spec = "RFC 4120 section 7.2.1",
    .example = "yes",
    .subjects = SUBJECT_KDC,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct too_big_params),
    .plan = too_big_plan,
};
