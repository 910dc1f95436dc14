/* body: another body, of a text or of a file with a captured answer. */
#include "config.h"

#include "scenario/expand.h"
#include "scenario/fault.h"

struct body_params {
    const char *text;
    struct span file;
    const char *type;
};

#define AT(member)                                                             \
    .offset = offsetof(struct body_params, member),                            \
    .size = sizeof(((struct body_params *)0)->member)

static const struct setting params[] = {
    {{"body", "text", "the body; ${...} is replaced"},
     .type = setting_text,
     AT(text)},
    {{"body.text", "text", "the same, beside body.type"},
     .type = setting_text,
     AT(text)},
    {{"body.file", "file", "a file whose bytes are the body"},
     .type = setting_file,
     AT(file)},
    {{"body.type", "text", "Content-Type; by default that of the good answer"},
     .type = setting_text,
     AT(type)},
    {.info = {NULL, NULL, NULL}},
};

static bool body_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct body_params *asked = data;

    if (!asked->text == !asked->file.data) {
        return err_set(err, "expected one of body.text and body.file");
    }
    return !asked->text || expand_check(asked->text, err);
}

static void body_reply(const void *data, struct subject *subject)
{
    const struct body_params *asked = data;
    struct exchange *ex = subject->ex;
    const char *usual = headers_get(&ex->reply.headers, "Content-Type");
    struct span body = asked->file;

    if (asked->text) {
        body =
            span_text(subject->forms->expand(subject->forms_ctx, asked->text));
    }
    if (!usual) {
        usual = asked->text ? "text/plain; charset=utf-8"
                            : "application/octet-stream";
    }
    exchange_body(ex, asked->type ? asked->type : usual, body);
}

extern const struct fault fault_body;
const struct fault fault_body = {
    .name = "body",
    .title = "another body",
    .doc = "The reply keeps its status and its headers, and so what they mean "
           "(a challenge is still a challenge); Content-Length follows the "
           "body. Content-Type stays what it was unless body.type says "
           "otherwise. A file is sent byte for byte; in a text ${...} is "
           "replaced.",
    .spec = "RFC 9110 section 6.4",
    .example = "{text: '<html>Sign in</html>', type: text/html}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_BODY,
    .params = params,
    .size = sizeof(struct body_params),
    .check = body_check,
    .reply = body_reply,
};
