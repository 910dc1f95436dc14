/* diagnostics: the product's numbered errors. */
#include "config.h"

#include "scenario/fault.h"
#include "wire/diagnostics.h"

/* What a number of ours may be; the product's are from 28000 on. */
enum { ID_MAX = 99999 };

static const struct setting params[] = {
    {{"diagnostics", "number", "the id of the error"},
     .type = setting_count,
     .offset = offsetof(struct diagnostics_say, id),
     .size = sizeof(unsigned)},
    {{"diagnostics.id", "number", "the same, beside diagnostics.status"},
     .type = setting_count,
     .offset = offsetof(struct diagnostics_say, id),
     .size = sizeof(unsigned)},
    {{"diagnostics.status", "100-599", "by default the one of the id"},
     .type = setting_status,
     .offset = offsetof(struct diagnostics_say, status),
     .size = sizeof(unsigned)},
    {{"diagnostics.reason", "text",
      "by default the product's; with it any id will do"},
     .type = setting_text,
     .offset = offsetof(struct diagnostics_say, reason),
     .size = sizeof(const char *)},
    {{"diagnostics.source", "text", "by default the front end's name"},
     .type = setting_text,
     .offset = offsetof(struct diagnostics_say, source),
     .size = sizeof(const char *)},
    {{"diagnostics.grammar", "named|positional",
      "how the header is written: 28020;source=\"...\";reason=\"...\", or "
      "28020;\"...\";\"...\"; by default as the world's diagnostics.grammar"},
     .type = setting_word,
     .offset = offsetof(struct diagnostics_say, form),
     .size = sizeof(enum diagnostics_form),
     .first = DIAGNOSTICS_NAMED},
    {.info = {NULL, NULL, NULL}},
};

static bool diagnostics_check(const void *data, enum point at UNUSED,
                              struct err *err)
{
    const struct diagnostics_say *asked = data;
    AUTO(arena) arena = arena_new();

    if (asked->reason && asked->id > 0 && asked->id <= ID_MAX) {
        return true;
    }
    return diagnostic(asked->id) ||
           err_set(err,
                   "expected an id that the product has, %s, not %u; or a "
                   "reason beside it",
                   diagnostic_ids(arena), asked->id);
}

static void diagnostics_reply(const void *data, struct subject *subject)
{
    subject->forms->diagnostics(subject->forms_ctx, data);
}

extern const struct fault fault_diagnostics;
const struct fault fault_diagnostics = {
    .name = "diagnostics",
    .title = "one of the product's numbered errors",
    .doc = "X-Ms-diagnostics with id, source and reason, and the status that "
           "goes with the id; where the request was SOAP and the id has a "
           "fault code, a fault with OCSDiagnosticsFault in its detail. A 401 "
           "of the User resource says where tickets are to be had, as the "
           "product's own does; `headers` in the same step may take that "
           "away. It refuses good tickets as well; to let them expire, "
           "`ticket: {lifetime: 5m}` and `clock: +6m`, or `ticket: {clock: "
           "-9h}` where they are issued.",
    .spec = "protocol: webticket 6.4",
    .example = "{id: 28033, status: 500}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct diagnostics_say),
    .check = diagnostics_check,
    .reply = diagnostics_reply,
};
