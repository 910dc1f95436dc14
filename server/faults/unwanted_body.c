/* unwanted-body: a body where there must be none. */
#include "config.h"

#include <string.h>

#include "scenario/fault.h"

struct unwanted_params {
    unsigned yes; /* says nothing: the word alone means it */
};

static const struct setting params[] = {
    {{"unwanted-body", "yes|true|on", "the body is sent all the same"},
     .type = setting_word,
     .offset = offsetof(struct unwanted_params, yes),
     .size = sizeof(unsigned),
     .first = 1},
    {.info = {NULL, NULL, NULL}},
};

static void unwanted_reply(const void *data UNUSED, struct subject *subject)
{
    struct exchange *ex = subject->ex;

    if (strcmp(ex->request.method, "HEAD") != 0 &&
        !status_has_no_body(ex->reply.status)) {
        exchange_remark(ex, "step",
                        "unwanted-body changes nothing: this reply may have "
                        "one");
        return;
    }
    exchange_write(ex)->body_anyway = true;
    if (!ex->reply.body.size) {
        exchange_body(ex, "text/plain", span_text("unwanted\n"));
    }
}

extern const struct fault fault_unwanted_body;
const struct fault fault_unwanted_body = {
    .name = "unwanted-body",
    .title = "a body where there must be none",
    .doc = "To HEAD, and with a status that has no body (204, 304), the body "
           "is sent all the same; the word \"unwanted\" where there is none. "
           "The connection ends with it. With `connection: {then: open}` it "
           "stays, and a client that goes on reads the body as the next "
           "reply.",
    .spec = "RFC 9112 section 6.3",
    .example = "yes",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct unwanted_params),
    .reply = unwanted_reply,
};
