/* garbage: the KDC answers with bytes that are no message. */
#include "config.h"

#include "scenario/fault.h"

/* Bytes; as much as a datagram holds. */
enum { SIZE_MAX_GARBAGE = 64 * 1024 };

struct garbage_params {
    unsigned now; /* says nothing: the word alone means it */
    unsigned size;
    bool size_given;
};

static const struct setting params[] = {
    {{"garbage", "yes|true|on", "some of them"},
     .type = setting_word,
     .offset = offsetof(struct garbage_params, now),
     .size = sizeof(unsigned),
     .first = 1},
    {{"garbage.size", "bytes", "so many of them, at most 64KiB"},
     .type = setting_bytes,
     .offset = offsetof(struct garbage_params, size),
     .size = sizeof(unsigned),
     .given = offsetof(struct garbage_params, size_given)},
    {.info = {NULL, NULL, NULL}},
};

static bool garbage_check(const void *data, enum point at UNUSED,
                          struct err *err)
{
    const struct garbage_params *asked = data;

    return !asked->size_given ||
           (asked->size > 0 && asked->size <= SIZE_MAX_GARBAGE) ||
           err_set(err, "garbage.size: expected 1 to %d bytes, not %u",
                   SIZE_MAX_GARBAGE, asked->size);
}

static void garbage_plan(const void *data, struct subject *subject)
{
    const struct garbage_params *asked = data;

    subject->kdc->garbage = true;
    subject->kdc->garbage_size = asked->size;
}

extern const struct fault fault_garbage;
const struct fault fault_garbage = {
    .name = "garbage",
    .title = "the KDC answers with bytes that are no message",
    .doc = "The length in front of them is right, so that a client gets them "
           "whole. The KDC itself is not asked.",
    .spec = "something else that listens at port 88",
    .example = "{size: 64}",
    .subjects = SUBJECT_KDC,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct garbage_params),
    .whole = true,
    .check = garbage_check,
    .plan = garbage_plan,
};
