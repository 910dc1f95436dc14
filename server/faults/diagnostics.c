/* diagnostics: the product's numbered errors. */
#include "config.h"

#include "scenario/fault.h"
#include "wire/diagnostics.h"

struct diagnostics_params {
    unsigned id;
    unsigned status; /* 0: the one that goes with the id */
};

static const struct setting params[] = {
    {{"diagnostics", "number", "the id of the error"},
     .type = setting_count,
     .offset = offsetof(struct diagnostics_params, id),
     .size = sizeof(unsigned)},
    {{"diagnostics.id", "number", "the same, beside diagnostics.status"},
     .type = setting_count,
     .offset = offsetof(struct diagnostics_params, id),
     .size = sizeof(unsigned)},
    {{"diagnostics.status", "100-599", "by default the one of the id"},
     .type = setting_status,
     .offset = offsetof(struct diagnostics_params, status),
     .size = sizeof(unsigned)},
    {.info = {NULL, NULL, NULL}},
};

static bool diagnostics_check(const void *data, enum point at UNUSED,
                              struct err *err)
{
    const struct diagnostics_params *asked = data;
    AUTO(arena) arena = arena_new();

    return diagnostic(asked->id) ||
           err_set(err, "expected an id that the product has, %s, not %u",
                   diagnostic_ids(arena), asked->id);
}

static void diagnostics_reply(const void *data, struct subject *subject)
{
    const struct diagnostics_params *asked = data;

    subject->forms->diagnostics(subject->forms_ctx, asked->id, asked->status);
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
    .size = sizeof(struct diagnostics_params),
    .check = diagnostics_check,
    .reply = diagnostics_reply,
};
