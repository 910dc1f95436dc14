/* status-line: the first line of the reply, written in another way. */
#include "config.h"

#include "scenario/fault.h"

struct line_params {
    const char *line;
    const char *version;
    const char *code;
    const char *reason;
};

#define AT(member)                                                             \
    .offset = offsetof(struct line_params, member),                            \
    .size = sizeof(((struct line_params *)0)->member)

static const struct setting params[] = {
    {{"status-line", "text", "all of it; no line end, that is added"},
     .type = setting_text,
     AT(line)},
    {{"status-line.version", "text", "instead of HTTP/1.1"},
     .type = setting_text,
     AT(version)},
    {{"status-line.code", "text", "instead of the three digits: 2OO, 0200, 20"},
     .type = setting_text,
     AT(code)},
    {{"status-line.reason", "text", "instead of the usual one; '': none"},
     .type = setting_text,
     AT(reason)},
    {.info = {NULL, NULL, NULL}},
};

static void line_reply(const void *data, struct subject *subject)
{
    const struct line_params *asked = data;
    struct write_plan *write = exchange_write(subject->ex);

    write->line = asked->line;
    write->version = asked->version;
    write->code = asked->code;
    write->reason = asked->reason;
}

static const struct fault_clash clashes[] = {
    {"http10", "go ill together: both say which version the reply has"},
    {NULL, NULL},
};

extern const struct fault fault_status_line;
const struct fault fault_status_line = {
    .name = "status-line",
    .title = "the first line of the reply, written in another way",
    .doc = "The status stays what the reply has, for the journal and for what "
           "it means; what the client reads is this line, or the usual one "
           "with another version, code or reason. Clients ignore the reason, "
           "and must refuse what is no three digits. A version that is not "
           "HTTP/1.1 ends the connection. `status` is for another meaning, "
           "`raw` for other bytes behind the line as well.",
    .spec = "RFC 9112 section 4",
    .example = "{version: HTTP/2.0, reason: Fine}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct line_params),
    .clashes = clashes,
    .reply = line_reply,
};
