/* raw: other bytes than an HTTP reply, or one that was captured whole. */
#include "config.h"

#include "scenario/fault.h"

struct raw_params {
    const char *text;
    struct span file;
};

#define AT(member)                                                             \
    .offset = offsetof(struct raw_params, member),                             \
    .size = sizeof(((struct raw_params *)0)->member)

static const struct setting params[] = {
    {{"raw", "text", "all bytes of the reply, from the status line on"},
     .type = setting_text,
     AT(text)},
    {{"raw.text", "text", "the same"}, .type = setting_text, AT(text)},
    {{"raw.file", "file", "a file with all bytes of the reply"},
     .type = setting_file,
     AT(file)},
    {.info = {NULL, NULL, NULL}},
};

static struct span bytes(const struct raw_params *asked)
{
    return asked->text ? span_text(asked->text) : asked->file;
}

static bool raw_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct raw_params *asked = data;

    if (asked->text && asked->file.data) {
        return err_set(err, "expected one of raw.text and raw.file");
    }
    return bytes(asked).size ||
           err_set(err, "expected at least one byte; `reset` and `stall` send "
                        "none");
}

static void raw_reply(const void *data, struct subject *subject)
{
    exchange_forget(subject->ex);
    subject->ex->reply.raw = bytes(data);
}

extern const struct fault fault_raw;
const struct fault fault_raw = {
    .name = "raw",
    .title = "other bytes in place of the whole reply",
    .doc = "Status line, headers and body are these bytes, whatever they are; "
           "nothing is added or replaced. The connection goes on where they "
           "are just one reply that does not end it. For one wrong line in a "
           "good reply there are `status-line` and `header-line`.",
    .spec = "RFC 9112 section 2",
    .example = "\"HTTP/1.1 200 Fine\\r\\nContent-Length: 0\\r\\n\\r\\n\"",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct raw_params),
    .whole = true,
    .check = raw_check,
    .reply = raw_reply,
};
