/* extra-reply: one more reply, which is nobody's, behind the good one. */
#include "config.h"

#include <string.h>

#include "scenario/expand.h"
#include "scenario/fault.h"

struct extra_params {
    unsigned status;
    const char *body;
};

#define AT(member)                                                             \
    .offset = offsetof(struct extra_params, member),                           \
    .size = sizeof(((struct extra_params *)0)->member)

static const struct setting params[] = {
    {{"extra-reply", "100-599", "its status"},
     .type = setting_status,
     AT(status)},
    {{"extra-reply.status", "100-599", "the same, beside extra-reply.body"},
     .type = setting_status,
     AT(status)},
    {{"extra-reply.body", "text", "its body; ${...} is replaced"},
     .type = setting_text,
     AT(body)},
    {.info = {NULL, NULL, NULL}},
};

static bool extra_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct extra_params *asked = data;

    if (!asked->status) {
        return err_set(err, "extra-reply.status: expected a status");
    }
    return !asked->body || expand_check(asked->body, err);
}

static void extra_reply(const void *data, struct subject *subject)
{
    const struct extra_params *asked = data;
    struct exchange *ex = subject->ex;
    struct write_plan *write = exchange_write(ex);
    const char *body =
        asked->body ? subject->forms->expand(subject->forms_ctx, asked->body)
                    : "";

    write->more = span_text(
        arena_printf(ex->arena,
                     "HTTP/1.1 %u Unasked\r\nContent-Type: text/plain\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     asked->status, strlen(body), body));
    if (ex->reply.plan.then == REPLY_THEN_FRAMED) {
        ex->reply.plan.then = REPLY_THEN_OPEN;
    }
    exchange_remark(ex, "extra-reply", "%u, behind the reply", asked->status);
}

extern const struct fault fault_extra_reply;
const struct fault fault_extra_reply = {
    .name = "extra-reply",
    .title = "one more reply, that nobody asked for",
    .doc = "It stands behind the good one, and the connection stays open: who "
           "uses it again takes this for the answer to his next request, and "
           "each answer for that of the one before. So a proxy that mixes up "
           "two clients looks. A good client sees bytes on an idle connection "
           "and closes it.",
    .spec = "RFC 9112 section 9.2",
    .example = "{status: 404, body: not yours}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct extra_params),
    .check = extra_check,
    .reply = extra_reply,
};
