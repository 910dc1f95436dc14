/*
 * status: another status than planned. An error comes as IIS shows it, with
 * its page; any other keeps headers and body of the good answer.
 */
#include "config.h"

#include "scenario/fault.h"

struct status_params {
    unsigned status;
};

static const struct setting params[] = {
    {{"status", "100-599", "the status of the reply"},
     .type = setting_status,
     .offset = offsetof(struct status_params, status),
     .size = sizeof(unsigned)},
    {.info = {NULL, NULL, NULL}},
};

static void status_reply(const void *data, struct subject *subject)
{
    const struct status_params *asked = data;

    if (asked->status >= 400) {
        subject->forms->page(subject->forms_ctx, asked->status);
    } else {
        exchange_forget(subject->ex);
        subject->ex->reply.status = asked->status;
    }
    if (status_has_no_body(asked->status)) {
        subject->ex->reply.body = SPAN_NONE;
    }
}

extern const struct fault fault_status;
const struct fault fault_status = {
    .name = "status",
    .title = "another HTTP status",
    .doc = "The reply has this status. From 400 on it comes with the product's "
           "error page and headers, below with the headers and body of the "
           "good answer; where a status has no body (204, 304), none is sent. "
           "`headers` and `body` in the same step add to it.",
    .spec = "RFC 9110 section 15",
    .example = "503",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct status_params),
    .reply = status_reply,
};
